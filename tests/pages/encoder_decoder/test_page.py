"""The lesson on the encoder-decoder as a reader moves through it: real models, and the numbers of `core` as the oracle."""

import dataclasses
import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.assets import own
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder import lengths, reading, recorded, spelling
from core.experiments.encoder_decoder.lengths import Evaluation, Row
from core.experiments.encoder_decoder.words import KNOWN
from core.progress import finish
from pages.encoder_decoder import work
from pages.kit import cache, lab
from tests.pages import helpers
from tests.pages.helpers import (
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
    token_texts,
    verdict,
    widget,
)

pytestmark = pytest.mark.real_weights
fresh = functools.partial(helpers.fresh, "encoder_decoder")
visit = functools.partial(helpers.computed, "encoder_decoder")
VIEWS = ("One vector", "Damage", "Length", "Spelling", "Decoding")
TEXT, OTHER = lesson.DEFAULT_TEXT, lesson.DEFAULT_OTHER
SHORT = "The woman opened the door."


@functools.cache
def damage(text: str, other: str, kind: lesson.Kind, which: lesson.Which = "random", seed: int = 0) -> lesson.Damage:
    return finish(reading.damage(text, other, kind, which, seed))


def captions(at: AppTest) -> str:
    return " ".join(caption.value for caption in at.caption)


def lines(at: AppTest) -> str:
    """The lines on the page that begin with a point."""
    return "\n".join(str(m.value) for m in at.markdown if str(m.value).startswith("- **"))


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """The models are loaded before the first visit, so that nothing recorded is shown."""
    helpers.wait_until_loaded(work.load)


# One vector


@pytest.mark.parametrize("text", [TEXT, SHORT])
def test_one_vector(text: str) -> None:
    found, rivals = reading.read(text), reading.rivals(text)
    for at in (visit(text=text), sound(choose(visit(), text=text))):
        assert "".join(token_texts(at, "written")[:-1]).strip() == found.written
        weights = [row[3] for row in token_data(at, "written")["tokens"]]
        assert weights == pytest.approx(found.shares, abs=2e-3)
        states, bars = charts(at)
        assert [value for row in states["data"][1]["z"] for value in row if value is not None] == pytest.approx(
            found.vector, abs=2e-3
        )
        shown = found.chances[lesson.DEFAULT_STEP - 1]
        assert bars["data"][0]["x"] == pytest.approx([100 * chance for _, chance in shown], abs=0.02)
        said = metrics(at)
        assert said["numbers that go on"] == str(len(found.vector))
        assert said["chrF without attention"] == f"{rivals[0].chrf:.0f}"
        assert said["chrF with attention"] == f"{rivals[1].chrf:.0f}"
        for rival in rivals:
            assert f"**{rival.name}**" in lines(at)
            assert rival.text in lines(at)
        assert notices(at) == []


def test_a_click_or_the_slider_chooses_a_step() -> None:
    found = reading.read(TEXT)
    at = visit()
    sound(click_token(at, "written", 2))
    assert widget(at, "step").value == 3
    assert charts(at)[1]["layout"]["title"]["text"].startswith(f"Step 3 of {len(found.target)}")
    sound(choose(at, step=len(found.target)))
    assert token_data(at, "written")["chosen"] == len(found.target) - 1
    assert charts(at)[1]["data"][0]["y"][0] == 0
    sound(choose(at, text=SHORT))
    assert widget(at, "step").value <= len(reading.read(SHORT).target)


def rival(name: str, chrf: float | None) -> lesson.Rival:
    return lesson.Rival(name, "text", chrf)


@pytest.mark.parametrize(
    ("without", "with_", "words"),
    [(95.0, 99.0, "Not here a bottleneck"), (40.0, 90.0, "That was too little"), (20.0, 30.0, "Neither model"),
     (None, None, "can't be said without Marian")],
)  # fmt: skip
def test_the_verdict_follows_the_numbers(without: float | None, with_: float | None, words: str) -> None:
    from pages.encoder_decoder.vector import judge

    text, numbers = judge(recorded.reading(), (rival("a", without), rival("b", with_)))
    assert words in text
    assert len(numbers) == (1 if without is None else 3)


