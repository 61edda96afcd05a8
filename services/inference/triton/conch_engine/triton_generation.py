"""The generation model as Triton calls it: tensors in, pieces out."""

from __future__ import annotations

import queue
import threading
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils  # provided by Triton's stub

from .errors import EngineError
from .generation import Order, Piece
from .sampling import Sampling, parse_sampling
from .scheduler import Scheduler

_UNSUPPORTED = ("return_logprobs", "return_cumulative_logprob")


class GenerationModel:
    """Reads requests, queues them with the scheduler, and sends answers from a thread of its own."""

    def __init__(self, *, folder: Path, name: str, max_sequences: int, max_queued: int, kv_cache_mb: int, is_exact: bool) -> None:
        self._scheduler = Scheduler(folder, max_sequences=max_sequences, max_queued=max_queued, kv_cache_mb=kv_cache_mb, is_exact=is_exact)
        self._outbox: queue.SimpleQueue[tuple[Any, Any, bool] | None] = queue.SimpleQueue()
        self._sender = threading.Thread(target=self._send_all, name="sender", daemon=True)
        self._sender.start()
        self._metrics = _Metrics(name)
        self._warm_up()

    def take(self, request: Any) -> None:
        """Queues one request; a refusal is its only, final response. Never throws."""
        sender = request.get_response_sender()
        try:
            self._scheduler.submit(self._order(request, sender))
        except EngineError as error:
            self._outbox.put((sender, _error(str(error)), True))
        except Exception as error:  # whatever a request is made of must not end the process that serves all others
            self._outbox.put((sender, _error(f"INVALID: request: {error}"), True))
        # Nothing may throw from here on: Triton would answer in our place, and a second answer crashes it.

    def stop(self) -> None:
        """Ends both threads."""
        self._scheduler.stop()
        self._outbox.put(None)
        self._sender.join(timeout=10)

    def _order(self, request: Any, sender: Any) -> Order:
        for name in _UNSUPPORTED:
            if _flag(request, name, False):
                raise EngineError(f"INVALID: {name}: this engine gives no log probabilities")
        text = _text(request, "text_input")
        if text is None:
            raise EngineError("INVALID: text_input: is missing")
        sampling = parse_sampling(_text(request, "sampling_parameters") or "")
        is_streamed = _flag(request, "stream", False)
        echo = "" if _flag(request, "exclude_input_in_output", is_streamed) else text
        if is_streamed and echo:
            raise EngineError("INVALID: exclude_input_in_output: must be true when streaming")
        ids = self._scheduler.model.encode(text)
        if not ids:
            raise EngineError("INVALID: text_input: has no tokens")

        def send(piece: Piece) -> None:
            is_last = piece.finish_reason is not None
            if is_last:
                self._metrics.add_tokens(piece.prompt_tokens, piece.completion_tokens)
                self._metrics.set_load(*self._scheduler.load())
            self._outbox.put((sender, _response(piece, echo), is_last))

        return Order(ids, sampling, is_streamed, send, sender.is_cancelled)

    def _send_all(self) -> None:
        while (item := self._outbox.get()) is not None:
            sender, response, is_last = item
            if is_last:
                sender.send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            else:
                sender.send(response)

    def _warm_up(self) -> None:
        """Answers once before Triton calls the model ready, so that the first caller does not pay for it."""
        done: queue.SimpleQueue[Piece] = queue.SimpleQueue()
        ids = self._scheduler.model.tokenizer.encode("Hello", add_special_tokens=True).ids or [0]
        self._scheduler.submit(Order(ids, Sampling(max_tokens=4, temperature=0.0, ignore_eos=True), False, done.put, lambda: False))
        piece = done.get(timeout=300)
        if piece.finish_reason == "error":
            raise RuntimeError(f"the warm-up generation failed: {piece.error}")


class _Metrics:
    """Gauges and counters beside Triton's own, by model."""

    def __init__(self, model: str) -> None:
        labels = {"model": model}
        # A metric is dead once its family is collected.
        self._families: list[Any] = []

        def metric(name: str, text: str, kind: Any) -> Any:
            family = pb_utils.MetricFamily(name=name, description=text, kind=kind)
            self._families.append(family)
            return family.Metric(labels=labels)

        self._running = metric("conch_engine_running", "Requests in the pipeline", pb_utils.MetricFamily.GAUGE)
        self._waiting = metric("conch_engine_waiting", "Requests not yet admitted", pb_utils.MetricFamily.GAUGE)
        self._prompt = metric("conch_engine_prompt_tokens_total", "Prompt tokens", pb_utils.MetricFamily.COUNTER)
        self._completion = metric("conch_engine_completion_tokens_total", "Completion tokens", pb_utils.MetricFamily.COUNTER)

    def set_load(self, running: int, waiting: int) -> None:
        self._running.set(running)
        self._waiting.set(waiting)

    def add_tokens(self, prompt: int, completion: int) -> None:
        self._prompt.increment(prompt)
        self._completion.increment(completion)


def _text(request: Any, name: str) -> str | None:
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    if tensor is None:
        return None
    values = tensor.as_numpy().reshape(-1)
    if len(values) != 1:
        raise EngineError(f"INVALID: {name}: must have one element, has {len(values)}")
    value = values[0]
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _flag(request: Any, name: str, default: bool) -> bool:
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    return default if tensor is None else bool(tensor.as_numpy().reshape(-1)[0])


def _response(piece: Piece, echo: str) -> Any:
    if piece.error is not None:
        return _error(piece.error)
    return pb_utils.InferenceResponse(
        output_tensors=[
            pb_utils.Tensor("text_output", np.array([(echo + piece.text).encode("utf-8")], dtype=np.object_)),
            # The vLLM backend sends the word "None" until the end.
            pb_utils.Tensor("finish_reason", np.array([str(piece.finish_reason).encode("utf-8")], dtype=np.object_)),
            pb_utils.Tensor("num_input_tokens", np.array([piece.prompt_tokens], dtype=np.uint32)),
            pb_utils.Tensor("num_output_tokens", np.array([piece.completion_tokens], dtype=np.uint32)),
        ]
    )


def _error(text: str) -> Any:
    return pb_utils.InferenceResponse(output_tensors=[], error=pb_utils.TritonError(text))
