"""The pictures of the lesson on induction: a list read twice, its heads, what is left without them, and how they appear."""

from typing import Any

import numpy as np

from core.experiments.induction.results import CASES, COUNTS, LAYERS, Lists, Repeated, Switched, Trained, named, typical
from core.figures import style
from core.figures.palette import CATEGORY, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, key, label, layout, percent, plain, shorten

FIRST, SECOND, WITHOUT = MUTED, CATEGORY[0], CATEGORY[1]
LOWER, UPPER = CATEGORY[2], CATEGORY[0]  # the head that marks what came before, and the one that searches for it
NAMES = {"before": "the lower head", "best": "the upper head", "both": "both heads", "others": "two other heads"}


def fine(share: float) -> str:
    """Return a share as per cent with two digits that matter, however small: "0.00019 %"."""
    return (
        percent(share)
        if share >= 0.0001 or not share
        else f"{100 * share:.{1 - int(np.floor(np.log10(100 * share)))}f} %"
    )


def mechanism(found: Repeated, case: str = "") -> Picture:
    """Draw the two heads at work on the best foreseen token: one steps back once, the other one searches."""
    at = int(found.second.argmax())
    one, two = (plain(shorten(token, 8)) for token in found.tokens[at : at + 2])
    off = {"": (), "others": ()}.get(case, (case,)) if case != "both" else ("before", "best")
    given = float(found.again(case)[at] if case else found.second[at])
    lower = _head(f"head {named(found.before())}", float(found.steps[at]), "before" in off)
    upper = _head(f"head {named(found.ranked()[0])}", float(found.links[at]), "best" in off)
    alt = (
        f"Sketch of two heads: at the first “{found.tokens[at + 1]}” one gives {percent(float(found.steps[at]))} of its "
        f"attention to the token before. At the second “{found.tokens[at]}” the other one gives "
        f"{percent(float(found.links[at]))} to that “{found.tokens[at + 1]}”, which then has {percent(given)} of coming next."
    )
    return Picture(_sketch((one, two), lower, upper, ("before" in off, "best" in off), percent(given)), alt)


def _head(name: str, weight: float, is_off: bool) -> str:
    return f"{name}: off" if is_off else f"{name}: {percent(weight)}"


def _sketch(pair: tuple[str, str], lower: str, upper: str, off: tuple[bool, bool], given: str) -> dict[str, Any]:
    one, two = pair
    y, stands = 2.6, (10.0, 36.0, 61.0, 90.0)
    colours = [MUTED if is_off else colour for is_off, colour in zip(off, (LOWER, UPPER), strict=True)]
    words = [
        label(stands[0], y, f"<b>{one}</b>"),
        label(stands[1], y, f"<b>{two}</b>"),
        label(stands[2], y, f"<b>{one}</b>"),
        label(100, y, f"<b>{two}?</b>", UPPER, xanchor="right"),
        label(stands[3], y - 1.7, given, UPPER),
        label(24.5, y - 1.7, "the first time", MUTED),
        label(stands[2], y - 1.7, "again", MUTED),
        label(0, 9.2, f"1. {lower}", colours[0], xanchor="left"),
        label(100, 9.2, f"2. {upper}", colours[1], xanchor="right"),
    ]
    paths = [
        _arc(stands[1], stands[0], y + 0.9, 5.2, colours[0], off[0]),
        _arc(stands[2], stands[1] + 2, y + 0.9, 8.4, colours[1], off[1]),
    ]
    tips = [
        arrow((stands[0] + 1.6, y + 2.2), (stands[0], y + 0.9), colours[0], 2),
        arrow((stands[1] + 3.8, y + 3.2), (stands[1] + 2, y + 0.9), colours[1], 2),
        arrow((stands[2] + 10, y), (stands[2] + 15, y), TEXT, 2),
    ]
    return style.sketch([*words, *tips], paths, (0, 100), (0, 10), height=180)


def _arc(start: float, end: float, y: float, top: float, colour: str, is_off: bool) -> dict[str, Any]:
    line = {"color": colour, "width": 2.5, "dash": "dot" if is_off else "solid"}
    return {"type": "path", "path": f"M {start} {y} C {start} {top}, {end} {top}, {end} {y}", "line": line}


