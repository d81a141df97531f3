"""A figure as a page of its own, and the one Plotly call that a server makes before the first reader comes."""

from typing import Any

from core.figures.palette import concrete


def page(spec: dict[str, Any], theme: str = "light") -> str:
    """Return HTML with the figure and all that draws it inside, in the colours of `theme`."""
    import plotly.graph_objects as go

    return go.Figure(concrete(spec, theme)).to_html(include_plotlyjs=True, full_html=True)


def warm_up() -> None:
    """Make Plotly load what it loads at the first figure."""
    import plotly.graph_objects as go
    import plotly.io

    plotly.io.to_json(go.Figure({"data": [{"type": "bar", "x": [1], "y": [1]}], "layout": {}}))
