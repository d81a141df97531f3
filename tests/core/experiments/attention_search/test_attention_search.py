"""The lesson on attention as search: its three steps against torch's own, and the claim's numbers on the real encoder."""

import math
import re
import threading
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from core.assets import fetch
from core.assets.manifest import AssetError
from core.data.library import LIBRARY
from core.experiments import attention_search as lesson
from core.experiments import encoder as shared_encoder
from core.experiments.attention_search import measure, reading, results, scaling, three_keys
from core.experiments.attention_search.results import (
    DEFAULT_LAYER,
    DEFAULT_QUERY,
    DEFAULT_TEXT,
    OTHER_TEXT,
    TITLES,
    Settings,
)
from core.experiments.recording import find
from core.pretrained.encoder import load_encoder
from core.progress import finish

SHELF, QUERY = find(lesson.library), find(lesson.read_query, DEFAULT_QUERY)
READ = find(lesson.read_layer, DEFAULT_TEXT, DEFAULT_LAYER)
RNG = np.random.default_rng(0)


def library(settings: Settings, query: results.Query = QUERY) -> results.Attention:
    return results.search(query, SHELF, settings)


# The three steps


@pytest.mark.parametrize("width", [1, 2, 32, 384])
def test_the_three_steps_are_torch_s_attention(width: int) -> None:
    q, k, v = (RNG.normal(size=(n, width)) for n in (1, 9, 9))
    for scaled, scale in ((True, None), (False, 1.0)):
        found = results.attend(q[0], k, v, Settings("dot", scaled, 1.0))
        theirs = F.scaled_dot_product_attention(*map(torch.from_numpy, (q, k, v)), scale=scale)[0]
        np.testing.assert_allclose(found.mixed, theirs.numpy(), atol=1e-12)


def test_cosines() -> None:
    q, k = RNG.normal(size=5), RNG.normal(size=(7, 5))
    theirs = F.cosine_similarity(torch.from_numpy(q)[None], torch.from_numpy(k)).numpy()
    np.testing.assert_allclose(results.similarity(q, k, "cosine"), theirs, atol=1e-12)
    assert results.similarity(np.zeros(5), k, "cosine").tolist() == [0] * 7


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.floats(0.01, 5.0))
def test_weights_are_positive_and_sum_to_one(scores: list[float], temperature: float) -> None:
    weights = results.softmax(np.array(scores), temperature)
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    assert weights[np.argmax(scores)] == weights.max()
    theirs = torch.softmax(torch.tensor(scores, dtype=torch.float64) / temperature, 0)
    np.testing.assert_allclose(weights, theirs.numpy(), atol=1e-9)


def test_attention_knows_what_it_returns() -> None:
    k, v = np.eye(3), np.array([[1.0, 0], [0, 1], [-1, 0]])
    even = results.attend(np.zeros(3), k, v, Settings(temperature=1.0))
    assert (even.effective, even.kind) == (pytest.approx(3), "all")
    assert even.mixed == pytest.approx([0, 1 / 3])
    assert even.even == pytest.approx(1)
    one = results.attend(np.array([0, 50.0, 0]), k, v, Settings("dot", False, 1.0))
    assert (one.kind, one.best) == ("one", 1)
    assert one.closeness == pytest.approx([0, 1, 0], abs=1e-9)
    some = results.attend(np.array([1.0, 0.5, -9]), k, v, Settings("dot", False, 1.0))
    assert some.kind == "mixture"
    assert some.order.tolist() == [0, 1, 2]
    assert some.closeness[0] == pytest.approx(some.mixed[0] / np.linalg.norm(some.mixed))


# The claim's numbers, on the real encoder


def test_the_default_search_returns_a_mixture() -> None:
    found = library(Settings())
    assert [TITLES[i] for i in found.order[:2]] == ["Compasses inside birds", "Bats hunting by echo"]
    assert found.kind == "mixture"
    assert 0.3 < found.weights[found.best] < 0.6
    assert 4 < found.effective < 8
    assert found.closeness[found.best] < 0.95
    alone = results.cosines(SHELF.values[found.best], SHELF.values)[found.order[1]]
    assert found.closeness[found.order[1]] > max(0.4, 1.5 * alone)  # a mixture has something of the second


def test_a_hard_search_is_its_limit() -> None:
    cold = library(Settings(temperature=0.0001))
    assert cold.weights[cold.best] == pytest.approx(1)
    np.testing.assert_allclose(cold.mixed, SHELF.values[cold.best], atol=1e-6)
    assert cold.kind == "one"
    hot = library(Settings(temperature=1e6))
    np.testing.assert_allclose(hot.mixed, SHELF.values.mean(0), atol=1e-5)
    assert hot.kind == "all"