def repeated(found: Repeated, case: str = "") -> Picture:
    """Draw what each token of the list had on both passes, and on the second one without a case's heads."""
    numbers = list(range(2, len(found.tokens) + 1))
    n = len(found.tokens)
    rows = [
        ("second time (pale: missed)", SECOND, found.second, found.best[n:]),
        ("first time (near 0)", FIRST, found.first, found.best[: n - 1]),
    ]
    traces: list[dict[str, Any]] = [
        {
            "type": "bar", "name": name, "x": numbers, "y": (100 * values.astype(float)).tolist(),
            "marker": {"color": colour, "opacity": [1.0 if is_best else 0.35 for is_best in best]},
            "customdata": _said(found, values, f"the {name}"), "hovertemplate": HOVER,
        }
        for name, colour, values, best in rows
    ]  # fmt: skip
    if case:
        without = found.again(case)
        traces.append({
            "type": "scatter", "mode": "lines+markers", "name": f"second time without {NAMES[case]}", "x": numbers,
            "y": (100 * without.astype(float)).tolist(), "line": {"color": WITHOUT, "width": 2.5},
            "marker": {"color": WITHOUT, "size": 7}, "hovertemplate": HOVER,
            "customdata": _said(found, without, f"the second time without {NAMES[case]}"),
        })  # fmt: skip
    spec = {
        "data": traces,
        "layout": layout(
            "How sure it is of each word of the list",
            key(traces),
            height=340,
            barmode="overlay",
            bargap=0.25,
            xaxis={"title": {"text": "word of the list"}, "fixedrange": True, "range": [1.3, numbers[-1] + 0.7], "nticks": 8},
            yaxis={"title": {"text": "probability (%)"}, "fixedrange": True, "range": [0, 101]},
        ),
    }  # fmt: skip
    alt = (
        f"Bars over the words 2 to {numbers[-1]} of a list: the typical probability is {fine(typical(found.first))} the first "
        f"time and {fine(typical(found.second))} the second"
        + (f", {fine(typical(found.again(case)))} without {NAMES[case]}." if case else ".")
    )
    columns = ("word", "token", "first time (%)", "second time (%)", *(f"without {NAMES[each]} (%)" for each in CASES))
    table = [
        (n, found.tokens[n - 1], *(float(f"{100 * float(one[n - 2]):.4g}") for one in
                                   (found.first, found.second, *(found.again(each) for each in CASES))))
        for n in numbers
    ]  # fmt: skip
    return Picture(spec, alt, columns, table)


def _said(found: Repeated, values: np.ndarray, when: str) -> list[str]:
    pairs = zip(found.tokens[1:], values, strict=True)
    return [f"{when} it gives “{plain(token)}” {fine(float(value))}" for token, value in pairs]


def heads(found: Repeated) -> Picture:
    """Draw the induction score of every head."""
    values = 100 * found.induction.T.astype(float)
    ranked = found.ranked()
    heat = {
        "type": "heatmap",
        "z": values.round(1).tolist(),
        "x": list(range(1, values.shape[1] + 1)),
        "y": list(range(1, values.shape[0] + 1)),
        "zmin": 0,
        "zmax": 100,
        "colorscale": scale(SEQUENTIAL),
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "head %{y} of layer %{x} gives what followed the first time %{z:.1f} % of its attention<extra></extra>",
        "colorbar": {"thickness": 8, "outlinewidth": 0, "ticksuffix": " %", "tickfont": {"size": 14, "color": TEXT}},
    }
    spec = {
        "data": [heat],
        "layout": layout(
            "Which heads search for what followed",
            height=330,
            margin={"l": 8, "r": 16, "t": 44, "b": 44},
            xaxis={"title": {"text": "layer"}, "fixedrange": True, "nticks": 8, "showgrid": False},
            yaxis={
                "title": {"text": "head"},
                "fixedrange": True,
                "autorange": "reversed",
                "dtick": 1,
                "showgrid": False,
            },
        ),
    }
    best = ", ".join(named(head) for head in ranked[:3])
    over = int((found.induction > 0.2).sum())
    alt = (
        f"Heat map of {values.shape[0]} heads in {LAYERS} layers: {over} give a fifth or more of their attention to what "
        f"followed the first time, heads {best} most (layer, then head)."
    )
    rows = [(*(one + 1 for one in head), round(100 * float(found.induction[head]), 2),
             round(100 * float(found.previous[head]), 2)) for head in ranked]  # fmt: skip
    return Picture(spec, alt, ("layer", "head", "what followed (%)", "token before (%)"), rows)


