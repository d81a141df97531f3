"""The lesson on recurrent networks as a reader moves through it: real models, and the numbers of `core` as the oracle."""

import functools
import inspect
import json
import math
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.experiments import rnn as lesson
from core.experiments.character_writing import write
from core.experiments.rnn import features, reading, recorded
from core.experiments.rnn import measure as measured
from core.experiments.rnn.features import NAMES
from core.progress import finish
from pages.kit.words import signed
from tests.pages import helpers
from tests.pages.helpers import (
    PAGES,
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
    token_keys,
    token_texts,
    verdict,
    widget,
)

fresh, visit = functools.partial(helpers.fresh, "rnn"), functools.partial(helpers.computed, "rnn")
VIEWS = ("State", "Step by step", "Memory", "Write")
TEXT, OTHER = lesson.DEFAULT_TEXT, lesson.DEFAULT_OTHER
PLACE = lesson.DEFAULT_PLACE
SHORT = {"length": 12}


def read(model: str = "rnn_tanh", text: str = TEXT) -> lesson.Read:
    found: lesson.Read = finish(reading.read(model, text))
    return found


def strip(at: AppTest) -> list[list[Any]]:
    rows: list[list[Any]] = token_data(at, "strip")["tokens"]
    return rows


def weights(at: AppTest) -> list[float | None]:
    return [row[3] if len(row) > 3 else None for row in strip(at)]


# The state


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"track": "line"},
        {"track": "quote", "rank": 4},
        {"model": "LSTM", "track": "vowel"},
        {"model": "GRU", "track": "line", "place": 120},
        {"model": "RNN ReLU", "rank": 2},
        {"text": "One (two) three. " * 3, "place": 20},
        {"span": 20, "place": 1},
        {"span": 400, "track": "end"},
    ],
    ids=str,
)
def test_state(moves: dict[str, Any]) -> None:
    kind = next(name for name, words in lesson.KINDS.items() if words == moves.get("model", "RNN tanh"))
    text, place, rank = moves.get("text", TEXT), moves.get("place", PLACE), moves.get("rank", 1)
    one, tracking = read(kind, text), recorded.tracking(kind)
    number = NAMES.index(moves.get("track", "word"))
    unit = tracking.ranked(number)[rank - 1]
    values = one.states[:, unit] / tracking.reach[unit]
    by_link = visit(**moves)
    by_hand = sound(choose(choose(visit(), **{k: v for k, v in moves.items() if k != "place"}), place=place))
    for at in (by_link, by_hand):
        assert "".join(token_texts(at, "strip")) == text
        assert weights(at) == pytest.approx(np.clip(values, -1, 1), abs=2e-3)
        assert token_data(at, "strip")["chosen"] == place - 1
        figure, line = charts(at)
        part = np.clip(values, -1, 1)[lesson.window(len(text), place - 1, moves.get("span", 80))]
        assert figure["data"][0]["z"][5 * number + rank - 1] == pytest.approx(part, abs=2e-3)
        assert line["data"][2]["y"] == pytest.approx(part, abs=2e-3)
        r = signed(tracking.reported(unit, number), 2)
        truth = features.FEATURES[number].values(text)
        own = np.corrcoef(np.clip(values, -1, 1), truth)[0, 1] if truth.std() else math.nan
        assert metrics(at) == {
            "r on held-out text": r,
            "r on your text": "none" if math.isnan(own) else signed(own, 2),
            "numbers in the state": f"{one.states.shape[1]}",
        }
        assert ("Not here" in verdict(at)) == (features.strength(tracking.reported(unit, number)) == "not here")
        assert notices(at) == []
        for key, value in moves.items():
            assert widget(at, key).value == value


def test_a_click_on_a_character_moves_the_place() -> None:
    for view in VIEWS[:3]:
        at = visit(view=view)
        sound(click_token(at, "strip", 30))
        assert widget(at, "place").value == 31
        assert token_data(at, "strip")["chosen"] == 30
        sound(choose(at, place=9))
        assert token_data(at, "strip")["chosen"] == 8


def test_what_was_chosen_stays_while_another_picture_is_shown() -> None:
    at = visit(track="vowel", place=77)
    sound(choose(at, view="Memory"))
    sound(choose(at, view="State"))
    assert widget(at, "track").value == "vowel"
    assert widget(at, "place").value == 77


# One step


