"""The pictures of the lesson on attention as search: valid, titled, labelled, in the theme's colours, and true."""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from core.data.library import LIBRARY
from core.experiments import attention_search as lesson
from core.experiments.attention_search import Settings, recorded, scaling
from core.experiments.attention_search import keys as small
from core.figures import attention_search as figures
from core.figures import palette
from tests.core.figures.test_gpt_sampling import LITERAL, MARKS, colours, strings

Figure = dict[str, Any]
HOSTILE = "<b>x</b>&%{y}<i>"
SHELVES, QUERY, FITTING = recorded.shelves(), recorded.query(), recorded.fitting()
TITLES = tuple(item.title for item in LIBRARY)
SETTINGS = {
    "default": Settings(),
    "cosine": Settings("cosine"),
    "additive": Settings("additive", temperature=0.5),
    "cold": Settings(temperature=0.001),
    "even": Settings(temperature=100.0),
}
VECTORS = small.read_vectors(small.DEFAULT_VECTORS)
THREE = small.read_vectors("K1 1 2 3\nK2 0 0 0\nK3 0 0 0\nV1 1 1 1\nV2 1 1 1\nV3 1 1 1")
MEASURED = scaling.measure(scaling.draw(8, 0))
TRAINED = recorded.trained()


def library(settings: Settings = SETTINGS["default"]) -> lesson.Look:
    return lesson.look(QUERY.vector, SHELVES.keys, SHELVES.values, settings, FITTING.weights)


def keys(vectors: small.Vectors = VECTORS, temperature: float = 1.0) -> tuple[np.ndarray, lesson.Look]:
    q = np.array(small.DEFAULT_QUERY[: vectors.width])
    return q, lesson.look(q, vectors.keys, vectors.values, Settings(temperature=temperature))


def all_figures() -> Iterator[tuple[str, Callable[[], Figure]]]:
    swept = lesson.sweep(QUERY.vector, SHELVES.keys, FITTING.weights)
    for name, settings in SETTINGS.items():
        yield (
            f"steps, {name}",
            lambda s=settings: figures.three_steps(library(s), TITLES, "A search in titles", "q · k"),
        )
        yield f"entropy, {name}", lambda s=settings: figures.entropy_curve(swept, s, library(s).entropy)
    few = lesson.look(np.ones(2), np.eye(2), np.eye(2), Settings())
    yield "steps, two items, hostile", lambda: figures.three_steps(few, (HOSTILE, "b"), "A search in two", "q · k")
    three = keys()[1]
    yield (
        "steps, one left",
        lambda: figures.three_steps(three, ("K1", "K2", "K3"), "A search in three", "q · k", shown=2),
    )
    for name, vectors in {"usual": VECTORS, "three numbers": THREE}.items():
        yield f"keys, {name}", lambda v=vectors: figures.keys_plane(keys(v)[0], v.keys, keys(v)[1])
        yield f"values, {name}", lambda v=vectors: figures.values_plane(v.values, keys(v)[1])
    yield "width", lambda: figures.against_width(MEASURED, 64, TRAINED, 4, 2)
    yield "width, one", lambda: figures.against_width(MEASURED, 1, TRAINED, 1, 3)
    yield "heads", lambda: figures.trained_heads(TRAINED, 4, 2)


FIGURES = dict(all_figures())
every_figure = pytest.mark.parametrize("name", FIGURES)


@every_figure
def test_plotly_takes_it(name: str) -> None:
    figure = FIGURES[name]()
    assert len(go.Figure(figure).data) == len(figure["data"]) > 0
    text = json.dumps(figure, allow_nan=False)
    assert json.loads(text) == figure


@every_figure
def test_it_says_what_it_shows(name: str) -> None:
    title = FIGURES[name]()["layout"]["title"]["text"]
    assert len(title.split()) >= 3
    assert title[0].isupper()
    assert len(title) <= 64


@every_figure
def test_axes_are_labelled(name: str) -> None:
    layout = FIGURES[name]()["layout"]
    for axis in [part for part in layout if re.fullmatch(r"[xy]axis\d?", part)]:
        settings = layout[axis]
        if settings.get("visible", True):
            assert settings["title"]["text"].strip(), axis


@every_figure
def test_what_can_be_pointed_at_reads_as_words(name: str) -> None:
    for trace in FIGURES[name]()["data"]:
        if trace.get("hoverinfo") == "skip":
            continue
        assert trace["hovertemplate"] == "%{customdata}<extra></extra>"
        assert len(trace["customdata"]) == len(trace["x"]) == len(trace["y"])
        assert all(len(words.split()) >= 4 for words in trace["customdata"])


@every_figure
def test_colours_are_the_themes(name: str) -> None:
    figure = FIGURES[name]()
    used = [c for c in colours(figure) if isinstance(c, str)]
    assert used
    assert set(used) <= MARKS
    assert [text for text in strings(figure) if LITERAL.search(text) and text not in MARKS] == []
    for theme in ("light", "dark"):
        go.Figure(palette.concrete(figure, theme))


@every_figure
def test_our_own_bold_type_is_the_only_markup(name: str) -> None:
    for text in strings(FIGURES[name]()):
        rest = re.sub(r"<b>([^<]*)</b>|<extra></extra>", r"\1", text)
        assert "<" not in rest
        assert html.unescape(rest).count("%{y}") == rest.count("%{y}")
    if "hostile" in name:
        assert any("&lt;b&gt;" in text for text in strings(FIGURES[name]()))


