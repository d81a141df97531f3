"""A result by name: from this run, the shelf or the record, else computed; and a picture that is drawn once."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import recording
from core.figures.picture import Picture
from core.progress import Steps, doing
from pages.kit import ask, cache
from pages.kit.shelf import MISSING, Shelf, size_of
from tests.pages.helpers import PATIENCE, sound

COUNT: list[Any] = []


@dataclass(frozen=True)
class Found:
    value: int
    array: np.ndarray


@doing("Doubling", "half")
def double(number: int) -> Steps[Found]:
    COUNT.append(number)
    yield 1, 2
    return Found(2 * number, np.arange(number))


def nothing(number: int) -> Found | None:
    COUNT.append(number)
    return None


def draw_it(found: Found, width: int, names: tuple[str, ...] = ()) -> Picture:
    COUNT.append("drawn")
    return Picture(
        {"data": [{"y": found.array.tolist()}], "layout": {"title": {"text": f"{width}{names}"}}}, "A picture."
    )


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Shelves and a record of this test's own."""
    results, pictures = Shelf(100_000), Shelf(100_000)
    monkeypatch.setattr(cache, "results", lambda: results)
    monkeypatch.setattr(cache, "pictures", lambda: pictures)
    monkeypatch.setattr(recording, "FOLDER", tmp_path)
    monkeypatch.setattr(recording, "lesson_of", lambda function: "made_up")
    recording.forget()
    assert cache.workshop().wait(PATIENCE)
    COUNT.clear()
    yield
    recording.forget()


def page() -> None:
    import streamlit as st

    from pages.kit import ask
    from tests.pages.kit.test_ask import double, draw_it, nothing

    ask.begin()
    found = ask.ask(double, 3)
    assert ask.ask(double, 3) is found
    assert ask.ask(nothing, 1) is None
    picture = ask.draw(draw_it, found, 5, names=("a",))
    assert ask.draw(draw_it, found, 5, names=("a",)) is picture
    again = ask.ask_again(st.session_state.get("again", 1), double, 4)
    st.write(f"{found.value} {again.value} {picture.title} {ask.origin()}")


def run(at: AppTest | None = None) -> AppTest:
    return sound((at or AppTest.from_function(page, default_timeout=PATIENCE)).run())


def test_what_is_asked_for_is_computed_once_and_drawn_once() -> None:
    at = run()
    assert at.markdown[0].value == "6 8 5('a',) computed"
    assert COUNT == [3, 1, "drawn", 4]
    run(at)
    run()  # another visit
    assert COUNT == [3, 1, "drawn", 4]
    at.session_state["again"] = 2
    run(at)
    assert COUNT == [3, 1, "drawn", 4, 4]  # what a clock measures is measured anew


def test_what_was_recorded_is_not_computed() -> None:
    calls = [recording.call(double, 3), recording.call(nothing, 1)]
    recording.save("made_up", [(one, recording.run(one.function, *one.arguments)) for one in calls], {})
    COUNT.clear()
    run()
    assert COUNT == ["drawn", 4]  # only what was asked for again


def test_a_page_that_shows_what_was_recorded_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    recording.save("made_up", [(recording.call(double, 3), recording.run(double, 3))], {})
    ask.begin()
    ask.ask(double, 3)
    assert ask.origin() == "recorded"


def test_an_argument_is_told_apart_by_value_and_a_result_by_itself() -> None:
    one, two = (recording.run(double, 3) for _ in range(2))
    pictures = [
        ask.draw(draw_it, one, 1),
        ask.draw(draw_it, two, 1),
        ask.draw(draw_it, one, 2),
        ask.draw(draw_it, one, 1, names=("a",)),
        ask.draw(draw_it, one, True),
    ]
    assert len({id(picture) for picture in pictures}) == 5
    assert ask.draw(draw_it, one, 1) is pictures[0]
    assert ask.draw(draw_it, two, 1) is pictures[1]


def test_names_of_arguments_would_be_another_call() -> None:
    with pytest.raises(TypeError, match="one order"):
        ask.ask(double, number=3)


# Shelves


def test_a_shelf_holds_so_many_bytes_and_loses_the_least_recently_used() -> None:
    shelf = Shelf(3000)
    for key in "abc":
        shelf.put(key, np.zeros(100, np.uint8))
    assert shelf.get("a") is not MISSING
    shelf.put("d", np.zeros(2400, np.uint8))
    assert shelf.get("b") is shelf.get("c") is MISSING
    assert shelf.get("a") is not MISSING
    assert shelf.bytes <= 3000
    shelf.put("e", np.zeros(4000, np.uint8))
    assert shelf.get("e") is MISSING
    assert shelf.get("d") is not MISSING
    shelf.put("d", None)
    assert shelf.get("d") is None
    shelf.clear()
    assert shelf.bytes == 0


def test_a_size_is_about_what_memory_holds() -> None:
    assert size_of(np.zeros((10, 100))) == pytest.approx(8000, rel=0.05)
    assert size_of("a" * 5000) == sys.getsizeof("a" * 5000)
    text = [("character", 0.5)] * 1000
    assert size_of(text) == pytest.approx(1000 * (8 + 56 + 16 + sys.getsizeof("character") + 32), rel=0.1)
    assert size_of(Found(1, np.zeros(1000))) > 8000
    assert size_of({"a": "b" * 1000}) > 1000
