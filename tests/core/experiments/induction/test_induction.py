"""The lesson on induction: scores against a plain count, heads off against transformers, and the claim's own numbers."""

import numpy as np
import pytest
import torch

from core.experiments import induction as lesson
from core.experiments.induction import reading, training
from core.experiments.induction.results import (
    ALONE,
    COUNTS,
    LENGTH,
    LONGEST,
    MODEL,
    PERIODS,
    SEED,
    STEPS,
    VOCABULARY,
    WORDS,
    Repeated,
    Switched,
    Trained,
    typical,
)
from core.experiments.recording import find
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.registry import load_language_model
from core.progress import finish

FOUND: Repeated = find(lesson.repeated, MODEL, "", WORDS, SEED)
SWITCHED: Switched = find(lesson.switched, MODEL, "", WORDS, SEED)
TWO, ONE = (find(lesson.trained, layers, SEED) for layers in (2, 1))


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return load_language_model(MODEL)


def test_typical_is_one_over_the_perplexity() -> None:
    values = np.array([0.5, 0.02, 0.9])
    perplexity = float(
        torch.exp(
            torch.nn.functional.nll_loss(torch.log(torch.tensor(values))[:, None], torch.zeros(3, dtype=torch.long))
        )
    )
    assert typical(values) == pytest.approx(1 / perplexity)
    assert typical(np.zeros(0)) == 0


def test_scores_are_a_plain_count() -> None:
    """A head that attends to what followed has an induction score of 1, one that attends one back a previous-token score of 1."""
    n = 5
    attentions = np.zeros((1, 2, 2 * n, 2 * n))
    for query in range(2 * n):
        attentions[0, 0, query, max(0, query - n + 1) if query >= n else 0] = 1
        attentions[0, 1, query, max(0, query - 1)] = 1
    induction, previous = reading.scores(attentions, n)
    assert induction[0, 0] == 1
    assert previous[0, 1] == 1
    by_hand = np.mean([attentions[0, 1, n + i, i + 1] for i in range(n - 1)])
    assert induction[0, 1] == by_hand


# The claim


def test_a_list_that_was_never_seen_is_continued_by_two_heads_in_a_row() -> None:
    total = WORDS - 1
    assert FOUND.best[:total].sum() == 0  # nothing foretells a random word
    assert FOUND.correct() > total / 2
    assert typical(FOUND.second) > 1_000 * typical(FOUND.first)
    lower, upper = FOUND.before(), FOUND.ranked()[0]
    assert lower[0] < upper[0]
    assert FOUND.correct("before") < FOUND.correct() / 3
    assert FOUND.correct("best") < FOUND.correct() / 2
    assert FOUND.correct("others") > 0.8 * FOUND.correct()


def test_over_more_lists_too() -> None:
    many = find(lesson.lists, MODEL, WORDS)
    assert many.second[SEED] == pytest.approx(typical(FOUND.second))
    assert (many.second > 1_000 * many.first).all()


def test_the_heads_that_search_matter_and_random_ones_do_less() -> None:
    assert SWITCHED.induction[0] == pytest.approx(typical(FOUND.second))
    four = COUNTS.index(4)
    assert SWITCHED.induction[four] < SWITCHED.induction[0] / 100
    assert SWITCHED.middle()[four] > SWITCHED.induction[0] / 3
    assert not set(SWITCHED.others) & set(SWITCHED.heads)
    assert SWITCHED.alone[0] == SWITCHED.induction[1]


def test_two_in_a_row_learn_it_and_two_side_by_side_do_not() -> None:
    assert TWO.second[-1] > 0.8
    assert ONE.second[-1] < 0.1
    tenth, half = TWO.jump()
    assert 0 < tenth <= half <= tenth + 100
    assert ONE.jump() == (-1, -1)
    assert TWO.without.max() < 0.1  # either head is needed
    early = TWO.steps < tenth - 50
    assert TWO.induction[early].max() < 0.2 < TWO.induction[-1]


# Recorded is computed


@pytest.mark.real_weights
def test_without_one_head_and_without_four(model: LanguageModel) -> None:
    ids, dropped = reading.listed(model, "", WORDS, SEED)
    assert dropped == 0
    for count in (1, 4):
        trace = model.trace(ids * 2, heads_off=SWITCHED.heads[:count])
        found = typical(reading._given(trace, ids * 2)[WORDS:])
        assert found == pytest.approx(float(SWITCHED.induction[COUNTS.index(count)]), rel=1e-3)
    assert len(SWITCHED.alone) == ALONE


@pytest.mark.real_weights
def test_a_list_of_ones_own(model: LanguageModel) -> None:
    found = finish(lesson.repeated(model, "alpha  beta\ngamma", 8, 0))
    assert "".join(found.tokens) == "·alpha·beta·gamma"
    assert found.dropped == 0
    assert len(found.first) == len(found.second) == len(found.tokens) - 1
    long = finish(lesson.repeated(model, "word " * 80, 8, 0))
    assert len(long.tokens) == LONGEST
    assert long.dropped == 80 - LONGEST
    assert finish(lesson.repeated(model, "a", 8, 0)).tokens == ("·a",)


def test_a_seed_means_one_training() -> None:
    """The first steps again: the same numbers as recorded."""
    steps, seen = training.train(2, SEED), 0
    for step, total in steps:
        assert total == STEPS
        seen = step
        if step >= 20:
            break
    assert seen == 20
    model = training.build(2, SEED)
    rows, periods = training.periodic(training.HELD_OUT, np.random.default_rng((SEED, 2)))
    assert training._passes(model, rows, periods) == pytest.approx((float(TWO.first[0]), float(TWO.second[0])))
    with pytest.raises(ValueError, match="1 layer or in 2"):
        training.build(3, 0)


def test_lists_repeat_and_have_other_lengths() -> None:
    rows, periods = training.periodic(200, np.random.default_rng(0))
    assert (periods.min(), periods.max()) == PERIODS
    for row, period in zip(rows, periods, strict=True):
        assert len(set(row[:period])) == period
        assert (row[period:] == row[: LENGTH - period]).all()
        assert 0 <= row.min() <= row.max() < VOCABULARY
    assert isinstance(TWO, Trained)
