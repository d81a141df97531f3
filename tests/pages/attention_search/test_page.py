"""The lesson on attention as search as a reader moves through it: the real encoder, and the numbers of `core` as the oracle."""

import functools
import json
import threading
import time
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.assets import fetch
from core.assets.manifest import AssetError
from core.data.library import LIBRARY
from core.experiments import attention_search as lesson
from core.experiments.attention_search import Look, Settings, reading, recorded, scaling
from core.experiments.attention_search import keys as small
from core.figures.attention_search import vector
from tests.pages import helpers
from tests.pages.helpers import (
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
    token_texts,
    verdict,
    widget,
)

pytestmark = pytest.mark.real_weights

fresh, visit = (
    functools.partial(helpers.fresh, "attention_search"),
    functools.partial(helpers.computed, "attention_search"),
)
VIEWS = ("Search", "Three keys", "Why divide", "A real head")
QUERY, TEXT = lesson.DEFAULT_QUERY, lesson.DEFAULT_TEXT
TITLES = [item.title for item in LIBRARY]
MATCHES = {"dot product": "dot", "cosine": "cosine", "additive": "additive"}
SHELVES, WEIGHTS = recorded.shelves(), recorded.fitting().weights


def settings_of(moves: dict[str, Any]) -> Settings:
    return Settings(
        MATCHES[moves.get("match", "dot product")],  # type: ignore[arg-type]
        moves.get("scale", "on") == "on",
        moves.get("temperature", 0.1),
    )


def search(moves: dict[str, Any]) -> Look:
    query = reading.read_query(moves.get("query", QUERY)).vector
    return lesson.look(query, SHELVES.keys, SHELVES.values, settings_of(moves), WEIGHTS)


# Search


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"query": "keeping milk cold"},
        {"temperature": 1.0},
        {"temperature": 0.01},
        {"scale": "off"},
        {"match": "cosine", "scale": "off", "temperature": 0.05},
        {"match": "additive", "query": "flying"},
    ],
    ids=str,
)
def test_search(moves: dict[str, Any]) -> None:
    found = search(moves)
    title, share = TITLES[found.best], found.weights[found.best]
    for at in (visit(**moves), sound(choose(visit(), **moves))):
        matches, mask, mixed, _, hard, rest = charts(at)[0]["data"]
        best = found.order[:8]
        assert matches["x"] == pytest.approx(found.scores[best], abs=1e-3)
        assert mask["x"] == pytest.approx(100 * found.weights[best], abs=0.05)
        assert mixed["x"] == pytest.approx(found.closeness[best], abs=1e-3)
        assert hard["x"] == pytest.approx(found.hard[best], abs=1e-3)
        assert rest["x"][0] == pytest.approx(100 * found.weights[found.order[8:]].sum(), abs=0.05)
        said = metrics(at)
        assert float(said["on the best match"].split()[0]) == pytest.approx(100 * share, abs=0.06)
        assert said["items that share it"] == f"{found.effective:.1f} of 60"
        assert float(said["likeness to it"]) == pytest.approx(found.closeness[found.best], abs=2e-3)
        assert ("Not here" in verdict(at)) == (found.effective < 1.05)
        assert ("Hardly a search" in verdict(at)) == (found.effective > 54)
        assert (f"“{title}”" in verdict(at)) == (found.effective < 54)
        shown = [m.value for m in at.markdown]
        assert f"100 % of “{title}”: {LIBRARY[found.best].content}" in shown
        assert sum(f" of “{TITLES[i]}”: " in text for i in found.order[1:3] for text in shown) == 2
        learned = [c.value for c in at.caption if "learned by heart" in c.value]
        assert len(learned) == ("additive" in moves.values())
        assert notices(at) == []
        for key, value in moves.items():
            assert widget(at, key).value == value


def test_the_curve_says_what_the_temperature_does() -> None:
    at = visit(temperature=0.3, scale="off")
    *lines, mark = charts(at)[1]["data"]
    found = search({"temperature": 0.3, "scale": "off"})
    assert (mark["x"], mark["y"]) == ([0.3], [pytest.approx(found.entropy, abs=1e-3)])
    assert [line["name"] for line in lines] == ["q · k / √d", "q · k", "cosine", "additive"]


