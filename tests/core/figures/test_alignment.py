"""The pictures of the lesson on alignment draw the numbers of its results."""

import numpy as np
import pytest

from core.experiments import alignment
from core.experiments.alignment import many, results
from core.experiments.alignment.results import DEFAULT_HIDE, DEFAULT_MODEL, DEFAULT_TEXT, STUDIED
from core.experiments.recording import find
from core.figures import alignment as figures
from core.figures.alignment.step import mixed
from core.figures.alignment.ticks import spoken
from core.figures.style import percent
from tests.core.figures.examples.alignment import odd

SEEN = find(alignment.aligned, DEFAULT_MODEL, DEFAULT_TEXT)
INSIDE = find(alignment.inside, DEFAULT_MODEL, DEFAULT_TEXT)
WORDS = SEEN.words


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Area", "Area"),
        ("▁Area", "Area"),
        ("1992.", "1992"),
        ("www.x.org", "wwwxorg"),
        ("<b>x", "bx"),
        (":smile:", "smile"),
        ("🦜", "a sign"),
        ("", "a sign"),
    ],
)
def test_words_in_a_sentence_are_no_markup(word: str, said: str) -> None:
    assert spoken(word) == said


def test_the_matrix_shows_the_weights_and_what_hiding_does() -> None:
    picture = figures.matrix(SEEN, DEFAULT_HIDE)
    heat, before, after = picture.spec["data"]
    assert np.array(heat["z"]) == pytest.approx(100 * WORDS.weights, abs=0.06)
    assert len(heat["z"]) == 13  # the end's row is left out, its column is not
    assert heat["x"][-1] == "13. (end)"
    assert heat["y"][4] == "5. Área"
    assert before["x"] == pytest.approx(100 * np.exp(WORDS.logprobs), abs=1e-3)
    assert after["x"] == pytest.approx(100 * np.exp(WORDS.logprobs - WORDS.costs[:, DEFAULT_HIDE]), abs=1e-3)
    frame = picture.spec["layout"]["shapes"][-1]
    assert (frame["x0"], frame["x1"]) == (DEFAULT_HIDE - 0.5, DEFAULT_HIDE + 0.5)
    assert picture.spec["layout"]["xaxis"]["side"] == "top"
    assert picture.spec["layout"]["yaxis"]["range"] == [12.5, -0.5]  # the first word is at the top
    assert f"from {percent(float(WORDS.before[4]))} to {percent(float(WORDS.after(DEFAULT_HIDE)[4]))}" in picture.alt
    assert [row[3:] for row in picture.rows] == pytest.approx(100 * WORDS.weights, abs=0.01)


def test_two_words_of_one_name_have_their_own_places_and_of_many_some_are_named() -> None:
    long, _ = odd(60)
    heat, *_ = figures.matrix(long, 0).spec["data"]
    assert len(set(heat["x"])) == len(set(heat["y"])) == 60
    ticks = figures.matrix(long, 0).spec["layout"]["xaxis"]["tickvals"]
    assert len(ticks) == 30
    assert np.diff(ticks) == pytest.approx(2)


@pytest.mark.parametrize(("seen", "inside"), [(SEEN, INSIDE), odd(5)], ids=["default", "few"])
def test_the_rows_of_a_step_add_up(seen: results.Alignment, inside: results.Inside) -> None:
    names, kept, parts = mixed(seen.source, inside, 2)
    assert parts[:-1].sum(0) == pytest.approx(parts[-1], abs=1e-5)
    assert parts[-1] == pytest.approx(inside.contexts[2, :10])
    assert names[-1] == "context vector"
    assert len(kept) == min(len(seen.source), 11)
    scores, weights, heat = figures.step(seen, inside, 2).spec["data"]
    assert scores["x"] == pytest.approx(inside.scores[2][kept])
    assert weights["x"][: len(kept)] == pytest.approx(100 * results.softmax(inside.scores[2])[kept], abs=1e-3)
    assert sum(weights["x"]) == pytest.approx(100, abs=1e-3)
    assert np.array(heat["z"]) == pytest.approx(parts, abs=1e-4)
    assert len(figures.step(seen, inside, 2).rows) == len(seen.source) + 1


def test_the_sketch_names_what_was_weighed_and_what_is_hidden() -> None:
    alt = figures.mechanism(SEEN, 4, DEFAULT_HIDE, None).alt
    assert alt.endswith("writes Área, 0.42 %. Area is hidden.")
    assert "Economic" in alt
    assert "Area is hidden" not in figures.mechanism(SEEN, 11, -1, INSIDE).alt


@pytest.mark.parametrize("model", STUDIED)
def test_the_study_s_pictures_are_the_study_s(model: str) -> None:
    study = find(alignment.study, model)
    bars, line = figures.dose(study).spec["data"]
    halved, bins = study.halved(), many.curve(study)
    assert bars["y"] == [100 * one.value for one in halved.values()]
    assert np.array(bars["y"]) - bars["error_y"]["arrayminus"] == pytest.approx(
        [100 * one.low for one in halved.values()]
    )
    assert line["y"] == [100 * each.halved.value for each in bins]
    assert sum(each.pairs for each in bins) == len(study.pair_weights)
