"""GloVe's word vectors: neighbours and analogies against torch's cosine, and on the published vectors."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import core.pretrained
from core.assets.convert.glove import KEPT
from core.assets.fetch import ensure
from core.assets.manifest import load
from core.pretrained.word_vectors import NAME, WordVectors, load_word_vectors

SMALL = WordVectors(("sun", "moon", "star", "sea", "nothing"), np.array(
    [[1, 0, 0], [0.9, 0.5, 0], [0, 1, 0.2], [-1, 0.1, 0.3], [0, 0, 0]], np.float32
))  # fmt: skip


def test_neighbours_are_the_nearest_by_cosine() -> None:
    theirs = F.cosine_similarity(torch.from_numpy(SMALL.vectors[0])[None], torch.from_numpy(SMALL.vectors)).numpy()
    found = dict(SMALL.neighbours("Sun"))
    assert list(found) == ["moon", "star", "nothing", "sea"]
    assert found == pytest.approx({word: float(theirs[SMALL.words.index(word)]) for word in found}, abs=1e-6)
    assert SMALL.neighbours("sun", 1) == SMALL.neighbours("sun")[:1]
    assert "SEA" in SMALL
    assert "lake" not in SMALL
    with pytest.raises(KeyError):
        SMALL.neighbours("lake")


def test_an_analogy_is_a_sum_of_directions() -> None:
    units = F.normalize(torch.from_numpy(SMALL.vectors), dim=-1)
    wanted = F.cosine_similarity((units[1] - units[0] + units[2])[None], units).numpy()
    found = dict(SMALL.analogy("sun", "moon", "star"))
    assert set(found) == {"sea", "nothing"}
    assert found == pytest.approx({word: float(wanted[SMALL.words.index(word)]) for word in found}, abs=1e-6)
    with pytest.raises(KeyError):
        SMALL.analogy("sun", "moon", "lake")


@pytest.mark.real_weights
def test_the_published_vectors_know_queens_and_capitals() -> None:
    vectors = load_word_vectors()
    assert core.pretrained.load_word_vectors is load_word_vectors
    assert load_word_vectors() is vectors
    assert vectors.analogy("man", "king", "woman", 1)[0][0] == "queen"
    assert vectors.analogy("france", "paris", "italy", 1)[0][0] == "rome"
    assert "frog" not in dict(vectors.neighbours("frog"))
    assert {"toad", "snake"} & set(dict(vectors.neighbours("frog")))
    assert vectors.words[:3] == ("the", ",", ".")
    assert vectors.vectors.shape == (KEPT, 50)
    folder = ensure(NAME)
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert size == pytest.approx(load()[NAME].installed_size, rel=0.02)
