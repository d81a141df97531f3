"""A training run on disk, so that it goes on where it was interrupted: the model, the optimiser's moments, the step."""

from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

MOMENTS = ("exp_avg", "exp_avg_sq")


def write(path: Path, model: nn.Module, optimizer: torch.optim.AdamW, step: int) -> None:
    """Write how far a run is; what stood there is replaced at once or not at all."""
    tensors: dict[str, Tensor] = {}
    for name, parameter in model.named_parameters():
        tensors[f"parameter {name}"] = parameter.detach()
        for moment in MOMENTS:
            tensors[f"{moment} {name}"] = optimizer.state[parameter][moment]
    tensors |= {f"buffer {name}": buffer for name, buffer in model.named_buffers()}
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    save_file({name: value.contiguous() for name, value in tensors.items()}, beside, metadata={"step": str(step)})
    beside.replace(path)


def read(path: Path, model: nn.Module, optimizer: torch.optim.AdamW) -> int:
    """Put a run back as it was and return its step; 0 where there is none. Raises `KeyError` for another model's."""
    if not path.exists():
        return 0
    with safe_open(path, framework="pt") as file:
        step = int((file.metadata() or {})["step"])
        stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dictionary
    for name, parameter in model.named_parameters():
        with torch.no_grad():
            parameter.copy_(stored[f"parameter {name}"])
        state = {moment: stored[f"{moment} {name}"].to(parameter.device) for moment in MOMENTS}
        optimizer.state[parameter] = {"step": torch.tensor(float(step)), **state}
    for name, buffer in model.named_buffers():
        buffer.copy_(stored[f"buffer {name}"])
    return step
