"""`python -m conch_trainer plan.json <pid of the runner>`: runs one attempt; exit code 0 and a result, or 1 and a fault."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from .events import Events
from .faults import classify
from .lifeline import die_with
from .plan import read_plan


def main(arguments: list[str]) -> int:
    """Runs the plan; whatever goes wrong becomes one fault event, with the traceback in the log."""
    die_with(int(arguments[1]))
    plan = read_plan(Path(arguments[0]))
    events = Events(plan.events)
    try:
        from .attempt import Attempt

        Attempt(plan, events).run()
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        fault = classify(error, events.phase_name)
        events.fault(fault.code, fault.message, fault.retryable)
        return 1
    return 0


if __name__ == "__main__":
    exit_code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is written; taking the interpreter and its thread pools apart would cost two seconds more.
    os._exit(exit_code)
