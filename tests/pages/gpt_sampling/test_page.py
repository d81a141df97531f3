"""The lesson on GPT sampling as a reader moves through it: real model, and the numbers of `core` as the oracle."""

import functools
import inspect
import json
import math
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.experiments import gpt_sampling as lesson
from core.experiments.gpt_sampling import DEFAULT_PROMPT, Filters, NextToken, texts, writing
from core.experiments.gpt_sampling.texts import Settings, Text, four_settings
from core.serving.engine import Engine
from core.serving.work import Run
from pages.gpt_sampling import branches
from pages.kit import cache, models
from pages.kit.models import DEFAULT
from pages.kit.words import percent, signed
from tests.pages import helpers
from tests.pages.helpers import (
    PAGES,
    PATIENCE,
    charts,
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

pytestmark = [pytest.mark.real_weights, pytest.mark.usefixtures("engine")]

fresh = functools.partial(helpers.fresh, "gpt_sampling")
SHORT = {"tokens": 8}


def visit(**link: Any) -> AppTest:
    """A new visit through a link with these parameters, and nothing that went wrong."""
    return sound(fresh(**link).run())


@pytest.fixture(scope="module")
def scores(engine: Engine) -> Callable[[str], NextToken]:
    """The exact scores after a prompt, computed for the tests alone, once each."""

    @functools.cache
    def ask(prompt: str) -> NextToken:
        assert engine.model is not None
        job = writing.ask_next(engine, engine.model.encode(prompt))
        assert job.wait(PATIENCE)
        return job.result

    return ask


@pytest.fixture
def write(engine: Engine) -> Callable[..., Text]:
    """A text that the engine writes for the test alone, without the page."""

    def alone(settings: Settings, prompt: str = DEFAULT_PROMPT) -> Text:
        assert engine.model is not None
        run = writing.write(engine, engine.model.encode(prompt), settings)
        assert run.wait(PATIENCE)
        return writing.text_of(engine, run)

    return alone


@pytest.fixture
def anew() -> None:
    """No text on the shelf: what the page shows is written in this test. Scores stay, they take half a second each."""
    forget_texts()


def forget_texts() -> None:
    for entries in (cache.RESULTS, cache.TEXTS):
        cache.shelf(entries)._results.clear()


def idle(engine: Engine) -> bool:
    """Wait until no text runs and none stands in line."""
    until = time.monotonic() + PATIENCE
    while engine.load() != (0, 0) and time.monotonic() < until:
        time.sleep(0.01)
    return engine.load() == (0, 0)


def same_picture(at: AppTest, found: NextToken, filters: Filters) -> None:
    """The bars, the large numbers and the verdict are those of `core` for these scores and settings."""
    choice = lesson.choose(found, filters)
    drawn, base = charts(at)[0]["data"]
    assert drawn["x"] == pytest.approx(100 * choice.probs, abs=1e-9)
    assert base["x"] == pytest.approx(100 * choice.base, abs=1e-9)
    assert [text == choice.out for text in drawn["text"]] == [not kept for kept in choice.kept]
    assert len(charts(at)[0]["layout"]["yaxis"]["ticktext"]) == len(choice.labels)
    assert metrics(at) == {
        "entropy": f"{choice.entropy:.2f} bits",
        "effective choices": f"{2**choice.entropy:,.1f}",
        **(
            {"cut by the filters": percent(choice.removed_mass)}
            if filters.temperature
            else {"left out at temperature 0": percent(1 - choice.base[0])}
        ),
    }
    said = verdict(at)
    assert choice.labels[0] in said
    if choice.kept_count == 1:
        assert "Not here" in said
    else:
        assert percent(float(choice.probs[0])) in said


# One control at a time: by hand and through a link, the same state, and the numbers of core

MOVES: list[tuple[dict[str, Any], Filters]] = [
    ({}, Filters()),
    ({"temperature": 0.0}, Filters(0.0)),
    ({"temperature": 0.5}, Filters(0.5)),
    ({"temperature": 2.0}, Filters(2.0)),
    ({"top_k": 1}, Filters(top_k=1)),
    ({"top_k": 5}, Filters(top_k=5)),
    ({"top_p": 0.0}, Filters(top_p=0.0)),
    ({"top_p": 0.5}, Filters(top_p=0.5)),
    ({"min_p": 0.2}, Filters(min_p=0.2)),
    ({"min_p": 1.0}, Filters(min_p=1.0)),
    ({"strategy": "greedy"}, Filters(0.0)),
    ({"strategy": "beam"}, Filters()),
    ({"temperature": 1.5, "top_k": 40, "top_p": 0.9, "min_p": 0.05}, Filters(1.5, 40, 0.9, 0.05)),
    ({"temperature": 2.0, "strategy": "greedy"}, Filters(0.0)),
    ({"prompt": "The cat sat on the"}, Filters()),
    ({"beams": 8, "seed": 999, "tokens": 200}, Filters()),  # of no concern for the next token
]


@pytest.mark.parametrize(("moves", "filters"), MOVES, ids=lambda value: str(value) if isinstance(value, dict) else "")
def test_next_token(moves: dict[str, Any], filters: Filters, scores: Callable[[str], NextToken]) -> None:
    expected = scores(moves.get("prompt", DEFAULT_PROMPT))
    by_hand = sound(choose(visit(), **moves))
    by_link = visit(**moves)
    for at in (by_hand, by_link):
        same_picture(at, expected, filters)
        for key, value in moves.items():
            assert widget(at, key).value == value
        assert len(charts(at)) == (1 if "prompt" in moves else 2)  # the notes' model answered the default prompt only
        assert notices(at) == []
        assert DEFAULT in at.caption[-1].value  # the footer: live, not recorded
    assert charts(by_hand)[0] == charts(by_link)[0]
    assert metrics(by_hand) == metrics(by_link)


@pytest.mark.parametrize("moves", [m for m, _ in MOVES[:11]], ids=str)
def test_sweep(moves: dict[str, Any], scores: Callable[[str], NextToken]) -> None:
    at = visit(view="Sweep", **moves)
    own = Filters(**{key: value for key, value in moves.items() if key != "strategy"})
    swept = lesson.sweep(scores(DEFAULT_PROMPT), own)
    plain, filtered, mark = charts(at)[0]["data"]
    assert plain["x"] == pytest.approx(swept.temperatures)
    assert plain["y"] == pytest.approx(swept.plain, abs=1e-9)
    assert filtered["y"] == pytest.approx(swept.filtered, abs=1e-9)
    here = lesson.choose(scores(DEFAULT_PROMPT), Filters(0.0) if "strategy" in moves else own)
    assert (mark["x"], mark["y"]) == ([here.filters.temperature], [pytest.approx(here.entropy)])
    assert metrics(at) == {"entropy at your setting": f"{here.entropy:.2f} bits"}


def test_what_is_kept_is_kept_for_these_settings_alone(scores: Callable[[str], NextToken], anew: None) -> None:
    """Greedy readers share the next token's chances, not the pictures that show the other filters."""
    for moves in ({"top_k": 5}, {"top_p": 0.5}, {"min_p": 0.2}, {}):
        at = visit(view="Sweep", strategy="greedy", **moves)
        swept = lesson.sweep(scores(DEFAULT_PROMPT), Filters(**moves))
        assert charts(at)[0]["data"][1]["y"] == pytest.approx(swept.filtered, abs=1e-9)
        now, then, _ = lesson.predict_change(scores(DEFAULT_PROMPT), Filters(temperature=0.0, **moves))
        sound(choose(at, _predict="less"))
        (said,) = [m.value for m in at.markdown if m.value.startswith(("**As you said", "**It came out"))]
        assert f"from {percent(now)} to {percent(then)}" in said


TEXTS: list[dict[str, Any]] = [
    {},
    {"temperature": 0.5},
    {"temperature": 0.0},
    {"top_k": 3},
    {"top_p": 0.3},
    {"min_p": 0.5},
    {"strategy": "greedy"},
    {"strategy": "beam"},
    {"strategy": "beam", "beams": 2},
    {"seed": 2},
    {"tokens": 1},
    {"tokens": 12},
]


def settings_of(moves: dict[str, Any]) -> Settings:
    filters = Filters(**{key: moves[key] for key in ("temperature", "top_k", "top_p", "min_p") if key in moves})
    return Settings(filters, **{key: moves[key] for key in ("strategy", "beams", "seed", "tokens") if key in moves})


def same_text(at: AppTest, text: Text) -> None:
    """The strip, the bars and the large numbers are those of this text."""
    shown = token_data(at, "strip")["tokens"]
    assert [row[0] for row in shown] == [w.label if "\ufffd" in w.text else w.text for w in text.words]
    assert [row[2] for row in shown] == [word.band for word in text.words]
    bars = sorted((x, y) for trace in charts(at)[0]["data"] for x, y in zip(trace["x"], trace["y"], strict=True))
    assert [x for x, _ in bars] == list(range(1, len(text.words) + 1))
    assert [y for _, y in bars] == pytest.approx([100 * math.exp(w.logprob) for w in text.words], rel=1e-6)
    total = math.fsum(word.logprob for word in text.words)
    assert metrics(at) == {
        "log-probability": f"{signed(total)} nats",
        "per token": f"{signed(total / len(text.words), 2)} nats",
        "not the likeliest": percent(sum(w.rank > 1 for w in text.words) / len(text.words)),
    }


@pytest.mark.parametrize("moves", TEXTS, ids=str)
def test_text(moves: dict[str, Any], write: Callable[..., Text], engine: Engine, anew: None) -> None:
    moves = {**SHORT, **moves}
    at = visit(view="Text", **moves)
    expected = write(settings_of(moves))
    assert len(expected.words) == moves["tokens"]
    same_text(at, expected)
    same_text(sound(choose(visit(), view="Text", **moves)), expected)
    assert idle(engine)


def test_four_ways(engine: Engine, write: Callable[..., Text], anew: None) -> None:
    filters = Filters(0.7, 50)
    at = visit(view="Four ways", tokens=8, temperature=0.7, top_k=50, beams=3)
    settings = Settings(filters, tokens=8, beams=3)
    expected = writing.measure_ways([write(each) for each in four_settings(settings)])
    assert [element.value.strip() for element in at.text] == [way.text.strip() for way in expected]
    assert len({way.text for way in expected}) >= 3
    told = [caption.value for caption in at.caption if "distinct-2" in caption.value]
    for way, line in zip(expected, told, strict=True):
        assert line.startswith(f"{signed(way.logprob_per_token, 2)} nats a token, {percent(way.repeated_3grams)} ")
        assert line.endswith(f"{way.distinct_2:.2f}")
    said = verdict(at)
    assert max(expected, key=lambda way: way.logprob_per_token).name in said
    assert "pure sampling" not in " ".join(c.value for c in at.caption if "filters are off" in c.value)
    off = visit(view="Four ways", tokens=3)
    assert any("Your filters are off" in caption.value for caption in off.caption)
    assert idle(engine)


# Links that hold what cannot be

NUMBERS = {
    "temperature": (0, 2),
    "top_k": (0, 200),
    "top_p": (0, 1),
    "min_p": (0, 1),
    "beams": (2, 8),
    "seed": (0, 999),
}
NUMBERS["tokens"] = (1, 200)
CHOICES = ("strategy", "model", "view")
BROKEN = ["inf", "-inf", "nan", "1e309", "-1", "abc", "99999", "", "٣", "1_1", "5.0", "5.7", "1e0", " 5", "1" * 3000]
BROKEN += ["<b>", "$x$", "\u202e5", "0x5", "5;DROP"]


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: repr(raw)[:12])
def test_links_with_what_cannot_be(raw: str) -> None:
    usual = visit()
    at = visit(**dict.fromkeys([*NUMBERS, *CHOICES], raw))
    said = notices(at)
    assert len(said) == 1
    assert not set(said[0]) & set("<>$`*[]\u202e")
    for key in (*NUMBERS, *CHOICES):
        default = widget(usual, key).value
        value = widget(at, key).value or default
        if key in NUMBERS:
            low, high = NUMBERS[key]
            assert low <= value <= high
            try:
                taken = float(raw) == value
            except ValueError:
                taken = False
            assert taken or value == default or int(float(raw)) == value
        else:
            taken = False
            assert value == default
        assert (f"The link's {key} cannot be" in said[0]) is not taken, (key, value, said)
        if not taken:
            line = said[0].split(f"The link's {key} cannot be")[1].split("here.")[0]
            assert line.endswith(f"it is {value:g} " if key in NUMBERS else f"it is {value} ")
            assert len(line) < 80
    assert metrics(at)


