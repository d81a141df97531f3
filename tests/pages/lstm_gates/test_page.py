"""The lesson on LSTM gates as a reader moves through it: real networks, and the numbers of `core` as the oracle."""

import functools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import lstm_gates as lesson
from core.experiments.lstm_gates import speed
from core.experiments.lstm_gates.recorded import REPEATS
from core.experiments.lstm_gates.results import DEFAULT_TEXT, NETWORKS, Hold, Layer, effect, mean_bits
from core.experiments.lstm_gates.tables import NAMES
from core.experiments.recording import find, run
from core.figures.lstm_gates.cell import number
from pages.kit import cache
from pages.kit.course import find as entry
from pages.kit.words import percent
from tests.pages import helpers
from tests.pages.helpers import (
    charts,
    choose,
    click_token,
    metrics,
    open_drawer,
    sound,
    token_data,
    token_texts,
    widget,
)

fresh = functools.partial(helpers.fresh, "lstm_gates")
LSTM, ALONE = Layer("lstm"), NETWORKS["lstm"]["alone"]
BROKEN = {"value": "1e309", "from": "-1", "to": "1_0", "cell": "1e-310", "place": "٣", "batch": "17", "gate": "update"}


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def verdict(at: AppTest) -> str:
    return str(at.header[0].value).replace("\u00a0%", " %")


def words(at: AppTest) -> str:
    return " ".join([m.value for m in at.markdown] + [c.value for c in at.caption]).replace("\u00a0%", " %")


# Holding a gate: each control, by hand and through a link, and the numbers of core


MOVES: list[tuple[dict[str, Any], Hold]] = [
    ({}, Hold("forget", 0.0, 39, 60)),
    ({"gate": "output", "value": 0.5}, Hold("output", 0.5, 39, 60)),
    ({"from": 1, "to": 1, "gate": "input"}, Hold("input", 0.0, 0, 1)),
    ({"to": 81, "trained": "all distances"}, Hold("forget", 0.0, 39, None)),
    ({"model": "GRU", "gate_gru": "reset"}, Hold("reset", 0.0, 39, 60)),
    ({"text": "A short text (of my own)."}, Hold("forget", 0.0, 39, 60)),
]


@pytest.mark.parametrize(("moves", "hold"), MOVES, ids=lambda value: str(value) if isinstance(value, dict) else "")
def test_hold(moves: dict[str, Any], hold: Hold) -> None:
    layer, text = Layer(moves.get("model", "LSTM").lower()), moves.get("text", DEFAULT_TEXT)
    network = NETWORKS[layer.kind]["together" if {"trained", "model"} & set(moves) else "alone"]
    free, held = run(lesson.recalled, network, None), run(lesson.recalled, network, hold)
    before, after = mean_bits(run(lesson.read, layer, text).bits), mean_bits(run(lesson.held, layer, text, hold))
    by_hand = visit()
    for key, value in moves.items():  # one after the other: a GRU's gates are there once it is chosen
        by_hand = sound(choose(by_hand, **{key: value}))
    for at in (visit(**moves), by_hand)[: 1 + bool(moves)]:
        sketch, picture = charts(at)[:2]
        assert picture["data"][1]["y"] == pytest.approx(100 * free.shares)
        assert picture["data"][2]["y"] == pytest.approx(100 * held.shares)
        assert metrics(at) == {
            "recalled at the end, nothing held": percent(free.end.share),
            "recalled at the end, with the hold": percent(held.end.share),
            "surprise of your text, bits per character": f"{before:.2f} → {after:.2f}",
        }
        assert percent(held.end.share) in verdict(at)
        assert hold.gate in verdict(at)
        found = effect(free.end, held.end)
        assert ("memory is gone" in verdict(at)) is (found in ("gone", "less"))
        assert ("part of the memory" in verdict(at)) is (found == "less")
        shown = [note["text"] for note in sketch["layout"]["annotations"]]
        assert number(held.step.memory) in " ".join(shown)
        assert any(text.startswith(f"<b>{hold.gate}</b>") for text in shown)


def test_the_first_screen_proves_the_claim_and_the_gates_differ() -> None:
    at = visit()
    assert at.title[0].value == "The gates decide what to keep; hold one shut and the memory is gone."
    free, held = metrics(at)["recalled at the end, nothing held"], metrics(at)["recalled at the end, with the hold"]
    assert f"forget gate shut from step 40 to 60, {held} of the symbols are recalled at the end" in verdict(at)
    assert verdict(at).endswith("The memory is gone.")
    assert (free, float(held.split()[0]) < 20) == ("100.0 %", True)
    assert f"recalls {held} of the symbols, with nothing held {free}" in entry("lstm_gates").finding
    assert "nothing had to be added then" in verdict(sound(choose(at, gate="input")))
    assert "hidden, not lost" in verdict(sound(choose(at, gate="output")))
    assert verdict(visit(value=1.0)).endswith("still recalled at the end, as with nothing held.")
    assert verdict(visit(**{"from": 1, "to": 1})).endswith(
        "still recalled at the end, as with nothing held."
    )  # empty yet


