"""Sentence embeddings: a Transformer encoder on OpenVINO, mean over the tokens, unit length."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import openvino as ov
from tokenizers import Encoding, Tokenizer

from .errors import TextTooLong

DEFAULT_MAX_TOKENS = 256
FIRST_LOOK_CHARACTERS = 32
"""For each token of the limit, how much of a text is looked at before the rest of it."""


class Embedder:
    """Loads a serving folder (`openvino_model.xml`, `tokenizer.json`, optional `sentence_bert_config.json`)."""

    def __init__(self, folder: Path) -> None:
        limits = folder / "sentence_bert_config.json"
        self.max_tokens = int(json.loads(limits.read_text("utf-8"))["max_seq_length"]) if limits.exists() else DEFAULT_MAX_TOKENS
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        compiled = ov.Core().compile_model(str(folder / "openvino_model.xml"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        self._request = compiled.create_infer_request()
        self._inputs = {port.get_any_name() for port in compiled.inputs}

    def encode(self, texts: list[str]) -> list[Encoding]:
        """The texts' tokens; raises TextTooLong for the first that the model would not read to its end."""
        return [self._encode_one(place, text) for place, text in enumerate(texts)]

    def _encode_one(self, place: int, text: str) -> Encoding:
        # A beginning that has too many tokens spares the work of tokenizing the rest, which may be megabytes.
        length = self.max_tokens * FIRST_LOOK_CHARACTERS
        while length < len(text):
            if len(self._tokenizer.encode(text[:length])) > 2 * self.max_tokens:
                break
            length *= 2
        encoding = self._tokenizer.encode(text[:length])
        if len(encoding) > self.max_tokens:
            raise TextTooLong(place, len(encoding), self.max_tokens, is_least=length < len(text))
        return encoding

    def embed(self, encoded: list[Encoding]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint32]]:
        """Vectors [texts, dimensions] of unit length, and the tokens of each text."""
        longest = max(len(entry) for entry in encoded)
        for entry in encoded:
            entry.pad(longest)
        mask = np.array([entry.attention_mask for entry in encoded], dtype=np.int64)
        feed = {
            "input_ids": np.array([entry.ids for entry in encoded], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        outputs = self._request.infer({name: value for name, value in feed.items() if name in self._inputs})
        hidden: npt.NDArray[np.float32] = next(iter(outputs.values()))
        weights = mask[:, :, None].astype(np.float32)
        means = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
        return vectors.astype(np.float32), mask.sum(axis=1).astype(np.uint32)
