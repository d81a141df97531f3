"""The lesson on alignment: what is said of numbers, and the models that give them, checked by other means."""

import functools
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.data.pairs import HELD_OUT, natural_sentences
from core.experiments import alignment
from core.experiments.alignment import hiding, many, results
from core.experiments.alignment.results import DEFAULT_MODEL, DEFAULT_TEXT, MODELS, PORTUGUESE_TEXT, STUDIED
from core.experiments.recording import find
from core.pretrained.held import budget
from core.pretrained.hub.files import HubError
from core.pretrained.translation import recurrent as recurrent_translator
from core.pretrained.translation.translator import MarianTranslator, by_words
from tests.core.experiments.small_recurrent import NAMES, write_small_recurrent

CROSSING = {"Espaço": "Area", "Económico": "Economic", "Europeu": "European"}
real = pytest.mark.real_weights


def finish(work: Generator[tuple[int, int], None, Any]) -> Any:
    while True:
        try:
            done, total = next(work)
            assert 0 < done <= total
        except StopIteration as end:
            return end.value


def aligned(model: str = "marian_en_pt", text: str = DEFAULT_TEXT) -> results.Alignment:
    found: results.Alignment = finish(alignment.aligned(model, text))
    return found


@functools.cache
def sentences() -> list[str]:
    return hiding.held_out()


def forget() -> None:
    budget().clear()


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The recurrent models are toys with random weights, in this folder."""
    write_small_recurrent(tmp_path)
    monkeypatch.setattr(recurrent_translator, "TRAINED", tmp_path)
    forget()
    yield tmp_path
    forget()


def table(weights: Any, costs: Any = None, source: tuple[str, ...] = (), target: tuple[str, ...] = ()) -> results.Table:
    weights = np.array(weights, np.float32)
    return results.Table(
        source or tuple("abcdefgh"[: weights.shape[1]]),
        target or tuple("ABCDEFGH"[: weights.shape[0]]),
        weights,
        np.zeros(len(weights), np.float32),
        np.zeros_like(weights) if costs is None else np.array(costs, np.float32),
    )


# What a reader types


@pytest.mark.parametrize(
    ("text", "words", "fitted", "dropped"),
    [
        ("", 5, "", False),
        (" \n\t ", 5, "", False),
        ("a  b\nc", 5, "a b c", False),
        ("a b c d", 3, "a b c", True),
        ("a b c", 3, "a b c", False),
        ("\n" * 9000 + "x" * 9000, 3, "x" * 2000, True),
        ("first " + "long " * 9000, 3, "first long long", True),
    ],
)
def test_fit(text: str, words: int, fitted: str, dropped: bool) -> None:
    assert results.fit(text, words) == results.Fitted(fitted, dropped)


def test_limits_are_those_that_the_page_states() -> None:
    assert {name: model.words for name, model in MODELS.items()} == {
        name: 60 if name.startswith(("marian", "hub")) else 20 for name in MODELS
    }
    recurrent = [model for name, model in MODELS.items() if name in recurrent_translator.RECURRENT]
    assert {model.pieces for model in recurrent} == {recurrent_translator.LONGEST}


@real
@pytest.mark.parametrize("text", ["x " * 60, "日本語" * 200, "ab" * 900], ids=lambda text: text[:6])
def test_texts_of_too_many_pieces_lose_their_end(text: str) -> None:
    whole = results.fit(text, 60).text
    with_ = hiding.translator("marian_en_pt")
    cut = hiding.shortened(with_, whole, 40)
    assert whole.startswith(cut)
    assert cut
    assert len(with_.pieces.encode(cut)[0]) <= 40
    assert hiding.shortened(with_, "a b", 40) == "a b"


# Words of pieces


@real
@pytest.mark.parametrize("text", [DEFAULT_TEXT, "Unbelievably, photographers misunderstood it!", "x", "</s> a", "ab🦜"])
def test_words_are_those_of_the_translators_own_join(text: str) -> None:
    """`by_words` in core.pretrained joins whole translations; here numpy does, without the end's row."""
    seen = aligned(text=text)
    joined = by_words(hiding.translator("marian_en_pt").translate(text))
    rows = len(joined.target) - (joined.target[-1] == "</s>")
    words = seen.words
    assert words.target == tuple(word or "␣" for word in joined.target[:rows])
    assert [w.replace("(end)", "</s>").replace("␣", "") for w in words.source] == list(joined.source)
    assert words.weights == pytest.approx(joined.alignment[:rows], abs=1e-5)
    assert words.logprobs == pytest.approx(joined.logprobs[:rows], abs=1e-5)
    assert words.weights.sum(1) == pytest.approx(1, abs=1e-5)
    assert words.costs.shape == words.weights.shape


