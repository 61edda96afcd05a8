"""Refusals of the engine. Their texts begin with a prefix that the inference service reads; the rest is for people."""

from __future__ import annotations


class EngineError(Exception):
    """A request that the engine does not take; `str()` is the wire text."""


class InvalidSampling(EngineError):
    """A sampling parameter is out of range or unknown."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"INVALID: {field}: {problem}")


class ContextLengthExceeded(EngineError):
    """The prompt leaves no room for an answer."""

    def __init__(self, prompt_tokens: int, context_length: int, *, is_least: bool = False) -> None:
        count = f"at least {prompt_tokens}" if is_least else str(prompt_tokens)
        super().__init__(f"CONTEXT_LENGTH: The prompt has {count} tokens; the model takes {context_length}, the answer included.")


class TextTooLong(EngineError):
    """A text has more tokens than the embedding model reads; its place, its tokens (+ for at least) and the limit are told as numbers."""

    def __init__(self, place: int, tokens: int, limit: int, *, is_least: bool = False) -> None:
        super().__init__(f"TEXT_TOO_LONG: {place} {tokens}{'+' if is_least else ''} {limit}")


class Overloaded(EngineError):
    """Every place in the queue is taken."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"OVERLOADED: {waiting} requests are waiting already.")
