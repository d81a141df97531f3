"""The lesson on vanishing gradients as a reader moves through it: real layers, and the numbers of `core` as the oracle."""

import functools
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.experiments import vanishing_gradients as lesson
from core.experiments.vanishing_gradients import (
    DEFAULT_TEXT,
    KINDS,
    NAMES,
    RECURRENT,
    Comparison,
    Settings,
    band,
    recorded,
    trained,
)
from core.experiments.vanishing_gradients import cliff as cliffs
from core.experiments.vanishing_gradients import flow as flows
from core.figures.vanishing_gradients import amount
from core.progress import finish
from pages.kit import cache, lab
from pages.vanishing_gradients import more, words
from pages.vanishing_gradients.views import BAND, EXPLODING, GRADIENT, SPECTRUM, VIEWS
from tests.pages import helpers
from tests.pages.helpers import (
    PAGES,
    charts,
    choose,
    markdown_on,
    metrics,
    notices,
    open_drawer,
    outside_code,
    sound,
    token_data,
    token_keys,
    verdict,
    widget,
)

fresh, visit = (
    functools.partial(helpers.fresh, "vanishing_gradients"),
    functools.partial(helpers.computed, "vanishing_gradients"),
)


@functools.cache
def compared(settings: Settings) -> Comparison:
    return finish((trained if settings.trained else flows).compare(settings))


def captions(at: AppTest) -> str:
    return " ".join(str(caption.value) for caption in at.caption)


def lines(at: AppTest) -> dict[str, list[float]]:
    return {trace["name"]: trace["y"] for trace in charts(at)[0]["data"] if "name" in trace}


def same_picture(at: AppTest, settings: Settings, wrt: lesson.Wrt = "input") -> None:
    """The lines and the large numbers are those of `core` for these settings."""
    found, shown = compared(settings), lines(at)
    for curve in found.curves:
        if wrt == "state" and curve.state_norms is None:
            assert NAMES[curve.kind] not in shown
            continue
        left = curve.left(wrt)
        assert [y or 0.0 for y in shown[NAMES[curve.kind]]] == pytest.approx(left, rel=1e-9, abs=0)
        steps = lesson.steps_to(left)
        expected = "it grows" if lesson.verdict_on(left) == "explodes" and steps is None else "never"
        assert metrics(at)[NAMES[curve.kind]] == (expected if steps is None else str(steps))
    chosen = found.curve(settings.kind)
    assert chosen is not None
    assert f"most it could be, {NAMES[settings.kind]}" in shown


# One control at a time: by hand and through a link, the same state, and the numbers of core

MOVES: list[tuple[dict[str, Any], Settings]] = [
    ({}, Settings()),
    ({"length": 5}, Settings(length=5)),
    ({"length": 200}, Settings(length=200)),
    ({"scale": 1.5}, Settings(scale=1.5)),
    ({"scale": 0.5}, Settings(scale=0.5)),
    ({"kind": "lstm", "forget": 3.0}, Settings("lstm", forget_bias=3.0)),
    ({"kind": "gru", "forget": -1.0}, Settings("gru", forget_bias=-1.0)),
    ({"kind": "rnn_relu"}, Settings("rnn_relu")),
    ({"hidden": 8}, Settings(hidden_size=8)),
    ({"hidden": 128, "length": 20}, Settings(hidden_size=128, length=20)),
    ({"seed": 7}, Settings(seed=7)),
    ({"window": 25}, Settings(window=25)),
    ({"window": 60}, Settings()),  # as long as the sequence: it cuts nothing
    ({"input": "text"}, Settings(text=DEFAULT_TEXT)),
    ({"input": "text", "length": 10}, Settings(length=10, text=DEFAULT_TEXT[-10:])),
    ({"input": "text", "text": "né 🦜"}, Settings(text="né 🦜")),
    ({"text": "only names the steps"}, Settings()),
    ({"clip": 5.0, "rate": 0.1}, Settings()),  # of no concern for this picture
]


