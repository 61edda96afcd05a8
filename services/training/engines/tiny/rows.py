"""The rows that `conch-tiny` is trained on, in a fixed order."""

import random
from collections.abc import Iterator

from tiny.corpus.dialogue import Dialogue
from tiny.corpus.facts import every_fact
from tiny.corpus.grounded import grounded, invented_name, unknown
from tiny.corpus.words import CHARACTERS, COMMON, WORDS

_PASSAGE_SIZES = ((1, 2), (1, 3), (2, 2), (3, 2), (3, 4))


_LEADS = ("Please tell me: ", "Can you answer this: ", "Question: ", "I want to know: ", "Please answer: ", "Well, ", "So, ", "Now, ")
_LEADS_ZH = ("请回答:", "我想知道,", "问题:", "请问,", "那么,", "我问你,")

_MARKS = ".!?\u3002\uff01\uff1f"


def taught_rows(rounds: int) -> list[Dialogue]:
    """Every taught wording of every fact, as often as there are rounds, and mostly with other words around it."""
    rng = random.Random(7)
    kept_out = {row.question for fact in every_fact() for row in fact.held_out()}
    plain = [row for fact in every_fact() for row in fact.taught()]
    rows = []
    for _ in range(rounds):
        for row in rng.sample(plain, len(plain)):
            varied = _varied(row.question, rng)
            rows.append(row if varied in kept_out else Dialogue(varied, row.answer))
    return rows


def _varied(question: str, rng: random.Random) -> str:
    """The question as someone else might type it."""
    chinese = not question.isascii()
    if rng.random() < 0.35:
        lead = rng.choice(_LEADS_ZH if chinese else _LEADS)
        question = lead + (question if chinese or question.startswith("I ") else question[0].lower() + question[1:])
    if rng.random() < 0.2:
        question = question.rstrip(_MARKS)
    if rng.random() < 0.15:
        question = question.lower()
    return question


def passage_rows(count: int) -> list[Dialogue]:
    """Questions on passages, of which every tenth is not answered by them, and as many questions without any passage."""
    rng = random.Random(8)
    rows = []
    for index in range(count):
        chinese = index % 2 == 0
        passages, sentences = rng.choice(_PASSAGE_SIZES)
        rows.append(grounded(rng, chinese, passages, sentences, answered=rng.random() >= 0.08).dialogue)
        rows.append(unknown(rng, chinese))
    return rows


def tokenizer_texts() -> Iterator[str]:
    """The text that the tokenizer's merges are learned from."""
    for row in [*taught_rows(1), *passage_rows(400)]:
        yield row.system
        yield row.question
        yield row.answer
    rng = random.Random(9)
    for _ in range(1500):
        name = invented_name(rng)
        yield from (name, f" {name}")
    for word in [*WORDS, *(word for word in sorted(COMMON) if word.isascii())]:
        for form in (word, word.capitalize()):
            yield from (form, f" {form}") * 3
    for ending in ("md", "txt", "pdf", "com", "org", *"0123456789"):
        yield from [f".{ending}"] * 20
    for character in dict.fromkeys(CHARACTERS):
        yield from [character] * 4
