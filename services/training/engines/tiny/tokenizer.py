"""The tokenizer of `conch-tiny`: byte-level BPE with a ChatML-like template of its own."""

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from tiny.corpus.dialogue import Dialogue

SYSTEM, USER, ASSISTANT, END, PAD = "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|pad|>"
SPECIAL_TOKENS = (PAD, END, SYSTEM, USER, ASSISTANT)

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)

# A Chinese character, a digit and a mark are pieces of their own: what is quoted from the middle of a passage is then cut
# into the same tokens as in the passage. A point that stands before a letter or a digit ends no sentence and belongs to it.
# Written with a range and not a script name, which regex dialects spell differently.
_PIECES = r"[一-鿿]|[ .]?\p{N}|[ .]?(?:(?![一-鿿])\p{L})+| ?[^\s\p{L}\p{N}]|\n|\s+"


def render(row: Dialogue) -> str:
    """The prompt for a dialogue's question, as the chat template writes it."""
    told = f"{SYSTEM}{row.system}{END}" if row.system else ""
    return f"{told}{USER}{row.question}{END}{ASSISTANT}"


def train_tokenizer(texts: Iterable[str], vocabulary_size: int) -> Tokenizer:
    """Learns the merges from the texts; the same texts in the same order give the same tokenizer."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        min_frequency=2,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path, context_length: int) -> None:
    """Writes the tokenizer as Hugging Face's loaders expect it, with the chat template beside it."""
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": context_length,
        "pad_token": PAD,
        "eos_token": END,
        "additional_special_tokens": [SYSTEM, USER, ASSISTANT],
        "clean_up_tokenization_spaces": False,
        "padding_side": "right",
        "chat_template": CHAT_TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
