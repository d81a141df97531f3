"""What all figures share: the layout, and the colours of its texts."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from core.figures import palette
from core.figures.style import layout

LESSONS = (
    "alignment",
    "attention_search",
    "encoder_decoder",
    "gpt_sampling",
    "rnn",
    "vanishing_gradients",
)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mark", [palette.TEXT, palette.MUTED])
def test_text_can_be_read_on_the_ground(mark: str, theme: str) -> None:
    colours = palette.concrete({"text": mark, "ground": palette.GROUND}, theme)
    assert contrast(colours["text"], colours["ground"]) >= 4.5


def test_every_text_of_a_layout_has_the_texts_colour() -> None:
    made = layout("Title", "subtitle", yaxis={"title": {"text": "y"}}, xaxis2={"tickfont": {"size": 11}})
    assert made["font"]["color"] == made["hoverlabel"]["font"]["color"] == palette.TEXT
    assert made["title"]["subtitle"]["font"]["color"] == palette.TEXT
    for name in ("xaxis", "yaxis", "xaxis2"):
        assert made[name]["tickfont"]["color"] == made[name]["title"]["font"]["color"] == palette.TEXT
    assert made["xaxis2"]["tickfont"]["size"] == 11
    assert made["yaxis"]["title"]["text"] == "y"


def test_an_axis_may_have_a_colour_of_its_own() -> None:
    own = {"color": palette.ACCENT}
    made = layout("Title", xaxis={"tickfont": own, "title": {"text": "x", "font": own}})
    assert made["xaxis"]["tickfont"] == made["xaxis"]["title"]["font"] == own


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_axis_is_left_to_streamlits_grey(lesson: str) -> None:
    """Streamlit colours what the figure itself leaves open; a part that is put in later may open it again."""
    figures: dict[str, Callable[[], dict[str, Any]] | dict[str, Any]]
    figures = dict(importlib.import_module(f"tests.core.figures.test_{lesson}").all_figures())
    for name, made in figures.items():
        spec = made() if callable(made) else made
        axes = {key: value for key, value in spec["layout"].items() if key[1:].startswith("axis")}
        for key, axis in axes.items():
            assert axis["tickfont"]["color"], (name, key)
            assert axis["title"]["font"]["color"], (name, key)
        assert spec["layout"]["font"]["color"] == palette.TEXT, name