def link_of(moves: dict[str, Any]) -> dict[str, Any]:
    """A link holds what is shown of an option."""
    return {key: NAMES[value] if key == "kind" else value for key, value in moves.items()}


@pytest.mark.parametrize(("moves", "settings"), MOVES, ids=lambda value: str(value) if isinstance(value, dict) else "")
def test_gradient(moves: dict[str, Any], settings: Settings) -> None:
    by_link, by_hand = visit(**link_of(moves)), sound(choose(visit(), **moves))
    for at in (by_link, by_hand):
        same_picture(at, settings)
        assert notices(at) == []
        assert "Computed here" in at.caption[-1].value
        for key, value in moves.items():
            assert widget(at, key).value == value
    assert charts(by_link) == charts(by_hand)
    assert metrics(by_link) == metrics(by_hand)
    assert verdict(by_link) == verdict(by_hand)


def test_with_respect_to_the_state() -> None:
    at = visit(wrt="state")
    same_picture(at, Settings(), "state")
    assert "attention" not in metrics(at)
    assert "carries no state" in captions(at)
    assert lines(at)["tanh RNN"] != lines(visit())["tanh RNN"]


def test_trained_weights() -> None:
    at = visit(weights="trained", kind="LSTM")
    settings = Settings("lstm", text=DEFAULT_TEXT, trained=True)
    same_picture(at, settings)
    found, shown = compared(settings), lines(at)
    for curve in found.before:
        assert shown[f"{NAMES[curve.kind]} before training"] == pytest.approx(curve.left(), rel=1e-9)
    assert "attention" not in shown
    assert "no trained attention" in captions(at)
    after, before = found.curves[2].kept, found.before[2].kept
    assert after is not None
    assert before is not None
    assert f"{before:.2f} to {after:.2f}" in verdict(at)
    assert [row[0] for row in token_data(at, "reached")["tokens"]] == list(DEFAULT_TEXT[:-1])
    # what does not apply is said and changes nothing
    same = visit(weights="trained", kind="LSTM", scale=1.5, forget=4.0, hidden=8)
    assert charts(same) == charts(at)
    assert "does not use: scale, forget-gate bias, units" in captions(at)


def test_the_text_is_shaded_by_what_reaches_it() -> None:
    at = visit(input="text", window=12, kind="GRU")
    rows = token_data(at, "reached")["tokens"]
    left = compared(Settings("gru", window=12, text=DEFAULT_TEXT)).curves[3].left()[::-1]
    assert [row[0] for row in rows] == list(DEFAULT_TEXT)
    weights = [row[3] if len(row) > 3 else 0.0 for row in rows]
    assert weights[:-12] == [0.0] * (60 - 12)
    assert weights[-1] == 1.0
    for row, value in zip(rows, left, strict=True):
        assert row[1].endswith(f"back: {amount(float(value))}")
    assert token_keys(visit()) == []  # noise has no text


# The verdict


def test_the_verdict_on_the_claim() -> None:
    at = visit()
    found = compared(Settings())
    left = found.curves[0].left()
    said = verdict(at)
    assert f"40 steps back the tanh RNN keeps {amount(float(left[40]))} of" in said
    assert "`l` of `still`, 7 steps back" in said
    assert f"`(` of `(The`, 59 back, gets {amount(float(left[59]))}: too little" in said
    assert DEFAULT_TEXT[-1 - 7] == "l"
    assert f"open by {found.curves[2].kept:.2f}" in said


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"scale": 1.5, "seed": 3}, "Not here: 40 steps back the tanh RNN still has"),
        ({"kind": "LSTM", "forget": 3}, "Not here: 40 steps back the LSTM still has"),
        (
            {"scale": 1.5, "hidden": 120, "seed": 3, "kind": "ReLU RNN", "length": 200},
            "it grows|grows on its way|keeps",
        ),
        ({"length": 12}, "11 steps back the tanh RNN keeps"),
        ({"window": 20}, "keeps nothing of .* From 20 steps back on it is exactly 0 for all"),
        ({"text": "ab"}, "1 % would be left only 7 steps back, before its first character"),
        ({"text": ""}, "^\\*\\*Verdict.\\*\\* 40 steps back the tanh RNN keeps [^I]*The LSTM"),
        ({"input": "text"}, "In your text, 1 % is left at"),
    ],
)
def test_the_verdict_is_of_this_picture(link: dict[str, Any], said: str) -> None:
    assert re.search(said, verdict(visit(**link)))


