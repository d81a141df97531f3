"""The help pages: paragraphs by their ids, sentences side by side, and what can't be a translation left out."""

from pathlib import Path

import pytest

from core.data.help_pages import folded, help_pairs, paragraphs, sentences_of, translates
from core.data.pairs import Pair

PAGE = """<html><body><p dir="auto">Title is: Sections</p><h1 id="hd_1">Inserting&nbsp;<a name="x"></a>Sections</h1>
<ol><li><p id="par_1" class="listitem">Choose <span class="emph">Insert - Section</span>.<br>Then wait.</p></li></ol>
<p id="par_2">Press <span class="switchinline"><span hidden="true" id="MAC1" class="MAC">Command</span><span
hidden="true" id="d1"><span class="keycode">Ctrl</span></span></span>+B.</p>
<pre id="par_3">x = 1</pre><p id="par_4" class="code">y = 2</p><td><p id="par_1">Another one<img alt="no"> here</p></td>
</body></html>"""


def test_paragraphs_are_found_by_their_ids() -> None:
    assert paragraphs(PAGE) == {
        ("hd_1", 0): "Inserting Sections",
        ("par_1", 0): "Choose Insert - Section. Then wait.",
        ("par_2", 0): "Press Ctrl+B.",
        ("par_1", 1): "Another one here",
    }


def test_sentences_stand_side_by_side_where_both_have_as_many() -> None:
    english = "Opens the dialog. Click it, e.g. here."
    assert sentences_of(english, "Ouvre le dialogue. Cliquez, par ex. ici.") == [
        ("Opens the dialog.", "Ouvre le dialogue."),
        ("Click it, e.g. here.", "Cliquez, par ex. ici."),
    ]
    whole = (english, "Ouvre le dialogue, cliquez ici.")
    assert sentences_of(*whole) == [whole]


@pytest.mark.parametrize(
    ("english", "french", "may"),
    [
        ("Opens the dialog.", "Ouvre la boîte de dialogue.", True),
        ("See page 12 of it.", "Voir la page 12.", True),
        ("See page 12 of it.", "Voir la page 13.", False),
        ("Opens the dialog.", "opens the dialog.", False),
        ("Opens the dialog with all of the styles of this document.", "Styles", False),
        ("Yes or no", "Indique si vous voulez que les styles de ce document soient affichés", False),
        ("=A1+B2; 3/4 (5)", "=A1+B2; 3/4, (5)", False),
        ("Opens the dialog.", "", False),
    ],
)
def test_what_may_be_a_translation(english: str, french: str, may: bool) -> None:
    assert translates(english, french) == may


def test_pairs_are_joined_by_page_and_id_each_source_once(tmp_path: Path) -> None:
    def write(language: str, name: str, *lines: tuple[str, str]) -> None:
        path = tmp_path / language / "text" / "swriter" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f'<p id="{key}">{text}</p>' for key, text in lines), "utf-8")

    write("en-US", "a.html", ("1", "Opens the dialog."), ("2", "Saves line 1 here."), ("3", "Only in English here."))
    write("fr", "a.html", ("2", "Enregistre ici la ligne 1."), ("1", "Ouvre le dialogue."), ("4", "Seulement ici."))
    write("en-US", "b.html", ("9", "opens the dialog"), ("8", "Saves line 2 here."), ("7", "Too short"))
    write("fr", "b.html", ("9", "une autre traduction"), ("8", "Enregistre ici la ligne 2."), ("7", "Trop court"))
    write("en-US", "c.html", ("1", "A page without its translation."))
    found = help_pairs(tmp_path)
    assert sorted(found, key=lambda pair: pair.source) == [
        Pair("help", "Opens the dialog.", "Ouvre le dialogue."),
        Pair("help", "Saves line 1 here.", "Enregistre ici la ligne 1."),
    ]
    assert found == help_pairs(tmp_path)
    with pytest.raises(OSError, match="no help pages"):
        help_pairs(tmp_path / "missing")


def test_sources_that_differ_in_little_are_one() -> None:
    assert folded("Returns 12 cells:") == folded("returns 7 cells")
    assert folded("Returns 12 cells") != folded("Return 12 cells")
