"""Controls in the link: what cannot be is said in one line, what can be is taken, and nothing raises."""

import math

import pytest
from streamlit.testing.v1 import AppTest

from pages.kit import controls
from tests.pages.helpers import choose, notices, sound, widget


def page() -> None:
    import streamlit as st

    from pages.kit import controls

    place = st.empty()
    controls.slider("Share", 0.0, 1.0, 0.5, 0.05, key="share")
    controls.slider("Count", -3, 10, 2, 1, key="count")
    controls.choice("Colour", ("red", "green"), "red", key="colour", names=str.upper)
    words = controls.text_area("Words", "some words", key="words", height=80, max_chars=20)
    pair = controls.parameter("pair", (0, 0), lambda raw: tuple(map(int, raw.split("."))))
    st.code(repr(pair))
    st.text(words)
    if st.button("Set"):
        controls.set_parameter("pair", "3.4")
    if st.button("Clear"):
        controls.set_parameter("pair", "")
    controls.show_notices(place)


def visit(**link: str) -> AppTest:
    at = AppTest.from_function(page, default_timeout=30)
    at.query_params.update(link)
    return sound(at.run())


def test_no_link_no_notice() -> None:
    at = visit()
    assert notices(at) == []
    values = [widget(at, key).value for key in ("share", "count", "colour", "words")]
    assert values == [0.5, 2, "red", "some words"]


GOOD = [
    ("share", "0.25", 0.25),
    ("share", "1", 1.0),
    ("share", "0.123", 0.123),
    ("share", "5e-1", 0.5),
    ("count", "-3", -3),
    ("count", "10", 10),
    ("count", "5.0", 5),
    ("count", "٣", 3),
    ("colour", "GREEN", "green"),
    ("colour", "RED", "red"),
    ("words", "", ""),
    ("words", "<b> $x$", "<b> $x$"),
    ("words", "x" * 20, "x" * 20),
]


@pytest.mark.parametrize(("key", "raw", "value"), GOOD)
def test_what_can_be_is_taken_in_silence(key: str, raw: str, value: object) -> None:
    at = visit(**{key: raw})
    assert widget(at, key).value == value
    assert notices(at) == []


BAD = [
    "",
    " ",
    "inf",
    "-inf",
    "nan",
    "1e309",
    "abc",
    "99999",
    "-99999",
    "1,5",
    "0x1",
    "١٢٣٤٥",
    "9" * 5000,
    "None",
    "<b>",
]


@pytest.mark.parametrize("raw", BAD, ids=lambda raw: raw[:10])
@pytest.mark.parametrize("key", ["share", "count", "colour"])
def test_what_cannot_be_is_said(key: str, raw: str) -> None:
    at = visit(**{key: raw})
    default = {"share": 0.5, "count": 2, "colour": "red"}[key]
    assert (widget(at, key).value or default) == default
    (line,) = notices(at)
    shown = default if key != "colour" else "RED"
    assert line.startswith(f"The link's {key} cannot be ")
    assert line.endswith(f": it is {shown} here.")
    assert len(line) < 90


def test_a_value_that_is_taken_in_part_is_said_as_it_is() -> None:
    at = visit(count="5.7")
    assert widget(at, "count").value == 5
    assert notices(at) == ["The link's count cannot be “5.7”: it is 5 here."]


def test_of_a_text_that_is_too_long_the_end_is_read_and_that_is_said() -> None:
    at = visit(words="x" + "y" * 20)
    assert at.text[0].value == "y" * 20
    assert notices(at) == ["Your text has 21 characters: the last 20 of them are read."]
    assert notices(sound(choose(at, words="z" * 20))) == []
    assert notices(sound(choose(at, words="z" * 1200))) == [
        "Your text has 1,200 characters: the last 20 of them are read."
    ]


def test_a_text_that_fits_no_link_is_kept_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server answers 400 to an address that is too long: the page could not be reloaded."""
    monkeypatch.setattr(controls, "MAX_LINK", 30)
    at = visit(words="short", share="0.25")
    for long in ("مع السلامة", "x" * 31):
        sound(choose(at, words=long))
        assert at.text[0].value == long[-20:]
        assert dict(at.query_params) == {"share": "0.25"}
        assert "too long for a link" in notices(at)[0]
        assert "too long for a link" in notices(sound(choose(at, share=0.25)))[0]
    sound(choose(at, words="x" * 30))
    assert dict(at.query_params) == {"share": "0.25", "words": "x" * 30}
    assert not any("link" in notice for notice in notices(at))


def test_all_in_one_line_and_once() -> None:
    at = visit(share="abc", count="1e309", colour="blue", pair="x")
    (line,) = notices(at)
    assert [f"The link's {key} " in line for key in ("share", "count", "colour", "pair")] == [True] * 4
    assert notices(sound(choose(at, share=0.1))) == []


def test_what_a_reader_sets_is_never_noticed() -> None:
    at = visit()
    assert notices(sound(choose(at, share=1.0, count=-3, colour="green", words=""))) == []


@pytest.mark.parametrize("raw", ["", "x", "1", "1.x", "nan.1", "1e5.1", "9" * 5000])
def test_a_parameter_that_cannot_be_read_is_left_out(raw: str) -> None:
    at = visit(pair=raw)
    good = raw in ("1", "9" * 5000) and len(raw) < 4300
    if good:
        assert at.code[0].value == "(1,)"
        return
    assert at.code[0].value == "(0, 0)"
    assert notices(at) == ["The link's pair could not be read and was left out."]
    assert "pair" not in at.query_params


def test_parameters_are_read_and_set_and_cleared() -> None:
    at = visit(pair="1.2")
    assert at.code[0].value == "(1, 2)"
    sound(at.button[0].click().run())
    assert at.query_params["pair"] == "3.4"
    assert sound(at.run()).code[0].value == "(3, 4)"
    sound(at.button[1].click().run())
    assert "pair" not in at.query_params
    sound(at.button[1].click().run())
    assert sound(at.run()).code[0].value == "(0, 0)"


def test_the_table_of_bad_values_is_bad() -> None:
    """None of them is a number within the sliders' ranges."""
    for raw in BAD:
        try:
            number = float(raw)
        except ValueError:
            continue
        assert not math.isfinite(number) or abs(number) > 10