@pytest.mark.parametrize(
    "moves", [{}, {"place": 1}, {"place": 3, "steps": 8}, {"model": "LSTM"}, {"place": len(TEXT), "steps": 1}], ids=str
)
def test_step_by_step(moves: dict[str, Any]) -> None:
    kind = "lstm" if "model" in moves else "rnn_tanh"
    one, place = read(kind), moves.get("place", PLACE) - 1
    step = lesson.step_at(one, place)
    at = visit(view="Step by step", **moves)
    chain, bars = charts(at)
    assert len(chain["data"][1]["text"]) == min(moves.get("steps", 4), place + 1)
    assert bars["data"][0]["x"][:8] == pytest.approx([100 * p for _, p in step.likeliest], abs=1e-3)
    said = metrics(at)
    assert said["times used"] == str(place + 1)
    assert said["numbers in three matrices"] == f"{sum(m.rows * m.columns for m in one.matrices):,}"
    chances = [None if math.isnan(s) else 2.0**-s for s in one.surprises()]
    assert weights(at)[1:] == pytest.approx(chances[1:], abs=2e-3)
    assert ("Not here" in verdict(at)) == (step.came is not None and step.rank > 1)
    if step.came is None:
        assert "ends here" in verdict(at)


# Memory


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"damage": "swap it"},
        {"damage": "swap it", "other": "Nobody knew it."},
        {"model": "GRU", "place": 100},
        {"model": "LSTM", "place": 5},
        {"place": len(TEXT)},
    ],
    ids=str,
)
def test_memory(moves: dict[str, Any]) -> None:
    kind: lesson.Kind = "swap" if "damage" in moves else "erase"
    model = {"GRU": "gru", "LSTM": "lstm"}.get(moves.get("model", ""), "rnn_tanh")
    place = moves.get("place", PLACE) - 1
    hurt = {
        name: finish(reading.damage([read(name)], place, kind, moves.get("other", OTHER)))[0] for name in lesson.KINDS
    }
    chosen = hurt[model]
    at = visit(view="Memory", **moves)
    *lines, _mean = charts(at)[0]["data"]
    for one in lines:
        name = next(name for name, words in lesson.KINDS.items() if words == one["name"])
        shown = hurt[name].divergence[: len(one["y"])]
        assert one["y"] == pytest.approx(np.maximum(shown, 1e-4), abs=1e-4)
    said = metrics(at)
    if not len(chosen.divergence):
        assert said["damaged for"] == "no character left"
        assert "Not here" in verdict(at)
        return
    wanted = f"{chosen.lasts} character" if chosen.lasts else f"over {len(chosen.divergence)} characters"
    assert said["damaged for"].startswith(wanted)
    assert said["half of it in the first"].startswith(f"{chosen.half} character")
    assert f"{chosen.divergence[0]:.2f} nats" in verdict(at) or "Not here" in verdict(at)
    assert ("Not here" in verdict(at)) == (chosen.divergence.max() < lesson.HEALED)
    after = weights(at)[place + 1 :]
    assert after == pytest.approx(np.minimum(chosen.divergence, 1), abs=2e-3)
    assert all(weight is None for weight in weights(at)[: place + 1])


# Writing


@pytest.mark.parametrize(
    "moves",
    [{}, {"seed": 2}, {"temperature": 0}, {"temperature": 2}, {"length": 1}, {"model": "GRU"}, {"place": 9}],
    ids=str,
)
def test_write(moves: dict[str, Any]) -> None:
    moves = {**SHORT, **moves}
    model = reading.character_lm("gru" if "model" in moves else "rnn_tanh")
    prompt = TEXT[: moves.get("place", PLACE)]
    usual = lesson.Settings()
    expected = finish(
        write(
            model,
            prompt,
            moves["length"],
            temperature=moves.get("temperature", usual.temperature),
            seed=moves.get("seed", usual.seed),
        )
    )
    for at in (visit(view="Write", **moves), sound(choose(visit(), view="Write", **moves))):
        texts = token_texts(at, "written")
        assert "".join(texts) == prompt[-60:] + expected.text
        bars = sorted((x, y) for trace in charts(at)[0]["data"] for x, y in zip(trace["x"], trace["y"], strict=True))
        assert [y for _, y in bars] == pytest.approx([100 * chance for chance in expected.chances], rel=1e-4)
        assert metrics(at)["bits a character"] == f"{-np.log2(expected.chances).mean():.2f}"
        opened = prompt.count('"') % 2
        assert ("quotation marks that are open" in verdict(at)) == bool(opened)
        if opened:
            assert ("Not here" in verdict(at)) == ('"' not in expected.text)


