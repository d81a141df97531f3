"""Colours: marks that the browser replaces with the theme's own, real ones where a figure leaves the app."""

import json
import re

import pytest
from streamlit.elements.lib import streamlit_plotly_theme as theirs

from core.figures import palette
from core.figures.palette import CATEGORY, DIVERGING, SEQUENTIAL, concrete

MARK = re.compile(r"#0000\d\d", re.IGNORECASE)
ALL = (*CATEGORY, *SEQUENTIAL, *DIVERGING, palette.TEXT, palette.FAINT, palette.GROUND)


def test_the_marks_are_the_ones_that_streamlit_replaces() -> None:
    """They are private to Streamlit: a new version may rename or move them."""
    for ours, name in ((CATEGORY, "CATEGORY"), (SEQUENTIAL, "SEQUENTIAL"), (DIVERGING, "DIVERGING")):
        assert ours == tuple(getattr(theirs, f"{name}_{n}") for n in range(len(ours)))
    assert palette.TEXT == theirs.GRAY_90
    assert palette.GROUND == theirs.BG_COLOR
    assert palette.FAINT == theirs.FADED_TEXT_05


def test_no_two_marks_are_alike() -> None:
    assert len(set(ALL)) == len(ALL) == 29
    assert palette.ACCENT in CATEGORY
    assert palette.MUTED in CATEGORY
    assert palette.ACCENT != palette.MUTED


def everything() -> dict[str, object]:
    scale = [[n / 9, mark] for n, mark in enumerate(SEQUENTIAL)]
    marks = [{"marker": {"color": mark}, "line": {"color": [mark, mark]}} for mark in ALL]
    return {"data": [*marks, {"colorscale": scale}], "layout": {"font": {"color": palette.TEXT}, "height": 100}}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_mark_is_left(theme: str) -> None:
    before = json.dumps(everything())
    found = concrete(everything(), theme)
    assert not MARK.search(json.dumps(found))
    assert json.dumps(everything()) == before
    assert found["layout"]["height"] == 100
    colours = [trace["marker"]["color"] for trace in found["data"][:-1]]
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours)
    assert [trace["line"]["color"] for trace in found["data"][:-1]] == [[c, c] for c in colours]
    distinct = len(CATEGORY) + len(SEQUENTIAL) + len(DIVERGING)
    assert len(set(colours[:distinct])) == distinct


def test_light_and_dark_differ() -> None:
    light, dark = (concrete(everything(), theme) for theme in ("light", "dark"))
    for one, other in zip(light["data"][:-1], dark["data"][:-1], strict=True):
        assert one["marker"]["color"] != other["marker"]["color"]
    assert concrete(everything()) == light


def test_there_are_two_themes() -> None:
    with pytest.raises(KeyError):
        concrete({"color": "#000001"}, "sepia")
