"""The embedding model as Triton calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils  # provided by Triton's stub

from .embedder import Embedder


class EmbeddingModel:
    """Answers a list of requests, each with `text` [n, 1], in one pass."""

    def __init__(self, folder: Path) -> None:
        self._embedder = Embedder(folder)
        self._embedder.embed(["warm up"])

    def answer(self, requests: list[Any]) -> list[Any]:
        """One response a request, in order."""
        groups = [_texts(request) for request in requests]
        vectors, tokens = self._embedder.embed([text for group in groups for text in group])
        responses: list[Any] = []
        start = 0
        for group in groups:
            end = start + len(group)
            responses.append(
                pb_utils.InferenceResponse(
                    output_tensors=[
                        pb_utils.Tensor("embedding", np.ascontiguousarray(vectors[start:end])),
                        pb_utils.Tensor("num_tokens", np.ascontiguousarray(tokens[start:end].reshape(-1, 1))),
                    ]
                )
            )
            start = end
        return responses


def _texts(request: Any) -> list[str]:
    values = pb_utils.get_input_tensor_by_name(request, "text").as_numpy().reshape(-1)
    return [value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value) for value in values]
