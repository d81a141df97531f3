"""The lesson on alignment: what is said of numbers, the models that give them, and what ships, checked by other means."""

import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.data.pairs import HELD_OUT, natural_sentences
from core.experiments import alignment as lesson
from core.experiments.alignment import attention as looking
from core.experiments.alignment import record as recording
from core.experiments.alignment import recorded
from core.experiments.alignment import study as many
from core.pretrained.translation import recurrent as recurrent_translator
from core.pretrained.translation.translator import MarianTranslator, by_words
from tests.core.experiments.small_recurrent import NAMES, write_small_recurrent

ENGLISH, PORTUGUESE = lesson.DEFAULT_TEXTS["English"], lesson.DEFAULT_TEXTS["Portuguese"]
CROSSING = {"Espaço": "Area", "Económico": "Economic", "Europeu": "European"}
real = pytest.mark.real_weights


def finish(work: Generator[tuple[int, int], None, Any]) -> Any:
    while True:
        try:
            done, total = next(work)
            assert 0 < done <= total
        except StopIteration as end:
            return end.value


def look(model: str = "marian_en_pt", text: str = ENGLISH) -> lesson.Look:
    found: lesson.Look = finish(looking.look(model, text))
    return found


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The recurrent models are toys with random weights, in this folder."""
    write_small_recurrent(tmp_path)
    monkeypatch.setattr(recurrent_translator, "TRAINED", tmp_path)
    for cached in (recurrent_translator.load_recurrent, looking.translator):
        cached.cache_clear()
    yield tmp_path
    for cached in (recurrent_translator.load_recurrent, looking.translator):
        cached.cache_clear()


def table(weights: Any, costs: Any = None, source: tuple[str, ...] = (), target: tuple[str, ...] = ()) -> lesson.Table:
    weights = np.array(weights, np.float32)
    return lesson.Table(
        source or tuple("abcdefgh"[: weights.shape[1]]),
        target or tuple("ABCDEFGH"[: weights.shape[0]]),
        weights,
        np.zeros(len(weights), np.float32),
        None if costs is None else np.array(costs, np.float32),
    )


# What a reader types


@pytest.mark.parametrize(
    ("text", "words", "fitted", "dropped"),
    [
        ("", 5, "", 0),
        (" \n\t ", 5, "", 0),
        ("a  b\nc", 5, "a b c", 0),
        ("a b c d", 3, "a b c", 1),
        ("a b c", 3, "a b c", 0),
    ],
)
def test_fit(text: str, words: int, fitted: str, dropped: int) -> None:
    assert lesson.fit(text, words) == lesson.Fitted(fitted, dropped)


def test_limits_are_those_that_the_page_states() -> None:
    assert {name: model.words for name, model in lesson.MODELS.items()} == {
        name: 60 if name.startswith(("marian", "hub")) else 20 for name in lesson.MODELS
    }
    recurrent = [model for name, model in lesson.MODELS.items() if name in recurrent_translator.RECURRENT]
    assert {model.pieces for model in recurrent} == {recurrent_translator.LONGEST}


@real
@pytest.mark.parametrize("text", ["x " * 60, "日本語" * 200, "ab" * 900], ids=lambda text: text[:6])
def test_texts_of_too_many_pieces_lose_their_end(text: str) -> None:
    whole = lesson.fit(text, 60).text
    with_ = looking.translator("marian_en_pt")
    cut = looking.shortened(with_, whole, 40)
    assert whole.startswith(cut)
    assert cut
    assert len(with_.pieces.encode(cut)[0]) <= 40
    assert looking.shortened(with_, "a b", 40) == "a b"


# Words of pieces


@real
@pytest.mark.parametrize("text", [ENGLISH, "Unbelievably, photographers misunderstood it!", "x", "</s> a", "ab🦜"])
def test_words_are_those_of_the_translators_own_join(text: str) -> None:
    """`by_words` in core.pretrained joins whole translations; here numpy does, without the end's row."""
    seen = look(text=text)
    joined = by_words(looking.translator("marian_en_pt").translate(text))
    rows = len(joined.target) - (joined.target[-1] == "</s>")
    words = seen.words
    assert words.target == tuple(word or "␣" for word in joined.target[:rows])
    assert [w.replace("(end)", "</s>").replace("␣", "") for w in words.source] == list(joined.source)
    assert words.weights == pytest.approx(joined.alignment[:rows], abs=1e-5)
    assert words.logprobs == pytest.approx(joined.logprobs[:rows], abs=1e-5)
    assert words.weights.sum(1) == pytest.approx(1, abs=1e-5)
    assert words.losses.shape == words.weights.shape