# What each shows


def test_the_steps_show_the_look() -> None:
    found = library()
    figure = figures.three_steps(found, TITLES, "A search in titles", "q · k / √384")
    matches, mask, mixed, numbers, hard, rest = figure["data"]
    best = found.order[:8]
    assert matches["x"] == pytest.approx(found.scores[best])
    assert mask["x"] == pytest.approx(100 * found.weights[best])
    assert mixed["x"] == pytest.approx(found.closeness[best])
    assert hard["x"] == pytest.approx(found.hard[best])
    assert numbers["text"] == [f"{v:.2f}" for v in found.closeness[best]]
    assert sum(mask["x"]) + rest["x"][0] == pytest.approx(100)
    names = [note["text"] for note in figure["layout"]["annotations"]]
    assert names[:8] == [TITLES[i] for i in best]
    assert names[8] == "the other 52 together"
    assert figure["layout"]["xaxis"]["title"]["text"] == "q · k / √384"
    for number, values in (("", matches["x"]), ("2", mask["x"]), ("3", [*mixed["x"], *hard["x"]])):
        low, high = figure["layout"][f"xaxis{number}"]["range"]
        assert low <= min(values) <= max(values) < high
    words = figures.describe_steps(found, TITLES, "titles")
    assert "Compasses inside birds gets 45.5 %" in words
    assert "Bats hunting by echo 23.9 %" in words


def test_rows_stand_in_order_and_below_their_names() -> None:
    figure = figures.three_steps(library(), TITLES, "A search in titles", "q · k")
    places = figure["data"][0]["y"]
    notes = [note["y"] for note in figure["layout"]["annotations"][:8]]
    assert places == sorted(places)
    assert all(note < place < note + 1 for note, place in zip(notes, places, strict=True))
    bottom, top = figure["layout"]["yaxis"]["range"]
    assert bottom > places[-1] > places[0] > top  # drawn downwards


def test_the_planes_show_the_vectors() -> None:
    q, found = keys()
    plane = figures.keys_plane(q, VECTORS.keys, found)
    (points,) = plane["data"]
    assert list(zip(points["x"], points["y"], strict=True)) == [(1, 1), (1, -0.5), (-1, 0.5), (1, 0.5)]
    arrows = plane["layout"]["annotations"]
    assert [(a["x"], a["y"]) for a in arrows] == list(zip(points["x"], points["y"], strict=True))
    triangle, ends = figures.values_plane(VECTORS.values, found)["data"]
    assert (ends["x"][3], ends["y"][3]) == pytest.approx(tuple(found.mixed))
    assert triangle["x"] == [3, 1, -2, 3]
    assert f"{100 * found.weights[0]:.1f} %" in ends["customdata"][0]
    assert "K1 matches best" in figures.describe_keys(q, found)
    assert figures.vector(found.mixed) in figures.describe_values(found)
    assert figures.vector([1, -0.5]) == "(1.00, −0.50)"
    for axis, shown in (("xaxis", ends["x"]), ("yaxis", ends["y"])):
        low, high = figures.values_plane(VECTORS.values, found)["layout"][axis]["range"]
        assert low < min(shown) < max(shown) < high


def test_the_width_s_lines_are_what_was_measured() -> None:
    figure = figures.against_width(MEASURED, 64, TRAINED, 4, 2)
    lines = figure["data"][:6]
    wanted = [getattr(MEASURED, name)[way] for name in ("variance", "entropy", "slope") for way in (0, 1)]
    for line, values in zip(lines, wanted, strict=True):
        assert line["y"] == pytest.approx(values)
        assert line["x"] == list(MEASURED.widths)
    assert figure["data"][6]["y"] == pytest.approx(TRAINED.variance[3, 1])
    assert [p["y"][0] for p in figure["data"][7:]] == pytest.approx([*TRAINED.entropy[3, 1], *TRAINED.slope[3, 1]])
    assert figure["layout"]["shapes"][0]["x0"] == 64
    assert f"{MEASURED.at(64)['entropy'][1]:.2f}" in figures.describe_width(MEASURED, 64)


def test_every_head_has_its_two_points() -> None:
    undivided, divided = figures.trained_heads(TRAINED, 4, 2)["data"]
    assert divided["y"] == pytest.approx(TRAINED.entropy[..., 1].ravel())
    assert undivided["x"] == pytest.approx(TRAINED.variance[..., -1].ravel())
    assert np.argmax(divided["marker"]["size"]) == 3 * 12 + 1
    assert "72 heads" in figures.describe_heads(TRAINED)


def test_the_curve_has_the_reader_s_setting() -> None:
    swept = lesson.sweep(QUERY.vector, SHELVES.keys, FITTING.weights)
    for settings, way in ((Settings(), 0), (Settings(scaled=False), 1), (Settings("additive", False), 3)):
        *lines, mark = figures.entropy_curve(swept, settings, 1.5)["data"]
        assert [line["line"]["width"] for line in lines].index(4) == way
        assert (mark["x"], mark["y"]) == ([settings.temperature], [1.5])
        assert lines[way]["y"] == pytest.approx(swept.entropy[way])
    assert "1.50 bits" in figures.describe_entropy(swept, Settings(), 1.5)
