"""The lesson on LSTM gates as a reader moves through it: real networks, and the numbers of `core` as the oracle."""

import functools
import inspect
import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.experiments import lstm_gates as lesson
from core.experiments.lstm_gates import Hold, Layer, Read, reading, recall, recorded, speed, tables
from core.progress import finish
from pages.kit import cache
from pages.kit.words import percent
from pages.lstm_gates import results
from pages.lstm_gates.equations import equations
from tests.pages import helpers
from tests.pages.helpers import (
    PATIENCE,
    charts,
    check_refused,
    choose,
    click_token,
    markdown_on,
    metrics,
    notices,
    open_drawer,
    outside_code,
    sound,
    token_data,
    token_texts,
    verdict,
    widget,
)

fresh, visit = functools.partial(helpers.fresh, "lstm_gates"), functools.partial(helpers.computed, "lstm_gates")
TEXT = lesson.DEFAULT_TEXT
VIEWS = ("Hold a gate", "Gates", "One cell", "Recall", "Speed")
SHORT = {"length": 12}
RECORDED = "Recorded from the network while the app starts; yours takes over in a moment."


def read(layer: Layer = lesson.DEFAULT_LAYER, text: str = TEXT) -> Read:
    found: Read = finish(reading.read(layer, text))
    return found


def latex(at: AppTest) -> list[str]:
    return [element.value.strip("$\n") for element in at.latex]


# Holding a gate: each control, by hand and through a link, and the numbers of core

MOVES: list[tuple[dict[str, Any], Hold]] = [
    ({}, Hold("forget", 0.0)),
    ({"gate": "input"}, Hold("input", 0.0)),
    ({"gate": "output", "value": 0.5}, Hold("output", 0.5)),
    ({"gate": "candidate", "candidate": -0.5}, Hold("candidate", -0.5)),
    ({"value": 1.0}, Hold("forget", 1.0)),
    ({"which": "longest memory", "share": 40}, Hold("forget", 0.0, "longest", 40)),
    ({"which": "one", "rank": 2}, Hold("forget", 0.0, "one", rank=2)),
    ({"share": 40, "rank": 7}, Hold("forget", 0.0)),  # of no concern while all cells are held
    ({"from": 30, "to": 60}, Hold("forget", 0.0, start=29, stop=60)),
    ({"from": 100}, Hold("forget", 0.0, start=99)),
    ({"from": 50, "to": 20}, Hold("forget", 0.0, start=49, stop=50)),
    ({"text": "A short text (of my own)."}, Hold("forget", 0.0)),
]


@pytest.mark.parametrize(("moves", "hold"), MOVES, ids=lambda value: str(value) if isinstance(value, dict) else "")
def test_hold(moves: dict[str, Any], hold: Hold) -> None:
    text = moves.get("text", TEXT)
    found = read(text=text)
    bits = finish(reading.held(lesson.DEFAULT_LAYER, found, hold))
    network = lesson.NETWORKS["lstm"]["alone"]
    free = recall.free(network, lesson.DISTANCE, lesson.SEED)
    kept = recall.held(network, lesson.DISTANCE, lesson.SEED, hold, free.order, len(text))
    by_link = visit(**SHORT, **moves)
    by_hand = visit(**SHORT)
    for key, value in moves.items():  # one after the other: the candidate's value is there once it is chosen
        by_hand = sound(choose(by_hand, **{key: value}))
    for at in (by_link, by_hand):
        bars, lines = charts(at)
        assert bars["data"][0]["x"] == pytest.approx([100 * free.recalled.share, 100 * kept.share])
        assert lines["data"][2]["y"][1:] == pytest.approx(lesson.running_mean(bits)[1:], abs=2e-3)
        assert lines["data"][1]["y"][1:] == pytest.approx(lesson.running_mean(found.bits)[1:], abs=2e-3)
        assert metrics(at) == {
            "recalled, nothing held": percent(free.recalled.share),
            "recalled with the hold": percent(kept.share),
            "surprise (bits a character)": f"{np.nanmean(found.bits):.2f} → {np.nanmean(bits):.2f}",
        }
        effect = lesson.effect(free.recalled, kept)
        assert ("takes the memory" in verdict(at)) is (effect == "gone")
        assert ("takes part of the memory" in verdict(at)) is (effect == "less")
        assert ("Not here" in verdict(at)) is (effect == "kept")
        written = [element.value.strip() for element in at.text]
        how: dict[str, Any] = {**SHORT, "temperature": lesson.TEMPERATURE, "seed": lesson.SEED}
        assert written == [
            lesson.legible(finish(reading.write_on(lesson.DEFAULT_LAYER, found, one, **how)).text).strip()
            for one in (None, hold)
        ]
        assert notices(at) == []
        for key, value in moves.items():
            assert widget(at, key).value == value


