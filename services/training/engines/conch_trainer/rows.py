"""LLaMA-Factory skips a row that it does not understand with a warning and still succeeds; here that is a fault, before the first step."""

from __future__ import annotations

import logging

from llamafactory.extras.logging import add_handler

from .events import Events
from .faults import EngineFault

SKIPPED = ("Skipping this abnormal example", "Dropped invalid example")
REASON = ("Invalid role tag", "Invalid message count")
TOO_LONG = "Dropped lengthy example"


class RowGuard(logging.Handler):
    """Listens to LLaMA-Factory's warnings. A skipped row ends the run at once; a row that packing drops for its length is told and counted."""

    def __init__(self, events: Events) -> None:
        super().__init__(logging.WARNING)
        self._events = events
        self._reason = ""
        self.too_long = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Raises for a skipped row, which logging passes on to the trainer, since only the emit of its own handlers is guarded."""
        message = record.getMessage()
        if message.startswith(REASON):
            self._reason = message
        elif message.startswith(SKIPPED):
            raise EngineFault(
                "ROW_SKIPPED",
                f"The trainer does not take a row of the training file: {(self._reason or message)[:400]}. Correct the row and upload the file again.",
            )
        elif message.startswith(TOO_LONG):
            self.too_long += 1
            if self.too_long == 1:
                self._events.note("warn", f"A row is longer than the cutoff length and is left out: {message[:200]}")


def watch_rows(events: Events) -> RowGuard:
    """Puts the guard on LLaMA-Factory's logger."""
    guard = RowGuard(events)
    add_handler(guard)
    return guard
