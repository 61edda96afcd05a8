"""
Compares the converted model with the one that it was made from. With equal ids and exact settings OpenVINO in fp32 equals Transformers, so
a difference is a fault of the conversion and never a tolerance; quantized weights differ, and how much is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .faults import EngineFault

EXACT = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}
LARGEST_FP32_DIFFERENCE = 1e-3
"""Relative to the spread of the logits. Sums in another order differ by about 1e-6 of it."""


@dataclass(frozen=True)
class GreedyTruth:
    """What was compared; goes into the provenance."""

    prompts: int
    tokens: int
    equal_tokens: int
    largest_logit_difference: float


def compare(source: Path, serving: Path, prompts: list[list[int]], new_tokens: int, *, is_exact: bool) -> GreedyTruth:
    """Answers each prompt greedily with Transformers, then lets OpenVINO say what it would have said at every place of that answer."""
    import torch
    from optimum.intel import OVModelForCausalLM
    from transformers import AutoModelForCausalLM

    reference: Any = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32).eval()
    converted: Any = OVModelForCausalLM.from_pretrained(serving, ov_config=EXACT)
    tokens = equal = 0
    largest = 0.0
    for prompt in prompts:
        ids = torch.tensor([prompt])
        with torch.no_grad():
            answered = reference.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=new_tokens, pad_token_id=0)
            whole = answered[:, :-1]
            expected = reference(whole).logits[0, len(prompt) - 1 :].float()
        found = converted(input_ids=whole, attention_mask=torch.ones_like(whole)).logits[0, len(prompt) - 1 :].float()
        spread = max(float(expected.max() - expected.min()), 1e-6)
        difference = float((expected - found).abs().max())
        same = expected.argmax(-1) == found.argmax(-1)
        tokens += int(same.numel())
        equal += int(same.sum())
        largest = max(largest, difference)
        if is_exact and difference > LARGEST_FP32_DIFFERENCE * spread:
            at = int((expected - found).abs().amax(-1).argmax())
            raise EngineFault(
                "CONVERT_MISMATCH",
                f"The converted model differs from the one that it was made from: logits by {difference:.3g} at answer token {at}, "
                f"where Transformers says token {int(expected[at].argmax())} and OpenVINO {int(found[at].argmax())}.",
            )
    return GreedyTruth(len(prompts), tokens, equal, largest)
