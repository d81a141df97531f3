"""The lesson on GPT sampling as a reader moves through it: real model, and the numbers of `core` as the oracle."""

import functools
import math
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.experiments import gpt_sampling as lesson
from core.experiments import recording
from core.experiments.gpt_sampling import results, writing
from core.experiments.gpt_sampling.results import DEFAULT_PROMPT, Filters, NextToken, choose, compare, other_temperature
from core.experiments.gpt_sampling.texts import MAX_FORKS, METHODS, Settings, Text, four_settings, measure
from core.serving.engine import Engine
from core.serving.work import Run
from pages.gpt_sampling import branches
from pages.kit import cache, language_models
from pages.kit.language_models import DEFAULT, Loading
from pages.kit.words import percent
from tests.pages import helpers
from tests.pages.helpers import (
    PATIENCE,
    charts,
    click_token,
    markdown_on,
    metrics,
    notices,
    open_drawer,
    outside_code,
    pieces,
    said,
    sound,
    token_data,
    token_keys,
    token_texts,
    widget,
)
from tests.pages.helpers import (
    choose as move,
)

pytestmark = [pytest.mark.real_weights, pytest.mark.usefixtures("engine")]

fresh = functools.partial(helpers.fresh, "gpt_sampling")
SHORT = {"tokens": 8}
VIEWS = ("Next token", "Text", "Four ways")


def visit(**link: Any) -> AppTest:
    """A new visit through a link with these parameters, and nothing that went wrong."""
    return sound(fresh(**link).run())


def chart(at: AppTest, title: str) -> dict[str, Any]:
    """The one figure whose title holds these words."""
    (found,) = [one for one in charts(at) if title in one["layout"].get("title", {}).get("text", "")]
    return found


@pytest.fixture(scope="module")
def scores(engine: Engine) -> Callable[[str], NextToken]:
    """The exact scores after a prompt, computed for the tests alone, once each."""

    @functools.cache
    def ask(prompt: str) -> NextToken:
        job = engine.call(lambda model: lesson.next_token(model, prompt))
        assert job.wait(PATIENCE)
        return job.result

    return ask


@pytest.fixture
def write(engine: Engine) -> Callable[..., Text]:
    """A text that the engine writes for the test alone, without the page."""

    def alone(settings: Settings, prompt: str = DEFAULT_PROMPT) -> Text:
        run = writing.begin(engine, writing.model_of(engine).encode(prompt), settings)
        assert run.wait(PATIENCE)
        return writing.written(engine, run)

    return alone


@pytest.fixture
def anew() -> None:
    """Nothing on the shelf: what the page shows is written in this test."""
    cache.results().clear()


def idle(engine: Engine) -> bool:
    """Wait until no text runs and none stands in line."""
    until = time.monotonic() + PATIENCE
    while engine.load() != (0, 0) and time.monotonic() < until:
        time.sleep(0.01)
    return engine.load() == (0, 0)


def same_picture(at: AppTest, found: NextToken, filters: Filters) -> None:
    """Bars, large numbers, verdict and mechanism are those of `core` for these scores and settings."""
    choice = choose(found, filters)
    drawn, *own = chart(at, "likeliest of")["data"]
    assert drawn["x"] == pytest.approx(100 * choice.probs, abs=1e-9)
    assert [text in ("cut", "left out") for text in drawn["text"]] == [not kept for kept in choice.kept]
    assert bool(own) is (filters != Filters())  # the model's own bars only where they differ
    if own:
        assert own[0]["x"] == pytest.approx(100 * choice.base, abs=1e-9)
    cut = choice.removed_mass if filters.temperature else 1 - choice.base[0]
    assert list(metrics(at).values()) == [f"{choice.kept_count:,}", f"{2**choice.entropy:,.1f}", percent(cut)]
    assert choice.labels[0] in said(at)
    assert "every draw gives the same" in said(at) if choice.kept_count == 1 else percent(choice.top[1]) in said(at)
    sketch = [note.get("text", "") for one in charts(at) for note in one["layout"].get("annotations", [])]
    assert f"{choice.logits[0]:.1f}" in sketch


MOVES: list[tuple[dict[str, Any], Filters]] = [
    ({}, Filters()),
    ({"temperature": 0.0}, Filters(0.0)),
    ({"temperature": 0.5}, Filters(0.5)),
    ({"top_k": 1}, Filters(top_k=1)),
    ({"top_p": 0.5}, Filters(top_p=0.5)),
    ({"min_p": 0.2}, Filters(min_p=0.2)),
    ({"temperature": 1.5, "top_k": 40, "top_p": 0.9, "min_p": 0.05}, Filters(1.5, 40, 0.9, 0.05)),
    ({"prompt": "The cat sat on the"}, Filters()),
]


