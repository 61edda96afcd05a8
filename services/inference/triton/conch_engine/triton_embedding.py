"""The embedding model as Triton calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import triton_python_backend_utils as pb_utils  # provided by Triton's stub
from tokenizers import Encoding

from .embedder import Embedder
from .errors import EngineError


class EmbeddingModel:
    """Answers a list of requests, each with `text` [n, 1], in one pass."""

    def __init__(self, folder: Path) -> None:
        self._embedder = Embedder(folder)
        self._embedder.embed(self._embedder.encode(["warm up"]))

    def answer(self, requests: list[Any]) -> list[Any]:
        """One response a request, in order."""
        groups = [self._encode(request) for request in requests]
        sound = [encoding for group in groups if not isinstance(group, EngineError) for encoding in group]
        if sound:
            vectors, tokens = self._embedder.embed(sound)
        responses: list[Any] = []
        start = 0
        for group in groups:
            if isinstance(group, EngineError):
                responses.append(pb_utils.InferenceResponse(output_tensors=[], error=pb_utils.TritonError(str(group))))
                continue
            end = start + len(group)
            responses.append(_response(vectors[start:end], tokens[start:end]))
            start = end
        return responses

    def _encode(self, request: Any) -> list[Encoding] | EngineError:
        """A refusal is the answer to its own request, and no other's in the batch."""
        try:
            return self._embedder.encode(_texts(request))
        except EngineError as error:
            return error


def _response(vectors: npt.NDArray[np.float32], tokens: npt.NDArray[np.uint32]) -> Any:
    return pb_utils.InferenceResponse(
        output_tensors=[
            pb_utils.Tensor("embedding", np.ascontiguousarray(vectors)),
            pb_utils.Tensor("num_tokens", np.ascontiguousarray(tokens.reshape(-1, 1))),
        ]
    )


def _texts(request: Any) -> list[str]:
    values = pb_utils.get_input_tensor_by_name(request, "text").as_numpy().reshape(-1)
    return [value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value) for value in values]
