"""The converter for Silero VAD: from the package's ONNX file to safetensors.

The package's own safetensors file holds weights of another training run than the model that it runs (their outputs differ
by up to 0.7), so the tensors are read from ONNX, whose format is Protocol Buffers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Report = Callable[[int, int], None]

GRAPH, INITIALIZER = 7, 5  # fields of onnx.proto: the graph in a model, a tensor in a graph
DIMS, DATA_TYPE, NAME, RAW = 1, 2, 8, 9  # fields of a tensor
FLOAT = 1
LSTM = ("onnx::LSTM_209", "onnx::LSTM_210", "onnx::LSTM_211")  # weights of the input, of the state, both biases
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # kinds of field
CONVOLUTIONS = {
    "encoder.0": "conv1",
    "encoder.1": "conv2",
    "encoder.2": "conv3",
    "encoder.3": "conv4",
    "output": "final_conv",
}


def silero(source: Path, folder: Path, report: Report) -> None:
    """Write `model.safetensors`, float32, as `core.pretrained.speech.silero.VoiceActivity` names it, and keep the file beside it.

    ONNX has an LSTM's gates in the order input, output, forget, candidate, torch as input, forget, candidate, output.
    Raises `ValueError` for a file without one of the tensors.
    """
    import numpy as np
    from safetensors.numpy import save_file

    report(0, 1)
    found = read_tensors(source.read_bytes())
    try:
        made = {"stft_conv.weight": found["stft.forward_basis_buffer"]}
        for theirs, ours in CONVOLUTIONS.items():
            made |= {f"{ours}.{part}": found[f"{theirs}.{part}"] for part in ("weight", "bias")}
        made |= {"lstm.weight_ih_l0": _gates(found[LSTM[0]][0]), "lstm.weight_hh_l0": _gates(found[LSTM[1]][0])}
        both = found[LSTM[2]][0]
        made |= {"lstm.bias_ih_l0": _gates(both[: len(both) // 2]), "lstm.bias_hh_l0": _gates(both[len(both) // 2 :])}
    except KeyError as missing:
        raise ValueError(f"the file has no tensor {missing}") from missing
    shutil.copy(source, folder / source.name)
    save_file({name: np.ascontiguousarray(value) for name, value in made.items()}, folder / "model.safetensors")
    report(1, 1)


def _gates(value: np.ndarray) -> np.ndarray:
    import numpy as np

    i, o, f, c = np.split(value, 4)
    return np.concatenate([i, f, c, o])


def read_tensors(model: bytes) -> dict[str, np.ndarray]:
    """Return the float32 tensors that are stored in an ONNX model, by name. Raises `ValueError` for a broken file."""
    import numpy as np

    found = {}
    for graph in _all(model, GRAPH):
        for tensor in _all(graph, INITIALIZER):
            fields = list(_fields(tensor))
            if dict(fields).get(DATA_TYPE) == FLOAT:
                shape = [size for number, value in fields if number == DIMS for size in _sizes(value)]
                name, raw = (next((v for n, v in fields if n == wanted), b"") for wanted in (NAME, RAW))
                if isinstance(name, bytes) and isinstance(raw, bytes):
                    found[name.decode()] = np.frombuffer(raw, "<f4").reshape(shape)
    return found


def _all(message: bytes, wanted: int) -> Iterator[bytes]:
    return (value for number, value in _fields(message) if number == wanted and isinstance(value, bytes))


def _sizes(value: int | bytes) -> Iterator[int]:
    if isinstance(value, int):
        yield value
        return
    at = 0
    while at < len(value):
        size, at = _varint(value, at)
        yield size


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the number and the value of every field. Source: protobuf.dev, "Encoding"."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield tag >> 3, value
            continue
        if kind == BYTES:
            size, at = _varint(message, at)
        elif kind in (FIXED32, FIXED64):
            size = 4 if kind == FIXED32 else 8
        else:
            raise ValueError(f"a field of kind {kind}")
        if at + size > len(message):
            raise ValueError("the file ends within a field")
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message):
        byte = message[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at
    raise ValueError("the file ends within a number")
