"""Every picture of the lesson on vanishing gradients: valid, titled, labelled, in the theme's colours, and its numbers."""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from core.experiments.vanishing_gradients import (
    NAMES,
    Cliff,
    Comparison,
    Curve,
    Landscape,
    Settings,
    Training,
    recorded,
)
from core.figures import palette
from core.figures import vanishing_gradients as figures
from core.figures.vanishing_gradients import amount
from core.figures.vanishing_gradients.numbers import log_axis
from tests.core.figures.test_gpt_sampling import HOSTILE, LITERAL, MARKS, colours, strings

Figure = dict[str, Any]


def made_up(
    *left: float, read: str = "", target: str = "", kinds: tuple[str, ...] = ("rnn_tanh", "lstm", "attention")
) -> Comparison:
    """A comparison in which every model has these norms, the last step first."""
    norms = np.array(left[::-1])
    bound = norms * 3
    curves = tuple(
        Curve(kind, norms, None if kind == "attention" else norms / 2, bound, bound, kept=0.5) for kind in kinds
    )
    before = tuple(replace(curve, norms=curve.norms / 10) for curve in curves) if target else ()
    return Comparison(Settings(), curves, before, read, target)


EXPLODING = made_up(*(10.0**n for n in range(8)))
DEAD = made_up(1.0, 1e-20, 1e-300, 0.0, 0.0)
HOSTILE_TEXT = made_up(*[0.5**n for n in range(len(HOSTILE))], read=HOSTILE, target="x")


def trainings(losses: list[float], norms: list[float], along: list[float]) -> Cliff:
    run = Training(np.array(losses), np.array(norms))
    short = Training(run.losses[:2], run.norms[:2])
    return Cliff("rnn_relu", 1.5, 0.3, 1.0, short, run, 1, np.geomspace(0.01, 10, len(along)), np.array(along))


BROKEN = trainings([1.0, 2.0, 1e-9], [1.0, 1e6, 1e-3], [2.0, 1.0, 1e30, math.inf])


def all_figures() -> Iterator[tuple[str, Callable[[], Figure]]]:
    shipped = recorded.comparison()
    yield "gradient", lambda: figures.gradient_lines(shipped, "rnn_tanh")
    yield "gradient, state", lambda: figures.gradient_lines(shipped, "rnn_tanh", "state")
    yield "gradient, unbounded kind", lambda: figures.gradient_lines(shipped, "lstm")
    yield "gradient, exploding", lambda: figures.gradient_lines(EXPLODING, "lstm")
    yield "gradient, dead", lambda: figures.gradient_lines(DEAD, "lstm")
    yield "gradient, one step", lambda: figures.gradient_lines(made_up(1.0), "lstm")
    yield "gradient, nothing", lambda: figures.gradient_lines(made_up(0.0, 0.0), "lstm")
    yield "gradient, hostile", lambda: figures.gradient_lines(HOSTILE_TEXT, "rnn_tanh")
    yield "spectrum", lambda: figures.jacobian_spectrum(recorded.spectrum())
    yield "walk", lambda: figures.walk(recorded.cliff())
    yield "trainings", lambda: figures.trainings(recorded.cliff())
    yield "walk, broken", lambda: figures.walk(BROKEN)
    yield "trainings, broken", lambda: figures.trainings(BROKEN)
    yield "map", lambda: figures.where_it_can_learn(recorded.landscape(), 0.58, 60)
    yield "map, elsewhere", lambda: figures.where_it_can_learn(recorded.landscape(), 1.5, 200)
    empty = Landscape("rnn_relu", np.array([0.5, 1.0]), np.array([5, 10]), np.array([[1.0, 0.0], [1e9, 1e-300]]))
    yield "map, zeros", lambda: figures.where_it_can_learn(empty, 1.0, 7)


FIGURES = dict(all_figures())
every_figure = pytest.mark.parametrize("name", FIGURES)


@every_figure
def test_plotly_takes_it(name: str) -> None:
    figure = FIGURES[name]()
    assert len(go.Figure(figure).data) == len(figure["data"]) > 0
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure  # plain values only, no array, no inf, no nan


@every_figure
def test_it_says_what_it_shows(name: str) -> None:
    layout = FIGURES[name]()["layout"]
    assert 2 <= len(layout["title"]["text"].split()) <= 8
    assert len(layout["title"]["text"]) <= 37  # fits a phone
    assert len(layout["title"]["subtitle"]["text"]) <= 55
    for axis in [key for key in layout if re.fullmatch(r"[xy]axis\d?", key)]:
        assert len(layout[axis]["title"]["text"]) >= 6, axis


