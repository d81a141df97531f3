"""The converter for Whisper: from CTranslate2's binary file to safetensors."""

from __future__ import annotations

import json
import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

Report = Callable[[int, int], None]

VERSION, SPEC = 6, "WhisperSpec"
TYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}  # CTranslate2's numbers for them
KEPT = ("alignment_heads", "suppress_ids")  # of the package's configuration

# CTranslate2's names -> those of `core.pretrained.speech.whisper.Whisper`.
OUTSIDE_LAYERS = {
    **{f"encoder/{conv}/{part}": f"{conv}.{part}" for conv in ("conv1", "conv2") for part in ("weight", "bias")},
    "encoder/position_encodings/encodings": "sound_positions",
    "decoder/position_encodings/encodings": "positions.weight",
    "decoder/embeddings/weight": "embedding.weight",
    **{f"{side}/layer_norm/{theirs}": f"{side}.final_norm.{ours}"
       for side in ("encoder", "decoder") for theirs, ours in (("gamma", "weight"), ("beta", "bias"))},
}  # fmt: skip
INSIDE_LAYER = {
    "self_attention/linear_0": "attention.qkv",
    "self_attention/linear_1": "attention.merge",
    "self_attention/layer_norm": "norm_1",
    "attention/linear_0": "cross.q",  # joined with the next by `_joined`
    "attention/linear_1": "cross.kv",
    "attention/linear_2": "cross.merge",
    "attention/layer_norm": "norm_cross",
    "ffn/layer_norm": "norm_2",
    "ffn/linear_0": "widen",
    "ffn/linear_1": "narrow",
}
PARTS = {"weight": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"}
LAYER = re.compile(r"(encoder|decoder)/layer_(\d+)/(.+)/(weight|bias|gamma|beta)")


def whisper(source: Path, folder: Path, report: Report) -> None:
    """Write `model.safetensors` (the file's own float16), `config.json` and the package's `tokenizer.json`.

    source: the folder with the package's `model.bin`, `config.json` and `tokenizer.json`. Matrices are (out, in) as in
    torch.nn.Linear; queries, keys and values of one attention stand one above the other. Raises `ValueError` for a file
    that is no such model.
    """
    from safetensors.numpy import save_file

    report(0, 2)
    stored = read(source / "model.bin")
    report(1, 2)
    named = {ours: array for name, array in stored.items() if (ours := _our_name(name))}
    save_file(_joined(named), folder / "model.safetensors", metadata={"format": "pt"})
    shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")
    config = json.loads((source / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps({key: config[key] for key in KEPT}) + "\n", "utf-8")
    report(2, 2)


def read(path: Path) -> dict[str, np.ndarray]:
    """Return the variables of a CTranslate2 file of version 6 that holds Whisper; raises `ValueError` for another one.

    The file: u32 version; a text; u32 revision, u32 count; for each variable its name, u8 dimensions, u32 size of each, u8
    type, u32 bytes, the data; then u32 count of second names, which are not read. A text is u16 length and so many bytes,
    the last of them zero. Source: CTranslate2, python/ctranslate2/specs/model_spec.py.
    """
    import numpy as np

    content, at = path.read_bytes(), 0

    def take(form: str) -> tuple[Any, ...]:
        nonlocal at
        found = struct.unpack_from(f"<{form}", content, at)
        at += struct.calcsize(f"<{form}")
        return found

    def text() -> str:
        (length,) = take("H")
        (words,) = take(f"{length}s")
        return str(words[:-1], "utf-8")

    try:
        found = {}
        (version,) = take("I")
        if version != VERSION or text() != SPEC:
            raise ValueError(f"{path.name} is not Whisper in CTranslate2's format of version {VERSION}")
        _, count = take("2I")
        for _ in range(count):
            name, (dimensions,) = text(), take("B")
            shape, (kind, length) = take(f"{dimensions}I"), take("BI")
            (data,) = take(f"{length}s")
            found[name] = np.frombuffer(data, TYPES[kind]).reshape(shape)
    except (struct.error, UnicodeDecodeError, KeyError) as error:
        raise ValueError(
            f"{path.name} is not Whisper in CTranslate2's format of version {VERSION} ({error})"
        ) from error
    return found


def _our_name(name: str) -> str:
    """Return what a variable is called here; empty for settings, such as how many heads there are."""
    found = LAYER.fullmatch(name)
    if not found:
        return OUTSIDE_LAYERS.get(name, "")
    side, layer, part, kind = found.groups()
    return f"{side}.blocks.{layer}.{INSIDE_LAYER[part]}.{PARTS[kind]}"


def _joined(named: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays with the queries of each cross-attention above its keys and values."""
    import numpy as np

    made = {name: array for name, array in named.items() if ".cross.q." not in name and ".cross.kv." not in name}
    for name in named:
        if ".cross.q." in name:
            both = named[name], named[name.replace(".q.", ".kv.")]
            made[name.replace(".q.", ".qkv.")] = np.concatenate(both)
    return made
