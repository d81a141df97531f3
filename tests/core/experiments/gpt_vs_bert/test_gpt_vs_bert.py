"""Who sees what, against transformers; blanks and texts, against plain computations; and what is recorded."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from core.assets.fetch import ensure
from core.experiments import gpt_vs_bert as lesson
from core.experiments.gpt_vs_bert import blanks, results
from core.experiments.gpt_vs_bert.results import DEFAULT_POSITION, DEFAULT_TEXT, DEFAULT_WORD
from core.experiments.recording import find
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.encoder.masked import load_masked_model
from core.pretrained.registry import load_language_model
from core.progress import finish

pytestmark = pytest.mark.real_weights
MODEL = "smollm2-135m"
AT = (DEFAULT_TEXT, DEFAULT_POSITION, DEFAULT_WORD)


@pytest.fixture(scope="module")
def gpt() -> LanguageModel:
    return load_language_model(MODEL)


def test_a_changed_word_moves_what_sees_it() -> None:
    """The claim: to the left nothing moves in a causal model, everything in a bidirectional one; at every place."""
    words = DEFAULT_TEXT.split()
    for place in range(len(words)):
        causal = find(lesson.change_causal, MODEL, DEFAULT_TEXT, place, DEFAULT_WORD)
        both = find(lesson.change_both, DEFAULT_TEXT, place, DEFAULT_WORD)
        assert causal.words == both.words == tuple(words)
        assert causal.before == (0, place)
        assert causal.after == both.after == (len(words) - 1 - place,) * 2
        assert both.before == (place, place)
        for found in (causal, both):
            np.testing.assert_allclose(found.weights.sum(1), 1, atol=1e-3)
        assert np.triu(causal.weights, 1).max() == 0
        assert both.weights.min() > 0


def test_the_causal_change_is_computed_again(gpt: LanguageModel) -> None:
    found, recorded = finish(lesson.change_causal(gpt, *AT)), find(lesson.change_causal, MODEL, *AT)
    np.testing.assert_allclose(found.moved, recorded.moved, atol=2e-3)
    assert gpt.encode(DEFAULT_TEXT) == [
        token for n, word in enumerate(DEFAULT_TEXT.split()) for token in gpt.encode(word if n == 0 else f" {word}")
    ]


def test_the_bidirectional_change_agrees_with_transformers() -> None:
    from transformers import AutoTokenizer, BertModel

    folder = ensure("all-minilm-l6-v2")
    model = BertModel.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def vectors(words: Sequence[str]) -> list[Any]:
        found = tokenizer(" ".join(words), return_tensors="pt")
        with torch.no_grad():
            hidden = model(**found).last_hidden_state[0]
        owners = np.array([-1 if word is None else word for word in found.word_ids()])
        # A sign such as the last full stop is a word of its own to the tokenizer: it belongs to the last one here.
        return [hidden[(owners == n) | ((n == len(words) - 1) & (owners > n))].mean(0) for n in range(len(words))]

    words = DEFAULT_TEXT.split()
    before, after = vectors(words), vectors([*words[:7], DEFAULT_WORD, *words[8:]])
    moved = [float((b - a).norm() / a.norm()) for a, b in zip(before, after, strict=True)]
    assert find(lesson.change_both, *AT).shares == pytest.approx(moved, abs=1e-3)


@pytest.mark.parametrize("text", ["Wait, what? 日本語 🙂 don't", "  two   spaces ", "12,345 [SEP] <|im_end|>"])
def test_odd_texts_have_a_vector_a_word(text: str, gpt: LanguageModel) -> None:
    for found in (finish(lesson.change_causal(gpt, text, 1, "x")), finish(lesson.change_both(text, 1, "x"))):
        assert found.words == tuple(text.split())
        assert np.isfinite(found.moved).all()
        assert (found.shares[:1] < results.UNMOVED).all() == (found.first == 0)


# Blanks


def test_gaps() -> None:
    gap = results.gap_of("He said ___, and [MASK] left.")
    assert gap is not None
    assert (gap.before, gap.after(0), gap.after(1), gap.after(9)) == ("He said", "", ", and", ", and left.")
    assert results.gap_of("no blank _ here") is None
    assert results.swap("(boat),", "ship") == "(ship),"
    assert results.swap("...", "ship") == "ship"
    assert results.words_of("a " * 30) == (("a",) * 20, 10)


def test_masked_candidates_are_the_heads_own() -> None:
    found, reader = finish(lesson.fill_masked("The", "barked.", ("dog", "door"))), load_masked_model()
    row = reader.log_probabilities([reader.blank("The", "barked.")])[0]
    dog, door = (float(row[reader.encoder.piece_number(word)]) for word in ("dog", "door"))
    assert np.log(found.of("dog") / found.of("door")) == pytest.approx(dog - door, abs=1e-3)
    assert reader.candidate("The", "unbelievable dog", "barked.") < dog
    assert reader.candidate("The", "", "barked.") == 0


def test_causal_candidates_are_the_models_own(gpt: LanguageModel) -> None:
    """The whole sentence's probability, by the chain rule, from the logits of the sentence as one text."""
    before, after, words = "The", "barked at the stranger.", ("dog", "table")
    found = finish(lesson.fill_causal(gpt, before, after, words))
    totals = []
    for word in words:
        ids = gpt.encode(f"{before} {word} {after}")
        table = torch.tensor(gpt.logits(ids)).double().log_softmax(-1)
        totals.append(sum(float(table[n - 1, ids[n]]) for n in range(1, len(ids))))
    assert totals[0] - totals[1] == pytest.approx(np.log(found.whole.of("dog") / found.whole.of("table")), abs=0.05)
    shares = torch.tensor(gpt.logits(gpt.encode(before))[-1]).double().softmax(-1)
    (token,) = gpt.encode(f" {found.greedy.words[0]}")
    assert found.greedy.probabilities[0] == pytest.approx(float(shares[token]), rel=0.05)
    alone = finish(lesson.fill_causal(gpt, before, "", words))
    assert alone.whole.of("dog") == pytest.approx(alone.left.of("dog"))


