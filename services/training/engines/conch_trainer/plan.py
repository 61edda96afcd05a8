"""What the runner asks of the engine, read from `plan.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

ServingFormat = Literal["fp32", "int8", "int4"]


@dataclass(frozen=True)
class Plan:
    """One attempt. For an import there is no training: `source` says where the model comes from instead."""

    kind: Literal["fine_tuning", "import"]
    events: Path
    work: Path
    serving_format: ServingFormat
    parity_tokens: int
    base: Path | None
    train_data: Path | None
    train_config: Path | None
    export_config: Path | None
    source: str
    local_root: Path | None

    @property
    def output(self) -> Path:
        """LLaMA-Factory's output: adapter, checkpoints, logs."""
        return self.work / "output"

    @property
    def merged(self) -> Path:
        """The tuned weights in Hugging Face form."""
        return self.work / "merged"

    @property
    def serving(self) -> Path:
        """The serving form: OpenVINO IR with the tokenizer's files."""
        return self.work / "serving"


def read_plan(path: Path) -> Plan:
    """Reads the plan; the runner wrote it, so a fault in it is a bug and not explained."""
    raw: dict[str, Any] = json.loads(path.read_text("utf-8"))

    def folder(key: str) -> Path | None:
        return Path(raw[key]) if raw.get(key) else None

    return Plan(
        kind=cast(Literal["fine_tuning", "import"], raw["kind"]),
        events=Path(raw["events"]),
        work=Path(raw["work"]),
        serving_format=cast(ServingFormat, raw["serving_format"]),
        parity_tokens=int(raw["parity_tokens"]),
        base=folder("base"),
        train_data=folder("train_data"),
        train_config=folder("train_config"),
        export_config=folder("export_config"),
        source=str(raw.get("source", "")),
        local_root=folder("local_root"),
    )
