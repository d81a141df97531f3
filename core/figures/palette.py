"""The colours of all figures.

The codes below are not colours: they are the marks that Streamlit's chart theme replaces in the browser with the
theme's own colours (`.streamlit/config.toml`), different in light and dark. A figure that leaves the app gets the
light theme's colours from `concrete`.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

CATEGORY = ("#000001", "#000002", "#000003", "#000004", "#000005", "#000006")
SEQUENTIAL = tuple(f"#0000{i}" for i in range(11, 21))
DIVERGING = tuple(f"#0000{i}" for i in range(21, 31))
ACCENT = CATEGORY[0]
TEXT = "#000037"  # of two greys for text that Streamlit has, the one that can be read at 13 px in light
FAINT = "#000039"
MUTED = CATEGORY[5]
GROUND = "#000038"

# In a text marks are colours only where `core.figures.style.swatch` wrote them: a stranger's "<" is escaped. The browser
# replaces them wherever they stand, so `core.figures.style.plain` takes them out of what a stranger wrote.
_MARK = re.compile(r"(?<=<span style='color:)#0000\d\d")

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


@cache
def _colours(theme: str) -> dict[str, str]:
    settings = tomllib.loads(CONFIG.read_text("utf-8"))["theme"][theme]
    categories = dict(zip(CATEGORY, settings["chartCategoricalColors"], strict=False))
    sequential = dict(zip(SEQUENTIAL, settings["chartSequentialColors"], strict=True))
    diverging = dict(zip(DIVERGING, settings["chartDivergingColors"], strict=True))
    text, ground = settings["textColor"], settings["backgroundColor"]
    rest = {TEXT: text, FAINT: settings["grayColor"], GROUND: ground}
    return {**categories, **sequential, **diverging, **rest}


def concrete(value: Any, theme: str = "light") -> Any:
    """Return a figure as JSON values with real colours in place of the theme's marks.

    A mark is one where a property of a colour holds it (`color`, `bgcolor`, `colorscale` ...), or in a swatch.
    """
    return _replaced(value, _colours(theme), False)


def _replaced(value: Any, colours: dict[str, str], is_colour: bool) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(part, colours, "color" in str(name).lower()) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(part, colours, is_colour) for part in value]
    if not isinstance(value, str):
        return value
    return colours.get(value, value) if is_colour else _MARK.sub(lambda mark: colours[mark[0]], value)
