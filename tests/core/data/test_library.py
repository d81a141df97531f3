"""The little library: sixty items, each a title and one or two sentences of its own."""

import re

import pytest

from core.data.library import LIBRARY, Item, read


def test_there_are_sixty_different_items() -> None:
    assert len(LIBRARY) == 60
    assert len({item.title for item in LIBRARY}) == len({item.content for item in LIBRARY}) == 60


def test_a_title_fits_into_a_picture_and_a_content_is_two_or_three_sentences_at_most() -> None:
    for item in LIBRARY:
        assert 4 < len(item.title) <= 30, item
        assert item.title == item.title.strip()
        assert re.fullmatch(r"[A-Z0-9].*\.", item.content), item
        assert 1 <= len(re.findall(r"[.](?: |$)", item.content)) <= 3, item
        assert 60 < len(item.content) < 320, item
        assert "  " not in item.content


def test_no_content_begins_with_its_title_or_repeats_another() -> None:
    openings = [" ".join(item.content.split()[:5]) for item in LIBRARY]
    assert len(set(openings)) == 60


def test_nothing_in_it_is_markup() -> None:
    assert not set("<>*_`$#[]|\\") & {character for item in LIBRARY for character in item.title + item.content}


def test_reading() -> None:
    assert read("\nOne\nfirst line\nsecond.\n\nTwo\nthird.\n") == (
        Item("One", "first line second."),
        Item("Two", "third."),
    )


@pytest.mark.parametrize("title", ["Compasses inside birds", "Refrigerators", "What inflation is"])
def test_what_the_lesson_speaks_of_is_there(title: str) -> None:
    assert title in {item.title for item in LIBRARY}
