"""Two sentences that differ in one word: what the pronoun gives in one head, and how far it moves in all."""

from typing import Any

import numpy as np

from core.data.pronouns import PAIRS
from core.experiments.self_attention.results import HEADS, LAYERS, Senses, Study, Twins
from core.figures.palette import ACCENT, CATEGORY, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, key, layout, percent, plain, shorten, swatch

SHOWN = 16  # rows: of a longer sentence those with most weight, and one for the rest
OTHER = CATEGORY[1]


def twins(found: Twins, layer: int, head: int) -> Picture:
    """Draw what the pronoun gives each piece of both sentences in a head (from 1), and how much it moves in every head."""
    weights = found.head(layer, head)
    most = SHOWN if len(found.labels) > SHOWN + 1 else SHOWN + 1  # not one row for one other
    kept = np.sort(np.argsort(-weights.max(0), kind="stable")[:most])
    names = [plain(shorten(found.labels[row], 14)) for row in kept]
    shown = weights[:, kept].tolist()
    if rest := len(found.labels) - len(kept):
        names.append(f"{rest} others")
        shown = [[*row, 1 - sum(row)] for row in shown]
    rows = list(range(len(names)))
    bars: list[dict[str, Any]] = []
    for row, (one, two) in enumerate(zip(*shown, strict=True)):
        bars.append({
            "type": "scatter", "mode": "lines", "x": [100 * one, 100 * two], "y": [row, row], "hoverinfo": "skip",
            "line": {"color": MUTED, "width": 2}, "showlegend": False,
        })  # fmt: skip
    for which, (word, colour, symbol) in enumerate(
        zip(found.words, (ACCENT, OTHER), ("circle", "diamond"), strict=True)
    ):
        said = [
            f"with “{plain(word)}”, {plain(found.pronoun)} gives {name} {percent(weight)} of its weight"
            for name, weight in zip(names, shown[which], strict=True)
        ]
        bars.append({
            "type": "scatter", "mode": "markers", "x": [100 * w for w in shown[which]], "y": rows, "showlegend": False,
            "marker": {"color": colour, "size": 11, "symbol": symbol}, "customdata": said, "hovertemplate": HOVER,
        })  # fmt: skip
    map_ = _grid(100 * found.moved, "in head %{y}.%{x} it moves %{z:.1f} % of its weight<extra></extra>")
    emphasis = found.nouns or ()
    ticks = [f"<b>{name}</b>" if row in emphasis else name for row, name in zip(kept, names, strict=False)]
    ticks += names[len(ticks) :]
    key = f"{swatch(ACCENT)} {plain(found.words[0])}  {swatch(OTHER)} {plain(found.words[1])}"
    drawn = layout(
        f"What “{plain(shorten(found.pronoun, 5))}” gives each token, head {layer}.{head}",
        height=362, margin={"l": 8, "r": 8, "t": 62, "b": 44}, shapes=[_box(layer, head)],
        annotations=[_above(0, key), _above(1, "moved", "right")],
        xaxis={"domain": [0, 0.56], "title": {"text": "weight (%)"}, "rangemode": "tozero", "fixedrange": True},
        yaxis={
            "tickvals": rows, "ticktext": ticks, "range": [len(rows) - 0.5, -0.5], "fixedrange": True, "automargin": True,
        },
        **_grid_axes([0.68, 1.0], "head (◇: turns)" if found.turned.any() else "head"),
    )  # fmt: skip
    changed = [(abs(two - one), name, one, two) for name, one, two in zip(names, *shown, strict=True)]
    _, name, one, two = max(changed)
    alt = (
        f"Two weights for each token: with {found.words[1]} for {found.words[0]}, {found.pronoun} gives {name} {percent(two)} "
        f"instead of {percent(one)} in head {layer}.{head}; all heads move {percent(float(found.moved.mean()))} of it on average."
    )
    columns = ("token", f"first: {found.words[0]} (%)", f"second: {found.words[1]} (%)")
    table = [
        (token, *(round(100 * float(w), 3) for w in pair)) for token, pair in zip(found.labels, weights.T, strict=True)
    ]
    return Picture({"data": [*bars, map_, _turns(found)], "layout": drawn}, alt, columns, table)


def every_pair(study: Study, layer: int, head: int) -> Picture:
    """Draw each pair as a point: how the two nouns share the weight with the one word, and with the other."""
    weights = study.weights[:, :, :, layer - 1, head - 1].astype(np.float64)
    share = 100 * weights[:, :, 0] / weights.sum(2)
    turned = study.turned[:, layer - 1, head - 1]
    said = [
        f"{pair.first} and {pair.second}: {pair.first} has {one:.0f} % of what the two get with “{pair.words[0]}”, "
        f"{two:.0f} % with “{pair.words[1]}”"
        for pair, (one, two) in zip(PAIRS, share, strict=True)
    ]
    points = [
        {
            "type": "scatter", "mode": "markers", "x": share[kept, 0].tolist(), "y": share[kept, 1].tolist(), "name": name,
            "marker": {"color": colour, "size": 12, "symbol": symbol},
            "customdata": [said[n] for n in np.flatnonzero(kept)], "hovertemplate": HOVER,
        }
        for kept, name, colour, symbol in (
            (turned, f"turns ({int(turned.sum())})", ACCENT, "diamond"),
            (~turned, f"does not ({int((~turned).sum())})", OTHER, "circle"),
        )
    ]  # fmt: skip
    axis = {"range": [-2, 102], "fixedrange": True, "tickvals": [0, 25, 50, 75, 100]}
    line = {"type": "line", "line": {"color": TEXT, "width": 1, "dash": "dot"}}
    quarter = {"type": "rect", "x0": 50, "x1": 102, "y0": -2, "y1": 50, "line": {"width": 0}, "fillcolor": ACCENT}
    drawn = layout(
        f"Forty pairs, head {layer}.{head}: shaded, it turns", height=390,
        margin={"l": 8, "r": 16, "t": 68, "b": 48},
        shapes=[{**quarter, "opacity": 0.1, "layer": "below"}, {**line, "x0": 0, "x1": 100, "y0": 0, "y1": 100}],
        xaxis={**axis, "title": {"text": "share of the first noun when it is meant (%)"}},
        yaxis={**axis, "title": {"text": "… when the second is meant (%)"}, "automargin": True},
    )  # fmt: skip
    better = int((study.shift[:, layer - 1, head - 1] > 0).sum())
    alt = (
        f"Scatter of {len(share)} pairs: in {better} the noun that is meant gets more in head {layer}.{head}, in "
        f"{int(turned.sum())} it gets more than the other in both sentences."
    )
    rows = [
        (pair.text, *(round(float(v), 1) for v in row), "yes" if turns else "no")
        for pair, row, turns in zip(PAIRS, share, turned, strict=True)
    ]
    columns = ("pair", "share of the first noun, first word (%)", "second word (%)", "turns")
    return Picture({"data": points, "layout": drawn}, alt, columns, rows)


