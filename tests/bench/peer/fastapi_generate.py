"""The page that this project began from: one FastAPI process around Transformers' `model.generate`. Run in the trainer's environment.

It gets its best: the number type that this processor is faster with, every core, and the better of two ways to meet several requests
at once (each in a thread of its own, or one after the other), all tried at the start.
"""

from __future__ import annotations

import argparse
import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
import uvicorn
from fastapi import FastAPI
from transformers import AutoModelForCausalLM, AutoTokenizer

TRIAL_TOKENS = 12
TRIAL_REQUESTS = 4


class Generator:
    """A model and its tokenizer."""

    def __init__(self, folder: Path, new_tokens: int) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._new_tokens = new_tokens
        self._gate: contextlib.AbstractContextManager[Any] = threading.Lock()
        speeds = {}
        for dtype in (torch.float32, torch.bfloat16):
            self._model = self._load(folder, dtype)
            self.generate("warm up", TRIAL_TOKENS)
            speeds[dtype] = self._trial_seconds(1)
        self.dtype = min(speeds, key=lambda dtype: speeds[dtype])
        if self._model.dtype != self.dtype:
            self._model = self._load(folder, self.dtype)
        one_by_one = self._trial_seconds(TRIAL_REQUESTS)
        gate, self._gate = self._gate, contextlib.nullcontext()
        self.is_threaded = self._trial_seconds(TRIAL_REQUESTS) < one_by_one
        if not self.is_threaded:
            self._gate = gate

    def generate(self, prompt: str, new_tokens: int | None = None) -> tuple[str, int]:
        """What the model writes after a prompt, greedily, and how many tokens that is; always as many as were asked for."""
        count = new_tokens or self._new_tokens
        with self._gate, torch.inference_mode():
            inputs = self._tokenizer(prompt, return_tensors="pt")
            output = self._model.generate(**inputs, do_sample=False, max_new_tokens=count, min_new_tokens=count)
            ids = output[0, inputs["input_ids"].shape[1] :]
            return self._tokenizer.decode(ids, skip_special_tokens=True), len(ids)

    def _trial_seconds(self, requests: int) -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(requests) as pool:
            list(pool.map(lambda at: self.generate(f"trial {at}", TRIAL_TOKENS), range(requests)))
        return time.perf_counter() - began

    @staticmethod
    def _load(folder: Path, dtype: torch.dtype) -> Any:
        return AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval()


def make_app(generator: Generator) -> FastAPI:
    """The page."""
    app = FastAPI()

    @app.get("/generate")
    def generate(prompt: str) -> dict[str, Any]:
        text, tokens = generator.generate(prompt)
        return {"generated_text": text, "tokens": tokens}

    @app.get("/about")
    def about() -> dict[str, Any]:
        return {"dtype": str(generator.dtype).removeprefix("torch."), "threaded": generator.is_threaded, "cores": torch.get_num_threads()}

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tokens", type=int, required=True)
    given = parser.parse_args()
    uvicorn.run(make_app(Generator(given.model, given.tokens)), host="127.0.0.1", port=given.port, log_level="warning")
