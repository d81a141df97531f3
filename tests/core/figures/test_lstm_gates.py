"""The pictures of the lesson on LSTM gates: valid, titled, labelled, in the theme's colours, and true."""

import html
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from core.experiments import lstm_gates as lesson
from core.experiments.characters import visible
from core.experiments.lstm_gates import Cell, Gates, Read, Recalled, recorded, tables
from core.figures import lstm_gates as figures
from core.figures import palette
from tests.core.figures.test_gpt_sampling import LITERAL, MARKS, colours, strings

Figure = dict[str, Any]
HOSTILE = "<b>x</b>&%{y}<i>"
READ, GATES, CELL, HELD = recorded.read(), recorded.gates(), recorded.cell(), recorded.held()
FREE, SHUT = Recalled(40, 200, 200), Recalled(40, 200, 29)
WHOLE = (0, len(READ.text))


def made_up_table() -> tables.Recall:
    """Two variants that fail at different distances, one of them not tried to the end."""
    alone = np.full((3, 3, 4), np.nan)
    alone[0, :, :3] = [[1.0, 0.6, 0.1], [1.0, 0.8, 0.1], [1.0, 0.1, 0.2]]
    alone[1] = [[1.0, 1.0, 0.9, 0.2], [1.0, 1.0, 0.7, 0.1], [1.0, 1.0, 0.8, 0.3]]
    alone[2] = 1.0
    return tables.Recall(
        variants=("rnn_tanh", "gru", "lstm, forget bias 3"),
        distances=np.array([2, 10, 40, 80]),
        alone=alone,
        took=np.where(np.isnan(alone), np.nan, 300.0),
        kinds=("rnn_tanh", "lstm", "gru"),
        parameters=(12_100, 11_900, 12_000),
        hidden=(90, 45, 53),
        asked=np.array([2, 80, 3200]),
        together=np.linspace(0.9, 1.0, 27).reshape(3, 3, 3),
        steps=np.array([0, 50, 100, 150]),
        on_the_way=np.array([[[0.1, 0.6, 1.0, 1.0]] * 3, [[0.12, 0.3, 0.7, 1.0]] * 3]),
    )


def made_up_speed() -> tables.Speed:
    seconds = np.array(
        [[[1.0, 2.0], [2.0, 4.0], [2.0, 4.0], [0.5, 8.0]], [[1.0, 2.0], [1.0, 2.0], [2.0, 4.0], [4.0, 8.0]]]
    )
    lengths = np.array([16, 32])
    return tables.Speed(tables.RACERS, (3, 2, 2, 1), (100, 101, 99, 100), (1, 16), lengths, seconds, "a machine")


TABLE, SPEED = made_up_table(), made_up_speed()


def hostile() -> tuple[Read, Gates, Cell]:
    """A reading of markup."""
    count, rng = len(HOSTILE), np.random.default_rng(0)
    values = rng.uniform(0, 1, (6, 5, count)).astype(np.float16)
    lives = np.array([math.inf, 30.0, 2.0, 1.0, 0.0])
    bits = np.concatenate([[math.nan], rng.uniform(0, 9, count - 1)])
    read = Read(HOSTILE, (), bits, lives, np.arange(5))
    gates = Gates("lstm", GATES.names, HOSTILE, 0, np.arange(5), np.arange(1, 6), lives, 5, values)
    wide = values[:, 0].astype(np.float32)
    return read, gates, replace(CELL, text=tuple(HOSTILE), values=wide, from_input=wide[:4], from_state=wide[:4])


def gru_cell() -> Cell:
    rng = np.random.default_rng(1)
    values = rng.uniform(0, 1, (4, 9)).astype(np.float32)
    names = lesson.QUANTITIES["gru"]
    return Cell("gru", 3, 1, 8, 2.5, tuple("abc def g"), -2, names, values, values[:3], values[:3])


def all_figures() -> Iterator[tuple[str, Callable[[], Figure]]]:
    read, gates, cell = hostile()
    for name in GATES.names:
        yield f"map, {name}", lambda name=name: figures.gate_map(GATES, name)
    yield "map, hostile", lambda: figures.gate_map(gates, "forget", 3)
    for at in (0, 20, len(READ.text) - 1):
        yield f"cell, {at}", lambda at=at: figures.cell_story(CELL, at)
    yield "cell, gru", lambda: figures.cell_story(gru_cell(), 4)
    yield "cell, hostile", lambda: figures.cell_story(cell, 2)
    yield "surprise", lambda: figures.surprise(READ, HELD, *WHOLE)
    yield "surprise, a part", lambda: figures.surprise(READ, HELD, 10, 12)
    yield "surprise, hostile", lambda: figures.surprise(read, read.bits + 1, 0, 3)
    unknown = replace(read, text="🦜", bits=np.array([math.nan]))
    yield "surprise, nothing known", lambda: figures.surprise(unknown, unknown.bits, 0, 1)
    yield "bars", lambda: figures.recall_bars(FREE, SHUT)
    yield "curve", lambda: figures.recall_curve(TABLE)
    yield "curve, asked", lambda: figures.recall_curve(TABLE, {"lstm": (FREE, SHUT), "gru": (SHUT,)})
    yield "start", lambda: figures.bias_curve(TABLE)
    for batch in SPEED.batches:
        yield f"speed, {batch}", lambda batch=batch: figures.speed(SPEED, batch)


