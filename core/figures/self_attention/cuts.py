"""What cutting an edge does: to the pronoun's vector, and to what a probe reads from it."""

import math
from typing import Any

import numpy as np

from core.data.pronouns import PAIRS
from core.experiments.self_attention.results import Cuts, CutStudy, Probe
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, layout, percent, plain, shorten

SHOWN = 16  # rows: of a longer text those whose edges matter most
OTHER = CATEGORY[1]


def cuts(found: Cuts, probe: Probe, key: int, where: str) -> Picture:
    """Draw how far the vector moves with each edge cut, token `key` in the accent, and what the probe reads then."""
    read, before = probe.read(found.after), float(probe.read(found.before))
    most = np.argsort(-found.moved, kind="stable")[:SHOWN]
    kept = np.sort(most if key in most else np.append(most[:-1], key))
    names = [plain(shorten(found.tokens[n], 12)) for n in kept]
    rows, colours = list(range(len(kept))), [ACCENT if n == key else MUTED for n in kept]
    moved, probable = 100 * found.moved[kept], 100 * read[kept]
    query = plain(found.tokens[found.query])
    bars = {
        "type": "bar", "orientation": "h", "x": np.round(moved, 3).tolist(), "y": rows, "marker": {"color": colours},
        "width": 0.62, "hovertemplate": HOVER, "showlegend": False,
        "customdata": [f"without {query} → {name} the vector moves by {m:.1f} %" for name, m in zip(names, moved, strict=True)],
    }  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "x": np.round(probable, 3).tolist(), "y": rows, "xaxis": "x2", "yaxis": "y",
        "marker": {"color": colours, "size": 12}, "hovertemplate": HOVER, "showlegend": False,
        "customdata": [
            f"without {query} → {name} the probe says {percent(p / 100)} living" for name, p in zip(names, probable, strict=True)
        ],
    }  # fmt: skip
    uncut = {"type": "line", "xref": "x2", "x0": 100 * before, "x1": 100 * before, "yref": "paper", "y0": 0, "y1": 1}
    mean = 100 * found.others(key)
    others = {"type": "line", "xref": "x", "x0": mean, "x1": mean, "yref": "paper", "y0": 0, "y1": 1}
    dotted = {"line": {"color": TEXT, "width": 1.5, "dash": "dot"}}
    ticks = [f"<b>{name}</b>" if n == key else name for n, name in zip(kept, names, strict=True)]
    font = {"size": 14, "color": TEXT}
    above: dict[str, Any] = {"yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False, "font": font}
    low = max(0, 10 * math.floor(10 * min(before, float(read.min())) - 0.5))
    high = min(100, 10 * math.ceil(10 * max(before, float(read.max())) + 0.5))
    drawn = layout(
        f"Each edge cut, in {where}", height=362,
        margin={"l": 8, "r": 8, "t": 58, "b": 46}, shapes=[{**uncut, **dotted}, {**others, **dotted}],
        annotations=[
            {**above, "x": mean, "text": "others", "xanchor": "left"},
            {**above, "x": 100 * before, "xref": "x2", "text": "uncut", "xanchor": "right" if before > 0.5 else "left"},
        ],
        xaxis={"domain": [0, 0.5], "rangemode": "tozero", "title": {"text": f"{query} moves (%)"},
               "fixedrange": True},
        xaxis2={"domain": [0.58, 1.0], "range": [low, high + 0.04 * (high - low)], "fixedrange": True, "anchor": "y",
                "title": {"text": "probe: living (%)"}},
        yaxis={"tickvals": rows, "ticktext": ticks, "range": [len(rows) - 0.5, -0.5], "fixedrange": True, "automargin": True,
               "title": {"text": f"edge cut: {query} → …"}},
    )  # fmt: skip
    name = found.tokens[key]
    alt = (
        f"Bars: without its edge to {name}, {found.tokens[found.query]} moves by {percent(float(found.moved[key]))}, "
        f"without another one by {percent(found.others(key))} on average; the probe reads {percent(float(read[key]))} "
        f"instead of {percent(before)}."
    )
    table = [
        (token, round(100 * float(m), 3), round(100 * float(p), 3))
        for token, m, p in zip(found.tokens, found.moved, read, strict=True)
    ]
    return Picture(
        {"data": [bars, dots], "layout": drawn}, alt, ("cut edge to", "moved (%)", "probe: living (%)"), table
    )


def every_pair_cut(study: CutStudy, scope: int, where: str) -> Picture:
    """Draw for each pair how far "it" moves without its edge to the first noun, against another edge of its row."""
    first, _, other = 100 * study.moved[scope].T
    said = [
        f"{pair.first}: {a:.1f} % without its edge, {b:.1f} % without another one"
        for pair, a, b in zip(PAIRS, first, other, strict=True)
    ]
    points = {
        "type": "scatter", "mode": "markers", "x": np.round(other, 3).tolist(), "y": np.round(first, 3).tolist(),
        "marker": {"color": ACCENT, "size": 11}, "customdata": said, "hovertemplate": HOVER, "showlegend": False,
    }  # fmt: skip
    right, top = 1.15 * float(other.max()), 1.08 * float(first.max())
    end = min(right, top)
    line = {
        "type": "line",
        "x0": 0,
        "y0": 0,
        "x1": end,
        "y1": end,
        "line": {"color": TEXT, "width": 1.5, "dash": "dot"},
    }
    above = int((first > other).sum())
    drawn = layout(
        f"Forty sentences, in {where}", height=360, shapes=[line],
        margin={"l": 8, "r": 16, "t": 40, "b": 48},
        xaxis={"range": [0, right], "fixedrange": True, "title": {"text": "it moves without another edge, mean (%)"}},
        yaxis={"range": [0, top], "fixedrange": True, "automargin": True,
               "title": {"text": "… without the first noun’s (%)"}},
    )  # fmt: skip
    alt = (
        f"Scatter of {len(first)} sentences: in {above} the vector of it moves further without its edge to the first noun "
        f"({first.mean():.1f} % on average) than without another one ({other.mean():.1f} %)."
    )
    rows = [
        (pair.sentences[0], *(round(float(v), 3) for v in row))
        for pair, row in zip(PAIRS, 100 * study.moved[scope], strict=True)
    ]
    columns = ("sentence", "moved without the first noun (%)", "without the second (%)", "without another, mean (%)")
    return Picture({"data": [points], "layout": drawn}, alt, columns, rows)
