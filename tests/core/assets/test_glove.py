"""The converter of GloVe: on a small array and index written here."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file

from core.assets.convert.glove import glove


def published(folder: Path, words: int, vectors: int) -> np.ndarray:
    array = np.random.default_rng(0).normal(size=(vectors, 50)).astype(np.float32)
    np.save(folder / "glove_6B_50d_emb.npy", array)
    pd.DataFrame({"index": [f"wörd{n}" for n in range(words)]}).to_parquet(folder / "glove_6B_index.parquet")
    return array


def test_the_most_frequent_words_are_kept(tmp_path: Path) -> None:
    array = published(tmp_path, 9, 9)
    seen: list[tuple[int, int]] = []
    (tmp_path / "made").mkdir()
    glove(tmp_path, tmp_path / "made", lambda done, total: seen.append((done, total)), 4)
    assert json.loads((tmp_path / "made" / "words.json").read_text("utf-8")) == [f"wörd{n}" for n in range(4)]
    made = load_file(tmp_path / "made" / "vectors.safetensors")["vectors"]
    np.testing.assert_allclose(made, array[:4], rtol=1e-3)
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    published(tmp_path, 9, 8)
    with pytest.raises(ValueError, match="do not fit"):
        glove(tmp_path, tmp_path, lambda *_: None)
