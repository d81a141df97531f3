"""The numbers of the lesson on GPT sampling: on scores made up here, and on the recorded ones the lesson's own claims."""

import math
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Categorical

from core.experiments import gpt_sampling as lesson
from core.experiments import recording
from core.experiments.gpt_sampling.results import (
    DEFAULT_MODEL,
    DEFAULT_PROMPT,
    FAR,
    LABELLED,
    MAX_PROMPT_TOKENS,
    MORE,
    NEAR,
    NOTES,
    SAME,
    SHOWN,
    TEMPERATURES,
    Filters,
    NextToken,
    choose,
    compare,
    ends_in_blank,
    fit_prompt,
    other_temperature,
    sweep,
)
from core.experiments.gpt_sampling.texts import END
from core.generation.drawing import uniform
from tests.core.serving.fake_model import FakeModel


def after(logits: object) -> NextToken:
    """Return scores as if a model had given them; a label is its token's number."""
    scores = np.asarray(logits, dtype=np.float32)
    order = np.argsort(-scores, kind="stable")[:LABELLED]
    return NextToken("made up", (1,), ("t",), 0, 0, scores, order, tuple(f"t{n}" for n in order))


def bits(logits: object, temperature: float = 1.0) -> float:
    """Return the entropy by torch's own distribution."""
    scores = torch.as_tensor(np.asarray(logits, dtype=np.float64)) / temperature
    return float(Categorical(logits=scores).entropy()) / math.log(2)


def result(work: Generator[Any, None, NextToken]) -> NextToken:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


ROWS = st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=100)

# The choice


@given(ROWS)
def test_without_filters_the_choice_is_the_models_own(logits: list[float]) -> None:
    choice = choose(after(logits), Filters())
    chances = Categorical(logits=torch.tensor(logits, dtype=torch.float64)).probs.numpy()
    order = after(logits).order[:SHOWN]
    assert choice.base == pytest.approx(chances[order])
    assert choice.probs == pytest.approx(choice.base)
    assert choice.labels == tuple(f"t{n}" for n in order)
    assert len(choice.labels) == len(choice.probs) == min(SHOWN, len(logits))
    assert list(choice.base) == sorted(choice.base, reverse=True)
    assert (choice.vocabulary, choice.kept_count) == (len(logits), len(logits))
    assert choice.removed_mass == pytest.approx(0, abs=1e-12)
    assert choice.is_own
    assert choice.entropy == pytest.approx(bits(logits), abs=1e-6)


@given(ROWS, st.sampled_from([0.1, 0.5, 1.3, 2.0]))
def test_entropy_is_of_the_tempered_distribution(logits: list[float], temperature: float) -> None:
    choice = choose(after(logits), Filters(temperature))
    assert choice.entropy == pytest.approx(bits(logits, temperature), abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 8, 1000])
def test_equal_chances_are_as_many_effective_choices(count: int) -> None:
    choice = choose(after(np.zeros(count)), Filters(temperature=1.7))
    assert choice.effective == pytest.approx(count)
    assert choice.entropy == pytest.approx(math.log2(count))


def test_filters_by_hand() -> None:
    """Chances 1/2, 1/4, 1/8, 1/16, 1/16."""
    scores = after(np.log([1 / 16, 1 / 4, 1 / 2, 1 / 16, 1 / 8]))
    choice = choose(scores, Filters(top_k=2), rows=3)
    assert choice.labels == ("t2", "t1", "t4")
    assert choice.base == pytest.approx([1 / 2, 1 / 4, 1 / 8])
    assert choice.probs == pytest.approx([2 / 3, 1 / 3, 0])
    assert choice.kept.tolist() == [True, True, False]
    assert (choice.kept_count, choice.vocabulary) == (2, 5)
    assert choice.removed_mass == pytest.approx(1 / 4)
    assert choice.entropy == pytest.approx(bits(np.log([2 / 3, 1 / 3])), abs=1e-6)
    assert choice.top == ("t2", pytest.approx(2 / 3))
    assert choose(scores, Filters(top_p=0.8)).removed_mass == pytest.approx(1 / 8)
    assert choose(scores, Filters(min_p=0.3)).kept_count == 2
    hot = choose(scores, Filters(temperature=2.0, top_k=2), rows=2)
    root = math.sqrt(2)
    assert hot.probs == pytest.approx([root / (1 + root), 1 / (1 + root)])
    roots = np.sqrt([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16])
    assert hot.removed_mass == pytest.approx(roots[2:].sum() / roots.sum())


@given(
    st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=64),
    st.sampled_from([0.3, 1.0, 2.0]),
    st.integers(0, 8),
    st.sampled_from([0.3, 0.9, 1.0]),
)
def test_what_is_cut_and_what_is_left_are_the_whole(
    logits: list[float], temperature: float, top_k: int, top_p: float
) -> None:
    choice = choose(after(logits), Filters(temperature, top_k, top_p), rows=LABELLED)
    tempered = Categorical(logits=torch.tensor(logits, dtype=torch.float64) / temperature).probs.numpy()
    order = after(logits).order[:LABELLED]
    kept = tempered[order][choice.kept].sum()
    assert choice.removed_mass == pytest.approx(1 - kept, abs=1e-9)
    assert choice.kept_count == choice.kept.sum()
    assert choice.probs.sum() == pytest.approx(1)
    assert choice.probs == pytest.approx(np.where(choice.kept, tempered[order] / kept, 0))