def test_one_line_for_all_that_cannot_be() -> None:
    at = visit(temperature="abc", top_k="-1", view="Nowhere", prompt="x" * 20_001)
    (line,) = notices(at)
    assert [name in line for name in ("temperature", "top_k", "view", "20,001 characters")] == [True] * 4
    assert notices(sound(choose(at, temperature=0.5, prompt="x"))) == []


@pytest.mark.parametrize(
    "link",
    [
        {"branches": "x"},
        {"branches": "0.1"},
        {"branches": "0.1.2.3"},
        {"branches": "1.0.5"},
        {"branches": "0.-1.5"},
        {"branches": "0.1.٣"},
        {"branches": "_"},
        {"branches": "_".join(["0.1.5"] * 13)},
        {"branches": "0.1." + "9" * 5000},
        {"branch": "1"},
        {"branch": "-1"},
        {"branch": "abc"},
        {"branch": "1e309"},
        {"branch": "9" * 5000},
        {"branches": "nan", "branch": "1"},
    ],
    ids=lambda link: str(link)[:40],
)
def test_broken_branches(link: dict[str, str]) -> None:
    plain = visit(view="Text", **SHORT)
    at = visit(view="Text", **SHORT, **link)
    assert token_texts(at, "strip") == token_texts(plain, "strip")
    assert token_keys(at) == ["strip"]
    (line,) = notices(at)
    assert all(f"The link's {key} could not be read" in line for key in link)
    assert not set(link) & set(at.query_params)


