"""The lesson on attention as search as a reader moves through it: the real encoder, and the numbers of `core` as the oracle."""

import functools
import threading
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.assets import fetch
from core.assets.manifest import AssetError
from core.experiments import attention_search as lesson
from core.experiments.attention_search import results, scaling
from core.experiments.attention_search.results import DEFAULT_QUERY, DEFAULT_TEXT, MATCHES, TITLES, Settings
from core.experiments.attention_search.three_keys import DEFAULT_LINES, read_vectors
from core.experiments.recording import find
from core.figures.attention_search.numbers import vector
from core.figures.style import percent
from core.progress import finish
from pages.kit.course import find as entry
from tests.pages import helpers
from tests.pages.helpers import (  # fmt: skip
    PATIENCE,
    charts,
    choose,
    click_token,
    main,
    metrics,
    said,
    sound,
    token_data,
    token_texts,
    widget,
)

pytestmark = pytest.mark.real_weights

fresh = functools.partial(helpers.fresh, "attention_search")
SHELF, SCALING = find(lesson.library), find(lesson.random_products)


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


# Three keys


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"keys_temperature": 0.05},
        {"keys_temperature": 5.0},
        {"vectors": DEFAULT_LINES.replace("1.0   0.5", "-2.0   3.0", 1)},
    ],
    ids=str,
)
def test_three_keys(moves: dict[str, Any]) -> None:
    vectors = read_vectors(moves.get("vectors", DEFAULT_LINES))
    found = vectors.attend(moves.get("keys_temperature", 1.0))
    at = visit(view="Three keys", **moves)
    bars, _, ends = main(at)["data"]
    assert bars["x"] == pytest.approx(found.weights)
    assert (ends["x"][3], ends["y"][3]) == pytest.approx(tuple(found.mixed))
    shares = [percent(float(weight)) for weight in found.weights]
    assert [value.replace("\u00a0", " ") for value in metrics(at).values()] == shares
    assert ("plain search" in said(at)) == (found.effective < 1.05)
    assert ("nearly the mean" in said(at)) == (found.effective > 2.7)
    if found.kind == "mixture":
        assert f"What comes out is {vector(found.mixed)}, a mixture of all three values: {shares[0]} of V1" in said(at)


def test_lines_that_cannot_be_are_named() -> None:
    at = visit(vectors="K1 1 <b>")
    assert any("K1 holds something that is not a number." in caption.value for caption in at.caption)
    assert charts(at) == charts(visit())


def test_the_finding_is_what_was_measured() -> None:
    query = find(lesson.read_query, DEFAULT_QUERY)
    share = 100 * float(results.search(query, SHELF, Settings()).weights.max())
    finding = entry("attention_search").finding
    assert f"{share:.1f} %" in finding
    assert f"{100 - share:.1f} %" in finding


# Library


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"query": "keeping milk cold"},
        {"temperature": 1.0},
        {"temperature": 0.01},
        {"match": "dot product, not divided"},
        {"match": "cosine", "temperature": 0.05},
    ],
    ids=str,
)
def test_library(moves: dict[str, Any]) -> None:
    query = finish(lesson.read_query(moves.get("query", DEFAULT_QUERY)))
    settings = Settings(*MATCHES[moves.get("match", "dot product")], moves.get("temperature", 0.1))
    found = results.search(query, SHELF, settings)
    title, share = TITLES[found.best], 100 * found.weights[found.best]
    for at in (visit(view="Library", **moves), sound(choose(visit(view="Library"), **moves))):
        scores, weights, *_ = main(at)["data"]
        best = found.order[:4]
        assert scores["x"] == pytest.approx(found.scores[best], abs=1e-3)
        assert weights["x"][:4] == pytest.approx(100 * found.weights[best], abs=0.05)
        assert sum(weights["x"]) == pytest.approx(100)
        numbers = metrics(at)
        assert float(numbers["weight of the best match"].split()[0]) == pytest.approx(share, abs=0.06)
        assert numbers["descriptions that share it"] == f"{found.effective:.1f} of 60"
        assert float(numbers["cosine of mixture and best value"]) == pytest.approx(
            found.closeness[found.best], abs=2e-3
        )
        assert ("plain search" in said(at)) == (found.effective < 1.05)
        assert ("Hardly a search" in said(at)) == (found.effective > 54)
        assert (f"“{title}”" in said(at)) == (found.effective < 54)
        assert any(f"of “{TITLES[i]}”: " in m.value for i in found.order[1:3] for m in at.markdown)


