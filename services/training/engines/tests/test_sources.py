"""What may be imported, and from where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conch_trainer import sources
from conch_trainer.faults import EngineFault
from conch_trainer.merging import read_json, write_json


@pytest.fixture
def root(base: Path, tmp_path: Path) -> Path:
    shutil.copytree(base, tmp_path / "root" / "tiny")
    (tmp_path / "secret").mkdir()
    return tmp_path / "root"


def refused(root: Path | None, source: str) -> str:
    with pytest.raises(EngineFault) as fault:
        sources.check(sources.find(source, root))
    return fault.value.code


def test_takes_a_folder_below_the_root(root: Path) -> None:
    source = sources.find("local:tiny", root)
    sources.check(source)
    assert [file["path"] for file in source.files()] == sorted(path.name for path in (root / "tiny").iterdir())


@pytest.mark.parametrize("source", ["local:../secret", "local:/etc", "local:.", "local:", "tiny", "ftp:x", ""])
def test_refuses_what_lies_elsewhere(root: Path, source: str) -> None:
    assert refused(root, source) == "IMPORT_SOURCE_INVALID"


def test_refuses_a_link_out_of_the_root(root: Path) -> None:
    (root / "link").symlink_to(root.parent / "secret")
    assert refused(root, "local:link") == "IMPORT_SOURCE_INVALID"


def test_says_that_a_folder_is_missing(root: Path) -> None:
    assert refused(root, "local:other") == "INPUT_MISSING"


def test_leaves_code_and_pickles_out(root: Path) -> None:
    for name in ("modeling_evil.py", "pytorch_model.bin", "training_args.bin"):
        (root / "tiny" / name).write_text("x")
    assert not {"modeling_evil.py", "pytorch_model.bin", "training_args.bin"} & {file["path"] for file in sources.find("local:tiny", root).files()}


@pytest.mark.parametrize(
    "change",
    [
        {"auto_map": {"AutoModelForCausalLM": "modeling_evil.Evil"}},
        {"architectures": ["BertModel"]},
        {"architectures": None},
    ],
)
def test_refuses_models_that_it_cannot_serve(root: Path, change: dict[str, object]) -> None:
    write_json(root / "tiny" / "config.json", read_json(root / "tiny" / "config.json") | change)
    assert refused(root, "local:tiny") == "MODEL_REFUSED"


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_refuses_a_model_without_a_part(root: Path, name: str) -> None:
    (root / "tiny" / name).unlink()
    assert refused(root, "local:tiny") == "MODEL_REFUSED"


def test_names_the_shard_that_is_missing(root: Path) -> None:
    write_json(root / "tiny" / "model.safetensors.index.json", {"weight_map": {"a": "model.safetensors", "b": "model-00002.safetensors"}})
    with pytest.raises(EngineFault, match=r"model-00002\.safetensors"):
        sources.check(sources.find("local:tiny", root))


def test_follows_the_links_of_a_hubs_cache(root: Path) -> None:
    blob = root / "blob"
    (root / "tiny" / "model.safetensors").rename(blob)
    (root / "tiny" / "model.safetensors").symlink_to(blob)
    files = {file["path"]: file["file"] for file in sources.find("local:tiny", root).files()}
    assert files["model.safetensors"] == str(blob)
