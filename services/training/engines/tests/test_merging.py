"""What the export changes without being asked is put back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from conch_trainer.merging import read_json, restore_settings, restore_tokenizer, stop_at, write_json


def copy_of(base: Path, tmp_path: Path) -> Path:
    merged = tmp_path / "merged"
    shutil.copytree(base, merged)
    return merged


def test_puts_the_bases_own_tokenizer_back(base: Path, tmp_path: Path) -> None:
    merged = copy_of(base, tmp_path)
    write_json(merged / "tokenizer_config.json", read_json(base / "tokenizer_config.json") | {"padding_side": "left", "model_max_length": 128})
    (merged / "added_tokens.json").write_text("{}")
    restore_tokenizer(base, merged)
    assert (merged / "tokenizer_config.json").read_bytes() == (base / "tokenizer_config.json").read_bytes()
    assert not (merged / "added_tokens.json").exists()


def test_keeps_a_tokenizer_to_which_tokens_were_added(base: Path, tmp_path: Path) -> None:
    merged = copy_of(base, tmp_path)
    tokenizer = read_json(merged / "tokenizer.json")
    added = dict(tokenizer["added_tokens"][-1]) | {"id": 9_999, "content": "<|new|>"}
    write_json(merged / "tokenizer.json", tokenizer | {"added_tokens": [*tokenizer["added_tokens"], added]})
    before = (merged / "tokenizer.json").read_bytes()
    restore_tokenizer(base, merged)
    assert (merged / "tokenizer.json").read_bytes() == before


def test_puts_the_cache_and_the_defaults_of_generation_back(base: Path, tmp_path: Path) -> None:
    merged = copy_of(base, tmp_path)
    write_json(merged / "config.json", read_json(merged / "config.json") | {"use_cache": False})
    write_json(merged / "generation_config.json", {"do_sample": True})
    restore_settings(base, merged)
    assert read_json(merged / "config.json")["use_cache"] is True
    assert read_json(merged / "generation_config.json") == read_json(base / "generation_config.json")


def test_adds_an_end_token_that_nothing_stops_at(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"eos_token_id": 0}))
    (tmp_path / "generation_config.json").write_text(json.dumps({"eos_token_id": [0, 5], "temperature": 0.6}))
    assert stop_at(tmp_path, [1, 5]) == [1]
    assert read_json(tmp_path / "generation_config.json") == {"eos_token_id": [0, 5, 1], "temperature": 0.6}


def test_changes_nothing_when_the_end_tokens_are_known(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"eos_token_id": 1}))
    assert stop_at(tmp_path, [1]) == []
    assert not (tmp_path / "generation_config.json").exists()
