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

from core.assets.manifest import AssetError
from core.data.library import LIBRARY
from core.experiments import attention_search as lesson
from core.experiments.attention_search import Settings, measure, reading, recorded, scaling
from core.experiments.attention_search import keys as small
from core.pretrained.encoder import load_encoder

SHELVES, FITTING, QUERY = recorded.shelves(), recorded.fitting(), recorded.query()
TITLES = [item.title for item in LIBRARY]
RNG = np.random.default_rng(0)


def library(settings: Settings, query: np.ndarray = QUERY.vector) -> lesson.Look:
    return lesson.look(query, SHELVES.keys, SHELVES.values, settings, FITTING.weights)


# The three steps


@pytest.mark.parametrize("width", [1, 2, 32, 384])
def test_the_three_steps_are_torch_s_attention(width: int) -> None:
    q, k, v = (RNG.normal(size=(n, width)) for n in (1, 9, 9))
    found = lesson.look(q[0], k, v, Settings("dot", True, 1.0))
    theirs = F.scaled_dot_product_attention(*map(torch.from_numpy, (q, k, v)))[0]
    np.testing.assert_allclose(found.mixed, theirs.numpy(), atol=1e-12)
    unscaled = lesson.look(q[0], k, v, Settings("dot", False, 1.0))
    theirs = F.scaled_dot_product_attention(*map(torch.from_numpy, (q, k, v)), scale=1.0)[0]
    np.testing.assert_allclose(unscaled.mixed, theirs.numpy(), atol=1e-12)


def test_similarities() -> None:
    q, k = RNG.normal(size=5), RNG.normal(size=(7, 5))
    t_q, t_k = torch.from_numpy(q), torch.from_numpy(k)
    cosine = lesson.similarity(q, k, "cosine")
    np.testing.assert_allclose(cosine, F.cosine_similarity(t_q[None], t_k).numpy(), atol=1e-12)
    weights = lesson.Additive(*(RNG.normal(size=shape) for shape in ((3, 5), (3, 5), (3,), (3,))))
    one_by_one = [
        sum(
            weights.value[u] * math.tanh(weights.query[u] @ q + weights.key[u] @ key + weights.bias[u])
            for u in range(3)
        )
        for key in k
    ]
    np.testing.assert_allclose(lesson.similarity(q, k, "additive", additive=weights), one_by_one, atol=1e-12)
    with pytest.raises(ValueError, match="needs weights"):
        lesson.similarity(q, k, "additive")
    assert lesson.similarity(np.zeros(5), k, "cosine").tolist() == [0] * 7


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.floats(0.01, 5.0))
def test_a_mask_is_positive_and_sums_to_one(scores: list[float], temperature: float) -> None:
    weights = lesson.mask(np.array(scores), temperature)
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    assert weights[np.argmax(scores)] == weights.max()
    theirs = torch.softmax(torch.tensor(scores, dtype=torch.float64) / temperature, 0)
    np.testing.assert_allclose(weights, theirs.numpy(), atol=1e-9)


def test_a_look_knows_what_it_returns() -> None:
    k, v = np.eye(3), np.array([[1.0, 0], [0, 1], [-1, 0]])
    even = lesson.look(np.zeros(3), k, v, Settings(temperature=1.0))
    assert (even.effective, even.kind, even.entropy) == (pytest.approx(3), "all", pytest.approx(math.log2(3)))
    assert even.mixed == pytest.approx([0, 1 / 3])
    assert even.even == pytest.approx(1)
    one = lesson.look(np.array([0, 50.0, 0]), k, v, Settings("dot", False, 1.0))
    assert (one.kind, one.best) == ("one", 1)
    assert one.closeness == pytest.approx([0, 1, 0], abs=1e-9)
    assert one.hard.tolist() == [0, 1, 0]
    some = lesson.look(np.array([1.0, 0.5, -9]), k, v, Settings("dot", False, 1.0))
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
    assert found.closeness[found.best] < 0.95 < 1 == pytest.approx(found.hard[found.best])
    assert found.closeness[found.order[1]] > 0.4
    assert found.closeness[found.order[1]] > 1.5 * found.hard[found.order[1]]  # a mixture has something of the second


def test_a_hard_search_is_its_limit() -> None:
    cold = library(Settings(temperature=0.0001))
    assert cold.weights[cold.best] == pytest.approx(1)
    np.testing.assert_allclose(cold.mixed, SHELVES.values[cold.best], atol=1e-6)
    assert cold.kind == "one"
    hot = library(Settings(temperature=1e6))
    np.testing.assert_allclose(hot.mixed, SHELVES.values.mean(0), atol=1e-5)
    assert hot.kind == "all"