def test_no_fewer_items_share_as_the_temperature_rises() -> None:
    swept = results.sweep(QUERY, SHELF)
    assert swept.shape == (3, len(results.TEMPERATURES))
    assert (np.diff(swept, axis=1) >= -1e-9).all()
    assert swept.max() <= 60 + 1e-9
    for how, row in zip(results.MATCHES.values(), swept, strict=True):
        assert library(Settings(*how, results.TEMPERATURES[20])).effective == pytest.approx(row[20])


def test_the_division_makes_the_weights_flatter() -> None:
    divided, undivided = (library(Settings(scaled=scaled)) for scaled in (True, False))
    assert undivided.effective < 2 < divided.effective
    np.testing.assert_allclose(undivided.scores, divided.scores * math.sqrt(384))


@pytest.mark.parametrize("settings", [Settings(), Settings("cosine"), Settings(scaled=False)])
def test_another_order_of_the_library_changes_nothing(settings: Settings) -> None:
    assert results.shuffled(QUERY, SHELF, settings) < 1e-14


def test_meaning_finds_what_words_do_not() -> None:
    """None of the words of these queries stands in the title that is found."""
    asked = {
        "why does my dinner have no flavour when I am ill": "Taste and smell",
        "keeping milk cold": "Refrigerators",
        "my money is worth less every month": "What inflation is",
        "flying": "How aeroplanes stay up",
        "an infectious illness that can be cured": "Penicillin",
    }
    right = 0
    for text, title in asked.items():
        right += TITLES[library(Settings(), finish(lesson.read_query(text))).best] == title
        assert not set(re.findall(r"\w+", text.lower())) & set(re.findall(r"\w{3,}", title.lower()))
    assert right >= 4


# The real head


def test_the_page_s_three_steps_are_the_model_s() -> None:
    assert all(READ.difference(head) < 2e-6 for head in range(results.HEADS))
    assert READ.difference(1, Settings("dot", False, 1.0)) > 0.1  # left out, the division is missed


def test_it_asks_the_animal_and_a_wide_one_the_street() -> None:
    found = READ.attend(1, 10)
    assert (READ.tokens[10], READ.tokens[found.best]) == ("it", "animal")
    assert found.weights[found.best] > 0.6
    wide = find(lesson.read_layer, OTHER_TEXT, DEFAULT_LAYER)
    street, animal = READ.tokens.index("street"), READ.tokens.index("animal")
    assert wide.weights[1, 10, street] > 2 * READ.weights[1, 10, street]
    assert wide.weights[1, 10, animal] < READ.weights[1, 10, animal] / 2


def test_odd_texts_are_read() -> None:
    assert len(finish(reading.query("\x00\x07")).tokens) == 2
    assert finish(reading.query("a 🦜 b 🦜")).tokens.count("[UNK]") == 2
    assert not finish(reading.query("a")).is_cut
    long = finish(reading.query("antidisestablishmentarianism! " * 60))
    assert long.is_cut
    assert len(long.tokens) == 256
    assert finish(reading.layer("antidisestablishmentarianism! " * 60, 6)).is_cut


