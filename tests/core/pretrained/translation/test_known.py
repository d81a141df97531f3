"""What translators do not know, on the real models, and typographic signs against the plain ones."""

import unicodedata
from typing import Any

import pytest

from core.pretrained import load_translator
from core.pretrained.translation.known import SIGNS, characters, origins, plain
from core.pretrained.translation.recurrent import load_recurrent
from core.pretrained.translation.translator import Translator

# (what is typed, what of it Marian does not know, what the recurrent translator to Portuguese does not)
UNKNOWN = {
    "pounds": ("The price is £5.", "£", "£"),
    "micro": ("50 µm", "µ", "µ"),
    "umlauts": ("über Öl", "üÖ", "Ö"),
    "umlauts of two characters": ("u\u0308ber", "u\u0308", ""),
    "an accent on a letter without": ("e\u0301 x\u0301", "\u0301", "\u0301"),
    "quotes and dashes": ("“quoted” – text… „low“ it’s «so» — a−b", "", ""),
    "braces": ("{a}", "{}", "{}"),
    "Japanese": ("日本 is Japan", "日本", "日本"),
    "emoji": ("a 😀 👩‍👩‍👧 👋🏽", "😀👩‍👩‍👧👋🏽", "😀👩‍👩‍👧👋🏽"),
    "numbers that would be others": ("x² ½ ① ５", "²½①", "²①５"),
    "target language": ("São João, ação: é", "", ""),
    "capitals": ("SÃO", "Ã", "Ã"),
    "a mark of the model": ("</s>", "<", "<"),
    "a character that is lost": ("a\ufffdb", "\ufffd", "\ufffd"),
    "nothing to be seen": ("a\u200bb\u00ad \u200ec\ufeff\x00\x07\t\n", "", ""),
    "plain": ('The cat\'s "price" is 5 (five), 100% & more: [x] - _ = + / * ° $3!', "", "°"),
    "nothing": ("", "", ""),
}


@pytest.fixture(scope="module")
def translators() -> dict[str, Translator]:
    return {"marian": load_translator("en-pt"), "additive": load_recurrent("additive_en_pt")}


@pytest.mark.real_weights
@pytest.mark.parametrize("model", ["marian", "additive"])
@pytest.mark.parametrize("case", UNKNOWN)
def test_what_a_model_does_not_know(case: str, model: str, translators: dict[str, Translator]) -> None:
    text, by_marian, by_additive = UNKNOWN[case]
    translator = translators[model]
    found = translator.unknown(text)
    assert "".join(text[at] for at in found) == (by_marian if model == "marian" else by_additive)
    assert list(found) == sorted(set(found))
    source, pieces = translator.translate(text).source, translator.unknown_pieces(text)
    assert bool(pieces) == bool(found) or case == "a character that is lost"
    assert all(at < len(source) - 1 for at in pieces)


@pytest.mark.real_weights
@pytest.mark.parametrize("model", ["marian", "additive"])
def test_the_marked_pieces_are_those_that_hold_it(model: str, translators: dict[str, Translator]) -> None:
    text = "  It’s £5 –  10² 😀 {a}"
    source, marked = translators[model].translate(text).source, translators[model].unknown_pieces(text)
    assert [source[at] for at in marked] == ["£", "▁102" if model == "marian" else "²", "😀", "{", "}"]


@pytest.mark.real_weights
def test_every_known_character_has_a_piece_and_no_other(translators: dict[str, Translator]) -> None:
    """Against the vocabulary itself: of the letters and signs of Latin, each in turn."""
    for translator in translators.values():
        pieces: Any = translator.pieces
        for number in range(0x21, 0x250):
            character = chr(number)
            if plain(character) != character or unicodedata.category(character)[0] == "C":
                continue
            spelled = pieces.cut(character).normal(character)
            has_all = all(pieces._backend.token_to_id(one) is not None for one in spelled.replace(" ", ""))
            number_of_another_kind = unicodedata.category(character) == "No" and spelled != character
            assert (translator.unknown(character) == ()) == (has_all and not number_of_another_kind), character


@pytest.mark.real_weights
@pytest.mark.parametrize("model", ["marian", "additive"])
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("“The cat” sleeps – and dreams…", '"The cat" sleeps - and dreams...'),
        ("It’s the cat’s house\u00a0\u2013\u202fnot ours.", "It's the cat's house - not ours."),
        ("The cat—the old one—sleeps.", "The cat - the old one - sleeps."),
        ("The ﬁrst ofﬁce", "The first office"),
        ("The cat\x00sleeps.", "The cat sleeps."),
    ],
)
def test_typographic_signs_are_read_as_plain_ones(
    typed: str, read: str, model: str, translators: dict[str, Translator]
) -> None:
    translator = translators[model]
    found, wanted = translator.translate(typed), translator.translate(read)
    assert (found.text, found.source) == (wanted.text, wanted.source)
    assert translator.follow(typed, wanted.target).logprobs.tolist() == pytest.approx(
        wanted.logprobs.tolist(), abs=1e-3
    )


def test_positions_lead_back_to_what_was_typed() -> None:
    text = "“a… \u00adﬁ—b"
    read, came_from = plain(text), origins(text)
    assert read == '"a... fi - b'
    assert [text[at] for at in came_from] == [*"“a……… ﬁﬁ———b"]
    assert plain(read) == read


def test_a_sign_is_never_read_as_another_sign_of_the_table() -> None:
    assert all(plain(read) == read for read in SIGNS.values())
    assert all(len(sign) == 1 and (not sign.isascii() or sign == "\x00") for sign in SIGNS)
    assert plain("".join(map(chr, range(1, 128)))) == "".join(map(chr, range(1, 128)))
    assert plain("a\ud800") == "a\ufffd"


@pytest.mark.parametrize(
    ("text", "positions", "named"),
    [
        ("£5 and £6, 50 µm", (0, 7, 14), ("£", "µ")),
        ("ü u\u0308", (0, 2, 3), ("ü",)),
        ("x\u0301", (1,), ("◌\u0301",)),
        ("日本", (0, 1), ("日", "本")),
        ("👩‍👩‍👧 👋🏽", (0, 1, 2, 3, 4, 6, 7), ("👩‍👩‍👧", "👋🏽")),
        ("\u202e\u202c", (0,), ("[U+202E]",)),
        ("", (), ()),
    ],
)
def test_unknown_characters_are_named_once(text: str, positions: tuple[int, ...], named: tuple[str, ...]) -> None:
    assert characters(text, positions) == named
