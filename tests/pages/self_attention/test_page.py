"""The self-attention page: each control changes what it should, and each verdict agrees with another computation."""

import functools
import re
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.data.pronouns import PAIRS
from core.experiments import self_attention as lesson
from core.experiments.recording import find
from core.experiments.self_attention.results import DEFAULT_OWN, DEFAULT_TEXT, HEAD, LAYER, ROLES
from core.figures.style import percent
from core.pretrained.encoder import load_encoder
from core.progress import finish
from pages.kit.course import find as entry
from tests.pages import helpers
from tests.pages.helpers import choose, click_token, main, metrics, said, sound, token_data, token_texts, widget

pytestmark = pytest.mark.real_weights

fresh = functools.partial(helpers.fresh, "self_attention")
WORD, HEADS, CUT = "One word", "One head", "One cut"


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def given(text: str, layer: int, head: int, *words: str) -> list[float]:
    """What the pronoun gives words, straight from the encoder."""
    trace = load_encoder().trace(text)
    row = trace.attentions[
        layer - 1, head - 1, next(trace.tokens.index(w) for w in ("it", "they") if w in trace.tokens)
    ]
    return [float(row[trace.tokens.index(word)]) for word in words]


# One word


@pytest.mark.parametrize("moves", [{}, {"pair": "wolf"}, {"pair": "chair", "layer": 6, "head": 12}], ids=str)
def test_one_word(moves: dict[str, Any]) -> None:
    pair = next(each for each in PAIRS if each.first == moves.get("pair", "animal"))
    layer, head = moves.get("layer", LAYER), moves.get("head", HEAD)
    (a, b), (c, d) = (given(text, layer, head, pair.first, pair.second) for text in pair.sentences)
    for at in (visit(**moves), sound(choose(visit(), **moves))):
        for share in (a, b, c, d):
            assert percent(share) in said(at)
        assert ("it turns to" in said(at)) == (a > b and d > c)
        turned = finish(lesson.compare(pair.text)).turned.sum() or "none"
        assert f"{turned} of 72 heads do" in said(at) or f"Of 72 heads, {turned} turn to" in said(at)
        assert ("still gets more" in said(at)) == (c > d)
        assert main(at)["layout"]["title"]["text"].startswith(f"What “it” gives each token, head {layer}.{head}")
    study = find(lesson.study)
    assert metrics(at)["pairs where it turns"] == f"{study.turned[:, layer - 1, head - 1].sum()} of 40"


def test_the_finding_is_what_was_measured() -> None:
    (one,), (two,) = (given(text, LAYER, HEAD, "animal") for text in PAIRS[0].sentences)
    turned = int(finish(lesson.compare(PAIRS[0].text)).turned.sum())
    finding = entry("self_attention").finding
    assert f"{100 * two:.1f} % instead of {100 * one:.1f} %" in finding
    assert f"in {turned} of 72 heads" in finding


def test_a_pair_of_one_s_own() -> None:
    at = visit(pair="own")
    found = finish(lesson.compare(DEFAULT_OWN))
    one, two = found.head(LAYER, HEAD)
    loses = found.labels[int(np.argmax(one - two))]
    assert f"gives `{loses}` {percent(float(two[found.labels.index(loses)]))}" in said(at)
    at = sound(choose(at, own="They were old/young, <b>$x$</b> `a` 🦜 :material/x:"))
    assert "With “young”, `they` gives" in said(at)
    assert "<b>" not in said(at)
    for text, line in (
        ("It is wide.", "Write two words with a stroke"),
        ("The cat was old/young.", "no pronoun"),
        ("a " * 140 + "it is big/small", "The pronoun stands too far back"),
    ):
        (info,) = sound(choose(at, own=text)).info
        assert line in info.value


# One head