FIGURES = dict(all_figures())
every_figure = pytest.mark.parametrize("name", FIGURES)


@every_figure
def test_plotly_takes_it(name: str) -> None:
    figure = FIGURES[name]()
    assert len(go.Figure(figure).data) == len(figure["data"]) > 0
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure


@every_figure
def test_it_says_what_it_shows(name: str) -> None:
    title = FIGURES[name]()["layout"]["title"]["text"]
    assert len(title.split()) >= 3
    assert title[0].isupper()
    assert len(title) <= 64


@every_figure
def test_axes_are_labelled(name: str) -> None:
    layout = FIGURES[name]()["layout"]
    titles = [settings["title"]["text"] for axis, settings in layout.items() if re.fullmatch(r"[xy]axis\d*", axis)]
    bare = ("character", "cell", "gates", "−1 to 1", "", "steps of training", "characters a second")
    assert len(titles) >= 2
    assert all(t in bare or t.endswith(("(%)", "(bits)", "(characters)")) or t.startswith("steps from") for t in titles)


@every_figure
def test_what_can_be_pointed_at_reads_as_words(name: str) -> None:
    for trace in FIGURES[name]()["data"]:
        if trace.get("hoverinfo") == "skip":
            continue
        assert trace["hovertemplate"].endswith("<extra></extra>")
        if trace["hovertemplate"].startswith("%{customdata}"):
            assert len(trace["customdata"]) == len(trace["x"]) == len(trace["y"])
            assert all(len(words.split()) >= 4 for words in trace["customdata"])
        else:
            assert len(re.sub(r"%\{[^}]*\}|<extra></extra>", "", trace["hovertemplate"]).split()) >= 3


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
    told = list(strings(FIGURES[name]()))
    assert any("&lt;" in text for text in told)
    for text in told:
        assert "<" not in text.replace("<extra></extra>", "")


# What each shows


@pytest.mark.parametrize("name", GATES.names)
def test_the_map_shows_the_gates_longest_memory_on_top(name: str) -> None:
    figure = figures.gate_map(GATES, name, at=7)
    (heat,) = figure["data"]
    assert heat["z"] == pytest.approx(np.round(GATES.of(name), 3), abs=1e-6)
    assert list(GATES.half_lives) == sorted(GATES.half_lives, reverse=True)
    assert heat["y"][0].startswith(f"cell {GATES.units[0]}, number 1 by memory (half-life ")
    assert heat["y"][-1].startswith(f"cell {GATES.units[-1]}, number {GATES.hidden} by memory")
    assert heat["x"][4] == f"5 {visible(READ.text[4])}"
    signed = name in ("candidate", "cell", "hidden")
    assert heat["zmin"] == (-heat["zmax"] if signed else 0)
    assert heat["zmax"] == 1 or (name == "cell" and np.mean(np.abs(GATES.of(name)) <= heat["zmax"]) > 0.99)
    assert figure["layout"]["shapes"][0]["x0"] == 7
    assert f"{len(GATES.units)} of the {GATES.hidden}" in figure["layout"]["title"]["text"]
    words = figures.describe_map(GATES, name)
    assert f"{GATES.of(name).mean():.2f}" in words
    assert figures.characters(GATES.half_lives[0]) in words


@pytest.mark.parametrize(
    ("life", "words"),
    [
        (math.inf, "no end"),
        (41.4, "41 characters"),
        (9.96, "10 characters"),
        (9.94, "9.9 characters"),
        (0.0, "0.0 characters"),
    ],
)
def test_half_lives_in_words(life: float, words: str) -> None:
    assert figures.characters(life) == words


def test_the_cell_shows_everything_that_it_does() -> None:
    figure = figures.cell_story(CELL, 20)
    drawn = {trace["name"]: trace for trace in figure["data"]}
    assert set(drawn) == {figures.NAMES[name] for name in CELL.names}
    for name in CELL.names:
        assert drawn[figures.NAMES[name]]["y"] == pytest.approx(CELL.of(name), abs=1e-4)
        axis = figure["layout"][drawn[figures.NAMES[name]]["yaxis"].replace("y", "yaxis")]
        if "range" in axis:
            assert axis["range"][0] <= CELL.of(name).min()
            assert CELL.of(name).max() <= axis["range"][1]
    assert figure["layout"]["shapes"][0]["x0"] == 20
    letter = visible(READ.text[20])
    said = drawn["Cell"]["customdata"][20]
    assert said == f"character 21, “{letter}”: content of cell {CELL.unit} {CELL.of('cell')[20]:.3f}"
    assert f"{CELL.of('cell')[20]:.2f}" in figures.describe_story(CELL, 20)
    domains = [settings["domain"] for axis, settings in figure["layout"].items() if axis.startswith("yaxis")]
    assert len(domains) == 3
    assert all(above[0] > below[1] for above, below in pairwise(domains))