# A real head


@pytest.mark.parametrize(
    "moves",
    [{}, {"layer": 1, "head": 3}, {"place": 1}, {"text": "Time flies like an arrow", "layer": 6, "place": 99}],
    ids=str,
)
def test_a_real_head(moves: dict[str, Any]) -> None:
    layer, head = moves.get("layer", 4), moves.get("head", 2)
    read = finish(lesson.read_layer(moves.get("text", DEFAULT_TEXT), layer))
    last = len(read.tokens)
    at = visit(view="A real head", **{key: value for key, value in moves.items() if value != 99})
    piece = widget(at, "place").value
    assert piece == (min(11, last) if moves.get("place", 99) == 99 else moves["place"])
    assert token_texts(at, "strip") == list(read.tokens)
    weights = read.weights[head - 1, piece - 1]
    assert "the model’s own numbers" in said(at)
    assert [row[3] for row in token_data(at, "strip")["tokens"]] == pytest.approx(weights.tolist(), abs=6e-4)
    numbers = metrics(at)
    assert numbers["weight of the best match"].split()[0] == f"{100 * weights.max():.1f}"
    assert numbers["weights in this head"] == f"{last} × {last} = {last * last}"


def test_a_click_lets_another_piece_ask() -> None:
    at = visit(view="A real head")
    sound(click_token(at, "strip", 2))
    assert widget(at, "place").value == 3
    assert token_data(at, "strip")["chosen"] == 2
    assert said(at).startswith("`animal` takes")
    sound(choose(at, view="Library"))
    sound(choose(at, view="A real head"))
    assert widget(at, "place").value == 3
    sound(choose(at, text="A"))
    assert widget(at, "place").value == 3  # of "[CLS] a [SEP]"


# Why divide


@pytest.mark.parametrize("width", [1, 2, 64, 1000])
def test_why_divide(width: int) -> None:
    asked, offered = scaling.draw()
    products = asked[:, :width] @ offered[:, :width].T
    at = visit(view="Why divide", width=width)
    numbers = metrics(at)
    assert numbers["variance of q · k"] == f"{products.var():,.1f}"
    assert numbers["variance, divided by √d"] == f"{products.var() / width:.2f}"
    raw = 2 ** scaling.entropies(results.softmax(products)).mean()
    divided = 2 ** scaling.entropies(results.softmax(products / np.sqrt(width))).mean()
    assert [mark["y"][0] for mark in main(at)["data"][2:]] == pytest.approx([raw, divided], rel=1e-4)
    assert ("Not here" in said(at)) == (width == 1)
    assert (f"{raw:.1f}" in said(at) and f"{divided:.1f}" in said(at)) == (width > 1)
    trained = find(lesson.trained)
    (words,) = [m.value for m in at.markdown if "In a trained model" in m.value]
    without, kept = 2 ** trained.entropy.mean((0, 1))
    assert f"{without:.1f} pieces would share the weights on average in place of {kept:.1f}" in words


# Bets