# Three keys


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"q1": -2.0, "q2": 3.0},
        {"keys_temperature": 0.05},
        {"keys_temperature": 5.0},
        {"match": "cosine", "q1": 0.0, "q2": 0.0},
        {"match": "additive", "scale": "off"},
        {"scale": "off", "q2": 1.7},
        {"vectors": "K1 1, 2, 3\nK2: [0 1 -1]\nk3 2 0 0.5\nV1 1 0\nV2 0 1\nV3 -1 −1", "q3": -1.0},
    ],
    ids=str,
)
def test_three_keys(moves: dict[str, Any]) -> None:
    vectors = small.read_vectors(moves.get("vectors", small.DEFAULT_VECTORS))
    q = np.array([moves.get(f"q{n + 1}", small.DEFAULT_QUERY[n]) for n in range(vectors.width)])
    settings = settings_of({**moves, "temperature": moves.get("keys_temperature", 1.0)})
    found = lesson.look(q, vectors.keys, vectors.values, settings, small.plain_additive(vectors.width))
    at = visit(view="Three keys", **moves)
    (points,), (_, ends) = (chart["data"] for chart in charts(at))
    assert (points["x"][3], points["y"][3]) == (q[0], q[1])
    assert (ends["x"][3], ends["y"][3]) == pytest.approx(tuple(found.mixed))
    text = " ".join(m.value for m in at.markdown)
    for n in range(3):
        assert f"V{n + 1} {vector(vectors.values[n])} = {vector(found.weights[n] * vectors.values[n])}" in text
        assert f"**{found.scores[n]:.2f}**".replace("-", "−") in text
    assert f"in all: **{vector(found.mixed)}**" in text
    best = found.best + 1
    assert metrics(at)[f"share of V{best}"].split()[0] == f"{100 * found.weights[best - 1]:.1f}"
    assert ("Not here" in verdict(at)) == (found.effective < 1.05)
    assert ("hardly matters" in verdict(at)) == (found.effective > 2.7)
    assert len([w for w in at.slider if w.key.startswith("q")]) == vectors.width


def test_moving_the_query_moves_the_mixture() -> None:
    at = visit(view="Three keys")
    before = charts(at)[1]["data"][1]["x"][3]
    sound(choose(at, q1=-3.0))
    assert charts(at)[1]["data"][1]["x"][3] < before
    assert verdict(at).startswith("**Verdict.** K3 matches best")


def test_lines_that_cannot_be_are_named() -> None:
    at = visit(view="Three keys", vectors="K1 1 <b>")
    assert [w.value for w in at.warning] == [
        "K1 holds something that is not a number. The usual vectors stand here instead."
    ]
    usual = visit(view="Three keys")
    assert charts(at) == charts(usual)
    assert [w.value for w in usual.warning] == []


# Why divide


@pytest.mark.parametrize(
    "moves", [{}, {"width": 1}, {"width": 1000, "keys": 5}, {"seed": 9, "layer": 1, "head": 3}], ids=str
)
def test_why_divide(moves: dict[str, Any]) -> None:
    width = moves.get("width", 64)
    drawn = scaling.draw(moves.get("keys", 64), moves.get("seed", 1))
    at = visit(view="Why divide", **moves)
    found = scaling.measure(drawn, (width,)).at(width)
    said = metrics(at)
    assert said["variance of q · k"] == f"{found['variance'][0]:,.1f}"
    assert said["divided by √d"] == f"{found['variance'][1]:.2f}"
    assert said["entropy as it is"] == f"{found['entropy'][0]:.2f} bits"
    assert said["entropy divided"] == f"{found['entropy'][1]:.2f} bits"
    assert ("Not here" in verdict(at)) == (width == 1)
    assert charts(at)[0]["layout"]["shapes"][0]["x0"] == width
    trained = recorded.trained()
    layer, head = moves.get("layer", 4), moves.get("head", 2)
    (words,) = [m.value for m in at.markdown if m.value.startswith("**In a trained model.**")]
    assert f"head {head}: variance {trained.variance[layer - 1, head - 1, -1]:,.0f}" in words
    assert (
        f"{trained.entropy[..., 0].mean():.2f} bits on average in place of {trained.entropy[..., 1].mean():.2f}"
        in words
    )
    assert charts(at)[1]["data"][1]["marker"]["size"].index(15) == 12 * (layer - 1) + head - 1