@pytest.mark.parametrize("branches", ["0.8.5", "0.200.5", "0.0.49152", "0.1.999999"])
def test_branches_from_nowhere(branches: str, engine: Engine) -> None:
    """Well written, but there is no such word, or no such token: a link must not reach the engine with it."""
    at = visit(view="Text", **SHORT, branches=branches, branch=1)
    assert token_texts(at, "strip") == token_texts(visit(view="Text", **SHORT), "strip")
    behind = [caption.value for caption in at.caption if "behind the end of its text" in caption.value]
    assert len(notices(at)) + len(behind) == 1
    assert idle(engine)


# What readers type

CANARY = "zqxj"
ODD = {
    "spaces": "     ",
    "a line end": "\n",
    "emoji": f"🦜🏳️‍🌈👩‍👩‍👧 {CANARY}",
    "right to left": f"שלום {CANARY} مرحبا \u202e{CANARY}",
    "control characters": f"a\x00b\x07c\x1b[31m{CANARY}\x7f\x85\u2028{CANARY}",
    "script": f"<script>alert('{CANARY}')</script>",
    "image": f"<img src=x onerror=alert('{CANARY}')> ![{CANARY}](http://192.0.2.1/{CANARY}.png)",
    "maths": f"${CANARY}$ $$\\frac{{{CANARY}}}2$$",
    "icon": f":material/home: :red[{CANARY}] :smile: {CANARY}",
    "backticks": f"``` `{CANARY}` ``{CANARY}",
    "bold and links": f"**{CANARY}** [{CANARY}](http://192.0.2.1) __{CANARY}__",
    "blocks": f"\n\n# {CANARY}\n\n- {CANARY}\n\n> {CANARY}\n\n---\n\n| {CANARY} |\n|---|\n",
    "specials of the model": f"<|im_end|><|endoftext|>{CANARY}",
    "percent and braces": f"%{{x}} {{{CANARY}}} %s $PROMPT ${{PROMPT}} {CANARY}",
}
VIEWS = ("Next token", "Text", "Four ways", "Sweep")
DRAWERS = {"Next token": "next", "Text": "chances", "Four ways": "beam", "Sweep": "sweep"}