@pytest.mark.parametrize("view", ["Three keys", "Library", "A real head", "Why divide"])
def test_bets_are_judged_by_what_is_measured(view: str) -> None:
    query, read = find(lesson.read_query, DEFAULT_QUERY), find(lesson.read_layer, DEFAULT_TEXT, 4)
    hot = results.search(query, SHELF, Settings(temperature=1.0)).effective
    right, moved = {
        "Three keys": ("one value", {"keys_temperature": 0.1}),
        "Library": ("1 or 2" if hot < 2.5 else "3 to 20" if hot < 20.5 else "more than 20", {"temperature": 1.0}),
        "A real head": (
            "yes, from the same piece" if read.attend(5, 10).best == read.attend(1, 10).best else "no, from another",
            {"head": 6},
        ),
        "Why divide": ("fewer" if SCALING.shared[0, 255] < 0.95 * SCALING.shared[0, 63] else "as many", {"width": 256}),
    }[view]
    for answer in (right, next(option for option in widget(visit(view=view), "_answer").options if option != right)):
        at = sound(choose(visit(view=view), _answer=answer))
        (outcome,) = [m.value for m in at.markdown if "Moved for you" in m.value]
        assert ("You were right" in outcome) == (answer == right)
        for key, value in moved.items():
            assert widget(at, key).value == value


# What is read, and what happens without the encoder


def test_what_was_not_read_is_said() -> None:
    many, odd = " ".join(f"word{n}" for n in range(70)), "antidisestablishmentarianism! " * 60
    for view, key, what in (("Library", "query", "query"), ("A real head", "text", "sentence")):
        for text, line in (
            (many, f"Your {what} is longer than 60 words: the last 10 words are left out."),
            (odd, "it reads the first 256."),
            ("a 🦜 and 🦜", f"does not know 2 pieces of your {what}"),
            ("\u200b", f"nothing to read in your {what}"),
        ):
            assert any(line in caption.value for caption in visit(view=view, **{key: text}).caption), line
        at = sound(choose(visit(view=view), **{key: " \n "}))
        assert [info.value for info in at.info] == [
            "Type something under “More”: with no word at all there is nothing to ask."
        ]


def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def ensure(name: str, **more: Any) -> None:
        raise AssetError(name, 83_500_000, "no network", f"Run: python -m core.assets fetch {name}")

    monkeypatch.setattr(fetch, "status", lambda name: "not here")
    monkeypatch.setattr(fetch, "ensure", ensure)


@pytest.mark.parametrize("view", ["Three keys", "Library", "A real head", "Why divide"])
def test_what_is_recorded_needs_neither_encoder_nor_torch(
    view: str, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that can't be had does not hide numbers that ship, and nothing is fetched for them."""
    no_encoder(monkeypatch)
    link = {"temperature": 0.3, "match": "cosine", "head": 5, "place": 3, "width": 100, "keys_temperature": 2}
    for at in (visit(view=view), visit(view=view, **link)):
        assert len(said(at).split()) > 5
        assert at.caption[-1].value.startswith("Recorded numbers")


def test_without_the_encoder_the_page_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    no_encoder(monkeypatch)
    for view in ("Library", "A real head"):
        at = fresh(view=view, query="Nobody has asked this", text="Nobody wrote this").run()
        (error,) = [e.value for e in at.error]
        assert error.startswith("Reading with the encoder failed: all-minilm-l6-v2 (83.5 MB to download): no network.")
        assert f"python -m core.assets fetch {'all-minilm-l6-v2'}" in error
        assert any("What you have seen." in m.value for m in at.markdown)  # the rest of the page stands


@pytest.mark.parametrize("link", [{"view": "Library", "query": "Mine"}, {"view": "A real head", "layer": 2}], ids=str)
def test_what_is_not_recorded_waits(link: dict[str, Any], held: threading.Event) -> None:
    at = fresh(**link)
    visitor = threading.Thread(target=at.run)
    visitor.start()
    visitor.join(0.7)
    assert visitor.is_alive()
    held.set()
    visitor.join(PATIENCE)
    assert not visitor.is_alive()
    assert sound(at).caption[-1].value.startswith("Computed")
