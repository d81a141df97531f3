"""The pictures of the lesson on alignment: valid, titled, labelled, in the theme's colours, and true."""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from core.experiments import alignment as lesson
from core.experiments.alignment import recorded
from core.experiments.alignment import study as many
from core.figures import alignment as figures
from core.figures import palette
from core.figures.alignment import step as steps
from core.figures.alignment.ticks import spoken
from tests.core.figures.test_gpt_sampling import LITERAL, MARKS, colours, strings

Figure = dict[str, Any]
LOOK, INSIDE = recorded.look(), recorded.inside()
WORDS, PIECES = LOOK.words, LOOK.pieces
STUDY = recorded.studies()["marian_en_pt"]
SHARES = {model: study.shares() for model, study in recorded.studies().items()}
HOSTILE = "<b>x</b>&%{y}<i>"


def hostile(size: int = 5) -> lesson.Table:
    """An alignment of markup with itself, every word the same."""
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(size), size).astype(np.float32)
    costs = rng.normal(size=(size, size)).astype(np.float32)
    return lesson.Table((HOSTILE,) * size, (HOSTILE,) * size, weights, np.zeros(size, np.float32), costs)


def opened(size: int = 5) -> lesson.Inside:
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(size, size)).astype(np.float32)
    weights = np.stack([lesson.softmax(row) for row in scores]).astype(np.float32)
    values = rng.normal(size=(size, 12)).astype(np.float32)
    return lesson.Inside(scores, weights, values, weights @ values, 1.0)


def all_figures() -> Iterator[tuple[str, Callable[[], Figure]]]:
    odd, inside = hostile(), opened()
    large = hostile(60)
    one = lesson.Table(
        ("a", "(end)"), ("b",), np.ones((1, 2), np.float32) / 2, np.zeros(1, np.float32), np.zeros((1, 2), np.float32)
    )
    yield "map", lambda: figures.alignment_map(WORDS, 4, "Where the decoder looked", "read across")
    yield "map, pieces", lambda: figures.alignment_map(PIECES, 13, "Where the decoder looked", "read across")
    yield "map, hostile", lambda: figures.alignment_map(odd, 1, "Where the decoder looked", "read across")
    yield "map, large", lambda: figures.alignment_map(large, 59, "Where the decoder looked", "read across")
    yield "map, one", lambda: figures.alignment_map(one, 0, "Where the decoder looked", "read across")
    for name, table, row in (("words", WORDS, 4), ("pieces", PIECES, 0), ("hostile", odd, 2), ("one", one, 0)):
        yield f"row, {name}", lambda table=table, row=row: figures.row_bars(table, row)
    yield "scores", lambda: figures.score_bars(PIECES.source, INSIDE, 4, LOOK.target[4])
    yield "scores, hostile", lambda: figures.score_bars(odd.source, inside, 4, HOSTILE)
    yield "mixture", lambda: figures.mixture_map(PIECES.source, INSIDE, 4)
    yield "mixture, hostile", lambda: figures.mixture_map(odd.source, inside, 0)
    yield "hidden", lambda: figures.hidden_bars(WORDS, 6)
    yield "hidden, hostile", lambda: figures.hidden_bars(odd, 0)
    yield "hidden, large", lambda: figures.hidden_bars(large, 0)
    yield "shares", lambda: figures.shares(SHARES, "marian_en_pt")
    yield "shares, one", lambda: figures.shares({"marian_en_pt": SHARES["marian_en_pt"]}, "marian_en_pt")
    yield "weights", lambda: figures.weight_curve(STUDY)


FIGURES = dict(all_figures())
every_figure = pytest.mark.parametrize("name", FIGURES)


@every_figure
def test_plotly_takes_it(name: str) -> None:
    figure = FIGURES[name]()
    assert len(go.Figure(figure).data) == len(figure["data"]) > 0
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure


@every_figure
def test_it_says_what_it_shows(name: str) -> None:
    title = html.unescape(FIGURES[name]()["layout"]["title"]["text"])
    assert len(title.split()) >= 3
    assert title[0].isupper() or title[0] == "“"
    assert len(title) <= 48  # a phone shows no more
    subtitle = FIGURES[name]()["layout"]["title"].get("subtitle", {}).get("text", "")
    assert len(subtitle) <= 56


