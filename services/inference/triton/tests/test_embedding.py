"""The embedding model, served by a real Triton."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as grpc
from triton_process import TritonProcess
from tritonclient.utils import InferenceServerException


def _embed(triton: TritonProcess, texts: list[str]) -> Any:
    tensor = grpc.InferInput("text", [len(texts), 1], "BYTES")
    tensor.set_data_from_numpy(np.array([[text.encode("utf-8")] for text in texts], dtype=np.object_))
    return triton.client.infer("embedder", [tensor])


def test_gives_unit_vectors_that_put_like_beside_like(triton: TritonProcess) -> None:
    vectors = _embed(triton, ["A man eats food.", "Someone is having a meal.", "The stock market fell."]).as_numpy("embedding")
    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2]


def test_a_text_has_the_same_vector_alone_and_in_a_batch(triton: TritonProcess) -> None:
    alone = _embed(triton, ["hello there"]).as_numpy("embedding")[0]
    batched = _embed(triton, ["a much longer text that makes the other be padded", "hello there"]).as_numpy("embedding")[1]
    assert np.allclose(alone, batched, atol=1e-5)


def test_counts_tokens_up_to_the_limit(triton: TritonProcess) -> None:
    counts = _embed(triton, ["hello", "word " * 254]).as_numpy("num_tokens").reshape(-1)
    assert list(counts) == [3, 256]


def test_refuses_a_text_beyond_the_limit_with_its_place_and_numbers(triton: TritonProcess) -> None:
    with pytest.raises(InferenceServerException, match="TEXT_TOO_LONG: 1 257 256"):
        _embed(triton, ["hello", "word " * 255])
