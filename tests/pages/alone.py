"""Runs a take-away script by itself, as a reader does."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def run_alone(
    script: Path, folder: Path, arguments: Sequence[str] = (), **more: str
) -> "subprocess.CompletedProcess[str]":
    """Run a script in a folder, with no more of this environment than a shell has anyway, and what `more` sets."""
    clean = {key: os.environ[key] for key in ("PATH", "LANG", "LD_LIBRARY_PATH") if key in os.environ}
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=folder,
        env={**clean, "HOME": str(script.parent), "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1", **more},
        capture_output=True,
        encoding="utf-8",
        timeout=240,
    )


def lay_beside(file: Path, folder: Path) -> None:
    """Put a large file where a script in `folder` looks for it: in a folder named as its own; linked where that can be."""
    place = folder / file.parent.name
    place.mkdir()
    try:
        os.link(file, place / file.name)
    except OSError:  # on another disk
        shutil.copy(file, place)
