"""Small trained models as files: weights in half precision and, in the same file's header, what is needed to build them."""

import json
from pathlib import Path
from typing import Any, get_args

import torch
from safetensors import safe_open
from safetensors.torch import save as to_bytes
from torch import nn

from core.models.captioner import Captioner
from core.models.char_lm import CharLM
from core.models.char_transformer import CharTransformer
from core.models.classifier import DenseClassifier, SequenceClassifier
from core.models.recaller import Recaller
from core.models.transformer import TransformerLM
from core.models.word_lm import WordLM

Saved = Captioner | CharLM | CharTransformer | Recaller | DenseClassifier | SequenceClassifier | TransformerLM | WordLM


def save(model: Saved, path: Path) -> None:
    """Write a model in float16 (float32 where that would overflow); `load` makes it anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed(model))


def packed(model: Saved) -> bytes:
    """Return what `save` writes."""
    tensors = {name: half(value) for name, value in model.state_dict().items()}
    return to_bytes(tensors, metadata={"class": type(model).__name__, "built": json.dumps(model.built)})


def half(value: torch.Tensor) -> torch.Tensor:
    """Return a parameter as it is stored: on the CPU in float16, in float32 where that would overflow."""
    stored = value.detach().cpu().half()
    return stored if bool(stored.isfinite().all()) else value.detach().cpu().float()


def load(path: Path, device: torch.device | None = None) -> Saved:
    """Return the model in a file that `save` wrote, in float32, ready to be used (not to be trained on).

    Raises `ValueError` for a file that holds something else, and `OSError` for one that is not there.
    """
    with safe_open(path, framework="pt") as file:
        header = file.metadata() or {}
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dictionary
    classes: dict[str, type[Saved]] = {kind.__name__: kind for kind in get_args(Saved)}
    if header.get("class") not in classes:
        raise ValueError(f"{path.name} holds no model of ours")
    built: dict[str, Any] = json.loads(header["built"])
    model = classes[header["class"]](**built)
    model.load_state_dict(tensors)
    frozen: nn.Module = model.requires_grad_(False).eval()
    return frozen.to(device)  # type: ignore[return-value]
