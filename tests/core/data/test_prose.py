"""The prose that the character models are trained on: real text, tidied, and a part that is never trained on."""

import json
from pathlib import Path

import pytest

from core.assets.convert.texts import FILES
from core.assets.fetch import ensure
from core.data.prose import load_prose, tidy, vocabulary_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    reviews = [[str(n), 0.5, f"Review {n} says ''yes'' -  twice."] for n in range(60)]
    editorials = [[f"{n}_{part}", -1.0, f"Editorial {n}, part {part}."] for n in range(20) for part in (1, 2, 3)]
    for name, rows in (("movie_reviews", reviews), ("editorials", editorials)):
        (tmp_path / f"{name}.json").write_text(json.dumps(rows), "utf-8")
    return tmp_path


def test_every_snippet_is_in_one_part_and_only_there(folder: Path) -> None:
    prose = load_prose(folder)
    train, held_out = prose.train.splitlines(), prose.held_out.splitlines()
    assert len(train) + len(held_out) == 120
    assert not set(train) & set(held_out)
    assert len(held_out) >= 5


def test_an_editorial_stays_together_and_in_order(folder: Path) -> None:
    prose = load_prose(folder)
    for part in (prose.train, prose.held_out):
        lines = part.splitlines()
        for place, line in enumerate(lines):
            if "part 1" in line:
                assert lines[place + 1] == line.replace("part 1", "part 2")
                assert lines[place + 2] == line.replace("part 1", "part 3")


def test_a_seed_means_one_division(folder: Path) -> None:
    assert load_prose(folder, seed=3) == load_prose(folder, seed=3)
    assert load_prose(folder, seed=3).held_out != load_prose(folder, seed=4).held_out


def test_quotation_marks_dashes_and_blanks_are_of_one_kind() -> None:
    assert tidy("  ``A''  “b” – ‘c’ — it’s\t\n d ") == '"A" "b" - \'c\' - it\'s d'


def test_vocabulary_holds_what_is_frequent_in_order() -> None:
    assert vocabulary_of("aab" * 10 + "z", at_least=10) == ("a", "b")
    assert vocabulary_of("ab" * 19, at_least=20) == ()


@pytest.mark.real_weights
def test_the_real_prose_is_what_the_models_were_trained_on() -> None:
    prose = load_prose()
    assert len(prose.train) > 1_500_000
    assert 80_000 < len(prose.held_out) < 130_000
    vocabulary = vocabulary_of(prose.train)
    assert set("abcxyzABC ,.'\"()\n019") < set(vocabulary)
    assert len(vocabulary) == 80


@pytest.mark.real_weights
def test_the_real_archive_has_as_many_snippets_as_its_authors_say() -> None:
    """Hutto and Gilbert 2014, section 3.2."""
    folder = ensure("hutto-snippets")
    counts = {name: len(json.loads((folder / f"{name}.json").read_text("utf-8"))) for name in FILES}
    assert counts == {"movie_reviews": 10605, "editorials": 5190, "product_reviews": 3708, "tweets": 4200}
