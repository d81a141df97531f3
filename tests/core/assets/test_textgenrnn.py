"""The converter of the public character model: on a tiny file written here, and on the published one.

What the file's arrays mean is taken from Keras' own rule for reading them (`keras_lstm` below), not from ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from core.assets.convert.textgenrnn import VOCABULARY, WEIGHTS, textgenrnn
from core.assets.manifest import load

IN, HIDDEN, SIZE = 2, 3, 4
WIDTH = IN + 2 * HIDDEN
IDS = {"b": 2, "<s>": 3, "a": 1}
SHAPES = {
    "embedding": {"embeddings": (SIZE, IN)},
    "rnn_1": {"kernel": (IN, 4 * HIDDEN), "recurrent_kernel": (HIDDEN, 4 * HIDDEN), "bias": (8 * HIDDEN,)},
    "rnn_2": {"kernel": (HIDDEN, 4 * HIDDEN), "recurrent_kernel": (HIDDEN, 4 * HIDDEN), "bias": (8 * HIDDEN,)},
    "attention": {"attention_W": (WIDTH, 1)},
    "output": {"kernel": (WIDTH, SIZE), "bias": (SIZE,)},
}


class Tiny:
    """A published model of our own size: its two files in a folder, and its arrays by layer and name."""

    def __init__(self, folder: Path, shapes: dict[str, Any] = SHAPES, ids: dict[str, int] = IDS) -> None:
        rng = np.random.default_rng(0)
        self.folder = folder
        self.arrays = {
            layer: {name: rng.normal(size=shape).astype(np.float32) for name, shape in names.items()}
            for layer, names in shapes.items()
        }
        folder.mkdir()
        with h5py.File(folder / WEIGHTS, "w") as file:
            for layer, arrays in self.arrays.items():
                for name, array in arrays.items():
                    file[f"{layer}/{layer}/{name}:0"] = array
        (folder / VOCABULARY).write_text(json.dumps(ids), "utf-8")


def convert(source: Path, folder: Path) -> tuple[dict[str, np.ndarray], list[str], list[tuple[int, int]]]:
    folder.mkdir()
    seen: list[tuple[int, int]] = []
    textgenrnn(source, folder, lambda done, total: seen.append((done, total)))
    return load_file(folder / "model.safetensors"), json.loads((folder / "vocabulary.json").read_text("utf-8")), seen


def keras_lstm(arrays: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Keras' LSTM on weights of a CuDNNLSTM, which it reads so (preprocess_weights_for_loading): (time, in) -> hidden."""
    kernel = np.hstack([k.T.reshape(k.shape, order="F") for k in np.hsplit(arrays["kernel"], 4)])
    recurrent = np.hstack([k.T for k in np.hsplit(arrays["recurrent_kernel"], 4)])
    bias = np.sum(np.split(arrays["bias"], 2), axis=0)
    hidden = cell = np.zeros(len(recurrent))
    outputs = []
    for row in x:
        i, f, c, o = np.split(row @ kernel + hidden @ recurrent + bias, 4)
        cell = cell / (1 + np.exp(-f)) + np.tanh(c) / (1 + np.exp(-i))
        hidden = np.tanh(cell) / (1 + np.exp(-o))
        outputs.append(hidden)
    return np.array(outputs)


@pytest.mark.parametrize("number", [0, 1])
def test_torch_s_lstm_computes_with_it_what_keras_does(number: int, tmp_path: Path) -> None:
    tiny = Tiny(tmp_path / "source")
    weights = convert(tiny.folder, tmp_path / "made")[0]
    prefix = f"body.layers.{number}."
    size = IN if number == 0 else HIDDEN
    layer = torch.nn.LSTM(size, HIDDEN, batch_first=True)
    layer.load_state_dict({name: torch.from_numpy(weights[prefix + name]) for name in layer.state_dict()})
    x = np.random.default_rng(1).normal(size=(6, size)).astype(np.float32)
    with torch.no_grad():
        found = layer(torch.from_numpy(x)[None])[0][0].numpy()
    np.testing.assert_allclose(found, keras_lstm(tiny.arrays[f"rnn_{number + 1}"], x), atol=1e-6)


