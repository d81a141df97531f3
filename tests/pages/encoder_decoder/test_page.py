"""The page of the lesson on the encoder-decoder: each control changes what it should, and the words agree with the numbers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.assets import evaluation, own
from core.assets.evaluation import Evaluation, Row
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder import results as r
from core.experiments.recording import find, run
from core.pretrained.held import budget
from core.pretrained.translation import recurrent as recurrent_translator
from core.training.evaluate_spelling import KNOWN
from pages.encoder_decoder import below, length, spelling, vector
from pages.kit import cache
from pages.kit.course import find as entry_of
from tests.pages.helpers import PATIENCE, charts, choose, fresh, metrics, sound, token_data, token_texts, widget

TEXT, OTHER = r.DEFAULT_TEXT, r.DEFAULT_OTHER
SHORT = "The woman opened the door."
READING = find(lesson.read, TEXT)


def page(**link: Any) -> AppTest:
    return sound(fresh("encoder_decoder", **link).run())


def verdict(at: AppTest) -> str:
    return at.header[0].value.replace("\u00a0%", " %")


def said(at: AppTest) -> str:
    return " ".join(str(m.value) for m in at.markdown).replace("\u00a0%", " %")


def notes(at: AppTest) -> str:
    return " ".join(caption.value for caption in at.caption)


# Length


def rows(*scores: float) -> tuple[Row, ...]:
    groups = ((3, 8), (9, 14), (15, 20), (21, 30))
    return tuple(
        Row(first, last, 100, (s, s - 2, s + 3), (s + 20, s + 19, s + 21))
        for (first, last), s in zip(groups, scores, strict=True)
    )


def made_up() -> Evaluation:
    models = {
        "none_en_pt": {"controlled": rows(40, 30, 15, 8), "natural": rows(5, 4, 4, 4)},
        "additive_en_pt": {"controlled": rows(50, 48, 45, 44), "natural": rows(9, 8, 5, 4)},
    }
    return Evaluation("python -m x", "on a machine", models)  # type: ignore[arg-type]


def test_the_title_is_proved_at_the_default() -> None:
    one, two = (evaluation.read().models[name]["controlled"] for name in ("none_en_pt", "additive_en_pt"))
    at = page()
    assert verdict(at) == (
        f"Through one vector, sentences of 34–40 words score {one[-1].bleu[0]:.0f} (BLEU), "
        f"{100 * one[-1].bleu[0] / one[0].bleu[0]:.0f} % of what 3–8 words score; a decoder that may look back scores "
        f"{two[-1].bleu[0]:.0f}."
    )
    assert one[-1].bleu[0] < one[0].bleu[0] / 4
    drawn = [trace for trace in charts(at)[1]["data"] if trace["mode"] == "lines+markers"]
    assert [trace["y"] for trace in drawn[:2]] == [[round(row.bleu[0], 2) for row in each] for each in (one, two)]
    assert entry_of("encoder_decoder").finding == below.finding()
    assert f"{len(READING.vector)} numbers" in "".join(c["text"] for c in charts(at)[0]["layout"]["annotations"])


def test_the_length_moves_verdict_sketch_and_shade() -> None:
    at = page(words=40)
    for words, group in ((3, "3–8"), (12, "9–14"), (28, "27–33")):
        sound(choose(at, words=words))
        assert f"sentences of {group} words" in verdict(at)
        example = next(one for one in find(lesson.examples, "controlled") if words <= one.last)
        sketch = " ".join(note["text"] for note in charts(at)[0]["layout"]["annotations"])
        assert example.anchors.words[0] in sketch
        assert charts(at)[1]["layout"]["shapes"][0]["x0"] == example.first - 0.5


def test_half_of_the_best_and_the_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "read", made_up)
    at = page(words=25)
    assert verdict(at).startswith("Through one vector, sentences of 21–30 words score 8 (BLEU), 20 % of what 3–8 words")
    assert metrics(at)["half its best: One vector"] == "from 15–20 words"
    assert metrics(at)["half its best: Looks back (additive attention)"] == "not up to 30"
    assert "ahead at every length, by more than the intervals" in said(at)
    assert "`python -m x`" in said(at)
    sound(choose(at, sentences="natural"))
    assert "Not here: beyond 20 words the intervals overlap" in said(at)
    sound(choose(at, sentences="verses"))
    assert at.info[0].value == "No model was measured on such sentences."


def test_verses_have_a_line_for_marian() -> None:
    at = page(sentences="verses")
    lines = [trace["name"] for trace in charts(at)[1]["data"] if trace["mode"] == "lines+markers"]
    assert lines[-1] == "Marian"
    assert "All but Marian have as many parameters" in said(at)
    assert "Almeida" in said(at)
    assert "half its best: Marian" in metrics(at)


@pytest.mark.parametrize(
    ("forwards", "backwards", "words"),
    [((5.5, 5, 6), (7.2, 6.5, 8), "ahead"), ((5.5, 5, 6), (5.8, 5.5, 8), "not apart"), ((5.5, 5, 6), (1, 0.5, 1.5), "behind")],
)  # fmt: skip
def test_the_source_read_backwards(forwards: Any, backwards: Any, words: str) -> None:
    overall = {"forwards_en_pt": {"controlled": forwards}, "backwards_en_pt": {"controlled": backwards}}
    text = length.one_way(replace(made_up(), overall=overall))
    assert f"sentences are {words} by more than the intervals: {backwards[0]:.1f} (" in text
    assert length.one_way(made_up()) == ""


def test_it_says_for_how_long_each_was_trained() -> None:
    steps = ", ".join(f"{own.facts(name)['steps']:,}" for name in ("none_en_pt", "additive_en_pt", "dot_en_pt"))
    assert f"for {steps} steps." in said(page())


def test_without_measurements(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Evaluation:
        raise FileNotFoundError

    monkeypatch.setattr(below, "finding", lambda: "")
    monkeypatch.setattr(evaluation, "read", missing)
    assert "The measurements by length are not here" in page().info[0].value


# One vector


@pytest.mark.parametrize(
    ("moves", "kind", "amount", "text", "other"),
    [
        ({"kind": "noise", "amount": 0.2}, "noise", 0.2, TEXT, OTHER),
        ({"kind": "zeros", "amount": 0.1}, "zero", 0.1, TEXT, OTHER),
        ({"amount": 0.95}, "swap", 0.95, TEXT, OTHER),
        ({"kind": "blend", "amount": 0.5, "other": SHORT}, "blend", 0.5, TEXT, SHORT),
        ({"kind": "noise", "amount": 0.5, "text": SHORT}, "noise", 0.5, SHORT, OTHER),
    ],
    ids=str,
)
@pytest.mark.real_weights
def test_damage(moves: dict[str, Any], kind: r.Kind, amount: float, text: str, other: str) -> None:
    recorded = (text, other) == (TEXT, OTHER)  # a test of all recordings computes them anew
    found = find(lesson.damage, text, other, kind) if recorded else run(lesson.damage, text, other, kind)
    at = sound(choose(page(view="One vector"), **moves))
    drawn = [trace for trace in charts(at)[1]["data"] if trace["mode"] == "lines+markers"]
    assert drawn[0]["y"] == pytest.approx(found.chrf.mean(0), abs=0.02)
    n = r.AMOUNTS.index(amount)
    assert metrics(at)["agreement with yours"] == f"{found.chrf[0, n]:.0f}"
    assert metrics(at)["under half from damage"] == ("never" if found.half is None else f"{found.half:g}")
    for written in (found.before, found.texts[n]):
        assert written in said(at)
        assert found.glosses[written] in said(at)
    if kind in ("swap", "blend"):
        assert metrics(at)["with the other sentence's"] == f"{found.other_chrf[0, n]:.0f}"
        assert found.other_before in said(at)
    assert "".join(token_texts(at, "written")[:-1]).strip() == found.before


def test_the_whole_vector_swapped_says_the_claim_and_undamaged_what_is_lost() -> None:
    at = page(view="One vector")
    assert "writes the other one, to the letter" in verdict(at)
    assert metrics(at)["with the other sentence's"] == "100"
    sound(choose(at, amount=0.0))
    assert verdict(at) == "12 words went through 600 numbers; 3 did not arrive: `red`, `bicycle`, `yesterday`."
    weights = [row[3] for row in token_data(at, "written")["tokens"]]
    assert weights == pytest.approx(READING.probabilities, abs=2e-3)


def test_the_verdict_follows_the_numbers() -> None:
    swap = find(lesson.damage, TEXT, OTHER, "swap")
    for own_, other, words in ((80, 10, "Part of your"), (20, 60, "nearer to the other"), (40, 20, "no longer about")):
        made = replace(swap, chrf=swap.chrf * 0 + own_, other_chrf=swap.other_chrf * 0 + other)
        assert words in vector.judge(READING, made, 0.5)
    same = replace(swap, texts=(swap.before,) * 21)
    assert "still writes the same, to the letter" in vector.judge(READING, same, 0.5)
    assert "can't be said without Marian" in vector.judge(replace(READING, anchors=None), swap, 0.0)
    arrived = replace(READING, anchors=r.Anchors(("a",), ((),)))
    assert vector.judge(arrived, swap, 0.0).startswith("1 word went through 600 numbers, and all of them arrived")


@pytest.mark.parametrize(
    ("without", "with_", "words"),
    [(95.0, 99.0, "Not here a bottleneck"), (40.0, 90.0, "That was too little"), (20.0, 30.0, "too little to say"),
     (None, None, "Marian, from which our models learned, is not here")],
)  # fmt: skip
def test_another_model_says_whether_it_is_the_vector(without: float | None, with_: float | None, words: str) -> None:
    rivals = find(lesson.rivals, TEXT)
    made = [replace(rivals[0], chrf=without), rivals[1], replace(rivals[2], chrf=with_)]
    assert words in vector.compare(READING, made)


def test_a_beam_is_judged_by_the_subword_and_as_a_whole() -> None:
    greedy, beam = find(lesson.rivals, TEXT)[:2]
    assert vector.search(greedy, beam) == (
        "A beam of 4 keeps so many beginnings alive and finds a text with 46.4 % a subword (geometric mean), greedy 43.3 %; as "
        "a whole it is 3.3 times less probable, being longer."
    )
    assert "less probable: 43.3 % a subword" in vector.search(beam, replace(greedy, name=r.BEAM))
    assert "3.3 times as probable." in vector.search(beam, replace(greedy, name=r.BEAM))
    assert "finds nothing better" in vector.search(greedy, replace(greedy, name=r.BEAM))


def test_the_bet_is_about_half_way() -> None:
    found = find(lesson.damage, TEXT, OTHER, "blend")
    mine, other = found.chrf[0, 10], found.other_chrf[0, 10]
    right = vector.NEITHER if max(mine, other) < 50 else vector.YOURS if mine >= other else vector.OTHERS
    at = page(view="One vector")
    assert OTHER in widget(at, "_answer").label
    sound(choose(at, _answer=right))
    assert "You were right." in said(at)
    assert f"agrees with yours to {mine:.0f} of 100, with the other to {other:.0f}." in said(at)
    assert (widget(at, "kind").value, widget(at, "amount").value) == ("blend", 0.5)
    there = vector.bet(TEXT, OTHER, "blend", 0.5)
    assert there.change == {"kind": "swap", "amount": 0.5}


def test_an_amount_between_two_of_the_sliders() -> None:
    assert charts(page(view="One vector", amount=0.333))[1]["layout"]["shapes"][0]["x0"] == 0.35


@pytest.mark.real_weights
def test_what_is_not_read_as_it_is_written_is_said() -> None:
    at = page(view="One vector", text="the cat saw the dog and " * 10)
    assert "Your text has 60 words: the models read the first 20 at most" in notes(at)
    at = page(view="One vector", text="The price is £5.")
    assert "The models do not know 1 character of your sentence, coloured below" in notes(at)
    assert [row[0] for row in token_data(at, "source")["tokens"] if row[2:3] == [3]] == ["£"]
    at = page(view="One vector")
    assert "Your text has" not in notes(at)
    assert "do not know" not in notes(at)


@pytest.mark.parametrize("text", ["", "  \n "])
def test_no_sentence(text: str) -> None:
    at = page(view="One vector", text=text)
    assert at.info[0].value == "Type a sentence under “More”: with no word at all there is nothing to read."


@pytest.mark.real_weights
def test_no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(recurrent_translator, "TRAINED", tmp_path)
    budget().clear()
    try:
        assert cache.workshop().wait(PATIENCE)
        at = fresh("encoder_decoder", view="One vector", text="A sentence that nobody has typed yet.").run()
        assert not at.exception
        assert at.error[0].value.startswith("Reading your sentence failed")
    finally:
        budget().clear()


# Spelling


@pytest.mark.real_weights
@pytest.mark.parametrize(("typed", "word"), [(r.DEFAULT_WORD, r.DEFAULT_WORD), ("Rivers!", "rivers"), ("qqxz", "qqxz")])
def test_spelling(typed: str, word: str) -> None:
    known, found = find(lesson.spelling_errors)[KNOWN], run(lesson.spell, word)
    at = page(view="Spelling", word=typed)
    assert [text.strip() for text in token_texts(at, "phonemes")] == [*found.written, "end"]
    assert charts(at)[1]["data"][0]["y"] == pytest.approx([one.rate for one in known], abs=0.01)
    assert metrics(at)[f"wrong at {known[-1].letters} letters"] == f"{known[-1].rate:.1f} %"
    right = "unknown" if found.errors is None else f"{found.errors} of {len(found.nearest)}"
    assert metrics(at)["wrong in your word"] == right
    assert ("Read as `rivers`" in notes(at)) == (word == "rivers")
    assert (
        "Through one vector of 256 numbers, words of 13–20 letters come out with 18 % of the sounds wrong"
        in verdict(at)
    )
    assert "Not here" in spelling.judge([known[-1], known[0]], found)


@pytest.mark.parametrize("word", ["42", "日本"])
def test_no_word(word: str) -> None:
    at = page(view="Spelling", word=word)
    assert at.info[0].value == "Type a word of the letters a to z: the model knows no others."


def test_controls_stay_while_another_view_is_shown() -> None:
    at = page(view="One vector", kind="blend", amount=0.25, words=12, sentences="natural")
    for view in ("Length", "Spelling", "One vector"):
        sound(choose(at, view=view))
    assert (widget(at, "kind").value, widget(at, "amount").value) == ("blend", 0.25)
    sound(choose(at, view="Length"))
    assert (widget(at, "words").value, widget(at, "sentences").value) == (12, "natural")