def test_fetching_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where the encoder is not here, and as steps of what was asked for."""
    told = threading.Event()

    def ensure(name: str, *, progress: Any) -> None:
        assert name == "all-minilm-l6-v2"
        progress("download", 41_900_000, 83_500_000)
        progress("extract", 1, 2)
        assert told.wait(10)

    assert list(lesson.read_query("here")) == [(83, 83)]
    monkeypatch.setattr(fetch, "status", lambda name: "not here")
    monkeypatch.setattr(fetch, "ensure", ensure)
    monkeypatch.setattr(shared_encoder, "FRAME_SECONDS", 0.01)
    seen = set()
    for step in lesson.read_query("not here"):
        seen.add(step)
        if (41, 83) in seen:
            told.set()
    assert seen <= {(0, 83), (41, 83), (83, 83)}
    assert (41, 83) in seen

    def missing(name: str, *, progress: Any) -> None:
        raise AssetError(name, 83_500_000, "no network", "Run: python -m core.assets fetch")

    monkeypatch.setattr(fetch, "ensure", missing)
    with pytest.raises(AssetError, match=r"83\.5 MB to download"):
        finish(lesson.read_layer("not here", 1))


@pytest.mark.parametrize(("text", "kept", "dropped"), [("", "", 0), ("a b", "a b", 0), (" a \n b  c ", " a \n b", 1)])
def test_fitting_words(text: str, kept: str, dropped: int) -> None:
    assert results.fit_words(text, 2) == (kept, dropped)
    sixty = " ".join(f"w{n}" for n in range(60))
    assert results.fit_words(sixty) == (sixty, 0)
    assert results.fit_words(sixty + " more") == (sixty, 1)


# What was measured


def test_order_is_nothing_without_positions() -> None:
    found = find(lesson.word_order)
    assert sorted(re.findall(r"\w+", found.texts[0].lower())) == sorted(re.findall(r"\w+", found.texts[1].lower()))
    assert found.apart[1] < 1e-5 < 1e-3 < found.apart[0]
    assert found.alike[0] < 0.999 < found.alike[1]


def test_the_variance_of_random_products_is_their_width() -> None:
    found, widths = find(lesson.random_products), 2 ** np.arange(11)
    variance, shared, slope = (table[:, widths - 1] for table in (found.variance, found.shared, found.slope))
    assert variance[0] == pytest.approx(widths, rel=0.2)
    assert variance[1] == pytest.approx(variance[0] / widths, rel=1e-5)
    assert (np.diff(shared[0]) < 0).all()
    assert np.ptp(np.log2(shared[1])) < 0.3
    assert slope[0, -1] < 0.1 < 0.9 < slope[1, -1]
    # One query by another way: torch's softmax and its own derivative.
    asked, offered = scaling.draw()
    scores = torch.tensor(asked[:5, :64] @ offered[:, :64].T)
    weights = scores.softmax(-1)
    entropy = torch.special.entr(weights).sum(-1) / math.log(2)
    np.testing.assert_allclose(scaling.entropies(weights.numpy()), entropy.numpy())
    jacobian = torch.autograd.functional.jacobian(lambda s: s.softmax(-1), scores[0])
    assert scaling.slopes(weights[:1].numpy())[0] == pytest.approx(float(jacobian.trace()))
    np.testing.assert_allclose(results.softmax(scores.numpy()), weights.numpy())
    whole = torch.tensor(asked[:, :64] @ offered[:, :64].T)
    assert found.variance[0, 63] == pytest.approx(float(whole.var(correction=0)), rel=1e-5)
    mean = torch.special.entr(whole.softmax(-1)).sum(-1).mean() / math.log(2)
    assert found.shared[0, 63] == pytest.approx(2 ** float(mean), rel=1e-4)
    assert scaling.draw(seed=2)[1][0, 0] != offered[0, 0]


def test_the_heads_were_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = find(lesson.trained)
    assert ours.variance.shape == (6, 12)
    assert (ours.entropy[..., 1] > ours.entropy[..., 0]).mean() > 0.95  # the division flattens the weights
    assert (ours.variance > 32).mean() > 0.5  # and trained products vary more than random ones
    # Two texts again, by the encoder's own weights.
    encoder = load_encoder()
    monkeypatch.setattr(measure, "LIBRARY", LIBRARY[:2])
    found = measure.trained(encoder)
    traces = [encoder.trace(item.content) for item in LIBRARY[:2]]
    entropy = np.concatenate([scaling.entropies(t.attentions.astype(float))[3, 1] for t in traces])
    assert found.entropy[3, 1, 1] == pytest.approx(entropy.mean(), abs=1e-4)
    products = np.concatenate([(t.queries[3, 1] @ t.keys[3, 1].T).ravel() for t in traces])
    assert found.variance[3, 1] == pytest.approx(products.var(), rel=1e-3)
    assert found.pieces == len(entropy)


# Three keys


def test_the_usual_vectors() -> None:
    vectors = three_keys.read_vectors(three_keys.DEFAULT_LINES)
    assert vectors.trouble == ""
    found = vectors.attend(1.0)
    powers = np.exp(np.array([1.5, 0.75, -0.75]) / math.sqrt(2))
    np.testing.assert_allclose(found.weights, powers / powers.sum())
    assert found.kind == "mixture"
    # Inside the triangle: it is a mean of the corners with positive weights, and found from its place alone.
    corners = np.vstack([np.array(vectors.values).T, np.ones(3)])
    np.testing.assert_allclose(np.linalg.solve(corners, [*found.mixed, 1]), found.weights)
    np.testing.assert_allclose(vectors.attend(0.05).mixed, (3, 1), atol=1e-3)  # near 0: the best key's value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Q is missing"),
        ("Q 1 2\nK1 1 2", "K2 is missing"),
        ("K4 1 2", "A line begins with"),
        ("K1 1 2\nk1: 2 3", "K1 is there twice"),
        ("K1 1 x", "K1 holds something that is not a number"),
        ("K1 1 1e3", "not a number"),
        ("K1 inf 1", "not a number"),
        ("K1 ٣ 1", "not a number"),
        ("K1 1 9.1", "K1 holds a number beyond 9"),
        ("K1 1 1 1", "K1 needs two numbers"),
    ],
)
def test_lines_that_cannot_be(text: str, words: str) -> None:
    found = three_keys.read_vectors(text)
    assert words in found.trouble
    assert found.keys == three_keys.read_vectors(three_keys.DEFAULT_LINES).keys


def test_lines_may_be_written_in_many_ways() -> None:
    found = three_keys.read_vectors("q 1, 2\nK1: [0 1]\n\nk2 (2; -0)\nK3=.5 −1\nV1 1 0\nV2 0 1\nV3 -1 +1")
    assert found == three_keys.Vectors((1, 2), ((0, 1), (2, 0), (0.5, -1)), ((1, 0), (0, 1), (-1, 1)))