def senses(found: Senses) -> Picture:
    """Draw the cosine of one word's vector with other words' vectors: in two sentences, and in GloVe."""
    kinds = (f"“{found.sentences[0]}”", f"“{found.sentences[1]}”", "GloVe: one vector for both")
    looks = ((ACCENT, "circle"), (OTHER, "diamond"), (CATEGORY[2], "square"))
    rows = list(range(len(found.words)))
    traces = [
        {
            "type": "scatter", "mode": "markers", "name": plain(kind), "x": np.round(row, 4).tolist(), "y": rows,
            "marker": {"color": colour, "size": 12, "symbol": symbol}, "hovertemplate": HOVER,
            "customdata": [
                f"{plain(kind)}: {found.word} and {word} have cosine {value:.2f}"
                for word, value in zip(found.words, row, strict=True)
            ],
        }
        for kind, (colour, symbol), row in zip(kinds, looks, found.cosines, strict=True)
    ]  # fmt: skip
    drawn = layout(
        f"What is near the vector of “{found.word}”", key(traces), height=400,
        xaxis={"title": {"text": f"cosine with the vector of “{found.word}”"}, "fixedrange": True},
        yaxis={
            "tickvals": rows, "ticktext": list(found.words), "range": [len(rows) - 0.5, -0.5], "fixedrange": True,
            "automargin": True,
        },
    )  # fmt: skip
    nearest = [found.words[int(row.argmax())] for row in found.cosines]
    alt = (
        f"Dots: of {len(rows)} words, the nearest to {found.word} is {nearest[0]} in the first sentence, {nearest[1]} in the "
        f"second, {nearest[2]} in GloVe."
    )
    table = [
        (word, *(round(float(v), 3) for v in column)) for word, column in zip(found.words, found.cosines.T, strict=True)
    ]
    return Picture({"data": traces, "layout": drawn}, alt, ("word", *kinds), table)


def _grid(values: np.ndarray, hover: str) -> dict[str, Any]:
    """Return a heat map of all heads: layers are rows."""
    return {
        "type": "heatmap", "z": np.round(values, 2).tolist(), "x": list(range(1, HEADS + 1)),
        "y": list(range(1, LAYERS + 1)), "xaxis": "x2", "yaxis": "y2", "colorscale": scale(SEQUENTIAL), "zmin": 0,
        "hovertemplate": hover, "xgap": 2, "ygap": 2,
        "showscale": False,
    }  # fmt: skip


def _turns(found: Twins) -> dict[str, Any]:
    """Return a mark on every head in which the pronoun turns to the other noun."""
    layers, heads = np.nonzero(found.turned)
    return {
        "type": "scatter", "mode": "markers", "x": (heads + 1).tolist(), "y": (layers + 1).tolist(), "xaxis": "x2", "yaxis": "y2",
        "marker": {"symbol": "diamond-open", "size": 10, "color": OTHER, "line": {"width": 2}}, "hoverinfo": "skip",
        "showlegend": False,
    }  # fmt: skip


def _above(x: float, text: str, side: str = "left") -> dict[str, Any]:
    font = {"size": 15, "color": TEXT}
    ends = {"x": x, "y": 1, "xref": "paper", "yref": "paper", "xanchor": side, "yanchor": "bottom"}
    return {**ends, "text": text, "showarrow": False, "font": font}


def _grid_axes(domain: list[float], title: str = "head") -> dict[str, Any]:
    axis = {"fixedrange": True, "showgrid": False, "zeroline": False}
    return {
        "xaxis2": {**axis, "domain": domain, "anchor": "y2", "tickvals": [1, 4, 8, 12], "title": {"text": title}},
        "yaxis2": {
            **axis, "anchor": "x2", "range": [LAYERS + 0.5, 0.5], "tickvals": list(range(1, LAYERS + 1)),
            "title": {"text": "layer", "standoff": 4},
        },
    }  # fmt: skip


def _box(layer: int, head: int) -> dict[str, Any]:
    ends = {"x0": head - 0.5, "x1": head + 0.5, "y0": layer - 0.5, "y1": layer + 0.5, "xref": "x2", "yref": "y2"}
    return {"type": "rect", **ends, "line": {"color": TEXT, "width": 2.5}}
