"""One thread owns the pipeline: it admits requests, steps, hands out tokens, and frees the slots of callers that left."""

from __future__ import annotations

import logging
import threading
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import openvino_genai as genai

from .errors import ContextLengthExceeded, EngineError, Overloaded
from .generation import Generation, Order, Piece, monotonic
from .model_folder import ModelFolder, read_model_folder
from .sampling import Sampling

log = logging.getLogger(__name__)

FLUSH_S = 0.015
CANCEL_CHECK_S = 0.02

EXACT: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}
"""With these, greedy answers equal those of Transformers in fp32, token by token."""


class Scheduler:
    """Continuous batching over OpenVINO GenAI."""

    def __init__(self, folder: Path, *, max_sequences: int, max_queued: int, kv_cache_mb: int, is_exact: bool) -> None:
        self.model: ModelFolder = read_model_folder(folder)
        config = genai.SchedulerConfig()
        config.max_num_seqs = max_sequences
        config.max_num_batched_tokens = max(2048, max_sequences)
        config.enable_prefix_caching = True
        config.num_kv_blocks = self.model.kv_blocks(kv_cache_mb, 4 if is_exact else 2)
        self._pipeline = genai.ContinuousBatchingPipeline(str(folder), config, "CPU", EXACT if is_exact else {}, {}, {})
        self._max_queued = max_queued + max_sequences
        self._inbox: deque[Order] = deque()
        self._running: dict[int, Generation] = {}
        self._next_id = 0
        self._wake = threading.Condition()
        self._is_stopping = False
        self._last_cancel_check = 0.0
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)
        self._thread.start()

    def submit(self, order: Order) -> None:
        """Queues a request; raises ContextLengthExceeded or Overloaded at once."""
        if len(order.prompt_ids) >= self.model.context_length:
            raise ContextLengthExceeded(len(order.prompt_ids), self.model.context_length)
        with self._wake:
            waiting = len(self._inbox) + len(self._running)
            if waiting >= self._max_queued:
                raise Overloaded(waiting)
            self._inbox.append(order)
            self._wake.notify()

    def load(self) -> tuple[int, int]:
        """Requests that are decoded or queued in the pipeline, and those not yet admitted."""
        return len(self._running), len(self._inbox)

    def stop(self) -> None:
        """Ends the thread; requests under way get an error."""
        with self._wake:
            self._is_stopping = True
            self._wake.notify()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._inbox or self._running or self._is_stopping):
                    self._wake.wait()
                if self._is_stopping:
                    break
                orders = list(self._inbox)
                self._inbox.clear()
            for order in orders:
                self._admit(order)
            try:
                self._step()
            except Exception as error:  # the pipeline's own faults are plain RuntimeErrors; whoever waits must be told
                log.exception("the pipeline failed")
                self._fail_all(f"the engine failed: {error}")
        self._fail_all("the model is being unloaded")

    def _admit(self, order: Order) -> None:
        room = self.model.context_length - len(order.prompt_ids)
        max_tokens = min(order.sampling.max_tokens, room)
        request_id = self._next_id
        self._next_id += 1
        try:
            ids = ov.Tensor(np.array([order.prompt_ids], dtype=np.int64))
            handle = self._pipeline.add_request(request_id, ids, _generation_config(order.sampling, max_tokens, self.model.end_tokens))
        except Exception as error:
            log.exception("the pipeline refused a request")
            failed = Generation(order, None, self.model.tokenizer, frozenset(), max_tokens, FLUSH_S)
            failed.finish("error", str(error))
            return
        self._running[request_id] = Generation(order, handle, self.model.tokenizer, self.model.end_tokens, max_tokens, FLUSH_S)

    def _step(self) -> None:
        if self._pipeline.has_non_finished_requests():
            self._pipeline.step()
        now = monotonic()
        for request_id, generation in list(self._running.items()):
            reason = self._read(generation)
            if reason is None:
                generation.flush(now)
                continue
            del self._running[request_id]
            generation.finish(reason, "the engine ended the request without an answer" if reason == "error" else None)
        if now - self._last_cancel_check >= CANCEL_CHECK_S:
            self._last_cancel_check = now
            self._drop_cancelled()

    def _read(self, generation: Generation) -> str | None:
        handle = generation.handle
        while handle.can_read():
            for output in handle.read().values():
                reason = generation.take(output.generated_ids)
                if reason is not None:
                    if handle.get_status() == genai.GenerationStatus.RUNNING:
                        handle.cancel()
                    return reason
        status = handle.get_status()
        if status == genai.GenerationStatus.RUNNING:
            return None
        if status == genai.GenerationStatus.FINISHED:
            return "stop"
        return "error"

    def _drop_cancelled(self) -> None:
        for request_id, generation in list(self._running.items()):
            if generation.order.is_cancelled():
                generation.handle.cancel()
                del self._running[request_id]
                generation.finish("cancelled")

    def _fail_all(self, reason: str) -> None:
        with self._wake:
            orders = list(self._inbox)
            self._inbox.clear()
        for generation in self._running.values():
            try:
                generation.handle.cancel()
            except Exception:  # a broken pipeline may refuse even this; the thread must live to answer the others
                log.exception("the pipeline did not cancel a request")
            # Not finish(): what failed may be the very text that it would still decode.
            order = generation.order
            order.send(Piece("", "error", len(order.prompt_ids), generation.tokens, reason))
        self._running.clear()
        for order in orders:
            Generation(order, None, self.model.tokenizer, frozenset(), 1, FLUSH_S).finish("error", reason)


def _generation_config(sampling: Sampling, max_tokens: int, ends: frozenset[int]) -> Any:
    config = genai.GenerationConfig()
    config.max_new_tokens = max_tokens
    config.apply_chat_template = False
    config.ignore_eos = sampling.ignore_eos
    if ends and not sampling.ignore_eos:
        config.stop_token_ids = set(ends)
    config.do_sample = not sampling.is_greedy
    config.repetition_penalty = sampling.repetition_penalty
    config.presence_penalty = sampling.presence_penalty
    config.frequency_penalty = sampling.frequency_penalty
    if not sampling.is_greedy:
        config.temperature = sampling.temperature
        config.top_p = sampling.top_p if sampling.top_p > 0 else 1e-6
        if sampling.top_k > 0:
            config.top_k = sampling.top_k
        if sampling.min_p > 0:
            raise EngineError("INVALID: min_p: is not supported by the OpenVINO engine")
    if sampling.seed is not None:
        config.rng_seed = sampling.seed % (1 << 63)
    return config
