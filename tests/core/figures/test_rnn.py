"""The pictures of the lesson on recurrent networks: valid, titled, labelled, in the theme's colours, and true."""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from core.experiments import rnn as lesson
from core.experiments.characters import Written, visible
from core.experiments.rnn import recorded
from core.experiments.rnn.features import FEATURES, NAMES, follow, shares
from core.figures import palette
from core.figures import rnn as figures
from core.figures.rnn.chain import MATRIX_COLOURS
from core.figures.rnn.damage import LEAST, band, shown
from tests.core.figures.test_gpt_sampling import LITERAL, MARKS, colours, strings

Figure = dict[str, Any]
READ = recorded.read()
TRACKING = recorded.tracking("rnn_tanh")
HERE = lesson.DEFAULT_PLACE - 1
WHOLE = slice(0, len(READ.text))
HOSTILE = "<b>x</b>&%{y}<i>"


def hostile_read() -> lesson.Read:
    """A reading of markup, by a model that knows markup only."""
    alphabet = tuple(sorted(set(HOSTILE)))
    rng = np.random.default_rng(0)
    ids = tuple(alphabet.index(c) + 1 for c in HOSTILE)
    states = rng.uniform(-1, 1, (len(HOSTILE), 479)).astype(np.float32)
    logits = rng.normal(size=(len(HOSTILE), len(alphabet) + 1)).astype(np.float32)
    return lesson.Read("rnn_tanh", HOSTILE, ids, alphabet, states, logits, 479, READ.matrices, 305_119)


def state_map(read: lesson.Read = READ, part: slice = WHOLE, place: int = HERE, chosen: int = 7) -> Figure:
    values = shares(read.states[part], TRACKING, [unit for _, unit in TRACKING.rows()])
    return figures.state_map(read, TRACKING, values, part, place, chosen)


def line(read: lesson.Read = READ, feature: str = "word", part: slice = WHOLE, place: int = HERE) -> Figure:
    followed = follow(read.states, read.text, TRACKING, NAMES.index(feature), 1, part)
    return figures.unit_line(followed, read.text[part], place, part.start + 1)


def curves(kind: str = "erase", model: str = "rnn_tanh") -> Figure:
    after = READ.text[HERE + 1 :]
    return figures.damage_curves(
        recorded.damages(kind), model, after, recorded.habits(model).erased, "After the damage"
    )


def all_figures() -> Iterator[tuple[str, Callable[[], Figure]]]:
    hostile = hostile_read()
    whole = slice(0, len(HOSTILE))
    yield "map", state_map
    yield "map, a part", lambda: state_map(part=slice(30, 90))
    yield "map, hostile", lambda: state_map(hostile, whole, 3)
    yield "line", line
    yield "line, nothing changes", lambda: line(feature="digit")
    yield "line, hostile", lambda: line(hostile, part=whole, place=2)
    for place in (0, 2, HERE, len(READ.text) - 1):
        for steps in (1, 4, 8):
            yield f"chain, {place}, {steps}", lambda p=place, s=steps: figures.unrolled(READ, TRACKING, p, s)
        yield f"next, {place}", lambda p=place: figures.next_chances(lesson.step_at(READ, p))
    yield "chain, hostile", lambda: figures.unrolled(hostile, TRACKING, 5, 6)
    yield "next, hostile", lambda: figures.next_chances(lesson.step_at(hostile, 3))
    yield "curves", curves
    yield "curves, swap", lambda: curves("swap", "lstm")
    empty = tuple(lesson.Damage(name, np.zeros(0)) for name in lesson.KINDS)
    yield "curves, empty", lambda: figures.damage_curves(empty, "gru", "", np.ones(5), "After the damage")
    broken = tuple(lesson.Damage(name, np.geomspace(3, 1e-9, len(HOSTILE))) for name in lesson.KINDS)
    yield "curves, hostile", lambda: figures.damage_curves(broken, "gru", HOSTILE, np.ones(5), "After the damage")
    yield "written", lambda: figures.written_chances(recorded.written())
    yield "written, hostile", lambda: figures.written_chances(Written(HOSTILE, tuple([0.3] * len(HOSTILE))))


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
    for axis in ("xaxis", "yaxis"):
        settings = FIGURES[name]()["layout"][axis]
        if not settings.get("visible", True):
            continue
        spelled = "ticktext" in settings
        title = settings.get("title", {}).get("text", "")
        assert spelled or title in ("character", "value", "characters since then") or title.endswith(("(%)", "(nats)"))


