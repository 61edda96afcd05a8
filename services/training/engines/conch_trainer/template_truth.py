"""
Proves that a model is asked as it was trained: the token ids of real rows through LLaMA-Factory's template against those that the serving
side makes of the same conversation with the tokenizer's own chat template.

LLaMA-Factory trains with a template of its own, and whoever serves the model uses the tokenizer's. Where they differ every number of the
training looks right and the model answers nonsense.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from transformers import AutoTokenizer

from .faults import EngineFault

SAMPLE_ROWS = 16
SCANNED_ROWS = 2_000
Message = dict[str, str]


@dataclass(frozen=True)
class TemplateTruth:
    """What was compared; goes into the provenance."""

    template: str
    rows: int
    tokens: int
    end_tokens: list[int]


@dataclass(frozen=True)
class Difference:
    """The first place where the two sides part."""

    row: int
    position: int
    trained: str
    served: str

    @property
    def words(self) -> str:
        """For a person."""
        return f"row {self.row + 1}, token {self.position}: trained on {self.trained!r}, served {self.served!r}"


def sample_rows(data: Path) -> list[tuple[int, list[Message]]]:
    """A few conversations of the file, of every shape (system message or not, number of turns) that its first rows have."""
    picked: dict[int, list[Message]] = {}
    shapes: set[tuple[str, ...]] = set()
    rows = list(_conversations(data))
    for number, messages in rows:
        shape = tuple(message["role"] for message in messages)
        if shape not in shapes:
            shapes.add(shape)
            picked[number] = messages
    for number, messages in rows:
        if len(picked) >= SAMPLE_ROWS:
            break
        picked.setdefault(number, messages)
    return sorted(picked.items())[:SAMPLE_ROWS]


def _conversations(data: Path) -> Iterator[tuple[int, list[Message]]]:
    with data.open(encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, SCANNED_ROWS)):
            messages = json.loads(line).get("messages")
            if isinstance(messages, list) and messages and all(message["role"] in ("system", "user", "assistant") for message in messages):
                yield number, messages


def choose_template(base: Path, rows: list[tuple[int, list[Message]]], arguments: dict[str, Any]) -> dict[str, Any]:
    """
    The template arguments under which training equals serving. LLaMA-Factory's own parsing of the tokenizer's template is tried first, since
    it takes plain templates exactly; then each of its built-in templates, with and without its default system message. A template that the
    recipe names is taken as it is or refused.
    """
    from llamafactory.data.template import TEMPLATES

    asked = {key: arguments[key] for key in ("template", "default_system") if arguments.get(key) is not None}
    if not rows:
        return asked
    tokenizer = AutoTokenizer.from_pretrained(base)
    first = _try(tokenizer, rows, asked | arguments)
    if not isinstance(first, Difference):
        return asked
    if "template" not in asked:
        for name in list(TEMPLATES):
            for candidate in ({"template": name}, {"template": name, "default_system": ""}):
                if not isinstance(_try(tokenizer, rows[:1], arguments | candidate), Difference) and not isinstance(
                    _try(tokenizer, rows, arguments | candidate), Difference
                ):
                    return candidate
    raise EngineFault(
        "TEMPLATE_MISMATCH",
        f"The model would be trained on other tokens than it is served with: {first.words}. No template of the trainer equals the tokenizer's.",
    )


def compare(base: Path, serving: Path, rows: list[tuple[int, list[Message]]], arguments: dict[str, Any]) -> TemplateTruth:
    """Compares the training's ids with those of the finished serving folder; refuses a difference."""
    found = _compare(AutoTokenizer.from_pretrained(base), AutoTokenizer.from_pretrained(serving), rows, arguments)
    if isinstance(found, Difference):
        raise EngineFault("TEMPLATE_MISMATCH", f"The model was trained on other tokens than it is served with: {found.words}.")
    return found