def test_a_translation_that_was_cut_has_no_end() -> None:
    assert find(alignment.aligned, "marian_en_pt", DEFAULT_TEXT).steps == 14  # of 15 pieces
    cut = results.Alignment(
        "m", "a", (), ("▁a", "</s>"), ("▁b", "c"), "bc", np.ones((2, 2)) / 2, np.zeros(2), np.zeros((2, 2))
    )
    assert (cut.steps, cut.words.target, cut.words.source) == (2, ("bc",), ("a", "(end)"))


# Looking and mattering, on tables that are easy to see through


def test_agreement() -> None:
    one = table([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [[3, 0], [0.05, 0.01], [0, 1]])
    assert one.looked.tolist() == [0, 1, 0]
    assert one.needed.tolist() == [0, 0, 1]
    assert one.agree.tolist() == [True, False, False]
    assert one.halved.tolist() == [True, False, False]  # without the word looked at most: 3, 0.01 and 0 nats
    assert one.after(0) == pytest.approx(np.exp([-3, -0.05, 0]))
    assert table([[1.0]], [[-2]]).after(0).tolist() == [1]  # rounding never makes a probability above 1


@pytest.mark.parametrize(
    ("places", "runs"),
    [
        ([0, 1, 2], []),
        ([0, 2, 1, 3], [(1, 3)]),
        ([0, 3, 2, 1, 4], [(1, 4)]),
        ([1, 0, 2, 4, 3], [(0, 2), (3, 5)]),
        ([2, 2, 2], []),
        ([1, 1, 0], [(0, 3)]),
        ([], []),
    ],
)
def test_turned(places: list[int], runs: list[tuple[int, int]]) -> None:
    weights = np.zeros((len(places), 5))
    weights[range(len(places)), places] = 1
    found = results.turned(table(weights))
    assert sorted((run.start, run.stop) for run in found) == runs


@pytest.mark.parametrize(
    ("before", "after", "went", "came"),
    [
        ("a b c", "a b c", set(), set()),
        ("a b c", "a c", {1}, set()),
        ("a b c", "a x y c", {1}, {1, 2}),
        ("", "a", set(), {0}),
        ("a", "", {0}, set()),
    ],
)
def test_changes(before: str, after: str, went: set[int], came: set[int]) -> None:
    assert results.changes(before.split(), after.split()) == (went, came)


def test_softmax_is_torchs() -> None:
    scores = np.array([1.5, -3, 900, 899.5], np.float32)
    assert results.softmax(scores) == pytest.approx(torch.tensor(scores).double().softmax(0).numpy())


# The claim's numbers, from the models


@real
@pytest.mark.parametrize("model", STUDIED)
def test_the_three_crossed_words_are_aligned_to_the_right_one(model: str) -> None:
    """As in figure 3 of Bahdanau et al. 2014."""
    words = aligned(model, results.default_text(model)).words
    kinds = CROSSING if "marian" in model else {"Área": "Area", "Econômica": "Economic", "Europeia": "European"}
    pairs = {b: a for a, b in kinds.items()} if model == "marian_pt_en" else kinds
    for target, source in pairs.items():
        assert words.source[int(words.weights[words.target.index(target)].argmax())] == source
    assert set(map(words.target.index, pairs)) <= set(results.turned(words)[0])
    assert words.agree.mean() > 3 / len(words.source)


@real
def test_rows_sum_to_one_and_costs_are_those_of_hiding_by_hand() -> None:
    seen = aligned()
    assert seen.weights.sum(1) == pytest.approx(1, abs=1e-5)
    with_ = hiding.translator("marian_en_pt")
    whole = with_.follow(DEFAULT_TEXT, seen.target)
    for position, pieces in ((6, [6]), (11, [11, 12]), (12, [13])):  # "Area", "1992.", the end
        without = with_.follow(DEFAULT_TEXT, seen.target, hidden=pieces)
        assert seen.costs[:, position] == pytest.approx(whole.logprobs - without.logprobs, abs=1e-3)
    words = seen.words
    assert words.costs[words.target.index("Espaço"), words.source.index("Area")] > 1.5
    again = with_.translate(DEFAULT_TEXT, hidden=[6])
    hidden = alignment.hidden("marian_en_pt", DEFAULT_TEXT, 6)
    assert " ".join(hidden.words) == again.text != seen.translation
    assert np.exp(hidden.logprobs).max() <= 1
    back = hiding.translator("marian_pt_en")
    assert hidden.english == (back.translate(seen.translation).text, back.translate(again.text).text)
    with pytest.raises(ValueError, match="no word 13"):
        alignment.hidden("marian_en_pt", DEFAULT_TEXT, 13)


@real
def test_the_default_proves_the_claim() -> None:
    """Nobody taught this network where to look: without the word that it looked at most, the probability is gone."""
    words = aligned(DEFAULT_MODEL).words
    row, hide = words.target.index("Área"), results.DEFAULT_HIDE
    assert words.source[hide] == "Area"
    assert words.weights[:, hide].argmax() == row
    assert words.looked[row] == hide
    assert words.before[row] > 0.98
    assert words.after(hide)[row] < 0.01
    assert "Área" not in alignment.hidden(DEFAULT_MODEL, DEFAULT_TEXT, hide).words
    article = words.target.index("O")  # and a look that was not needed
    assert words.weights[article].max() > 0.7
    assert not words.halved[article]


@real
def test_the_french_sentence_is_one_that_the_french_model_can_do() -> None:
    seen = aligned(results.FRENCH_MODEL, results.FRENCH_TEXT)
    hidden = alignment.hidden(results.FRENCH_MODEL, results.FRENCH_TEXT, 4)
    assert "[" not in hidden.english[0]  # every word of it has a gloss
    assert seen.words.halved.mean() > 0.5


@real
@pytest.mark.parametrize("model", ["additive_en_pt", "marian_en_pt"])
def test_characters_that_a_model_does_not_know_are_named(model: str) -> None:
    assert aligned(model, "The 🦜 sat, the 🦜 left 日.").unknown == ("🦜", "日")
    assert aligned(model, DEFAULT_TEXT).unknown == ()


@real
def test_august_looks_at_a_word_that_it_does_not_need() -> None:
    words = aligned("marian_pt_en", PORTUGUESE_TEXT).words
    row = words.target.index("August")
    assert words.source[words.looked[row]] == "de"
    assert words.source[words.needed[row]] == "Agosto"
    assert words.costs[row, words.needed[row]] > 20 * abs(words.costs[row, words.looked[row]])


@real
def test_the_inside_of_marian_is_what_it_looked_with() -> None:
    seen = aligned()
    inside = alignment.inside("marian_en_pt", DEFAULT_TEXT)
    assert inside is not None
    assert inside.weights == pytest.approx(seen.weights, abs=1e-4)
    for step in range(len(seen.target)):
        assert inside.off(step) < 1e-4
    with_ = hiding.translator("marian_en_pt")
    assert isinstance(with_, MarianTranslator)
    head = with_.model.config.width // with_.model.config.heads
    assert inside.root == pytest.approx(head**0.5)
    assert inside.values.shape == (len(seen.source), head)


@pytest.mark.parametrize("model", NAMES)
def test_recurrent_models_come_through_the_same_door(model: str, small: Path) -> None:
    seen = aligned(model, "The agreement on the Area was signed.")
    assert seen.weights.sum(1) == pytest.approx(1, abs=1e-4)
    assert seen.costs.shape == (len(seen.target), len(results.groups(seen.source)))
    inside = alignment.inside(model, seen.text)
    assert inside is not None
    assert inside.weights == pytest.approx(seen.weights, abs=1e-4)
    assert max(inside.off(step) for step in range(len(seen.target))) < 1e-4
    whole = hiding.translator(model).follow(seen.text, seen.target)
    without = hiding.translator(model).follow(seen.text, seen.target, hidden=list(results.groups(seen.source)[1]))
    assert seen.costs[:, 1] == pytest.approx(whole.logprobs - without.logprobs, abs=1e-3)
    assert alignment.hidden(model, seen.text, 0).position == 0


def test_missing_weights_and_other_names(small: Path) -> None:
    (small / "additive_en_pt.safetensors").rename(small / "aside")
    with pytest.raises(RuntimeError, match="the files of Bahdanau are missing here") as said:
        aligned("additive_en_pt")
    assert str(small) not in str(said.value)
    with pytest.raises(KeyError):
        aligned("none_en_pt")
    (small / "aside").rename(small / "additive_en_pt.safetensors")
    assert aligned("additive_en_pt").steps > 0  # what was missing is looked for again


def test_a_hub_that_can_not_be_reached_is_asked_again(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(pair: str) -> Any:
        raise HubError("[Errno 111] Connection refused")

    monkeypatch.setattr(hiding, "shared_translator", away)
    with pytest.raises(RuntimeError, match="could not be reached") as said:
        aligned("hub_en_fr")
    assert "Errno" not in str(said.value)
    monkeypatch.setattr(hiding, "shared_translator", lambda pair: recurrent_translator.load_recurrent("additive_en_fr"))
    assert aligned("hub_en_fr").model == "hub_en_fr"


# Over many sentences


def test_the_mean_and_its_interval() -> None:
    values = np.array([1.0, 0, 1, 1, 0, 1, 0, 0] * 30)
    sentence = np.repeat(np.arange(60), 4)
    found = many.mean_of(values, sentence)
    assert found.value == values.mean()
    means = values.reshape(60, 4).mean(1)
    spread = 1.96 * means.std() / 60**0.5  # equal sentences: the mean of means, whose error is known
    assert found.value - found.low == pytest.approx(spread, rel=0.15)
    assert found.high - found.value == pytest.approx(spread, rel=0.15)
    assert many.mean_of(values, sentence) == found
    assert many.mean_of(values, sentence, seed=1) != found
    assert np.isnan(many.mean_of(np.zeros(0), np.zeros(0, int)).value)


@pytest.mark.parametrize(
    ("target", "source", "places"),
    [(3, 3, [0, 1, 2]), (2, 4, [1, 3]), (4, 2, [0, 0, 1, 1]), (1, 1, [0]), (2, 0, [0, 0]), (0, 3, [])],
)
def test_the_diagonal(target: int, source: int, places: list[int]) -> None:
    assert many.diagonal(target, source).tolist() == places


def toy(weights: Any, costs: Any) -> results.Alignment:
    weights, costs = np.array(weights, np.float32), np.array(costs, np.float32)
    source = (*(f"▁s{n}" for n in range(weights.shape[1] - 1)), "</s>")
    target = tuple(f"▁t{n}" for n in range(len(weights)))
    return results.Alignment(
        "marian_en_pt", "s", (), source, target, "t", weights, np.zeros(len(weights), np.float32), costs
    )


def test_the_study_counts_words() -> None:
    one = toy([[0.9, 0.1, 0.0], [0.7, 0.2, 0.1]], [[5, 0, 0], [0.01, 3, 0]])
    two = toy([[0.1, 0.1, 0.8]], [[0.02, 0.01, 0.05]])
    study = many.gather([one, two])
    assert study.sentences == 2
    assert study.sentence.tolist() == [0, 0, 1]
    assert study.agree.tolist() == [True, False, True]
    assert study.chance == pytest.approx(1 / 3)
    assert study.diagonal.tolist() == [True, True, False]
    assert study.shares()["looked"].value == pytest.approx(2 / 3)
    assert study.most == pytest.approx([5, 0.01, 0.05])
    assert study.second == pytest.approx([0, 3, 0.02])
    assert study.other == pytest.approx([0, 0.5, 0])  # of two other words, "s1" takes more than half of "t1"
    halved = study.halved()
    assert [halved[name].value for name in ("most", "second", "other")] == pytest.approx([1 / 3, 1 / 3, 1 / 6])
    (example,) = study.examples
    assert (example.target, example.looked, example.needed) == ("t1", "s0", "s1")
    assert (example.looked_weight, example.needed_cost) == (pytest.approx(0.7), pytest.approx(3))
    bins = many.curve(study, (0.0, 0.5, 1.0))
    assert [each.pairs for each in bins] == [6, 3]
    assert [each.halved.value for each in bins] == pytest.approx([1 / 6, 1 / 3])
    with pytest.raises(ValueError, match="no sentence"):
        many.gather([])


@real
def test_the_sentences_are_held_out_and_of_the_stated_length() -> None:
    found = sentences()
    assert len(found) == len(set(found)) == 100
    assert set(found) <= set(natural_sentences()[: HELD_OUT["natural"]])
    assert {len(sentence.split()) for sentence in found} <= set(range(6, 17))


@real
@pytest.mark.parametrize("model", STUDIED)
def test_the_recorded_study_is_what_is_measured(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first sentences again: word for word."""
    first = sentences()[:2]
    monkeypatch.setattr(hiding, "held_out", lambda count: first[:count])
    kept = find(alignment.study, model)
    study = finish(hiding.study(model, 2))
    size = len(study.agree)
    assert study.agree.mean() == pytest.approx(kept.agree[:size].mean(), abs=2 / size)
    assert study.sentence.tolist() == kept.sentence[:size].tolist()
    assert study.most == pytest.approx(kept.most[:size], abs=0.02)
    assert study.pair_costs == pytest.approx(kept.pair_costs[: len(study.pair_costs)], abs=0.05)


@pytest.mark.parametrize("model", STUDIED)
def test_what_the_recorded_studies_say(model: str) -> None:
    """Looking is mostly needing: more than position and chance, and more than hiding another word."""
    study = find(alignment.study, model)
    assert (study.sentences, study.model) == (100, model)
    found, halved = study.shares(), study.halved()
    assert all(share.low <= share.value <= share.high for share in (*found.values(), *halved.values()))
    assert len(study.pair_weights) == len(study.pair_costs) == len(study.pair_sentence)
    assert found["looked"].low > found["diagonal"].high > found["chance"].high
    assert halved["most"].low > 0.75
    assert halved["second"].high < 0.25
    assert halved["other"].high < 0.05
    shares = [each.halved.value for each in many.curve(study) if each.pairs > 100]
    assert shares[0] < 0.05 < 0.8 < shares[-1]
    for example in study.examples:
        assert example.looked_cost < results.FELT
        assert example.looked_weight >= 0.5
        assert example.needed_cost >= 10 * results.FELT
