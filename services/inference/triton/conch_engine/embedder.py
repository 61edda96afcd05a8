"""Sentence embeddings: a Transformer encoder on OpenVINO, mean over the tokens, unit length."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import openvino as ov
from tokenizers import Tokenizer

DEFAULT_MAX_TOKENS = 256


class Embedder:
    """Loads a serving folder (`openvino_model.xml`, `tokenizer.json`, optional `sentence_bert_config.json`)."""

    def __init__(self, folder: Path) -> None:
        limits = folder / "sentence_bert_config.json"
        self.max_tokens = int(json.loads(limits.read_text("utf-8"))["max_seq_length"]) if limits.exists() else DEFAULT_MAX_TOKENS
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_length=self.max_tokens)
        self._tokenizer.enable_padding()
        compiled = ov.Core().compile_model(str(folder / "openvino_model.xml"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        self._request = compiled.create_infer_request()
        self._inputs = {port.get_any_name() for port in compiled.inputs}

    def embed(self, texts: list[str]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint32]]:
        """Vectors [texts, dimensions] of unit length, and tokens of each text after truncation."""
        encoded = self._tokenizer.encode_batch(texts)
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