def test_the_first_screen_proves_the_claim() -> None:
    at = visit()
    assert at.title[0].value == "The gates decide what to keep; hold one shut and the memory is gone."
    assert metrics(at)["recalled, nothing held"] == "100.0 %"
    assert float(metrics(at)["recalled with the hold"].split()[0]) < 20
    assert "takes the memory" in verdict(at)
    assert at.caption[-1].value.endswith("; live.")


def test_a_hold_that_changes_nothing_says_so() -> None:
    at = visit(**SHORT, which="one", rank=234, **{"from": 136})
    assert "Not here" in verdict(at)
    assert "next to nothing" in verdict(at)


@pytest.mark.parametrize(
    "moves", [{"seed": 7}, {"temperature": 1.4}, {"length": 5}, {"distance": 120}, {"trained": "2 to 200 steps"}]
)
def test_what_is_asked_and_written_follows_its_controls(moves: dict[str, Any]) -> None:
    trained = moves.get("trained")
    network = lesson.NETWORKS["lstm"]["together" if trained else "alone"]
    distance, seed = moves.get("distance", lesson.DISTANCE), moves.get("seed", lesson.SEED)
    free = recall.free(network, distance, seed)
    kept = recall.held(network, distance, seed, lesson.DEFAULT_HOLD, free.order, len(TEXT))
    renamed = {("trained_lstm" if key == "trained" else key): value for key, value in moves.items()}
    at = visit(**{**SHORT, **renamed})
    assert charts(at)[0]["data"][0]["x"] == pytest.approx([100 * free.recalled.share, 100 * kept.share])
    assert f"after {distance} steps" in charts(at)[0]["layout"]["title"]["text"]
    how: dict[str, Any] = {"length": 12, "temperature": lesson.TEMPERATURE, "seed": lesson.SEED}
    how |= {key: value for key, value in moves.items() if key in how}
    expected = finish(reading.write_on(lesson.DEFAULT_LAYER, read(), None, **how)).text
    assert at.text[0].value.strip() == lesson.legible(expected).strip()


def test_a_network_that_can_do_it_another_way_is_not_said_to_forget() -> None:
    at = visit(**SHORT, model="GRU")
    assert metrics(at)["recalled with the hold"] == "100.0 %"
    assert "Not here" in verdict(at)
    assert "write anew at every step" in verdict(at)


@pytest.mark.real_weights
@pytest.mark.parametrize("number", ["1", "2"])
def test_the_public_network(number: str) -> None:
    layer = Layer("textgenrnn", int(number) - 1)
    link = {"model": "textgenrnn", "layer": number, "text": "I can't believe it", "length": 4}
    found = read(layer, link["text"])
    bits = finish(reading.held(layer, found, lesson.DEFAULT_HOLD))
    at = visit(**link)
    assert metrics(at)["surprise (bits a character)"] == f"{np.nanmean(found.bits):.2f} → {np.nanmean(bits):.2f}"
    sound(choose(at, view="Gates"))
    assert "a window of its own" in " ".join(c.value for c in at.caption)
    gates = finish(reading.gates(layer, found, 0))
    assert charts(at)[0]["data"][0]["z"][0] == pytest.approx(gates.of("forget")[0], abs=2e-3)
    sound(choose(at, view="One cell", place=5, cell=2))
    cell = finish(reading.cell(layer, found, 2, 4))
    assert latex(at) == list(equations(cell, 4))
    assert token_data(at, "characters")["chosen"] == 4
    assert f"layer {number} of 2" in at.caption[-1].value