@every_figure
def test_what_can_be_pointed_at_reads_as_words(name: str) -> None:
    for trace in FIGURES[name]()["data"]:
        if trace.get("hoverinfo") == "skip":
            continue
        template = trace["hovertemplate"]
        assert template.endswith("<extra></extra>")
        if template.startswith("%{customdata}"):
            assert all(len(line.split()) >= 4 for row in trace["customdata"] for line in row)
        else:
            assert len(re.sub(r"%\{[^}]*\}|<extra></extra>", "", template).split()) >= 3


@every_figure
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_the_themes(name: str, theme: str) -> None:
    figure = FIGURES[name]()
    used = [colour for colour in colours(figure) if isinstance(colour, str) and colour.startswith("#")]
    assert used
    assert set(used) <= MARKS
    assert [text for text in strings(figure) if LITERAL.search(text) and text not in MARKS] == []
    found = palette.concrete(figure, theme)
    assert not re.search(r"#0000\d\d", json.dumps(found))


def test_a_readers_character_is_text_and_nothing_else() -> None:
    shown = [text for text in strings(FIGURES["gradient, hostile"]()) if "&lt;" in text]
    assert shown
    for text in shown:
        assert not re.search(r"<(?!extra></extra>)", text)


# What each shows


def lines(figure: Figure) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"] if "name" in trace}


def test_a_line_is_what_is_left() -> None:
    shipped = recorded.comparison()
    for wrt in ("input", "state"):
        found = lines(figures.gradient_lines(shipped, "rnn_tanh", wrt))
        for curve in shipped.curves:
            if curve.state_norms is None and wrt == "state":
                assert NAMES[curve.kind] not in found
                continue
            assert found[NAMES[curve.kind]]["y"] == pytest.approx(curve.left(wrt), rel=1e-12)
            assert found[NAMES[curve.kind]]["x"] == list(range(60))
        allowed = shipped.curves[0].allowed(wrt)
        assert allowed is not None
        assert found["most it could be, tanh RNN"]["y"] == pytest.approx(allowed, rel=1e-12)
    assert figures.gradient_lines(shipped, "rnn_tanh")["layout"]["yaxis"]["type"] == "log"


def test_a_zero_is_not_drawn() -> None:
    found = lines(figures.gradient_lines(DEAD, "lstm"))["LSTM"]
    assert found["y"] == [1.0, 1e-20, 1e-300, None, None]
    low, _ = figures.gradient_lines(DEAD, "lstm")["layout"]["yaxis"]["range"]
    assert low == pytest.approx(-300.6)
    assert lines(figures.gradient_lines(made_up(0.0, 0.0), "lstm"))["LSTM"]["y"] == [None, None]


def test_every_line_lies_in_the_picture() -> None:
    for name in ("gradient", "gradient, exploding", "gradient, dead"):
        figure = FIGURES[name]()
        low, high = figure["layout"]["yaxis"]["range"]
        for trace in figure["data"]:
            if trace.get("name") in NAMES.values():
                assert all(low < math.log10(y) < high for y in trace["y"] if y)


def test_models_are_told_apart_without_colour() -> None:
    found = [t for t in figures.gradient_lines(recorded.comparison(), "rnn_tanh")["data"] if "name" in t]
    looks = [(trace["line"]["dash"], trace["line"]["width"]) for trace in found]
    assert len(set(looks)) == len(looks)


def test_lines_before_training_are_thin() -> None:
    found = lines(figures.gradient_lines(made_up(1.0, 0.5, read="ab", target="c"), "lstm"))
    before, after = found["LSTM before training"], found["LSTM"]
    assert before["line"]["width"] < after["line"]["width"]
    assert before["line"]["color"] == after["line"]["color"]
    assert before["showlegend"] is False


def test_the_place_in_the_text_is_said() -> None:
    found = lines(figures.gradient_lines(made_up(1.0, 0.5, 0.1, 0.1, read="a we", target="r"), "lstm"))["LSTM"]
    assert found["customdata"] == [", at “e” of “we”", ", at “w” of “we”", ", at “ ”", ", at “a”"]
    assert lines(figures.gradient_lines(made_up(1.0, 0.5), "lstm"))["LSTM"]["customdata"] == ["", ""]


def test_a_bound_that_leaves_the_picture_is_known() -> None:
    assert not figures.bound_leaves(recorded.comparison(), "rnn_tanh")
    assert not figures.bound_leaves(recorded.comparison(), "lstm")  # it has none
    high = made_up(1.0, 0.1)
    curves = tuple(replace(curve, bound=np.array([1e9, 2.0])) for curve in high.curves)
    assert figures.bound_leaves(replace(high, curves=curves), "lstm")


def test_the_gradient_in_words() -> None:
    words = figures.describe_gradient(recorded.comparison())
    assert "40 steps back" in words
    for curve in recorded.comparison().curves:
        assert f"{amount(float(curve.left()[40]))} in the {NAMES[curve.kind]}" in words
    assert "attention" not in figures.describe_gradient(recorded.comparison(), "state")


