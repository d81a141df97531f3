"""The lesson on alignment as a reader moves through it: recorded and real models, and the numbers of `core` as the oracle."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import alignment
from core.experiments.alignment import hiding, results
from core.experiments.alignment.results import DEFAULT_HIDE, DEFAULT_STEP, DEFAULT_TEXT, MODELS, STUDIED
from core.experiments.recording import find, run
from core.figures.style import percent
from core.pretrained.held import budget
from core.pretrained.hub.files import HubError
from core.pretrained.translation import recurrent as recurrent_translator
from pages.kit import cache, course
from tests.core.experiments.small_recurrent import write_small_recurrent
from tests.pages import helpers
from tests.pages.helpers import (
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
    widget,
)

pytestmark = pytest.mark.real_weights
MAP, STEP, MANY = VIEWS = ("Map", "One step", "Many sentences")
OWN = "The black cat sleeps on the old red chair."
LABELS = {model.label: name for name, model in MODELS.items()}


def visit(**link: Any) -> AppTest:
    return sound(helpers.fresh("alignment", **link).run())


@functools.cache
def aligned(text: str = DEFAULT_TEXT, model: str = "additive_en_pt") -> results.Alignment:
    found: results.Alignment = run(alignment.aligned, model, text)
    return found


def verdict(at: AppTest) -> str:
    return str(at.header[0].value).replace("\u00a0", " ")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of trained weights, empty: nothing that was computed with other weights is left, and nothing recorded."""

    def forget() -> None:
        budget().clear()
        cache.results.cache_clear()
        cache.pictures.cache_clear()

    monkeypatch.setattr(recurrent_translator, "TRAINED", tmp_path)
    forget()
    yield tmp_path
    forget()


# The map


@pytest.mark.parametrize(
    "moves",
    [{}, {"hide": 1}, {"hide": 9}, {"text": OWN, "hide": 3}, {"model": "Luong"}, {"model": "Marian pt-en", "hide": 11}],
    ids=str,
)
def test_the_map(moves: dict[str, Any]) -> None:
    model, hide = LABELS[moves.get("model", "Bahdanau")], moves.get("hide", DEFAULT_HIDE + 1) - 1
    text = moves.get("text", results.default_text(model))
    words = aligned(text, model).words
    again = hiding.translator(model).translate(text, hidden=list(results.groups(aligned(text, model).source)[hide]))
    by_link, at_hand = visit(**moves), visit()
    for key in ("model", "text", "hide"):  # a slider's end follows the sentence
        if key in moves:
            sound(choose(at_hand, **{key: moves[key]}))
    for at in (by_link, at_hand):
        heat, before, after = charts(at)[1]["data"]
        assert np.array(heat["z"]) == pytest.approx(100 * words.weights, abs=0.06)
        assert before["x"] == pytest.approx(100 * np.exp(words.logprobs), abs=0.01)
        assert after["x"] == pytest.approx(
            np.minimum(100 * np.exp(words.logprobs - words.costs[:, hide]), 100), abs=0.01
        )
        assert token_texts(at, "links") == list(words.target)
        assert np.array(token_data(at, "links")["weights"]) == pytest.approx(words.weights, abs=1e-3)
        if again.text != aligned(text, model).translation:
            assert " ".join(token_texts(at, "after")) == again.text
        else:
            assert any("stays the same" in m.value for m in at.markdown)
        row = int(words.weights[:, hide].argmax())
        both = (words.before[row], words.after(hide)[row])
        moved = f"from {percent(float(both[0]))} to {percent(float(both[1]))}"
        assert f"`{words.target[row]}`" in verdict(at)
        assert moved in verdict(at)
        assert ("it needed that word" in verdict(at)) == bool(both[1] < both[0] / 2)
        said = metrics(at)
        assert said["looked at most = needed most"] == f"{words.agree.sum()} of {len(words.target)}"
        assert said["halved without the word looked at most"] == f"{words.halved.sum()} of {len(words.target)}"
        assert notices(at) == []