@every_figure
def test_what_can_be_pointed_at_reads_as_words(name: str) -> None:
    for trace in FIGURES[name]()["data"]:
        if trace.get("hoverinfo") == "skip":
            continue
        assert trace["hovertemplate"].endswith("<extra></extra>")
        if trace["hovertemplate"].startswith("%{customdata}") and trace["type"] != "heatmap":
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


@pytest.mark.parametrize("name", [name for name in FIGURES if "hostile" in name])
def test_a_character_is_text_and_nothing_else(name: str) -> None:
    """Our own bold type and line breaks are the only markup."""
    told = [text for text in strings(FIGURES[name]()) if "&" in text]
    assert any("&lt;" in text for text in told)
    for text in strings(FIGURES[name]()):
        rest = re.sub(r"<b>(.*?)</b>(<br>)?|<extra></extra>", r"\1", text)
        assert "<" not in rest
        assert html.unescape(rest).count("%{y}") == rest.count("%{y}")


# What each shows


def test_the_map_shows_the_units_own_values() -> None:
    part = slice(30, 90)
    (heat,) = state_map(part=part)["data"]
    rows = TRACKING.rows()
    assert len(rows) == len(heat["z"]) == 5 * len(FEATURES) <= 48
    for (_, unit), row in zip(rows, heat["z"], strict=True):
        assert row == pytest.approx(READ.states[part, unit], abs=6e-4)
    assert heat["x"][0] == f"31 {visible(READ.text[30])}"
    assert heat["y"][6].startswith(TRACKING.label(rows[6][1]))
    layout = state_map(part=part)["layout"]
    assert layout["yaxis"]["ticktext"] == list(NAMES)
    assert layout["shapes"][-3]["x0"] == HERE - 30
    assert layout["shapes"][-1]["y0"] == 6.25
    words = figures.describe_state(READ, TRACKING, part)
    assert "45 rows over 60 characters" in words
    assert "479" in words


def test_the_line_shows_the_unit_over_the_feature() -> None:
    low, shade, unit = line(feature="quote")["data"]
    followed = follow(READ.states, READ.text, TRACKING, NAMES.index("quote"), 1, WHOLE)
    assert unit["y"] == pytest.approx(READ.states[:, followed.unit])
    high = max(shade["y"]) if followed.held_out > 0 else min(shade["y"])
    inside = [y == high for y in shade["y"]]
    assert inside == [t == 1 for t in followed.truth]
    assert set(low["y"]) == {next(y for y, t in zip(shade["y"], followed.truth, strict=True) if not t)}
    assert unit["name"] == followed.label
    assert unit["customdata"][HERE].startswith(f"character {HERE + 1}, {READ.text[HERE]}: {followed.label} is at ")
    assert unit["customdata"][HERE].endswith("inside quotation marks: yes")
    assert f"{followed.held_out:.2f}" in figures.describe_unit(followed)


@pytest.mark.parametrize(("place", "steps", "first"), [(HERE, 4, HERE - 3), (HERE, 8, HERE - 7), (0, 4, 0), (2, 8, 0)])
def test_the_chain_shows_states_inputs_and_outputs(place: int, steps: int, first: int) -> None:
    figure = figures.unrolled(READ, TRACKING, place, steps)
    states, ins, outs = figure["data"][:3]
    places = list(range(first, place + 1))
    assert [html.unescape(t).removeprefix("<b>").removesuffix("</b>") for t in ins["text"]] == [
        visible(READ.text[p]) for p in places
    ]
    units = [unit for _, unit in TRACKING.rows(2)]
    for column, p in enumerate(places):
        shown_column = [row[2 * column] for row in states["z"]]
        assert shown_column == pytest.approx(READ.states[p, units], abs=6e-4)
        chances = READ.chances(p)
        best = READ.vocabulary[int(chances.argmax()) - 1]
        assert visible(best) in html.unescape(outs["text"][column])
        assert f"{100 * chances.max():.1f} %" in outs["text"][column]