@pytest.mark.parametrize("prompt", ODD.values(), ids=ODD)
def test_odd_prompts(prompt: str, engine: Engine) -> None:
    at = sound(choose(visit(tokens=2), prompt=prompt))
    assert engine.model is not None
    ids = engine.model.encode(prompt)
    same_picture(at, cache.shelf(cache.PROMPTS).get(("next", DEFAULT, engine.placement, *ids)), Filters())
    for view in VIEWS[:3]:  # the sweep shows no token, and takes longest
        sound(choose(at, view=view))
        sound(open_drawer(at, DRAWERS[view]))
        shown = markdown_on(at)
        assert len(shown) > 20
        for text in shown:
            acting = outside_code(text)
            assert CANARY not in acting, text
            assert "<" not in acting, text
            assert "http" not in acting, text
    assert notices(at) == []


def test_the_test_for_markup_can_fail() -> None:
    from pages.kit.words import code

    for text in ODD.values():
        assert CANARY not in outside_code(f"It is {code(text)} here")
        if CANARY in text.replace(f"`{CANARY}`", ""):
            assert CANARY in outside_code(f"It is {text} here")


def test_nothing_typed() -> None:
    at = sound(choose(visit(), prompt=""))
    assert [info.value for info in at.info] == [
        "Type something to go on from: with no token at all there is nothing to continue."
    ]
    assert charts(at) == []
    assert {"How it works", "Sources"} <= {expander.label for expander in at.expander}  # the lesson is still there
    assert DEFAULT in at.caption[-1].value
    same = sound(choose(at, prompt="Again"))
    assert len(charts(same)) == 1


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [("word " * 600, 601), ("To date, the cleverest thinker of all time was " * 425, None)],
    ids=["600 words", "20,000 characters"],
)
def test_long_prompts_keep_their_end(prompt: str, tokens: int | None, engine: Engine) -> None:
    assert engine.model is not None
    prompt = prompt[:20_000]
    ids = engine.model.encode(prompt)
    assert tokens in (None, len(ids))
    at = sound(choose(visit(**SHORT), prompt=prompt))
    (line,) = [caption.value for caption in at.caption if "tokens: the model reads the last" in caption.value]
    assert f"{len(ids):,} tokens" in line
    assert "the last 512" in line
    if tokens:
        job = engine.call(lambda model: lesson.next_token(model, ids[-512:]))
        assert job.wait(PATIENCE)
        same_picture(at, job.result, Filters())
    sound(choose(at, view="Text"))
    assert len(token_texts(at, "strip")) == SHORT["tokens"]


# Predict, drawers, questions, what one takes along

ANSWERS = {"less than half": "under half", "less": "less", "same": "the same", "more": "more"}


@pytest.mark.parametrize("given", ANSWERS)
@pytest.mark.parametrize(
    "link",
    [
        {},
        {"temperature": 0.4},
        {"temperature": 0},
        {"temperature": 1.5},
        {"top_k": 1},
        {"strategy": "greedy", "top_k": 5},
    ],
    ids=str,
)
def test_predict(link: dict[str, Any], given: str, scores: Callable[[str], NextToken]) -> None:
    found = scores(DEFAULT_PROMPT)
    greedy = link.get("strategy") == "greedy"
    before = Filters(
        **{key: float(value) if key == "temperature" else value for key, value in link.items() if key != "strategy"}
    )
    if greedy:
        before = replace(before, temperature=0.0)
    now, then, right = lesson.predict_change(found, before)
    other = lesson.other_temperature(before.temperature)
    at = visit(**link)
    question = widget(at, "_predict")
    assert list(question.options) == list(ANSWERS.values())
    assert f"{other:g}" in question.label
    assert ("double" in question.label) == (other == 2 * before.temperature)
    assert ("halved" in question.label) == (other == before.temperature / 2)
    same_picture(at, found, Filters(0.0) if greedy else before)  # it is asked about what is on the screen

    sound(choose(at, _predict=given))
    assert widget(at, "temperature").value == pytest.approx(other)
    (said,) = [m.value for m in at.markdown if m.value.startswith(("**As you said", "**It came out"))]
    assert said.startswith("**As you said") is (given == right)
    assert f"{ANSWERS[right]}." in said
    assert f"from {percent(now)} to {percent(then)}" in said
    same_picture(at, found, replace(before, temperature=other))  # and the change is on the screen
    assert percent(charts(at)[0]["data"][0]["x"][0] / 100) == percent(then)
    assert not [element for element in at if getattr(element, "key", None) == "_predict"]


def test_a_reader_of_a_beam_is_asked_about_sampling(scores: Callable[[str], NextToken]) -> None:
    """Temperature and filters change nothing in a beam: what is on the screen before and after is what the answer compares."""
    at = visit(strategy="beam", top_k=3, temperature=0.3)
    assert "you sample at temperature 2 instead" in widget(at, "_predict").label
    before = charts(at)[0]["data"][0]["x"][0]
    sound(choose(at, _predict="less"))
    same_picture(at, scores(DEFAULT_PROMPT), Filters(2.0, 3))
    after = charts(at)[0]["data"][0]["x"][0]
    assert any(f"from {percent(before / 100)} to {percent(after / 100)}" in m.value for m in at.markdown)


def test_the_question_is_asked_again_about_another_distribution() -> None:
    at = sound(choose(visit(), _predict="more"))
    answered = [m.value for m in at.markdown if "from 7.8" in m.value]
    assert answered
    assert [m.value for m in sound(choose(at, top_k=5)).markdown if "from 7.8" in m.value] == answered
    sound(choose(at, prompt="The capital of France is"))
    assert not [m for m in at.markdown if "from 7.8" in m.value]
    assert "doubles" in widget(at, "_predict").label or "halved" in widget(at, "_predict").label
    sound(choose(at, _predict="less"))
    assert [m.value for m in at.markdown if m.value.startswith(("**As you said", "**It came out"))]


