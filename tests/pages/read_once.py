"""Runs a script as `python SCRIPT` does, with one thing remembered: what transformers made of a GGUF file.

Reading that file takes transformers 25 of the 30 seconds of such a script, and nine scripts read the same one. Here
the first that does so writes its findings into the folder READ_ONCE, and the others take them from there.
"""

import hashlib
import os
import runpy
import sys
from pathlib import Path
from typing import Any

import gguf
import torch
import transformers
from filelock import FileLock
from transformers import modeling_gguf_pytorch_utils as reading

_read = reading.load_gguf_checkpoint


def remembered(path: str, return_tensors: bool = False, model_to_load: Any = None, **more: Any) -> Any:
    """Return what `load_gguf_checkpoint` does."""
    file = Path(path).stat()
    of = (file.st_size, file.st_mtime_ns, return_tensors, type(model_to_load).__name__, sorted(map(str, more.items())))
    versions = (transformers.__version__, gguf.__file__, torch.__version__)
    kept = Path(os.environ["READ_ONCE"]) / hashlib.sha256(repr((of, versions)).encode()).hexdigest()
    kept.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{kept}.lock"):  # scripts that run side by side wait for the first
        if not kept.is_file():
            found = _read(path, return_tensors=return_tensors, model_to_load=model_to_load, **more)
            torch.save(found, kept.with_suffix(".part"))
            kept.with_suffix(".part").replace(kept)
    return torch.load(kept, mmap=True, weights_only=True)


if __name__ == "__main__":
    for module in list(sys.modules.values()):
        if getattr(module, "load_gguf_checkpoint", None) is _read:
            module.load_gguf_checkpoint = remembered  # type: ignore[attr-defined]
    sys.argv = sys.argv[1:]
    sys.path[0] = str(Path(sys.argv[0]).parent)
    runpy.run_path(sys.argv[0], run_name="__main__")
