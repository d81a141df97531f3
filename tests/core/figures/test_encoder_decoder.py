"""The pictures of the lesson on the encoder-decoder: numbers in, the same numbers on the axes, nobody's text as markup."""

import json
from typing import Any

import numpy as np
import pytest

from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder import recorded
from core.experiments.encoder_decoder.lengths import Evaluation, Row
from core.experiments.encoder_decoder.words import KNOWN, NEW, Errors
from core.figures import encoder_decoder as figures
from core.figures.export import build, page
from core.figures.palette import ACCENT
from tests.core.figures.test_gpt_sampling import MARKS, colours

RNG = np.random.default_rng(0)
PLACES = RNG.uniform(-1, 1, (4, 60)).astype(np.float32)
TOKENS = ["The", "<b>x</b>", "%{y}", "end"]
READERS = ("forward", "backward")


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


def all_figures() -> dict[str, dict[str, Any]]:
    reading, pasts, ways = recorded.reading(), recorded.pasts(), recorded.ways()
    strips = [("yours", reading.vector), ("<i>other</i>", -reading.vector)]
    return {
        "states": figures.states(PLACES, TOKENS, READERS, "title", what="subword"),
        "letters": figures.states(
            recorded.spelled().read, [*recorded.spelled().word, "end"], ("encoder",), "t", what="letter"
        ),
        "next": figures.next_chances([("<b>", 0.5), ("a", 0.2)], "<b>", "title", what="subword"),
        "vectors": figures.vectors(strips),
        "curve": figures.damage_curve(recorded.damage("noise"), 0.3),
        "two curves": figures.damage_curve(recorded.damage("blend"), 0.3),
        "lengths": figures.by_length(evaluation(), ("none_en_pt", "additive_en_pt"), "controlled", "bleu", "title"),
        "errors": figures.errors(recorded.errors()),
        "pasts": figures.pasts(pasts),
        "beams": figures.beams(ways, 4),
    }


@pytest.mark.parametrize("name", list(all_figures()))
def test_plotly_takes_it_and_it_has_what_every_figure_has(name: str) -> None:
    figure = all_figures()[name]
    build(figure)
    assert figure["layout"]["title"]["text"]
    assert {colour for colour in colours(figure) if isinstance(colour, str)} <= MARKS
    text = json.dumps(figure)
    assert "NaN" not in text
    for markup in ("<b>x", "<i>other", '"<b>'):
        assert markup not in text
    axes = [value for key, value in figure["layout"].items() if key.startswith(("xaxis", "yaxis"))]
    assert all(axis.get("fixedrange") for axis in axes)
    if name != "vectors":
        assert all(axis["title"]["text"] for axis in axes)
    for trace in figure["data"]:
        assert "hovertemplate" in trace or trace["hoverinfo"] == "skip"


def test_a_figure_can_be_taken_away() -> None:
    assert "<html>" in page(all_figures()["states"])


def test_states_are_those_that_change_most_and_the_vector_is_whole() -> None:
    places = np.zeros((4, 60), np.float32)
    places[:, 7] = [1, -1, 1, -1]
    places[:, 41] = [0.5, 0, 0, -0.5]
    figure = figures.states(places, TOKENS, READERS, "title", what="subword")
    heat, strip = figure["data"]
    assert [1.0, -1.0, 1.0, -1.0] in heat["z"][:20]
    assert [0.5, 0.0, 0.0, -0.5] in heat["z"][20:]
    assert len(heat["z"]) == 40
    vector = [value for row in strip["z"] for value in row]
    assert vector == pytest.approx([*places[-1, :30], *places[0, 30:]])
    sentences = [cell for row in heat["customdata"] for cell in row]
    assert "unit 8 of the forward reader at The: +1.00" in sentences
    assert "unit 12 of the backward reader at end: -0.50" in sentences
    frames = {(shape["x0"], shape["y0"]) for shape in figure["layout"]["shapes"]}
    assert frames == {(2.5, -0.5), (-0.5, 19.5)}
    assert "4 subwords, 240 numbers" in figures.describe_states(places, READERS, "subword")


def test_a_vector_that_does_not_fill_its_rows_is_shown_whole() -> None:
    places = RNG.uniform(-1, 1, (3, 18)).astype(np.float32)
    strip = figures.states(places, TOKENS[:3], READERS, "t", what="subword")["data"][1]
    numbers = [value for row in strip["z"] for value in row]
    assert len(strip["z"]) == 4
    assert [n for n in numbers if n is not None] == pytest.approx([*places[-1, :9], *places[0, 9:]], abs=1e-3)
    assert sum(text == "" for row in strip["customdata"] for text in row) == 2