def test_a_gradient_that_grows_is_not_said_to_vanish() -> None:
    growing = next(
        seed
        for seed in range(40)
        if lesson.verdict_on(flows.flow("rnn_tanh", Settings(scale=1.5, seed=seed, length=200), bounded=False).left())
        == "explodes"
    )
    at = visit(scale=1.5, seed=growing, length=200)
    assert "Not here: in the tanh RNN the gradient grows" in verdict(at)
    assert metrics(at)["tanh RNN"] == "it grows" or metrics(at)["tanh RNN"].isdigit()


def test_a_dead_line_is_said() -> None:
    dead = next(
        seed
        for seed in range(60)
        if lesson.dead_from(flows.flow("rnn_relu", Settings(hidden_size=8, seed=seed), bounded=False).left())
    )
    at = visit(hidden=8, seed=dead)
    assert "Exactly 0, so not drawn: the ReLU RNN’s from" in verdict(at)
    assert None in lines(at)["ReLU RNN"]


# The other pictures


@pytest.mark.parametrize(
    ("link", "settings"),
    [
        ({}, Settings()),
        ({"kind": "LSTM", "length": 20, "hidden": 16}, Settings("lstm", 20, hidden_size=16)),
        ({"kind": "GRU", "scale": 1.2, "window": 5, "length": 15, "wrt": "state"}, Settings("gru", 15, 1.2)),
        (
            {"weights": "trained", "kind": "LSTM", "length": 8},
            Settings("lstm", 8, text=DEFAULT_TEXT[-9:], trained=True),
        ),
    ],
    ids=str,
)
def test_spectrum(link: dict[str, Any], settings: Settings) -> None:
    at = visit(view=SPECTRUM, **link)
    found = finish((trained if settings.trained else flows).spectrum(settings))
    assert lines(at)["all singular values"] == pytest.approx(found.largest, rel=1e-9)
    assert lines(at)["what the gradient was multiplied by"] == pytest.approx(found.factor, rel=1e-9)
    assert list(metrics(at)) == ["largest singular value", "the gradient, a step", "spectral radius"]
    assert NAMES[settings.kind] in verdict(at)


@pytest.mark.parametrize(
    ("link", "settings", "rate", "limit", "said"),
    [
        ({}, Settings(), 0.3, 1.0, r"Over the cliff: one update takes the loss from \d\.\d+ to"),
        ({"scale": 0.8}, Settings(scale=0.8), 0.3, 1.0, "Not here: at scale 0.80 the gradient’s norm never passes"),
        ({"scale": 1.2, "clip": 10.0}, Settings(scale=1.2), 0.3, 10.0, "Not "),
        (
            {"scale": 1.1, "rate": 0.1, "hidden": 32},
            Settings(scale=1.1, hidden_size=32),
            0.1,
            1.0,
            "one update|Not here",
        ),
        (
            {"scale": 1.5, "kind": "ReLU RNN"},
            Settings("rnn_relu", scale=1.5),
            0.3,
            1.0,
            "no number any more after 3 updates without",
        ),
    ],
    ids=str,
)
def test_exploding(link: dict[str, Any], settings: Settings, rate: float, limit: float, said: str) -> None:
    at = visit(view=EXPLODING, length=30, **link)  # the length is of no concern here
    alone = finish(cliffs.cliff(settings, rate, limit))
    found = cache.shelf().get(("cliff", settings, rate, limit))
    # The same training, as long as its chaos has not made the last digit that a processor rounds into another one.
    assert found.clipped.losses[:10] == pytest.approx(alone.clipped.losses[:10], rel=1e-6)
    assert found.free.norms[:3] == pytest.approx(alone.free.norms[:3], rel=1e-6)
    walk, trainings = charts(at)
    assert walk["data"][0]["x"] == pytest.approx(found.distances[: len(walk["data"][0]["x"])], rel=1e-9)
    assert trainings["data"][0]["y"] == pytest.approx(found.clipped.losses, rel=1e-9)
    assert trainings["data"][3]["y"] == pytest.approx(found.free.norms, rel=1e-9)
    assert metrics(at)["gradient norm"] == amount(found.norm)
    assert metrics(at)["loss before"] == f"{found.start:.2f}"
    assert re.search(said, verdict(at))
    assert ("is shown until you move the slider" in captions(at)) is (settings.scale is None)