@every_figure
def test_axes_are_labelled(name: str) -> None:
    layout = FIGURES[name]()["layout"]
    for axis in (key for key in layout if re.fullmatch(r"[xy]axis\d?", key)):
        title = layout[axis].get("title", {}).get("text", "")
        spelled = "ticktext" in layout[axis] or (name.startswith("shares") and axis == "yaxis")
        assert spelled or title == "score" or title.endswith(("(%)", "(nats)")), axis


@every_figure
def test_what_can_be_pointed_at_reads_as_words(name: str) -> None:
    for trace in FIGURES[name]()["data"]:
        assert trace["hovertemplate"].endswith("<extra></extra>")
        if trace["hovertemplate"].startswith("%{customdata}"):
            assert len(trace["customdata"]) == len(trace["x"]) == len(trace["y"])
            assert all(len(words.split()) >= 4 for words in trace["customdata"])


@every_figure
def test_no_two_places_share_a_name(name: str) -> None:
    """A category axis would draw two words of one name as one."""
    for trace in FIGURES[name]()["data"]:
        for axis in ("x", "y"):
            names = [value for value in trace[axis] if isinstance(value, str)]
            assert len(names) == len(set(names))


@every_figure
def test_colours_are_the_themes(name: str) -> None:
    figure = FIGURES[name]()
    used = [c for c in colours(figure) if isinstance(c, str)]
    assert used
    assert set(used) <= MARKS
    assert [text for text in strings(figure) if LITERAL.search(text) and text not in MARKS] == []
    for theme in ("light", "dark"):
        go.Figure(palette.concrete(figure, theme))


@pytest.mark.parametrize("name", [name for name in FIGURES if "hostile" in name])
def test_a_word_is_text_and_nothing_else(name: str) -> None:
    assert any("&lt;" in text for text in strings(FIGURES[name]()))
    for text in strings(FIGURES[name]()):
        rest = text.replace("<extra></extra>", "")
        assert "<" not in rest
        if "&lt;" in text:
            assert "%{" not in rest


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


# What each shows


def test_the_map_shows_the_weights() -> None:
    figure = figures.alignment_map(WORDS, 4, "Where the decoder looked", "")
    (heat,) = figure["data"]
    assert np.array(heat["z"]) == pytest.approx(100 * WORDS.weights, abs=0.06)
    assert len(heat["z"]) == 13  # the end's row is left out, its column is not
    assert heat["x"][-1] == "13. (end)"
    assert heat["y"][4] == "5. Espaço"
    frame = figure["layout"]["shapes"][-1]
    assert (frame["y0"], frame["y1"]) == (3.5, 4.5)
    assert figure["layout"]["xaxis"]["side"] == "top"
    assert figure["layout"]["yaxis"]["range"] == [12.5, -0.5]  # the first word is at the top
    words = figures.describe_map(WORDS)
    assert "13 target rows over 13 source columns" in words
    assert f"{100 * WORDS.weights.max(1).mean():.1f} %" in words
    empty = lesson.Table(("a",), (), np.zeros((0, 1), np.float32), np.zeros(0, np.float32), None)
    assert "nothing was written" in figures.describe_map(empty)


def test_of_very_many_words_some_are_named() -> None:
    ticks = figures.alignment_map(hostile(60), 0, "Where the decoder looked", "")["layout"]["xaxis"]["tickvals"]
    assert len(ticks) == 30
    assert np.diff(ticks) == pytest.approx(2)
    assert len(figures.alignment_map(hostile(30), 0, "W", "")["layout"]["xaxis"]["tickvals"]) == 30


def test_the_row_shows_weights_above_losses() -> None:
    weights, losses = figures.row_bars(WORDS, 4)["data"]
    assert weights["y"] == pytest.approx(100 * WORDS.weights[4])
    assert losses["y"] == pytest.approx(WORDS.losses[4])
    assert losses["yaxis"] == "y2"
    (alone,) = figures.row_bars(PIECES, 4)["data"]
    assert alone["y"] == pytest.approx(100 * PIECES.weights[4])
    words = figures.describe_row(WORDS, 4)
    assert "Espaço" in words
    assert words.count("Area") == 2
    assert f"{WORDS.losses[4].max():.2f} nats" in words