def test_the_first_view_proves_the_claim() -> None:
    at = visit()
    assert "With `Area` hidden, `Área`, which gave it 68.9 % of its attention, falls from 99.0 % to 0.42 %" in verdict(
        at
    )
    (said,) = [m.value for m in at.markdown if "became" in m.value]
    assert said.startswith("`European Economic Area` became `a Área Econômica Europeia`: there the links cross.")
    glosses = [m.value for m in at.markdown if m.value.startswith(":small[In English")]
    assert [gloss.count("Area") for gloss in glosses] == [1, 0]


def test_a_click_on_the_translation_hides_what_it_looked_at() -> None:
    at = sound(click_token(visit(), "links", 8))
    assert widget(at, "hide").value == 9  # "assinado" looked at "signed"
    assert "With `signed` hidden, `assinado`" in verdict(at)


@pytest.mark.parametrize("answer", ["more than half", "less than half"])
@pytest.mark.parametrize("link", [{}, {"hide": 1}, {"text": OWN, "hide": 2}], ids=str)
def test_the_bet_of_the_map(link: dict[str, Any], answer: str) -> None:
    """It speaks of another word than the hidden one, moves to just that, and is judged by the cost."""
    words = aligned(link.get("text", DEFAULT_TEXT)).words
    at = visit(**link)
    question, before = widget(at, "_answer").label, widget(at, "hide").value
    sound(choose(at, _answer=answer))
    hide = widget(at, "hide").value - 1
    assert hide + 1 != before
    assert f"Hide `{words.source[hide]}` instead" in question
    row = int(np.flatnonzero([f"`{word}` gave it" in question for word in words.target])[0])
    assert words.looked[row] == hide
    lost = 1 - words.after(hide)[row] / words.before[row]
    (said,) = [m.value for m in at.markdown if m.value.startswith(("**You were right", "**It came out"))]
    assert said.startswith("**You were right") == (answer == ("more than half" if lost > 0.5 else "less than half"))
    (undo,) = [button for button in at.button if button.label == "Undo"]
    sound(undo.click().run())
    assert widget(at, "hide").value == before


# One step


@pytest.mark.parametrize(
    "moves", [{}, {"step": 1}, {"step": 22}, {"text": OWN, "step": 4}, {"model": "Marian"}], ids=str
)
def test_a_step(moves: dict[str, Any]) -> None:
    model, step = LABELS[moves.get("model", "Bahdanau")], moves.get("step", DEFAULT_STEP + 1) - 1
    seen = aligned(moves.get("text", DEFAULT_TEXT), model)
    inside = alignment.inside(model, seen.text)
    assert inside is not None
    at = visit(view=STEP, **moves)
    _, figure = charts(at)
    scores, weights, parts = figure["data"]
    kept = len(scores["x"])
    assert sum(weights["x"]) == pytest.approx(100, abs=1e-3)
    assert max(weights["x"][:kept]) == pytest.approx(100 * results.softmax(inside.scores[step]).max(), abs=0.01)
    sums = np.array(parts["z"])
    assert sums[:-1].sum(0) == pytest.approx(sums[-1], abs=1e-3)
    assert sums[-1] == pytest.approx(inside.contexts[step, :10], abs=1e-3)
    assert f"probability of {percent(float(np.exp(seen.logprobs[step])))}" in verdict(at)
    assert token_data(at, "pieces")["chosen"] == step
    sound(click_token(at, "pieces", 2))
    assert widget(at, "step").value == 3