# All gates, and one cell


@pytest.mark.parametrize("model", ["LSTM", "GRU"])
def test_gates(model: str) -> None:
    layer = Layer(model.lower())
    gates = finish(reading.gates(layer, read(layer), 0))
    at = visit(view="Gates", model=model)
    key = "shown" if model == "LSTM" else "shown_gru"
    options = [option.split()[0].lower() for option in widget(at, key).options]
    assert options == list(gates.names)
    for option, name in zip(widget(at, key).options, gates.names, strict=True):
        sound(choose(at, **{key: option}))
        (figure,) = charts(at)
        assert np.array(figure["data"][0]["z"]) == pytest.approx(gates.of(name), abs=2e-3)
        assert charts(visit(view="Gates", model=model, **{key: option})) == [figure]
    assert metrics(at)["longest half-life"].split()[0] in verdict(at)
    assert f"{len(gates.units)} of {gates.hidden} cells, evenly chosen" in " ".join(c.value for c in at.caption)
    table = sound(open_drawer(at, "all_gates")).table[0].value
    assert list(table["cell"]) == list(gates.units)
    assert list(table["half-life (characters)"]) == pytest.approx(gates.half_lives, abs=0.006)


def test_a_window_of_a_long_text() -> None:
    text = "One thing after another. " * 40
    at = visit(view="Gates", text=text, place=900)
    first, stop = lesson.window(1000, 899)
    assert len(charts(at)[0]["data"][0]["z"][0]) == lesson.WINDOW == stop - first
    assert any(f"Characters {first + 1:,} to {stop:,} of 1,000" in caption.value for caption in at.caption)
    sound(choose(at, place=1))
    assert charts(at)[0]["data"][0]["x"][0].startswith("1 ")


@pytest.mark.parametrize("model", ["LSTM", "GRU"])
@pytest.mark.parametrize(("rank", "at_"), [(1, 20), (3, 1), (200, 136), (320, 60)])
def test_one_cell(model: str, rank: int, at_: int) -> None:
    layer = Layer(model.lower())
    cell = finish(reading.cell(layer, read(layer), rank, 0))
    step = lesson.sum_at(cell, at_ - 1)
    at = visit(view="One cell", model=model, cell=rank, place=at_)
    by_hand = sound(choose(choose(visit(), view="One cell", model=model), cell=rank, place=at_))
    for page in (at, by_hand):
        assert latex(page) == list(equations(cell, at_ - 1))
        shown = {name: float(value.replace("−", "-")) for name, value in metrics(page).items()}
        assert shown["kept"] == pytest.approx(step.kept, abs=6e-4)
        assert shown["kept"] + shown["written"] == pytest.approx(shown["the cell now holds"], abs=2e-3)
        assert token_data(page, "characters")["chosen"] == at_ - 1
        drawn = next(t for t in charts(page)[0]["data"] if t["name"] == ("Cell" if model == "LSTM" else "Hidden state"))
        assert drawn["y"] == pytest.approx(cell.of(lesson.MEMORY[layer.kind]), abs=1e-3)
    if at_ == 1:
        assert "held nothing" in verdict(at)
    else:
        assert ("Not here" in verdict(at)) is (abs(step.written) > abs(step.kept))


NUMBER = r"-?\d+\.\d{3}"


@pytest.mark.parametrize("at_", [1, 20, 77])
def test_the_shown_equations_add_up(at_: int) -> None:
    """Read off the page: with three digits behind the point, sums agree to the rounding of their parts."""
    for model in ("LSTM", "GRU"):
        gates, sums = latex(visit(view="One cell", model=model, cell=2, place=at_))
        numbers = [float(n) for n in re.findall(NUMBER, sums)]
        keep, before, write, candidate = numbers[:4]
        added = re.search(rf"&= ({NUMBER}) ([+-] \d+\.\d{{3}}) = ({NUMBER})", sums)
        assert added
        kept, written, memory = added.groups()
        assert keep * before == pytest.approx(float(kept), abs=2e-3 + abs(before) * 6e-4)
        assert write * candidate == pytest.approx(float(written.replace(" ", "")), abs=2e-3)
        assert float(kept) + float(written.replace(" ", "")) == pytest.approx(float(memory), abs=2e-3)
        joined = gates.replace(r"\\ &=", "=")
        found = re.search(rf"_t &= \\sigma\(({NUMBER}) ([+-] \d+\.\d{{3}})\)\s*= ({NUMBER})", joined)
        assert found
        inside, looped, opened = found.groups()
        total = float(inside) + float(looped.replace(" ", ""))
        assert 1 / (1 + np.exp(-total)) == pytest.approx(float(opened), abs=2e-3)


