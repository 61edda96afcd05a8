"""Triton model: sentence embeddings on OpenVINO."""

import json
import sys
from pathlib import Path
from typing import Any


class TritonPythonModel:
    """One forward pass for all requests that Triton batched together."""

    def initialize(self, args: dict[str, str]) -> None:
        parameters = {key: value["string_value"] for key, value in json.loads(args["model_config"])["parameters"].items()}
        # Triton's stub ignores PYTHONPATH, so the folders come from the model's parameters.
        for key in ("package_dir", "site_packages"):
            if parameters[key] not in sys.path:
                sys.path.insert(0, parameters[key])
        from conch_engine.triton_embedding import EmbeddingModel

        self.model = EmbeddingModel(Path(parameters["model_dir"]))

    def execute(self, requests: list[Any]) -> list[Any]:
        return self.model.answer(requests)
