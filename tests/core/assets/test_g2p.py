"""The converter of g2p-en: on a small archive written here, and on the published one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from core.assets.convert.g2p import NAMES, g2p
from core.assets.manifest import load
from tests.conftest import published

EMBEDDING, HIDDEN = 3, 4
SHAPES = {
    "enc_emb": (29, EMBEDDING), "dec_emb": (74, EMBEDDING), "fc_w": (74, HIDDEN), "fc_b": (74,),
    **{f"{side}_{kind}": shape for side in ("enc", "dec") for kind, shape in
       {"w_ih": (3 * HIDDEN, EMBEDDING), "w_hh": (3 * HIDDEN, HIDDEN), "b_ih": (3 * HIDDEN,), "b_hh": (3 * HIDDEN,)}.items()},
}  # fmt: skip


def archive(path: Path, **changes: object) -> Path:
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()} | changes
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    return path


def convert(source: Path, folder: Path) -> tuple[dict[str, np.ndarray], list[tuple[int, int]]]:
    folder.mkdir()
    seen: list[tuple[int, int]] = []
    g2p(source, folder, lambda done, total: seen.append((done, total)))
    return load_file(folder / "model.safetensors"), seen


@pytest.mark.parametrize("side", ["encoder", "decoder"])
def test_torch_s_gru_computes_with_it_what_the_package_s_equation_says(side: str, tmp_path: Path) -> None:
    source = archive(tmp_path / "checkpoint20.npz")
    weights, _ = convert(source, tmp_path / "made")
    layer = torch.nn.GRU(EMBEDDING, HIDDEN, batch_first=True)
    layer.load_state_dict({name: torch.from_numpy(weights[f"{side}.{name}"]) for name in layer.state_dict()})
    x = np.random.default_rng(1).normal(size=(5, EMBEDDING)).astype(np.float32)
    with np.load(source, allow_pickle=False) as theirs:
        w_ih, w_hh, b_ih, b_hh = (theirs[f"{side[:3]}_{name}"] for name in ("w_ih", "w_hh", "b_ih", "b_hh"))
    h = np.zeros(HIDDEN)
    for row in x:
        r_x, z_x, n_x = np.split(w_ih @ row + b_ih, 3)
        r_h, z_h, n_h = np.split(w_hh @ h + b_hh, 3)
        r, z = 1 / (1 + np.exp(-(r_x + r_h))), 1 / (1 + np.exp(-(z_x + z_h)))
        h = (1 - z) * np.tanh(n_x + r * n_h) + z * h
    with torch.no_grad():
        np.testing.assert_allclose(layer(torch.from_numpy(x)[None])[1][0, 0].numpy(), h, atol=1e-6)


def test_all_arrays_come_through_and_progress_is_told(tmp_path: Path) -> None:
    source = archive(tmp_path / "checkpoint20.npz")
    weights, seen = convert(source, tmp_path / "made")
    assert seen == [(done, 12) for done in range(13)]
    with np.load(source, allow_pickle=False) as theirs:
        for name, ours in NAMES.items():
            np.testing.assert_array_equal(weights[ours], theirs[name])
    convert(source, tmp_path / "again")
    assert (tmp_path / "made" / "model.safetensors").read_bytes() == (
        tmp_path / "again" / "model.safetensors"
    ).read_bytes()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fc_b": None}, "not this model's arrays"),
        ({"more": np.zeros(2)}, "not this model's arrays"),
        ({"dec_w_hh": np.zeros((4 * HIDDEN, HIDDEN), np.float32)}, "the decoder is no GRU of 4 units"),
    ],
)
def test_another_model_is_refused(changes: dict[str, object], words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=words):
        convert(archive(tmp_path / "checkpoint20.npz", **changes), tmp_path / "made")


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    source = archive(tmp_path / "checkpoint20.npz", fc_b=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        convert(source, tmp_path / "made")


@pytest.fixture(scope="module")
def checkpoint() -> Path:
    (file,) = published("g2p-en")
    return file


@pytest.mark.real_weights
def test_the_published_file(checkpoint: Path, tmp_path: Path) -> None:
    weights, _ = convert(checkpoint, tmp_path / "made")
    assert {name: array.shape for name, array in weights.items() if not name.startswith("decoder")} == {
        "letters.weight": (29, 256),
        "encoder.weight_ih_l0": (768, 256),
        "encoder.weight_hh_l0": (768, 256),
        "encoder.bias_ih_l0": (768,),
        "encoder.bias_hh_l0": (768,),
        "phonemes.weight": (74, 256),
        "output.weight": (74, 256),
        "output.bias": (74,),
    }
    size = sum(path.stat().st_size for path in (tmp_path / "made").iterdir())
    assert size == pytest.approx(load()["g2p-en"].installed_size, rel=0.01)
