"""The converter for textgenrnn, a public character model: from a Keras file to safetensors laid out as torch.nn's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Report = Callable[[int, int], None]

WEIGHTS, VOCABULARY = "textgenrnn_weights.hdf5", "textgenrnn_vocab.json"
LAYERS = ("rnn_1", "rnn_2")
GATES = 4  # in the file's order, which is torch's too: input, forget, candidate, output


def textgenrnn(source: Path, folder: Path, report: Report) -> None:
    """Write `model.safetensors` and `vocabulary.json` from the folder that holds the published weights and vocabulary.

    The first holds float32 under the names of `core.pretrained.characters.textgenrnn.TextgenRNN`: embedding.weight (465, 100),
    body.layers.N.* as `core.models.lstm.LSTM` names and lays them out, attention.weight (1, 356), output.weight
    (465, 356) and output.bias (465). The second lists the 464 entries with ids 1 to 464, in that order; the last one,
    "<s>", is the mark before and after a text. Id 0 is the padding's.

    `report` gets the number of layers done and their total. Raises `ValueError` for a file that is not such a model,
    or whose LSTMs are not in the layout of Keras' CuDNNLSTM.
    Source of the layout: Keras 2.1.5, keras/engine/topology.py (preprocess_weights_for_loading).
    """
    import h5py
    import numpy as np
    from safetensors.numpy import save_file

    if not h5py.is_hdf5(source / WEIGHTS):
        raise ValueError(f"{WEIGHTS} is not an HDF5 file")
    ids = json.loads((source / VOCABULARY).read_text("utf-8"))
    if sorted(ids.values()) != list(range(1, len(ids) + 1)):
        raise ValueError(f"{VOCABULARY} does not count its characters from 1")
    layers = ("embedding", *LAYERS, "attention", "output")
    report(0, len(layers))
    arrays: dict[str, np.ndarray] = {}
    with h5py.File(source / WEIGHTS, "r") as file:
        for done, layer in enumerate(layers, start=1):
            if layer not in file:
                raise ValueError(f"{WEIGHTS} has no layer {layer!r}")
            # "rnn_1/bias:0" -> "bias"
            held = {name.partition(":")[0]: np.asarray(values) for name, values in file[layer][layer].items()}
            arrays |= _converted(layer, held)
            report(done, len(layers))
    if len(arrays["output.bias"]) != len(ids) + 1:
        raise ValueError(f"{len(arrays['output.bias'])} scores for {len(ids)} characters and the padding")
    arrays = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}
    save_file(arrays, folder / "model.safetensors", metadata={"format": "pt"})
    vocabulary = sorted(ids, key=ids.__getitem__)
    (folder / "vocabulary.json").write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0) + "\n", "utf-8")


def _converted(layer: str, held: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Name one layer's arrays as the module does and turn them to torch's shapes: (out, in) where Keras has (in, out)."""
    if layer == "embedding":
        return {"embedding.weight": held["embeddings"]}
    if layer == "attention":
        return {"attention.weight": held["attention_W"].T}
    if layer == "output":
        return {"output.weight": held["kernel"].T, "output.bias": held["bias"]}
    return {f"body.layers.{LAYERS.index(layer)}.{name}": array for name, array in _lstm(layer, held).items()}


def _lstm(layer: str, held: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """One LSTM from CuDNN's layout: kernel (input, 4 * hidden), recurrent_kernel (hidden, 4 * hidden), bias (8 * hidden)."""
    kernel, recurrent, bias = held["kernel"], held["recurrent_kernel"], held["bias"]
    hidden = recurrent.shape[0]
    if bias.shape != (2 * GATES * hidden,):
        raise ValueError(f"{layer} has biases {bias.shape}, not the {2 * GATES * hidden} of a CuDNNLSTM")
    bias_ih, bias_hh = bias.reshape(2, GATES * hidden)
    return {
        "weight_ih_l0": _gates(kernel, hidden),
        "weight_hh_l0": _gates(recurrent, hidden),
        "bias_ih_l0": bias_ih,
        "bias_hh_l0": bias_hh,
    }


def _gates(kernel: np.ndarray, hidden: int) -> np.ndarray:
    """(columns, 4 * hidden) as in the file -> (4 * hidden, columns) as in torch.

    A gate's block is named (columns, hidden) there, but its numbers, read in order, are those of the matrix that
    CuDNN multiplies with, (hidden, columns): they are given their own shape back and not transposed.
    """
    import numpy as np

    blocks = np.split(kernel, GATES, axis=1)
    return np.concatenate([np.ascontiguousarray(block).reshape(hidden, -1) for block in blocks])
