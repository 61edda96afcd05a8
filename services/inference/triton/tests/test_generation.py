"""The generation model, served by a real Triton."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Call

Start = Callable[..., Call]
LONG = '{"max_tokens": 400, "temperature": 0, "ignore_eos": true}'


@pytest.mark.parametrize("batch", [1, 2, 8])
def test_greedy_answers_equal_those_of_transformers(start: Start, model_folder: Path, batch: int) -> None:
    expected = json.loads((model_folder / "greedy.json").read_text("utf-8"))
    sampling = json.dumps({"max_tokens": expected["new_tokens"], "temperature": 0})
    rows = expected["answers"][:batch]
    calls = [start(row["prompt"], sampling) for row in rows]
    assert [call.answer().text for call in calls] == [row["text"] for row in rows]


def test_streams_in_pieces_and_counts_tokens(start: Start) -> None:
    answer = start("hello", LONG).answer()
    assert len(answer.pieces) > 2
    assert (answer.finish_reason, answer.completion_tokens) == ("length", 400)
    assert answer.prompt_tokens > 0


def test_answers_in_one_response_when_not_streamed(start: Start) -> None:
    sampling = '{"max_tokens": 8, "temperature": 0, "ignore_eos": true}'
    answer = start("hello", sampling, is_streamed=False).answer()
    assert len(answer.pieces) == 1
    assert answer.text.startswith("hello"), "the vLLM backend echoes the input unless told otherwise"


def test_a_seed_repeats_an_answer_and_another_changes_it(start: Start) -> None:
    texts = [start("hello", json.dumps({"max_tokens": 30, "temperature": 1, "seed": seed})).answer().text for seed in (1, 1, 2)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_a_seed_repeats_an_answer_beside_others(start: Start) -> None:
    sampling = json.dumps({"max_tokens": 30, "temperature": 1, "seed": 5})
    alone = start("hello", sampling).answer().text
    crowd = [start("the quick", LONG) for _ in range(3)]
    beside = start("hello", sampling).answer().text
    for call in crowd:
        call.answer()
    assert beside == alone


def test_a_stop_string_ends_the_answer_before_itself(start: Start) -> None:
    whole = start("hello", '{"max_tokens": 40, "temperature": 0, "ignore_eos": true}').answer().text
    stop = whole[12:15]
    answer = start("hello", json.dumps({"max_tokens": 40, "temperature": 0, "ignore_eos": True, "stop": [stop]})).answer()
    assert answer.finish_reason == "stop"
    assert answer.text == whole[: whole.index(stop)]


@pytest.mark.parametrize(
    ("sampling", "words"),
    [('{"top_p": 7}', "INVALID: top_p"), ("nonsense", "INVALID: sampling_parameters"), ('{"max_tokens": -1}', "INVALID: max_tokens")],
)
def test_refuses_bad_sampling_by_name_and_goes_on(start: Start, sampling: str, words: str) -> None:
    assert words in str(start("hello", sampling).answer().error)
    assert start("hello", '{"max_tokens": 2}').answer().error is None


def test_refuses_a_prompt_beyond_the_context_with_numbers(start: Start) -> None:
    error = start("a " * 600, '{"max_tokens": 2}').answer().error
    assert error is not None
    assert "CONTEXT_LENGTH:" in error
    assert "512" in error


def test_a_caller_that_leaves_frees_its_slot(start: Start) -> None:
    first = start("hello", LONG, model="narrow")
    first.next()
    first.cancel()
    began = time.monotonic()
    answer = start("hello", '{"max_tokens": 2, "temperature": 0}', model="narrow").answer()
    assert answer.error is None
    assert time.monotonic() - began < 5, "the slot was not freed"


def test_says_when_the_queue_is_full(start: Start) -> None:
    crowd = [start("hello", LONG, model="narrow") for _ in range(6)]
    errors = [call.answer().error for call in crowd]
    assert any(error is not None and "OVERLOADED:" in error for error in errors)
    assert any(error is None for error in errors)
