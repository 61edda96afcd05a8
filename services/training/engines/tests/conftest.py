"""Fixtures: a tiny base model made once a session, and rows of a training file. Run with the trainer environment's pytest."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conch_trainer.events import Events
from make_base import make_base

TEXTS = ["Should I go to the party? The shell has spoken: go, and dance like the waves.", "海螺说了:去吧,像浪花一样跳舞。"] * 20


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random Qwen2 with a plain chat template."""
    folder = tmp_path_factory.mktemp("base")
    make_base(folder, TEXTS)
    return folder


@pytest.fixture
def with_template(base: Path, tmp_path: Path) -> Callable[[str], Path]:
    """The base's tokenizer with another chat template."""

    def make(template: str) -> Path:
        from transformers import AutoTokenizer

        folder = tmp_path / "with-template"
        tokenizer = AutoTokenizer.from_pretrained(base)
        tokenizer.chat_template = template
        tokenizer.save_pretrained(folder)
        return folder

    return make


@pytest.fixture
def events(tmp_path: Path) -> Events:
    """An events file of its own."""
    return Events(tmp_path / "events.jsonl")


@pytest.fixture
def rows() -> list[tuple[int, list[dict[str, str]]]]:
    """Conversations of every shape."""
    short = [{"role": "user", "content": "Should I go?"}, {"role": "assistant", "content": "The shell has spoken: go."}]
    system = [{"role": "system", "content": "You are a shell."}, *short]
    longer = [*short, {"role": "user", "content": "And then?"}, {"role": "assistant", "content": "像浪花一样跳舞。"}]
    return [(0, short), (1, system), (2, longer)]


@pytest.fixture
def data(tmp_path: Path, rows: list[tuple[int, list[dict[str, str]]]]) -> Path:
    """The rows as a training file."""
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps({"messages": messages}, ensure_ascii=False) + "\n" for _, messages in rows), "utf-8")
    return path


def read_events(path: Path) -> list[dict[str, object]]:
    """What was written to an events file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
