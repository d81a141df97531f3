"""The lesson on vanishing gradients as a reader moves through it: real layers, and the numbers of `core` as the oracle."""

import functools
import inspect
import json
import random
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import vanishing_gradients as lesson
from core.experiments.vanishing_gradients import models
from core.experiments.vanishing_gradients import task as tasks
from core.experiments.vanishing_gradients.results import (
    DEFAULT_TEXT,
    KINDS,
    LIMIT,
    NAMES,
    RATE,
    THREE,
    Reading,
    Settings,
    other_bias,
    steps_to,
)
from core.figures.vanishing_gradients.numbers import amount, part
from core.progress import finish
from pages.kit.course import find
from pages.kit.words import percent
from pages.vanishing_gradients import below, exploding, gradient
from tests.pages import helpers
from tests.pages.helpers import (
    charts,
    choose,
    markdown_on,
    metrics,
    notices,
    open_drawer,
    outside_code,
    said,
    sound,
    token_data,
    token_keys,
    widget,
)

visit = functools.partial(helpers.computed, "vanishing_gradients")


def lines(at: AppTest, number: int = 1) -> dict[str, list[float]]:
    """The lines of a chart by name; the first chart is the sketch."""
    return {trace["name"]: trace["y"] for trace in charts(at)[number]["data"] if "name" in trace}


@functools.cache
def read(text: str) -> Reading:
    return finish(models.reading(text))


# The gradient: one control at a time, by hand and through a link

MOVES: list[dict[str, Any]] = [
    {},
    {"forget": 3.0},
    {"forget": -1.0, "seed": 7},
    {"length": 5},
    {"length": 200},
    {"window": 25},
    {"window": 60},  # as long as the sequence: it cuts nothing
    {"every": True},
]


@pytest.mark.parametrize("moves", MOVES, ids=str)
def test_gradient(moves: dict[str, Any]) -> None:
    settings = {"length": 60, "forget": 0.0, "window": 0, "seed": 0} | moves
    length, window = settings["length"], settings["window"] % 60
    by_link = visit(**{key: str(value).lower() for key, value in moves.items()})
    by_hand = sound(choose(visit(), **moves))
    assert charts(by_link) == charts(by_hand)
    assert said(by_link) == said(by_hand)
    assert notices(by_link) == []
    shown = lines(by_link)
    kinds = KINDS if "every" in moves else THREE
    assert set(shown) == {NAMES[kind] for kind in kinds}
    for kind in kinds:
        flow = lesson.gradient_flow(kind, length, forget_bias=settings["forget"], window=window, seed=settings["seed"])
        assert [y or 0.0 for y in shown[NAMES[kind]]] == pytest.approx(flow.left(), rel=1e-6, abs=0)
        if window and window <= flow.reach:
            assert "nothing is left in any model" in said(by_link)
            continue
        if kind in THREE:
            assert part(flow.far).removeprefix("1 part in ") in said(by_link)
            steps = steps_to(flow.left())
            assert metrics(by_link)[f"{NAMES[kind]}: 1 % is left"].startswith(
                "never" if steps is None else f"{steps} step"
            )


def test_the_first_view_proves_the_title() -> None:
    left = lesson.gradient_flow("rnn_tanh", 60).norms
    assert left[-41] / left[-1] == pytest.approx(1 / 330e9, rel=0.01)
    assert said(visit()).startswith("40 steps back the plain RNN has 1 part in 330 billion of its gradient left")
    assert "330 billion" in find("vanishing_gradients").finding


@pytest.mark.parametrize("link", [{}, {"forget": 2}, {"length": 20, "seed": 3}], ids=str)
@pytest.mark.parametrize("answer", [gradient.LITTLE, gradient.SOME, gradient.MUCH])
def test_the_bet_moves_the_forget_bias_and_says_so(link: dict[str, Any], answer: str) -> None:
    at = visit(**link)
    other = other_bias(link.get("forget", 0))
    flow = lesson.gradient_flow("lstm", link.get("length", 60), forget_bias=other, seed=link.get("seed", 0))
    right = gradient.LITTLE if flow.far < 0.01 else gradient.SOME if flow.far <= 0.1 else gradient.MUCH
    before = charts(at)
    sound(choose(at, _answer=answer))
    assert widget(at, "forget").value == other
    (told,) = [m.value.replace("\u00a0", " ") for m in at.markdown if "Moved for you" in m.value]
    assert f"the LSTM’s forget bias, from {link.get('forget', 0)} to {other:g}" in told
    assert told.startswith("**You were right") is (answer == right)
    assert part(flow.far)[1:] in told
    assert lines(at)["LSTM"][flow.reach] == pytest.approx(flow.far)
    sound(widget(at, "_undo").click().run())
    assert charts(at) == before


# Exploding


@pytest.mark.parametrize(
    ("link", "settings", "limit", "words"),
    [
        ({}, Settings(scale=1.2), LIMIT, "At scale 1.20 the gradient grows to a length of 11. Clipped at 1,"),
        ({"scale": 0.58}, Settings(scale=0.58), LIMIT, "no gradient is longer than 0.016: a limit of 1 clips"),
        ({"clip": 10.0, "scale": 1.1}, Settings(scale=1.1), 10.0, "no gradient is longer than 8.0"),
        (
            {"scale": 1.5, "kind": "ReLU RNN"},
            Settings("rnn_relu", scale=1.5),
            LIMIT,
            "too large to go on after 3 updates",
        ),
    ],
    ids=str,
)
def test_exploding(link: dict[str, Any], settings: Settings, limit: float, words: str) -> None:
    at = visit(view="Exploding", **link)
    found = finish(tasks.cliff(settings, RATE, limit))
    shown = charts(at)[1]["data"]
    # The same training, as long as its chaos has not made the last digit that a processor rounds into another one.
    assert shown[0]["y"][:10] == pytest.approx(100 * found.clipped.right[:10], rel=1e-6)
    assert shown[3]["y"][:3] == pytest.approx(found.free.norms[:3], rel=1e-6)
    assert words in said(at)
    assert f"scale {settings.scale:.2f}" in charts(at)[1]["layout"]["title"]["text"]
    assert widget(at, "scale").value == settings.scale  # one number for one thing
    assert amount(max(*shown[1]["y"], *shown[3]["y"])).replace("\u00a0", " ") in said(at)
    assert f"right answer {percent(shown[0]['y'][-1] / 100)}" in said(at) or "too large" in words


