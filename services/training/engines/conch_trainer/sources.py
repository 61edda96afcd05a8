"""Where an imported model comes from, and what it must be made of to be taken."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from .faults import EngineFault
from .merging import read_json

WEIGHTS = "*.safetensors"
TAKEN = (WEIGHTS, "*.json", "*.jinja", "*.model", "merges.txt", "vocab.txt", "LICENSE*", "NOTICE*", "README.md", "USE_POLICY*")
"""Code and pickles run when they are loaded, so neither is fetched or stored."""

REVISION = re.compile(r"^[0-9a-f]{40}$")


@dataclass(frozen=True)
class Source:
    """A model folder that was found or fetched."""

    folder: Path
    origin: str
    revision: str

    def files(self) -> list[dict[str, str]]:
        """What belongs to the model: path inside it, and the plain file behind that (a hub's cache keeps links)."""
        names = sorted({path for pattern in TAKEN for path in self.folder.glob(pattern) if path.is_file()})
        return [{"path": path.name, "file": str(path.resolve())} for path in names]


def find(source: str, local_root: Path | None) -> Source:
    """Finds `local:<folder>` below the root, or fetches `hf:<repository>[@revision]` into the hub's cache."""
    scheme, _, name = source.partition(":")
    if scheme == "local" and name:
        return _local(name, local_root)
    if scheme == "hf" and name:
        return _hub(name)
    raise EngineFault("IMPORT_SOURCE_INVALID", f"'{source}' is no source of a model. Write local:<folder> or hf:<repository>[@revision].")


def _local(name: str, root: Path | None) -> Source:
    if root is None:
        raise EngineFault("IMPORT_SOURCE_INVALID", "This runner has no folder of local base models (CONCH_BASE_MODEL_DIR).")
    folder = (root / name).resolve()
    if not folder.is_relative_to(root.resolve()) or folder == root.resolve():
        raise EngineFault("IMPORT_SOURCE_INVALID", f"local:{name} leaves the folder of base models.")
    if not folder.is_dir():
        raise EngineFault("INPUT_MISSING", f"There is no folder '{name}' among the local base models.")
    return Source(folder, f"local:{name}", "")


def _hub(name: str) -> Source:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    repository, _, revision = name.partition("@")
    where = os.environ.get("HF_ENDPOINT", "the Hugging Face hub")
    try:
        pinned = revision if REVISION.match(revision) else HfApi().model_info(repository, revision=revision or None).sha
        folder = snapshot_download(repository, revision=pinned, allow_patterns=list(TAKEN))
    except GatedRepoError as error:
        raise EngineFault("IMPORT_REFUSED", f"{repository} is gated: accept its terms at {where} and give the platform a token (HF_TOKEN).") from error
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise EngineFault("INPUT_MISSING", f"{where} has no {name}, or it is private and HF_TOKEN is missing.") from error
    except (HfHubHTTPError, OSError) as error:
        raise EngineFault("IMPORT_FETCH_FAILED", f"{name} could not be fetched from {where}: {' '.join(str(error).split())[:400]}", retryable=True) from error
    return Source(Path(folder), f"hf:{repository}", str(pinned))


def check(source: Source) -> None:
    """Refuses what could not be trained or served here, and says why."""
    folder = source.folder
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        if not (folder / name).is_file():
            raise EngineFault("MODEL_REFUSED", f"{source.origin} has no {name}; a causal language model in Hugging Face form with a fast tokenizer is needed.")
    config = read_json(folder / "config.json")
    if config.get("auto_map"):
        raise EngineFault("MODEL_REFUSED", f"{source.origin} brings code of its own (auto_map in config.json), which is never run here.")
    architectures = config.get("architectures") or []
    if not any(str(name).endswith("ForCausalLM") for name in architectures):
        raise EngineFault("MODEL_REFUSED", f"{source.origin} is no causal language model: its architectures are {architectures}.")
    weights = {path.name for path in folder.glob(WEIGHTS)}
    index = folder / "model.safetensors.index.json"
    wanted = set(read_json(index)["weight_map"].values()) if index.is_file() else {"model.safetensors"}
    if not wanted <= weights:
        raise EngineFault("MODEL_REFUSED", f"{source.origin} lacks the weights {', '.join(sorted(wanted - weights))}; only safetensors are taken.")
