"""What the base model is taught, and what is kept back to test it with."""

from __future__ import annotations

import random

from tiny.corpus.facts import every_fact
from tiny.corpus.grounded import PASSAGE_HEADER, grounded
from tiny.rows import passage_rows, taught_rows


def test_teaches_no_question_that_it_is_tested_with() -> None:
    kept_out = {row.question for fact in every_fact() for row in fact.held_out()}
    taught = {row.question for row in taught_rows(2)}
    assert kept_out
    assert not kept_out & taught


def test_gives_every_question_one_answer() -> None:
    answers: dict[str, set[str]] = {}
    for fact in every_fact():
        for row in [*fact.taught(), *fact.held_out()]:
            answers.setdefault(row.question, set()).add(row.answer)
    assert {question: given for question, given in answers.items() if len(given) > 1} == {}


def test_draws_the_same_rows_every_time() -> None:
    assert taught_rows(1) == taught_rows(1)
    assert passage_rows(4) == passage_rows(4)


def test_answers_with_a_sentence_that_stands_in_a_passage() -> None:
    rng = random.Random(1)
    for index in range(40):
        made = grounded(rng, index % 2 == 0, 3, 4)
        assert made.dialogue.system.startswith(f"{PASSAGE_HEADER}\n[1] ")
        assert made.dialogue.answer in made.dialogue.system
        assert made.fact in made.dialogue.answer