def test_buttons_of_the_writer() -> None:
    at = visit(view="Write", seed=999, **SHORT)
    first = token_texts(at, "written")
    (again,) = [b for b in at.button if b.label.startswith("Draw again")]
    sound(again.click().run())
    assert widget(at, "seed").value == 0
    assert token_texts(at, "written") != first
    (end,) = [b for b in at.button if b.label.startswith("Go on from the end")]
    sound(end.click().run())
    assert widget(at, "place").value == len(TEXT)
    assert "".join(token_texts(at, "written")).startswith(TEXT[-60:])


# Links that hold what cannot be

NUMBERS = {
    "span": (20, 400),
    "place": (1, len(TEXT)),
    "rank": (1, 5),
    "steps": (1, 8),
    "temperature": (0, 2),
    "seed": (0, 999),
    "length": (1, 500),
}
CHOICES = ("model", "view", "damage", "track")
BROKEN = ["inf", "nan", "1e309", "-1", "abc", "99999", "", "٣", "1_1", "5.7", "1" * 3000, "<b>", "$x$", "\u202e5"]


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: repr(raw)[:12])
def test_links_with_what_cannot_be(raw: str) -> None:
    at = visit(**dict.fromkeys([*NUMBERS, *CHOICES], raw))
    said = " ".join(notices(at))
    assert not set(said) & set("<>$`*[]\u202e")
    check_refused(at, raw, said, NUMBERS, CHOICES)
    assert metrics(at)["numbers in the state"] == "479"


# What readers type

