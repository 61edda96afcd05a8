"""The `sampling_parameters` tensor: JSON with the names that the vLLM backend uses, checked field by field."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .errors import InvalidSampling

GREEDY_BELOW = 1e-5
"""Temperatures below this one are greedy, as vLLM has it."""


@dataclass(frozen=True)
class Sampling:
    """How one answer is sampled."""

    max_tokens: int = 16
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = -1
    min_p: float = 0.0
    seed: int | None = None
    stop: tuple[str, ...] = field(default=())
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    repetition_penalty: float = 1.0
    ignore_eos: bool = False

    @property
    def is_greedy(self) -> bool:
        """Takes the likeliest token each time: a temperature this small means so, and dividing by it would overflow."""
        return self.temperature < GREEDY_BELOW


_NUMBERS: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 2.0),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "presence_penalty": (-2.0, 2.0),
    "frequency_penalty": (-2.0, 2.0),
    "repetition_penalty": (0.01, 10.0),
}
_INTEGERS: dict[str, tuple[int, int]] = {
    "max_tokens": (1, 1 << 20),
    "top_k": (-1, 1 << 20),
    "seed": (-(1 << 63), (1 << 63) - 1),
}
MAX_STOPS = 16
MAX_STOP_CHARACTERS = 512


def parse_sampling(text: str) -> Sampling:
    """Reads the tensor's JSON; raises InvalidSampling that names the field at fault."""
    try:
        raw: Any = json.loads(text) if text else {}
    except json.JSONDecodeError as error:
        raise InvalidSampling("sampling_parameters", f"is not JSON ({error.msg} at {error.pos})") from error
    if not isinstance(raw, dict):
        raise InvalidSampling("sampling_parameters", "must be a JSON object")
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if value is None:
            continue
        if name in _NUMBERS:
            values[name] = _number(name, value)
        elif name in _INTEGERS:
            values[name] = _integer(name, value)
        elif name == "stop":
            values[name] = _stops(value)
        elif name == "ignore_eos":
            if not isinstance(value, bool):
                raise InvalidSampling(name, "must be true or false")
            values[name] = value
        else:
            raise InvalidSampling(name, "is not a sampling parameter of this engine")
    return Sampling(**values)


def _number(name: str, value: Any) -> float:
    low, high = _NUMBERS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InvalidSampling(name, f"must be a number between {low:g} and {high:g}, got {value!r}")
    return float(value)


def _integer(name: str, value: Any) -> int:
    low, high = _INTEGERS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidSampling(name, f"must be a whole number between {low} and {high}, got {value!r}")
    return value


def _stops(value: Any) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops):
        raise InvalidSampling("stop", "must be a string or a list of strings")
    kept = tuple(stop for stop in stops if stop)
    if len(kept) > MAX_STOPS or any(len(stop) > MAX_STOP_CHARACTERS for stop in kept):
        raise InvalidSampling("stop", f"takes at most {MAX_STOPS} strings of {MAX_STOP_CHARACTERS} characters")
    return kept
