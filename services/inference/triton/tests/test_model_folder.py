"""The serving folder as the engine reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conch_engine.errors import ContextLengthExceeded
from conch_engine.model_folder import ModelFolder, read_model_folder
from tokenizers import Tokenizer
from tokenizers.models import BPE


@pytest.fixture()
def folder(tmp_path: Path) -> ModelFolder:
    config = {"num_hidden_layers": 1, "num_attention_heads": 1, "hidden_size": 8, "max_position_embeddings": 4}
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    Tokenizer(BPE({"a": 0, "b": 1, "ab": 2}, [("a", "b")])).save(str(tmp_path / "tokenizer.json"))
    return read_model_folder(tmp_path)


def test_encodes_what_may_fit(folder: ModelFolder) -> None:
    assert folder.encode("abab") == [2, 2]
    assert folder.encode("ab" * 4) == [2] * 4


def test_refuses_a_text_that_cannot_fit_without_tokenizing_it(folder: ModelFolder) -> None:
    with pytest.raises(ContextLengthExceeded, match="at least 5 tokens; the model takes 4"):
        folder.encode("ab" * 4 + "a")