def test_chances() -> None:
    chances = [("a", 0.5), ("b", 0.25), ("end", 0.01)]
    figure = figures.next_chances(chances, "b", "t", what="subword")
    bars = figure["data"][0]
    assert bars["x"] == [50, 25, 1]
    assert [colour == ACCENT for colour in bars["marker"]["color"]] == [False, True, False]
    assert figures.describe_chances(chances, "subword").endswith("a 50.0 %, b 25.0 %, end 1.0 %.")


def test_the_damage_curve_is_its_numbers() -> None:
    for kind in lesson.KINDS:
        damage = recorded.damage(kind)
        figure = figures.damage_curve(damage, 0.35)
        lines = [trace for trace in figure["data"] if trace["mode"] == "lines+markers"]
        assert lines[0]["y"] == pytest.approx(damage.chrf.mean(0), abs=1e-2)
        assert lines[0]["x"] == list(lesson.AMOUNTS)
        assert len(lines) == (2 if kind in ("swap", "blend") else 1)
        assert figure["layout"]["shapes"][0]["x0"] == 0.35
        bands = [trace for trace in figure["data"] if trace.get("fill")]
        assert len(bands) == (0 if kind == "blend" else len(lines))
        assert f"{damage.chrf.mean(0)[7]:.0f} at 0.35" in figures.describe_curve(damage, 0.35)


def test_lengths_are_drawn_with_their_intervals_and_a_ring_where_half_is_reached() -> None:
    names = ("none_en_pt", "additive_en_pt")
    figure = figures.by_length(evaluation(), names, "controlled", "bleu", "t")
    lines = [trace for trace in figure["data"] if trace["mode"] == "lines+markers"]
    rings = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert [line["y"] for line in lines] == [[40, 30, 15, 8], [50, 48, 45, 44]]
    assert lines[0]["error_y"]["array"] == [3] * 4
    assert lines[0]["error_y"]["arrayminus"] == [2] * 4
    assert [(ring["x"], ring["y"]) for ring in rings] == [([15], [15])]
    assert lines[0]["x"] == [5, 10, 15, 20]
    assert "No attention, 13–17 words: BLEU 15.0, 95 % between 13.0 and 18.0 (102 sentences)" in lines[0]["customdata"]
    said = figures.describe_lengths(evaluation(), names, "controlled", "chrf")
    assert said == (
        "Line chart of chrF against the words of a sentence: No attention 60 at 3–7 and 28 at 18–22; "
        "Additive attention 70 at 3–7 and 64 at 18–22."
    )


def test_errors() -> None:
    groups = {KNOWN: (Errors(2, 4, 10, 5.0, 4.0, 7.0, 80.0),), NEW: (Errors(2, 4, 9, 50.0, 40.0, 70.0, 8.0),)}
    lines = figures.errors(groups)["data"]
    assert [line["y"] for line in lines] == [[5.0], [50.0]]
    assert lines[0]["error_y"]["array"] == [2.0]
    assert "80 % of 10 words have none wrong" in lines[0]["customdata"][0]
    assert "words added later 50 % at 2–4 letters" in figures.describe_errors(groups)


def test_pasts() -> None:
    found = lesson.Pasts("a b", ("▁a", "▁<b>", "</s>"), ("▁a", "▁c", "</s>"), np.array([0.9, 0.5, 0.2], np.float32),
                         np.array([0.9, 0.5, 0.0], np.float32))  # fmt: skip
    assert found.apart == 1
    figure = figures.pasts(found)
    forced, free = figure["data"]
    assert forced["y"] == pytest.approx([0.9, 0.5, 0.2])
    assert free["y"] == pytest.approx([0.9, 0.5, 1e-4])  # the bottom of the axis
    assert figure["layout"]["shapes"][0]["x0"] == 2.5
    assert figure["layout"]["xaxis"]["ticktext"] == ["a", "&lt;b&gt;", "end"]
    assert "53.3 % fed the right subwords, 46.7 % fed its own; from step 2 on" in figures.describe_pasts(found)
    same = lesson.Pasts("a", ("▁a",), ("▁a",), np.ones(1, np.float32), np.ones(1, np.float32))
    assert same.apart is None
    assert not figures.pasts(same)["layout"]["shapes"]


def test_beams() -> None:
    ways = [lesson.Way(1, "a", -4.0, 4, None), lesson.Way(2, "b", -3.0, 6, 50.0)]
    bars = figures.beams(ways, 2)["data"][0]
    assert bars["y"] == [1.0, 0.5]
    assert [colour == ACCENT for colour in bars["marker"]["color"]] == [False, True]
    assert (
        figures.describe_beams(ways)
        == "Bar chart of the nats a subword that beams find: 1.00 at width 1, 0.50 at width 2."
    )
    assert lesson.likeliest(ways).width == 2