def test_a_click_chooses_the_character() -> None:
    at = visit(view="One cell")
    assert "".join(token_texts(at, "characters")) == TEXT
    sound(click_token(at, "characters", 41))
    assert widget(at, "place").value == 42
    assert token_data(at, "characters")["chosen"] == 41
    assert at.query_params["place"] in ("42", ["42"])
    cell = finish(reading.cell(lesson.DEFAULT_LAYER, read(), 1, 0))
    assert latex(at)[1] == equations(cell, 41)[1]


# The two tables


def test_recall() -> None:
    table = tables.recall_table()
    at = visit(view="Recall", distance=20)
    curve, start = charts(at)
    live = finish(recall.all_kinds(20, lesson.SEED))
    points = [trace for trace in curve["data"] if trace["mode"] == "markers"]
    assert [point["y"][0] for point in points] == pytest.approx(
        [100 * np.mean([one.share for one in each]) for each in live.values()]
    )
    assert all(point["x"] == [20.0] for point in points)
    lines = {trace["name"]: trace for trace in curve["data"] if trace.get("mode") == "lines+markers"}
    for variant in table.variants:
        mean = table.of(variant).mean(0)
        assert lines[tables.NAMES[variant]]["y"] == pytest.approx(100 * mean[~np.isnan(mean)])
    assert len(metrics(at)) == 4
    for name, value in metrics(at).items():
        end = table.fails_at(next(v for v in table.variants if tables.NAMES[v] == name))
        assert value == (f"past {table.distances[-1]}" if np.isinf(end) else f"{end:.0f} steps")
    assert f"{percent(float(table.together.min()))} up to 3,200 steps" in verdict(at)
    one = next(trace for trace in start["data"] if trace.get("name") == "bias 1 at the start")
    assert one["y"] == pytest.approx(100 * table.on_the_way[0].mean(0))
    assert charts(sound(choose(at, distance=2)))[0] != curve


@pytest.mark.parametrize("batch", ["1", "16"])
def test_speed(batch: str) -> None:
    shipped = recorded.speed()
    at = visit(view="Speed", batch=batch)
    for trace, name in zip(charts(at)[0]["data"], shipped.names, strict=True):
        assert trace["y"] == pytest.approx(shipped.of(name, int(batch)))
    assert any("Recorded on one" in caption.value for caption in at.caption)
    ahead = shipped.ahead(int(batch))
    assert ("Not here" in verdict(at)) is (not ahead)
    values = list(metrics(at).values())
    assert values == [f"{shipped.of(name, int(batch))[-1]:,.0f} a second" for name in ("lstm", "transformer")]


def test_speed_is_measured_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    race = speed.race
    monkeypatch.setattr(speed, "race", lambda: race((3, 6), repeats=1))
    at = visit(view="Speed")
    (button,) = [b for b in at.button if b.label == "Measure it on this machine"]
    sound(button.click().run())
    assert charts(at)[0]["data"][0]["x"] == [3, 6]
    assert any("Measured on one" in caption.value for caption in at.caption)
    measured = cache.shelf().get(("speed", 1))
    assert charts(at)[0]["data"][1]["y"] == pytest.approx(measured.of("lstm", 1))
    sound(choose(at, batch="16"))
    assert charts(at)[0]["data"][1]["y"] == pytest.approx(measured.of("lstm", 16))
    cache.shelf()._results.clear()


# Links that hold what cannot be