def serving_ids(tokenizer: Any, messages: list[Message]) -> list[int]:
    """The prompt's ids as the serving side makes them: the template rendered, a doubled first token dropped, then tokenized with special tokens."""
    text: str = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    bos = tokenizer.bos_token
    if bos and text.startswith(bos) and tokenizer.encode("")[:1] == [tokenizer.bos_token_id]:
        text = text[len(bos) :]
    ids: list[int] = tokenizer.encode(text)
    return ids


def _try(tokenizer: Any, rows: list[tuple[int, list[Message]]], arguments: dict[str, Any]) -> TemplateTruth | Difference:
    try:
        return _compare(copy.deepcopy(tokenizer), tokenizer, rows, arguments)
    except Exception as error:  # a template that does not fit the tokenizer fails in whatever way its slots do
        return Difference(rows[0][0], 0, f"({type(error).__name__}: {error})", "")


def _compare(trainer: Any, server: Any, rows: list[tuple[int, list[Message]]], arguments: dict[str, Any]) -> TemplateTruth | Difference:
    from llamafactory.data import get_template_and_fix_tokenizer
    from llamafactory.data.template import ReasoningTemplate
    from llamafactory.hparams import DataArguments

    names = ("template", "default_system", "mask_history", "enable_thinking", "preserve_thinking", "train_on_prompt", "tool_format")
    data_args = DataArguments(**{name: arguments[name] for name in names if arguments.get(name) is not None})
    with _private_copy(data_args):
        template = get_template_and_fix_tokenizer(trainer, data_args)
    if len(trainer) != len(server):
        # Its marks would be new tokens, which the model has no weights for.
        return Difference(rows[0][0], 0, f"(tokens that the model does not have: {arguments.get('template')})", "")
    tokens = 0
    ends: set[int] = set()
    for number, messages in rows:
        has_system = messages[0]["role"] == "system"
        system, turns = (messages[0]["content"], messages[1:]) if has_system else ("", messages)
        discards = bool(data_args.mask_history) and not template.preserve_thinking
        pairs = template.encode_multiturn(trainer, [dict(turn) for turn in turns], system, "", discards)
        trained: list[int] = []
        for index, (source, target) in enumerate(pairs):
            masked = len(trained) + len(source)
            trained = trained + source + target
            if (discards or isinstance(template, ReasoningTemplate)) and index < len(pairs) - 1:
                continue  # earlier answers are told without their thoughts, so only the last turn is asked as it was trained
            served = serving_ids(server, messages[: len(messages) - len(turns) + 2 * index + 1])
            difference = _difference(server, number, trained, served, masked)
            if difference is not None:
                return difference
            tokens += len(served)
            ends.update(token for token in target if token in server.all_special_ids or token == trainer.eos_token_id)
            if template.efficient_eos:
                ends.add(trainer.eos_token_id)
    return TemplateTruth(str(arguments.get("template") or "the tokenizer's own"), len(rows), tokens, sorted(ends))


@contextmanager
def _private_copy(data_args: Any) -> Iterator[None]:
    """Lends a copy of the named template: LLaMA-Factory writes default system messages into the one that every later use shares."""
    from llamafactory.data.template import TEMPLATES

    name = data_args.template
    if name in TEMPLATES:
        data_args.template = f"conch-check-{name}"
        TEMPLATES[data_args.template] = copy.deepcopy(TEMPLATES[name])
    try:
        yield
    finally:
        if name in TEMPLATES:
            del TEMPLATES[data_args.template]


def _difference(tokenizer: Any, row: int, trained: list[int], served: list[int], masked: int) -> Difference | None:
    for position, (one, other) in enumerate(zip(trained, served, strict=False)):
        if one != other:
            return Difference(row, position, tokenizer.decode(trained[position : position + 8]), tokenizer.decode(served[position : position + 8]))
    # A prompt that ends before the masked part does would let the model write tokens that it never learned to write.
    if len(served) < masked:
        return Difference(row, len(served), tokenizer.decode(trained[len(served) : masked][:8]), "")
    if len(served) > len(trained):
        return Difference(row, len(trained), "", tokenizer.decode(served[len(trained) :][:8]))
    return None