def test_entropy_never_falls_as_the_temperature_rises() -> None:
    swept = lesson.sweep(QUERY.vector, SHELVES.keys, FITTING.weights)
    assert swept.entropy.shape == (4, len(lesson.TEMPERATURES))
    assert (np.diff(swept.entropy, axis=1) >= -1e-9).all()
    assert swept.entropy.max() <= math.log2(60) + 1e-9
    for way, row in zip(lesson.WAYS.values(), swept.entropy, strict=True):
        at = library(Settings(way.match, way.scaled, lesson.TEMPERATURES[20]))
        assert at.entropy == pytest.approx(row[20])


def test_the_division_makes_the_mask_flatter() -> None:
    divided, undivided = (library(Settings(scaled=scaled)) for scaled in (True, False))
    assert undivided.effective < 2 < divided.effective
    np.testing.assert_allclose(undivided.scores, divided.scores * math.sqrt(384))
    assert lesson.other_scaling(Settings()) == Settings(scaled=False)
    assert lesson.other_scaling(Settings("cosine", True, 0.5)) == Settings("dot", False, 0.5)
    assert [lesson.sharing(look) for look in (undivided, divided)] == ["one", "some"]


@pytest.mark.parametrize("settings", [Settings(), Settings("cosine"), Settings("additive"), Settings(scaled=False)])
def test_shuffling_the_library_changes_nothing(settings: Settings) -> None:
    weights, mixed = lesson.shuffle_changes(QUERY.vector, SHELVES.keys, SHELVES.values, settings, FITTING.weights)
    assert weights < 1e-14
    assert mixed < 1e-14


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
        found = library(Settings(), reading.read_query(text).vector)
        right += TITLES[found.best] == title
        assert not set(re.findall(r"\w+", text.lower())) & set(re.findall(r"\w{3,}", title.lower()))
    assert right >= 4


# The real head


def test_the_page_s_three_steps_are_the_model_s() -> None:
    read = recorded.head()
    for head in range(lesson.HEADS):
        weights, mixed = read.differences(head)
        assert weights < 2e-6
        assert mixed < 2e-6
    assert max(read.differences(1, Settings("dot", False, 1.0))) > 0.1  # left out, the division is missed


def test_it_looks_at_the_animal() -> None:
    read = recorded.head()
    found = lesson.look(
        read.queries[1, 10], read.keys[1], read.values[1], lesson.HEAD_SETTINGS
    )  # fmt: skip
    assert read.tokens[10] == "it"
    assert read.tokens[found.best] == "animal"
    assert found.weights[found.best] > 0.6
    wide = reading.read_layer(lesson.DEFAULT_TEXT.replace("tired", "wide"), lesson.DEFAULT_LAYER)
    street, animal = read.tokens.index("street"), read.tokens.index("animal")
    assert wide.weights[1, 10, street] > 2 * read.weights[1, 10, street]
    assert wide.weights[1, 10, animal] < read.weights[1, 10, animal] / 2


def test_what_is_recorded_is_what_is_computed() -> None:
    query = reading.read_query(lesson.DEFAULT_QUERY)
    assert (query.text, query.tokens, query.is_cut) == (QUERY.text, QUERY.tokens, False)
    np.testing.assert_allclose(query.vector, QUERY.vector, atol=1e-4)
    ours, live = recorded.head(), reading.read_layer(lesson.DEFAULT_TEXT, lesson.DEFAULT_LAYER)
    assert (ours.text, ours.tokens, ours.layer) == (live.text, live.tokens, live.layer)
    for name in recorded.HEAD_PARTS:
        np.testing.assert_allclose(getattr(ours, name), getattr(live, name), atol=1e-4)
    made = measure.shelves(load_encoder())
    np.testing.assert_allclose(made.keys, SHELVES.keys, atol=1e-4)
    np.testing.assert_allclose(made.values, SHELVES.values, atol=1e-4)
    assert recorded.made()["command"].startswith("python -m core.experiments.record")


def test_odd_texts_are_read() -> None:
    assert reading.read_query("\x00\x07").is_empty
    assert reading.read_query("a 🦜 b 🦜").unknown == 2
    assert not reading.read_query("a").is_cut
    long = reading.read_query("antidisestablishmentarianism! " * 60)
    assert long.is_cut
    assert len(long.tokens) == 256
    assert reading.read_layer("antidisestablishmentarianism! " * 60, 6).is_cut