def test_drawers_are_made_when_opened() -> None:
    at = visit()
    assert [expander.label for expander in at.expander] == [
        "The numbers in this picture",
        "The numbers in this picture",
        "How it works",
        "Check yourself",
        "Sources",
        "Take it with you",
    ]
    assert not at.table
    assert not at.code
    assert not at.radio
    assert not at.get("download_button")

    sound(open_drawer(at, "How it works"))
    from core.generation import filters as maths

    code = [element.value for element in at.code]
    assert code == [inspect.getsource(f).strip() for f in (maths.next_token_choices, maths.entropy_bits)]
    assert len(at.latex) == 2

    sound(open_drawer(at, "Sources"))
    links = [m.value for m in at.markdown if m.value.startswith("- ")]
    assert len(links) == 5
    assert all("](https://" in line and "(20" in line for line in links)


def test_the_table_holds_the_pictures_numbers(scores: Callable[[str], NextToken]) -> None:
    at = sound(open_drawer(visit(temperature=0.5, top_k=3), "next"))
    table = at.table[0].value
    choice = lesson.choose(scores(DEFAULT_PROMPT), Filters(0.5, 3))
    assert list(table.columns) == ["token", "model's own chance (%)", "drawn from (%)", "kept"]
    assert [cell.strip("`") for cell in table["token"]] == list(choice.labels)
    assert table["model's own chance (%)"].to_numpy() == pytest.approx(100 * choice.base, abs=1e-4)
    assert table["drawn from (%)"].to_numpy() == pytest.approx(100 * choice.probs, abs=1e-4)
    assert table["kept"].tolist() == ["yes"] * 3 + ["cut"] * 10


RIGHT = {0: None, 1: "0 bits", 2: "They do not"}


@pytest.mark.parametrize("number", RIGHT)
def test_check_yourself(number: int, scores: Callable[[str], NextToken]) -> None:
    at = sound(open_drawer(visit(), "Check yourself"))
    asked = widget(at, f"_check_{number}")
    right = RIGHT[number]
    if right is None:
        logits = scores(DEFAULT_PROMPT).logits.astype(float)
        chances = np.sort(np.exp(logits - np.logaddexp.reduce(logits)))[::-1]
        share = chances[:10].sum()
        right = asked.options[int(share >= 0.25) + int(share > 0.5)]
    assert len(set(asked.options)) == len(asked.options)
    for answer in asked.options:
        sound(choose(at, **{f"_check_{number}": answer}))
        (line,) = [m.value for m in at.markdown if m.value.startswith((":green[Yes.]", ":orange[No:]"))]
        assert line.startswith(":green[Yes.]") is (answer == right)
        assert answer == right or f"“{right}”" in line
        assert len(line) > 40


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], str]]:
    """What the page offers to take along, by file name."""
    offered: dict[str, Callable[[], str]] = {}

    def keep(label: str, make: Callable[[], str], file: str, mime: str, **more: Any) -> None:
        offered[file] = make

    monkeypatch.setattr(st, "download_button", keep)
    return offered


def test_take_it_with_you(taken: dict[str, Callable[[], str]], scores: Callable[[str], NextToken]) -> None:
    at = sound(open_drawer(visit(temperature=0.5, top_k=3, prompt="1 🦜 <b>"), "Take it with you"))
    (link,) = [element.value for element in at.code]
    assert link.split("?")[0].endswith("/gpt_sampling")
    assert set(link.split("?")[1].split("&")) == {"temperature=0.5", "top_k=3", "prompt=1+%F0%9F%A6%9C+%3Cb%3E"}
    assert set(taken) == {"gpt_sampling.csv", "gpt_sampling.html", "gpt_sampling.py"}
    choice = lesson.choose(scores("1 🦜 <b>"), Filters(0.5, 3))
    rows = taken["gpt_sampling.csv"]().splitlines()
    assert len(rows) == 14
    assert rows[0] == "token,model's own chance (%),drawn from (%),kept"
    assert float(rows[1].rsplit(",", 3)[1]) == pytest.approx(100 * choice.base[0], abs=1e-4)
    script = taken["gpt_sampling.py"]()
    assert script.isascii()
    assert "TEMPERATURE, TOP_K, TOP_P, MIN_P = 0.5, 3, 1.0, 0.0" in script
    compile(script, "gpt_sampling.py", "exec")
    assert "What may come next" in taken["gpt_sampling.html"]()


def test_the_script_of_a_greedy_reader_is_greedy(taken: dict[str, Callable[[], str]]) -> None:
    sound(open_drawer(visit(strategy="greedy", temperature=2), "Take it with you"))
    assert "TEMPERATURE, TOP_K, TOP_P, MIN_P = 0.0, 0, 1.0, 0.0" in taken["gpt_sampling.py"]()


def test_models_that_cannot_be_had_say_why() -> None:
    at = visit(model="gpt2")
    assert widget(at, "model").value in ("gpt2", DEFAULT)
    assert any("gpt2 can't be had here" in caption.value for caption in at.caption)
    assert DEFAULT in at.caption[-1].value  # the usual one answers in its place
    assert any(c.value.endswith(f"{DEFAULT} answers in its place.") for c in at.caption)  # outside the closed controls
    assert len(charts(at)) == 2


def test_a_name_that_no_model_can_have_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_HUB_MODELS", "bad name")
    own = models.Offers()  # the server's own has asked already
    monkeypatch.setattr(cache, "offers", lambda: own)
    at = visit(model="gpt2")
    assert any("bad·name can't be had here: not a hub id" in caption.value for caption in at.caption)


