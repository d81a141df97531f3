"""Why a dot product is divided: how many keys share the weights, against the width of random vectors."""

from core.experiments.attention_search.results import Scaling
from core.figures.palette import ACCENT, CATEGORY, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, layout

KINDS = (("not divided", CATEGORY[1], "solid"), ("divided by √d", ACCENT, "dash"))


def shared(scaling: Scaling, width: int) -> Picture:
    """Draw how many keys share the weights against the width, undivided and divided, with the reader's width marked."""
    widths = sorted({*(2**n for n in range(20) if 2**n <= scaling.shared.shape[1]), width})
    one = {"type": "scatter", "hovertemplate": HOVER}
    traces, marks = [], []
    for (name, colour, dash), row in zip(KINDS, scaling.shared, strict=True):
        said = [f"width {w:,}, {name}: {row[w - 1]:.1f} of {scaling.keys} keys share the weights" for w in widths]
        traces.append({**one, "mode": "lines", "name": name, "x": widths, "y": [float(row[w - 1]) for w in widths],
                       "line": {"color": colour, "dash": dash, "width": 3}, "customdata": said})  # fmt: skip
        here = float(row[width - 1])
        marks.append({**one, "mode": "markers+text", "x": [width], "y": [here], "text": [f"<b>{here:.1f}</b>"],
                      "marker": {"color": colour, "size": 13, "symbol": "diamond"}, "cliponaxis": False,
                      "textposition": "top right" if width < 500 else "top left", "showlegend": False,
                      "textfont": {"size": 17, "color": colour}, "customdata": [said[widths.index(width)]]})  # fmt: skip
    line = {"type": "line", "x0": width, "x1": width, "y0": 0, "y1": 1, "yref": "paper"}
    drawn = layout(
        "Random vectors: keys that share weights", height=348, margin={"l": 8, "r": 16, "t": 68, "b": 48},
        shapes=[{**line, "line": {"color": TEXT, "width": 1.5, "dash": "dot"}}],
        xaxis={"type": "log", "range": [-0.05, 3.1], "tickvals": [1, 4, 16, 64, 256, 1024], "fixedrange": True,
               "title": {"text": "width d (numbers in a vector)"}},
        yaxis={"title": {"text": f"keys that share (of {scaling.keys})"}, "fixedrange": True, "automargin": True,
               "range": [0, 1.2 * float(scaling.shared.max())]},
    )  # fmt: skip
    raw, divided = (float(v) for v in scaling.shared[:, width - 1])
    alt = (
        f"Line chart against the width: at {width:,} numbers {raw:.1f} of {scaling.keys} keys share the weights, {divided:.1f} "
        "when the products are divided by the root of the width."
    )
    columns = ("width", *(f"{what}, {name}" for what in ("keys", "variance", "slope") for name, _, _ in KINDS))
    tables = (scaling.shared, scaling.variance, scaling.slope)
    rows = [(w, *(round(float(t[way, w - 1]), 4) for t in tables for way in (0, 1))) for w in widths]
    return Picture({"data": [*traces, *marks], "layout": drawn}, alt, columns, rows)