@pytest.mark.parametrize(("moves", "filters"), MOVES, ids=lambda value: str(value) if isinstance(value, dict) else "")
def test_next_token(moves: dict[str, Any], filters: Filters, scores: Callable[[str], NextToken]) -> None:
    found = scores(moves.get("prompt", DEFAULT_PROMPT))
    at = sound(move(visit(), **moves))
    same_picture(at, found, filters)
    titles = [one["layout"]["title"]["text"] for one in charts(at)]
    assert any("course notes" in title for title in titles) is ("prompt" not in moves)  # of the default prompt only
    swept = results.sweep(found, filters)
    *lines, mark = chart(at, "Higher temperature")["data"]
    assert lines[0]["y"] == pytest.approx((2**swept.plain).tolist(), rel=1e-9)
    assert lines[-1]["y"] == pytest.approx((2**swept.filtered).tolist(), rel=1e-9)
    assert mark["x"] == [filters.temperature]
    assert charts(visit(**moves))[0] == charts(at)[0]


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"temperature": 0.5},
        {"top_k": 3, "seed": 2},
        {"strategy": "greedy"},
        {"strategy": "beam", "beams": 2},
        {"tokens": 1},
    ],
    ids=str,
)
def test_text(moves: dict[str, Any], write: Callable[..., Text], engine: Engine, anew: None) -> None:
    moves = {**SHORT, **moves}
    at = visit(view="Text", **moves)
    filters = Filters(**{key: moves[key] for key in ("temperature", "top_k") if key in moves})
    expected = write(Settings(filters, **{k: moves[k] for k in ("strategy", "beams", "seed", "tokens") if k in moves}))
    assert len(expected.words) == moves["tokens"]
    same_text(at, expected)
    assert not token_data(at, "strip")["busy"]
    assert idle(engine)
    same_text(sound(at.run()), expected)  # from the shelf, whole


def same_text(at: AppTest, text: Text) -> None:
    """Strip, bars and large numbers are those of this text."""
    shown = token_data(at, "strip")["tokens"]
    assert [row[0] for row in shown] == [w.label if w.partial else w.text for w in text.words]
    assert [row[2] for row in shown] == [word.band for word in text.words]
    bars = sorted((x, y) for one in chart(at, "each token")["data"] for x, y in zip(one["x"], one["y"], strict=True))
    assert [y for _, y in bars] == pytest.approx([100 * math.exp(w.logprob) for w in text.words], rel=1e-6)
    mean = math.fsum(word.logprob for word in text.words) / len(text.words)
    others = sum(w.rank > 1 for w in text.words)
    assert list(metrics(at).values()) == [percent(math.exp(mean)), percent(others / len(text.words))]
    assert said(at).startswith(f"{others} of " if others else "Every token is the likeliest")


def test_only_what_is_new_is_sent(engine: Engine, anew: None) -> None:
    at = visit(view="Text", tokens=60, seed=5)
    sent = pieces(at, json_of(at)["feed"])
    assert len(sent) >= 2
    assert [piece["from"] for piece in sent] == list(
        np.cumsum([len(json_of(at)["tokens"]), *(len(piece["tokens"]) for piece in sent)])[:-1]
    )
    assert sum(len(piece["tokens"]) for piece in sent) + len(json_of(at)["tokens"]) == 60
    assert (sent[-1]["busy"], sent[-1]["meter"]) == (False, "")


def json_of(at: AppTest) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(helpers.token_proto(at, "strip").json)
    return found


def test_four_ways(engine: Engine, write: Callable[..., Text], anew: None) -> None:
    at = visit(view="Four ways", tokens=8, temperature=0.7, top_k=50, beams=3)
    texts = [write(each) for each in four_settings(Settings(Filters(0.7, 50), tokens=8, beams=3))]
    for number, text in enumerate(texts):
        assert "".join(token_texts(at, f"way{number}")) == text.string
    expected = [measure(name, text) for name, text in zip(METHODS, texts, strict=True)]
    typical, repeated = chart(at, "livelier")["data"]
    assert typical["x"] == pytest.approx([100 * one.typical for one in expected], rel=1e-6)
    assert repeated["x"] == pytest.approx([100 * one.repeated_3grams for one in expected])
    best = max(expected, key=lambda one: one.typical)
    assert said(at).startswith(f"{best.name} writes the likeliest tokens, typically {percent(best.typical)}")
    off = visit(view="Four ways", tokens=3)
    assert any("Your filters are off" in caption.value for caption in off.caption)
    assert "way2" not in token_keys(off)
    assert idle(engine)