def test_beam_search_draws_nothing(scores: Callable[[str], NextToken]) -> None:
    at = visit(strategy="beam", top_k=3, temperature=0.3)
    same_picture(at, scores(DEFAULT_PROMPT), Filters())  # no filter acts on it
    assert "Beam search draws nothing" in verdict(at)
    sound(choose(at, view="Text", tokens=12))
    assert ("No luck in it: the beam" in verdict(at)) != ("nothing was left to luck" in verdict(at))
    assert "another seed" not in verdict(at)
    words = token_texts(at, "strip")
    sound(click_token(at, "strip", 2))  # nothing to put there, so nothing is chosen
    assert (token_texts(at, "strip"), token_data(at, "strip")["chosen"]) == (words, -1)
    assert any("A beam search has no branches" in caption.value for caption in at.caption)


# Texts: seeds, branches, stopping, company


def test_seeds(engine: Engine) -> None:
    one, again, two = (token_texts(visit(view="Text", tokens=16, seed=seed), "strip") for seed in (5, 5, 6))
    assert one == again
    assert one != two
    at = visit(view="Text", tokens=16, seed=5)
    (button,) = [b for b in at.button if b.label.startswith("Draw again")]
    sound(button.click().run())
    assert widget(at, "seed").value == 6
    assert token_texts(at, "strip") == two
    assert idle(engine)


def rivals(at: AppTest) -> Any:
    (found,) = [group for group in at.get("button_group") if (group.key or "").startswith("_rivals_")]
    return found


def totals(at: AppTest) -> list[str]:
    return [row[2] for row in token_data(at, "tree")["branches"]]


def test_branches(engine: Engine, scores: Callable[[str], NextToken], anew: None) -> None:
    assert engine.model is not None
    at = visit(view="Text", tokens=10)
    first = token_texts(at, "strip")
    assert "Point at a word" in " ".join(caption.value for caption in at.caption)
    sound(click_token(at, "strip", 3))
    assert token_data(at, "strip")["chosen"] == 3
    pills = rivals(at)
    label = pills.options[1].split("`")[1]
    token = token_of(engine, label)
    sound(pills.set_value(str(token)).run())

    # The branch is in the link, keeps what stood before, and holds the rival.
    assert at.query_params["branches"] == f"0.3.{token}"
    assert at.query_params["branch"] == "1"
    second = token_texts(at, "strip")
    assert second[:3] == first[:3]
    assert second[3] == engine.model.decode([token])
    assert len(second) == 10
    assert "put here by you" in token_data(at, "strip")["tokens"][3][1]
    assert token_keys(at) == ["strip", "tree"]
    assert token_data(at, "tree")["chosen"] == 1

    # Both stay, each total the sum of its tokens' log-probabilities under the exact model.
    for branch, words in enumerate((first, second)):
        sound(click_token(at, "tree", branch))
        assert token_texts(at, "strip") == words
        bars = [y for trace in charts(at)[0]["data"] for y in trace["y"]]
        total = math.fsum(math.log(y / 100) for y in bars)
        assert totals(at)[branch] == f"{signed(total)} nats" == metrics(at)["log-probability"]
    ids = [*engine.model.encode(DEFAULT_PROMPT), *engine.model.encode("".join(second))]
    prompt_length = len(engine.model.encode(DEFAULT_PROMPT))
    if len(ids) == prompt_length + 10:  # the text is cut into the same tokens again
        job = engine.call(lambda model: model.exact_logits(ids))
        assert job.wait(PATIENCE)
        exact = job.result.double().log_softmax(-1).numpy(force=True)
        total = sum(exact[place - 1, ids[place]] for place in range(prompt_length, len(ids)))
        assert total == pytest.approx(
            float(totals(at)[1].split()[0].replace("−", "-")), abs=0.06
        )  # shown with one decimal

    # A branch of the branch, then back to the first: the tree holds all three, in reading order.
    sound(click_token(at, "strip", 6))
    take_a_rival(at, engine)
    assert at.query_params["branch"] == "2"
    third = token_texts(at, "strip")
    assert third[:6] == second[:6]
    assert third[6] != second[6]
    assert [row[1] for row in token_data(at, "tree")["branches"]] == [0, 1, 2]
    sound(click_token(at, "tree", 0))
    assert "branch" not in at.query_params
    assert token_texts(at, "strip") == first
    link = dict(at.query_params)

    # The link restores all of it for someone else, also when nothing is on the shelf.
    forget_texts()
    for branch, words in (("2", third), ("1", second), ("0", first)):
        there = visit(**{**link, "view": "Text", "tokens": 10, "branch": branch})
        assert token_texts(there, "strip") == words
        assert totals(there) == totals(at)
        assert notices(there) == []
    assert idle(engine)


def take_a_rival(at: AppTest, engine: Engine) -> AppTest:
    """Put the likeliest rival in the place of the word that was clicked."""
    group = rivals(at)
    return sound(group.set_value(str(token_of(engine, group.options[0].split("`")[1]))).run())


def token_of(engine: Engine, label: str) -> int:
    assert engine.model is not None
    return next(token for token in range(49_152) if engine.model.label(token) == label)


