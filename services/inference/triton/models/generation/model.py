"""Triton model: text generation with the tensors of Triton's vLLM backend, on OpenVINO GenAI."""

import json
import sys
from pathlib import Path
from typing import Any


def _prepare_path(config: str) -> dict[str, str]:
    """Triton's stub ignores PYTHONPATH, so the folders come from the model's parameters."""
    parameters = {key: value["string_value"] for key, value in json.loads(config)["parameters"].items()}
    for key in ("package_dir", "site_packages"):
        if parameters[key] not in sys.path:
            sys.path.insert(0, parameters[key])
    return parameters


class TritonPythonModel:
    """Decoupled: `execute` only queues; the scheduler's thread produces, a sender thread answers."""

    def initialize(self, args: dict[str, str]) -> None:
        self.parameters = _prepare_path(args["model_config"])
        from conch_engine.triton_generation import GenerationModel

        self.model = GenerationModel(
            folder=Path(self.parameters["model_dir"]),
            name=args["model_name"],
            max_sequences=int(self.parameters.get("max_num_seqs", "64")),
            max_queued=int(self.parameters.get("max_queue", "256")),
            kv_cache_mb=int(self.parameters.get("kv_cache_mb", "512")),
            is_exact=self.parameters.get("precision_hints", "fast") == "exact",
        )

    def execute(self, requests: list[Any]) -> None:
        for request in requests:
            self.model.take(request)

    def finalize(self) -> None:
        self.model.stop()