def test_the_rest_is_torch_s_way_round(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path / "source")
    weights, vocabulary, seen = convert(tiny.folder, tmp_path / "made")
    theirs = tiny.arrays
    np.testing.assert_array_equal(weights["embedding.weight"], theirs["embedding"]["embeddings"])
    np.testing.assert_array_equal(weights["attention.weight"], theirs["attention"]["attention_W"].T)
    np.testing.assert_array_equal(weights["output.weight"], theirs["output"]["kernel"].T)
    np.testing.assert_array_equal(weights["output.bias"], theirs["output"]["bias"])
    assert len(weights) == 12
    assert {array.dtype.name for array in weights.values()} == {"float32"}
    assert vocabulary == ["a", "b", "<s>"]
    assert seen == [(done, 5) for done in range(6)]


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path / "source")
    for name in ("once", "again"):
        convert(tiny.folder, tmp_path / name)
    for path in (tmp_path / "once").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


@pytest.mark.parametrize(
    ("shapes", "ids", "words"),
    [
        ({layer: names for layer, names in SHAPES.items() if layer != "rnn_2"}, IDS, "no layer 'rnn_2'"),
        (SHAPES | {"rnn_1": SHAPES["rnn_1"] | {"bias": (4 * HIDDEN,)}}, IDS, "not the 24 of a CuDNNLSTM"),
        (SHAPES, {"a": 1, "b": 3}, "does not count"),
        (SHAPES, {"a": 1, "<s>": 2}, "4 scores for 2 characters"),
    ],
)
def test_another_model_is_refused(tmp_path: Path, shapes: dict[str, Any], ids: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        convert(Tiny(tmp_path / "source", shapes, ids).folder, tmp_path / "made")


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path / "source")
    (tiny.folder / WEIGHTS).write_bytes(b"not this")
    with pytest.raises(ValueError, match="is not an HDF5 file"):
        convert(tiny.folder, tmp_path / "made")


# The published file


@pytest.mark.real_weights
def test_the_published_file_s_numbers_are_all_there(textgenrnn_files: Path, tmp_path: Path) -> None:
    weights, vocabulary, _ = convert(textgenrnn_files, tmp_path / "made")
    assert {name: array.shape for name, array in weights.items()} == {
        "embedding.weight": (465, 100),
        "body.layers.0.weight_ih_l0": (512, 100),
        "body.layers.0.weight_hh_l0": (512, 128),
        "body.layers.0.bias_ih_l0": (512,),
        "body.layers.0.bias_hh_l0": (512,),
        "body.layers.1.weight_ih_l0": (512, 128),
        "body.layers.1.weight_hh_l0": (512, 128),
        "body.layers.1.bias_ih_l0": (512,),
        "body.layers.1.bias_hh_l0": (512,),
        "attention.weight": (1, 356),
        "output.weight": (465, 356),
        "output.bias": (465,),
    }
    theirs: list[np.ndarray] = []
    with h5py.File(textgenrnn_files / WEIGHTS, "r") as file:
        file.visititems(lambda _, held: theirs.append(held[()].ravel()) if isinstance(held, h5py.Dataset) else None)
    ours = np.concatenate([array.ravel() for array in weights.values()])
    np.testing.assert_array_equal(np.sort(ours), np.sort(np.concatenate(theirs)))
    assert len(vocabulary) == len(set(vocabulary)) == 464
    assert vocabulary[-1] == "<s>"
    assert set("etaoin shrdlu ETAOIN 0123456789 .,;:!?'\"()-&$") <= set(vocabulary)
    ids = json.loads((textgenrnn_files / VOCABULARY).read_text("utf-8"))
    assert all(vocabulary[number - 1] == character for character, number in ids.items())


@pytest.mark.real_weights
def test_its_size_is_that_of_the_manifest(textgenrnn_files: Path, tmp_path: Path) -> None:
    convert(textgenrnn_files, tmp_path / "made")
    size = sum(path.stat().st_size for path in (tmp_path / "made").iterdir())
    assert size == pytest.approx(load()["textgenrnn"].installed_size, rel=0.01)