def test_a_hold_that_is_backwards_is_turned_round_and_said() -> None:
    at = visit(**{"from": 60, "to": 40})
    assert "from step 60 to 40, which is backwards: read as 40 to 60" in words(at)
    assert verdict(at) == verdict(visit())


def test_a_network_that_can_do_it_another_way_is_not_said_to_forget() -> None:
    at = visit(model="GRU")
    assert metrics(at)["recalled at the end, with the hold"] == "100.0 %"
    assert "the hidden state wrote anew" in verdict(at)
    assert "trained with the question after 2 to 200 steps" in words(at)


@pytest.mark.real_weights
@pytest.mark.parametrize(("model", "layer"), [("textgenrnn", 0), ("textgenrnn 2", 1)])
def test_the_public_network(model: str, layer: int) -> None:
    of, text = Layer("textgenrnn", layer), "I can't believe it"
    at = visit(model=model, text=text, **{"from": 3, "to": 9})
    held = mean_bits(run(lesson.held, of, text, Hold("forget", 0.0, 2, 9)))
    assert metrics(at)["surprise of your text, bits per character"].endswith(f"→ {held:.2f}")
    sound(choose(choose(at, view="Gates"), place=5, cell=2))
    assert "a window of its own" in words(at)
    cell = run(lesson.cell, of, text, 2, 4)
    assert charts(at)[1]["data"][1]["y"] == pytest.approx(cell.of("cell"), abs=1e-3)
    assert token_data(at, "characters")["chosen"] == 4


# One cell


@pytest.mark.parametrize(("model", "rank", "place"), [("LSTM", 1, 20), ("LSTM", 3, 1), ("GRU", 320, 60)])
def test_one_cell(model: str, rank: int, place: int) -> None:
    layer = Layer(model.lower())
    read, cell = run(lesson.read, layer, DEFAULT_TEXT), run(lesson.cell, layer, DEFAULT_TEXT, rank, 0)
    step = cell.step(place - 1)
    at = visit(view="Gates", model=model, cell=rank, place=place)
    sketch, picture = charts(at)
    gates, memory = (("forget", "input", "output"), "cell") if model == "LSTM" else (("update", "reset"), "hidden")
    for row, gate in zip(picture["data"][0]["z"], gates, strict=True):
        assert row == pytest.approx(cell.of(gate), abs=1e-3)
    assert picture["data"][1]["y"] == pytest.approx(cell.of(memory), abs=1e-3)
    assert f"memory {number(step.memory)}" in [note["text"] for note in sketch["layout"]["annotations"]]
    said = re.search(r"keeps (\S+) × (\S+) and adds (\S+) × (\S+), which makes (\S+)\. ", words(at))
    assert said
    keep, before, write, candidate, made = (float(n.replace("−", "-")) for n in said.groups())
    assert keep * before + write * candidate == pytest.approx(made, abs=2e-3 + abs(before) * 1e-3)
    far = int((read.half_lives > 5).sum())
    assert f"{far} of {cell.hidden} cells" in verdict(at)
    assert ("shown is the last one" in words(at)) is (rank > cell.hidden)
    assert token_data(at, "characters")["chosen"] == place - 1


def test_a_click_chooses_the_character() -> None:
    at = visit(view="Gates")
    assert "".join(token_texts(at, "characters")) == DEFAULT_TEXT
    sound(click_token(at, "characters", 41))
    assert widget(at, "place").value == 42
    assert token_data(at, "characters")["chosen"] == 41


def test_a_window_of_a_long_text() -> None:
    at = visit(view="Gates", text="One thing after another. " * 100, place=900)
    assert "the network reads the last 2,000" in words(at)
    names = charts(at)[1]["data"][0]["x"]
    assert [name.split()[0] for name in (names[0], names[-1])] == ["700", "1099"]
    assert len(token_texts(at, "characters")) == 400


@pytest.mark.parametrize("text", ["q", "🦜", "🦜 a\x07\u2028b"])
def test_odd_texts(text: str) -> None:
    unknown = run(lesson.read, LSTM, text.replace("\x07", "")).unknown
    for view in ("Hold a gate", "Gates"):
        at = visit(view=view, text=text)
        assert ("does not know" in words(at)) is bool(unknown)
        assert "nan" not in words(at) + "".join(metrics(at).values())
    assert tuple(i for i, row in enumerate(token_data(at, "characters")["tokens"]) if row[2] == 1) == unknown


def test_nothing_typed() -> None:
    at = visit(text="")
    assert len(metrics(at)) == 2  # the recall task needs no text
    sound(choose(at, view="Gates"))
    assert "with no character at all there is nothing to read" in at.info[0].value


