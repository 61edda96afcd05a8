"""The serving form: OpenVINO IR with the files from which the serving side reads tokenizer, template, limits and defaults."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from .faults import EngineFault
from .merging import TOKENIZER_FILES
from .plan import ServingFormat

NEEDED = ("openvino_model.xml", "openvino_model.bin", "tokenizer.json", "tokenizer_config.json", "config.json", "generation_config.json")


def convert(source: Path, serving: Path, weight_format: ServingFormat) -> None:
    """Exports a Hugging Face folder; tokenizer, template and settings are the source's own files, byte by byte."""
    from optimum.intel import OVModelForCausalLM, OVWeightQuantizationConfig

    options: dict[str, Any] = {"load_in_8bit": False}
    if weight_format != "fp32":
        # A small model's layers need not divide into groups of the usual size; those are then quantized in smaller ones.
        grouped = {} if weight_format == "int8" else {"group_size_fallback": "adjust"}
        options = {"quantization_config": OVWeightQuantizationConfig(bits=8 if weight_format == "int8" else 4, **grouped)}
    model = OVModelForCausalLM.from_pretrained(source, export=True, compile=False, trust_remote_code=False, **options)
    model.save_pretrained(serving)
    for name in (*TOKENIZER_FILES, "config.json", "generation_config.json"):
        if (source / name).is_file():
            (serving / name).unlink(missing_ok=True)
            shutil.copyfile(source / name, serving / name)
    _write_template(serving)
    missing = [name for name in NEEDED if not (serving / name).is_file()]
    if missing:
        raise EngineFault("CONVERT_FAILED", f"The conversion wrote no {', '.join(missing)}.")


def _write_template(serving: Path) -> None:
    """The chat template as a file of its own, wherever the tokenizer keeps it."""
    path = serving / "chat_template.jinja"
    if path.is_file():
        return
    from transformers import AutoTokenizer

    template = AutoTokenizer.from_pretrained(serving).chat_template
    if isinstance(template, dict):
        template = template.get("default")
    if isinstance(template, str):
        path.write_text(template, "utf-8")