# A real head


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"layer": 1, "head": 3},
        {"place": 1},
        {"scale": "off"},
        {"text": "Time flies like an arrow", "layer": 6, "place": 99},
    ],
    ids=str,
)
def test_a_real_head(moves: dict[str, Any]) -> None:
    layer, head = moves.get("layer", 4), moves.get("head", 2)
    read = reading.read_layer(moves.get("text", TEXT), layer)
    last = len(read.tokens)
    link = {key: value for key, value in moves.items() if value != 99}
    at = visit(view="A real head", **link)
    place = widget(at, "place").value
    assert place == link.get("place", min(11, last))
    assert token_texts(at, "strip") == list(read.tokens)
    shares = read.weights[head - 1, place - 1] if "scale" not in moves else None
    if shares is None:
        powers = np.exp(read.queries[head - 1, place - 1] @ read.keys[head - 1].T)
        shares = powers / powers.sum()
        assert "not what the model does" in verdict(at)
        assert float(metrics(at)["largest difference"]) > 0.05
    else:
        assert "×\u00a010⁻" in metrics(at)["largest difference"]
        assert "the model's own numbers" in verdict(at)
    assert [row[3] for row in token_data(at, "strip")["tokens"]] == pytest.approx(shares.tolist(), abs=6e-4)
    assert metrics(at)["on the best match"].split()[0] == f"{100 * shares.max():.1f}"
    twice = at.table[0].value
    ours, theirs = (twice[name] for name in ("this page's three steps", "the model"))
    if "scale" not in moves:
        numbers = [[float(cell.strip("`").replace("−", "-")) for cell in column] for column in (ours, theirs)]
        assert numbers[0] == pytest.approx(numbers[1], abs=2e-6)
        mixture = read.mixtures[head - 1, place - 1][:4]
        assert numbers[1][-4:] == pytest.approx(mixture, abs=1e-4)


def test_a_click_lets_another_piece_ask() -> None:
    at = visit(view="A real head")
    sound(click_token(at, "strip", 2))
    assert widget(at, "place").value == 3
    assert token_data(at, "strip")["chosen"] == 2
    assert "`animal` takes" in verdict(at)
    sound(choose(at, view="Search"))
    sound(choose(at, view="A real head"))
    assert widget(at, "place").value == 3
    sound(choose(at, text="A cat"))
    assert widget(at, "place").value == 3
    sound(choose(at, place=4))
    sound(choose(at, text="A"))
    assert widget(at, "place").value == 3  # the piece that was chosen is not there any more


# The way on


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_knows_about_order(view: str) -> None:
    at = visit(view=view)
    words = next(m.value for m in at.markdown if m.value.startswith("**Positional encoding.**"))
    assert "exactly 0" in words or "×\u00a010⁻¹" in words
    order = recorded.order()
    assert f"{order.alike[0]:.3f} alike" in words
    assert [m.value.split(".")[0] for m in at.markdown if m.value.startswith(("**Att", "**Self"))] == [
        "**Attention",
        "**Self-attention",
    ]
    if view == "A real head":
        assert any("16 × 16 = 256 shares" in m.value for m in at.markdown)


# Predict


@pytest.mark.parametrize("given", ["one", "few", "some", "many"])
@pytest.mark.parametrize(
    "link", [{}, {"scale": "off"}, {"match": "cosine"}, {"query": "flying", "temperature": 0.4}], ids=str
)
def test_predict_the_division(link: dict[str, Any], given: str) -> None:
    other = lesson.other_scaling(settings_of(link))
    then = search({**link, "match": "dot product", "scale": "on" if other.scaled else "off"})
    at = visit(**link)
    sound(choose(at, _predict=given))
    (said,) = [m.value for m in at.markdown if m.value.startswith(("**As you said", "**It came out"))]
    assert said.startswith("**As you said") is (given == lesson.sharing(then))
    assert metrics(at)["items that share it"] == f"{then.effective:.1f} of 60"
    assert f"{then.effective:.1f} then" in said
    assert widget(at, "scale").value == ("on" if other.scaled else "off")
    assert widget(at, "match").value == "dot product"