def test_fetching_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()

    def ensure(name: str, *, progress: Any) -> None:
        assert name == "all-minilm-l6-v2"
        progress("download", 41_900_000, 83_500_000)
        progress("extract", 1, 2)
        assert told.wait(10)

    monkeypatch.setattr(reading, "ensure", ensure)
    monkeypatch.setattr(reading, "FRAME_SECONDS", 0.01)
    work, seen = reading.fetch(), set()
    for step in work:
        seen.add(step)
        if (41, 83) in seen:
            told.set()
    assert seen <= {(0, 1), (41, 83)}

    def missing(name: str, *, progress: Any) -> None:
        raise AssetError(name, 83_500_000, "no network", "Run: python -m core.assets fetch")

    monkeypatch.setattr(reading, "ensure", missing)
    with pytest.raises(AssetError, match=r"83\.5 MB to download"):
        list(reading.fetch())


@pytest.mark.parametrize(("text", "kept", "dropped"), [("", "", 0), ("a b", "a b", 0), (" a \n b  c ", " a \n b", 1)])
def test_fitting_words(text: str, kept: str, dropped: int) -> None:
    assert lesson.fit_words(text, 2) == lesson.Fitted(kept, dropped)


def test_sixty_words_fit() -> None:
    text = " ".join(f"w{n}" for n in range(60))
    assert lesson.fit_words(text) == lesson.Fitted(text, 0)
    assert lesson.fit_words(text + " more") == lesson.Fitted(text, 1)


# What was measured


def test_the_additive_match_learned_by_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    """On what it was fitted to it is always right; the page's other shares follow from the recorded vectors and weights."""
    encoder = load_encoder()
    sentences, owners = measure.pairs(encoder)
    assert len(sentences) == FITTING.sentences > 100
    scores = [lesson.similarity(s.astype(float), SHELVES.keys.astype(float), "additive", additive=FITTING.weights)
              for s in sentences]  # fmt: skip
    assert np.mean(np.argmax(scores, 1) == owners) == pytest.approx(FITTING.own)
    assert FITTING.own > 0.95
    dot = []
    for fold in range(FITTING.folds):
        held = np.flatnonzero(np.arange(60) % FITTING.folds == fold)
        own = np.isin(owners, held)
        dot.append(np.mean(held[(sentences[own] @ SHELVES.keys[held].T).argmax(1)] == owners[own]))
    assert np.mean(dot) == pytest.approx(FITTING.dot, abs=1e-3)
    assert FITTING.apart < FITTING.dot / 2
    one, again = (measure.fit(sentences[:20], owners[:20], SHELVES.keys[:11], seed=3) for _ in range(2))
    assert torch.equal(one.query.weight, again.query.weight)


def test_order_is_nothing_without_places() -> None:
    found = recorded.order()
    assert sorted(re.findall(r"\w+", found.texts[0].lower())) == sorted(re.findall(r"\w+", found.texts[1].lower()))
    assert found.apart[1] < 1e-5 < 1e-3 < found.apart[0]
    assert found.alike[0] < 0.999 < found.alike[1]
    fresh = measure.order(load_encoder())
    assert fresh.alike == pytest.approx(found.alike, abs=1e-4)


def test_the_variance_of_random_products_is_their_width() -> None:
    drawn = scaling.draw(64, 1)
    found = scaling.measure(drawn)
    for n, width in enumerate(found.widths):
        assert found.variance[0, n] == pytest.approx(width, rel=0.2)
        assert found.variance[1, n] == pytest.approx(found.variance[0, n] / width)
    assert (np.diff(found.entropy[0]) < 0).all()
    assert np.ptp(found.entropy[1]) < 0.3
    assert found.slope[0, -1] < 0.1 < 0.9 < found.slope[1, -1]
    # One query by another way: torch's softmax and its own derivative.
    scores = torch.tensor(drawn.products(64)[:5]).requires_grad_()
    weights = scores.softmax(-1)
    entropy = torch.special.entr(weights).sum(-1) / math.log(2)
    np.testing.assert_allclose(scaling.entropies(weights.detach().numpy()), entropy.detach().numpy())
    jacobian = torch.autograd.functional.jacobian(lambda s: s.softmax(-1), scores[0].detach())
    assert scaling.slopes(weights[:1].detach().numpy())[0] == pytest.approx(float(jacobian.trace()))
    np.testing.assert_allclose(scaling.softmax(drawn.products(64)[:5]), weights.detach().numpy())
    assert scaling.draw(64, 2).keys[0, 0] != drawn.keys[0, 0]