# Links and texts that readers make

BRANCHES = ["x", "0.1.2.3", "1.0.5", "0.-1.5", "0.1.٣", "_", "_".join(["0.1.5"] * 13), "0.1." + "9" * 5000, "0.0.49152"]


@pytest.mark.parametrize(
    "raw", [*({"branches": one} for one in BRANCHES), {"branch": "1"}, {"branch": "1e309"}], ids=str
)
def test_broken_branches(raw: dict[str, str], engine: Engine) -> None:
    at = visit(view="Text", **SHORT, **raw)
    assert token_texts(at, "strip") == token_texts(visit(view="Text", **SHORT), "strip")
    assert token_keys(at) == ["strip"]
    assert any("could not be read" in line.value for line in at.caption)
    assert idle(engine)


def test_a_branch_behind_the_end(engine: Engine) -> None:
    at = visit(view="Text", **SHORT, branches="0.200.5", branch=1)
    assert token_texts(at, "strip") == token_texts(visit(view="Text", **SHORT), "strip")
    assert any("behind the end of its text" in caption.value for caption in at.caption)


CANARY = "zqxj"
ODD = {
    "spaces": "     ",
    "emoji": f"🦜🏳️‍🌈👩‍👩‍👧 {CANARY}",
    "right to left": f"שלום {CANARY} مرحبا \u202e{CANARY}",
    "image": f"<img src=x onerror=alert('{CANARY}')> ![{CANARY}](http://192.0.2.1/{CANARY}.png)",
    "maths and backticks": f"${CANARY}$ $$\\frac{{{CANARY}}}2$$ ``` `{CANARY}` ``{CANARY}",
    "blocks": f"\n\n# {CANARY}\n\n- {CANARY}\n\n> {CANARY}\n\n---\n\n| {CANARY} |\n|---|\n",
    "specials of the model": f"<|im_end|><|endoftext|>{CANARY}",
    "a mark": f"#000001 %{{x}} #000006{CANARY}",
}


@pytest.mark.parametrize("prompt", ODD.values(), ids=ODD)
def test_odd_prompts(prompt: str, scores: Callable[[str], NextToken]) -> None:
    at = sound(move(visit(tokens=2), prompt=prompt))
    same_picture(at, scores(prompt), Filters())
    for view in VIEWS:
        sound(move(at, view=view))
        shown = markdown_on(at)
        assert len(shown) > 20
        for text in shown:
            assert not re.search(f"{CANARY}|<|http", outside_code(text).replace("https://", "")), text


def test_nothing_typed() -> None:
    at = sound(move(visit(), prompt=""))
    assert [info.value for info in at.info] == [
        "Type something under “More”: with no token at all there is nothing to continue."
    ]
    assert charts(at) == []
    assert {"How it works", "Sources"} <= {expander.label for expander in at.expander}  # the lesson is still there
    assert charts(sound(move(at, prompt="Again")))


def test_a_blank_at_the_end_is_said_and_changes_everything(scores: Callable[[str], NextToken]) -> None:
    tight, loose = (visit(prompt=f"The capital of France is{end}") for end in ("", " "))
    assert not any("ends in a blank" in caption.value for caption in tight.caption)
    assert any("ends in a blank" in caption.value for caption in loose.caption)
    assert "·Paris" in said(tight)
    assert "·Paris" not in said(loose)


def test_line_ends_are_all_alike() -> None:
    one, other = (visit(prompt=f"First line{end}second") for end in ("\n", "\r\n"))
    assert charts(one)[0] == charts(other)[0]


def test_long_prompts_keep_their_end(scores: Callable[[str], NextToken]) -> None:
    at = sound(move(visit(**SHORT), prompt="word " * 600))
    (line,) = [caption.value for caption in at.caption if "tokens: the model reads the last" in caption.value]
    assert "601 tokens" in line
    assert "the last 512" in line
    same_picture(at, scores("word " * 600), Filters())
    assert len(token_texts(sound(move(at, view="Text")), "strip")) == SHORT["tokens"]


# Bets, questions, what one takes along


