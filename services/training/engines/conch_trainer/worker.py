"""One process of a training on several GPUs; torchrun starts it as `-m conch_trainer.worker config.yaml events`."""

from __future__ import annotations

import sys
from pathlib import Path

from .events import Events
from .training import train_here

if __name__ == "__main__":
    train_here(Path(sys.argv[1]), Events(Path(sys.argv[2])))
