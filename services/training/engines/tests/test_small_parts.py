"""Faults, events, the result file, and the guard on skipped rows."""

from __future__ import annotations

import errno
import logging
import math
from pathlib import Path

import pytest
from conch_trainer.events import Events
from conch_trainer.faults import EngineFault, classify
from conch_trainer.metrics_csv import write_metrics
from conch_trainer.rows import RowGuard
from conftest import read_events


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (MemoryError(), "OUT_OF_MEMORY", False),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"), "OUT_OF_MEMORY", False),
        (OSError(errno.ENOSPC, "No space left on device"), "OUT_OF_DISK", True),
        (ValueError("bad"), "TRAINER_FAILED", False),
        (EngineFault("ROW_SKIPPED", "row 3"), "ROW_SKIPPED", False),
    ],
)
def test_names_the_cause(error: BaseException, code: str, retryable: bool) -> None:
    fault = classify(error, "train")
    assert (fault.code, fault.retryable) == (code, retryable)


def test_looks_through_what_libraries_wrap() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as cause:
            raise RuntimeError("could not save") from cause
    except RuntimeError as error:
        assert classify(error, "merge").code == "OUT_OF_DISK"


@pytest.mark.parametrize(
    ("phase", "code"), [("merge", "MERGE_FAILED"), ("convert", "CONVERT_FAILED"), ("check", "MODEL_CHECK_FAILED"), ("start", "TRAINER_FAILED")]
)
def test_names_the_phase_of_what_it_does_not_know(phase: str, code: str) -> None:
    assert classify(ValueError("x"), phase).code == code


def test_leaves_out_numbers_that_json_has_no_word_for(events: Events) -> None:
    events.step(1, 2, {"loss": math.nan, "lr": 0.1, "grad_norm": math.inf})
    assert read_events(events.path) == [{"type": "step", "step": 1, "total_steps": 2, "metrics": {"lr": 0.1}}]


def test_writes_a_row_a_step(tmp_path: Path) -> None:
    history = [
        {"step": 1, "loss": 2.0},
        {"step": 2, "loss": 1.5},
        {"step": 2, "eval_loss": 1.75, "eval_accuracy": 0.5},
        {"step": 2, "train_runtime": 3.0, "train_loss": 1.75},
    ]
    assert write_metrics({"log_history": history}, tmp_path / "m.csv") == 2
    assert (tmp_path / "m.csv").read_text() == "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,2.0,,,\n2,1.5,,1.75,0.5\n"


def logged(guard: RowGuard, *messages: str) -> None:
    logger = logging.Logger("llamafactory-of-a-test")
    logger.addHandler(guard)
    for message in messages:
        logger.warning(message)


def test_ends_the_run_at_a_skipped_row_and_says_why(events: Events) -> None:
    with pytest.raises(EngineFault, match="Invalid role tag in"):
        logged(RowGuard(events), "Invalid role tag in [{'role': 'user'}].", "Skipping this abnormal example.")


def test_counts_rows_that_are_too_long_and_goes_on(events: Events) -> None:
    guard = RowGuard(events)
    logged(guard, *["Dropped lengthy example with length 900 > 512."] * 3)
    assert guard.too_long == 3
    assert [event["type"] for event in read_events(events.path)] == ["note"]
