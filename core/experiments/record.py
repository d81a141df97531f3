"""Records what ships with the app: `python -m core.experiments.record [LESSON…]`.

Runs the calls that a lesson's `recorded.py` lists and writes their results to `recorded/`. Run it again when a model, a
default or a result's fields change; some results are timings, so on a machine that does nothing else.
"""

import argparse
import importlib
import platform
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.experiments import recording
from core.experiments.recording import Call

HERE = Path(__file__).parent


def lessons() -> tuple[str, ...]:
    """Return the lessons that record something, in alphabetical order."""
    found = sorted(path.parent.name for path in HERE.glob("*/recorded.py"))
    return tuple(
        name for name in found if hasattr(importlib.import_module(f"core.experiments.{name}.recorded"), "CALLS")
    )


def calls_of(lesson: str) -> tuple[Call, ...]:
    """Return the calls of a lesson that ship."""
    found: tuple[Call, ...] = importlib.import_module(f"core.experiments.{lesson}.recorded").CALLS
    return found


def compute(lesson: str, calls: Sequence[Call]) -> list[tuple[Call, Any]]:
    """Return the calls with their results, computed on this machine with one thread.

    A lesson whose functions need a large language model says how a call is run with it: `run(call)` in its `recorded.py`.
    """
    import torch

    torch.set_num_threads(1)
    own = getattr(importlib.import_module(f"core.experiments.{lesson}.recorded"), "run", None)
    return [(one, own(one) if own else recording.run(one.function, *one.arguments)) for one in calls]


def record(lesson: str) -> Path:
    """Compute and write the calls of a lesson; return the file."""
    import torch

    made = {
        "command": f"python -m core.experiments.record {lesson}",
        "when": time.strftime("%Y-%m-%d"),
        "where": f"{platform.machine()}, torch {torch.__version__}, one thread",
    }
    return recording.save(lesson, compute(lesson, calls_of(lesson)), made)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "lessons", nargs="*", metavar="LESSON", help=f"any of {', '.join(lessons())}; all when none is given"
    )
    chosen = parser.parse_args().lessons
    if unknown := set(chosen) - set(lessons()):
        parser.error(f"no lesson named {', '.join(sorted(unknown))}")
    for lesson in chosen or lessons():
        print(f"{lesson}: {record(lesson)}")