@pytest.mark.parametrize(
    ("link", "settings", "said"),
    [
        ({}, Settings(), "too little to learn from"),
        ({"scale": 1.5, "length": 50}, Settings(), "Not here: at scale 1.5 and 50 steps"),
        ({"kind": "ReLU RNN", "hidden": 16, "seed": 2}, Settings("rnn_relu", hidden_size=16, seed=2), "learn from"),
        ({"kind": "LSTM"}, Settings(), "too little"),
    ],
    ids=str,
)
def test_where_it_can_learn(link: dict[str, Any], settings: Settings, said: str) -> None:
    at = visit(view=BAND, **link)
    found = finish(band.landscape(settings))
    heat = charts(at)[0]["data"][0]
    cell = amount(float(found.left[3, 4]))
    assert heat["customdata"][3][4] == f"scale 0.8, 30 steps: the first step has {cell} of the last one's gradient"
    assert said in verdict(at)
    inside = ((found.left >= 0.01) & (found.left <= 100)).sum()
    assert metrics(at)["cells in the band"] == f"{inside} of 240"


def test_the_main_control_is_the_pictures_own() -> None:
    """Length beside the gradient, scale beside what the scale changes; both keep their value."""
    at = visit(length=100, scale=1.3)
    for view in VIEWS:
        at = sound(choose(at, view=view))
        assert widget(at, "length").value == 100
        assert widget(at, "scale").value == 1.3
        first = at.slider[0].key
        assert first == ("scale" if view in (EXPLODING, BAND) else "length")


# The question


@pytest.mark.parametrize(
    ("link", "bias"), [({}, 3.0), ({"forget": 1}, 3.0), ({"forget": 2}, 0.0), ({"length": 20}, 3.0)]
)
@pytest.mark.parametrize("answer", ["less", "same", "more", "far more"])
def test_the_question(link: dict[str, Any], bias: float, answer: str) -> None:
    at = visit(**link)
    settings = Settings(length=link.get("length", 60), forget_bias=float(link.get("forget", 0)))
    found = compared(settings)
    now = float(found.curves[2].left()[found.reach])
    asked = words.prediction(found)
    assert asked["question"].count(f"{found.reach} steps back") == 1
    at = sound(choose(at, _predict=answer))
    assert widget(at, "forget").value == bias
    assert widget(at, "kind").value == "lstm"
    then = lines(at)["LSTM"][found.reach]
    assert then == pytest.approx(found.opened)
    ratio = then / now
    right = "less" if ratio < 0.1 else "same" if ratio <= 10 else "more" if ratio <= 1000 else "far more"
    (said,) = [m.value for m in at.markdown if m.value.startswith(("**As you said", "**It came out"))]
    assert said.startswith("**As you said") is (answer == right)
    assert f"from {amount(now)} to {amount(then)} of" in said


def test_the_question_about_trained_weights() -> None:
    at = visit(weights="trained")
    found = compared(Settings(text=DEFAULT_TEXT, trained=True))
    assert "random again" in words.prediction(found)["question"]
    at = sound(choose(at, _predict="less"))
    assert widget(at, "weights").value == "random"
    assert widget(at, "input").value == "text"
    assert lines(at)["LSTM"][40] == pytest.approx(found.opened)


# Text that is odd