CANARY = "zqxj"
ODD = {
    "one character": "a",
    "a line end": "\n",
    "spaces": "     ",
    "two characters": "ab",
    "emoji": f"🦜🏳️‍🌈👩‍👩‍👧 {CANARY}",
    "right to left": f"שלום {CANARY} مرحبا \u202e{CANARY}",
    "control characters": f"a\x00b\x07c\x1b[31m{CANARY}\x7f\x85\u2028{CANARY}",
    "script": f"<script>alert('{CANARY}')</script> <b>{CANARY}</b>",
    "image": f"<img src=x onerror=alert('{CANARY}')> ![{CANARY}](http://192.0.2.1/{CANARY}.png)",
    "maths": f"${CANARY}$ $$\\frac{{{CANARY}}}2$$",
    "icon": f":material/home: :red[{CANARY}] :smile: {CANARY}",
    "backticks": f"``` `{CANARY}` ``{CANARY}",
    "blocks": f"\n\n# {CANARY}\n\n- {CANARY}\n\n> {CANARY}\n\n---\n\n| {CANARY} |\n|---|\n",
    "percent and braces": f"%{{x}} {{{CANARY}}} %s $TEXT ${{TEXT}} {CANARY}",
}
DRAWERS = {
    "State": ("map", "line"),
    "Step by step": ("chain", "next"),
    "Memory": ("curves",),
    "Write": ("written_chances",),
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts(text: str) -> None:
    at = sound(choose(visit(**SHORT), text=text))
    normal = text.replace("\r\n", "\n")
    for view in VIEWS:
        sound(choose(at, view=view))
        for drawer in (*DRAWERS[view], "Check yourself"):
            sound(open_drawer(at, drawer))
        if view != "Write":
            assert "".join(token_texts(at, "strip")) == normal
        shown = markdown_on(at)
        assert len(shown) > 15
        for words in shown:
            acting = outside_code(words)
            assert CANARY not in acting, words
            assert "<" not in acting, words
            assert "http" not in acting, words
        for element in at.get("plotly_chart"):
            json.loads(element.proto.spec, parse_constant=lambda name: pytest.fail(name))
    assert notices(at) == []


def test_unknown_characters_are_shown_as_such() -> None:
    at = visit(text="A 🦜 sat\u00a0in ß trees")
    (said,) = [c.value for c in at.caption if "does not know" in c.value]
    assert "3 characters" in said
    assert [row[0] for row in strip(at) if len(row) > 2 and row[2] == 3] == ["🦜", "\u00a0", "ß"]
    assert all("not known" in row[1] for row in strip(at) if len(row) > 2 and row[2] == 3)
    assert not any("not known" in row[1] for row in strip(visit()))


def test_nothing_typed() -> None:
    at = sound(choose(visit(), text=""))
    assert [info.value for info in at.info] == ["Type something: with no character at all there is nothing to read."]
    assert charts(at) == []
    assert len(charts(sound(choose(at, text="Again")))) == 2


def test_long_texts_keep_their_end_and_show_a_part() -> None:
    text = "".join(f"{n} words came. " for n in range(400))[:5000]
    at = visit(text=text, place=1500, span=400, **SHORT)
    (said,) = [c.value for c in at.caption if "the model reads the last" in c.value]
    assert "5,000 characters" in said
    assert "2,000" in said
    (part,) = [c.value for c in at.caption if c.value.startswith("Shown:")]
    assert part == "Shown: characters 1,300 to 1,699 of 2,000."
    assert "".join(token_texts(at, "strip")) == text[-2000:][1299:1699]
    assert token_data(at, "strip")["chosen"] == 1499 - 1299
    assert len(charts(at)[0]["data"][0]["z"][0]) == 400
    sound(click_token(at, "strip", 0))
    assert widget(at, "place").value == 1300
    for view in VIEWS[1:]:
        sound(choose(at, view=view))
    sound(choose(at, view="State", text=TEXT))
    assert widget(at, "place").value == len(TEXT)  # the place that was chosen is not there any more


# Predict, limits, drawers, what one takes along

ANSWERS = {"few": "1 to 3", "some": "4 to 10", "many": "over 10", "end": "to the end"}


@pytest.mark.parametrize("given", ANSWERS)
@pytest.mark.parametrize(
    "link",
    [{}, {"view": "Memory"}, {"view": "Memory", "damage": "swap it", "model": "GRU"}, {"place": len(TEXT)}],
    ids=str,
)
def test_predict(link: dict[str, Any], given: str) -> None:
    model = "gru" if "model" in link else "rnn_tanh"
    kind: lesson.Kind = "swap" if link == {"view": "Memory"} else "erase"  # never what is on the screen already
    hurt = finish(reading.damage([read(model)], link.get("place", PLACE) - 1, kind, OTHER))[0]
    right = "end" if hurt.lasts is None else "few" if hurt.lasts <= 3 else "some" if hurt.lasts <= 10 else "many"
    at = visit(**link)
    question = widget(at, "_predict")
    assert list(question.options) == list(ANSWERS.values())
    assert f"character {link.get('place', PLACE)} is {'swapped' if kind == 'swap' else 'erased'}" in question.label
    sound(choose(at, _predict=given))
    assert widget(at, "view").value == "Memory"
    assert widget(at, "damage").value == ("swap it" if kind == "swap" else "erase it")
    (said,) = [m.value for m in at.markdown if m.value.startswith(("**As you said", "**It came out"))]
    assert said.startswith("**As you said") is (given == right)
    assert f"{ANSWERS[right]}." in said
    if hurt.lasts:
        assert metrics(at)["damaged for"] in said


def test_three_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "LENGTHS", (128, 256))
    at = visit(model="GRU")
    habits, speed = recorded.habits("gru"), recorded.speed("gru")
    (bottleneck,) = [m.value for m in at.markdown if m.value.startswith("**A bottleneck.**")]
    (order,) = [m.value for m in at.markdown if m.value.startswith("**One after another.**")]
    (memory,) = [m.value for m in at.markdown if m.value.startswith("**No long memory.**")]
    told = dict(zip(habits.distances, habits.recalled, strict=True))
    assert all(f"{100 * told[n]:.1f} %" in bottleneck for n in (0, 5, 20))
    assert f"{1000 * speed.seconds[-1]:.0f} ms" in order
    assert speed.where in order
    assert f"after {lesson.falls_under(habits.erased)} characters" in memory
    (button,) = [b for b in at.button if b.label == "Measure it here"]
    sound(button.click().run())
    (order,) = [m.value for m in at.markdown if m.value.startswith("**One after another.**")]
    assert "here, just now" in order
    assert "256 of them" in order
    assert not [b for b in at.button if b.label == "Measure it here"]


def test_the_limits_lead_on() -> None:
    at = AppTest.from_file(str(PAGES / "course.py"), default_timeout=PATIENCE)
    sound(at.switch_page("rnn.py").run())
    links = [element.proto.page for element in at.get("page_link")]
    assert "vanishing_gradients" in links


def test_drawers_are_made_when_opened() -> None:
    from core.experiments import characters as _characters
    from core.models.char_lm import CharLM
    from core.models.lstm import LSTM
    from core.models.recurrent import Recurrent

    at = visit(model="LSTM")
    assert not at.table
    assert not at.code
    assert not at.radio
    assert not at.get("download_button")
    sound(open_drawer(at, "How it works"))
    shown = (LSTM.step, Recurrent.forward, CharLM.forward, _characters.log_probabilities, _characters.divergence)
    assert [element.value.split() for element in at.code] == [inspect.getsource(function).split() for function in shown]
    assert len(at.latex) == 5
    sound(open_drawer(at, "Sources"))
    links = [m.value for m in at.markdown if m.value.startswith("- ")]
    assert len(links) == 6
    assert all("](https://" in line for line in links)
    assert {"1990", "2010", "2013", "2015"} <= {line.split("(")[1][:4] for line in links}


