"""Runs a take-away script by itself, as a reader does."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

READ_ONCE = Path(__file__).with_name("read_once.py")


def run_alone(
    script: Path, folder: Path, arguments: Sequence[str] = (), *, gguf: Path | None = None, **more: str
) -> "subprocess.CompletedProcess[str]":
    """Run a script in a folder, with no more of this environment than a shell has anyway, and what `more` sets.

    `gguf` is the file that it lets transformers read, in a way that all scripts share (see `read_once`).
    """
    return subprocess.run(
        [*python(gguf), str(script), *arguments],
        cwd=folder,
        env={**environment(script.parent, gguf), **more},
        capture_output=True,
        encoding="utf-8",
        timeout=240,
    )


def read_once_folder(gguf: Path) -> Path:
    """Return where what transformers made of the file is kept."""
    return gguf.parents[1] / "read_once"


def python(gguf: Path | None) -> list[str]:
    """Return the command that runs a script."""
    return [sys.executable, *([str(READ_ONCE)] if gguf else [])]


def environment(home: Path, gguf: Path | None) -> dict[str, str]:
    """Return what such a script finds in its environment."""
    clean = {key: os.environ[key] for key in ("PATH", "LANG", "LD_LIBRARY_PATH") if key in os.environ}
    shared = {"READ_ONCE": str(read_once_folder(gguf)), "HF_HUB_OFFLINE": "1"} if gguf else {}
    return {**clean, "HOME": str(home), "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1", **shared}


def lay_beside(file: Path, folder: Path) -> None:
    """Put a large file where a script in `folder` looks for it: in a folder named as its own; linked where that can be."""
    place = folder / file.parent.name
    place.mkdir()
    try:
        os.link(file, place / file.name)
    except OSError:  # on another disk
        shutil.copy(file, place)
