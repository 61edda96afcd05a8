"""Makes the serving folder of the default embedding model from the files that a wheel carries; runs in the trainer's environment."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from optimum.intel import OVModelForFeatureExtraction

FILES = ("tokenizer.json", "tokenizer_config.json", "config.json", "sentence_bert_config.json", "special_tokens_map.json", "vocab.txt")


def prepare(source: Path, target: Path) -> None:
    """Converts the encoder to OpenVINO IR (fp32) beside its tokenizer; the folder appears whole or not at all."""
    draft = target.with_name(target.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    OVModelForFeatureExtraction.from_pretrained(source, export=True, compile=False, load_in_8bit=False).save_pretrained(draft)
    for name in FILES:
        if (source / name).exists():
            shutil.copy2(source / name, draft / name)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder with config.json, model.safetensors and tokenizer files")
    parser.add_argument("--out", type=Path, required=True, help="serving folder to make")
    arguments = parser.parse_args()
    prepare(arguments.source, arguments.out)
