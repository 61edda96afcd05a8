"""The scheduler's thread outlives whatever the pipeline throws."""

from __future__ import annotations

import queue
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conch_engine import scheduler
from conch_engine.generation import Order, Piece
from conch_engine.sampling import Sampling


class _BrokenHandle:
    def cancel(self) -> None:
        raise RuntimeError("no such request")


class _BrokenPipeline:
    def __init__(self, *_: Any) -> None:
        pass

    def add_request(self, *_: Any) -> _BrokenHandle:
        return _BrokenHandle()

    def has_non_finished_requests(self) -> bool:
        return True

    def step(self) -> None:
        raise RuntimeError("out of memory")


def test_answers_on_when_a_failed_pipeline_refuses_to_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    model = SimpleNamespace(context_length=64, tokenizer=None, end_tokens=frozenset(), kv_blocks=lambda *_: 1)
    monkeypatch.setattr(scheduler, "read_model_folder", lambda _: model)
    monkeypatch.setattr(scheduler.genai, "ContinuousBatchingPipeline", _BrokenPipeline)
    engine = scheduler.Scheduler(Path("none"), max_sequences=4, max_queued=4, kv_cache_mb=1, is_exact=True)
    answers: queue.SimpleQueue[Piece] = queue.SimpleQueue()
    for _ in range(2):
        engine.submit(Order([1, 2], Sampling(max_tokens=4, temperature=0.0), False, answers.put, lambda: False))
        assert answers.get(timeout=10).error == "the engine failed: out of memory"
    engine.stop()
