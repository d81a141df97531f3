"""What is held out of English to French stays out, whichever kind it came with."""

from pathlib import Path

import pytest

from core.data import english_french
from core.data.pairs import HELD_OUT, Kind, Pair


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few pairs of each kind; some sources come again with another number, or with another kind."""

    def some(kind: Kind, *sources: str) -> list[Pair]:
        return [Pair(kind, source, source.upper()) for source in sources]

    verses = some("verse", "the light", "the dark", "the light", "Row 1", "the day")
    pages = some("help", "Row 7.", "Click here", "row 8", "Open it", "The dark.")
    monkeypatch.setattr(english_french, "verses", lambda bible: verses)
    monkeypatch.setattr(english_french, "help_pairs", lambda pages_: pages)
    monkeypatch.setattr(english_french, "CONTROLLED", 20)
    for kind, count in (("verse", 2), ("help", 1), ("controlled", 5)):
        monkeypatch.setitem(HELD_OUT, kind, count)


@pytest.mark.usefixtures("invented")
def test_no_source_is_held_out_and_trained_on() -> None:
    apart = english_french.held_out(Path("bible"), Path("pages"))
    assert [pair.source for pair in apart["verse"]] == ["the light", "the dark"]
    assert [pair.source for pair in apart["help"]] == ["Row 7."]
    assert len(apart["controlled"]) == 5
    trained = english_french.trained_on(Path("bible"), Path("pages"), ("help", "help", "verse", "controlled"))
    assert sorted(pair.source for pair in trained if pair.kind == "verse") == [
        "the day"
    ]  # "Row 1" is a page's "Row 7."
    assert sorted(pair.source for pair in trained if pair.kind == "help") == ["Click here"] * 2 + ["Open it"] * 2
    assert 15 <= sum(pair.kind == "controlled" for pair in trained) <= 25
    assert trained == english_french.trained_on(Path("bible"), Path("pages"), ("help", "help", "verse", "controlled"))
    assert not [pair for pair in english_french.trained_on(Path("b"), Path("p"), ("help",)) if pair.kind != "help"]


@pytest.mark.usefixtures("invented")
def test_a_kind_has_its_own_pairs() -> None:
    apart, rest = english_french.french_pairs("controlled", Path("bible"), Path("pages"))
    assert {pair.kind for pair in apart + rest} == {"controlled"}
    with pytest.raises(KeyError):
        english_french.french_pairs("natural", Path("bible"), Path("pages"))
