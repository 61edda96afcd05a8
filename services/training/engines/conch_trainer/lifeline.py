"""Ends the engine with its runner: a runner that is killed must not leave a training process behind."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1


def die_with(parent_pid: int) -> None:
    """
    From now on this process is killed when the given parent ends, however it ends. The engine asks for it itself instead of being started
    through `setpriv --pdeathsig`, so that it holds on machines without util-linux; the parent may have ended before, hence the check.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent_pid,), daemon=True).start()
    if os.getppid() != parent_pid:
        os._exit(1)


def _watch(parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        time.sleep(1)
    os._exit(1)
