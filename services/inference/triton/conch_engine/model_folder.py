"""What the engine reads of a serving folder: tokenizer, end tokens, context length, size of the key-value cache."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

BLOCK_TOKENS = 32
"""Tokens of one block of OpenVINO's paged key-value cache on a CPU."""


@dataclass(frozen=True)
class ModelFolder:
    """A serving folder, read."""

    path: Path
    tokenizer: Tokenizer
    end_tokens: frozenset[int]
    context_length: int
    kv_values_per_token: int
    """Numbers that the cache keeps for one token: keys and values of every layer."""

    def kv_blocks(self, megabytes: int, bytes_per_value: int) -> int:
        """Cache blocks that fit into so many megabytes; always enough for one full context."""
        per_block = BLOCK_TOKENS * self.kv_values_per_token * bytes_per_value
        least = self.context_length // BLOCK_TOKENS + 2
        return max(least, megabytes * 1024 * 1024 // per_block)


def read_model_folder(path: Path) -> ModelFolder:
    """Reads the folder; raises FileNotFoundError or KeyError naming what is missing."""
    config = _json(path / "config.json")
    generation = _json(path / "generation_config.json") if (path / "generation_config.json").exists() else {}
    layers = int(config["num_hidden_layers"])
    heads = int(config["num_attention_heads"])
    kv_heads = int(config.get("num_key_value_heads") or heads)
    head_size = int(config.get("head_dim") or config["hidden_size"] // heads)
    ends = [*_ids(config.get("eos_token_id")), *_ids(generation.get("eos_token_id"))]
    return ModelFolder(
        path=path,
        tokenizer=Tokenizer.from_file(str(path / "tokenizer.json")),
        end_tokens=frozenset(ends),
        context_length=int(config.get("max_position_embeddings", 2048)),
        kv_values_per_token=2 * layers * kv_heads * head_size,
    )


def _json(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def _ids(value: Any) -> list[int]:
    if value is None:
        return []
    return [int(entry) for entry in value] if isinstance(value, list) else [int(value)]