def test_the_spectrum_shows_its_quantiles() -> None:
    spectrum = recorded.spectrum()
    found = lines(figures.jacobian_spectrum(spectrum))
    for name, values in {
        "all singular values": spectrum.largest,
        "smallest": spectrum.smallest,
        "their middle half": spectrum.upper,
        "lower quarter": spectrum.lower,
        "median": spectrum.median,
        "what the gradient was multiplied by": spectrum.factor,
        "spectral radius": spectrum.radius,
    }.items():
        assert found[name]["y"] == pytest.approx(values)
    assert found["spectral radius"]["x"] == spectrum.radius_back.tolist()
    assert figures.jacobian_spectrum(spectrum)["layout"]["yaxis"]["range"][1] > spectrum.largest.max()
    assert amount(float(np.median(spectrum.largest))) in figures.describe_spectrum(spectrum)


def test_the_walk_shows_both_landings() -> None:
    cliff = recorded.cliff()
    found = lines(figures.walk(cliff))
    assert found["loss on the way"]["y"] == pytest.approx(cliff.losses)
    assert found["loss before"]["y"] == [cliff.start] * 2
    for name, clipped in (("one update, clipped", True), ("one update, unclipped", False)):
        distance, loss = cliff.landing(clipped=clipped)
        assert (found[name]["x"], found[name]["y"]) == ([distance], [loss])
    assert found["one update, clipped"]["marker"]["symbol"] != found["one update, unclipped"]["marker"]["symbol"]
    assert figures.is_cliff(cliff)
    assert "cliff" in figures.walk(cliff)["layout"]["title"]["text"]
    assert amount(cliff.start) in figures.describe_walk(cliff)


def test_no_cliff_is_called_one() -> None:
    flat = trainings([1.0, 1.0, 1.0], [0.1, 0.1, 0.1], [0.9, 0.8, 0.7])
    assert not figures.is_cliff(flat)
    assert "cliff" not in figures.walk(flat)["layout"]["title"]["text"]


def test_what_is_no_number_is_left_out() -> None:
    found = lines(figures.walk(BROKEN))
    assert found["loss on the way"]["y"] == [2.0, 1.0, 1e30]
    assert found["one update, unclipped"]["y"] == [None]
    assert figures.walk(BROKEN)["layout"]["yaxis"]["type"] == "log"


def test_the_trainings_side_by_side() -> None:
    cliff = recorded.cliff()
    losses, norms, free_losses, free_norms, limit = figures.trainings(cliff)["data"]
    assert losses["y"] == pytest.approx(cliff.clipped.losses)
    assert norms["y"] == pytest.approx(cliff.clipped.norms)
    assert free_losses["y"] == pytest.approx(cliff.free.losses)
    assert free_norms["y"] == pytest.approx(cliff.free.norms)
    assert limit["y"] == [1.0, 1.0]
    assert [trace["yaxis"] for trace in (losses, norms, limit)] == ["y", "y2", "y2"]
    words = figures.describe_trainings(BROKEN)
    assert "after 3 updates" in words
    assert "without it after 2" in words


def test_the_map_shows_powers_of_ten() -> None:
    landscape = recorded.landscape()
    heat, edge, mark = figures.where_it_can_learn(landscape, 0.58, 60)["data"]
    assert np.array(heat["z"]) == pytest.approx(np.log10(landscape.left))
    assert (edge["contours"]["start"], edge["contours"]["end"]) == (-2, 2)
    assert (mark["x"], mark["y"]) == ([7.0], [pytest.approx(0.8)])
    ratio = amount(float(landscape.left[2, 5]))
    assert heat["customdata"][2][5] == f"scale 0.7, 40 steps: the first step has {ratio} of the last one's gradient"
    assert "200 steps at scale 1.5 only" in figures.describe_map(landscape)


# Numbers


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (1.0, "1.0"),
        (0.47, "0.47"),
        (0.0123, "0.012"),
        (0.001, "0.0010"),
        (0.00099, "9.9\u00a0×\u00a010⁻⁴"),
        (3.0e-12, "3.0\u00a0×\u00a010⁻¹²"),
        (1.5e-300, "1.5\u00a0×\u00a010⁻³⁰⁰"),
        (43.2, "43"),
        (9999.0, "9,999"),
        (12345.0, "1.2\u00a0×\u00a010⁴"),
        (math.inf, "no number"),
        (math.nan, "no number"),
    ],
)
def test_amounts(number: float, shown: str) -> None:
    assert amount(number) == shown


@pytest.mark.parametrize(
    ("values", "step"), [([1.0, 10.0], 1), ([1e-5, 1.0], 1), ([1e-20, 1.0], 4), ([0.0, math.inf], 1), ([], 1)]
)
def test_log_axes_have_few_lines(values: list[float], step: int) -> None:
    assert log_axis(values)["dtick"] == step
