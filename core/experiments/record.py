"""Records what ships with the app: `python -m core.experiments.record [LESSON…]`.

Runs the calls that a lesson's `recorded.py` lists and writes their results to `recorded/`. Run it again when a model, a
default or a result's fields change; some results are timings, so on a machine that does nothing else.
"""

import argparse
import importlib
import platform
import time
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.experiments import recording
from core.experiments.recording import MISSING, Call

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


def run(one: Call) -> Any:
    """Return the result of a call; a function of a language model gets the one that the call names."""
    if one.function.__annotations__.get("model") != "LanguageModel":
        return recording.run(one.function, *one.arguments)
    name, *arguments = one.arguments
    return recording.run(one.function, _model(name), *arguments)


@lru_cache(maxsize=1)
def _model(name: str) -> Any:
    from core.pretrained.registry import load_language_model

    return load_language_model(name)


def compute(calls: Sequence[Call], keep: Collection[str] = ()) -> list[tuple[Call, Any]]:
    """Return the calls with their results, computed on this machine with one thread.

    Of the functions in `keep` what is recorded already stays: long ones need not run again because another changed.
    """
    import torch

    torch.set_num_threads(1)
    kept = {one: recording.find(one.function, *one.arguments) for one in calls if one.function.__name__ in keep}
    return [(one, run(one) if kept.get(one, MISSING) is MISSING else kept[one]) for one in calls]


def record(lesson: str, keep: Collection[str] = ()) -> Path:
    """Compute and write the calls of a lesson, but for those of the functions in `keep`; return the file."""
    import torch

    made = {
        "command": f"python -m core.experiments.record {lesson}",
        "when": time.strftime("%Y-%m-%d"),
        "where": f"{platform.machine()}, torch {torch.__version__}, one thread",
    }
    return recording.save(lesson, compute(calls_of(lesson), keep), made)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "lessons", nargs="*", metavar="LESSON", help=f"any of {', '.join(lessons())}; all when none is given"
    )
    parser.add_argument("--keep", nargs="*", default=(), metavar="FUNCTION", help="what is recorded of these stays")
    wanted = parser.parse_args()
    chosen = wanted.lessons
    if unknown := set(chosen) - set(lessons()):
        parser.error(f"no lesson named {', '.join(sorted(unknown))}")
    for lesson in chosen or lessons():
        print(f"{lesson}: {record(lesson, wanted.keep)}")
