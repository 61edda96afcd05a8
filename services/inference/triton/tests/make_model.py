"""Makes a tiny random Qwen2 (Hugging Face form and OpenVINO fp32) and Transformers' greedy answers; runs in the trainer's environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from optimum.intel import OVModelForCausalLM
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

PROMPTS = ["hello world", "the quick", "你好", "fox", "brown fox hello", "a", "quick brown", "世界 hello"]
NEW_TOKENS = 24


def main(out: Path) -> None:
    """Writes `hf/`, `serving/` and `greedy.json` below the folder."""
    tokenizer = _tokenizer()
    tokenizer.save_pretrained(out / "hf")
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
        tie_word_embeddings=False,
        initializer_range=0.3,
    )
    model = Qwen2ForCausalLM(config).eval()
    model.save_pretrained(out / "hf")
    answers = []
    for prompt in PROMPTS:
        inputs = tokenizer(prompt, return_tensors="pt")
        ids = model.generate(**inputs, do_sample=False, max_new_tokens=NEW_TOKENS)[0, inputs["input_ids"].shape[1] :]
        answers.append({"prompt": prompt, "text": tokenizer.decode(ids, skip_special_tokens=True)})
    (out / "greedy.json").write_text(json.dumps({"new_tokens": NEW_TOKENS, "answers": answers}, ensure_ascii=False), "utf-8")
    OVModelForCausalLM.from_pretrained(out / "hf", export=True, compile=False, load_in_8bit=False).save_pretrained(out / "serving")
    tokenizer.save_pretrained(out / "serving")


def _tokenizer() -> PreTrainedTokenizerFast:
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet)
    bpe.train_from_iterator(["hello world the quick brown fox"] * 10, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