NUMBERS = {"value": (0, 1), "share": (1, 100), "rank": (1, 320), "from": (1, 136), "to": (1, 136), "cell": (1, 320)}
NUMBERS |= {"place": (1, 136), "distance": (2, 200), "seed": (0, 999), "length": (1, 400), "temperature": (0, 2)}
CHOICES = ("view", "model", "gate", "which", "shown", "trained_lstm", "batch")
BROKEN = ["inf", "-inf", "nan", "1e309", "-1", "abc", "99999", "", "٣", "<b>", "$x$", "\u202e5", "5;DROP", "1" * 3000]


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: repr(raw)[:12])
def test_links_with_what_cannot_be(raw: str) -> None:
    at = visit(**dict.fromkeys([*NUMBERS, *CHOICES], raw))
    (said,) = notices(at)
    assert not set(said) & set("<>$`*[]\u202e")
    check_refused(at, raw, said, NUMBERS, CHOICES)
    assert "recalled, nothing held" in metrics(at)


# What readers type

CANARY = "zqxj"
ODD = {
    "a blank": " ",
    "one character": "q",
    "a line end": "\n",
    "emoji": f"🦜🏳️‍🌈 {CANARY}",
    "one unknown character": "🦜",
    "right to left": f"שלום {CANARY} \u202e{CANARY}",
    "control characters": f"a\x07b\x1b[31m{CANARY}\x7f\u2028{CANARY}",
    "script": f"<script>alert('{CANARY}')</script><b>",
    "image": f"![{CANARY}](http://192.0.2.1/{CANARY}.png)",
    "maths": f"${CANARY}$ $$\\frac{{{CANARY}}}2$$",
    "icon": f":material/home: :red[{CANARY}]",
    "backticks": f"``` `{CANARY}` ``{CANARY}",
    "blocks": f"\n\n# {CANARY}\n\n- {CANARY}\n\n| {CANARY} |\n|---|\n",
    "percent and braces": f"%{{x}} {{{CANARY}}} %s $TEXT {CANARY}",
}
DRAWERS = {"Hold a gate": ("memory", "surprise"), "Gates": ("all_gates",), "One cell": ("one_cell",)}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts(text: str) -> None:
    at = sound(choose(visit(length=2), text=text))
    unknown = read(text=text).unknown
    for view, drawers in DRAWERS.items():
        sound(choose(at, view=view))
        if view == "One cell":
            sound(choose(at, place=min(3, max(2, len(text)))))
            bands = [row[2] for row in token_data(at, "characters")["tokens"]]
            assert tuple(i for i, band in enumerate(bands) if band == 1) == unknown  # underlined
        for drawer in drawers:
            sound(open_drawer(at, drawer))
        told = [caption.value for caption in at.caption if "does not know" in caption.value]
        assert len(told) == bool(unknown)
        assert not unknown or f"{len(unknown)} character" in told[0]
        for shown in markdown_on(at):
            acting = outside_code(shown)
            assert CANARY not in acting, shown
            assert "<" not in acting.replace("<s>", ""), shown
            assert "http" not in acting, shown
    assert notices(at) == []


def test_nothing_typed() -> None:
    at = sound(choose(visit(), text=""))
    assert [info.value for info in at.info] == ["Type something: with no character at all there is nothing to read."]
    assert charts(at) == []
    assert len(charts(sound(choose(at, text="Again")))) == 2


def test_long_texts_keep_their_end() -> None:
    text = "The beginning. " + "and on it went, " * 190
    at = sound(choose(visit(view="Gates"), text=text))
    assert any("the network reads the last 2,000" in caption.value for caption in at.caption)
    sound(choose(at, place=2000))
    columns = charts(at)[0]["data"][0]["x"]
    assert [column.split()[0] for column in columns] == [str(n) for n in range(1601, 2001)]
    assert "".join(column.split()[1] for column in columns) == text[-400:].replace(" ", "␣")


def test_a_hold_to_the_end_follows_the_text() -> None:
    at = visit(**SHORT)
    for text in ("A good deal shorter than that.", TEXT + " And longer again, by some."):
        sound(choose(at, text=text))
        assert widget(at, "to").value == widget(at, "to").max == len(text)
        assert not charts(at)[1]["layout"].get("shapes")  # held throughout
    sound(choose(at, **{"from": 20, "to": 30}))
    sound(choose(at, text="Twenty-five characters ok"))
    assert (widget(at, "from").value, widget(at, "to").value) == (20, 25)


