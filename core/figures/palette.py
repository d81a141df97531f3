"""The colours of all figures.

The codes below are not colours: they are the marks that Streamlit's chart theme replaces in the browser with the
theme's own colours (`.streamlit/config.toml`), different in light and dark. A figure that leaves the app gets the
light theme's colours from `concrete`.
"""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

CATEGORY = ("#000001", "#000002", "#000003", "#000004", "#000005", "#000006")
SEQUENTIAL = tuple(f"#0000{i}" for i in range(11, 21))
DIVERGING = tuple(f"#0000{i}" for i in range(21, 31))
ACCENT = CATEGORY[0]
TEXT = "#000036"
STRONG_TEXT = "#000037"
FAINT = "#000039"
MUTED = CATEGORY[5]
GROUND = "#000038"

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


@cache
def _colours(theme: str) -> dict[str, str]:
    settings = tomllib.loads(CONFIG.read_text("utf-8"))["theme"][theme]
    categories = dict(zip(CATEGORY, settings["chartCategoricalColors"], strict=False))
    sequential = dict(zip(SEQUENTIAL, settings["chartSequentialColors"], strict=True))
    diverging = dict(zip(DIVERGING, settings["chartDivergingColors"], strict=True))
    text, ground = settings["textColor"], settings["backgroundColor"]
    rest = {TEXT: text, STRONG_TEXT: text, FAINT: settings["grayColor"], GROUND: ground}
    return {**categories, **sequential, **diverging, **rest}


def concrete(figure: dict[str, Any], theme: str = "light") -> dict[str, Any]:
    """Return `figure` (a Plotly figure as JSON values) with real colours in place of the theme's marks."""
    text = json.dumps(figure)
    for mark, colour in _colours(theme).items():
        text = text.replace(mark, colour)
    return json.loads(text)
