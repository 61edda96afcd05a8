"""The serving form equals what it was made from, and a difference is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conch_trainer import greedy, serving
from conch_trainer.faults import EngineFault
from conch_trainer.plan import ServingFormat

PROMPTS = [[3, 40, 41, 42, 1, 4], [3, 50, 60, 1, 4]]


@pytest.fixture(scope="module")
def converted(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serving")
    serving.convert(base, folder, "fp32")
    return folder


def test_holds_every_file_that_the_serving_side_reads(base: Path, converted: Path) -> None:
    for name in serving.NEEDED:
        assert (converted / name).is_file()
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "config.json"):
        assert (converted / name).read_bytes() == (base / name).read_bytes()


def test_answers_as_its_source_does(base: Path, converted: Path) -> None:
    truth = greedy.compare(base, converted, PROMPTS, 12, is_exact=True)
    assert truth.equal_tokens == truth.tokens
    assert truth.largest_logit_difference < 1e-4


def test_finds_other_weights(base: Path, converted: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    other = tmp_path / "other"
    shutil.copytree(base, other)
    weights = load_file(other / "model.safetensors")
    weights["model.layers.1.mlp.down_proj.weight"] += torch.full_like(weights["model.layers.1.mlp.down_proj.weight"], 0.05)
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(EngineFault) as found:
        greedy.compare(other, converted, PROMPTS, 8, is_exact=True)
    assert found.value.code == "CONVERT_MISMATCH"
    assert not greedy.compare(other, converted, PROMPTS, 8, is_exact=False).largest_logit_difference < 1e-4


@pytest.mark.parametrize("weight_format", ["int8", "int4"])
def test_writes_smaller_weights_when_asked(base: Path, converted: Path, tmp_path: Path, weight_format: ServingFormat) -> None:
    serving.convert(base, tmp_path / "small", weight_format)
    assert (tmp_path / "small" / "openvino_model.bin").stat().st_size < (converted / "openvino_model.bin").stat().st_size
    greedy.compare(base, tmp_path / "small", PROMPTS, 8, is_exact=False)


def test_takes_the_template_out_of_an_older_tokenizers_settings(base: Path, tmp_path: Path) -> None:
    from conch_trainer.merging import read_json, write_json

    old = tmp_path / "old"
    shutil.copytree(base, old)
    template = (old / "chat_template.jinja").read_text("utf-8")
    (old / "chat_template.jinja").unlink()
    write_json(old / "tokenizer_config.json", read_json(old / "tokenizer_config.json") | {"chat_template": template})
    serving.convert(old, tmp_path / "made", "fp32")
    assert (tmp_path / "made" / "chat_template.jinja").read_text("utf-8") == template
