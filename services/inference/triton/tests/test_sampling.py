"""Sampling parameters: each field checked, each fault named."""

from __future__ import annotations

import json

import pytest
from conch_engine.errors import InvalidSampling
from conch_engine.sampling import Sampling, parse_sampling


def test_takes_the_names_of_the_vllm_backend() -> None:
    text = '{"max_tokens": 5, "temperature": 0, "top_p": 0.5, "top_k": 3, "seed": 7, "stop": "x", "ignore_eos": true}'
    expected = Sampling(max_tokens=5, temperature=0.0, top_p=0.5, top_k=3, seed=7, stop=("x",), ignore_eos=True)
    assert parse_sampling(text) == expected


@pytest.mark.parametrize(("temperature", "is_greedy"), [(0, True), (1e-300, True), (1e-40, True), (9e-6, True), (1e-5, False), (0.7, False)])
def test_a_temperature_too_small_to_divide_by_is_greedy(temperature: float, is_greedy: bool) -> None:
    assert parse_sampling(json.dumps({"temperature": temperature})).is_greedy is is_greedy


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "sampling_parameters"),
        ("[]", "sampling_parameters"),
        ('{"max_tokens": 0}', "max_tokens"),
        ('{"max_tokens": true}', "max_tokens"),
        ('{"temperature": "hot"}', "temperature"),
        ('{"top_p": 7}', "top_p"),
        ('{"stop": [1]}', "stop"),
        ('{"best_of": 2}', "best_of"),
        ('{"ignore_eos": 1}', "ignore_eos"),
    ],
)
def test_names_the_field_at_fault(text: str, field: str) -> None:
    with pytest.raises(InvalidSampling, match=f"INVALID: {field}: "):
        parse_sampling(text)