# Damage


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"amount": 0.2, "seed": 3},
        {"kind": "zeros", "amount": 0.1, "which": "the largest"},
        {"kind": "zeros", "amount": 0.3, "which": "backward reader's"},
        {"kind": "swap", "amount": 1.0},
        {"kind": "blend", "amount": 0.5, "other": SHORT},
    ],
    ids=str,
)
def test_damage(moves: dict[str, Any]) -> None:
    kind = {words: kind for kind, words in lesson.KINDS.items()}[moves.get("kind", lesson.KINDS[lesson.KIND])]
    which = {words: which for which, words in lesson.WHICH.items()}[moves.get("which", "any")]
    amount = moves.get("amount", lesson.AMOUNT)
    found = damage(TEXT, moves.get("other", OTHER), kind, which, moves.get("seed", lesson.SEED))
    n = lesson.AMOUNTS.index(amount)
    for at in (visit(view="Damage", **moves), sound(choose(sound(choose(visit(), view="Damage")), **moves))):
        strips, curve = charts(at)
        given = [value for row in strips["data"][-1]["z"] for value in row if value is not None]
        wanted = lesson.hurt(found.vector, found.other, kind, amount, which=which, seed=found.seed)
        assert given == pytest.approx(wanted, abs=2e-3)
        drawn = [trace for trace in curve["data"] if trace["mode"] == "lines+markers"]
        assert drawn[0]["y"] == pytest.approx(found.chrf.mean(0), abs=0.02)
        assert metrics(at)["chrF with its own"] == f"{found.chrf[0, n]:.0f}"
        assert metrics(at)["under half from"] == ("never" if found.half is None else f"{found.half:g}")
        assert found.before in lines(at)
        assert found.texts[n] in lines(at)
        if kind in ("swap", "blend"):
            assert metrics(at)["chrF with the other's"] == f"{found.other_chrf[0, n]:.0f}"
            assert found.other_before in lines(at)
        assert notices(at) == []


def test_the_whole_vector_swapped_says_the_claim() -> None:
    at = visit(view="Damage", kind="swap", amount=1.0)
    assert "the other sentence's translation, to the letter" in verdict(at)
    assert metrics(at)["chrF with the other's"] == "100"
    assert "Not here" in verdict(sound(choose(at, amount=0.0)))


@pytest.mark.parametrize("given", ["own", "other", "neither"])
def test_predict(given: str) -> None:
    found = damage(TEXT, OTHER, "blend")
    own, other = found.chrf[0, 10], found.other_chrf[0, 10]
    right = "neither" if max(own, other) < 50 else "own" if own >= other else "other"
    at = visit()
    assert OTHER in widget(at, "_predict").label
    sound(choose(at, _predict=given))
    assert (widget(at, "view").value, widget(at, "kind").value, widget(at, "amount").value) == ("Damage", "blend", 0.5)
    (said,) = [m.value for m in at.markdown if m.value.startswith(("**As you said", "**It came out"))]
    assert said.startswith("**As you said") is (given == right)
    assert f"chrF {own:.0f}" in said


# Length


def evaluation(*, one_way: bool = False) -> Evaluation:
    def rows(*scores: float) -> tuple[Row, ...]:
        groups = ((3, 8), (9, 14), (15, 20), (21, 30))
        return tuple(
            Row(first, last, 100, (s, s - 2, s + 3), (s + 20, s + 19, s + 21))
            for (first, last), s in zip(groups, scores, strict=True)
        )

    models = {
        "none_en_pt": {"controlled": rows(40, 30, 15, 8), "natural": rows(5, 4, 4, 4)},
        "additive_en_pt": {"controlled": rows(50, 48, 45, 44), "natural": rows(9, 8, 5, 4)},
    }
    if one_way:
        models |= {
            "forwards_en_pt": {"controlled": rows(20, 10, 5, 2)},
            "backwards_en_pt": {"controlled": rows(22, 12, 4, 3)},
        }
    return Evaluation("python -m x", "on a machine", models)  # type: ignore[arg-type]