def test_held_out_blanks_are_computed_again(gpt: LanguageModel) -> None:
    found = find(lesson.fill_held_out, MODEL)
    assert found.sentences == blanks.sentences()
    reader = load_masked_model()
    for n in (0, 7):
        one = found.sentences[n]
        assert one.word in one.options
        assert len(set(one.options)) == blanks.OPTIONS
        both = blanks.masked(reader, one.before, one.after, one.options)
        assert both.words[0] == found.answers[found.ways.index(results.BOTH)][n]
        mine = finish(blanks.causal(gpt, one.before, one.after, one.options))
        assert mine.left.words[0] == found.answers[found.ways.index(results.GREEDY)][n]
    for way in found.ways:
        small, other = found.correct(way, True), found.correct(way, False)
        assert (small[0] + other[0], small[1] + other[1]) == found.correct(way)
    assert found.correct(results.WHOLE)[0] > found.correct(results.GREEDY)[0]


def test_candidates() -> None:
    assert results.candidates_of("a, b c ;; a\nd,") == ("a", "b c", "d")
    assert len(results.candidates_of(",".join("abcdefghijkl"))) == results.MAX_CANDIDATES


# Understand or write


def test_search_is_a_cosine() -> None:
    texts = ("Dogs bark at night.", "The bank lends money.")
    found = finish(lesson.search("Who lends me money?", texts))
    assert found.cosines.argmax() == 1
    again = finish(lesson.search("Dogs bark at night.", texts))
    assert again.cosines[0] == pytest.approx(1, abs=1e-4)


def test_a_judge_prefers_english(gpt: LanguageModel) -> None:
    sense, noise = (
        finish(lesson.judge(gpt, "The people", (text,)))
        for text in ("of this country are free.", "of hat seven blue the of")
    )
    assert sense.perplexity < noise.perplexity