def test_predict_in_the_other_pictures() -> None:
    at = visit(view="Three keys")
    before = charts(at)[1]["data"][1]
    sound(choose(at, _predict="stays"))
    assert any(m.value.startswith("**As you said:** stays where it is.") for m in at.markdown)
    after = charts(at)[1]["data"][1]
    assert (after["x"][3], after["y"][3]) == pytest.approx((before["x"][3], before["y"][3]))
    assert after["x"][:3] == [before["x"][n] for n in (2, 0, 1)]
    at = visit(view="Why divide")
    sound(choose(at, _predict="4"))
    assert any(m.value.startswith("**As you said:** 4 times.") for m in at.markdown)
    assert widget(at, "width").value == 256
    at = visit(view="Why divide", width=1024)
    sound(choose(at, _predict="16"))
    assert any(m.value.startswith("**It came out otherwise:** 4 times.") for m in at.markdown)
    assert widget(at, "width").value == 256
    at = visit(view="A real head")
    sound(choose(at, _predict="many"))
    assert any(m.value.startswith("**It came out otherwise:**") for m in at.markdown)
    assert "not what the model does" in verdict(at)


# Links that hold what cannot be

NUMBERS = {
    "temperature": (0.01, 1), "keys_temperature": (0.05, 5), "q1": (-3, 3), "q2": (-3, 3), "width": (1, 1024),
    "layer": (1, 6), "head": (1, 12), "keys": (2, 256), "seed": (0, 999),
}  # fmt: skip
CHOICES = ("view", "match", "scale")
BROKEN = ["inf", "nan", "1e309", "-1e9", "abc", "99999", "", "٣", "1_1", "5.73", "1" * 3000, "<b>", "$x$", "\u202e5"]


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: repr(raw)[:12])
def test_links_with_what_cannot_be(raw: str) -> None:
    at = visit(**dict.fromkeys([*NUMBERS, *CHOICES], raw), place=raw)
    said = " ".join(notices(at))
    assert not set(said) & set("<>$`*[]\u202e")
    for key, (low, high) in NUMBERS.items():
        assert low <= widget(at, key).value <= high
    for key in CHOICES:
        assert f"The link's {key} cannot be" in said
    assert metrics(at)["items that share it"].endswith("of 60")
    there = visit(view="A real head", place=raw)
    assert 1 <= widget(there, "place").value <= 16


# What readers type