# Predict, drawers, questions, what one takes along

ANSWERS = {"kept": "all of it", "less": "part of it", "gone": "nothing"}


@pytest.mark.parametrize("given", ANSWERS)
@pytest.mark.parametrize(
    "link", [{}, {"from": 69, "to": 69}, {"gate": "output"}, {"view": "Gates", "value": 1.0}], ids=str
)
def test_predict(link: dict[str, Any], given: str) -> None:
    at = visit(**SHORT, **link)
    question = widget(at, "_predict")
    assert list(question.options) == list(ANSWERS.values())
    whole = "from" in link
    assert ("over the whole text" if whole else "for one character only") in question.label
    start, stop = (0, None) if whole else (68, 69)
    hold = Hold(link.get("gate", "forget"), link.get("value", 0.0), start=start, stop=stop)
    free = recall.free(lesson.NETWORKS["lstm"]["alone"], lesson.DISTANCE, lesson.SEED)
    kept = recall.held(lesson.NETWORKS["lstm"]["alone"], lesson.DISTANCE, lesson.SEED, hold, free.order, len(TEXT))
    right = lesson.effect(free.recalled, kept)
    sound(choose(at, _predict=given))
    (said,) = [m.value for m in at.markdown if m.value.startswith(("**As you said", "**It came out"))]
    assert said.startswith("**As you said") is (given == right)
    assert f"{ANSWERS[right]}." in said
    assert f"It recalls {percent(kept.share)}" in said
    assert (widget(at, "from").value, widget(at, "to").value) == ((1, len(TEXT)) if whole else (69, 69))
    assert charts(at)[0]["data"][0]["x"][1] == pytest.approx(100 * kept.share)  # and the change is on the screen


def test_drawers_are_made_when_opened() -> None:
    at = visit(**SHORT)
    assert [expander.label for expander in at.expander][-4:] == [
        "How it works",
        "Check yourself",
        "Sources",
        "Take it with you",
    ]
    assert not at.code
    assert not at.radio
    sound(open_drawer(at, "How it works"))
    from core.models import clamp
    from core.models.gru import GRU
    from core.models.lstm import LSTM

    functions = (LSTM.step, GRU.step, clamp.holding, lesson.half_lives)
    assert [element.value.strip() for element in at.code] == [inspect.getsource(f).strip() for f in functions]
    assert len(at.latex) == 4
    sound(open_drawer(at, "Sources"))
    links = [m.value for m in at.markdown if m.value.startswith("- ")]
    assert len(links) == 6
    assert all("](https://" in line for line in links)


def test_check_yourself() -> None:
    at = sound(open_drawer(visit(**SHORT), "Check yourself"))
    lives = read().half_lives
    share = float((lives > 5).mean())
    right = [
        "about 7",
        ("fewer than a quarter", "a quarter to a half", "more than half")[(share >= 0.25) + (share > 0.5)],
    ]
    for number, answer in enumerate(right):
        radio = widget(at, f"_check_{number}")
        wrong = next(option for option in radio.options if option != answer)
        sound(radio.set_value(wrong).run())
        assert any(m.value.startswith(":orange[No:]") and f"“{answer}”" in m.value for m in at.markdown)
        sound(widget(at, f"_check_{number}").set_value(answer).run())
    assert sum(m.value.startswith(":green[Yes.]") for m in at.markdown) == 2
    assert any(f"{int((lives > 5).sum())} of {len(lives)}" in m.value for m in at.markdown)


def test_what_one_takes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    offered: dict[str, Any] = {}
    monkeypatch.setattr(st, "download_button", lambda label, make, file, mime, **more: offered.update({file: make}))
    at = sound(open_drawer(visit(**SHORT, value=0.5), "Take it with you"))
    assert at.code[0].value.endswith("value=0.5") or "value=0.5&" in at.code[0].value
    kinds = {"lstm_gates.csv": str, "lstm_gates.html": str, "lstm_gates.py": str}
    weights = ("char_lstm.safetensors", "recall_lstm_at_40_1.safetensors")
    assert set(offered) == {*kinds, *weights}
    assert offered["lstm_gates.csv"]().splitlines()[0] == "character,text,surprise (bits),with the hold (bits)"
    assert len(offered["lstm_gates.csv"]().splitlines()) >= len(TEXT)
    assert "GATE, VALUE = 'forget', 0.5" in offered["lstm_gates.py"]()
    assert all(len(offered[name]()) > 20_000 for name in weights)


