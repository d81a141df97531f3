"""The lesson on GPT and BERT as a reader moves through it: the real models, and the numbers of `core` as the oracle."""

import functools
import threading
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import gpt_vs_bert as lesson
from core.experiments.gpt_vs_bert import results
from core.experiments.gpt_vs_bert.results import DEFAULT_BLANK, DEFAULT_PROMPT, DEFAULT_TEXT, DEFAULT_WORD
from core.experiments.recording import find
from core.serving.engine import Engine
from core.training.pair import SHARE
from pages.kit.course import LESSONS
from pages.kit.course import find as entry
from tests.pages import helpers
from tests.pages.conftest import engine
from tests.pages.helpers import choose, main, metrics, said, sound, widget

__all__ = ["engine"]

pytestmark = pytest.mark.real_weights

MODEL = "smollm2-135m"
WORDS = results.candidates_of(results.DEFAULT_CANDIDATES)
fresh = functools.partial(helpers.fresh, "gpt_vs_bert")
SEES, FILL, PAIR = "Who sees what", "Fill the blank", "Uses"


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


@pytest.mark.parametrize("place", [1, 2, 8, 9])
def test_a_changed_word(place: int) -> None:
    causal, both = (
        find(lesson.change_causal, MODEL, DEFAULT_TEXT, place - 1, DEFAULT_WORD),
        find(lesson.change_both, DEFAULT_TEXT, place - 1, DEFAULT_WORD),
    )
    at = sound(choose(visit(), place=place))
    upper, lower = main(at)["data"]
    assert upper["y"][: place - 1] == [0.0] * (place - 1)
    assert lower["y"] == pytest.approx([round(100 * float(share), 2) for share in both.shares])
    assert upper["y"] == pytest.approx([round(100 * float(s), 2) if s > 1e-4 else 0 for s in causal.shares])
    if place == 8:
        assert "of the 7 words before it, none moves in SmolLM2, all in MiniLM" in said(at)
        assert f"by {100 * both.shares[:7].mean():.1f} % on average" in said(at)
    if place == 1:
        assert "all 8 words move in SmolLM2" in said(at)


def test_own_sentence_and_word(engine: Engine) -> None:
    at = visit(text="<b>Stars</b> shine *bright* tonight", other="[MASK] x", place=3)
    assert "“\\*bright\\*” becomes “\\[MASK\\]”" in said(at)
    assert main(at)["data"][0]["y"][:2] == [0, 0]
    assert at.caption[-1].value.startswith("Computed")
    same = visit(text="Stars shine", other="shine", place=2)
    assert said(same) == "Nothing was changed, and no vector moves in either model."
    long = visit(text="word " * 25)
    assert any("the last 5 words are left out" in caption.value for caption in long.caption)
    assert [info.value for info in visit(text="one").info] == ["Type a sentence of at least two words under “More”."]


def test_the_finding_is_what_was_measured() -> None:
    at = (DEFAULT_TEXT, results.DEFAULT_POSITION, DEFAULT_WORD)
    assert find(lesson.change_causal, MODEL, *at).before == (0, 7)
    assert find(lesson.change_both, *at).before == (7, 7)
    assert "0 of the 7 before it move in a causal model, 7 of 7 in a bidirectional one" in entry("gpt_vs_bert").finding


@pytest.mark.parametrize("seen", [0, 1, 10])
def test_a_blank(seen: int) -> None:
    gap = results.gap_of(DEFAULT_BLANK)
    assert gap is not None
    sides = (gap.before, gap.after(seen), WORDS)
    masked, causal = find(lesson.fill_masked, *sides), find(lesson.fill_causal, MODEL, *sides)
    at = visit(view=FILL, right=seen)
    both, whole, left = main(at)["data"]
    for bars, way in ((both, masked), (whole, causal.whole), (left, causal.left)):
        assert bars["x"] == pytest.approx([round(100 * way.of(word), 3) for word in bars["y"]])
    assert f"`{masked.words[0]}`" in said(at)
    assert f"`{causal.left.words[0]}`" in said(at)
    assert (f"`{causal.whole.words[0]}`, {100 * causal.whole.probabilities[0]:.1f} %" in said(at)) == (seen > 0)
    head = find(lesson.head_facts)
    assert metrics(at)["among its first five"].replace("\u00a0", " ") == f"{100 * head.top_5:.1f} %"