def test_the_bet_of_a_step_is_about_the_next_one() -> None:
    seen, inside = aligned(), alignment.inside("additive_en_pt", DEFAULT_TEXT)
    assert inside is not None
    best = int(inside.weights[DEFAULT_STEP + 1].argmax())
    for answer in widget(visit(view=STEP), "_answer").options:
        at = sound(choose(visit(view=STEP), _answer=answer))
        assert widget(at, "step").value == DEFAULT_STEP + 2
        (said,) = [m.value for m in at.markdown if m.value.startswith(("**You were right", "**It came out"))]
        assert said.startswith("**You were right") == (answer == f"`{results.shown(seen.source[best])}`")


# Many sentences


@pytest.mark.parametrize("model", STUDIED)
def test_many_sentences(model: str) -> None:
    study = find(alignment.study, model)
    at = visit(view=MANY, model=MODELS[model].label)
    half = study.most > np.log(2)
    assert f"{percent(float(half.mean()))} (" in verdict(at)
    assert f"of {len(half):,} words" in verdict(at)
    assert f"without another one, {percent(float(study.other.mean()))}." in verdict(at)
    bars, line = charts(at)[1]["data"]
    assert bars["y"][0] == pytest.approx(100 * half.mean())
    assert len(line["y"]) == len(line["error_y"]["array"]) > 5
    assert metrics(at)["looked at most = needed most"] == percent(float(study.agree.mean()))
    assert metrics(at)["same position = needed most"] == percent(float(study.diagonal.mean()))
    assert ("From Portuguese" in " ".join(at.caption.values)) == (model == "marian_pt_en")


def test_the_finding_is_what_was_measured() -> None:
    halved = find(alignment.study, "additive_en_pt").halved()
    finding = course.find("alignment").finding
    assert f"in {percent(halved['most'].value)} of" in finding
    assert f"in {percent(halved['other'].value)}." in finding


def test_the_bet_of_many_sentences_takes_another_model() -> None:
    for answer in ("more words", "fewer words"):
        at = sound(choose(visit(view=MANY), _answer=answer))
        assert widget(at, "model").value == "Luong"
        (said,) = [m.value for m in at.markdown if m.value.startswith(("**You were right", "**It came out"))]
        assert said.startswith("**You were right") == (answer == "more words")


# Models that are there, and models that are not


@pytest.mark.parametrize("view", [MAP, STEP])
@pytest.mark.parametrize("label", ["Bahdanau", "Luong", "French"])
def test_recurrent_models_with_other_weights(label: str, view: str, empty: Path) -> None:
    write_small_recurrent(empty)
    text = "The Area was signed now."
    at = visit(model=label, text=text, view=view, step=2, hide=2)
    seen = run(hiding.aligned, LABELS[label], text)
    if view == MAP:
        assert np.array(charts(at)[1]["data"][0]["z"]) == pytest.approx(100 * seen.words.weights, abs=0.06)
    assert "up to 20 words" in widget(at, "text").label
    assert notices(at) == []


def test_a_model_that_is_missing_is_said_in_words_and_the_page_stays(empty: Path) -> None:
    at = helpers.fresh("alignment", model="Luong", text="Mine").run()
    (said,) = at.error
    assert "the files of Luong are missing here" in said.value
    assert str(empty) not in said.value
    assert any("What you have seen" in m.value for m in at.markdown)
    write_small_recurrent(empty)
    assert len(charts(sound(at.run()))) == 2


