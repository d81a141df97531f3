"""The pictures of the lesson on LSTM gates: what is drawn is what was computed."""

import math
from typing import Any

import numpy as np
import pytest

from core.experiments import lstm_gates
from core.experiments.characters import visible
from core.experiments.intervals import wilson
from core.experiments.lstm_gates import tables
from core.experiments.lstm_gates.recorded import SYMBOL
from core.experiments.lstm_gates.results import DEFAULT_HOLD, DEFAULT_LAYER, DEFAULT_TEXT, NETWORKS, Hold, Sum
from core.experiments.recording import find
from core.figures import lstm_gates as figures
from core.figures.lstm_gates.cell import number
from core.figures.lstm_gates.hold import how, span
from tests.core.figures.examples.lstm_gates import gru_cell

FREE, SHUT, FIRST = (
    find(lstm_gates.recalled, NETWORKS["lstm"]["alone"], hold) for hold in (None, DEFAULT_HOLD, SYMBOL)
)
CELL = find(lstm_gates.cell, DEFAULT_LAYER, DEFAULT_TEXT, 1, 0)


def table() -> tables.Recall:
    """Three variants that fail at different distances, one of them not tried to the end."""
    alone = np.full((3, 3, 4), np.nan)
    alone[0, :, :3] = [[1.0, 0.6, 0.1], [1.0, 0.8, 0.1], [1.0, 0.1, 0.2]]
    alone[1] = [[1.0, 1.0, 0.9, 0.2], [1.0, 1.0, 0.7, 0.1], [1.0, 1.0, 0.8, 0.3]]
    alone[2] = 1.0
    kinds, asked = ("rnn_tanh", "lstm", "gru"), np.array([2, 80, 3200])
    together = np.linspace(0.9, 1.0, 27).reshape(3, 3, 3)
    variants, distances = ("rnn_tanh", "gru", "lstm, forget bias 3"), np.array([2, 10, 40, 80])
    return tables.Recall(variants, distances, alone, kinds, (12_100, 11_900, 12_000), asked, together)


def speed() -> tables.Speed:
    one = [[1.0, 2.0], [2.0, 4.0], [2.0, 4.0], [0.5, 8.0]]
    many = [[1.0, 2.0], [1.0, 2.0], [2.0, 4.0], [4.0, 8.0]]
    widths, sizes, lengths = (3, 2, 2, 1), (100, 101, 99, 100), np.array([16, 32])
    return tables.Speed(tables.RACERS, widths, sizes, (1, 16), lengths, np.array([one, many]), "a machine")


def texts(picture: Any) -> list[str]:
    return [note["text"] for note in picture.spec["layout"]["annotations"]]


def test_recall_is_drawn_as_counted() -> None:
    picture = figures.recall(FREE, SHUT, DEFAULT_HOLD)
    band, free, held = picture.spec["data"]
    assert free["x"] == held["x"] == list(range(2, 82))
    assert free["y"] == pytest.approx(100 * FREE.right / 200)
    assert held["y"] == pytest.approx(100 * SHUT.right / 200)
    assert held["customdata"][-1] == f"question at step 81, forget gate shut: {SHUT.right[-1]} of 200 recalled"
    assert free["line"]["dash"] != held["line"]["dash"]
    assert [band["y"][-1], band["y"][0]] == pytest.approx([100 * v for v in wilson(int(SHUT.right[0]), 200)], abs=0.01)
    rect, level = picture.spec["layout"]["shapes"]
    assert (rect["x0"], rect["x1"]) == (39.5, 60.5)
    assert level["y0"] == level["y1"] == 12.5
    assert "forget gate<br>shut" in texts(picture)
    assert f"<b>{SHUT.right[-1] / 2:.1f} %</b>" in texts(picture)
    assert (
        f"from step 40 to 60 {SHUT.right[-1] / 2:.1f} % are recalled at step 81, with nothing held 100.0 %"
        in picture.alt
    )
    assert picture.rows[-1][:3] == (81, 100.0, SHUT.right[-1] / 2)


@pytest.mark.parametrize(
    ("hold", "words", "steps"),
    [
        (SYMBOL, "shut", (1, 1)),
        (Hold("forget", 1.0, 9), "open", (10, 81)),
        (Hold("output", 0.55, 9, 99), "at 0.55", (10, 81)),
    ],
)
def test_how_and_when_a_gate_is_held(hold: Hold, words: str, steps: tuple[int, int]) -> None:
    assert (how(hold), span(hold, 81)) == (words, steps)