def test_steps_and_words_lead_to_one_another() -> None:
    seen = recorded.look()
    assert seen.steps == len(seen.target) - 1 == 14
    assert [seen.word_of(step) for step in range(14)] == [*range(12), 12, 12]  # "1992" and "." are one word
    assert [seen.first_step(word) for word in range(13)] == list(range(13))
    with pytest.raises(StopIteration):
        seen.word_of(99)
    cut = lesson.Look("m", "a", ("▁a", "</s>"), ("▁b", "c"), "bc", np.ones((2, 2)) / 2, np.zeros(2), np.zeros((2, 2)))
    assert (cut.steps, cut.words.target, cut.pieces.source) == (2, ("bc",), ("·a", "(end)"))


# Looking and mattering, on tables that are easy to see through


def test_agreement() -> None:
    one = table([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], [[3, 0], [0.05, 0.01], [0, 1]])
    assert one.looked.tolist() == [0, 1, 0]
    assert one.mattered.tolist() == [0, 0, 1]
    assert one.agree.tolist() == [True, False, False]
    assert one.felt.tolist() == [True, False, True]
    with pytest.raises(ValueError, match="whole words"):
        _ = table([[1.0]]).mattered


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
    found = lesson.turned(table(weights))
    assert sorted((run.start, run.stop) for run in found) == runs


def test_crossed_words_are_found_in_each_language() -> None:
    source = ("European", "Economic", "Area,", "(end)")
    weights = [[0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]]
    right = lesson.crossed(table(weights, source=source, target=("zone", "économique", "européenne.")))
    assert [(one.source, one.target, one.looked, one.right) for one in right] == [
        (0, 2, 0, True), (1, 1, 1, True), (2, 0, 2, True)
    ]  # fmt: skip
    wrong = lesson.crossed(table(np.eye(3, 4), source=source, target=("Espaço", "Económico", "x")))
    assert [one.right for one in wrong] == [False, True, False]
    assert wrong[0].target is None
    assert wrong[2].looked == 0
    assert lesson.crossed(table(weights, source=("a", "b", "Area", "x"), target=("a", "b", "c"))) == ()


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
    assert lesson.changes(before.split(), after.split()) == (went, came)


def test_softmax_is_torchs() -> None:
    scores = np.array([1.5, -3, 900, 899.5], np.float32)
    assert lesson.softmax(scores) == pytest.approx(torch.tensor(scores).double().softmax(0).numpy())


# The claim's numbers, from the models


@real
@pytest.mark.parametrize("model", ["marian_en_pt", "marian_pt_en"])
def test_the_three_crossed_words_are_aligned_to_the_right_one(model: str) -> None:
    seen = look(model, ENGLISH if model == "marian_en_pt" else PORTUGUESE)
    pairs = CROSSING if model == "marian_en_pt" else {source: target for target, source in CROSSING.items()}
    words = seen.words
    for target, source in pairs.items():
        assert words.source[int(words.weights[words.target.index(target)].argmax())] == source
    assert [one.right for one in lesson.crossed(words)] == [True] * 3
    assert words.agree.mean() > 3 / len(words.source)


@real
def test_rows_sum_to_one_and_losses_are_those_of_hiding_by_hand() -> None:
    seen = look()
    assert seen.weights.sum(1) == pytest.approx(1, abs=1e-5)
    with_ = looking.translator("marian_en_pt")
    whole = with_.follow(ENGLISH, seen.target)
    for place, pieces in ((6, [6]), (11, [11, 12]), (12, [13])):  # "Area", "1992.", the end
        without = with_.follow(ENGLISH, seen.target, hidden=pieces)
        assert seen.costs[:, place] == pytest.approx(whole.logprobs - without.logprobs, abs=1e-3)
    words = seen.words
    assert words.losses[words.target.index("Espaço"), words.source.index("Area")] > 1.5
    again = with_.translate(ENGLISH, hidden=[6])
    hidden = looking.hide(seen, 6)
    assert " ".join(hidden.words) == again.text != seen.translation
    assert np.exp(hidden.logprobs).max() <= 1
    with pytest.raises(ValueError, match="no word 13"):
        looking.hide(seen, 13)


