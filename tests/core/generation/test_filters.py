"""The filters against transformers' own warpers, run in float64, and against what the words promise."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from core.generation.filters import Distribution, entropy_bits, next_token_distribution, softmax

INF = np.inf


def theirs(
    logits: np.ndarray, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0, min_p: float = 0.0
) -> np.ndarray:
    """Return the distribution of transformers' warpers in the order in which `generate` applies them."""
    warpers = [TemperatureLogitsWarper(float(temperature))]
    if top_k:
        warpers.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        warpers.append(TopPLogitsWarper(top_p))
    if min_p > 0:
        warpers.append(MinPLogitsWarper(min_p))
    scores = torch.from_numpy(np.array(logits, dtype=np.float64))[None]
    for warper in warpers:
        scores = warper(torch.zeros(1, 0, dtype=torch.long), scores)
    return scores[0].softmax(-1).numpy()


def same(found: Distribution, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found.probs, expected, rtol=1e-9, atol=1e-15)
    # A chance too small for float64 is 0 and still "kept"; what has a chance must be the same tokens.
    assert np.array_equal(found.kept & (found.probs > 0), expected > 0)


SETTINGS: list[dict[str, float]] = [
    {},
    {"temperature": 0.05},
    {"temperature": 0.7},
    {"temperature": 30.0},
    {"top_k": 1},
    {"top_k": 3},
    {"top_k": 7},
    {"top_k": 10_000},
    {"top_p": 0.0},
    {"top_p": 1e-9},
    {"top_p": 0.1},
    {"top_p": 0.5},
    {"top_p": 0.9},
    {"top_p": 0.999},
    {"min_p": 1e-6},
    {"min_p": 0.05},
    {"min_p": 0.5},
    {"min_p": 1.0},
    {"temperature": 0.7, "top_k": 5, "top_p": 0.9, "min_p": 0.1},
    {"temperature": 2.0, "top_k": 12, "top_p": 0.6},
    {"temperature": 1.5, "top_k": 4, "min_p": 0.3},
    {"temperature": 1.3, "top_p": 0.8, "min_p": 0.2},
    {"temperature": 0.3, "top_k": 2, "top_p": 0.99, "min_p": 0.01},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_random_scores_as_transformers(settings: dict[str, float]) -> None:
    rng = np.random.default_rng(7)
    for size in (2, 3, 5, 17, 100, 700):
        for spread in (0.01, 1.0, 5.0, 40.0):
            for _ in range(6):
                logits = rng.normal(size=size) * spread
                logits[rng.random(size) < rng.choice([0.0, 0.3])] = -INF
                logits[rng.integers(size)] = rng.normal()  # at least one token can come
                same(next_token_distribution(logits, **settings), theirs(logits, **settings))


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_a_whole_vocabulary_as_transformers(settings: dict[str, float]) -> None:
    logits = np.random.default_rng(1).normal(size=49_152) * 3
    same(next_token_distribution(logits, **settings), theirs(logits, **settings))


ADVERSARIAL = {
    "one token": [3.5],
    "one token left": [-INF, 0.0, -INF, -INF],
    "huge scores": [1e300, 9e299, -1e300],
    "tiny differences": [1.0, 1.0 + 1e-12, 1.0 - 1e-12],
    "chances that underflow": [0.0, -800.0, -1e5, -INF],
    "one far ahead": [700.0, 0.0, 1.0, 2.0],
    "negative only": [-1000.0, -1001.0, -1002.5],
}


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("case", ADVERSARIAL)
def test_adversarial_scores_as_transformers(case: str, settings: dict[str, float]) -> None:
    logits = np.array(ADVERSARIAL[case])
    if case == "tiny differences" and (settings.keys() - {"temperature"}):
        # Which of three chances that agree to 1e-12 a threshold cuts is a matter of rounding, so what must be
        # equal is that something is left and that it has its share.
        found = next_token_distribution(logits, **settings)
        assert found.kept.any()
        np.testing.assert_allclose(found.probs[found.kept], 1 / found.kept.sum(), rtol=1e-9)
        return
    same(next_token_distribution(logits, **settings), theirs(logits, **settings))


def test_ties_at_top_k_are_all_kept_as_transformers_does() -> None:
    rng = np.random.default_rng(3)
    for _ in range(500):
        logits = rng.integers(0, 4, size=rng.integers(1, 30)).astype(float)
        k = int(rng.integers(1, 35))
        same(next_token_distribution(logits, top_k=k), theirs(logits, top_k=k))
        same(next_token_distribution(logits, top_k=k, min_p=0.2), theirs(logits, top_k=k, min_p=0.2))


def test_ties_at_top_p_keep_as_many_and_as_much_as_transformers() -> None:
    # transformers sorts upwards with an unstable sort, so *which* of equal tokens it keeps is an accident; we
    # keep the lower numbers. How many tokens stay and how much mass they hold can't depend on the order.
    rng = np.random.default_rng(4)
    for _ in range(1500):
        logits = rng.integers(0, 4, size=rng.integers(1, 40)).astype(float)
        p = float(rng.random())
        found, expected = next_token_distribution(logits, top_p=p), theirs(logits, top_p=p)
        assert found.kept.sum() == (expected > 0).sum()
        np.testing.assert_allclose(np.sort(found.probs), np.sort(expected), rtol=1e-9)
        assert 1 - found.removed_mass == pytest.approx(softmax(logits)[expected > 0].sum(), abs=1e-12)
        cut = logits[found.kept].min()  # only tokens with this score may be divided, the lower numbers first
        assert found.kept[logits > cut].all()
        tied = found.kept[logits == cut]
        assert not (tied[1:] & ~tied[:-1]).any()


@pytest.mark.parametrize("size", [2, 4, 8, 64, 1024, 4096])
def test_a_share_that_is_met_exactly_needs_no_further_token(size: int) -> None:
    # Equal chances of 1 / 2^n have exact sums, so "reaches p" is not a matter of rounding.
    for wanted in {1, 2, size // 2, size - 1}:
        found = next_token_distribution(np.zeros(size), top_p=wanted / size)
        assert found.kept.sum() == wanted == (theirs(np.zeros(size), top_p=wanted / size) > 0).sum()
        assert found.kept[:wanted].all()


@pytest.mark.parametrize("settings", [{"temperature": 1e-3}, {"temperature": 1e-12}, {"temperature": 5e-324}])
def test_a_tiny_temperature_is_the_best_token(settings: dict[str, float]) -> None:
    found = next_token_distribution([0.0, 2.0, -INF, 1.0, -1e300], **settings)
    assert found.probs.tolist() == [0, 1, 0, 0, 0]


def test_a_tiny_temperature_still_shares_between_equals() -> None:
    assert next_token_distribution([1.0, 3.0, 3.0], temperature=1e-300).probs.tolist() == [0, 0.5, 0.5]


def test_a_huge_temperature_is_uniform_over_what_can_come() -> None:
    found = next_token_distribution([0.0, 50.0, -INF, -50.0], temperature=1e300)
    assert found.probs.tolist() == [1 / 3, 1 / 3, 0, 1 / 3]


def test_scores_as_far_apart_as_floats_go() -> None:
    assert next_token_distribution([1.7e308, -1.7e308]).probs.tolist() == [1, 0]


def test_temperature_zero_is_the_first_of_the_best_whatever_the_filters() -> None:
    for settings in ({}, {"top_k": 5}, {"top_p": 0.2}, {"min_p": 1.0}):
        found = next_token_distribution([1.0, 4.0, 4.0, -INF], temperature=0.0, **settings)
        assert found.probs.tolist() == [0, 1, 0, 0]
        assert found.kept.tolist() == [False, True, False, False]
        assert found.removed_mass == 0


def test_the_order_is_temperature_k_p_min_p() -> None:
    # Chances .4 .3 .2 .1. After top-k 2 they are 4/7 and 3/7, so top-p .5 keeps one token; before it, two.
    logits = np.log([0.4, 0.3, 0.2, 0.1])
    assert next_token_distribution(logits, top_k=2, top_p=0.5).kept.tolist() == [True, False, False, False]
    assert next_token_distribution(logits, top_p=0.5).kept.sum() == 2
    # Temperature first: at 4 the chances are flat enough for a min-p of .7 to keep all four tokens, at 1 two.
    assert next_token_distribution(logits, temperature=4.0, min_p=0.7).kept.sum() == 4
    assert next_token_distribution(logits, min_p=0.7).kept.sum() == 2


def test_removed_mass_is_a_share_of_the_tempered_chances() -> None:
    found = next_token_distribution(np.log([0.5, 0.25, 0.15, 0.1]), top_k=2)
    assert found.removed_mass == pytest.approx(0.25)
    assert found.probs == pytest.approx([2 / 3, 1 / 3, 0, 0])
    tempered = theirs(np.log([0.5, 0.25, 0.15, 0.1]), temperature=2.0)
    found = next_token_distribution(np.log([0.5, 0.25, 0.15, 0.1]), temperature=2.0, top_k=2)
    assert found.removed_mass == pytest.approx(tempered[2:].sum())


def test_softmax_and_entropy_as_torch() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        scores = rng.normal(size=rng.integers(1, 200)) * rng.choice([0.1, 1, 30])
        probs = torch.from_numpy(scores).softmax(-1)
        np.testing.assert_allclose(softmax(scores), probs.numpy(), rtol=1e-10)
        bits = torch.distributions.Categorical(probs=probs).entropy() / np.log(2)
        assert entropy_bits(softmax(scores)) == pytest.approx(float(bits), abs=1e-9)
    assert str(entropy_bits(np.array([1.0, 0.0]))) == "0.0"


# Properties

finite = st.floats(-60, 60, allow_subnormal=False)
rows = st.lists(st.one_of(finite, st.just(-INF)), min_size=1, max_size=60).filter(lambda r: max(r) > -INF)
settings_of = st.fixed_dictionaries(
    {
        "temperature": st.one_of(st.just(0.0), st.floats(1e-3, 1e3)),
        "top_k": st.integers(0, 80),
        "top_p": st.floats(0, 1),
        "min_p": st.floats(0, 1),
    }
)


@given(rows, settings_of)
def test_every_distribution_is_one(row: list[float], settings: dict[str, float]) -> None:
    logits = np.array(row)
    found = next_token_distribution(logits, **settings)
    assert found.probs.sum() == pytest.approx(1, abs=1e-12)
    assert (found.probs >= 0).all()
    assert (found.probs[~found.kept] == 0).all()
    assert found.kept[logits.argmax()]
    assert not found.kept[logits == -INF].any()
    assert 0 <= found.removed_mass < 1
    assert np.array_equal(found.base, next_token_distribution(logits).base)
    np.testing.assert_allclose(found.base, torch.tensor(row, dtype=torch.float64).softmax(-1), atol=1e-14)
    # What is kept keeps its proportions: filtering never changes who is likelier.
    order = np.argsort(-logits, kind="stable")
    assert (np.diff(found.probs[order][found.kept[order]]) <= 0).all()


@given(rows, settings_of)
def test_input_is_left_alone(row: list[float], settings: dict[str, float]) -> None:
    logits = np.array(row)
    before = logits.copy()
    next_token_distribution(logits, **settings)
    assert np.array_equal(logits, before)


@given(
    st.lists(st.integers(-400, 400), min_size=2, max_size=40, unique=True),
    st.floats(0.1, 10),
    st.floats(1.05, 3),
)
def test_hotter_is_never_more_certain(row: list[int], temperature: float, factor: float) -> None:
    logits = np.array(row) / 20
    cold = entropy_bits(next_token_distribution(logits, temperature=temperature).probs)
    hot = entropy_bits(next_token_distribution(logits, temperature=temperature * factor).probs)
    assert hot >= cold - 1e-12
    if cold > 1e-6:
        assert hot > cold


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", ["flat", "peaked", "zipf", "ties", "holes"])
def test_partial_sort_equals_full_sort(shape: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = 49_152
    logits = {
        "flat": rng.normal(size=size) * 0.01,
        "peaked": rng.normal(size=size) * 6,
        "zipf": -np.log(rng.permutation(size) + 1.0),
        "ties": rng.integers(0, 12, size=size).astype(float),
        "holes": np.where(rng.random(size) < 0.9, -INF, rng.normal(size=size)),
    }[shape]
    # Powers of two have no rounding in these sums when chances tie; other p go through every loop of the head.
    for p in (0.0, 0.01, 0.25, 0.5, 0.77, 0.95, 0.999, 1 - 1e-9):
        probs = softmax(logits)
        order = np.argsort(-probs, kind="stable")
        before = np.concatenate([[0.0], np.cumsum(probs[order])[:-1]])
        kept = np.zeros(size, dtype=bool)
        kept[order[: max(1, int((before < p).sum()))]] = True
        found = next_token_distribution(logits, top_p=p).kept & (probs > 0)
        kept &= probs > 0
        # The two sum in different orders: at most the one token at the border may differ, and only when the
        # border is met to 1e-12.
        differing = np.flatnonzero(found != kept)
        assert len(differing) <= 1
        for token in differing:
            assert abs(before[np.flatnonzero(order == token)[0]] - p) < 1e-12


# Errors


@pytest.mark.parametrize(
    "logits",
    [[], [[1.0, 2.0]], np.array(3.0), np.zeros((0, 3)), [np.nan, 1.0], [1.0, INF], [-INF, -INF], [-INF]],
    ids=str,
)
def test_scores_that_are_no_distribution(logits: object) -> None:
    with pytest.raises(ValueError, match="logits"):
        next_token_distribution(logits)


@pytest.mark.parametrize(
    "settings",
    [
        {"temperature": -0.1},
        {"temperature": np.nan},
        {"temperature": INF},
        {"top_k": -1},
        {"top_p": -1e-9},
        {"top_p": 1.0000001},
        {"top_p": np.nan},
        {"min_p": -1e-9},
        {"min_p": 1.1},
        {"min_p": np.nan},
    ],
    ids=str,
)
def test_settings_out_of_range_name_themselves(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        next_token_distribution([0.0, 1.0], **settings)
