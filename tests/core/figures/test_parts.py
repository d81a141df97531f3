"""The heat map that lessons on recurrent models share, and the axis under a text."""

import html
import json
import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from core.figures import palette
from core.figures.parts import LETTERS, LONGEST, WORDS, heat_map, scale, text_axis
from tests.core.figures.hostile import HOSTILE
from tests.core.figures.test_gpt_sampling import MARKS, colours, strings

TEXT = 'The critic wrote, "I laughed twice, then I looked at my watch," and gave it one star (out of five).\nHe left.'


def shown(text: str) -> list[str]:
    return [{" ": "␣", "\n": "⏎"}.get(c, c) for c in text]


def some(rows: int = 6, text: str = TEXT, **more: Any) -> dict[str, Any]:
    values = np.random.default_rng(0).uniform(-1, 1, (rows, len(text))).astype(np.float32)
    settings = {"signed": True, **more}
    return heat_map("Some units over a text", values, shown(text), [f"unit {n}" for n in range(rows)], **settings)


def test_rows_and_columns() -> None:
    values = np.array([[0.12345, -1.0, 0.5], [0.0, 1.0, -0.25]], dtype=np.float32)
    figure = heat_map("Two units", values, ["a", "␣", "b"], ["one", "two"], signed=True, limit=2.0, first=41)
    (heat,) = figure["data"]
    assert heat["z"] == [pytest.approx([0.123, -1.0, 0.5]), pytest.approx([0.0, 1.0, -0.25])]
    assert heat["x"] == ["41 a", "42 ␣", "43 b"]
    assert heat["y"] == ["one", "two"]
    assert (heat["zmin"], heat["zmax"]) == (-2.0, 2.0)
    assert figure["layout"]["yaxis"]["autorange"] == "reversed"  # the first row at the top


def test_signed_and_not() -> None:
    assert (some()["data"][0]["zmin"], some(signed=False)["data"][0]["zmin"]) == (-1.0, 0.0)
    assert some()["data"][0]["colorscale"] == scale(palette.DIVERGING)
    assert some(signed=False)["data"][0]["colorscale"] == scale(palette.SEQUENTIAL)
    assert scale(("a", "b", "c")) == [[0.0, "a"], [0.5, "b"], [1.0, "c"]]


def test_what_is_pointed_at_is_named() -> None:
    """The template names row, column and value; no tick stands exactly on a column or row and replaces its name."""
    figure = some(what="value")
    heat, layout = figure["data"][0], figure["layout"]
    assert heat["hovertemplate"] == "%{y}, character %{x}: value %{z:.2f}<extra></extra>"
    assert len(set(heat["x"])) == len(TEXT)
    for axis in ("xaxis", "yaxis"):
        assert layout[axis]["type"] == "category"
        assert all(value % 1 for value in layout[axis]["tickvals"])


def test_rows_of_one_name_are_told_apart() -> None:
    figure = heat_map("Twice the same", np.zeros((2, 3)), list("abc"), ["unit 1", "unit 1"], signed=True)
    assert len(set(figure["data"][0]["y"])) == 2


def test_groups_stand_in_the_middle_of_their_rows() -> None:
    layout = some(6, groups=("first", "second"))["layout"]
    assert layout["yaxis"]["ticktext"] == ["first", "second"]
    assert layout["yaxis"]["tickvals"] == pytest.approx([1.0, 4.0], abs=0.02)
    assert [shape["y0"] for shape in layout["shapes"]] == [2.5]


def test_marks() -> None:
    layout = some(mark=7, chosen=2)["layout"]
    under, line, halo, frame = layout["shapes"]
    assert (under["line"]["color"], halo["line"]["color"]) == (palette.GROUND, palette.GROUND)  # seen on every colour
    assert (line["x0"], line["x1"], line["y0"], line["y1"], line["yref"]) == (7, 7, 0, 1, "paper")
    assert (frame["type"], frame["y0"], frame["y1"]) == ("rect", 1.25, 2.75)
    assert (frame["x0"], frame["x1"]) == (-0.5, len(TEXT) - 0.5)
    for nowhere in ({"mark": -1}, {"mark": len(TEXT)}, {"chosen": 6}, {"chosen": -1}):
        assert some(**nowhere)["layout"]["shapes"] == []


@pytest.mark.parametrize("text", ["a", "ab cd", TEXT[: LETTERS + 1], TEXT, "x" * 300, TEXT * 4, "\n" * 40])
def test_the_axis_under_a_text(text: str) -> None:
    axis = text_axis(shown(text))
    places = [round(value) for value in axis["tickvals"]]
    assert places == sorted(set(places))
    assert len(places) == len(axis["ticktext"])
    assert axis["range"] == [-0.5, len(text) - 0.5]
    if len(text) <= LETTERS:
        assert axis["ticktext"] == shown(text)
        return
    assert 1 <= len(places) <= WORDS + 1
    for place, word in zip(places, axis["ticktext"], strict=True):
        assert len(word) <= LONGEST
        assert place == 0 or text[place - 1] in " \n"
        assert text[place:].startswith(word.rstrip("…"))
    apart = np.diff(places)
    assert not len(apart) or apart.min() >= len(text) / WORDS  # no two words touch


def test_no_character_at_all() -> None:
    assert text_axis([])["tickvals"] == []


def test_plotly_takes_it_in_the_themes_colours() -> None:
    figure = some(groups=("one", "two", "three"), mark=3, chosen=1)
    go.Figure(figure)
    assert json.loads(json.dumps(figure)) == figure
    assert (
        set(colours(figure)) - {scale_entry for scale_entry in colours(figure) if not isinstance(scale_entry, str)}
        <= MARKS
    )
    for theme in ("light", "dark"):
        assert not re.search(r"#0000\d\d", json.dumps(palette.concrete(figure, theme)))


def test_a_character_is_text_and_nothing_else() -> None:
    figure = heat_map("Hostile names", np.zeros((2, 2)), [HOSTILE, "b"], [HOSTILE, "c"], signed=True, groups=(HOSTILE,))
    told = [text for text in strings(figure) if "q" in text and "z" not in text]
    assert len(told) >= 4
    for text in told:
        assert not re.search(r"<(?!extra></extra>)", text)
        assert "%{y}" not in text.replace("%{y}, character", "")
        assert "<u>q</u>" in html.unescape(text)