@pytest.mark.parametrize("given", [results.FAR, results.NEAR, results.SAME, results.MORE])
@pytest.mark.parametrize("temperature", [1.0, 0.4, 0.0, 1.5])
def test_bet(temperature: float, given: str, scores: Callable[[str], NextToken]) -> None:
    at = visit(temperature=temperature)
    other = other_temperature(temperature)
    now, then, right = compare(scores(DEFAULT_PROMPT), Filters(temperature), Filters(other))
    asked = widget(at, "_answer")
    assert len(set(asked.options)) == 4
    assert f"to {other:g}. What becomes of the {percent(now)}".replace(" %", "\u00a0%") in asked.label.replace(
        " %", "\u00a0%"
    )
    sound(move(at, _answer=given))
    assert widget(at, "temperature").value == pytest.approx(other)
    (line,) = [m.value for m in at.markdown if m.value.startswith(("**You were right", "**It came out"))]
    assert line.startswith("**You were right") is (given == right)
    assert f"from {percent(now)} to {percent(then)}" in line.replace("\u00a0", " ")
    same_picture(at, scores(DEFAULT_PROMPT), Filters(other))
    (undo,) = [b for b in at.button if b.label == "Undo"]
    same_picture(sound(undo.click().run()), scores(DEFAULT_PROMPT), Filters(temperature))


@pytest.mark.parametrize("view", ["Text", "Four ways"])
def test_the_bets_about_texts_are_judged_by_them(view: str) -> None:
    """At the defaults from what ships: no model is needed for it."""
    at = sound(move(visit(view=view), _answer=widget(visit(view=view), "_answer").options[0]))
    (line,) = [m.value for m in at.markdown if m.value.startswith(("**You were right", "**It came out"))]
    asked = functools.partial(recording.find, lesson.write, DEFAULT, DEFAULT_PROMPT)
    if view == "Text":
        before, after = (sum(w.rank == 1 for w in asked(Settings(Filters(t))).words) for t in (1.0, 2.0))
        assert line.startswith("**You were right") is (after < before)
        assert f"{before} tokens before, {after} now" in line
    else:
        typical = [asked(each.essential()).typical for each in four_settings(Settings(Filters(0.5)))]
        assert all(
            f"{name} {percent(v)}" in line.replace("\u00a0", " ") for name, v in zip(METHODS, typical, strict=True)
        )
        assert line.startswith("**You were right") is (typical[0] == max(typical))


def test_the_script_gets_what_is_on_the_screen(taken: dict[str, Callable[[], str]]) -> None:
    at = visit(temperature=0.5, top_k=3, prompt="1 🦜 <b>")
    sound(open_drawer(at, "Take it with you"))
    script = taken["gpt_sampling.py"]()
    assert script.isascii()
    assert "TEMPERATURE, TOP_K, TOP_P, MIN_P = 0.5, 3, 1.0, 0.0" in script
    compile(script, "gpt_sampling.py", "exec")


def test_the_finding_and_what_was_seen_are_measured(scores: Callable[[str], NextToken]) -> None:
    from pages.kit.course import find

    choice = choose(scores(DEFAULT_PROMPT), Filters())
    assert percent(choice.top[1]) in find("gpt_sampling").finding
    assert percent(1 - choice.top[1]) in find("gpt_sampling").finding
    (seen,) = [m.value.replace("\u00a0", " ") for m in visit().markdown if "What you have seen" in m.value]
    assert percent(choice.top[1]) in seen
    assert f"{choice.effective:,.0f} equal tokens" in seen


def test_models_that_cannot_be_had_say_why() -> None:
    at = visit(model="gpt2")
    assert any("gpt2 can't be had here" in caption.value for caption in at.caption)
    assert any(f"{DEFAULT} answers in its place." in caption.value for caption in at.caption)
    assert "·Albert" in said(at)


# Texts: seeds, branches, stopping, company


def test_seeds(engine: Engine) -> None:
    one, again, two = (token_texts(visit(view="Text", tokens=16, seed=seed), "strip") for seed in (5, 5, 6))
    assert one == again != two
    at = visit(view="Text", tokens=16, seed=5)
    (button,) = [b for b in at.button if b.label.startswith("Draw again")]
    sound(button.click().run())
    assert widget(at, "seed").value == 6
    assert token_texts(at, "strip") == two


def rivals(at: AppTest) -> Any:
    (found,) = [group for group in at.get("button_group") if (group.key or "").startswith("_rivals_")]
    return found