def test_a_failure_of_the_hub_is_not_for_ever_and_shows_no_raw_error(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(pair: str) -> Any:
        raise HubError("[Errno 111] Connection refused")

    monkeypatch.setattr(hiding, "shared_translator", away)
    at = helpers.fresh("alignment", model="French (hub)").run()
    (said,) = at.error
    assert "could not be reached" in said.value
    assert "Errno" not in said.value
    write_small_recurrent(empty)
    monkeypatch.setattr(hiding, "shared_translator", lambda pair: recurrent_translator.load_recurrent("additive_en_fr"))
    assert len(charts(sound(at.run()))) == 2


def test_the_inside_of_a_hub_model_is_not_open(monkeypatch: pytest.MonkeyPatch, empty: Path) -> None:
    monkeypatch.setattr(hiding, "shared_translator", lambda pair: recurrent_translator.load_recurrent("dot_en_pt"))
    monkeypatch.setattr(hiding, "opened", lambda *given: None)
    write_small_recurrent(empty)
    at = visit(view=STEP, model="French (hub)")
    assert any("not open here" in info.value for info in at.info)


def test_the_example_follows_the_direction_but_own_text_stays() -> None:
    at = visit()
    for label, text in (
        ("Marian pt-en", results.PORTUGUESE_TEXT),
        ("French", results.FRENCH_TEXT),
        ("Luong", DEFAULT_TEXT),
    ):
        sound(choose(at, model=label))
        assert widget(at, "text").value == text
    sound(choose(at, text="Bom dia a todos."))
    sound(choose(at, model="Marian pt-en"))
    assert widget(at, "text").value == "Bom dia a todos."


def test_what_was_chosen_stays_while_another_view_is_shown() -> None:
    at = visit(hide=3, view=STEP, step=9)
    for view in (MANY, MAP):
        sound(choose(at, view=view))
    assert widget(at, "hide").value == 3
    sound(choose(at, view=STEP))
    assert widget(at, "step").value == 9


# What readers type

CANARY = "zqxj"
ODD = {
    "one character": "a",
    "emoji": f"🦜🏳️‍🌈👩‍👩‍👧 {CANARY}",
    "right to left": f"שלום {CANARY} مرحبا \u202e{CANARY}",
    "control characters": f"a\x00b\x07c\x1b[31m{CANARY}\x7f\x85\u2028{CANARY}",
    "markup": f"<script>alert('{CANARY}')</script> <b>{CANARY}</b> ![{CANARY}](http://192.0.2.1/{CANARY}.png)",
    "maths and icons": f"${CANARY}$ $$\\frac{{{CANARY}}}2$$ :material/home: :red[{CANARY}] :smile:",
    "backticks": f"``` `{CANARY}` ``{CANARY} %{{x}} {{{CANARY}}} %s $TEXT ${{TEXT}}",
    "the end, typed": f"</s> {CANARY} <unk> ▁ </s>",
    "one word without end": "a" * 1990,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts(text: str) -> None:
    at = sound(choose(visit(), text=text))
    for view in (MAP, STEP):
        sound(choose(at, view=view))
        if not at.metric:  # nothing to translate in it
            assert any("nothing" in info.value for info in at.info)
            continue
        sound(open_drawer(at, f"table_{view}"))
        for words in markdown_on(at):
            acting = outside_code(words).replace("{}", "")
            assert "<" not in acting, words
            assert "://" not in acting, words
        for element in at.get("plotly_chart"):
            json.loads(element.proto.spec, parse_constant=lambda name: pytest.fail(name))
    assert notices(at) == []


def test_long_sentences_lose_their_end_and_one_length_is_named() -> None:
    text = " ".join(f"word{n}" for n in range(9000))
    at = visit(model="Marian")
    sound(choose(at, text=text))
    (said,) = [c.value for c in at.caption if "word" in c.value and "longer" in c.value]
    assert "it got the first" in said
    assert "are read" not in " ".join(at.caption.values)
    assert token_data(at, "links")["source"][0][0] == "word0"
    sound(choose(at, text="It is short."))
    assert not [c for c in at.caption if "longer than" in c.value]


def test_characters_that_the_model_does_not_know_are_named() -> None:
    at = visit(text="The 🦜 was signed.")
    (said,) = [c.value for c in at.caption if "does not know" in c.value]
    assert "1 character of your sentence: `🦜`" in said
    assert not [c for c in visit().caption if "does not know" in c.value]


def test_the_questions_are_answered_by_the_numbers() -> None:
    from pages.alignment import below

    found = [question.answers[question.right] for question in below.questions()]
    assert found == ["1", "No: without it, it is as sure.", "Luong"]