def test_temperature_nought_is_certain() -> None:
    choice = choose(after([1.0, 3.0, 3.0, 2.0]), Filters(temperature=0.0))
    assert choice.top == ("t1", 1.0)
    assert (choice.kept_count, choice.entropy, choice.effective) == (1, 0.0, 1.0)


# The sweep


@given(ROWS)
def test_entropy_never_falls_with_temperature(logits: list[float]) -> None:
    swept = sweep(after(logits), Filters())
    assert tuple(swept.temperatures) == TEMPERATURES
    assert swept.plain == pytest.approx([bits(logits, t) for t in TEMPERATURES], abs=1e-6)
    assert (np.diff(swept.plain) >= -1e-9).all()
    assert (swept.filtered == swept.plain).all()


def test_filters_act_at_every_temperature_of_the_sweep() -> None:
    logits = np.random.default_rng(0).normal(size=200) * 3
    filters = Filters(temperature=0.3, top_k=5)
    swept = sweep(after(logits), filters)
    best = np.sort(logits)[-5:]
    assert swept.filtered == pytest.approx([bits(best, t) for t in TEMPERATURES], abs=1e-5)
    assert (swept.filtered <= swept.plain + 1e-9).all()
    assert swept.plain[-1] > math.log2(5) > swept.filtered[-1]


def test_the_sweep_covers_the_control() -> None:
    assert TEMPERATURES[0] == 0.05
    assert TEMPERATURES[-1] == 2.0
    assert np.diff(TEMPERATURES) == pytest.approx(0.05)


# The bet


@pytest.mark.parametrize(
    ("temperature", "other"),
    [(0.0, 0.5), (1e-310, 0.5), (0.05, 0.1), (0.5, 1.0), (1.0, 2.0), (1.05, 0.525), (1.5, 0.75), (2.0, 1.0)],
)
def test_the_question_goes_to_a_temperature_that_the_control_has(temperature: float, other: float) -> None:
    assert other_temperature(temperature) == pytest.approx(other)


LONE = [5.0, 0.0, 0.0]
FLAT = np.zeros(1000)
PEAK = np.r_[9.0, np.zeros(999)]  # 89 % at temperature 1, 8 % at 2


@pytest.mark.parametrize(
    ("logits", "filters", "answer"),
    [
        (PEAK, Filters(1.0), FAR),
        (LONE, Filters(1.0), NEAR),
        (FLAT, Filters(1.0), SAME),
        (PEAK, Filters(2.0), MORE),
        (PEAK, Filters(1.5), MORE),
        (PEAK, Filters(0.0), SAME),  # still as good as certain at 0.5
        (LONE, Filters(0.0), SAME),  # 99.99 %
        ([1.0, 0.0], Filters(0.0), NEAR),
        (np.r_[0.1, np.zeros(9)], Filters(0.0), FAR),
        (FLAT, Filters(0.0), FAR),  # a tie: the first is certain, then it is one of a thousand
        (FLAT, Filters(2.0), SAME),
        ([3.0, 3.0, -30.0], Filters(1.0), SAME),  # two that tie share all there is
        (PEAK, Filters(1.0, top_k=1), SAME),
        (PEAK, Filters(0.0, top_k=1), SAME),
        ([9.0, 5.0, 4.0, 4.0], Filters(1.0, top_k=2), NEAR),
        (PEAK, Filters(1.0, min_p=1.0), SAME),
        ([0.0], Filters(1.0), SAME),
    ],
)
def test_the_right_answer(logits: object, filters: Filters, answer: str) -> None:
    now, then, found = compare(
        after(logits), filters, replace(filters, temperature=other_temperature(filters.temperature))
    )
    assert found == answer
    scores = np.asarray(logits, dtype=np.float64)
    if filters.top_k == 0 and filters.min_p == 0:
        for chance, temperature in ((now, filters.temperature), (then, other_temperature(filters.temperature))):
            tempered = 1.0 if temperature == 0 else np.exp(scores.max() / temperature)
            total = 1.0 if temperature == 0 else np.exp(scores / temperature).sum()
            assert chance == pytest.approx(tempered / total, rel=1e-5)


def test_answers_at_their_borders() -> None:
    """Chances now p; at twice the temperature sqrt(p) / (sqrt(p) + sqrt(1 - p))."""

    def ask(before: float, others: int) -> tuple[float, float, str]:
        return compare(after(np.log([before, *[(1 - before) / others] * others])), Filters(1.0), Filters(2.0))

    half = next(n for n in range(2, 9000) if 2 * ask(0.9, n)[1] < 0.9)
    assert ask(0.9, half)[2] == FAR
    assert ask(0.9, half - 1)[2] == NEAR
    gap = 0.5 + np.linspace(1e-5, 1e-3, 200)
    answers = [ask(float(p), 1) for p in gap]
    assert {answer for _, _, answer in answers} == {SAME, NEAR}
    assert all((answer == SAME) == (abs(now - then) < 1e-4) for now, then, answer in answers)


