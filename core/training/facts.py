"""What a recipe writes beside the weights that it made: the command, the machine, the time, the data, what came out."""

import json
from pathlib import Path
from typing import Any

import torch


def write(
    path: Path, call: str, data: str, seconds: float, *, device: str = "cpu", precision: str = "", **more: Any
) -> Path:
    """Write the facts about the weights in `path` into a JSON file beside it, a line for each, and return that file.

    call: module in `core.training` and arguments that make them again. precision: what training computed in, where it is
    not float32. seconds: of the whole run.
    """
    threads = f"{torch.get_num_threads()} threads"
    facts = {
        "command": f"python -m core.training.{call}",
        "where": ", ".join(filter(None, (device, f"torch {torch.__version__}", threads, precision))),
        "seconds": round(seconds, 1),
        "data": data,
        **more,
    }
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items())
    beside = path.with_suffix(".json")
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(f"{{\n{lines}\n}}\n", "utf-8")
    return beside
