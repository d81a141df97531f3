"""Controls: kept by page whatever is drawn, said in the link, strict about what a link says, and movable from anywhere."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.kit import controls
from tests.pages.helpers import choose, sound, widget

DEFAULTS: dict[str, Any] = {"share": 0.8, "count": 4, "colour": "red"}


def page() -> None:
    import streamlit as st

    from pages.kit import controls

    controls.enter("page")
    try:
        controls.show_notices(st.empty())
        view = controls.choice("View", ("A", "B"), "A", key="view")
        if view == "A":
            st.code(repr(controls.slider("Share", 0.0, 2.0, 0.8, 0.05, key="share")))
            st.code(repr(controls.slider("Count", -3, 10, 4, 1, key="count")))
            controls.choice("Colour", ("red", "green"), "red", key="colour", names=str.upper)
            st.code(repr(controls.position("Place", 7, 20, key="place")))
        else:
            st.text(controls.text_area("Words", "some", key="words", height=80, max_chars=20))
            st.code(repr(controls.toggle("On", key="on")))
        pair = controls.parameter("pair", (0, 0), lambda raw: tuple(map(int, raw.split("."))))
        st.code(repr(pair))

        def move() -> None:
            st.session_state["_lesson_moved"] = controls.move({"view": "B", "words": "moved", "share": 1.0})

        st.button("Move", on_click=move)
        st.button("Undo", on_click=lambda: controls.restore(st.session_state["_lesson_moved"]))
        st.button("Reset", on_click=controls.reset)
        st.button("Set", on_click=controls.set_parameter, args=("pair", "3.4"))
        st.button("Clear", on_click=controls.set_parameter, args=("pair", ""))
        st.text(controls.agree({"view": "B", "share": 1.0}))
    finally:
        controls.leave()


def visit(**link: Any) -> AppTest:
    at = AppTest.from_function(page, default_timeout=30)
    at.query_params.update(link)
    return sound(at.run())


def address(at: AppTest) -> dict[str, str]:
    """What the browser is told to show as the address."""
    return {key: value[-1] for key, value in at.session_state["_kept"]["page"].written.items()}


def notices(at: AppTest) -> list[str]:
    return [caption.value for caption in at.caption]


def press(at: AppTest, label: str) -> AppTest:
    return sound(next(button for button in at.button if button.label == label).click().run())


def test_defaults_leave_the_address_empty() -> None:
    at = visit()
    assert address(at) == {}
    assert notices(at) == []
    assert [code.value for code in at.code] == ["0.8", "4", "7", "(0, 0)"]


def test_a_view_keeps_what_was_set_and_so_does_the_link() -> None:
    at = visit()
    sound(choose(at, share=1.2))
    sound(choose(at, view="B"))
    assert address(at) == {"share": "1.2", "view": "B"}
    sound(choose(at, words="other"))
    sound(choose(at, view="A"))
    assert widget(at, "share").value == 1.2
    assert address(at) == {"share": "1.2", "words": "other"}
    sound(choose(at, share=0.8))
    assert address(at) == {"words": "other"}
    sound(choose(at, view="B"))
    assert widget(at, "words").value == "other"


def test_a_link_to_another_view_sets_its_controls() -> None:
    at = visit(view="B", words="typed", on="true", share="1.5", stranger="x")
    assert (widget(at, "words").value, widget(at, "on").value) == ("typed", True)
    assert address(at) == {"view": "B", "words": "typed", "on": "true", "share": "1.5", "stranger": "x"}
    sound(choose(at, view="A"))
    assert widget(at, "share").value == 1.5


GOOD = [
    ("share", "0.25", 0.25),
    ("share", "1", 1.0),
    ("share", "5e-1", 0.5),
    ("share", "-0", 0.0),
    ("share", ["x", "1"], 1.0),  # of a key that is there twice, what can be used
    ("share", ["1", "x"], 1.0),
    ("count", "-3", -3),
    ("count", "5.0", 5),
    ("colour", "GREEN", "green"),
    ("colour", "green", "green"),
]


@pytest.mark.parametrize(("key", "raw", "value"), GOOD)
def test_what_can_be_is_taken_in_silence(key: str, raw: str, value: object) -> None:
    at = visit(**{key: raw})
    assert widget(at, key).value == value
    assert notices(at) == []


NUMBERS = ["1e309", "99999", "-99999", "0x1", "٣", "1_0", " 1", "1e-999x"]
BAD = ["", " ", "inf", "-inf", "nan", "abc", "1,5", "None", "<b>", "9" * 5000, ["x", "y"], *NUMBERS]


@pytest.mark.parametrize("raw", BAD, ids=lambda raw: str(raw)[:10])
@pytest.mark.parametrize("key", list(DEFAULTS))
def test_what_cannot_be_is_said(key: str, raw: str) -> None:
    at = visit(**{key: raw})
    assert (widget(at, key).value or DEFAULTS[key]) == DEFAULTS[key]
    (line,) = notices(at)
    assert line.startswith(f"The link's {key} cannot be ")
    assert line.endswith(f": it is {DEFAULTS[key] if key != 'colour' else 'RED'} here.")
    assert len(line) < 90


@pytest.mark.parametrize(
    ("key", "raw", "value"), [("share", "0.83", 0.85), ("share", "1e-310", 0.0), ("count", "5.4", 5)]
)
def test_a_number_off_the_grid_is_said_as_it_is_taken(key: str, raw: str, value: float) -> None:
    at = visit(**{key: raw})
    assert widget(at, key).value == value
    assert notices(at) == [f"The link's {key} cannot be “{raw}”: it is {value:g} here."]


def test_a_text_from_a_link_is_cleaned() -> None:
    at = visit(view="B", words="a\r\nb\rc\x00\x1bd\te")
    assert widget(at, "words").value == "a\nb\ncd\te"
    assert notices(at) == []


def test_of_a_text_that_is_too_long_the_end_is_read_and_that_is_said() -> None:
    at = visit(view="B", words="x" + "y" * 20)
    assert at.text[0].value == "y" * 20
    assert notices(at) == ["Your text has 21 characters: the last 20 of them are read."]
    assert notices(sound(choose(at, words="z" * 20))) == []


def test_a_text_that_fits_no_link_is_kept_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server answers 400 to an address that is too long: the page could not be reloaded."""
    monkeypatch.setattr(controls, "MAX_LINK", 30)
    at = visit(view="B", words="short")
    for long in ("مع السلامة", "x" * 31):
        sound(choose(at, words=long))
        assert at.text[0].value == long[-20:]
        assert address(at) == {"view": "B"}
        assert "too long for a link" in notices(at)[0]
    sound(choose(at, view="A"))
    sound(choose(at, view="B"))
    assert widget(at, "words").value == "x" * 31
    sound(choose(at, words="x" * 30))
    assert address(at) == {"view": "B", "words": "x" * 30}
    assert not any("link" in notice for notice in notices(at))


