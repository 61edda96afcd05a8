"""`llamafactory-cli export config.yaml`, in this interpreter, and then the files that its export changes without being asked, put back."""

from __future__ import annotations

import gc
import json
import shutil
from pathlib import Path
from typing import Any

from .training import read_config

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "chat_template.json",
)


def merge(config: Path, base: Path, merged: Path) -> None:
    """Writes the tuned model as a whole Hugging Face folder."""
    import torch
    from llamafactory.train.tuner import export_model

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    export_model(read_config(config))
    # Ours is not to promise what another program makes of a template that this one never checked.
    (merged / "Modelfile").unlink(missing_ok=True)
    restore_tokenizer(base, merged)
    restore_settings(base, merged)


def restore_tokenizer(base: Path, merged: Path) -> None:
    """
    Puts the base's own tokenizer files in the place of those that the export wrote, unless the training added tokens: the export turns the
    padding around, writes its cutoff length, and names a tokenizer class that only the newest loaders know.
    """
    if _vocabulary(base) != _vocabulary(merged):
        return
    for name in TOKENIZER_FILES:
        (merged / name).unlink(missing_ok=True)
        if (base / name).is_file():
            shutil.copyfile(base / name, merged / name)


def restore_settings(base: Path, merged: Path) -> None:
    """Puts back what generation is set to: the trainer switches the cache off and sampling on."""
    if (base / "generation_config.json").is_file():
        (merged / "generation_config.json").unlink(missing_ok=True)
        shutil.copyfile(base / "generation_config.json", merged / "generation_config.json")
    config = read_json(merged / "config.json")
    config["use_cache"] = read_json(base / "config.json").get("use_cache", True)
    write_json(merged / "config.json", config)


def stop_at(folder: Path, trained_ends: list[int]) -> list[int]:
    """
    Makes generation stop at the tokens that the model was trained to end its answers with; returns those that were added. A base whose
    settings name another end token would answer, and then go on.
    """
    path = folder / "generation_config.json"
    generation = read_json(path) if path.is_file() else {}
    known = [*_ids(generation.get("eos_token_id")), *_ids(read_json(folder / "config.json").get("eos_token_id"))]
    missing = [token for token in trained_ends if token not in known]
    if missing:
        ends = list(dict.fromkeys([*known, *missing]))
        write_json(path, {**generation, "eos_token_id": ends[0] if len(ends) == 1 else ends})
    return missing


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file."""
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def write_json(path: Path, value: dict[str, Any]) -> None:
    """A JSON object into a file."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _vocabulary(folder: Path) -> dict[str, int]:
    from tokenizers import Tokenizer

    vocabulary: dict[str, int] = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab(with_added_tokens=True)
    return vocabulary


def _ids(value: Any) -> list[int]:
    if value is None:
        return []
    return [int(entry) for entry in value] if isinstance(value, list) else [int(value)]