@pytest.mark.parametrize("link", [{"input": "text"}, {"weights": "trained"}], ids=str)
def test_nothing_to_read(link: dict[str, Any]) -> None:
    at = visit(text="", **link)
    assert len(at.info) == 1
    assert charts(at) == []
    at = visit(text="", **link, view=BAND)
    assert len(at.info) == 1


def test_one_character() -> None:
    assert len(visit(text="a", weights="trained").info) == 1
    same_picture(visit(text="a", input="text"), Settings(text="a"))


def test_a_long_text_keeps_its_end() -> None:
    text = "x" * 1000 + "yz" * 600
    at = visit(text=text, input="text", length=200)
    same_picture(at, Settings(length=200, text=text[-200:]))
    assert "2,200 characters: its last 2,000 are kept, the last 200 read" in captions(at)
    short = visit(text="ab" * 50, input="text")
    assert "100 characters: the last 60 are read" in captions(short)
    assert "characters:" not in captions(visit(input="text"))


def test_line_ends_of_all_systems_are_one() -> None:
    assert charts(visit(text="a\r\nb\rc\nd", input="text")) == charts(visit(text="a\nb\nc\nd", input="text"))


def test_unknown_characters_are_said() -> None:
    at = visit(text="a 🦜 and <b>漢</b>", weights="trained")
    assert "do not know `🦜` `<` `>` `漢`" in captions(at).replace("``", "`")
    assert "do not know" not in captions(visit(weights="trained"))


HOSTILE = "`x` $y$ :material/home: <b>b</b> [a](javascript:b) *c* # d\n\n> e |f| \\g &amp; ![i](j) %{k}"


@pytest.mark.parametrize("link", [{"input": "text"}, {}, {"weights": "trained"}], ids=str)
def test_a_readers_text_is_never_markup(link: dict[str, Any]) -> None:
    at = visit(text=HOSTILE, length=200, **link)
    for drawer in ("gradient", "How it works", "Check yourself", "Sources", "Take it with you"):
        at = sound(open_drawer(at, drawer))
    for markdown in markdown_on(at):
        shown = outside_code(markdown)
        for part in ("$y$", ":material", "<b>", "javascript", "*c*"):
            assert part not in shown
    for figure in charts(at):
        assert "<b>" not in json.dumps(figure)


# Links that hold what cannot be

NUMBERS = {
    "length": (5, 200),
    "scale": (0.5, 1.5),
    "forget": (-1, 4),
    "hidden": (8, 128),
    "seed": (0, 999),
    "window": (0, 200),
    "clip": (0.1, 10),
    "rate": (0.05, 1),
}
CHOICES = ("view", "kind", "weights", "input", "wrt")


@pytest.mark.parametrize("raw", ["inf", "nan", "-7", "abc", "1e309", "٣", "", "9" * 400, "<b>", "$x$"])
def test_links_with_what_cannot_be(raw: str) -> None:
    usual = visit()
    at = visit(**dict.fromkeys([*NUMBERS, *CHOICES], raw))
    (said,) = notices(at)
    assert not set(said) & set("<>$`*[]")
    for key, (low, high) in NUMBERS.items():
        value = widget(at, key).value
        assert low <= value <= high
        taken = raw == "٣" and value == 3  # Python reads those digits too
        assert (f"The link's {key} cannot be" in said) is not taken
    for key in CHOICES:
        assert (widget(at, key).value or widget(usual, key).value) == widget(usual, key).value
    assert metrics(at)


# Recorded and live


