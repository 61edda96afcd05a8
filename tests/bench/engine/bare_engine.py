"""OpenVINO GenAI alone, without Triton, services or streams: the most that the engine does on this machine. Run in the serving environment.

Reads orders from standard input, one JSON object a line (`prompts`, `tokens`), and answers each with a line (`tokens`, `seconds`).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import openvino_genai as genai
from tokenizers import Tokenizer

MAX_SEQUENCES = 64
BATCHED_TOKENS = 2048
CACHE_GB = 1


def main(folder: Path) -> None:
    """Serves orders until the input ends."""
    settings = genai.SchedulerConfig()
    settings.max_num_seqs = MAX_SEQUENCES
    settings.max_num_batched_tokens = BATCHED_TOKENS
    settings.enable_prefix_caching = True
    settings.cache_size = CACHE_GB
    pipeline = genai.ContinuousBatchingPipeline(str(folder), settings, "CPU", {}, {}, {})
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    print(json.dumps({"ready": True}), flush=True)
    next_id = 0
    for line in sys.stdin:
        order = json.loads(line)
        began = time.perf_counter()
        handles = []
        for prompt in order["prompts"]:
            ids = ov.Tensor(np.array([tokenizer.encode(prompt).ids], dtype=np.int64))
            handles.append(pipeline.add_request(next_id, ids, greedy(order["tokens"])))
            next_id += 1
        tokens = run(pipeline, handles)
        print(json.dumps({"tokens": tokens, "seconds": time.perf_counter() - began}), flush=True)


def run(pipeline: Any, handles: list[Any]) -> int:
    """Steps until everything is written; the number of tokens."""
    tokens = 0
    while pipeline.has_non_finished_requests():
        pipeline.step()
        for handle in handles:
            while handle.can_read():
                tokens += sum(len(output.generated_ids) for output in handle.read().values())
    return tokens


def greedy(tokens: int) -> Any:
    """Exactly so many tokens, always the likeliest."""
    config = genai.GenerationConfig()
    config.max_new_tokens = tokens
    config.ignore_eos = True
    config.do_sample = False
    config.apply_chat_template = False
    return config


if __name__ == "__main__":
    main(Path(sys.argv[1]))
