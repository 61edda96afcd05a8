"""Tells the runner of every step and checkpoint, from inside the trainer: `trainer_log.jsonl` knows neither gradient norms nor token accuracy."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from .events import Events

NAMES = {
    "loss": "loss",
    "eval_loss": "eval_loss",
    "eval_accuracy": "eval_accuracy",
    "learning_rate": "lr",
    "epoch": "epoch",
    "grad_norm": "grad_norm",
    "reward": "reward",
    "rewards/accuracies": "accuracy",
}
"""Transformers' names of what is told, and ours."""


class ProgressCallback(TrainerCallback):
    """Writes an event for each log entry and each saved checkpoint."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._started = time.monotonic()
        self._tokens_before = 0

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Starts the clock of the throughput."""
        self._started = time.monotonic()
        self._tokens_before = int(state.num_input_tokens_seen)

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """A step's metrics; the summary at the end of the training is no step's."""
        if not args.should_save or logs is None or not ("loss" in logs or "eval_loss" in logs):
            return
        metrics = {ours: logs[theirs] for theirs, ours in NAMES.items() if theirs in logs}
        tokens = int(state.num_input_tokens_seen)
        if tokens > 0:
            metrics["total_tokens"] = tokens
            metrics["throughput"] = round((tokens - self._tokens_before) / max(time.monotonic() - self._started, 1e-6), 2)
        self._events.step(int(state.global_step), int(state.max_steps), metrics)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """The trainer calls this after the last file of the checkpoint is written."""
        if args.should_save and args.output_dir is not None:
            self._events.checkpoint(int(state.global_step), Path(args.output_dir) / f"checkpoint-{state.global_step}")