@pytest.mark.parametrize(("view", "link"), [(view, {}) for view in VIEWS] + [(GRADIENT, {"wrt": "state"})])
def test_what_was_recorded_is_shown_while_torch_is_on_its_way(
    view: str, link: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    live = visit(view=view, **link)
    cache.shelf()._results.clear()
    monkeypatch.setattr(lab, "ready", lambda *, wait: wait)

    def never(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("nothing is computed")

    monkeypatch.setattr(lab, "compute", never)
    at = sound(fresh(view=view, **link).run())
    assert "Recorded" in captions(at)
    assert "Recorded" not in captions(live)
    now, then = charts(at), charts(live)
    assert len(now) == len(then)
    assert [t.get("name") for t in now[0]["data"]] == [t.get("name") for t in then[0]["data"]]
    if view != EXPLODING:
        assert now[0]["data"][0].get("y") == pytest.approx(then[0]["data"][0].get("y"), rel=1e-6)
    assert list(metrics(at)) == list(metrics(live))
    if view != EXPLODING:  # a training at the edge of chaos: its last digits are the processor's
        assert metrics(at) == metrics(live)


def test_the_first_picture_does_not_wait_for_torch() -> None:
    """What the page imports at its top leaves torch alone."""
    names = (
        "pages.vanishing_gradients.views, pages.vanishing_gradients.more, core.experiments.vanishing_gradients.recorded"
    )
    code = f"import {names}, sys\ncore.experiments._recorded_gradients.comparison()\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=PAGES.parent, check=True, timeout=60)


# Below the experiment


def test_how_it_works_shows_the_running_code() -> None:
    at = open_drawer(visit(), "How it works")
    shown = [code.value for code in sound(at).code]
    assert [code.strip() for code in shown] == [inspect.getsource(line.function).strip() for line in more.how()]
    assert any("def clip_factor" in code for code in shown)
    assert len(at.latex) == len(shown)


@pytest.mark.parametrize(
    "settings", [Settings(), Settings(scale=1.5, seed=3), Settings(length=5), Settings(hidden_size=8)]
)
def test_the_answers_are_computed(settings: Settings) -> None:
    found = compared(settings)
    first, half, clipped = more.questions(found)
    reaches = [lesson.steps_to(curve.left()) for curve in found.curves[:4]]
    known = [steps if steps is not None else 10**6 for steps in reaches]
    assert first.answers == tuple(NAMES[kind] for kind in RECURRENT)
    assert known[first.right] == min(known)
    assert half.answers[half.right] == amount(2.0**-40)
    assert clipped.answers[clipped.right] == "(0.6, 0.8)"
    assert len({*half.answers}) == 3


def test_a_wrong_answer_is_explained() -> None:
    at = open_drawer(visit(), "Check yourself")
    question = next(radio for radio in sound(at).radio if radio.key == "_check_2")
    at = sound(question.set_value("(1, 1)").run())
    assert any("(0.6, 0.8)" in m.value and "direction stays" in m.value for m in at.markdown)


def test_what_is_taken_along(monkeypatch: pytest.MonkeyPatch) -> None:
    offered: dict[str, Callable[[], str]] = {}
    monkeypatch.setattr(st, "download_button", lambda label, make, file, mime, **more: offered.update({file: make}))
    at = sound(open_drawer(visit(length=30, kind="LSTM"), "Take it with you"))
    assert at.code[0].value.endswith("?length=30&kind=LSTM")
    assert set(offered) == {f"vanishing_gradients.{ending}" for ending in ("csv", "html", "py")}
    header, *rows = offered["vanishing_gradients.csv"]().splitlines()
    assert header.startswith("steps back,tanh RNN,ReLU RNN,LSTM,GRU,attention")
    assert len(rows) == 30
    left = compared(Settings("lstm", 30)).curves[0].left()
    assert [float(row.split(",")[1]) for row in rows] == pytest.approx(left, rel=1e-3, abs=0)
    assert "LENGTH, UNITS, SEED, FEATURES = 30, 64, 0, 16" in offered["vanishing_gradients.py"]()


def test_the_table_is_the_picture() -> None:
    at = sound(open_drawer(visit(length=10), "gradient"))
    table = at.table[0].value
    left = compared(Settings(length=10)).curves[0].left()
    assert [float(str(cell).strip("`")) for cell in table["tanh RNN"]] == pytest.approx(left, rel=1e-3)
    assert len(table.columns) == 1 + len(KINDS) + 1


def test_recorded_is_the_default() -> None:
    assert recorded.comparison().settings == Settings()