def test_all_in_one_line_until_the_reader_does_something() -> None:
    at = visit(share="abc", count="1e309", colour="blue", pair="x")
    for _ in range(2):
        (line,) = notices(at)
        assert [f"The link's {key} " in line for key in ("share", "count", "colour", "pair")] == [True] * 4
        at = sound(at.run())
    assert notices(sound(choose(at, share=0.1))) == []


def test_a_move_is_undone_and_everything_is_reset() -> None:
    at = press(visit(count="7"), "Move")
    assert address(at) == {"count": "7", "view": "B", "words": "moved", "share": "1"}
    assert widget(at, "words").value == "moved"
    assert at.text[-1].value == "True"
    at = press(at, "Undo")
    assert address(at) == {"count": "7"}
    assert widget(at, "share").value == 0.8
    at = press(press(at, "Move"), "Reset")
    assert address(at) == {}
    assert widget(at, "count").value == 4
    assert at.text[-1].value == "False"


@pytest.mark.parametrize("raw", ["", "x", "1.x", "nan.1", "1e5.1", "9" * 5000])
def test_a_parameter_that_cannot_be_read_is_left_out(raw: str) -> None:
    at = visit(pair=raw)
    assert at.code[-1].value == "(0, 0)"
    assert notices(at) == ["The link's pair could not be read and was left out."]
    assert "pair" not in address(at)


def test_parameters_are_read_and_set_and_cleared() -> None:
    at = visit(pair="1.2")
    assert at.code[-1].value == "(1, 2)"
    at = press(at, "Set")
    assert (at.code[-1].value, address(at)) == ("(3, 4)", {"pair": "3.4"})
    at = press(press(at, "Clear"), "Clear")
    assert (at.code[-1].value, address(at)) == ("(0, 0)", {})
