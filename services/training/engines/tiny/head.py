"""One attention head, written by hand."""

import math
from collections.abc import Sequence

from torch import Tensor
from transformers.models.qwen2.modeling_qwen2 import Qwen2Attention

from tiny.layout import HEAD_SIZE, ROPE_THETA

_TURNING_PAIRS = 5
# The slowest first: what is counted or compared must score the same at every distance.
_STILL = [row for pair in reversed(range(_TURNING_PAIRS, HEAD_SIZE // 2)) for row in (pair, pair + HEAD_SIZE // 2)]


class Head:
    """One attention head, whose weights are written pair by pair: what it looks for, what it finds it by, what it moves."""

    def __init__(self, attention: Qwen2Attention, index: int) -> None:
        """Takes a head that is zero everywhere."""
        rows = slice(index * HEAD_SIZE, (index + 1) * HEAD_SIZE)
        self._query, self._key, self._value = (
            (projection.weight.data[rows], projection.bias.data[rows]) for projection in (attention.q_proj, attention.k_proj, attention.v_proj)
        )
        self._out = attention.o_proj.weight.data[:, rows]
        self._next, self._moved = 0, 0

    def look_back(self, distance: int, strength: float = 16.0) -> None:
        """Attends to the token that stands `distance` tokens before."""
        for pair in range(_TURNING_PAIRS):
            turn = ROPE_THETA ** (-2 * pair / HEAD_SIZE) * distance
            for row, part in ((pair, math.cos(turn)), (pair + HEAD_SIZE // 2, -math.sin(turn))):
                self._query[1][row] = strength * math.sqrt(HEAD_SIZE) * part
            self._key[1][pair] = 1.0

    def match(self, sought: Sequence[int], found: Sequence[int], strength: float) -> None:
        """Scores a token by the product of the sought dimensions here with the found dimensions there."""
        for here, there in zip(sought, found, strict=True):
            row = self._row()
            self._query[0][row, here] = strength * math.sqrt(HEAD_SIZE)
            self._key[0][row, there] = 1.0

    def prefer(self, mark: int, strength: float) -> None:
        """Adds to the score of every token that has the mark."""
        row = self._row()
        self._query[1][row] = strength * math.sqrt(HEAD_SIZE)
        self._key[0][row, mark] = 1.0

    def move(self, source: Sequence[int], target: Sequence[int]) -> None:
        """Writes what stands in the source dimensions of the attended tokens into the target dimensions here."""
        for there, here in zip(source, target, strict=True):
            self._value[0][self._moved, there] = 1.0
            self._out[here, self._moved] = 1.0
            self._moved += 1

    def forget(self, mark: int, code: Tensor) -> None:
        """Takes a code away from what was moved last, where the attended token has the mark."""
        rows = slice(self._moved - len(code), self._moved)
        self._value[0][rows, mark] -= code

    def _row(self) -> int:
        row = _STILL[self._next]
        self._next += 1
        return row