def test_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lengths, "read", evaluation)
    at = visit(view="Length")
    (figure,) = charts(at)
    drawn = [trace for trace in figure["data"] if trace["mode"] == "lines+markers"]
    assert [trace["y"] for trace in drawn] == [[40, 30, 15, 8], [50, 48, 45, 44]]
    assert metrics(at) == {"No attention": "15–20 words", "Additive attention": "not here"}
    assert "ahead at every length, and by more than the intervals" in verdict(at)
    assert "the question does not arise here" in captions(at)
    assert "`python -m x`" in captions(at)
    sound(choose(at, metric="chrF"))
    assert metrics(at) == {"No attention": "21–30 words", "Additive attention": "not here"}
    sound(choose(at, metric="BLEU", sentences="natural"))
    assert metrics(at) == {"No attention": "not here", "Additive attention": "21–30 words"}
    assert "Not here: beyond 20 words the intervals overlap" in verdict(at)


def test_the_source_read_backwards_where_it_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lengths, "read", lambda: evaluation(one_way=True))
    at = visit(view="Length")
    assert len(charts(at)) == 2
    assert [trace["y"] for trace in charts(at)[1]["data"] if trace["mode"] != "markers"] == [
        [20, 10, 5, 2],
        [22, 12, 4, 3],
    ]
    assert any("At none of the 4 lengths are they apart" in m.value for m in at.markdown)
    assert "does not arise" not in captions(at)
    assert len(charts(sound(choose(at, sentences="natural")))) == 1
    worlds_apart = evaluation(one_way=True)
    first, *rest = worlds_apart.models["forwards_en_pt"]["controlled"]
    first = dataclasses.replace(first, bleu=(5.0, 4.0, 6.0))
    worlds_apart.models["forwards_en_pt"]["controlled"] = (first, *rest)
    overall = worlds_apart.overall
    overall.update(forwards_en_pt={"controlled": (5.5, 5, 6)}, backwards_en_pt={"controlled": (7.2, 6.5, 8)})
    monkeypatch.setattr(lengths, "read", lambda: worlds_apart)
    at = visit(view="Length")
    assert any("backwards is ahead at 1 of 4 lengths and behind at 0" in m.value for m in at.markdown)
    said = "Over all lengths backwards is ahead, by more than the intervals: BLEU 7.2 (6.5 to 8.0) against BLEU 5.5 (5.0 to 6.0)"
    assert any(said in m.value for m in at.markdown)
    for backwards, expected in (((5.8, 5.5, 8.0), "they are not apart"), ((1.0, 0.5, 1.5), "forwards is ahead")):
        overall["backwards_en_pt"]["controlled"] = backwards
        at = visit(view="Length")
        assert any(f"Not here: over all lengths {expected}" in m.value for m in at.markdown)


