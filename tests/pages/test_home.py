"""The first page: what this is, and every lesson in course order."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.kit.course import LESSONS, find
from tests.pages.helpers import sound

COURSE = Path(__file__).parents[2] / "pages" / "course.py"


@pytest.fixture
def home() -> AppTest:
    return sound(AppTest.from_file(str(COURSE), default_timeout=30).run())


def test_is_the_first_page(home: AppTest) -> None:
    assert [title.value for title in home.title] == ["Sequence models, unrolled"]
    assert "experiment" in home.markdown[0].value


def test_every_lesson_in_order_on_one_line_with_its_claim(home: AppTest) -> None:
    links = [element.proto for element in home.get("page_link")]
    assert [link.label for link in links] == [f":primary[**{entry.title}**]" for entry in LESSONS]
    assert [link.page for link in links] == [entry.name for entry in LESSONS]
    titles, claims = home.columns[::2], home.columns[1::2]  # beside one another: a lesson takes one line
    assert [column.markdown[0].value for column in claims] == [f":small[{entry.claim}]" for entry in LESSONS]
    assert [len(column.get("page_link")) for column in titles] == [1] * len(LESSONS)
    assert all((COURSE.parent / entry.file).is_file() for entry in LESSONS)


def test_each_part_is_named_once_in_course_order(home: AppTest) -> None:
    assert [heading.value for heading in home.subheader] == list(dict.fromkeys(entry.part for entry in LESSONS))


def test_the_same_page_under_its_name() -> None:
    at = AppTest.from_file(str(COURSE), default_timeout=30)
    sound(at.switch_page("home.py").run())
    assert at.title[0].value == "Sequence models, unrolled"


def test_a_lesson_that_is_not_in_the_table_is_an_error() -> None:
    assert find(LESSONS[0].name) is LESSONS[0]
    with pytest.raises(KeyError, match="nowhere"):
        find("nowhere")


def test_names_are_told_apart() -> None:
    names = [entry.name for entry in LESSONS]
    assert len(set(names)) == len(names)
    assert not set(names) & {"home", "start", "about", "health"}
