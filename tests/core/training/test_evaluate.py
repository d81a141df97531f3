"""How English to French is measured: each kind on its held-out sentences, an earlier model on the very same ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.pairs import Kind, Pair
from core.pretrained.translation.subwords import Subwords
from core.pretrained.translation.translator import Translation, Translator
from core.training import evaluate as measuring

PIECES = Subwords.learn(["the help verse number is here word 0 1 2 3 4 5 6 7 8 9"] * 10, 80)


class Shouts(Translator):
    """Writes the source in capitals, which is the reference; an earlier model writes it as it is."""

    def __init__(self, path: Path) -> None:
        self.right, self.pieces = path.stem == "additive_en_fr", PIECES

    def translate_all(self, texts: Sequence[str], **_: Any) -> list[Translation]:
        none = np.zeros((0, 0), np.float32)
        written = [text.upper() if self.right else text for text in texts]
        return [Translation((), (), text, none, none[0:0].reshape(0)) for text in written]

    def follow_all(self, *_: Any, **__: Any) -> list[Translation]:
        raise NotImplementedError


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "word " * 81

    def some(kind: Kind) -> list[Pair]:
        sources = [f"the {kind} number {n} is here" for n in range(12)] + [long]
        return [Pair(kind, source, source.upper()) for source in sources]

    monkeypatch.setattr(measuring, "held_out", lambda bible, pages: {kind: some(kind) for kind in ("help", "verse")})
    monkeypatch.setattr(measuring, "load", Shouts)
    monkeypatch.setattr(measuring, "RESAMPLES", 20)


@pytest.mark.usefixtures("invented")
def test_french_is_measured_by_kind_and_before_on_the_same_sentences() -> None:
    found: dict[str, Any] = measuring.english_to_french(Path(), Path("bible.db"), Path("help"), Path("old.safetensors"))
    for kind in ("help", "verse"):
        assert (
            found[f"{kind}_all"]["sentences"] == found["before"][f"{kind}_all"]["sentences"] == 12
        )  # the long one is cut
        assert found[f"{kind}_all"]["bleu"] == pytest.approx(100)
        assert found["before"][f"{kind}_all"]["bleu"] < 20
        assert [row["sentences"] for row in found[kind]] == [12]
    assert set(found["first"]) == {"verse"}  # of the help pages nothing is kept
    assert found["first"]["verse"][1] == found["first"]["verse"][2]


@pytest.mark.usefixtures("invented")
def test_without_an_earlier_model_there_is_no_before() -> None:
    assert "before" not in measuring.english_to_french(Path(), Path("bible.db"), Path("help"))