def test_what_cannot_be_in_a_link_is_named() -> None:
    said = " ".join(f"{words(visit(view=view, **BROKEN))}" for view in ("Hold a gate", "Gates", "Speed"))
    for key in BROKEN:
        assert f"The link's {key} cannot be" in said


# The two tables


def test_recall() -> None:
    table, at = find(lesson.recall_table), visit(view="Recall")
    assert f"the RNN falls under a half at {table.fails_at('rnn_tanh'):.0f} steps" in verdict(at)
    assert len(set(metrics(at).values())) == 3
    sound(choose(at, trained="all distances"))
    for trace, shares in zip(charts(at)[1]["data"], table.together, strict=True):
        assert trace["y"] == pytest.approx(100 * shares.mean(0))
    assert "each recalls 100.0 % up to 3,200 steps: none forgets, not even the RNN" in verdict(at)
    latch = run(lesson.latched, ("rnn_tanh", 0))
    assert f"{latch.same:.2f} apart for the same symbol, {latch.other:.1f} for others" in words(at)
    assert set(metrics(at).values()) == {"100.0 %"}
    assert [name.split(",")[0] for name in metrics(at)] == [NAMES[kind] for kind in table.kinds]


@pytest.mark.parametrize("batch", ["1", "16"])
def test_speed(batch: str) -> None:
    shipped, at = find(lesson.race, REPEATS), visit(view="Speed", batch=batch)
    for trace, name in zip(charts(at)[1]["data"], shipped.names, strict=True):
        assert trace["y"] == pytest.approx(shipped.of(name, int(batch)))
    ahead, rate = shipped.ahead(int(batch)), shipped.of("transformer", int(batch)) / shipped.of("lstm", int(batch))
    assert (f"{rate.min():.1f} to {rate.max():.1f} times" in verdict(at)) is (len(ahead) == len(shipped.lengths))
    assert shipped.where in words(at)


def test_speed_is_measured_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    race = speed.race
    monkeypatch.setattr(speed, "race", lambda repeats, lengths: race(1, (3, 6)))
    at = visit(view="Speed")
    sound(widget(at, "_race").click().run())
    assert charts(at)[1]["data"][0]["x"] == [3, 6]
    assert "Measured just now on one" in words(at)
    drawn = charts(at)[1]["data"][1]["y"]
    sound(choose(at, batch="16"))
    assert charts(at)[1]["data"][0]["x"] == [3, 6]
    assert charts(at)[1]["data"][1]["y"] != drawn
    sound(choose(at, batch="1"))
    assert charts(at)[1]["data"][1]["y"] == drawn  # not measured anew
    cache.results().clear()


# Bets, and what one takes along


@pytest.mark.parametrize(
    ("link", "key", "value"),
    [
        ({}, "gate", "output"),
        ({"gate": "output"}, "gate", "forget"),
        ({"model": "GRU"}, "gate_gru", "reset"),
        ({"view": "Gates"}, "cell", 100),
        ({"view": "Recall"}, "trained", "all distances"),
        ({"view": "Speed"}, "batch", "16"),
    ],
    ids=str,
)
def test_bets(link: dict[str, Any], key: str, value: Any) -> None:
    at = visit(**link)
    before, answer = verdict(at), widget(at, "_answer").options[0]
    sound(choose(at, _answer=answer))
    assert widget(at, key).value == value
    free, other = run(lesson.recalled, ALONE, None), run(lesson.recalled, ALONE, Hold("output", 0.0, 39, 60))
    if not link:  # “all of it”
        assert ("You were right." in words(at)) is (effect(free.end, other.end) == "kept")
    sound(widget(at, "_undo").click().run())
    assert verdict(at) == before


def test_what_one_takes_along(taken: dict[str, Callable[[], Any]]) -> None:
    for view in ("Recall", "Speed", "Gates", "Hold a gate"):
        sound(open_drawer(visit(view=view, value=0.5), "Take it with you"))
        assert {"char_lstm.safetensors", "recall_lstm_at_40_1.safetensors", "lstm_gates.py"} <= set(taken)
        assert taken["lstm_gates.csv"]().count("\n") > 20
    assert "GATE, VALUE = 'forget', 0.5" in taken["lstm_gates.py"]()
    assert np.all([len(taken[name]()) > 20_000 for name in taken if name.endswith("safetensors")])


def test_a_network_that_cannot_be_had_is_one_line(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_HOME", str(tmp_path))
    monkeypatch.setenv("UNROLLED_OFFLINE", "1")
    at = fresh(model="textgenrnn", text="never read before").run()
    assert not at.exception
    (error,) = at.error
    assert error.value.startswith("Reading your text failed: textgenrnn (1.7 MB to download): not here")
    assert "\n" not in error.value
    assert len(charts(sound(choose(at, model="LSTM")))) == 2
