"""Token ids to text as they come: characters are never cut, and nothing after the beginning of a stop string is sent too early."""

from __future__ import annotations

from typing import Protocol

REPLACEMENT = "\ufffd"


class Decoder(Protocol):
    """What the detokenizer needs of a tokenizer."""

    def decode(self, ids: list[int], skip_special_tokens: bool = True) -> str: ...


class Detokenizer:
    """
    Decodes a growing sequence. Only a short window is decoded again each time; a text that ends in the middle of a character
    (it decodes to the replacement character) is held back until its other bytes came.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._ids: list[int] = []
        self._prefix = 0
        self._read = 0

    def push(self, ids: list[int]) -> str:
        """The text that is certain after these ids, beyond what was returned before."""
        self._ids.extend(ids)
        return self._take(is_last=False)

    def finish(self) -> str:
        """What is left at the end, incomplete characters included."""
        return self._take(is_last=True)

    def _take(self, is_last: bool) -> str:
        before = self._decoder.decode(self._ids[self._prefix : self._read], skip_special_tokens=True)
        after = self._decoder.decode(self._ids[self._prefix :], skip_special_tokens=True)
        if len(after) <= len(before) or (after.endswith(REPLACEMENT) and not is_last):
            return ""
        self._prefix = self._read
        self._read = len(self._ids)
        return after[len(before) :]


class StopScanner:
    """Finds stop strings across pieces of text. What could still become one is held back; the stop string itself is never sent."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = stops
        self._held = ""
        self.has_stopped = False

    def push(self, text: str) -> str:
        """The text that may be sent now."""
        if not self._stops or self.has_stopped:
            return "" if self.has_stopped else text
        self._held += text
        found = min((at for at in (self._held.find(stop) for stop in self._stops) if at >= 0), default=-1)
        if found >= 0:
            self.has_stopped = True
            sent, self._held = self._held[:found], ""
            return sent
        keep = self._possible_beginning()
        sent = self._held[: len(self._held) - keep]
        self._held = self._held[len(self._held) - keep :]
        return sent

    def finish(self) -> str:
        """What was held back and did not become a stop string after all."""
        sent, self._held = self._held, ""
        return "" if self.has_stopped else sent

    def _possible_beginning(self) -> int:
        longest = 0
        for stop in self._stops:
            for length in range(min(len(stop) - 1, len(self._held)), longest, -1):
                if self._held.endswith(stop[:length]):
                    longest = length
                    break
        return longest
