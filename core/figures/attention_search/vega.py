"""What Vega-Lite draws better: all heads of a layer at once, with the one that is pointed at below; and two curves of many."""

from typing import Any

import numpy as np

from core.experiments.attention_search import results
from core.experiments.attention_search.results import MATCHES, TEMPERATURES, HeadRead, Library, Query, Trained
from core.figures.picture import Picture
from core.figures.style import percent

BIG = {"labelFontSize": 14, "titleFontSize": 15}


def _axis(field: str, title: str | None, kind: str = "quantitative", **more: Any) -> dict[str, Any]:
    return {"field": field, "type": kind, "title": title, **more}


def _spec(title: str, values: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    config = {"axis": BIG, "legend": {**BIG, "orient": "top", "columns": 2}}
    return {"title": {"text": title, "fontSize": 17}, "data": {"values": values}, "config": config, **more}


def all_heads(read: HeadRead, number: int, piece: int) -> Picture:
    """Draw what a piece takes from every piece in each head of a layer; head `number` is picked first (both from 0)."""
    labels = [f"{n} {token}" for n, token in enumerate(read.tokens, 1)]
    rows = [(head, *(round(100 * float(w), 3) for w in row)) for head, row in enumerate(read.weights[:, piece], 1)]
    values = [
        {"head": head, "piece": name, "weight": weight}
        for head, *weights in rows
        for name, weight in zip(labels, weights, strict=True)
    ]
    tooltip = [_axis("head", "head", "ordinal"), _axis("piece", "takes from", "nominal"), _axis("weight", "per cent")]
    across = _axis("piece", "piece", "nominal", sort=labels)
    select = {"type": "point", "encodings": ["y"], "on": "pointerover", "clear": False}
    grid = {
        "height": 250, "width": "container", "mark": "rect",
        "params": [{"name": "picked", "select": select, "value": [{"head": number + 1}]}],
        "encoding": {
            "x": {**across, "axis": {"labels": False, "ticks": False, "title": None}},
            "y": _axis("head", "head", "ordinal", axis={"labelOverlap": False}), "tooltip": tooltip,
            "color": _axis("weight", "weight (%)"),
            "opacity": {"condition": {"param": "picked", "value": 1}, "value": 0.55},
        },
    }  # fmt: skip
    bars = {
        "height": 110, "width": "container", "mark": "bar", "transform": [{"filter": {"param": "picked"}}],
        "encoding": {"x": {**across, "axis": {"labelAngle": -40}}, "y": _axis("weight", "picked (%)"), "tooltip": tooltip},
    }  # fmt: skip
    best = read.weights[:, piece].argmax(-1)
    same = int((best == best[number]).sum())
    alt = (
        f"Heat map of {len(rows)} heads by {len(labels)} pieces, with bars of one head below: in head {number + 1} most, "
        f"{percent(float(read.weights[number, piece].max()))}, comes from {labels[best[number]]}, as in {same} of the heads."
    )
    spec = _spec(f"All {len(rows)} heads of layer {read.layer}", values, vconcat=[grid, bars])
    return Picture(spec, alt, ("head", *labels), rows)


def temperatures(query: Query, shelf: Library, match: str) -> Picture:
    """Draw how many items share what comes out against the temperature, for every way to match."""
    swept = results.sweep(query, shelf)
    values = [
        {"match": name, "temperature": t, "shared": round(float(v), 3)}
        for name, row in zip(MATCHES, swept, strict=True)
        for t, v in zip(TEMPERATURES, row, strict=True)
    ]
    colour = _axis("match", None, "nominal", sort=list(MATCHES))
    encoding = {
        "x": _axis("temperature", "temperature", scale={"type": "log", "nice": False}), "color": colour, "strokeDash": colour,
        "y": _axis("shared", "items that share the mixture"),
        "tooltip": [_axis("match", "match", "nominal"), _axis("temperature", "temperature"), _axis("shared", "items that share")],
    }  # fmt: skip
    spec = _spec("How many items share the mixture", values, height=380, encoding=encoding,
                 mark={"type": "line", "strokeWidth": 3, "point": True})  # fmt: skip
    row = swept[list(MATCHES).index(match)]
    alt = (
        f"Line chart of how many of {len(shelf.keys)} items share what comes out: with “{match}” from {row[0]:.1f} at "
        f"temperature {TEMPERATURES[0]:g} to {row[-1]:.1f} at {TEMPERATURES[-1]:g}."
    )
    rows = [(t, *swept[:, n].round(3).tolist()) for n, t in enumerate(TEMPERATURES)]
    return Picture(spec, alt, ("temperature", *MATCHES), rows)


def trained_heads(trained: Trained) -> Picture:
    """Draw every head of the model: variance of its products, and how many pieces share, with and without the division.

    Pointing at a head picks out both of its points.
    """
    rows = [
        (layer + 1, head + 1, round(float(trained.variance[layer, head]), 2), *(2**pair).round(2).tolist())
        for (layer, head), pair in zip(
            np.ndindex(trained.entropy.shape[:2]), trained.entropy.reshape(-1, 2), strict=True
        )
    ]
    kinds = ("not divided", "divided by √d")
    values = [
        {"head": f"layer {layer}, head {head}", "variance": variance, "shared": count, "products": kind}
        for layer, head, variance, *counts in rows
        for kind, count in zip(kinds, counts, strict=True)
    ]
    colour = _axis("products", None, "nominal", sort=list(kinds[::-1]))
    encoding = {
        "x": _axis("variance", "variance of q · k (not divided)", scale={"type": "log", "nice": False, "padding": 20}),
        "y": _axis("shared", "pieces that share the weights"), "color": colour, "shape": colour,
        "opacity": {"condition": {"param": "picked", "value": 1}, "value": 0.15},
        "tooltip": [_axis(name, name, "nominal") for name in ("head", "products", "variance", "shared")],
    }  # fmt: skip
    pick = {"name": "picked", "select": {"type": "point", "fields": ["head"], "on": "pointerover"}}
    spec = _spec("In a trained model: 72 heads", values, height=420, params=[pick], encoding=encoding,
                 mark={"type": "point", "filled": True, "size": 90})  # fmt: skip
    without, divided = (float(v) for v in 2 ** trained.entropy.mean((0, 1)))
    alt = (
        f"Scatter chart of {len(rows)} heads: {divided:.1f} pieces share the weights on average, {without:.1f} would without the "
        f"division; the median variance of their products is {np.median(trained.variance):.0f}."
    )
    columns = ("layer", "head", "variance of q·k", *(f"pieces that share, {kind}" for kind in kinds))
    return Picture(spec, alt, columns, rows)
