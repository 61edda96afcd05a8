"""The tokenizer and the template of the base model, and the heads that let it read before it is trained."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tiny.corpus.dialogue import Dialogue
from tiny.corpus.grounded import grounded
from tiny.evaluate import answers
from tiny.network import CONTEXT_LENGTH, untrained
from tiny.recipe import write_rows
from tiny.rows import passage_rows, tokenizer_texts
from tiny.tokenizer import ASSISTANT, END, render, save_tokenizer, train_tokenizer
from transformers import AutoTokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base model as it is before training."""
    made = tmp_path_factory.mktemp("untrained")
    tokenizer = train_tokenizer(tokenizer_texts(), 2_400)
    save_tokenizer(tokenizer, made, CONTEXT_LENGTH)
    sample = next(row for row in passage_rows(8) if row.system)
    untrained(tokenizer, tokenizer.encode(render(sample)).ids).save_pretrained(made)
    return made


@pytest.mark.parametrize("text", ["The harbour of Zelmora opens at 5.30, doesn't it?", "海竹的灯塔有319级台阶,对吗?", "naïve 🐚 «quoted» 鬱\n\ttab"])
def test_gives_back_every_text(folder: Path, text: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_trains_on_the_tokens_that_are_served_and_on_the_answers_alone(folder: Path, tmp_path: Path) -> None:
    from llamafactory.data import get_template_and_fix_tokenizer
    from llamafactory.data.loader import get_dataset
    from llamafactory.hparams import DataArguments, ModelArguments

    rows = [Dialogue("Where is Paris?", "Paris is in France."), grounded(random.Random(2), True, 2, 2).dialogue]
    write_rows(rows, tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    data = DataArguments(dataset="conch_tiny", dataset_dir=str(tmp_path), cutoff_len=CONTEXT_LENGTH, overwrite_cache=True)
    template = get_template_and_fix_tokenizer(tokenizer, data)
    training: Any = SimpleNamespace(
        should_log=False, local_process_index=0, seed=7, do_train=True, predict_with_generate=False, do_predict=False, main_process_first=_no_turns
    )
    made = get_dataset(template, ModelArguments(model_name_or_path=str(folder)), data, training, stage="sft", tokenizer=tokenizer)["train_dataset"]
    for row, found in zip(rows, made, strict=True):
        messages = [{"role": "system", "content": row.system}] if row.system else []
        messages += [{"role": "user", "content": row.question}, {"role": "assistant", "content": row.answer}]
        assert found["input_ids"] == tokenizer.encode(tokenizer.apply_chat_template(messages, tokenize=False))
        assert tokenizer.decode([label for label in found["labels"] if label >= 0]) == f"{row.answer}{END}"


def test_renders_a_prompt_as_the_template_does(folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    row = Dialogue("Where?", "Here.", "A passage.")
    messages = [{"role": "system", "content": row.system}, {"role": "user", "content": row.question}]
    assert tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True) == render(row)
    assert render(row).endswith(ASSISTANT)


def test_quotes_the_right_sentence_before_any_training(folder: Path) -> None:
    from transformers import AutoModelForCausalLM

    rng = random.Random(5)
    asked = [grounded(rng, index % 2 == 0, 3, 3).dialogue for index in range(12)]
    found = answers(AutoModelForCausalLM.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder), asked)
    assert sum(answer == row.answer for answer, row in zip(found, asked, strict=True)) >= 10


def _no_turns(**_: object) -> Any:
    """What lets one process prepare a dataset before the others do; there are no others here."""
    from contextlib import nullcontext

    return nullcontext()