# Before anything can be computed, and when the public network can't be had


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The lab is not open until the event is set; nothing is on the shelf."""
    opens, workshop = threading.Event(), cache.workshop()
    assert workshop.wait(PATIENCE)

    class Later:
        def wait(self, timeout: float | None) -> bool:
            return opens.wait(timeout)

        def __getattr__(self, name: str) -> Any:
            return getattr(workshop, name)

    cache.shelf()._results.clear()
    monkeypatch.setattr(cache, "workshop", Later)
    yield opens
    opens.set()


@pytest.mark.parametrize("view", VIEWS)
def test_the_recorded_default(view: str, closed: threading.Event) -> None:
    began = time.monotonic()
    at = sound(fresh(view=view).run())
    assert time.monotonic() - began < 10  # nothing here waits for the lab, which never opens
    assert RECORDED in [caption.value for caption in at.caption]
    assert at.caption[-1].value.endswith("; recorded.")
    said, shown = metrics(at), charts(at)
    question = widget(at, "_predict").label
    closed.set()
    sound(at.run())
    assert RECORDED not in [caption.value for caption in at.caption]
    assert metrics(at) == said
    assert widget(at, "_predict").label == question
    for before, after in zip(shown, charts(at), strict=True):
        assert before["layout"]["title"] == after["layout"]["title"]
        for old, new in zip(before["data"], after["data"], strict=True):
            name = "z" if "z" in old else "x" if old.get("orientation") == "h" else "y"
            assert _filled(old[name]) == pytest.approx(_filled(new[name]), abs=0.02)


def _filled(values: Any) -> Any:
    return np.array([[-1.0 if v is None else v for v in np.atleast_1d(row)] for row in values])


def test_what_is_not_recorded_waits(closed: threading.Event) -> None:
    at = fresh(text="Not recorded", **SHORT)
    visitor = threading.Thread(target=at.run)
    visitor.start()
    visitor.join(0.7)
    assert visitor.is_alive()
    closed.set()
    visitor.join(PATIENCE)
    assert not visitor.is_alive()
    assert RECORDED not in [caption.value for caption in at.caption]
    assert len(charts(at)) == 2


def test_a_network_that_cannot_be_had_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_HOME", str(tmp_path))
    monkeypatch.setenv("UNROLLED_OFFLINE", "1")
    cache.shelf()._results.clear()
    assert cache.workshop().wait(PATIENCE)
    at = fresh(model="textgenrnn").run()
    assert not at.exception
    (error,) = at.error
    assert error.value.startswith("Reading your text failed: textgenrnn (1.7 MB to download): not here")
    assert "python -m core.assets fetch textgenrnn" in error.value
    assert "\n" not in error.value
    assert len(charts(sound(choose(at, model="LSTM")))) == 2


def test_all_of_it_is_json() -> None:
    """What the browser gets holds no nan or infinity, which JSON has no word for."""
    for view in VIEWS:
        for element in visit(view=view, text="🦜 a", **SHORT).get("plotly_chart"):
            json.loads(element.proto.spec, parse_constant=lambda name: pytest.fail(name))


def test_results_are_shared_by_key() -> None:
    """Equal settings are computed once: what has no effect is not part of the key."""
    cache.shelf()._results.clear()
    visit(**SHORT)
    computed = [key for key in cache.shelf()._results if isinstance(key, tuple) and key[0] == "gates"]
    visit(**SHORT, share=70, rank=9)
    again = [key for key in cache.shelf()._results if isinstance(key, tuple) and key[0] == "gates"]
    assert sorted(map(str, again)) == sorted(map(str, computed))
    assert results.Recorded().read.text == TEXT
