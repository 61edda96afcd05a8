"""The result file of a job in OpenAI's form, from the trainer's own history, which a resumed training carries on."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

COLUMNS = {"train_loss": "loss", "train_accuracy": "train_accuracy", "valid_loss": "eval_loss", "valid_mean_token_accuracy": "eval_accuracy"}


def write_metrics(state: dict[str, Any], path: Path) -> int:
    """Writes a row a step and returns how many; a value that was not measured at a step stays empty."""
    steps: dict[int, dict[str, Any]] = {}
    for entry in state.get("log_history", []):
        if "loss" in entry or "eval_loss" in entry:
            steps.setdefault(int(entry["step"]), {}).update(entry)
    with path.open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle, lineterminator="\n")
        rows.writerow(["step", *COLUMNS])
        for step, entry in sorted(steps.items()):
            rows.writerow([step, *(entry.get(name, "") for name in COLUMNS.values())])
    return len(steps)