def test_the_table_holds_the_units() -> None:
    at = sound(open_drawer(visit(), "map"))
    table, tracking = at.table[0].value, recorded.tracking("rnn_tanh")
    assert list(table.columns)[:3] == ["follows", "unit", "r on held-out text"]
    wanted = [round(tracking.reported(unit, feature), 3) for feature, unit in tracking.rows()]
    assert table["r on held-out text"].to_numpy() == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_check_yourself(number: int) -> None:
    at = sound(open_drawer(visit(), "Check yourself"))
    sums = {name: float(recorded.habits(name).erased.sum()) for name in lesson.KINDS}
    right = ("305,119", "479", lesson.KINDS[max(sums, key=lambda name: sums[name])])[number]
    asked = widget(at, f"_check_{number}")
    assert right in asked.options
    assert len(set(asked.options)) == len(asked.options) >= 3
    for answer in asked.options:
        sound(choose(at, **{f"_check_{number}": answer}))
        (line,) = [m.value for m in at.markdown if m.value.startswith((":green[Yes.]", ":orange[No:]"))]
        assert line.startswith(":green[Yes.]") is (answer == right)


def test_take_it_with_you(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[str, Callable[[], str]] = {}
    monkeypatch.setattr(st, "download_button", lambda label, make, file, mime, **more: taken.update({file: make}))
    at = sound(open_drawer(visit(text='1 🦜 <b> "$x', place=3, track="line", rank=2, model="GRU"), "Take it with you"))
    (link,) = [element.value for element in at.code]
    assert link.split("?")[0].endswith("/rnn")
    assert {"place=3", "track=line", "rank=2", "model=GRU"} <= set(link.split("?")[1].split("&"))
    assert set(taken) == {"rnn.csv", "rnn.html", "rnn.py"}
    assert len(taken["rnn.csv"]().splitlines()) == 46
    script = taken["rnn.py"]()
    assert script.isascii()
    assert "MODEL, PLACE = 'gru', 3" in script
    assert "FEATURE, RANK = 'line', 2" in script
    compile(script, "rnn.py", "exec")
    assert "The state, character by character" in taken["rnn.html"]()


# While torch is on its way


RECORDED = "Recorded from the model while the app starts; yours takes over in a moment."


@pytest.mark.parametrize(
    "link",
    [{}, {"track": "line", "rank": 3}, *({"view": v} for v in VIEWS[1:]), {"view": "Memory", "damage": "swap it"}],
    ids=str,
)
def test_the_recorded_default(link: dict[str, Any], held: threading.Event) -> None:
    began = time.monotonic()
    at = sound(fresh(**link).run())
    assert time.monotonic() - began < 20  # at once: nothing here waits
    assert RECORDED in at.caption.values
    before, said = charts(at), metrics(at)
    held.set()
    sound(at.run())
    assert RECORDED not in at.caption.values
    assert said == metrics(at)
    for old, new in zip(before, charts(at), strict=True):
        assert old["layout"]["title"] == new["layout"]["title"]
        for one, two in zip(old["data"], new["data"], strict=True):
            if one["type"] == "heatmap":
                flat = [np.array([v for v in np.ravel(t["z"]) if v is not None], float) for t in (one, two)]
                assert flat[0] == pytest.approx(flat[1], abs=2e-3)
            elif all(isinstance(y, float) for y in one["y"]):
                assert one["y"] == pytest.approx(two["y"], abs=0.1 if "(%)" in str(new["layout"]) else 2e-3)


@pytest.mark.parametrize(
    "link", [{"text": "Mine"}, {"place": 3}, {"model": "GRU"}, {"view": "Write", "seed": 4}], ids=str
)
def test_what_is_not_recorded_waits(link: dict[str, Any], held: threading.Event) -> None:
    seen: list[str] = []
    at = fresh(**link, **SHORT)
    visitor = threading.Thread(target=lambda: seen.extend(c.value for c in at.run().caption))
    visitor.start()
    visitor.join(0.7)
    assert visitor.is_alive()
    held.set()
    visitor.join(PATIENCE)
    assert not visitor.is_alive()
    sound(at)
    assert RECORDED not in seen


def test_only_the_pictures_that_are_looked_at_are_sent() -> None:
    assert [token_keys(visit(view=view, **SHORT)) for view in VIEWS] == [["strip"]] * 3 + [["written"]]