def take_a_rival(at: AppTest, engine: Engine, number: int = 0) -> int:
    """Put a rival in the place of the token that was clicked; return its number in the vocabulary."""
    group = rivals(at)
    label = group.options[number].split("`")[1]
    token = next(token for token in range(49_152) if writing.model_of(engine).label(token) == label)
    sound(group.set_value(str(token)).run())
    return token


def link_of(at: AppTest) -> dict[str, str]:
    """What the address would say."""
    entries = at.session_state["_kept"]["gpt_sampling"].entries
    return {key: one.words if isinstance(one.words, str) else one.words[-1] for key, one in entries.items()}


def test_branches(engine: Engine, anew: None) -> None:
    at = visit(view="Text", tokens=10)
    first = token_texts(at, "strip")
    sound(click_token(at, "strip", 3))
    assert token_data(at, "strip")["chosen"] == 3
    token = take_a_rival(at, engine, 1)

    # The branch is in the link, keeps what stood before, and holds the rival.
    assert link_of(at)["branches"] == f"0.3.{token}"
    assert link_of(at)["branch"] == "1"
    second = token_texts(at, "strip")
    assert second[:3] == first[:3]
    assert second[3] == writing.model_of(engine).decode([token])
    assert "put here by you" in token_data(at, "strip")["tokens"][3][1]
    assert token_data(at, "tree")["chosen"] == 1

    # Both stay, each with its tokens' typical probability.
    for branch, words in enumerate((first, second)):
        sound(click_token(at, "tree", branch))
        assert token_texts(at, "strip") == words
        typical = next(iter(metrics(at).values()))
        assert token_data(at, "tree")["branches"][branch][2] == f"{typical} a token"

    # A branch of the branch, then back to the first: the tree holds all three, in reading order.
    sound(click_token(at, "strip", 6))
    take_a_rival(at, engine)
    third = token_texts(at, "strip")
    assert third[:6] == second[:6]
    assert third[6] != second[6]
    assert [row[1] for row in token_data(at, "tree")["branches"]] == [0, 1, 2]
    link = link_of(at)

    # The link restores all of it for someone else, also when nothing is on the shelf.
    cache.results().clear()
    for branch, words in (("2", third), ("1", second), ("0", first)):
        there = visit(**{**link, "branch": branch})
        assert token_texts(there, "strip") == words
        assert notices(there) == []
    assert idle(engine)


def test_branches_stay_with_their_text(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branches, "KEPT", 2)
    at = visit(view="Text", tokens=6, branches="0.2.28", branch=1)
    first = token_texts(at, "strip")
    sound(move(at, seed=7))
    assert "branches" not in link_of(at)
    assert any("they come back with its settings" in caption.value for caption in at.caption)
    sound(move(at, seed=1))
    assert token_texts(at, "strip") == first
    assert link_of(at)["branches"] == "0.2.28"
    (button,) = [b for b in at.button if b.label == "Take the branches away"]
    sound(button.click().run())
    assert token_keys(at) == ["strip"]
    assert "branches" not in link_of(sound(move(move(at, seed=7), seed=1)))


def test_what_the_reader_put_there_is_not_called_luck(engine: Engine) -> None:
    at = visit(view="Text", tokens=8, strategy="greedy")
    assert "nothing was left to luck" in said(at)
    sound(click_token(at, "strip", 2))
    sound(click_token(at, "strip", 2))  # once more lets it go
    assert token_data(at, "strip")["chosen"] == -1
    sound(click_token(at, "strip", 2))
    take_a_rival(at, engine)
    assert "but for what you put there: nothing was left to luck" in said(at)
    # The same again leads to the branch that is there.
    sound(click_token(at, "tree", 0))
    before = link_of(at)["branches"]
    sound(click_token(at, "strip", 2))
    take_a_rival(at, engine)
    assert (link_of(at)["branches"], link_of(at)["branch"]) == (before, "1")


def test_a_beam_draws_nothing_and_has_no_branches(engine: Engine) -> None:
    at = visit(view="Text", tokens=12, strategy="beam", branches="0.2.28", branch=1)
    assert ("No luck in it: the beam" in said(at)) != ("nothing was left to luck" in said(at))
    sound(click_token(at, "strip", 2))  # nothing to put there, so nothing is chosen
    assert token_data(at, "strip")["chosen"] == -1
    assert any("A beam search has no branches" in caption.value for caption in at.caption)


def test_no_more_branches_than_fit(engine: Engine) -> None:
    many = "_".join(["0.1.5"] * MAX_FORKS)
    at = visit(view="Text", tokens=2, branches=many)
    assert len(token_texts(at, "tree")) == MAX_FORKS + 1
    sound(click_token(at, "strip", 0))
    take_a_rival(at, engine)
    assert link_of(at)["branches"] == many
    assert any(f"{MAX_FORKS} branches are as many" in caption.value for caption in at.caption)


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