def test_the_cell_carries_its_numbers_and_the_held_gate_is_lit() -> None:
    step = SHUT.step
    picture = figures.mechanism(step, "forget", "shut")
    shown = texts(picture)
    assert f"memory {number(step.before)}" in shown
    assert f"memory {number(step.memory)}" in shown
    assert f"new {number(step.candidate)}" in shown
    assert f"shown {number(step.hidden)}" in shown
    assert [number(step.gates[gate]) in shown for gate in step.gates] == [True] * 3
    assert {"<b>forget</b> shut", "input", "output"} <= set(shown)
    taps = [shape for shape in picture.spec["layout"]["shapes"] if shape["type"] == "circle"]
    widths = [tap["line"]["width"] for tap in taps]
    assert widths == [4, 2, 2]
    assert "-0.0" not in "".join(shown)
    gru = Sum("gru", -0.5, {"update": 0.3, "reset": 0.0}, 0.9, 0.48, 0.48)
    assert {"0.30", "0.70", "0.00", "<b>reset</b> shut", "1 − update"} <= set(
        texts(figures.mechanism(gru, "reset", "shut"))
    )


@pytest.mark.parametrize(("value", "shown"), [(-0.0, "0.00"), (-0.004, "0.00"), (-13.61, "−13.6"), (9.96, "10.0")])
def test_numbers_in_a_sketch(value: float, shown: str) -> None:
    assert number(value) == shown


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


def test_a_cell_over_the_text() -> None:
    picture = figures.over_text(CELL, 20)
    heat, content = picture.spec["data"]
    for row, gate in zip(heat["z"], ("forget", "input", "output"), strict=True):
        assert row == pytest.approx(CELL.of(gate), abs=1e-3)
    assert heat["y"] == ["forget", "input", "output"]
    assert content["y"] == pytest.approx(CELL.of("cell"), abs=1e-3)
    assert content["x"] == heat["x"]
    assert heat["x"][4] == f"5 {visible(DEFAULT_TEXT[4])}"
    assert picture.spec["layout"]["shapes"][0]["x0"] == 20
    assert f"it holds {number(float(CELL.of('cell')[20]))} after character 21" in picture.alt
    assert picture.rows[20][0] == 21
    (low, high), above = picture.spec["layout"]["yaxis2"]["domain"], picture.spec["layout"]["yaxis"]["domain"]
    assert low < high < above[0]


def test_the_window_of_the_public_network_counts_from_the_text() -> None:
    picture = figures.over_text(gru_cell(), 4)
    assert picture.spec["layout"]["shapes"][0]["x0"] == 6
    assert picture.spec["data"][1]["customdata"][0].startswith("character -1, “a”")


def test_the_curve_shows_means_and_what_was_not_tried() -> None:
    made = table()
    picture = figures.recall_curve(made, False)
    lines = {trace["name"]: trace for trace in picture.spec["data"]}
    assert lines["RNN"]["x"] == [2, 10, 40]
    assert lines["RNN"]["y"] == pytest.approx([100, 50, 40 / 3])
    assert "100.0 % recalled, 100.0 % to 100.0 % over the seeds" in lines["GRU"]["customdata"][0]
    assert set(lines) == {"RNN", "GRU", "LSTM, bias 3"}
    assert made.fails_at("rnn_tanh") == pytest.approx(10)
    assert f"RNN at 10 steps, GRU at {made.fails_at('gru'):.0f} steps, LSTM, forget bias 3 never" in picture.alt
    together = figures.recall_curve(made, True)
    assert [trace["name"] for trace in together.spec["data"]] == ["RNN", "LSTM", "GRU"]
    for trace, shares in zip(together.spec["data"], made.together, strict=True):
        assert trace["y"] == pytest.approx(100 * shares.mean(0))
    assert "the worst network has 90.0 %" in together.alt


@pytest.mark.parametrize("batch", [1, 16])
def test_speed(batch: int) -> None:
    made = speed()
    picture = figures.speed(made, batch)
    for trace, name in zip(picture.spec["data"], made.names, strict=True):
        assert (trace["x"], trace["name"]) == ([16, 32], tables.NAMES[name])
        assert trace["y"] == pytest.approx(made.of(name, batch))
    assert len({trace["line"]["color"] for trace in picture.spec["data"]}) == 4
    assert f"{batch} text" in picture.title
    assert made.ahead(batch) == ((16,) if batch == 1 else ())
    assert ("transformer block 32 and 4" in picture.alt) is (batch == 1)
    slow, fast = (1000 * made.seconds[(1, 16).index(batch), row, -1] for row in (1, 3))
    assert {f"<b>{slow:,.0f} ms</b>", f"<b>{fast:,.0f} ms</b>"} <= set(texts(figures.chain(made, batch)))