def test_verses_have_a_line_for_marian(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = evaluation()
    for name, kinds in measured.models.items():
        kinds["verse"] = measured.models[name]["natural"]
    measured.models["marian"] = {"verse": measured.models["none_en_pt"]["controlled"]}
    monkeypatch.setattr(lengths, "read", lambda: measured)
    at = visit(view="Length", sentences="verses")
    assert list(metrics(at)) == ["No attention", "Additive attention", "Marian"]
    assert [trace["y"] for trace in charts(at)[0]["data"] if trace["mode"] != "markers"][2] == [40, 30, 15, 8]
    assert "Almeida" in captions(at)
    assert "; Marian is best at 3–8 words (40)" in verdict(at)
    assert "All but Marian have as many parameters" in captions(at)
    assert "does not arise" not in captions(at)


def test_without_measurements(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Evaluation:
        raise FileNotFoundError

    monkeypatch.setattr(lengths, "read", missing)
    at = visit(view="Length")
    assert "The measurements by length are not here" in at.info[0].value
    assert charts(at) == []


# Spelling


def test_spelling() -> None:
    known = recorded.errors()[KNOWN]
    for at, word in ((visit(view="Spelling"), lesson.DEFAULT_WORD), (visit(view="Spelling", word="Rivers!"), "rivers")):
        found = spelling.spell(word)
        assert [text.strip() for text in token_texts(at, "phonemes")] == [*found.written, "end"]
        letters, errors = charts(at)
        assert [v for row in letters["data"][1]["z"] for v in row] == pytest.approx(found.read[-1], abs=2e-3)
        assert letters["layout"]["xaxis"]["ticktext"] == [*word, "end"]
        assert errors["data"][0]["y"] == pytest.approx([one.rate for one in known], abs=0.01)
        assert metrics(at)[f"wrong at {known[-1].letters} letters"] == f"{known[-1].rate:.1f} %"
        right = "unknown" if found.errors is None else f"{found.errors} of "
        assert metrics(at)["wrong in your word"].startswith(right)
        assert ("Read as `rivers`" in captions(at)) == (word == "rivers")


@pytest.mark.parametrize("word", ["", "42", "日本", "  "])
def test_no_word(word: str) -> None:
    at = visit(view="Spelling", word=word)
    assert at.info[0].value == "Type a word of the letters a to z: the model knows no others."
    assert charts(at) == []


# Decoding


@pytest.mark.parametrize("moves", [{}, {"look": "Attention", "width": 8}, {"width": 1, "text": SHORT}], ids=str)
def test_decoding(moves: dict[str, Any]) -> None:
    text, look = moves.get("text", TEXT), "additive" if "look" in moves else "none"
    pasts, ways = reading.pasts(text, look), finish(reading.ways(text, look))  # type: ignore[arg-type]
    assert pasts is not None
    width = moves.get("width", lesson.WIDTH)
    at = visit(view="Decoding", **moves)
    forced, bars = charts(at)
    assert forced["data"][0]["y"] == pytest.approx(np.maximum(pasts.forced, 1e-4), abs=1e-4)
    assert forced["data"][1]["y"] == pytest.approx(np.maximum(pasts.free, 1e-4), abs=1e-4)
    assert bars["data"][0]["y"] == pytest.approx([-way.mean for way in ways], abs=1e-3)
    assert pasts.reference in lines(at)
    assert ways[0].text in lines(at)
    assert (f"Beam of {width}" in lines(at)) == (width > 1)
    gain = ways[lesson.WIDTHS.index(width)].mean - ways[0].mean
    assert metrics(at)["gain, nats a subword"].replace("−", "-") == f"{gain:.2f}".replace("-0.00", "0.00")
    assert ("Not here: the model writes Marian's" in verdict(at)) == (pasts.apart is None)


# Links, odd texts, drawers

NUMBERS = {"amount": (0, 1), "seed": (0, 999), "step": (1, 120)}
CHOICES = ("view", "kind", "which", "sentences", "metric", "look", "width")


@pytest.mark.parametrize(
    "raw", ["inf", "nan", "-1", "abc", "99999", "٣", "<b>", "$x$", "1" * 3000], ids=lambda r: r[:9]
)
def test_links_with_what_cannot_be(raw: str) -> None:
    at = visit(**dict.fromkeys([*NUMBERS, *CHOICES], raw))
    said = " ".join(notices(at))
    assert not set(said) & set("<>$`*[]")
    check_refused(at, raw, said, NUMBERS, CHOICES)


def test_an_amount_between_two_of_the_sliders() -> None:
    at = visit(view="Damage", amount=0.333)
    assert charts(at)[1]["layout"]["shapes"][0]["x0"] == 0.35


CANARY = "zqxj"
ODD = {
    "one character": "a",
    "emoji, right to left": f"🦜🏳️‍🌈 {CANARY} שלום \u202e{CANARY}",
    "script": f"<script>alert('{CANARY}')</script> <b>{CANARY}</b>",
    "maths and icons": f"${CANARY}$ :material/home: :red[{CANARY}] %{{x}} $TEXT",
    "backticks": f"``` `{CANARY}` ``{CANARY} [{CANARY}](http://192.0.2.1/)",
    "one long word": "x" * 900,
    "many words": "the cat saw the dog and " * 30,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts(text: str) -> None:
    at = sound(choose(visit(), text=text, other=text[:200], word=text[:400]))
    for view in VIEWS:
        sound(choose(at, view=view))
        for drawer in (
            "Check yourself",
            {"One vector": "next", "Damage": "curve", "Decoding": "beams"}.get(view, "Sources"),
        ):
            sound(open_drawer(at, drawer))
        for words in markdown_on(at):
            acting = outside_code(words)
            assert CANARY not in acting, words
            assert "<" not in acting, words
            assert "http:" not in acting, words
        for element in at.get("plotly_chart"):
            json.loads(element.proto.spec, parse_constant=lambda name: pytest.fail(name))


def test_a_long_text_is_cut_and_says_so() -> None:
    at = visit(text="the cat saw the dog and " * 10)
    assert "Your text has 60 words: the models read the first 20 at most" in captions(at)
    assert "Your text has" not in captions(visit())


@pytest.mark.parametrize("text", ["", "  \n "])
def test_no_sentence(text: str) -> None:
    at = sound(choose(visit(), text=text))
    for view in ("One vector", "Damage", "Decoding"):
        sound(choose(at, view=view))
        assert at.info[0].value == "Type a sentence: with no word at all there is nothing to read."
        assert charts(at) == []
    assert charts(sound(choose(at, view="Spelling")))


def test_controls_stay_while_another_picture_is_shown() -> None:
    at = visit(text=SHORT, kind="blend", amount=0.25, width=8, look="Attention", word="river", metric="chrF", step=2)
    for view in (*VIEWS, VIEWS[0]):
        sound(choose(at, view=view))
    values = {
        key: widget(at, key).value for key in ("text", "kind", "amount", "width", "look", "word", "metric", "step")
    }
    assert values == {
        "text": SHORT, "kind": "blend", "amount": 0.25, "width": "8", "look": "Attention", "word": "river", "metric": "chrF",
        "step": 2,
    }  # fmt: skip
    assert notices(at) == []


@pytest.mark.parametrize("view", VIEWS)
def test_the_recorded_default_is_what_is_computed(view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    live = visit(view=view)
    monkeypatch.setattr(lab, "ready", lambda *, wait, load: wait)
    at = sound(fresh(view=view).run())
    if view != "Length":
        assert "Recorded from the models" in captions(at)
    assert metrics(at) == metrics(live)
    assert verdict(at) == verdict(live)
    for one, other in zip(charts(at), charts(live), strict=True):
        assert one["layout"]["title"] == other["layout"]["title"]
    assert "Recorded numbers." in captions(at)
    assert "Computed on this server." in captions(live)


def test_another_text_waits_for_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(lab, "ready", lambda *, wait, load: asked.append(wait) or True)
    sound(fresh(text=SHORT).run())
    sound(fresh(view="Damage", which="the largest").run())
    sound(fresh(view="Spelling", word="cat").run())
    sound(fresh(view="Decoding", look="Attention").run())
    assert asked == [True] * 4
    sound(fresh(view="Spelling", which="the largest").run())
    assert asked[4:] == [False]


def test_drawers() -> None:
    at = visit()
    sound(open_drawer(at, "How it works"))
    assert any("def encode" in code.value for code in at.code)
    assert any("def hurt" in code.value for code in at.code)
    sound(open_drawer(at, "Check yourself"))
    found = reading.read(TEXT)
    sizes = next(radio for radio in at.radio if "twice as" in radio.label)
    sound(sizes.set_value(f"{len(found.vector):,}").run())
    assert any(m.value.startswith(":green[Yes.]") for m in at.markdown)
    sound(open_drawer(at, "Sources"))
    assert any("1406.1078" in m.value for m in at.markdown)
    sound(open_drawer(at, "Take it with you"))


def test_no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from core.pretrained.translation import recurrent as recurrent_translator

    monkeypatch.setattr(recurrent_translator, "TRAINED", tmp_path)
    recurrent_translator.load_recurrent.cache_clear()
    try:
        assert cache.workshop().wait(helpers.PATIENCE)
        at = fresh(text="A sentence that nobody has typed yet.").run()
        assert not at.exception
        assert at.error[0].value.startswith("Reading your sentence failed")
    finally:
        recurrent_translator.load_recurrent.cache_clear()


def test_length_says_for_how_long_each_was_trained() -> None:
    at = visit(view="Length")
    steps = ", ".join(f"{own.facts(name)['steps']:,}" for name in ("none_en_pt", "additive_en_pt", "dot_en_pt"))
    assert f"for {steps} steps." in captions(at)