@pytest.mark.parametrize("view", ["Text", "Four ways"])
def test_stop_leaves_what_there_is_and_frees_the_place(view: str, engine: Engine, runs: list[Run], anew: None) -> None:
    """The button's click cannot reach a script that AppTest waits for; what it does can."""

    def stop() -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not (runs and runs[0].written >= 3):
            time.sleep(0.001)
        for run in runs:
            run.stop(by_reader=True)

    stopper = threading.Thread(target=stop)
    stopper.start()
    at = visit(view=view, tokens=200, seed=77, temperature=0.9)
    stopper.join()
    assert idle(engine)
    assert 3 <= runs[0].written < 200
    if view == "Text":
        assert len(token_texts(at, "strip")) == runs[0].written
        assert "It was stopped before its end." in said(at)
    else:
        assert said(at).startswith("Stopped:")
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
    alone = write(Settings(tokens=24, seed=11))
    ids = writing.model_of(engine).encode("Once upon a time, in a land far away, there lived")
    others = [writing.begin(engine, ids, Settings(tokens=60, seed=seed)) for seed in range(4)]
    same_text(visit(view="Text", tokens=24, seed=11), alone)
    for run in others:
        run.stop()
    assert idle(engine)


@pytest.mark.parametrize("link", [{"seed": 31}, {"prompt": "Never read"}], ids=["a text", "a prompt"])
def test_a_full_engine_says_so(
    link: dict[str, Any], engine: Engine, monkeypatch: pytest.MonkeyPatch, anew: None
) -> None:
    monkeypatch.setattr(engine, "waiting", 0)
    at = fresh(view="Text", **SHORT, **link).run()
    assert not at.exception
    (alert,) = [*at.info, *at.error]
    assert "0 others are waiting for this model already: try again in a moment." in alert.value
    assert {"How it works", "Sources"} <= {expander.label for expander in at.expander}


# While the model is on its way, and when it can't be had

BAD_NEWS = (
    "smollm2-135m is not on this machine (104 MB): run `python -m core.assets fetch smollm2-135m` with a network."
)


@pytest.fixture
def failed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages find a model that can't be had."""

    def fail(self: Loading) -> Engine:
        raise RuntimeError(BAD_NEWS)

    monkeypatch.setattr(Loading, "_start", fail)
    loading = Loading(DEFAULT, threading.Lock())
    assert loading.wait(PATIENCE)
    monkeypatch.setattr(language_models, "model", lambda name: loading)
    cache.results().clear()


@pytest.mark.usefixtures("failed")
@pytest.mark.parametrize(
    "link", [{"temperature": 0.5, "top_p": 0.9}, {"view": "Text", "strategy": "beam"}, {"view": "Four ways"}], ids=str
)
def test_what_ships_is_shown_without_a_model(link: dict[str, Any]) -> None:
    at = visit(**link)
    assert charts(at)
    assert at.caption[-1].value == "Recorded numbers, shown at once."
    if not link.get("view"):
        found = recording.find(lesson.next_token, DEFAULT, DEFAULT_PROMPT)
        same_picture(at, found, Filters(0.5, top_p=0.9))


@pytest.mark.usefixtures("failed")
@pytest.mark.parametrize("link", [{"view": "Text", "seed": 3}, {"prompt": "Hello"}], ids=str)
def test_a_model_that_cannot_be_had_is_one_line(link: dict[str, Any]) -> None:
    at = fresh(**link).run()
    assert not at.exception
    assert [error.value for error in at.error] == [BAD_NEWS]
    assert "Try again" in [button.label for button in at.button]
    assert "How it works" in [expander.label for expander in at.expander]


def test_who_empties_streamlits_caches_ends_no_engine(engine: Engine, anew: None) -> None:
    """Any client may ask the server to."""
    st.cache_resource.clear()
    st.cache_data.clear()
    assert language_models.model(DEFAULT).engine is engine
    same_text(visit(view="Text", tokens=4, seed=8), visit_text(engine, 4, 8))


def visit_text(engine: Engine, tokens: int, seed: int) -> Text:
    run = writing.begin(engine, writing.model_of(engine).encode(DEFAULT_PROMPT), Settings(tokens=tokens, seed=seed))
    assert run.wait(PATIENCE)
    return writing.written(engine, run)