def test_branches_stay_with_their_text(engine: Engine) -> None:
    at = visit(view="Text", tokens=6, branches="0.2.28", branch=1)
    assert len(totals(at)) == 2
    first, links = token_texts(at, "strip"), dict(at.query_params)
    sound(choose(at, seed=7))
    assert "branches" not in at.query_params
    assert "branch" not in at.query_params
    assert token_data(at, "strip")["tokens"]
    assert any("they come back with its settings" in caption.value for caption in at.caption)
    sound(choose(at, seed=1))
    assert (token_texts(at, "strip"), len(totals(at))) == (first, 2)
    assert dict(at.query_params) == links
    (button,) = [b for b in at.button if b.label == "Take the branches away"]
    sound(button.click().run())
    assert "branches" not in at.query_params
    assert token_keys(at) == ["strip"]
    assert sound(choose(choose(at, seed=7), seed=1)).query_params.get("branches") is None


def test_a_visit_finds_the_branches_of_so_many_texts_again(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branches, "KEPT", 2)
    at = visit(view="Text", tokens=4)
    for seed in (1, 2, 3):
        sound(choose(at, seed=seed))
        at.query_params["branches"] = "0.2.28"
        sound(at.run())
        assert len(totals(at)) == 2, seed
    kept = at.session_state["_staying_branches"]
    assert [of[2].seed for of in kept] == [2, 3]


def test_what_the_reader_put_there_is_not_called_luck(engine: Engine, anew: None) -> None:
    at = visit(view="Text", tokens=8, strategy="greedy")
    assert "Not here: every token is the likeliest" in verdict(at)
    sound(click_token(at, "strip", 2))
    assert token_data(at, "strip")["chosen"] == 2
    sound(click_token(at, "strip", 2))  # once more lets it go
    assert token_data(at, "strip")["chosen"] == -1
    sound(click_token(at, "strip", 2))
    take_a_rival(at, engine)
    assert "but for what you put there: nothing was left to luck" in verdict(at)
    # The same again leads to the branch that is there.
    sound(click_token(at, "tree", 0))
    branches = at.query_params["branches"]
    sound(click_token(at, "strip", 2))
    take_a_rival(at, engine)
    assert (at.query_params["branches"], at.query_params["branch"]) == (branches, "1")


def test_beam_search_leaves_the_branches_in_the_link_alone(engine: Engine) -> None:
    at = visit(view="Text", tokens=6, strategy="beam", branches="0.2.28", branch=1)
    assert not any("could not be read" in caption.value for caption in at.caption)
    assert token_data(at, "strip")["tokens"]


def test_no_more_branches_than_fit(engine: Engine) -> None:
    branches = "_".join(["0.1.5"] * texts.MAX_FORKS)
    at = visit(view="Text", tokens=2, branches=branches)
    assert len(token_texts(at, "tree")) == texts.MAX_FORKS + 1
    sound(click_token(at, "strip", 0))
    take_a_rival(at, engine)
    assert at.query_params["branches"] == branches
    assert any(f"{texts.MAX_FORKS} branches are as many" in caption.value for caption in at.caption)


@pytest.fixture
def runs(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The texts that pages ask the engine for, in order."""
    asked: list[Run] = []
    submit = engine.submit

    def keep(*given: Any, **named: Any) -> Run:
        asked.append(submit(*given, **named))
        return asked[-1]

    monkeypatch.setattr(engine, "submit", keep)
    return asked


def when_written(runs: list[Run], tokens: int) -> threading.Thread:
    """Stop all of them, as the button does, as soon as the first has so many tokens."""

    def watch() -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not (runs and runs[0].written >= tokens):
            time.sleep(0.001)
        for run in runs:
            run.stop(by_reader=True)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


@pytest.mark.parametrize("view", ["Text", "Four ways"])
def test_stop_leaves_what_there_is_and_frees_the_place(view: str, engine: Engine, runs: list[Run], anew: None) -> None:
    """The button's click cannot reach a script that AppTest waits for; what it does can."""
    stopper = when_written(runs, 3)
    at = visit(view=view, tokens=200, seed=77)
    stopper.join()
    assert idle(engine)
    written = runs[0].written
    assert 3 <= written < 200
    if view == "Text":
        assert len(token_texts(at, "strip")) == written
        assert "It was stopped before its end." in next(m.value for m in at.markdown if "Verdict" in m.value)
    else:
        assert verdict(at) == "**Verdict.** Stopped: texts that have not come to their end can’t be compared."
    asked = len(runs)
    sound(at.run())
    assert len(runs) == asked  # it stays stopped
    (button,) = [b for b in at.button if b.label.startswith("Write")]
    widget(at, "tokens").set_value(5)
    sound(button.click().run())
    assert len(runs) == 2 * asked
    assert all(run.written == 5 for run in runs[asked:])
    assert idle(engine)


def test_company_changes_nothing(engine: Engine, write: Callable[..., Text], anew: None) -> None:
    """Other readers' texts run in the same batch; mine is what it is alone."""
    assert engine.model is not None
    settings = Settings(tokens=24, seed=11)
    alone = write(settings)
    ids = engine.model.encode("Once upon a time, in a land far away, there lived")
    others = [writing.write(engine, ids, Settings(tokens=60, seed=seed)) for seed in range(4)]
    at = visit(view="Text", tokens=24, seed=11)
    assert token_texts(at, "strip") == [word.text for word in alone.words]
    same_text(at, alone)
    for run in others:
        run.stop()
    assert idle(engine)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"seed": 31}, "0 others are waiting for this model already: try again in a moment."),
        (
            {"prompt": "Never read"},
            "Reading your prompt failed: 0 others are waiting for this model already: try again in a moment.",
        ),
    ],
    ids=["a text", "a prompt"],
)
def test_a_full_engine_says_so(
    link: dict[str, Any], said: str, engine: Engine, monkeypatch: pytest.MonkeyPatch, anew: None
) -> None:
    visit()  # the default prompt has been read
    monkeypatch.setattr(engine, "waiting", 0)
    at = fresh(view="Text", **SHORT, **link).run()
    assert not at.exception
    assert [alert.value for alert in [*at.warning, *at.error]] == [said]