def test_the_window_of_the_public_network_counts_from_the_text() -> None:
    figure = figures.cell_story(gru_cell(), 4)
    assert figure["layout"]["shapes"][0]["x0"] == 6
    assert figure["data"][0]["customdata"][0].startswith("character -1, “a”")


def test_the_surprise_shows_both_readings() -> None:
    between, free, held = figures.surprise(READ, HELD, 10, 12)["data"]
    for trace, bits in ((free, READ.bits), (held, HELD)):
        expected = lesson.running_mean(bits)
        assert trace["y"][0] is None
        assert trace["y"][1:] == pytest.approx(expected[1:], abs=1e-3)
    assert free["line"]["dash"] != held["line"]["dash"]
    half = len(between["y"]) // 2
    assert between["y"][:half] == held["y"][1:]
    assert between["y"][half:] == free["y"][:0:-1]
    assert held["customdata"][5].endswith(f"{READ.bits[5]:.1f} bits, with the hold {HELD[5]:.1f}")
    (span,) = figures.surprise(READ, HELD, 10, 12)["layout"]["shapes"]
    assert (span["x0"], span["x1"]) == (9.5, 11.5)
    assert figures.surprise(READ, HELD, *WHOLE)["layout"]["shapes"] == []
    words = figures.describe_surprise(READ, HELD)
    assert f"{np.nanmean(READ.bits):.2f}" in words
    assert f"{np.nanmean(HELD):.2f}" in words


def test_the_bars_show_shares_intervals_and_chance() -> None:
    figure = figures.recall_bars(FREE, SHUT)
    (bars,) = figure["data"]
    assert bars["x"] == [100.0, pytest.approx(14.5)]
    low, high = SHUT.interval
    assert bars["error_x"]["array"][1] == pytest.approx(100 * high - 14.5)
    assert bars["error_x"]["arrayminus"][1] == pytest.approx(14.5 - 100 * low)
    assert figure["layout"]["shapes"][0]["x0"] == 12.5
    assert [value["text"] for value in figure["layout"]["annotations"]] == ["100.0 %", "14.5 %"]
    words = figures.describe_bars(FREE, SHUT)
    assert "100.0 % right with nothing held, 14.5 % with the hold" in words


def test_the_curve_shows_means_ranges_and_what_was_not_tried() -> None:
    live = {"lstm": (FREE, SHUT), "gru": (SHUT,)}
    traces = figures.recall_curve(TABLE, live)["data"]
    lines = {trace["name"]: trace for trace in traces if trace.get("name")}
    assert lines["RNN"]["x"] == [2.0, 10.0, 40.0]
    assert lines["RNN"]["y"] == pytest.approx([100, 50, 40 / 3])
    assert lines["GRU"]["x"] == [40.0]  # what was asked now stands over the line of the same name
    bands = [trace for trace in traces if trace.get("fill")]
    assert bands[0]["y"] == pytest.approx([100, 80, 20, 10, 10, 100])
    worst = lines["the worst that was trained on all"]
    assert worst["y"] == pytest.approx(100 * TABLE.together.min((0, 1)))
    assert lines["LSTM"]["y"] == [pytest.approx(50 * (1 + 0.145))]
    assert lines["guessing"]["y"] == [12.5, 12.5]
    assert TABLE.fails_at("rnn_tanh") == pytest.approx(10)
    words = figures.describe_curve(TABLE)
    assert "RNN at 10 steps" in words
    assert "LSTM, forget bias 3 never" in words
    assert f"GRU at {TABLE.fails_at('gru'):.0f} steps" in words


def test_the_start_of_training() -> None:
    figure = figures.bias_curve(TABLE)
    one, nought = (trace for trace in figure["data"] if str(trace.get("name", "")).startswith("bias"))
    assert one["y"] == pytest.approx([10, 60, 100, 100])
    assert nought["y"] == pytest.approx([12, 30, 70, 100])
    assert figure["layout"]["xaxis"]["range"] == [0, 150]
    assert "60.0 % with a forget bias that started at 1 and 30.0 %" in figures.describe_bias(TABLE)


@pytest.mark.parametrize("batch", SPEED.batches)
def test_speed(batch: int) -> None:
    figure = figures.speed(SPEED, batch)
    for trace, name in zip(figure["data"], SPEED.names, strict=True):
        assert trace["x"] == [16, 32]
        assert trace["y"] == pytest.approx(SPEED.of(name, batch))
        assert trace["name"] == tables.NAMES[name]
    assert len({trace["line"]["color"] for trace in figure["data"]}) == 4
    assert f"{batch} text" in figure["layout"]["title"]["subtitle"]["text"]
    assert SPEED.ahead(batch) == ((16,) if batch == 1 else ())
    assert "transformer block 32 and 4" in figures.describe_speed(SPEED, 1)


def test_hover_texts_are_unescaped_once() -> None:
    read, _, _ = hostile()
    _, free, _ = figures.surprise(read, read.bits, 0, 3)["data"]
    assert html.unescape(free["customdata"][1]).startswith("character 2, “b”")
