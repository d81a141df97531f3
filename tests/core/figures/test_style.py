"""What all figures share: the layout, and the colours of its texts."""

import pytest

from core.figures import palette
from core.figures.style import layout


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
    text, ground = (palette.concrete({"color": each}, theme)["color"] for each in (mark, palette.GROUND))
    assert contrast(text, ground) >= 4.5


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
    assert made["xaxis"]["tickfont"]["color"] == made["xaxis"]["title"]["font"]["color"] == palette.ACCENT
