"""The pictures of the lesson on the encoder-decoder: numbers in, the same numbers on the axes."""

import re
from dataclasses import replace

import numpy as np
import pytest

from core.assets.evaluation import Evaluation, Row
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder.results import AMOUNTS, DEFAULT_OTHER, DEFAULT_TEXT, KINDS
from core.experiments.recording import find
from core.figures import encoder_decoder as figures
from core.figures.picture import Picture
from core.training.evaluate_spelling import KNOWN, NEW, Errors

READING = find(lesson.read, DEFAULT_TEXT)


def evaluation() -> Evaluation:
    def rows(*scores: float) -> tuple[Row, ...]:
        return tuple(
            Row(3 + 5 * n, 7 + 5 * n, 100 + n, (s, s - 2, s + 3), (s + 20, s + 19, s + 21))
            for n, s in enumerate(scores)
        )

    models = {
        "none_en_pt": {"controlled": rows(40, 30, 15, 8)},
        "additive_en_pt": {"controlled": rows(50, 48, 45, 44)},
    }
    return Evaluation("c", "w", models)  # type: ignore[arg-type]


def struck(picture: Picture) -> list[str]:
    text = " ".join(note["text"] for note in picture.spec["layout"]["annotations"])
    return re.findall(r"<s>(.*?)</s>", text)


@pytest.mark.parametrize("kind", KINDS)
def test_the_damage_curve_is_its_numbers(kind: lesson.Kind) -> None:
    damage = find(lesson.damage, DEFAULT_TEXT, DEFAULT_OTHER, kind)
    picture = figures.curve(damage, 0.35)
    lines = [trace for trace in picture.spec["data"] if trace["mode"] == "lines+markers"]
    assert lines[0]["y"] == pytest.approx(damage.chrf.mean(0), abs=1e-2)
    assert lines[0]["x"] == list(AMOUNTS)
    assert len(lines) == (2 if kind in ("swap", "blend") else 1)
    assert picture.spec["layout"]["shapes"][0]["x0"] == 0.35
    bands = [trace for trace in picture.spec["data"] if trace.get("fill")]
    assert len(bands) == (0 if kind == "blend" else len(lines))
    assert f"{damage.chrf.mean(0)[7]:.0f} at 0.35" in picture.alt
    assert [row[2] for row in picture.rows] == list(damage.texts)


def test_lengths_are_drawn_with_their_intervals_and_a_ring_where_half_is_reached() -> None:
    picture = figures.by_length(evaluation(), "controlled", 14)
    lines = [trace for trace in picture.spec["data"] if trace["mode"] == "lines+markers"]
    rings = [trace for trace in picture.spec["data"] if trace["mode"] == "markers"]
    assert [line["y"] for line in lines] == [[40, 30, 15, 8], [50, 48, 45, 44]]
    assert lines[0]["error_y"]["array"] == [3] * 4
    assert lines[0]["error_y"]["arrayminus"] == [2] * 4
    assert [(ring["x"], ring["y"]) for ring in rings] == [([15], [15])]
    assert lines[0]["x"] == [5, 10, 15, 20]
    assert "One vector, 13–17 words: BLEU 15.0, 95 % between 13.0 and 18.0 (102 sentences)" in lines[0]["customdata"]
    assert picture.alt.endswith(
        "One vector 40 at 3–7 and 8 at 18–22; Looks back (additive attention) 50 at 3–7 and 44 at 18–22."
    )
    (shade,) = picture.spec["layout"]["shapes"]
    assert (shade["x0"], shade["x1"]) == (12.5, 17.5)
    assert picture.rows[0] == ("One vector", "3 to 7", 100, "40.0 (38.0 to 43.0)", "60.0 (59.0 to 61.0)")


def test_errors() -> None:
    groups = {KNOWN: (Errors(2, 4, 10, 5.0, 4.0, 7.0, 80.0),), NEW: (Errors(2, 4, 9, 50.0, 40.0, 70.0, 8.0),)}
    picture = figures.errors(groups, 3)
    lines = picture.spec["data"]
    assert [line["y"] for line in lines] == [[5.0], [50.0]]
    assert lines[0]["error_y"]["array"] == [2.0]
    assert "80 % of 10 words have none wrong" in lines[0]["customdata"][0]
    assert "words added later 50 % at 2–4 letters" in picture.alt
    assert len(picture.spec["layout"]["shapes"]) == 1
    assert not figures.errors(groups, 24).spec["layout"]["shapes"]


def test_the_funnel_strikes_through_what_is_lost_and_shows_numbers_of_the_vector() -> None:
    damage = find(lesson.damage, DEFAULT_TEXT, DEFAULT_OTHER, "swap")
    picture = figures.through_damage(READING, damage, 0.0)
    assert struck(picture) == ["red", "bicycle", "yesterday."]
    assert "red, bicycle, yesterday" in picture.alt
    shown = [value for row in picture.spec["data"][0]["z"] for value in row]
    assert all(np.abs(damage.vector - value).min() < 0.006 for value in shown)
    swapped = figures.through_damage(READING, damage, 1.0)
    assert len(struck(swapped)) == len(DEFAULT_TEXT.split())
    assert [v for row in swapped.spec["data"][0]["z"] for v in row] != shown
    assert "My brother did not" in swapped.alt
    assert not struck(figures.through_damage(replace(READING, anchors=None), damage, 0.0))


@pytest.mark.parametrize("number", range(6))
def test_a_sentence_of_any_length_fits_into_the_sketch(number: int) -> None:
    example = find(lesson.examples, "controlled")[number]
    picture = figures.through(example)
    notes = picture.spec["layout"]["annotations"]
    assert max(note["y"] for note in notes) + 17 <= picture.spec["layout"]["height"]
    assert len(struck(picture)) == len(example.anchors.lost(example.written))