# Reading


@pytest.mark.parametrize(
    ("length", "limit", "kept", "dropped"),
    [(0, 5, range(0), 0), (1, 5, range(1), 0), (5, 5, range(5), 0), (6, 5, range(1, 6), 1), (99, 5, range(94, 99), 94)],
)
def test_the_end_of_a_long_prompt_is_read(length: int, limit: int, kept: range, dropped: int) -> None:
    assert fit_prompt(list(range(length)), limit) == (list(kept), dropped)


def test_scores_after_a_prompt() -> None:
    model = FakeModel(vocabulary=2000, context=2000)
    ids = list(range(50)) * 11
    model.encode = lambda text: ids
    steps = lesson.next_token(model, "any")
    assert next(steps) == (1, 3)
    found = result(steps)
    read = ids[-MAX_PROMPT_TOKENS:]
    assert (found.ids, found.dropped, found.model) == (tuple(read), 38, "fake")
    scores = model.scores(read)
    assert np.array_equal(found.logits, scores.numpy())
    assert found.order.tolist() == scores.topk(LABELLED).indices.tolist()
    assert found.labels == tuple(END if n in model.end_tokens else model.label(n) for n in found.order.tolist())
    assert found.read == tuple(model.label(n) for n in read[-3:])


def test_equal_scores_keep_the_order_of_the_vocabulary() -> None:
    model = FakeModel(vocabulary=4)
    model.scores = lambda text: torch.tensor([1.0, 2.0, 2.0, 1.0])
    model.encode = lambda text: [1]
    assert result(lesson.next_token(model, "any")).order.tolist() == [1, 2, 0, 3]


def test_no_prompt_at_all() -> None:
    model = FakeModel()
    model.encode = lambda text: []
    with pytest.raises(ValueError, match="no tokens"):
        result(lesson.next_token(model, ""))


@given(ROWS, st.integers(0, 99), st.sampled_from([0.0, 0.3, 1.0]))
def test_what_is_drawn_is_where_the_luck_falls(logits: list[float], seed: int, temperature: float) -> None:
    """By sums over the whole vocabulary, which is what a text of this seed begins with."""
    choice = choose(after(logits), Filters(temperature), seed, rows=len(logits))
    probabilities = np.zeros(len(logits))
    probabilities[after(logits).order] = choice.probs
    sums = np.cumsum(probabilities)
    place = int(np.searchsorted(sums, uniform(seed, 0) * sums[-1], side="right"))
    assert choice.drawn == f"t{min(place, len(logits) - 1)}"


def test_a_temperature_near_nought_is_greedy() -> None:
    choice = choose(after([1.0, 3.0, 2.0]), Filters(temperature=1e-310))
    assert choice.top == ("t1", 1.0)
    assert choice.entropy == 0


@pytest.mark.parametrize(("text", "blank"), [("a", False), ("a ", True), ("a\n", True), ("", False), (" a", False)])
def test_a_blank_at_the_end_is_noticed(text: str, blank: bool) -> None:
    assert ends_in_blank(text) is blank


# The lesson's own claims, on the scores that ship with the app


@pytest.fixture(scope="module")
def shipped() -> NextToken:
    return recording.find(lesson.next_token, DEFAULT_MODEL, DEFAULT_PROMPT)


def test_the_recorded_scores_are_whole(shipped: NextToken) -> None:
    assert shipped.logits.shape == (49_152,)
    assert np.isfinite(shipped.logits).all()
    assert shipped.order.tolist() == np.argsort(-shipped.logits, kind="stable")[:LABELLED].tolist()
    assert len(shipped.labels) == LABELLED
    assert shipped.dropped == 0


def test_the_likeliest_token_is_usually_not_drawn(shipped: NextToken) -> None:
    label, chance = choose(shipped, Filters()).top
    assert label == "·Albert"
    assert chance < 0.5
    scores = torch.from_numpy(shipped.logits).double()
    assert chance == pytest.approx(float(scores.softmax(0).max()))


def test_entropy_rises_with_temperature(shipped: NextToken) -> None:
    swept = sweep(shipped, Filters())
    assert (np.diff(swept.plain) > 0).all()
    assert swept.plain == pytest.approx([bits(shipped.logits, t) for t in TEMPERATURES], abs=1e-4)
    assert swept.plain[0] < 1 < 10 < swept.plain[-1] < math.log2(49_152)


@pytest.mark.parametrize("temperature", [0.25, 0.5, 0.75, 1.0])
def test_twice_the_temperature_lowers_the_top_chance(shipped: NextToken, temperature: float) -> None:
    now, then, answer = compare(shipped, Filters(temperature), Filters(2 * temperature))
    assert then < now
    assert answer in (NEAR, FAR)


def test_the_notes_are_in_order() -> None:
    chances = [chance for _, chance in NOTES]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) < 50
    assert DEFAULT_PROMPT == "To date, the cleverest thinker of all time was"
