"""What all figures share: their layout, and how shares and a stranger's text are written in them."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.figures.palette import TEXT

Figure = dict[str, Any]
HOVER = "%{customdata}<extra></extra>"  # a sentence of our own, and no box with the trace's name
MONOSPACE = {"family": "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"}
LARGE, READ, SMALL = 18, 15, 14  # px: title, words, and ticks, which are as small as anything may be
KEY_LINE = 48  # characters of a key that a phone has room for in a line
SIGNS = {"diamond": "◆", "square": "■", "x": "×"}  # of markers; a circle for all others
_AXIS = re.compile(r"[xy]axis\d*")


def percent(share: float) -> str:
    """Return a share of 1 as per cent, with as many digits as matter: "7.8 %", "0.37 %", "under 0.01 %"."""
    if 0 < share < 0.0001:
        return "under 0.01 %"
    return f"{100 * share:.2f} %" if share < 0.01 else f"{100 * share:.1f} %"


def plain(text: str) -> str:
    """Return `text` so that Plotly shows it as it is: it would take "<b>" for bold and "%{x}" for a number.

    And the browser would take "#000001" for a mark of the palette, wherever in a figure it stands.
    """
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "%\u200b{")
    return shown.replace("#0000", "#\u200b0000")


def shorten(text: str, limit: int) -> str:
    """Return a text of at most `limit` letters: its beginning, with dots where it goes on."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def ending(text: str, limit: int) -> str:
    """Return a text of at most `limit` letters: its end, behind dots where something stands before it."""
    return text if len(text) <= limit else "…" + text[1 - limit :].lstrip()


def sketch(
    annotations: Sequence[Figure],
    shapes: Sequence[Figure],
    wide: Sequence[float],
    high: Sequence[float],
    *,
    traces: Sequence[Figure] = (),
    height: int = 190,
) -> Figure:
    """Return the spec of a sketch: words, arrows and shapes on a plane from `wide[0]` to `wide[1]` by `high`, no axes."""
    axis = {"visible": False, "fixedrange": True}
    return {
        "data": [{"type": "scatter", "x": [None], "y": [None], "showlegend": False}, *traces],
        "layout": layout(
            "",
            height=height,
            annotations=list(annotations),
            shapes=list(shapes),
            margin={"l": 0, "r": 0, "t": 0, "b": 0},
            xaxis={**axis, "range": list(wide)},
            yaxis={**axis, "range": list(high)},
        ),
    }


def arrow(start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 2.5) -> dict[str, Any]:
    """Return an arrow of a sketch between two points of the plot."""
    ends = {"x": end[0], "y": end[1], "ax": start[0], "ay": start[1]}
    axes = {"xref": "x", "yref": "y", "axref": "x", "ayref": "y"}
    look = {"text": "", "showarrow": True, "arrowhead": 2, "arrowwidth": width, "arrowcolor": colour}
    return ends | axes | look


def label(x: float, y: float, text: str, colour: str = TEXT, *, size: int = 15, **more: Any) -> dict[str, Any]:
    """Return a word of a sketch at a point of the plot; what a reader typed goes through `plain` first."""
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": size, "color": colour}, **more}


def swatch(colour: str, sign: str = "\u25a0") -> str:
    """Return a small square, or another sign, in one of the palette's colours, for a title that says what is drawn in it."""
    return f"<span style='color:{colour};font-size:17px'>{sign}</span>"


def key(traces: Sequence[Mapping[str, Any]]) -> str:
    """Return a legend for a subtitle: each trace's name behind a mark in its colour, in lines that a phone has room for.

    Plotly's own legend grows upwards over the title where it needs a second row. A trace with `showlegend` False is left out.
    """
    lines: list[list[str]] = [[]]
    room = KEY_LINE
    for trace in traces:
        if not trace.get("name") or not trace.get("showlegend", True):
            continue
        name = str(trace["name"])
        needed = len(html.unescape(name)) + 4
        if needed > room and lines[-1]:
            lines.append([])
            room = KEY_LINE
        room -= needed
        lines[-1].append(f"{_mark(trace)} {name}")
    return "<br>".join("  ".join(line) for line in lines)


def _mark(trace: Mapping[str, Any]) -> str:
    """Return a trace's sign for the key: a square, or two dashes where its line is broken, or its marker."""
    line, marker = trace.get("line", {}), trace.get("marker", {})
    colour = str(line.get("color") or trace.get("fillcolor") or marker.get("color"))
    if "lines" not in trace.get("mode", "lines"):
        return swatch(colour, SIGNS.get(marker.get("symbol", "circle"), "●"))
    return swatch(colour, "– –") if line.get("dash", "solid") != "solid" else swatch(colour)


def layout(title: str, subtitle: str = "", **more: Any) -> dict[str, Any]:
    """Return the layout that all figures share: title above the plot, a subtitle of up to a few lines, room for both.

    Every text has its colour here: Streamlit's own for ticks, axis titles and hover text is too pale on light paper.
    """
    below = {"subtitle": {"text": subtitle, "font": {"size": 15, "color": TEXT}}} if subtitle else {}
    heading = {
        **below,
        "text": title,
        "font": {"size": LARGE, "color": TEXT},
        "x": 0,
        "xanchor": "left",
        "yref": "container",
        "y": 0.98,
        "yanchor": "top",
    }
    legend = {"orientation": "h", "x": 0, "y": 1.0, "xanchor": "left", "yanchor": "bottom", "font": {"size": READ}}
    margins = {"l": 8, "r": 16, "t": 68, "b": 44, **more.pop("margin", {})}
    margins["t"] += 20 * subtitle.count("<br>")
    frame = {"title": heading, "margin": margins, "legend": legend, "hovermode": "closest", "dragmode": False}
    if subtitle:  # where the colours are named, or there is no room for a legend
        frame["showlegend"] = False
    colours = {"font": {"color": TEXT, "size": READ}, "hoverlabel": {"font": {"color": TEXT, "size": READ}}}
    axes = {name: _legible(more.get(name, {})) for name in ("xaxis", "yaxis", *filter(_AXIS.fullmatch, more))}
    return frame | colours | more | axes


def _legible(axis: dict[str, Any]) -> dict[str, Any]:
    """Return an axis whose ticks and title have the text's colour, unless they have one of their own."""
    title = axis.get("title", {})
    return {
        **axis,
        "tickfont": {"color": TEXT, "size": SMALL} | axis.get("tickfont", {}),
        "title": {**title, "font": {"color": TEXT, "size": READ} | title.get("font", {})},
    }