def together(found: Switched, count: int) -> Picture:
    """Draw the typical probability of the second pass with more and more heads off; `count` is the one to point at."""
    names = [str(one) for one in COUNTS]
    middle, low, high = found.middle(), found.random.min(0), found.random.max(0)
    series = (
        ("heads that search", SECOND, found.induction, "solid"),
        ("as many random heads", WITHOUT, middle, "dash"),
    )
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines+markers", "name": name, "x": names, "y": (100 * values).tolist(),
            "line": {"color": colour, "width": 3, "dash": dash}, "marker": {"color": colour, "size": 9},
            "customdata": [f"without {n} {name.removeprefix('as many ')}: {fine(float(v))}"
                           for n, v in zip(names, values, strict=True)],
            "hovertemplate": HOVER,
        }
        for name, colour, values, dash in series
    ]  # fmt: skip
    traces[1]["error_y"] = {
        "type": "data", "array": (100 * (high - middle)).tolist(), "arrayminus": (100 * (middle - low)).tolist(),
        "color": WITHOUT, "thickness": 1.5,
    }  # fmt: skip
    at = COUNTS.index(count)
    spec = {
        "data": traces,
        "layout": layout(
            "The second time, with heads off",
            key(traces),
            height=340,
            xaxis={"title": {"text": "heads off"}, "type": "category", "fixedrange": True},
            yaxis={"title": {"text": "typical probability (%)"}, "type": "log", "fixedrange": True, "dtick": 1},
            shapes=[
                {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 100 * found.first, "y1": 100 * found.first,
                 "line": {"color": MUTED, "width": 2, "dash": "dot"}},
                {"type": "rect", "x0": at - 0.3, "x1": at + 0.3, "y0": 0, "y1": 1, "yref": "paper", "line": {"width": 0},
                 "fillcolor": CATEGORY[0], "opacity": 0.12},
            ],
            annotations=[label(0, np.log10(100 * found.first), "the first time", xanchor="left", yanchor="bottom")],
        ),
    }  # fmt: skip
    alt = (
        f"Two lines over the number of heads off: with {count} of the heads that search off, the second time has "
        f"{fine(float(found.induction[at]))}, with {count} random ones {fine(float(middle[at]))}; the first time has "
        f"{fine(found.first)}."
    )
    rows = [
        (n, *(float(f"{100 * float(v):.4g}") for v in (found.induction[i], middle[i], low[i], high[i])))
        for i, n in enumerate(COUNTS)
    ]
    return Picture(spec, alt, ("heads off", "heads that search (%)", "random (%)", "lowest (%)", "highest (%)"), rows)


def alone(found: Switched) -> Picture:
    """Draw what is left of the second pass without each of the best heads by itself, and without each of as many others."""
    traces = [
        {
            "type": "bar", "name": name, "x": [named(head) for head in heads_off], "y": (100 * values).tolist(),
            "marker": {"color": colour}, "hovertemplate": HOVER,
            "customdata": [f"without head {named(head)} alone: {fine(float(value))}"
                           for head, value in zip(heads_off, values, strict=True)],
        }
        for name, colour, heads_off, values in (
            ("heads that search, the best first", SECOND, found.heads[: len(found.alone)], found.alone),
            ("random heads", WITHOUT, found.others, found.alone_random),
        )
    ]  # fmt: skip
    usual = 100 * float(found.induction[0])
    line = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": usual, "y1": usual}
    spec = {
        "data": traces,
        "layout": layout(
            "The second time, one head off",
            key(traces),
            height=340,
            xaxis={"title": {"text": "head that is off (layer.head)"}, "type": "category", "fixedrange": True},
            yaxis={"title": {"text": "typical probability (%)"}, "fixedrange": True, "rangemode": "tozero"},
            shapes=[{**line, "line": {"color": TEXT, "width": 2, "dash": "dot"}}],
        ),
    }
    worst = int(found.alone.argmin())
    alt = (
        f"Bars of the typical probability without single heads: {fine(float(found.alone.min()))} without head "
        f"{named(found.heads[worst])}, {fine(float(found.alone_random.min()))} or more without {len(found.others)} random ones, "
        f"{fine(usual / 100)} with all."
    )
    rows = [
        (named(head), kind, float(f"{100 * float(value):.4g}"))
        for kind, heads_off, values in (
            ("searches", found.heads[: len(found.alone)], found.alone), ("random", found.others, found.alone_random))
        for head, value in zip(heads_off, values, strict=True)
    ]  # fmt: skip
    return Picture(spec, alt, ("head", "kind", "typical probability (%)"), rows)


