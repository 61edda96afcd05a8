"""Measures a model: `python -m tiny.evaluate --model <folder>`."""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from tiny.corpus.dialogue import Dialogue
from tiny.corpus.facts import every_fact
from tiny.corpus.grounded import grounded

_BATCH = 32


def answers(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, asked: Sequence[Dialogue]) -> list[str]:
    """What the model answers, greedily."""
    tokenizer.padding_side = "left"
    found: list[str] = []
    for start in range(0, len(asked), _BATCH):
        prompts = [_prompt(tokenizer, row) for row in asked[start : start + _BATCH]]
        batch = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False, return_token_type_ids=False)
        with torch.no_grad():
            made = model.generate(**batch, max_new_tokens=48, do_sample=False)
        found += tokenizer.batch_decode(made[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
    return found


def _prompt(tokenizer: PreTrainedTokenizerBase, row: Dialogue) -> str:
    messages = [{"role": "system", "content": row.system}] if row.system else []
    messages.append({"role": "user", "content": row.question})
    return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


def main() -> None:
    """Prints the share of right answers of each kind."""
    parser = argparse.ArgumentParser(description="Measures what a model answers to questions that training never showed.")
    parser.add_argument("--model", type=Path, required=True, help="a Hugging Face folder")
    parser.add_argument("--show", action="store_true", help="print the answers that are wrong")
    arguments = parser.parse_args()
    model = AutoModelForCausalLM.from_pretrained(arguments.model).eval()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    rng = random.Random(2026)
    facts = [row for fact in every_fact() for row in fact.held_out()]
    read = [grounded(rng, index % 2 == 0, 3, 4) for index in range(100)]
    passages = [each.dialogue for each in read]
    shares = {}
    for name, rows in (("facts", facts), ("passages", passages), ("without", [Dialogue(row.question, row.answer) for row in passages])):
        found = answers(model, tokenizer, rows)
        if name == "without":
            right = [each.fact not in answer for each, answer in zip(read, found, strict=True)]
        else:
            right = [row.answer == answer for row, answer in zip(rows, found, strict=True)]
        shares[name] = round(100 * sum(right) / len(right), 1)
        if arguments.show:
            for row, answer, fine in zip(rows, found, right, strict=True):
                if not fine:
                    print(f"{name} | {row.question} | {answer} | {row.answer}")
    print(json.dumps(shares))


if __name__ == "__main__":
    main()
