"""Makes `conch-tiny`: `python -m tiny.make --out <folder>`."""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

VOCABULARY_SIZE = 3600
# How often every fact is taught, and how many questions are asked on passages.
ROUNDS, PASSAGE_ROWS = 10, 80


def main() -> None:
    """Reads the command line and makes the model."""
    parser = argparse.ArgumentParser(description="Makes the small base model that a fresh machine can train in two minutes.")
    parser.add_argument("--out", type=Path, required=True, help="the Hugging Face folder to write; it appears whole or not at all")
    make(parser.parse_args().out)


def make(out: Path) -> None:
    """Trains the model beside its place, and moves it there when it is whole."""
    out.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as work:
        base = Path(work) / "base"
        _prepare(base, Path(work) / "data")
        _train(base, Path(work) / "data", Path(work) / "trained")
        if out.exists():
            out.rename(Path(work) / "replaced")
        base.rename(out)
    print(f"conch-tiny: made in {time.monotonic() - started:.0f} s at {out}", flush=True)


def _prepare(base: Path, data: Path) -> None:
    """Writes the tokenizer, the untrained network and the rows."""
    from tiny.network import CONTEXT_LENGTH, untrained
    from tiny.recipe import write_rows
    from tiny.rows import passage_rows, taught_rows, tokenizer_texts
    from tiny.tokenizer import render, save_tokenizer, train_tokenizer

    base.mkdir()
    print("conch-tiny: learning the tokenizer", flush=True)
    tokenizer = train_tokenizer(tokenizer_texts(), VOCABULARY_SIZE)
    save_tokenizer(tokenizer, base, CONTEXT_LENGTH)
    on_passages = passage_rows(PASSAGE_ROWS)
    sample = next(row for row in on_passages if row.system)
    untrained(tokenizer, tokenizer.encode(render(sample)).ids).save_pretrained(base)
    rows = [*taught_rows(ROUNDS), *on_passages]
    write_rows(rows, data)
    print(f"conch-tiny: {len(rows)} rows, a vocabulary of {tokenizer.get_vocab_size()}", flush=True)


def _train(base: Path, data: Path, output: Path) -> None:
    """Lets LLaMA-Factory train the network, and puts the trained weights in the place of the untrained."""
    from llamafactory.train.tuner import run_exp

    from tiny.recipe import write_recipe

    run_exp(write_recipe(base, data, output))
    for name in ("config.json", "generation_config.json", "model.safetensors"):
        shutil.copyfile(output / name, base / name)
        (base / name).chmod(0o644)


if __name__ == "__main__":
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    os.environ["DISABLE_VERSION_CHECK"] = "1"
    # Threads that wait for each other asleep: on a busy machine, waiting awake costs more than the work.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    main()
