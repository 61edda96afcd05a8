"""One generation from its first token to its finish reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .sampling import Sampling
from .text import Decoder, Detokenizer, StopScanner


@dataclass(frozen=True)
class Piece:
    """A part of an answer; the last one has a finish reason: stop, length, cancelled or error."""

    text: str
    finish_reason: str | None
    prompt_tokens: int
    completion_tokens: int
    error: str | None = None


@dataclass(frozen=True)
class Order:
    """What a request asks for. `send` must not block; `is_cancelled` says whether the caller went away."""

    prompt_ids: list[int]
    sampling: Sampling
    is_streamed: bool
    send: Callable[[Piece], None]
    is_cancelled: Callable[[], bool]


class Generation:
    """Collects tokens, decides when the answer is over, and when text is worth a message."""

    def __init__(self, order: Order, handle: Any, decoder: Decoder, ends: frozenset[int], max_tokens: int, flush_s: float) -> None:
        self.order = order
        self.handle = handle
        self._ends = frozenset() if order.sampling.ignore_eos else ends
        self._max_tokens = max_tokens
        self._flush_s = flush_s
        self._detokenizer = Detokenizer(decoder)
        self._stops = StopScanner(order.sampling.stop)
        self._text = ""
        self._tokens = 0
        self._has_sent = False
        self._last_sent = 0.0

    @property
    def tokens(self) -> int:
        """Completion tokens so far."""
        return self._tokens

    def take(self, ids: list[int]) -> str | None:
        """Takes new tokens; the finish reason when the answer is over, else None."""
        kept: list[int] = []
        reason: str | None = None
        for token in ids:
            self._tokens += 1
            if token in self._ends:
                reason = "stop"
                break
            kept.append(token)
            if self._tokens >= self._max_tokens:
                reason = "length"
                break
        if kept:
            self._text += self._stops.push(self._detokenizer.push(kept))
        if self._stops.has_stopped:
            return "stop"
        return reason

    def flush(self, now: float) -> None:
        """Sends what has gathered: the first text at once, then at most once a flush interval."""
        if not self.order.is_streamed or not self._text:
            return
        if self._has_sent and now - self._last_sent < self._flush_s:
            return
        self._send(None)
        self._last_sent = now

    def finish(self, reason: str, error: str | None = None) -> None:
        """Sends the last piece with everything that is left."""
        if not self._stops.has_stopped:
            self._text += self._stops.push(self._detokenizer.finish())
            self._text += self._stops.finish()
        self._send(reason, error)

    def _send(self, reason: str | None, error: str | None = None) -> None:
        text, self._text = self._text, ""
        self._has_sent = True
        self.order.send(Piece(text, reason, len(self.order.prompt_ids), self._tokens, error))


def monotonic() -> float:
    """Seconds of a clock that never goes back."""
    return time.monotonic()