def test_the_step_shows_scores_and_their_softmax() -> None:
    scores, weights = figures.score_bars(PIECES.source, INSIDE, 4, "▁Espaço")["data"]
    assert scores["y"] == pytest.approx(INSIDE.scores[4])
    assert weights["y"] == pytest.approx(100 * lesson.softmax(INSIDE.scores[4]), abs=1e-3)
    low, high = figures.score_bars(PIECES.source, INSIDE, 4, "x")["layout"]["yaxis"]["range"]
    assert low < min(scores["y"]) < max(scores["y"]) < high
    assert "Area has the highest score" in figures.describe_scores(PIECES.source, INSIDE, 4)


@pytest.mark.parametrize(("source", "inside"), [(PIECES.source, INSIDE), (("a",) * 5, opened())])
def test_the_rows_of_the_mixture_add_up(source: tuple[str, ...], inside: lesson.Inside) -> None:
    names, rows = steps.mixed(source, inside, 2)
    assert np.sum(rows[:-1], axis=0) == pytest.approx(rows[-1], abs=1e-5)
    assert rows[-1] == pytest.approx(inside.mixtures[2, : steps.NUMBERS])
    assert names[-1] == "= mixture"
    assert len(names) == min(len(source) + 1, steps.ROWS + 2)
    (heat,) = figures.mixture_map(source, inside, 2)["data"]
    assert np.array(heat["z"]) == pytest.approx(np.array(rows), abs=1e-4)
    notes = [note["text"] for note in figures.mixture_map(source, inside, 2)["layout"]["annotations"]]
    assert len(notes) == len(rows) * steps.NUMBERS
    assert [float(note.replace("−", "-")) for note in notes] == pytest.approx(np.ravel(rows), abs=0.006)
    assert "−0.00" not in notes
    assert f"{len(source)} values" in figures.describe_mixture(source, inside, 2)


def test_the_hidden_word_s_weights_and_losses() -> None:
    weights, losses = figures.hidden_bars(WORDS, 6)["data"]
    assert weights["x"] == pytest.approx(100 * WORDS.weights[:, 6])
    assert losses["x"] == pytest.approx(WORDS.losses[:, 6])
    words = figures.describe_hidden(WORDS, 6)
    assert "without Area, Espaço loses most" in words


def test_the_shares_are_the_study_s() -> None:
    figure = figures.shares(SHARES, "marian_pt_en")
    for trace, guess in zip(figure["data"], ("looked", "diagonal", "chance"), strict=True):
        assert trace["x"] == [100 * SHARES[model][guess].value for model in SHARES]
        low = np.array(trace["x"]) - trace["error_x"]["arrayminus"]
        assert low == pytest.approx([100 * SHARES[model][guess].low for model in SHARES])
    assert [label for label in figure["data"][0]["y"] if "<b>" in label] == ["<b>Marian pt-en</b>"]
    assert f"{100 * SHARES['marian_en_pt']['looked'].value:.1f} %" in figures.describe_shares(SHARES)


def test_the_curve_is_the_mean_of_the_pairs() -> None:
    dots, line = figures.weight_curve(STUDY)["data"]
    bins = many.curve(STUDY)
    assert line["y"] == [each.cost.value for each in bins]
    assert sum(each.pairs for each in bins) == len(STUDY.pair_weights)
    assert len(dots["x"]) == 1500
    assert min(dots["x"]) >= 1
    assert figures.weight_curve(STUDY)["data"][0] == dots
    assert figures.weight_curve(STUDY, seed=1)["data"][0] != dots
    top = figures.weight_curve(STUDY)["layout"]["yaxis"]["range"][1]
    above = sum(y > top / 1.05 for y in dots["y"])
    assert f"{above} lie above" in figures.weight_curve(STUDY)["layout"]["title"]["subtitle"]["text"]
    assert f"{bins[-1].cost.value:.2f}" in figures.describe_weights(STUDY)
