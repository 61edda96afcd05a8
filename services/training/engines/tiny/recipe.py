"""How `conch-tiny` is trained: supervised fine-tuning by LLaMA-Factory, on the rows written beside its configuration."""

import json
from collections.abc import Sequence
from pathlib import Path

import yaml

from tiny.corpus.dialogue import Dialogue
from tiny.layout import TRAINED_LAYERS

DATASET = "conch_tiny"


def write_rows(rows: Sequence[Dialogue], folder: Path) -> None:
    """Writes the rows and the description that LLaMA-Factory reads them by."""
    folder.mkdir(parents=True, exist_ok=True)
    rendered = [{"instruction": row.question, "input": "", "output": row.answer, "system": row.system} for row in rows]
    (folder / f"{DATASET}.json").write_text(json.dumps(rendered, ensure_ascii=False), encoding="utf-8")
    columns = {"prompt": "instruction", "query": "input", "response": "output", "system": "system"}
    described = {DATASET: {"file_name": f"{DATASET}.json", "formatting": "alpaca", "columns": columns}}
    (folder / "dataset_info.json").write_text(json.dumps(described), encoding="utf-8")


def write_recipe(base: Path, data: Path, output: Path) -> dict[str, object]:
    """Writes the YAML configuration beside the rows and returns what it says."""
    recipe: dict[str, object] = {
        "stage": "sft",
        "do_train": True,
        # The embeddings and the first layers are wired, and must stay exact.
        "finetuning_type": "freeze",
        "freeze_trainable_layers": TRAINED_LAYERS,
        "freeze_extra_modules": "lm_head",
        "disable_gradient_checkpointing": True,
        "model_name_or_path": str(base),
        "dataset": DATASET,
        "dataset_dir": str(data),
        "cutoff_len": 1024,
        "output_dir": str(output),
        "overwrite_output_dir": True,
        "save_strategy": "no",
        "report_to": "none",
        "logging_steps": 40,
        "per_device_train_batch_size": 16,
        "train_sampling_strategy": "group_by_length",
        "num_train_epochs": 1.0,
        "learning_rate": 2e-3,
        "lr_scheduler_type": "cosine",
        "warmup_ratio": 0.05,
        "weight_decay": 0.0,
        "use_cpu": True,
        "seed": 7,
        "disable_tqdm": True,
        "preprocessing_num_workers": 1,
        "dataloader_num_workers": 0,
        "overwrite_cache": True,
    }
    (data / "recipe.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False), encoding="utf-8")
    return recipe