# While the model is on its way, and when it can't be had


@pytest.fixture
def held(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The pages find a model that is on its way until the event is set."""
    arrives = threading.Event()

    def wait(self: models.Loading) -> None:
        self.progress = ("reading the weights", 1, 3)
        arrives.wait(PATIENCE)
        self.engine = engine
        self._over.set()

    monkeypatch.setattr(models.Loading, "_load", wait)
    loading = models.Loading(DEFAULT, threading.Lock())
    monkeypatch.setattr(cache, "model", lambda name: loading)
    yield arrives
    arrives.set()
    assert loading.wait(PATIENCE)


RECORDED = "Recorded from the model while it loads; yours takes over in a moment."


@pytest.mark.parametrize(
    "link",
    [{}, {"temperature": 0.5}, {"top_k": 5, "min_p": 0.01}, {"view": "Sweep"}, {"view": "Sweep", "top_p": 0.9}],
    ids=str,
)
def test_the_recorded_default(link: dict[str, Any], held: threading.Event, anew: None) -> None:
    began = time.monotonic()
    at = visit(**link)
    assert time.monotonic() - began < 20  # at once: nothing here waits for the model, which never comes
    assert RECORDED in at.caption.values
    assert at.caption[-1].value == "Recorded numbers: the model is still being read."
    recorded, said = charts(at), metrics(at)
    held.set()
    assert cache.model(DEFAULT).wait(PATIENCE)
    sound(at.run())
    assert RECORDED not in at.caption.values
    assert DEFAULT in at.caption[-1].value
    for before, after in zip(recorded, charts(at), strict=True):
        for old, new in zip(before["data"], after["data"], strict=True):
            for axis in ("x", "y"):
                if all(isinstance(value, float) for value in old[axis]):
                    assert old[axis] == pytest.approx(new[axis], abs=1e-3)
    assert list(said) == list(metrics(at))
    assert [first_number(v) for v in said.values()] == pytest.approx(
        [first_number(v) for v in metrics(at).values()], abs=0.101
    )


def first_number(shown: str) -> float:
    return float(re.findall(r"[\d.]+", shown.replace(",", ""))[0])


@pytest.mark.parametrize("link", [{"strategy": "sample"}, {"strategy": "greedy"}, {"strategy": "beam"}], ids=str)
def test_the_recorded_texts(link: dict[str, Any], held: threading.Event, anew: None) -> None:
    at = visit(view="Text", **link)
    assert RECORDED in at.caption.values
    words = token_texts(at, "strip")
    assert 10 < len(words) <= 40
    assert not [b for b in at.button if b.label == "Stop"]
    at = visit(view="Four ways", **link)
    assert len(at.text) == 4
    assert all(element.value for element in at.text)


def test_what_is_not_recorded_waits_and_says_how_far_it_is(held: threading.Event) -> None:
    at = fresh(prompt="Not recorded")
    seen: list[str] = []
    visitor = threading.Thread(target=lambda: seen.extend(c.value for c in at.run().caption))
    visitor.start()
    visitor.join(1.0)
    assert visitor.is_alive()
    held.set()
    visitor.join(PATIENCE)
    assert not visitor.is_alive()
    assert RECORDED not in seen
    assert DEFAULT in seen[-1]


BAD_NEWS = (
    "smollm2-135m is not on this machine (104 MB): run `python -m core.assets fetch smollm2-135m` with a network."
)


@pytest.fixture
def failed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages find a model that can't be had."""

    def fail(self: models.Loading) -> Engine:
        raise RuntimeError(BAD_NEWS)

    monkeypatch.setattr(models.Loading, "_start", fail)
    loading = models.Loading(DEFAULT, threading.Lock())
    assert loading.wait(PATIENCE)
    model = lambda name: loading  # noqa: E731
    model.clear = lambda: None  # type: ignore[attr-defined]
    monkeypatch.setattr(cache, "model", model)


@pytest.mark.usefixtures("failed")
@pytest.mark.parametrize("link", [{}, {"view": "Text"}, {"prompt": "Hello"}], ids=str)
def test_a_model_that_cannot_be_had_is_one_line(link: dict[str, Any]) -> None:
    at = fresh(**link).run()
    assert not at.exception
    assert [error.value for error in at.error] == [BAD_NEWS]
    assert [button.label for button in at.button] == ["Try again"]
    assert at.title[0].value.startswith("A language model does not choose a word.")


@pytest.mark.usefixtures("failed")
@pytest.mark.parametrize(("page", "title"), [("home.py", "Sequence models, unrolled"), ("about.py", "About")])
def test_other_pages_work_without_a_model(page: str, title: str) -> None:
    at = AppTest.from_file(str(PAGES / "course.py"), default_timeout=PATIENCE)
    sound(at.switch_page(page).run())
    assert at.title[0].value == title


def test_recorded_and_shown_are_json_alike(scores: Callable[[str], NextToken]) -> None:
    """What the browser gets holds no nan or infinity, which JSON has no word for."""
    for view in VIEWS:
        at = visit(view=view, **SHORT)
        for element in at.get("plotly_chart"):
            json.loads(element.proto.spec, parse_constant=lambda name: pytest.fail(name))
