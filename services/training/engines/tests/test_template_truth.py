"""Training equals serving, or it is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conch_trainer import template_truth
from conch_trainer.faults import EngineFault

Rows = list[tuple[int, list[dict[str, str]]]]

CHATML = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
DEFAULT_SYSTEM = (
    "{% if messages[0]['role'] != 'system' %}{{ '<|system|>You are a conch made by the sea.<|end|>' }}{% endif %}"
    "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
LAST_TURN_MARK = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>' }}{% if loop.last and m['role'] == 'user' %}{{ '(now) ' }}{% endif %}"
    "{{ m['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
REFUSES_SYSTEM = (
    "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system messages') }}{% endif %}"
    "{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


@pytest.mark.parametrize("template", [CHATML, DEFAULT_SYSTEM])
def test_takes_a_plain_template_as_the_trainer_parses_it(with_template: Callable[[str], Path], rows: Rows, template: str) -> None:
    folder = with_template(template)
    assert template_truth.choose_template(folder, rows, {}) == {}
    truth = template_truth.compare(folder, folder, rows, {})
    assert truth.rows == 3
    assert truth.tokens > 0


def test_finds_the_end_token_that_answers_are_trained_with(base: Path, rows: Rows) -> None:
    assert template_truth.compare(base, base, rows, {}).end_tokens == [1]


def test_refuses_a_template_that_no_template_of_the_trainer_equals(with_template: Callable[[str], Path], rows: Rows) -> None:
    with pytest.raises(EngineFault) as refused:
        template_truth.choose_template(with_template(LAST_TURN_MARK), rows, {})
    assert refused.value.code == "TEMPLATE_MISMATCH"
    assert not refused.value.retryable


def test_names_the_first_token_that_differs(base: Path, with_template: Callable[[str], Path], rows: Rows) -> None:
    with pytest.raises(EngineFault, match=r"row 1, token 0: trained on .*, served '<\|system\|>You are a"):
        template_truth.compare(base, with_template(DEFAULT_SYSTEM), rows, {})


def test_refuses_a_template_by_name_that_says_more_than_is_served(base: Path, rows: Rows) -> None:
    with pytest.raises(EngineFault) as refused:
        template_truth.choose_template(base, rows, {"template": "qwen"})
    assert refused.value.code == "TEMPLATE_MISMATCH"


def test_leaves_the_trainers_templates_as_they_were(base: Path, rows: Rows) -> None:
    from llamafactory.data.template import TEMPLATES

    before = {name: template.default_system for name, template in TEMPLATES.items()}
    with pytest.raises(EngineFault):
        template_truth.choose_template(base, rows, {"template": "qwen", "default_system": "changed"})
    assert {name: template.default_system for name, template in TEMPLATES.items()} == before


def test_finds_the_trainers_template_that_equals_one_which_it_cannot_parse(with_template: Callable[[str], Path], rows: Rows) -> None:
    folder = with_template(REFUSES_SYSTEM)
    without_system = [row for row in rows if row[1][0]["role"] != "system"]
    chosen = template_truth.choose_template(folder, without_system, {})
    assert "template" in chosen
    assert template_truth.compare(folder, folder, without_system, chosen).rows == 2


def test_says_why_when_nothing_fits(with_template: Callable[[str], Path], rows: Rows) -> None:
    with pytest.raises(EngineFault, match="no system messages"):
        template_truth.choose_template(with_template(REFUSES_SYSTEM), rows, {})


def test_samples_every_shape_of_conversation(data: Path) -> None:
    assert [number for number, _ in template_truth.sample_rows(data)] == [0, 1, 2]
