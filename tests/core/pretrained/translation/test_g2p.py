"""Our g2p-en against the package's own code, which is run from its wheel without what it wants to have installed."""

import importlib.util
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
import torch

from core.assets.fetch import ensure
from core.data.pronouncing import dictionary, new_words
from core.pretrained.translation.g2p import G2P, LETTERS, MOST_WRITTEN, PHONEMES, load_g2p
from tests.conftest import explained

pytestmark = pytest.mark.real_weights

ODD = ["", "a", "zzzz", "naïve", "don't", "ABC", "x" * 30, "pneumonoultramicroscopicsilicovolcanoconiosis", "日本"]


def theirs() -> Any:
    """The package's class, with its weights and nothing else: the imports that are not here are empty modules."""
    from filelock import FileLock

    from core.assets import package, store
    from core.assets.manifest import load

    asset, folder = load()["g2p-en"], store.root().parent / "tests"
    place = folder / "g2p-en-whole"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "g2p-en-whole.lock"):
        if not place.is_dir():
            with tempfile.TemporaryDirectory(dir=folder) as scratch, explained(asset, folder):
                archive = package.download(asset, Path(scratch), lambda done, total: None)
                zipfile.ZipFile(archive).extractall(Path(scratch) / "whole")
                (Path(scratch) / "whole").rename(place)

    stubs = {name: MagicMock() for name in ("nltk", "nltk.corpus", "nltk.tokenize", "g2p_en", "g2p_en.expand")}
    patch = pytest.MonkeyPatch()
    for name, module in stubs.items():
        patch.setitem(sys.modules, name, module)
    spec = importlib.util.spec_from_file_location("g2p_en.g2p", place / "g2p_en" / "g2p.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its regular expressions' backslashes
            spec.loader.exec_module(module)
    finally:
        patch.undo()
    module.construct_homograph_dictionary = dict  # it leaves its file open, and is for whole sentences
    return module.G2p()


@pytest.fixture(scope="module")
def oracle() -> Any:
    return theirs()


@pytest.fixture(scope="module")
def model() -> G2P:
    return load_g2p()


@pytest.fixture(scope="module")
def words() -> list[str]:
    known = sorted(dictionary())
    drawn = np.random.default_rng(0).choice(len(known), 300, replace=False)
    return [known[n] for n in drawn] + list(new_words()[::17]) + ODD


def test_it_has_the_package_s_letters_and_phonemes(oracle: Any) -> None:
    assert list(LETTERS) == oracle.graphemes
    assert list(PHONEMES) == oracle.phonemes


def test_phonemes_are_the_package_s(model: G2P, oracle: Any, words: list[str]) -> None:
    assert len(words) >= 400
    expected = [tuple(oracle.predict(word)) for word in words]
    assert model.spell_all(words) == expected
    for word, phonemes in list(zip(words, expected, strict=True))[::10]:
        assert tuple(one for one in model.spell(word).phonemes if one != "</s>") == phonemes
    assert len(set(expected)) > 390  # it says something of its own about each


def test_states_are_the_package_s(model: G2P, oracle: Any, words: list[str]) -> None:
    for word in words[::9]:
        found = model.spell(word)
        read = oracle.gru(
            oracle.encode(word), len(word) + 1, oracle.enc_w_ih, oracle.enc_w_hh, oracle.enc_b_ih, oracle.enc_b_hh
        )
        np.testing.assert_allclose(found.read, read[0], atol=1e-5)
        h, before = read[:, -1], "<s>"
        for n, phoneme in enumerate(found.phonemes):
            x = oracle.dec_emb[[oracle.p2idx[before]]]
            h = oracle.grucell(x, h, oracle.dec_w_ih, oracle.dec_w_hh, oracle.dec_b_ih, oracle.dec_b_hh)
            np.testing.assert_allclose(found.states[n], h[0], atol=1e-5)
            np.testing.assert_allclose(found.logits[n], (h @ oracle.fc_w.T + oracle.fc_b)[0], atol=1e-4)
            before = phoneme


def test_the_step_is_torch_s(model: G2P) -> None:
    """Where the reset gate stands makes a difference of its own here: the other way round the states are others."""
    layer = torch.nn.GRU(256, 256, batch_first=True)
    layer.load_state_dict(model.encoder.state_dict())
    x = model.letters(torch.tensor([model.encode("thoroughbred")]))
    with torch.no_grad():
        np.testing.assert_allclose(layer(x)[0][0].numpy(), model.spell("thoroughbred").read, atol=1e-5)


def test_many_at_once_are_as_one_by_one(model: G2P) -> None:
    words = ["a", "encyclopaedia", "cat", "responsibility", "be"]
    assert model.spell_all(words) == [model.spell_all([word])[0] for word in words]
    assert model.spell_all([]) == []


def test_a_long_word_is_cut(model: G2P) -> None:
    found = model.spell("pneumonoultramicroscopicsilicovolcanoconiosis")
    assert len(found.phonemes) <= MOST_WRITTEN
    assert len(found.read) == len(found.word) + 1
    assert found.letters[-1] == "</s>"


def test_unknown_letters(model: G2P) -> None:
    assert model.encode("aé!") == [3, 1, 1, 2]
    np.testing.assert_array_equal(model.spell("é").read, model.spell("日").read)


def test_loading_leaves_shared_random_numbers_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    from core.pretrained.translation.g2p import load

    again = load(ensure("g2p-en"))
    torch.testing.assert_close(torch.rand(3), expected)
    assert not any(parameter.requires_grad for parameter in again.parameters())


def test_it_knows_its_dictionary_and_less_of_what_is_new(model: G2P) -> None:
    known = dictionary()
    new = list(new_words())
    assert not set(new) & {"the", "house", "agreement"}
    assert len(new) == len(set(new)) > 1500
    assert all(word in known for word in new)
    old = [word for word in sorted(known.keys() - set(new)) if word.isalpha() and 5 <= len(word) <= 8][::150]
    right = [
        np.mean([phonemes in known[word] for word, phonemes in zip(some, model.spell_all(some), strict=True)])
        for some in (old, new)
    ]
    assert right[0] > 0.65
    assert right[1] < 0.35