@real
def test_august_looks_at_a_word_that_it_does_not_need() -> None:
    words = look("marian_pt_en", PORTUGUESE).words
    row = words.target.index("August")
    assert words.source[words.looked[row]] == "de"
    assert words.source[words.mattered[row]] == "Agosto"
    assert words.losses[row, words.mattered[row]] > 20 * abs(words.losses[row, words.looked[row]])


@real
def test_the_inside_of_marian_is_what_it_looked_with() -> None:
    seen = look()
    inside = looking.inside(seen)
    assert inside is not None
    assert inside.weights == pytest.approx(seen.weights, abs=1e-4)
    for step in range(len(seen.target)):
        assert max(inside.off(step)) < 1e-4
    with_ = looking.translator("marian_en_pt")
    assert isinstance(with_, MarianTranslator)
    head = with_.model.config.width // with_.model.config.heads
    assert inside.root == pytest.approx(head**0.5)
    assert inside.values.shape == (len(seen.source), head)


@pytest.mark.parametrize("model", NAMES)
def test_recurrent_models_come_through_the_same_door(model: str, small: Path) -> None:
    seen = look(model, "The agreement on the Area was signed.")
    assert seen.weights.sum(1) == pytest.approx(1, abs=1e-4)
    assert seen.costs.shape == (len(seen.target), len(lesson.groups(seen.source)))
    inside = looking.inside(seen)
    assert inside is not None
    assert inside.weights == pytest.approx(seen.weights, abs=1e-4)
    assert max(max(inside.off(step)) for step in range(len(seen.target))) < 1e-4
    whole = looking.translator(model).follow(seen.text, seen.target)
    without = looking.translator(model).follow(seen.text, seen.target, hidden=list(lesson.groups(seen.source)[1]))
    assert seen.costs[:, 1] == pytest.approx(whole.logprobs - without.logprobs, abs=1e-3)
    assert looking.hide(seen, 0).place == 0


def test_missing_weights_and_other_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrent_translator, "TRAINED", tmp_path)
    recurrent_translator.load_recurrent.cache_clear()
    looking.translator.cache_clear()
    with pytest.raises(OSError, match="additive_en_pt"):
        looking.translator("additive_en_pt")
    with pytest.raises(KeyError):
        looking.translator("none_en_pt")


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


def toy(weights: Any, costs: Any) -> lesson.Look:
    weights, costs = np.array(weights, np.float32), np.array(costs, np.float32)
    source = (*(f"▁s{n}" for n in range(weights.shape[1] - 1)), "</s>")
    target = tuple(f"▁t{n}" for n in range(len(weights)))
    return lesson.Look("marian_en_pt", "s", source, target, "t", weights, np.zeros(len(weights), np.float32), costs)


def test_the_study_counts_words() -> None:
    one = toy([[0.9, 0.1, 0.0], [0.7, 0.2, 0.1]], [[5, 0, 0], [0.01, 3, 0]])
    two = toy([[0.1, 0.1, 0.8]], [[0.02, 0.01, 0.05]])
    study = many.gather([one, two])
    assert study.sentences == 2
    assert study.sentence.tolist() == [0, 0, 1]
    assert study.agree.tolist() == [True, False, True]
    assert study.felt.tolist() == [True, True, False]
    assert study.chance == pytest.approx(1 / 3)
    assert study.diagonal.tolist() == [True, True, False]
    assert study.shares()["looked"].value == pytest.approx(2 / 3)
    assert study.shares(felt=True)["looked"].value == pytest.approx(1 / 2)
    (example,) = study.examples
    assert (example.target, example.looked, example.mattered) == ("t1", "s0", "s1")
    assert (example.looked_weight, example.mattered_cost) == (pytest.approx(0.7), pytest.approx(3))
    bins = many.curve(study, (0.0, 0.5, 1.0))
    assert [each.pairs for each in bins] == [6, 3]
    assert bins[1].cost.value == pytest.approx((5 + 0.01 + 0.05) / 3)
    with pytest.raises(ValueError, match="no sentence"):
        many.gather([])


def test_rank_correlation_is_scipys_idea() -> None:
    study = many.gather([toy([[0.9, 0.1, 0.0], [0.7, 0.2, 0.1]], [[5, 0, 0], [0.01, 3, 0]])])
    one = np.array([6, 2.5, 1, 5, 4, 2.5])  # ranks by hand; 0.1 twice
    two = np.array([6, 2, 2, 4, 5, 2])
    assert many.rank_correlation(study) == pytest.approx(np.corrcoef(one, two)[0, 1])