@pytest.mark.parametrize(
    "moves",
    [{}, {"role": "noun"}, {"role": "ends", "rank": 72}, {"text": "The cat saw the dog.", "role": "same"}],
    ids=str,
)
def test_one_head(moves: dict[str, Any]) -> None:
    role, rank = moves.get("role", "before"), moves.get("rank", 1)
    measured = find(lesson.roles)
    layer, head = measured.order(role)[rank - 1]
    at = sound(choose(visit(view=HEADS), **moves))
    score = float(measured.scores[ROLES.index(role), layer - 1, head - 1])
    assert said(at).startswith(f"Head {layer}.{head} gives ")
    assert percent(score) in said(at)
    trace = load_encoder().trace(moves.get("text", DEFAULT_TEXT))
    assert token_texts(at, "links") == list(trace.tokens)
    large = np.array(main(at)["data"][2]["z"])
    np.testing.assert_allclose(large, 100 * trace.attentions[layer - 1, head - 1], atol=0.06)
    np.testing.assert_allclose(large.sum(1), 100, atol=0.06 * len(large))
    if role == "same":
        inside = [
            (n, [m for m in range(len(trace.tokens)) if m != n and trace.tokens[m] == trace.tokens[n]]) for n in (1, 4)
        ]
        wanted = np.mean([trace.attentions[layer - 1, head - 1, n, others].sum() for n, others in inside])
        assert f"In this sentence: {percent(float(wanted))}." in said(at)


def test_a_click_chooses_a_token() -> None:
    at = visit(view=HEADS)
    assert token_data(at, "links")["chosen"] == 10
    at = sound(click_token(at, "links", 2))
    assert widget(at, "place").value == 3
    assert any("`animal` (token 3) gives most" in m.value for m in at.markdown)


def test_a_text_of_128_tokens_is_shown_and_a_longer_one_cut() -> None:
    at = visit(view=HEADS, text="word " * 300)
    assert any("longer than 128 tokens" in caption.value for caption in at.caption)
    assert len(main(at)["data"][2]["z"]) == 128
    assert len(main(at)["layout"]["yaxis2"]["tickvals"]) <= 20
    (info,) = sound(choose(visit(view=HEADS), text="  ")).info
    assert "Type something" in info.value


# One cut


@pytest.mark.parametrize(
    ("moves", "scope"),
    [({}, (0, 0)), ({"scope": "one head"}, (4, 2)), ({"scope": "one layer", "layer": 2, "pair": "wolf"}, (2, 0))],
    ids=str,
)
def test_one_cut(moves: dict[str, Any], scope: tuple[int, int]) -> None:
    pair = next(each for each in PAIRS if each.first == moves.get("pair", "animal"))
    encoder, (layer, head) = load_encoder(), (n - 1 if n else None for n in scope)
    whole = encoder.trace(pair.sentences[0])
    at_it, noun = whole.tokens.index("it"), whole.tokens.index(pair.first)
    cut = encoder.trace(pair.sentences[0], edges_cut=[(layer, head, at_it, noun)]).hidden[-1, at_it]
    before = whole.hidden[-1, at_it]
    moved = float(np.linalg.norm(cut - before) / np.linalg.norm(before))
    probe = find(lesson.probe)
    at = sound(choose(visit(view=CUT), **moves))
    assert f"moves by {percent(moved)} of its length" in said(at)
    assert f"from {percent(float(probe.read(before)))} to {percent(float(probe.read(cut)))}" in said(at)
    others = float(re.search(r"another edge: ([\d.]+) %", said(at))[1])  # type: ignore[index]
    assert ("Not here" in said(at)) == (100 * moved <= others)
    assert main(at)["data"][0]["x"][noun] == pytest.approx(100 * moved, abs=0.01)


def test_a_sentence_of_one_s_own_names_the_edge_that_matters_most() -> None:
    at = visit(view=CUT, pair="own")
    found = finish(lesson.cut_edges(DEFAULT_OWN.replace("big/small", "big"), 0, 0))
    assert f"Without its edge to `{found.tokens[int(found.moved.argmax())]}`" in said(at)


# Bets


@pytest.mark.parametrize(
    ("view", "right", "moved"),
    [
        (WORD, "yes", {"pair": "wolf"}),
        (HEADS, "less than half", {"role": "same"}),
        (CUT, "more than twice as far", {"scope": "one head"}),
    ],
)
def test_bets_are_judged_by_what_is_measured(view: str, right: str, moved: dict[str, Any]) -> None:
    for answer in widget(visit(view=view), "_answer").options:
        at = sound(choose(visit(view=view), _answer=answer))
        (outcome,) = [m.value for m in at.markdown if "Moved for you" in m.value]
        assert ("You were right" in outcome) == (answer == right)
        for key, value in moved.items():
            assert widget(at, key).value == value
