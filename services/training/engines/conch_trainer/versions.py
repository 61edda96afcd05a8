"""Versions of what made a model, for its provenance."""

from __future__ import annotations

import platform
from importlib import metadata

PACKAGES = (
    "llamafactory",
    "transformers",
    "peft",
    "trl",
    "torch",
    "tokenizers",
    "safetensors",
    "datasets",
    "accelerate",
    "optimum-intel",
    "openvino",
    "nncf",
    "huggingface_hub",
)


def versions() -> dict[str, str]:
    """Python's version and those of the packages that are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
