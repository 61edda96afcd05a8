"""The events file: one JSON object a line, appended by the engine and followed by the runner. Nothing in it is ever rewritten."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Events:
    """Appends events; a line is one write, so that lines of several processes never mix."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.phase_name = "start"

    def phase(self, name: str) -> None:
        """A phase begins."""
        self.phase_name = name
        self._append({"type": "phase", "phase": name})

    def step(self, step: int, total_steps: int, metrics: Mapping[str, Any]) -> None:
        """Metrics of a training step; values that JSON has no word for are left out."""
        finite = {key: value for key, value in metrics.items() if not isinstance(value, float) or math.isfinite(value)}
        self._append({"type": "step", "step": step, "total_steps": total_steps, "metrics": finite})

    def checkpoint(self, step: int, path: Path) -> None:
        """A checkpoint is whole on disk."""
        self._append({"type": "checkpoint", "step": step, "path": str(path)})

    def note(self, level: str, message: str) -> None:
        """Something that a person should read: level `info`, `warn` or `error`."""
        self._append({"type": "note", "level": level, "message": message})

    def fault(self, code: str, message: str, retryable: bool) -> None:
        """The attempt cannot succeed; the last event of a failed run."""
        self._append({"type": "fault", "code": code, "message": message, "retryable": retryable})

    def result(self, result: Mapping[str, Any]) -> None:
        """What was made; the last event of a run that succeeded."""
        self._append({"type": "result", **result})

    def _append(self, event: Mapping[str, Any]) -> None:
        line = json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, line.encode("utf-8", "replace"))
        finally:
            os.close(handle)