CANARY = "zqxj"
ODD = {
    "one character": "a",
    "emoji": f"🦜🏳️‍🌈👩‍👩‍👧 {CANARY}",
    "right to left": f"שלום {CANARY} مرحبا \u202e{CANARY}",
    "control characters": f"a\x00b\x07c\x1b[31m{CANARY}\x7f\x85\u2028{CANARY}",
    "only control characters": "\x07\x1b",
    "html": f"<script>alert('{CANARY}')</script> <b>{CANARY}</b> <img src=x onerror=alert('{CANARY}')>",
    "maths, icons": f"${CANARY}$ $$\\frac{{{CANARY}}}2$$ ** _ ~~ :material/home: :red[{CANARY}] :smile: %{{x}} ${{QUERY}}",
    "backticks, links": f"``` `{CANARY}` ``{CANARY} ![{CANARY}](http://192.0.2.1/{CANARY}.png)",
    "blocks": f"\n\n# {CANARY}\n\n- {CANARY}\n\n> {CANARY}\n\n---\n\n| {CANARY} |\n|---|\n",
    "one long word": CANARY * 300,
}
DRAWERS = {
    "Search": ("steps", "temperatures"),
    "Three keys": ("keys_plane", "values_plane"),
    "Why divide": ("width_chart", "heads"),
    "A real head": ("steps",),
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts(text: str) -> None:
    at = sound(choose(visit(), query=text, text=text, vectors=text[:400]))
    for view in VIEWS:
        sound(choose(at, view=view))
        for drawer in (*DRAWERS[view], "Check yourself"):
            at.session_state[f"_drawer_{drawer}"] = True
        if view == "A real head":
            widget(at, "place").set_value(min(3, len(token_texts(at, "strip"))))
        sound(at.run())
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


def captions(at: AppTest) -> str:
    return " ".join(c.value for c in at.caption)


def test_what_was_not_read_is_said() -> None:
    many = " ".join(f"word{n}" for n in range(70))
    odd = "antidisestablishmentarianism! " * 60
    for view, key, what in (("Search", "query", "query"), ("A real head", "text", "sentence")):
        assert f"Your {what} is longer than 60 words: the last 10 words are left out." in captions(
            visit(view=view, **{key: many})
        )
        assert "it reads the first 256." in captions(visit(view=view, **{key: odd}))
        assert f"does not know 2 pieces of your {what}" in captions(visit(view=view, **{key: "a 🦜 and 🦜"}))
        assert f"nothing to read in your {what}" in captions(visit(view=view, **{key: "\x07"}))
        usual = captions(visit(view=view))
        assert not any(words in usual for words in ("left out", "reads the first", "does not know", "nothing to read"))


@pytest.mark.parametrize(("view", "key"), [("Search", "query"), ("A real head", "text")])
def test_nothing_typed(view: str, key: str) -> None:
    for nothing in ("", " \n "):
        at = sound(choose(visit(view=view), **{key: nothing}))
        assert [info.value for info in at.info] == ["Type something: with no word at all there is nothing to ask."]
        assert charts(at) == []
    assert len(charts(sound(choose(at, **{key: "Again"})))) >= 1
    for other in ("Three keys", "Why divide"):
        assert len(charts(sound(choose(at, **{key: "", "view": other})))) == 2


# Drawers, and before the encoder is there


@pytest.mark.parametrize("link", [{}, {"view": "Three keys"}, {"view": "A real head"}, {"match": "additive"}], ids=str)
def test_drawers(link: dict[str, Any]) -> None:
    at = visit(**link)
    for name in ("How it works", "Check yourself", "Sources", "Take it with you"):
        sound(open_drawer(at, name))
    assert len(at.get("latex")) == 6
    code = [c.value for c in at.code]
    assert any("def similarity" in c for c in code)
    assert any("def scaled_dot_product" in c for c in code)
    questions = [r for r in at.radio if r.key.startswith("_check")]
    assert len(questions) == (3 if link.get("view", "Search") == "Search" else 2)
    for question in questions:
        for answer in question.options:
            sound(question.set_value(answer).run())
    assert any(":green[Yes.]" in m.value for m in at.markdown) or any(":orange[No:]" in m.value for m in at.markdown)
    assert len(at.get("download_button")) == (4 if link.get("match") == "additive" else 3)


def test_right_answers_are_right() -> None:
    at = sound(open_drawer(visit(), "Check yourself"))
    right = ("It is four times as large", "Nothing", "Low: the best alone. High: the mean of all")
    for n, answer in enumerate(right):
        sound(choose(at, **{f"_check_{n}": answer}))
    assert sum(":green[Yes.]" in m.value for m in at.markdown) == 3


RECORDED = "Recorded from the model while the app starts; yours takes over in a moment."


@pytest.mark.parametrize(
    "link", [{}, {"temperature": 0.3, "match": "cosine"}, {"view": "A real head", "head": 5}], ids=str
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
    said.pop("largest difference", None)
    assert said.items() <= metrics(at).items()
    for old, new in zip(before, charts(at), strict=True):
        assert old["layout"]["title"] == new["layout"]["title"]
        for one, two in zip(old["data"], new["data"], strict=True):
            assert one["x"] == pytest.approx(two["x"], abs=2e-3)


def test_without_the_encoder_the_page_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def ensure(name: str, **more: Any) -> None:
        raise AssetError(name, 83_500_000, "no network", f"Run: python -m core.assets fetch {name}")

    monkeypatch.setattr(fetch, "status", lambda name: "not here")
    monkeypatch.setattr(reading, "ensure", ensure)
    for view in ("Search", "A real head"):
        at = fresh(view=view, query="Nobody has asked this", text="Nobody wrote this").run()
        (error,) = [e.value for e in at.error]
        assert error.startswith("Fetching the encoder failed: all-minilm-l6-v2 (83.5 MB to download): no network.")
        assert "python -m core.assets fetch all-minilm-l6-v2" in error
    for view in ("Three keys", "Why divide"):
        assert len(charts(visit(view=view))) == 2


@pytest.mark.parametrize("view", ["Three keys", "Why divide"])
def test_two_pictures_need_no_encoder(view: str, held: threading.Event) -> None:
    at = sound(fresh(view=view, query="Mine", text="Mine").run())
    assert len(charts(at)) == 2
    assert RECORDED not in at.caption.values


@pytest.mark.parametrize("link", [{"query": "Mine"}, {"view": "A real head", "layer": 2}], ids=str)
def test_what_is_not_recorded_waits(link: dict[str, Any], held: threading.Event) -> None:
    seen: list[str] = []
    at = fresh(**link)
    visitor = threading.Thread(target=lambda: seen.extend(c.value for c in at.run().caption))
    visitor.start()
    visitor.join(0.7)
    assert visitor.is_alive()
    held.set()
    visitor.join(PATIENCE)
    assert not visitor.is_alive()
    sound(at)
    assert RECORDED not in seen
