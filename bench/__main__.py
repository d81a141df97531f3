"""`python -m bench [name ...] [--quick]`: run all or some benches; a line for each claim, with its ratio.

A missed target is a result like any other: the exit code is 0 unless a bench breaks down.
"""

import argparse
import importlib
import sys
import time
import traceback

from bench.report import machine

NAMES = (
    "decode",
    "batch",
    "fidelity",
    "prefill",
    "start",
    "page",
    "memory",
    "training",
    "lessons",
    "translate",
    "writing",
    "crowd",
    "reruns",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Each claim about speed, with its ratio.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(NAMES)}; all when none is given")
    parser.add_argument("--quick", action="store_true", help="short runs that only show that the benches work")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"no bench named {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    broken = 0
    for name in chosen.names or NAMES:
        print(f"{name}: {machine()}", flush=True)
        began = time.monotonic()
        try:
            for claim in importlib.import_module(f"bench.{name}").run(chosen.quick):
                print(f"  {claim.line()}", flush=True)
        except Exception:  # noqa: BLE001 - the other benches still run
            broken += 1
            traceback.print_exc()
        print(f"  ({time.monotonic() - began:.0f} s)", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
