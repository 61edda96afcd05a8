"""Fixtures: a model made once a session, a Triton that serves it, and a small client."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as grpc

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from triton_process import TritonProcess, write_model

ENVIRONMENTS = Path(os.environ.get("CONCH_ENV_DIR", Path(__file__).resolve().parents[4] / ".conch" / "env"))


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `hf/`, `serving/` and `greedy.json`."""
    out = tmp_path_factory.mktemp("model")
    script = Path(__file__).parent / "make_model.py"
    subprocess.run([str(ENVIRONMENTS / "trainer" / "bin" / "python"), str(script), str(out)], check=True, capture_output=True)
    return out


@pytest.fixture(scope="session")
def triton(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> Iterator[TritonProcess]:
    """A Triton with `gen` (roomy), `narrow` (one sequence, one place in the queue) and `embedder`."""
    root = tmp_path_factory.mktemp("triton")
    server = TritonProcess(root)
    serving = model_folder / "serving"
    write_model(root, "gen", "generation", serving, precision_hints="exact", max_num_seqs="16", max_queue="64", kv_cache_mb="64")
    write_model(root, "narrow", "generation", serving, precision_hints="exact", max_num_seqs="1", max_queue="1", kv_cache_mb="64")
    write_model(root, "embedder", "embedding", ENVIRONMENTS / "embedder")
    for name in ("gen", "narrow", "embedder"):
        server.client.load_model(name)
    yield server
    server.stop()


@dataclass
class Answer:
    """What one generation gave."""

    pieces: list[str]
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    error: str | None

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class Call:
    """One generation on a stream of its own, as the inference service does it."""

    def __init__(self, address: str, model: str, prompt: str, sampling: str, is_streamed: bool) -> None:
        self._client = grpc.InferenceServerClient(address)
        self._events: queue.Queue[tuple[Any, Any]] = queue.Queue()
        self._client.start_stream(callback=lambda result, error: self._events.put((result, error)))
        inputs = [_bytes("text_input", prompt), _flag("stream", is_streamed), _bytes("sampling_parameters", sampling)]
        self._client.async_stream_infer(model, inputs, enable_empty_final_response=True)

    def next(self, timeout: float = 60) -> tuple[Any, Any]:
        return self._events.get(timeout=timeout)

    def cancel(self) -> None:
        self._client.stop_stream(cancel_requests=True)

    def answer(self) -> Answer:
        pieces: list[str] = []
        reason, prompt_tokens, completion_tokens = "", 0, 0
        while True:
            result, error = self.next()
            if error is not None:
                self._client.stop_stream(cancel_requests=True)
                return Answer(pieces, "error", 0, 0, str(error))
            response = result.get_response()
            if response.outputs:
                pieces.append(result.as_numpy("text_output")[0].decode("utf-8"))
                reason = result.as_numpy("finish_reason")[0].decode("utf-8")
                prompt_tokens = int(result.as_numpy("num_input_tokens")[0])
                completion_tokens = int(result.as_numpy("num_output_tokens")[0])
            if response.parameters["triton_final_response"].bool_param:
                self._client.stop_stream()
                return Answer(pieces, reason, prompt_tokens, completion_tokens, None)


@pytest.fixture()
def start(triton: TritonProcess) -> Callable[..., Call]:
    """Starts a generation."""

    def begin(prompt: str, sampling: str, *, model: str = "gen", is_streamed: bool = True) -> Call:
        return Call(triton.address, model, prompt, sampling, is_streamed)

    return begin


def _bytes(name: str, value: str) -> Any:
    tensor = grpc.InferInput(name, [1], "BYTES")
    tensor.set_data_from_numpy(np.array([value.encode("utf-8")], dtype=np.object_))
    return tensor


def _flag(name: str, value: bool) -> Any:
    tensor = grpc.InferInput(name, [1], "BOOL")
    tensor.set_data_from_numpy(np.array([value]))
    return tensor
