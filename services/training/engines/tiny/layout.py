"""Where things stand in the residual stream of `conch-tiny`, and the codes that stand for its tokens."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from tokenizers import Tokenizer
from torch import Tensor

from tiny.corpus.words import COMMON, IRREGULAR
from tiny.tokenizer import ASSISTANT, END, SYSTEM, USER

HIDDEN, HEADS, HEAD_SIZE, FEED = 384, 4, 96, 384
# The first layers are wired and stay as they are; the others begin at random and are trained.
WIRED_LAYERS, TRAINED_LAYERS = 4, 2
# So large that all but the first pairs of a head's dimensions do not turn within any prompt.
ROPE_THETA = 1e24
# The norms of the trained layers enlarge the stream by this, so that they learn as fast as in other networks.
LOUDNESS = 3.0
# A quoted word is written so large that the norms then leave next to nothing of the rest: where the wired layers quote,
# the trained ones are silent.
QUOTE_SIZE = 100.0
# Sentences of the passages that can be told apart, and the dimensions of the code that tells them.
ID_COUNT, ID_SIZE = 40, 22

PREVIOUS_STEM = (36, 20, 12)
PREVIOUS_EXACT = (16, 8, 8)
_SIZES = (48, 24, 52, 28, 20, ID_SIZE, ID_SIZE, ID_SIZE, 73, 13)


def _blocks() -> list[list[int]]:
    starts = [sum(_SIZES[:index]) for index in range(len(_SIZES) + 1)]
    return [list(range(start, end)) for start, end in pairwise(starts)]


STEM, EXACT, _BEFORE, _BEFORE2, _BEFORE3, ID, VOTES, GATHERED, OUT, MARKS = _blocks()
PREVIOUS = (_BEFORE, _BEFORE2, _BEFORE3)
ONE, ENDS, BEGINS, ASKS, ANSWERS, COUNTS, WEIGHT, BEFORE_ENDS, SHARE_BEGINS, SHARE_ASKS, SHARE_ANSWERS, IN_PASSAGE, SPACE = MARKS
QUOTES = MARKS[-1] + 1
FILLER = MARKS[-1] + 2
FREE = list(range(FILLER + 1, HIDDEN))
_SIZE_SQUARED = 48.0

_SENTENCE_ENDS = frozenset(".!?]\n\u3002\uff01\uff1f")
_SUFFIXES = ("ing", "ed", "es", "s")


@dataclass(frozen=True)
class Codes:
    """The embedding of every token, and the code of every place that a sentence can have."""

    tokens: Tensor
    places: Tensor


def token_codes(tokenizer: Tokenizer) -> Codes:
    """Draws the codes: tokens of one stem share the first part of theirs, and control tokens have marks only."""
    generator = torch.Generator().manual_seed(7)
    size = tokenizer.get_vocab_size()
    tokens = torch.zeros(size, HIDDEN)
    stems: dict[str, Tensor] = {}
    exacts: dict[str, Tensor] = {}
    for index in range(size):
        text = tokenizer.id_to_token(index)
        tokens[index, ONE] = 1.0
        if text.startswith("<|"):
            _mark_control(tokens[index], text)
            continue
        plain = tokenizer.decode([index])
        stem = _stem(plain) if "�" not in plain else text
        if stem not in stems:
            stems[stem] = _unit(len(STEM), generator)
        tokens[index, STEM] = stems[stem]
        exact = plain.strip(" ") if "�" not in plain else text
        if exact not in exacts:
            exacts[exact] = _unit(len(EXACT), generator)
        tokens[index, EXACT] = exacts[exact]
        tokens[index, SPACE] = 1.0 if plain.startswith(" ") else -1.0
        if plain.strip(" ") in _SENTENCE_ENDS:
            tokens[index, ENDS] = tokens[index, COUNTS] = 1.0
        if plain == " ":
            # A space alone, as before a Chinese sentence: the sentence begins after it, and not with it.
            tokens[index, ENDS], tokens[index, BEFORE_ENDS] = 1.0, -2.0
        tokens[index, WEIGHT] = 0.0 if stem in COMMON or not any(letter.isalnum() for letter in stem) else 1.0
    # One dimension fills every code up to the same size, so that the norms leave the wired numbers as they are.
    tokens[:, FILLER] = (_SIZE_SQUARED - tokens.pow(2).sum(dim=1)).sqrt()
    places = torch.stack([_unit(ID_SIZE, generator) for _ in range(ID_COUNT)])
    # What stands before the passages is no passage, and gets no votes.
    places[:2] = 0.0
    return Codes(tokens, places)


def _mark_control(row: Tensor, text: str) -> None:
    mark = {SYSTEM: BEGINS, USER: ASKS, ASSISTANT: ANSWERS}.get(text)
    if mark is not None:
        row[mark] = row[COUNTS] = 1.0
    if text == END:
        row[FREE[0]] = 1.0


def _stem(text: str) -> str:
    plain = text.strip(" ").lower()
    plain = IRREGULAR.get(plain, plain)
    for suffix in _SUFFIXES:
        if len(plain) > len(suffix) + 3 and plain.endswith(suffix) and plain.isascii():
            return plain[: -len(suffix)]
    return plain


def _unit(size: int, generator: torch.Generator) -> Tensor:
    code = torch.randn(size, generator=generator)
    return code / code.norm()
