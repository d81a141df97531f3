"""The lesson on language models: its models against others, the recipes, and the claim's own numbers."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from core.assets import own
from core.data import word_text
from core.data.general_text import GeneralText
from core.data.word_text import PARAGRAPH, UNKNOWN, load_text, passages, spans, units_of
from core.experiments import language_model as lesson
from core.experiments.language_model import large, results, small, word_by_word
from core.experiments.language_model.results import (
    DEFAULT_TEXT,
    DEFAULT_WORDS,
    KEPT,
    LARGE,
    LAST,
    MEASURED,
    MODEL,
    SEED,
    TEMPERATURE,
    Depth,
    fit,
    one_list,
    units_in,
)
from core.experiments.recording import find
from core.models.word_lm import WordLM
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.registry import load_language_model
from core.pretrained.word_models import SMALL, load_word_models
from core.progress import finish
from core.training import words as recipe

UNITS = units_in(DEFAULT_TEXT)
SMALL_DEPTH: Depth = find(lesson.depth)
LARGE_DEPTH: Depth = find(lesson.depth_large, MODEL)


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return load_language_model(MODEL)


# A text as units


def test_a_text_is_words_signs_and_ends_of_paragraphs() -> None:
    text = "Don’t stop, “said” I.\n\nWhy?"
    assert units_of(text) == ["do", "n't", "stop", ",", '"', "said", '"', "i", ".", PARAGRAPH, PARAGRAPH, "why", "?"]
    assert [text[start:end] for _, start, end in spans(text)][:3] == ["Do", "n’t", "stop"]
    assert fit("  I love   to drink ___ ") == ("I love to drink", 0)
    assert fit("word " * 70)[1] == 70 - results.LONGEST
    assert results.last_units("So, I love to drink", 2) == "to drink"
    assert results.last_units("drink", 5) == "drink"


def test_passages_ask_for_known_words_that_stand_alone() -> None:
    document = "We must not fail, again and again.\n" * 60
    found = passages([document], frozenset(["must", "and", "again"]))
    assert found == passages([document], frozenset(["must", "and", "again"]))
    for passage in found:
        units = spans(passage.text)
        assert len(units) == word_text.LENGTH
        assert all(at >= word_text.BEFORE for at in passage.asked)
        assert {units[at][0] for at in passage.asked} <= {"must", "and", "again"}


def test_what_ships_is_what_the_facts_say() -> None:
    text, facts = load_text(), own.facts("word_text")
    assert text.vocabulary[:2] == (UNKNOWN, PARAGRAPH)
    assert (len(text.ids), len(text.vocabulary)) == (facts["units"], facts["words"])
    assert float(np.mean(text.ids == 0)) == pytest.approx(facts["unknown"], abs=1e-4)
    counts = np.bincount(text.ids)[2:]
    assert (np.diff(counts) <= 0).all()  # the most frequent words first
    known = frozenset(text.vocabulary)
    assert all(spans(passage)[at][0] in known for passage, asked in facts["passages"] for at in asked)
    sizes = [own.facts(f"word_{name}")["parameters"] for name in ("rnn", "lstm")]
    assert abs(sizes[0] - sizes[1]) < 0.01 * sizes[0]


# The small models


@pytest.mark.parametrize(("name", "layer"), [("RNN", nn.RNN), ("LSTM", nn.LSTM)])
def test_the_networks_are_torch_s(name: str, layer: Callable[..., Any]) -> None:
    models = load_word_models()
    ours: WordLM = getattr(models, name.lower())
    theirs = layer(96, ours.built["hidden"], batch_first=True)
    theirs.load_state_dict(ours.layer.state_dict())
    ids = models.text.encode(units_of(DEFAULT_TEXT))
    table = ours.embedding.weight
    with torch.no_grad():
        hidden = theirs(table[ids][None])[0][0, -1]
        expected = ((hidden @ ours.narrow.weight.T + ours.narrow.bias) @ table.T + ours.bias).double().softmax(0)
    np.testing.assert_allclose(models.distributions(name, [ids])[0], expected.numpy(), atol=1e-6)


def test_the_small_models_guess() -> None:
    models = load_word_models()
    ids = models.text.encode(units_of(DEFAULT_TEXT))
    found = small.guess(DEFAULT_TEXT, LAST, (*DEFAULT_WORDS, "qwxz"))
    for row, name in enumerate(SMALL):
        whole = models.distributions(name, [ids[-LAST:]])[0]
        assert whole.sum() == pytest.approx(1, abs=1e-6)
        known = models.text.encode(DEFAULT_WORDS)
        np.testing.assert_allclose(found.probabilities[row, :-1], whole[known], rtol=1e-5)
    assert np.isnan(found.probabilities[:, -1]).all()
    assert small.guess("Zyxq, we must", 4, ("be",)).unknown == ("zyxq",)
    same = [small.guess(DEFAULT_TEXT, kept, DEFAULT_WORDS).probabilities[:4] for kept in (LAST, len(UNITS))]
    np.testing.assert_array_equal(*same)  # no n-gram sees more than four words


def test_the_list_is_what_the_models_find(model: LanguageModel) -> None:
    assert one_list(finish(large.likely(model, DEFAULT_TEXT)), small.likely(DEFAULT_TEXT)) == DEFAULT_WORDS
    assert len(set(DEFAULT_WORDS)) == len(DEFAULT_WORDS) == results.LISTED


# Whole words of a model on tokens


@pytest.mark.real_weights
def test_the_words_of_a_text_add_up(model: LanguageModel) -> None:
    """Whatever comes next begins a word or does not: over all first tokens of words, the probabilities sum to 1."""
    ids = [word_by_word.BEGIN, *model.encode("We went to the")]
    p = model.logits(ids)[-1].astype(np.float64)
    p = np.exp(p - p.max()) / np.exp(p - p.max()).sum()
    ends = word_by_word.ends_word(model).numpy()
    assert 0.99 < p[ends].sum() <= 1
    spelled = [model.decode([token]) for token in ends.nonzero()[0][:200].tolist()]
    assert not any(token[:1].isalnum() for token in spelled)
    log, is_first = finish(word_by_word.log_probability(model, "We went to the", "beach"))
    added = model.encode(" beach")
    after = model.logits([*ids, *added]).astype(np.float64)
    after = np.exp(after - after.max(1, keepdims=True))
    after /= after.sum(1, keepdims=True)
    product = np.prod([after[len(ids) - 1 + n, token] for n, token in enumerate(added)])
    assert math.exp(log) == pytest.approx(product * after[-1][ends].sum() / p[ends].sum(), rel=1e-6)
    assert is_first == (int(after[len(ids) - 1].argmax()) == added[0] and ends[after[-1].argmax()])


@pytest.mark.real_weights
def test_words_side_by_side_are_words_one_by_one(model: LanguageModel) -> None:
    words = ("beach", "Oktoberfest", "a", "hospital")
    together = finish(word_by_word.log_probabilities(model, "We went to the", words))
    alone = [finish(word_by_word.log_probability(model, "We went to the", word))[0] for word in words]
    assert together == pytest.approx(alone, abs=0.02)  # rounding differs with how many are read at once


@pytest.mark.real_weights
def test_a_part_of_a_word_is_not_the_word(model: LanguageModel) -> None:
    """ "Presid" begins nothing but "president" and its like: its tokens are likely, but hardly ever does it end there."""
    logs = [finish(word_by_word.log_probability(model, "He was elected", word))[0] for word in ("presid", "president")]
    assert logs[0] < logs[1] - 5


@pytest.mark.real_weights
def test_a_part_of_the_measurement_again(model: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    every = own.facts("word_text")
    few = {**every, "passages": every["passages"][:2]}
    for room in (small, large):
        monkeypatch.setattr(room, "facts", lambda name: few)
    found = results.joined(finish(small.depth()), finish(large.depth(model)))
    whole = results.joined(SMALL_DEPTH, LARGE_DEPTH)
    assert found.models == whole.models == MEASURED
    np.testing.assert_allclose(found.logs, whole.logs[..., :2], atol=0.05)
    assert (found.right != whole.right[..., :2]).sum() <= 2
    models = load_word_models()
    text, asked = few["passages"][1]
    ids = models.text.encode(unit for unit, _, _ in spans(text))
    expected = sum(math.log(models.ngrams.distribution(ids[at - 2 : at])[ids[at]]) for at in asked)
    assert found.logs[0, KEPT.index(2), 1] == pytest.approx(expected, abs=1e-4)


# The measurement


def test_perplexity_and_its_interval_are_those_of_a_plain_count() -> None:
    whole = results.joined(SMALL_DEPTH, LARGE_DEPTH)
    logs = whole.logs[-1, -1].astype(np.float64)
    assert whole.words == 2 * len(logs) == 600
    assert whole.perplexity[-1, -1] == pytest.approx(math.exp(-logs.sum() / whole.words))
    rng = np.random.default_rng(5)
    again = [math.exp(-rng.choice(logs, len(logs)).sum() / whole.words) for _ in range(2000)]
    low, high = whole.interval[:, -1, -1]
    assert (low, high) == pytest.approx(tuple(np.percentile(again, (2.5, 97.5))), rel=0.05)
    assert whole.correct[-1, -1] == whole.right[-1, -1].sum() / whole.words
    assert (np.diff(whole.perplexity[0, KEPT.index(LAST) :]) == 0).all()


# Writing


def test_small_models_write_and_what_is_copied_stands_in_the_text() -> None:
    written = small.write(DEFAULT_TEXT, TEMPERATURE, SEED)
    models = load_word_models()
    line = " ".join(models.text.vocabulary[number] for number in models.text.ids)
    for one in written:
        assert len(one.words) == len(one.copied) == results.WRITTEN
        assert UNKNOWN not in one.words
        last = one.copied[-1]
        whole = [*units_of(DEFAULT_TEXT), *one.words]
        assert f" {' '.join(whole[-last:])} " in line or last == 0
    assert small.write(DEFAULT_TEXT, TEMPERATURE, SEED) == written
    assert small.write(DEFAULT_TEXT, TEMPERATURE, SEED + 1) != written


@pytest.mark.real_weights
def test_the_large_model_writes(model: LanguageModel) -> None:
    one = finish(large.write(model, DEFAULT_TEXT, 0.0, SEED))
    ids = [word_by_word.BEGIN, *model.encode(DEFAULT_TEXT)]
    likeliest = model.decode([int(model.logits(ids)[-1].argmax())]).strip()
    assert one.words[0] == likeliest
    assert len(one.words) <= results.WRITTEN


# The recipes


def test_the_loss_is_torch_s() -> None:
    generator = torch.Generator().manual_seed(0)
    given = [torch.randn(300, 8, generator=generator), torch.randn(40, 8, generator=generator), torch.zeros(40)]
    wanted = torch.randint(0, 40, (300,), generator=generator)
    found, expected = ([part.clone().requires_grad_() for part in given] for _ in range(2))
    loss = recipe.NextWord.apply(*found, wanted)
    theirs = nn.functional.cross_entropy(expected[0] @ expected[1].T + expected[2], wanted)
    assert float(loss.detach()) == pytest.approx(float(theirs.detach()), rel=0.01)
    loss.backward()
    theirs.backward()
    for one, other in zip(found, expected, strict=True):
        assert float((one.grad - other.grad).norm() / other.grad.norm()) < 0.02  # of bfloat16


def test_the_recipes_still_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = GeneralText(("We must not fail again, my friends.\n" * 300,), ("We must fail again.\n" * 60, "No.\n"))
    monkeypatch.setattr(recipe, "load_general_text", lambda folder, since: texts)
    folder = tmp_path / "trained"
    folder.mkdir()
    for name in ("text", "lstm", "rnn"):
        facts = json.loads(recipe.make(name, tmp_path, epochs=1, folder=folder).read_text("utf-8"))
    assert facts["metrics"]["perplexity"] > 1
    assert facts["command"] == "python -m core.training.words rnn FOLDER --seed 0"


# The claim


def test_far_words_decide_for_the_large_model_alone() -> None:
    at = DEFAULT_WORDS.index("beer")
    far, near = (
        find(lesson.guess_large, MODEL, DEFAULT_TEXT, kept, DEFAULT_WORDS).probabilities[0]
        for kept in (len(UNITS), LAST)
    )
    assert far.argmax() == at
    assert far[at] > 3 * near[at]
    rows = find(lesson.guess, DEFAULT_TEXT, len(UNITS), DEFAULT_WORDS).probabilities
    assert (rows[:, at] < far[at] / 20).all()


def test_more_words_help_all_but_the_n_gram() -> None:
    whole = results.joined(SMALL_DEPTH, LARGE_DEPTH)
    rnn, lstm, smol = (whole.gain(whole.models.index(name), 8, 64) for name in MEASURED[1:])
    assert 0 < rnn[1] < lstm[2] < smol[1]  # the LSTM's whole interval lies below SmolLM2's, the RNN's above 0
    assert whole.gain(whole.models.index(LARGE), 32, 64)[1] > 0.1
    gram, large = (whole.perplexity[whole.models.index(name), KEPT.index(LAST)] for name in ("5-gram", LARGE))
    assert gram == pytest.approx(large, rel=0.05)  # with four words it is no better than counting
