"""A figure as a page of its own, and the one Plotly call that a server makes before the first reader comes."""

from functools import lru_cache
from typing import Any

from core.figures.palette import CATEGORY, FAINT, GROUND, TEXT, concrete

# What Streamlit's theme does to a chart in the app, so that the same figure looks the same outside. The rest is said in
# full too: with no template, Plotly takes the default of this process, which Streamlit sets to one that only it can colour in.
_LETTERS = {"color": TEXT, "family": "'Iowan Old Style', Palatino, Georgia, 'Liberation Serif', serif", "size": 13}
_AXIS = {
    "automargin": True,  # the figures' own margins are too small for ticks and a title
    "title": {"standoff": 20, "font": {"size": 15}},
    "gridcolor": FAINT,
    "griddash": "dot",
    "zerolinecolor": FAINT,
}
_TEMPLATE = {
    "layout": {
        "paper_bgcolor": GROUND,
        "plot_bgcolor": GROUND,
        "font": _LETTERS,
        "title": {"font": {"size": 17, "weight": 600}},
        "hoverlabel": {"bgcolor": GROUND, "bordercolor": FAINT, "font": _LETTERS},
        "colorway": list(CATEGORY),
        "margin": {"pad": 8},
        "xaxis": {**_AXIS, "showgrid": False, "zeroline": False},
        "yaxis": _AXIS,
    }
}


def build(spec: dict[str, Any]) -> Any:
    """Return the figure as a Plotly object; raises `ValueError` for a property that Plotly does not know."""
    return _kind()(spec)


def ready(spec: dict[str, Any]) -> Any:
    """Return the figure as an object that Streamlit takes for Plotly's, neither checked nor copied: for every rerun.

    A test checks every figure with Plotly.
    """
    return _ready_kind()(spec)


@lru_cache(maxsize=1)
def _ready_kind() -> Any:
    _ready()
    import plotly.graph_objects as go

    class Ready(go.Figure):
        """A figure that is the dictionary that it was made of."""

        def __init__(self, spec: dict[str, Any]) -> None:
            self.__dict__["_spec"] = spec  # without Plotly's own __init__, which checks and copies

        def to_dict(self) -> Any:
            return self.__dict__["_spec"]

    return Ready


@lru_cache(maxsize=1)
def _kind() -> Any:
    """Return the class of our figures, which are not changed any more."""
    _ready()
    import plotly.graph_objects as go

    class Figure(go.Figure):
        """A figure whose dictionary is made once: Plotly copies all of it each time that a page shows it."""

        def to_dict(self) -> Any:
            if "_dict" not in self.__dict__:
                self._dict = super().to_dict()
            return self._dict

    return Figure


def _ready() -> None:
    """Wait for what Plotly uses where it is loaded: it trips over a module that another thread has half imported."""
    import pandas  # noqa: F401 - and with it numpy and pyarrow


def page(spec: dict[str, Any], theme: str = "light") -> str:
    """Return HTML with the figure and all that draws it inside, in the colours of `theme`."""
    sheet = {**spec, "layout": {**spec["layout"], "template": _TEMPLATE}}
    html: str = build(concrete(sheet, theme)).to_html(include_plotlyjs=True, full_html=True)
    return html


def warm_up() -> None:
    """Make Plotly load what it loads at the first figure."""
    figure = build({"data": [{"type": "bar", "x": [1], "y": [1]}], "layout": {}})
    import plotly.io

    plotly.io.to_json(figure)
