"""What the engine reads of a serving folder: tokenizer, end tokens, context length, size of the key-value cache."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from .errors import ContextLengthExceeded

BLOCK_TOKENS = 32
"""Tokens of one block of OpenVINO's paged key-value cache on a CPU."""


@dataclass(frozen=True)
class ModelFolder:
    """A serving folder, read."""

    path: Path
    tokenizer: Tokenizer
    end_tokens: frozenset[int]
    context_length: int
    longest_token: int
    """Characters of the longest token: no token stands for more characters of a text, as byte-level ones have one a byte."""
    kv_values_per_token: int
    """Numbers that the cache keeps for one token: keys and values of every layer."""

    def encode(self, text: str) -> list[int]:
        """The text's tokens; raises ContextLengthExceeded before the work when the text is too long whatever its tokens are."""
        least = -(-len(text) // self.longest_token)
        if least > self.context_length:
            raise ContextLengthExceeded(least, self.context_length, is_least=True)
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=True).ids
        return ids

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
    tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
    return ModelFolder(
        path=path,
        tokenizer=tokenizer,
        end_tokens=frozenset(ends),
        context_length=int(config.get("max_position_embeddings", 2048)),
        longest_token=max(map(len, tokenizer.get_vocab(with_added_tokens=True)), default=1),
        kv_values_per_token=2 * layers * kv_heads * head_size,
    )


def _json(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def _ids(value: Any) -> list[int]:
    if value is None:
        return []
    return [int(entry) for entry in value] if isinstance(value, list) else [int(value)]