def test_the_same_matrix_has_one_colour_wherever_it_is_used() -> None:
    figure = figures.unrolled(READ, TRACKING, HERE, 5)
    arrows = [note["arrowcolor"] for note in figure["layout"]["annotations"] if note["showarrow"]]
    loop = [shape["line"]["color"] for shape in figure["layout"]["shapes"] if shape["type"] == "path"]
    assert [(arrows + loop).count(MATRIX_COLOURS[name]) for name in ("W_ih", "W_ho")] == [6, 6]
    assert arrows.count(MATRIX_COLOURS["W_hh"]) == 6  # five in the chain, one in the loop
    legend = {trace["name"]: trace["line"]["color"] for trace in figure["data"][3:]}
    assert list(legend.values()) == list(MATRIX_COLOURS.values())
    assert "W_hh (state to state): 479 × 479" in legend
    words = figures.describe_unrolled(READ, HERE, 5)
    assert f"characters {HERE - 3} to {HERE + 1}" in words
    assert f"used {HERE + 1} times" in words


def test_the_bars_show_what_comes_next_and_what_came() -> None:
    step = lesson.step_at(READ, HERE)
    figure = figures.next_chances(step)
    (bars,) = figure["data"]
    assert bars["x"][:8] == pytest.approx([100 * p for _, p in step.likeliest])
    came = [n for n, colour in enumerate(bars["marker"]["color"]) if colour != palette.ACCENT]
    assert len(came) == 1
    assert figure["layout"]["yaxis"]["ticktext"][came[0]] == visible(READ.text[HERE + 1])
    assert bars["text"][came[0]].endswith("came")
    assert bars["x"][came[0]] == pytest.approx(100 * step.chance)
    assert f"rank {step.rank}" in figures.describe_next(step)
    last = lesson.step_at(READ, len(READ.text) - 1)
    assert set(figures.next_chances(last)["data"][0]["marker"]["color"]) == {palette.ACCENT}
    assert "the text ends here" in figures.describe_next(last)


def test_what_came_is_shown_even_when_it_was_not_expected() -> None:
    rare = next(p for p in range(len(READ.text) - 1) if lesson.step_at(READ, p).rank > 8)
    (bars,) = figures.next_chances(lesson.step_at(READ, rare))["data"]
    assert len(bars["x"]) == 9
    assert bars["text"][8].endswith("came")


def test_the_curves_are_the_divergences() -> None:
    figure = curves(model="gru")
    *lines, mean = figure["data"]
    damages = {one.model: one.divergence for one in recorded.damages("erase")}
    assert lines[-1]["name"] == "GRU"  # the chosen one is drawn last, over the others
    assert lines[-1]["line"]["width"] > max(one["line"]["width"] for one in lines[:-1])
    longest = shown(recorded.damages("erase"))
    for one in lines:
        model = next(name for name, words in lesson.KINDS.items() if words == one["name"])
        assert one["y"] == pytest.approx(np.maximum(damages[model][:longest], LEAST))
        assert one["x"] == list(range(1, len(one["y"]) + 1))
    assert len({(one["line"]["dash"], one["line"]["color"]) for one in lines}) == 4
    assert mean["y"] == pytest.approx(np.maximum(recorded.habits("gru").erased[:longest], LEAST))
    (threshold,) = figure["layout"]["shapes"]
    assert threshold["y0"] == lesson.HEALED
    words = figures.describe_damage(recorded.damages("erase"), "gru")
    assert f"{damages['gru'][0]:.2f} nats after one character" in words
    assert "without a line" in figures.describe_damage((lesson.Damage("gru", np.zeros(0)),), "gru")


def test_curves_are_shown_until_they_are_at_the_bottom() -> None:
    long = lesson.Damage("gru", np.geomspace(1, 1e-12, 200))
    assert shown((long,)) == pytest.approx(200 * 4 / 12 + 3, abs=3)
    assert shown((lesson.Damage("gru", np.ones(200)),)) == 200
    assert shown((lesson.Damage("gru", np.zeros(200)),)) == 33
    assert shown((lesson.Damage("gru", np.zeros(5)),)) == 5


def test_written_characters_by_chance() -> None:
    written = Written("abcde", (0.5, 0.49, 0.099, 0.009, 0.9))
    bars = figures.written_chances(written)["data"]
    assert [bar["x"] for bar in bars] == [[1, 5], [2], [3], [4]]
    assert bars[0]["y"] == pytest.approx([50, 90])
    assert [band(chance) for chance in written.chances] == [0, 1, 2, 3, 0]
    words = figures.describe_written(written)
    assert "5 characters" in words
    assert "2 had" in words
    assert "1 of under" in words