def test_a_width_between_the_others_finds_its_place() -> None:
    drawn = scaling.draw(8, 1)
    whole = scaling.measure(drawn, (1, 4, 9, 16))
    found = scaling.joined(scaling.measure(drawn, (1, 4, 16)), scaling.measure(drawn, (9,)))
    assert found.widths == whole.widths
    assert found.at(9) == whole.at(9)
    np.testing.assert_array_equal(found.entropy, whole.entropy)


def test_the_heads_were_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = recorded.trained()
    assert ours.variance.shape == (6, 12, len(ours.parts))
    assert (ours.entropy[..., 1] > ours.entropy[..., 0]).mean() > 0.95  # the division flattens the masks
    assert (ours.variance[..., -1] > 32).mean() > 0.5  # and trained products vary more than random ones
    assert (np.diff(ours.variance, axis=-1) > 0).mean() > 0.9
    # Two texts again, by the encoder's own weights.
    encoder = load_encoder()
    monkeypatch.setattr(measure, "LIBRARY", LIBRARY[:2])
    found = measure.trained(encoder)
    traces = [encoder.trace(item.content) for item in LIBRARY[:2]]
    entropy = np.concatenate([scaling.entropies(t.attentions.astype(float))[3, 1] for t in traces])
    assert found.entropy[3, 1, 1] == pytest.approx(entropy.mean(), abs=1e-4)
    products = np.concatenate([(t.queries[3, 1] @ t.keys[3, 1].T).ravel() for t in traces])
    assert found.variance[3, 1, -1] == pytest.approx(products.var(), rel=1e-3)
    assert found.pieces == len(entropy)


def test_recording_makes_the_files(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("recorded")
    monkeypatch.setattr(recorded, "FOLDER", folder)
    monkeypatch.setattr(measure, "trained", lambda encoder: recorded_trained)
    monkeypatch.setattr(measure, "fitting", lambda encoder: FITTING)
    recorded_trained = recorded.trained()
    measure.record()
    assert sorted(path.name for path in folder.iterdir()) == ["attention_search.json", "attention_search.npz"]
    with np.load(folder / "attention_search.npz") as arrays:
        np.testing.assert_allclose(arrays["keys"], SHELVES.keys, atol=1e-4)
        np.testing.assert_array_equal(arrays["match key"].astype(float), FITTING.weights.key)


# Three keys


def test_the_usual_vectors() -> None:
    vectors = small.read_vectors(small.DEFAULT_VECTORS)
    assert vectors.trouble == ""
    assert (vectors.width, vectors.keys.shape, vectors.values.shape) == (2, (3, 2), (3, 2))
    found = lesson.look(
        np.array(small.DEFAULT_QUERY[:2]), vectors.keys, vectors.values, Settings(temperature=1.0)
    )  # fmt: skip
    powers = np.exp(np.array([1.5, 0.75, -0.75]) / math.sqrt(2))
    np.testing.assert_allclose(found.weights, powers / powers.sum())
    assert found.kind == "mixture"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "K1 is missing"),
        ("K1 1 2", "K2 is missing"),
        ("Q 1 2", "A line begins with"),
        ("K1 1 2\nk1: 2 3", "K1 is there twice"),
        ("K1 1 x", "K1 holds something that is not a number"),
        ("K1 1 1e3", "not a number"),
        ("K1 inf 1", "not a number"),
        ("K1 ٣ 1", "not a number"),
        ("K1 1 9.1", "K1 holds a number beyond 9"),
        (small.DEFAULT_VECTORS.replace("K1  1.0   1.0", "K1 1 1 1"), "All three keys"),
        (small.DEFAULT_VECTORS.replace("V3 -2.0  -1.0", "V3 1"), "All three values"),
        (re.sub(r"([KV]\d).*", r"\1 1 2 3 4", small.DEFAULT_VECTORS), "All three keys"),
    ],
)
def test_lines_that_cannot_be(text: str, words: str) -> None:
    found = small.read_vectors(text)
    assert words in found.trouble
    np.testing.assert_array_equal(found.keys, small.read_vectors(small.DEFAULT_VECTORS).keys)


@given(st.permutations([0, 1, 2]), st.sampled_from([2, 3]), st.sampled_from([2, 3]), st.integers(0, 99))
def test_vectors_are_written_as_they_are_read(order: list[int], width: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = small.Vectors(rng.uniform(-9, 9, (3, width)).round(2), rng.uniform(-9, 9, (3, size)).round(2))
    text = small.write_vectors(vectors, tuple(order))  # type: ignore[arg-type]
    found = small.read_vectors(text)
    assert found.trouble == ""
    np.testing.assert_array_equal(found.keys, vectors.keys[order])
    np.testing.assert_array_equal(found.values, vectors.values[order])
    assert len(text) < 400  # what the control holds
