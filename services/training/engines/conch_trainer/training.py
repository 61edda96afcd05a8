"""`llamafactory-cli train config.yaml`, in this interpreter; with several GPUs through torchrun, as the command does it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from .events import Events
from .faults import EngineFault


def read_config(path: Path) -> dict[str, Any]:
    """The YAML file as LLaMA-Factory's command reads it."""
    loaded = OmegaConf.to_container(OmegaConf.load(path))
    if not isinstance(loaded, dict):
        raise EngineFault("TRAINER_FAILED", f"{path} holds no mapping.")
    return {str(key): value for key, value in loaded.items()}


def train(config: Path, events: Events) -> None:
    """Trains; returns when the adapter or the weights lie in the output folder."""
    from llamafactory.extras.misc import get_device_count, is_env_enabled, use_kt, use_ray

    several = get_device_count() > 1 and not use_ray() and not use_kt()
    if several or is_env_enabled("FORCE_TORCHRUN"):
        _train_distributed(config, events, int(os.environ.get("NPROC_PER_NODE", get_device_count())))
    else:
        train_here(config, events)


def train_here(config: Path, events: Events) -> None:
    """One process's part of the training; `LLaMA-Factory` finds its rank in the environment."""
    from llamafactory.train.tuner import run_exp

    from .progress import ProgressCallback
    from .rows import watch_rows

    guard = watch_rows(events)
    run_exp(args=read_config(config), callbacks=[ProgressCallback(events)])
    if guard.too_long > 1:
        events.note("warn", f"{guard.too_long} rows are longer than the cutoff length and were left out.")


def _train_distributed(config: Path, events: Events, processes: int) -> None:
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        str(processes),
        "-m",
        "conch_trainer.worker",
        str(config),
        str(events.path),
    ]
    ended = subprocess.run(command, check=False)
    if ended.returncode < 0:
        raise EngineFault("TRAINER_KILLED", f"torchrun was ended by signal {-ended.returncode}.", retryable=True)
    if ended.returncode != 0:
        raise EngineFault("TRAINER_FAILED", f"torchrun ended with exit code {ended.returncode}; the engine's log says why.")