def moment(two: Trained, one: Trained, step: int) -> Picture:
    """Draw how both small models come to go on with a list, and their heads' scores; `step` is pointed at."""
    steps = two.steps.tolist()
    series = (
        ("two layers: seen before", SECOND, two.second, "solid", 3.5),
        ("one layer: seen before", WITHOUT, one.second, "solid", 2.5),
        ("lower head: token before", LOWER, two.previous, "dot", 2.5),
        ("upper head: what followed", CATEGORY[3], two.induction, "dash", 2.5),
    )
    traces = [
        {
            "type": "scatter", "mode": "lines", "name": name, "x": steps, "y": (100 * values).tolist(),
            "line": {"color": colour, "width": width, "dash": dash},
            "customdata": [f"step {s}, {name}: {percent(float(v))}" for s, v in zip(steps, values, strict=True)],
            "hovertemplate": HOVER,
        }
        for name, colour, values, dash, width in series
    ]  # fmt: skip
    spec = {
        "data": traces,
        "layout": layout(
            "Both heads appear, and then it can",
            key(traces),
            height=350,
            xaxis={"title": {"text": "step of training"}, "fixedrange": True, "range": [0, steps[-1]], "nticks": 9},
            yaxis={"title": {"text": "per cent"}, "fixedrange": True, "range": [0, 101]},
            shapes=[{"type": "line", "x0": step, "x1": step, "y0": 0, "y1": 1, "yref": "paper",
                     "line": {"color": TEXT, "width": 1.5, "dash": "dot"}}],
        ),
    }  # fmt: skip
    alt = (
        f"Four lines over {steps[-1]} steps of training: a word seen before ends at {percent(float(two.second[-1]))} with two "
        f"layers and at {percent(float(one.second[-1]))} with one; the two heads end at {percent(float(two.previous[-1]))} and "
        f"{percent(float(two.induction[-1]))}."
    )
    rows = [(s, *(round(100 * float(values[n]), 2) for _, _, values, _, _ in series)) for n, s in enumerate(steps)]
    return Picture(spec, alt, ("step", *(name for name, *_ in series)), rows)


def mechanism_small(two: Trained, step: int) -> Picture:
    """Draw the two heads of the small model at a step of its training."""
    at = int(np.abs(two.steps - step).argmin())
    lower, upper = float(two.previous[at]), float(two.induction[at])
    given = percent(float(two.second[at]))
    alt = (
        f"Sketch of the two heads at step {two.steps[at]}: the lower one gives {percent(lower)} of its attention to the token "
        f"before, the upper one {percent(upper)} to what followed, and the token that came before has {given}."
    )
    spec = _sketch(
        ("A", "B"), _head("lower head", lower, False), _head("upper head", upper, False), (False, False), given
    )
    return Picture(spec, alt)


def over_lists(found: Lists) -> Picture:
    """Draw the typical probability of both passes for several lists."""
    numbers = list(range(1, len(found.first) + 1))
    traces = [
        {
            "type": "scatter", "mode": "markers", "name": name, "x": numbers, "y": (100 * values).tolist(),
            "marker": {"color": colour, "size": 12, "symbol": symbol}, "hovertemplate": HOVER,
            "customdata": [f"list {n}, the {name}: {fine(float(v))}" for n, v in zip(numbers, values, strict=True)],
        }
        for name, colour, values, symbol in (
            ("second time", SECOND, found.second, "circle"), ("first time", FIRST, found.first, "diamond"))
    ]  # fmt: skip
    spec = {
        "data": traces,
        "layout": layout(
            f"{len(numbers)} random lists, typical word",
            height=320,
            xaxis={"title": {"text": "list"}, "fixedrange": True, "dtick": 1},
            yaxis={"title": {"text": "typical probability (%)"}, "type": "log", "fixedrange": True, "dtick": 1},
        ),
    }
    alt = (
        f"Points for {len(numbers)} lists: {fine(float(found.second.min()))} to {fine(float(found.second.max()))} the second "
        f"time, {fine(float(found.first.min()))} to {fine(float(found.first.max()))} the first."
    )
    rows = [
        (n, *(float(f"{100 * float(v):.4g}") for v in (found.first[n - 1], found.second[n - 1], found.correct[n - 1])))
        for n in numbers
    ]
    return Picture(spec, alt, ("list", "first time (%)", "second time (%)", "likeliest and correct (%)"), rows)