def test_own_blank(engine: Engine) -> None:
    at = visit(view=FILL, blank="___, said the <i>king</i>.", candidates="Welcome, *go* away, 日本")
    assert widget(at, "right").value == 3
    assert len(main(at)["data"][0]["y"]) == 3
    assert visit(view=FILL, blank="no blank here").info
    assert visit(view=FILL, candidates="one").info
    assert "With the left side alone" in said(visit(view=FILL, blank="He opened the ___."))


def test_the_pair_reads() -> None:
    facts, at = find(lesson.pair_facts), visit(view=PAIR)
    assert main(at)["data"][0]["x"] == [facts.causal, facts.left, facts.both]
    assert f"{facts.causal:.1f}" in said(at)
    assert f"{facts.both:.1f}" in said(at)
    assert any(f"the {100 * SHARE:.0f} % that are masked" in m.value.replace("\u00a0", " ") for m in at.markdown)


def test_the_pair_writes() -> None:
    written, at = find(lesson.write, DEFAULT_PROMPT), visit(view=PAIR, task="Write")
    scores = [find(lesson.judge, MODEL, DEFAULT_PROMPT, text).perplexity for text in (written.causal, written.both)]
    assert main(at)["data"][0]["x"] == pytest.approx(scores)
    assert (("the causal one writes" in said(at)) == (scores[0] < scores[1])) is True
    assert sum("model’s first text" in m.value for m in at.markdown) == 2


def test_the_course_is_searched() -> None:
    at = visit(view=PAIR, task="Search")
    assert "“Vanishing gradients”" in said(at) or "“LSTM gates”" in said(at) or "“Recurrent networks”" in said(at)
    assert len(main(at)["data"][0]["x"]) == min(6, len(LESSONS))
    assert "Attention as search" in said(
        visit(view=PAIR, task="Search", question="Which lesson compares query and key?")
    )
    assert visit(view=PAIR, task="Search", question=" ").info
    assert visit(view=PAIR, task="Write", prompt=" ").info


@pytest.mark.parametrize("view", [SEES, FILL, PAIR])
def test_bets_are_judged_by_what_is_measured(view: str) -> None:
    gap = results.gap_of(DEFAULT_BLANK)
    assert gap is not None
    alone, both = (find(lesson.fill_causal, MODEL, gap.before, gap.after(n), WORDS).whole for n in (0, len(gap.right)))
    written = find(lesson.write, DEFAULT_PROMPT)
    scores = [find(lesson.judge, MODEL, DEFAULT_PROMPT, text).perplexity for text in (written.causal, written.both)]
    right, moved = {
        SEES: ("all", {"place": 1}),
        FILL: ("the same word" if alone.words[0] == both.words[0] else "another word", {"right": 0}),
        PAIR: ("the causal one" if scores[0] < scores[1] else "the bidirectional one", {"task": "Write"}),
    }[view]
    for answer in (right, next(option for option in widget(visit(view=view), "_answer").options if option != right)):
        at = sound(choose(visit(view=view), _answer=answer))
        (outcome,) = [m.value for m in at.markdown if "Moved for you" in m.value]
        assert ("You were right" in outcome) == (answer == right)
        for key, value in moved.items():
            assert widget(at, key).value == value
    back = sound(widget(at, "_undo").click().run())
    assert said(back) == said(visit(view=view))


@pytest.mark.parametrize("view", [SEES, FILL, PAIR])
def test_what_is_recorded_needs_neither_model_nor_torch(view: str, held: threading.Event) -> None:
    at = visit(view=view)
    assert len(said(at).split()) > 5
    assert at.caption[-1].value.startswith("Recorded numbers")