@pytest.mark.parametrize(
    ("link", "other", "right"), [({}, 0.58, exploding.NEITHER), ({"scale": 0.6}, 1.2, exploding.CLIPPED)]
)
def test_the_bet_on_the_scale(link: dict[str, Any], other: float, right: str) -> None:
    at = sound(choose(visit(view="Exploding", **link), _answer=right))
    assert widget(at, "scale").value == other
    assert any(m.value.startswith("**You were right") for m in at.markdown)


# Your text


@pytest.mark.parametrize("kind", THREE)
def test_your_text(kind: str) -> None:
    at = visit(view="Your text", kind=NAMES[kind])
    after, before = read(DEFAULT_TEXT).pair(kind)
    assert lines(at)[NAMES[kind]] == pytest.approx(after.left(), rel=1e-6)
    assert lines(at)["untrained"] == pytest.approx(before.left(), rel=1e-6)
    assert part(after.far) in said(at)
    assert part(before.far) in said(at)
    assert ("Training opened" in said(at)) is (kind != "rnn_tanh")
    rows = token_data(at, "reached")["tokens"]
    assert [row[0] for row in rows] == list(DEFAULT_TEXT[:-1])
    assert [row[1].split(": ")[1] for row in rows] == [part(float(v)) for v in after.left()[::-1]]
    assert rows[-1][3] == 1.0
    bet = choose(at, _answer="more than twice as far")
    assert widget(bet, "kind").value == ("rnn_tanh" if kind == "lstm" else "lstm")
    assert any("Moved for you" in m.value for m in sound(bet).markdown)


@pytest.mark.parametrize("text", ["", "a"])
def test_too_little_text(text: str) -> None:
    at = visit(view="Your text", text=text)
    assert "two characters" in at.info[0].value
    assert len(charts(at)) == token_keys(at).count("reached") == 0
    sound(open_drawer(at, "How it works"))
    assert len(charts(sound(choose(at, text="ab")))) == 2


HOSTILE = "`x` $y$ :material/home: <b>b</b> [a](javascript:b) *c* # d\n\n> e |f| \\g &amp; ![i](j) %{k} 🦜"


def test_a_readers_text_is_never_markup() -> None:
    at = visit(view="Your text", text=HOSTILE, kind="GRU")
    for drawer in ("table_Your text", "How it works", "Check yourself", "Sources", "Take it with you"):
        at = sound(open_drawer(at, drawer))
    for markdown in markdown_on(at):
        for bad in ("$y$", ":material", "<b>", "javascript", "*c*"):
            assert bad not in outside_code(markdown)
    assert not any("<b>" in json.dumps(figure) for figure in charts(at))
    assert any("do not know" in caption.value for caption in at.caption)


def test_a_long_text_keeps_its_end() -> None:
    text = "x" * 1000 + "yz" * 600
    at = visit(view="Your text", text=text)
    assert [row[0] for row in token_data(at, "reached")["tokens"]] == list(text[-201:-1])
    assert any("2,200 characters: the last 201 are read" in caption.value for caption in at.caption)


# Whatever the controls say

RANGES = {"forget": (-4, 16, 0.25), "length": (5, 200, 1), "window": (0, 200, 1), "seed": (0, 999, 1)}
RANGES |= {"scale": (50, 150, 0.01), "clip": (1, 100, 0.1)}
CHOICES = {
    "every": ("true", "false"),
    "view": ("Gradient", "Exploding", "Your text"),
    "kind": ("plain RNN", "LSTM", "ReLU RNN"),
}


@pytest.mark.parametrize("seed", range(6))
def test_random_settings(seed: int) -> None:
    draw = random.Random(seed)
    link: dict[str, Any] = {key: draw.choice(values) for key, values in CHOICES.items()}
    for key, (low, high, step) in RANGES.items():
        link[key] = round(draw.randint(low, high) * step, 2)
    link["text"] = "".join(draw.choice("ab é\n🦜") for _ in range(draw.randint(0, 250)))
    at = visit(**link)
    assert "nan" not in said(at).split() if at.header else at.info
    for key in ("forget", "scale"):
        if any(getattr(one, "key", "") == key for one in at.slider):
            assert widget(at, key).value == pytest.approx(link[key])


def test_what_lies_below() -> None:
    at = visit()
    for drawer in ("How it works", "Check yourself"):
        at = sound(open_drawer(at, drawer))
    assert len(at.latex) == len(below.how()) == 4
    assert all(inspect.getsource(line.function) for line in below.how())
    first, half, clipped = below.questions()
    steps = [steps_to(lesson.gradient_flow(kind, 60).left()) or 60 for kind in THREE]
    assert steps[first.right] == min(steps)
    assert half.answers[half.right] == part(2.0**-40)
    assert clipped.answers[clipped.right] == "(0.6, 0.8)"
    assert len(charts(at)) == 3
    assert "Only the LSTM whose gate was opened learns it" in " ".join(m.value for m in at.markdown)
    ends = {name: y[-1] for name, y in lines(at, 2).items()}
    assert [name for name, end in ends.items() if end > 75] == [gradient.LABELS[3]]