@real
def test_the_sentences_are_held_out_and_of_the_stated_length() -> None:
    sentences = recording.held_out()
    assert len(sentences) == len(set(sentences)) == 100
    assert set(sentences) <= set(natural_sentences()[: HELD_OUT["natural"]])
    assert {len(sentence.split()) for sentence in sentences} <= set(range(6, 17))


@real
def test_the_recorded_study_is_what_the_command_measures() -> None:
    """The first sentences again: word for word."""
    sentences, kept = recording.held_out(4), recorded.studies()["marian_en_pt"]
    study = finish(looking.study("marian_en_pt", sentences))
    size = len(study.agree)
    assert study.agree.mean() == pytest.approx(kept.agree[:size].mean(), abs=2 / size)
    assert study.sentence.tolist() == kept.sentence[:size].tolist()
    assert study.pair_costs == pytest.approx(kept.pair_costs[: len(study.pair_costs)], abs=0.02)


def test_what_the_recorded_studies_say() -> None:
    for model, study in recorded.studies().items():
        assert study.sentences == 100
        assert study.model == model
        found = study.shares()
        assert all(share.low <= share.value <= share.high for share in found.values())
        assert len(study.pair_weights) == len(study.pair_costs) == len(study.pair_sentence)
        for example in study.examples:
            assert example.looked_cost < lesson.FELT
            assert example.looked_weight >= 0.5
            assert example.mattered_cost >= 10 * lesson.FELT
    marian = recorded.studies()["marian_en_pt"].shares()
    assert marian["looked"].low > marian["diagonal"].high > marian["chance"].high


def test_a_study_skips_nothing_and_reports_what_is_missing(small: Path) -> None:
    study = finish(looking.study("dot_en_pt", ["The Area was signed.", "In August on the agreement."]))
    assert study.sentences == 2
    (small / "dot_en_pt.safetensors").unlink()
    recurrent_translator.load_recurrent.cache_clear()
    looking.translator.cache_clear()
    if_marian = pytest.MonkeyPatch()
    if_marian.setattr(recording, "STUDIED", ("additive_en_pt", "dot_en_pt"))
    if_marian.setattr(recording, "translator", lambda name: looking.translator(name.replace("marian", "additive")))
    try:
        found, missing = recording.studies(["The Area was signed."])
    finally:
        if_marian.undo()
    assert set(found) == {"additive_en_pt"}
    assert set(missing) == {"dot_en_pt"}


# What ships


@real
def test_what_ships_is_what_the_model_says() -> None:
    seen, kept = look(), recorded.look()
    for name in ("model", "text", "source", "target", "translation"):
        assert getattr(kept, name) == getattr(seen, name)
    for name in ("weights", "logprobs", "costs"):
        assert getattr(kept, name) == pytest.approx(getattr(seen, name), abs=2e-3)
    hidden = looking.hide(seen, lesson.DEFAULT_HIDE - 1)
    assert recorded.hidden().words == hidden.words
    assert recorded.hidden().place == hidden.place
    inside = looking.inside(seen)
    assert inside is not None
    assert recorded.inside().scores == pytest.approx(inside.scores, abs=2e-3)
    assert recorded.inside().mixtures == pytest.approx(inside.mixtures, abs=2e-3)
    assert kept.target[lesson.DEFAULT_STEP - 1] == "▁Espaço"
    assert kept.words.source[lesson.DEFAULT_HIDE - 1] == "Area"


def test_writing_and_reading_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (recorded.look(), recorded.inside(), recorded.hidden(), recorded.studies())
    cached = (recorded.look, recorded.inside, recorded.hidden, recorded.studies)
    monkeypatch.setattr(recorded, "FOLDER", tmp_path)
    recorded.write(*whole, {"command": "none"})
    for function in cached:
        function.cache_clear()
    try:
        for before, after in zip(whole[:3], (recorded.look(), recorded.inside(), recorded.hidden()), strict=True):
            for name, value in vars(before).items():
                if name in before.__dataclass_fields__:
                    assert np.array_equal(value, getattr(after, name)), name
        assert list(recorded.studies()) == list(whole[3])
        for model, study in whole[3].items():
            assert recorded.studies()[model].examples == study.examples
            assert np.array_equal(recorded.studies()[model].agree, study.agree)
        assert recorded.made() == {"command": "none"}
        assert json.loads((tmp_path / "alignment.json").read_text("utf-8"))["made"] == {"command": "none"}
    finally:
        monkeypatch.undo()
        for function in cached:
            function.cache_clear()
