"""The pictures of the lesson on language models: the blank, how far back, and what each writes on."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.experiments.language_model.results import KEPT, LAST, MODELS, Depth, Guess, Written
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, label, layout, percent, plain, shorten, sketch, swatch

DARK = 0.6  # of the scale: a cell so dark has its word in the colour of the ground
FULL = 0.36  # the probability with the darkest cell
DOTS = 12  # units that a sketch has room for
LETTERS = 11
COLOURS = (MUTED, CATEGORY[1], CATEGORY[2], ACCENT)
SHAPES = ("diamond", "square", "circle", "star")
WHATS = PERPLEXITY, CORRECT = ("perplexity", "correct")
FLAT = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": ""}


def blank(small: Guess, large: Guess) -> Picture:
    """Draw a table: the probability that every model gives each word of the list, darker where it is larger."""
    values = np.concatenate([small.probabilities, large.probabilities]).astype(np.float64)
    known = ~np.isnan(values)
    best = [int(np.nanargmax(row)) if known[number].any() else -1 for number, row in enumerate(values)]
    shade = np.sqrt(np.minimum(np.nan_to_num(values), FULL) / FULL)
    cells = [(column, row) for column in range(len(MODELS)) for row in range(len(small.words))]
    said = [
        [
            f"{model} gives “{plain(word)}” {percent(float(values[column, row]))}"
            if known[column, row]
            else f"{model} does not know “{plain(word)}”"
            for column, model in enumerate(MODELS)
        ]
        for row, word in enumerate(small.words)
    ]
    numbers = [_short(float(values[column, row])) for column, row in cells]
    texts = {
        "type": "scatter",
        "mode": "text",
        "x": [column for column, _ in cells],
        "y": [row for _, row in cells],
        "text": [f"<b>{n}</b>" if best[column] == row else n for n, (column, row) in zip(numbers, cells, strict=True)],
        "textfont": {"size": 15, "color": [GROUND if shade[column, row] > DARK else TEXT for column, row in cells]},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    names = [name.replace("-", "-<br>").replace("lL", "l-<br>L") for name in MODELS]  # for a phone
    spec = {
        "data": [_table(shade.T, said, 1.0), texts],
        "layout": layout(
            "Probability of each next word (%)",
            height=352,
            margin={"l": 8, "r": 8, "t": 34, "b": 46},
            xaxis={**_ticks(names), "range": [-0.5, len(MODELS) - 0.5]},
            yaxis={**_ticks([plain(shorten(word, 12)) for word in small.words]), "automargin": True,
                   "range": [len(small.words) - 0.5, -0.5]},
        ),
    }  # fmt: skip
    firsts = ", ".join(
        f"{model} “{small.words[at]}” ({percent(float(row[at]))})"
        for model, row, at in zip(MODELS, values, best, strict=True)
        if at >= 0
    )
    rows = [
        (word, *(round(100 * float(p), 3) if p == p else "" for p in values[:, row]))
        for row, word in enumerate(small.words)
    ]
    alt = f"Table of {len(small.words)} words by {len(MODELS)} models; the likeliest of these words: {firsts}."
    return Picture(spec, alt, ("word", *(f"{name} (%)" for name in MODELS)), rows)


def mechanism(units: tuple[str, ...], kept: int, found: tuple[tuple[str, str, float], ...]) -> Picture:
    """Sketch which of the words before the blank each model reads: lit up those that it does, and what it puts there.

    found: model, its likeliest word of the list, and that word's probability.
    """
    shown = units[-DOTS:]
    step = 5.6 / DOTS
    xs = [5.6 - step * (len(shown) - at) for at in range(len(shown))]
    notes, dots = [], []
    read = " ".join(units[-kept:])
    notes.append(label(0, 3.55, f"<b>{plain(_end(read, 28))}</b> ___", TEXT, xanchor="left"))
    notes.append(label(10, 3.55, f"{kept} kept", ACCENT, xanchor="right"))
    for row, (model, word, probability) in enumerate(found):
        y = 2.45 - row
        sees = min(kept, LAST) if model.endswith("gram") else kept
        lit = [len(shown) - at <= sees for at in range(len(shown))]
        line = model in ("RNN", "LSTM")
        dots.append(_dots([(x, y) for x, on in zip(xs, lit, strict=True) if on], lit=True, line=line))
        dots.append(_dots([(x, y) for x, on in zip(xs, lit, strict=True) if not on], lit=False))
        notes.append(arrow((5.5, y), (6.2, y), ACCENT, 2.0))
        notes.append(
            label(
                6.4,
                y,
                f"<b>{model}</b><br>{plain(shorten(word, 10))} {percent(probability)}",
                TEXT,
                xanchor="left",
                align="left",
            )
        )
    listed = "; ".join(f"{model} reads {min(kept, LAST) if model.endswith('gram') else kept}" for model, _, _ in found)
    alt = f"Sketch: of {len(units)} words before the blank {kept} are kept; {listed}."
    return Picture(sketch(notes, [], (-0.3, 10), (-0.1, 4.0), traces=dots), alt)


def depth(found: Depth, kept: int, what: str) -> Picture:
    """Draw perplexity, or the share of correct first guesses, against the words of context kept; a line a model."""
    is_share = what == CORRECT
    values = 100 * found.correct if is_share else found.perplexity
    traces = []
    rows: list[tuple[Any, ...]] = []
    for row, model in enumerate(found.models):
        ends = [
            tuple(100 * end for end in found.correct_interval(row, at)) if is_share
            else tuple(float(end) for end in found.interval[:, row, at])
            for at in range(len(KEPT))
        ]  # fmt: skip
        unit = " %" if is_share else ""
        name = "correct first guesses" if is_share else "perplexity"
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": list(KEPT),
                "y": [round(float(v), 2) for v in values[row]],
                "error_y": {
                    "type": "data", "symmetric": False, "thickness": 1.5, "color": COLOURS[row],
                    "array": [round(high - float(v), 2) for (_, high), v in zip(ends, values[row], strict=True)],
                    "arrayminus": [round(float(v) - low, 2) for (low, _), v in zip(ends, values[row], strict=True)],
                },
                "line": {"color": COLOURS[row], "width": 2.5},
                "marker": {"size": [13 if k == kept else 8 for k in KEPT], "color": COLOURS[row], "symbol": SHAPES[row]},
                "customdata": [
                    f"{model}, {k} kept: {name} {_number(float(v), is_share)}{unit}, 95 % interval {_number(low, is_share)} to "
                    f"{_number(high, is_share)}{unit}"
                    for k, v, (low, high) in zip(KEPT, values[row], ends, strict=True)
                ],
                "hovertemplate": HOVER,
                "showlegend": False,
            }
        )  # fmt: skip
        rows += [
            (model, k, round(float(v), 2), round(low, 2), round(high, 2))
            for k, v, (low, high) in zip(KEPT, values[row], ends, strict=True)
        ]
    column = KEPT.index(kept)
    shape = {
        "type": "line",
        "x0": kept,
        "x1": kept,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": TEXT, "width": 1.5, "dash": "dot"},
    }
    down: dict[str, Any] = {"title": {"text": "correct first guesses (%)"}, "rangemode": "tozero"}
    if not is_share:
        down = {
            "title": {"text": "perplexity (lower is better)"},
            "type": "log",
            "tickvals": [50, 100, 200, 500, 1000, 2000],
        }
    spec = {
        "data": traces,
        "layout": layout(
            f"Correct first guesses, {found.words:,} words" if is_share else f"Perplexity of {found.words:,} words",
            "  ".join(f"{swatch(colour)} {name}" for colour, name in zip(COLOURS, found.models, strict=True)),
            height=352,
            margin={"l": 8, "r": 16, "t": 66, "b": 48},
            shapes=[shape],
            xaxis={"title": {"text": "words kept before the blank"}, "type": "log", "tickvals": list(KEPT), "fixedrange": True},
            yaxis={**down, "fixedrange": True},
        ),
    }  # fmt: skip
    listed = ", ".join(
        f"{model} {_number(float(v), is_share)}" for model, v in zip(found.models, values[:, column], strict=True)
    )
    alt = f"Lines of {'correct first guesses (%)' if is_share else 'perplexity'} by words kept; with {kept}: {listed}."
    return Picture(spec, alt, ("model", "words kept", what, "95 % from", "95 % to"), rows)


def depth_mechanism(found: Depth, kept: int) -> Picture:
    """Sketch a passage as 64 dots, those that are kept lit up, and each model's perplexity after them."""
    at = [(n % 8, n // 8) for n in range(KEPT[-1])]  # a square: no row of it is a model's
    lit = [n >= KEPT[-1] - kept for n in range(KEPT[-1])]
    notes = [
        label(0, 3.55, f"<b>{kept} of {KEPT[-1]} words kept</b>", ACCENT, xanchor="left"),
        arrow((5.3, 1.4), (6.6, 1.4), ACCENT),
    ]
    places = [(0.9 + 0.5 * x, 2.85 - 0.42 * y) for x, y in at]
    dots = [
        _dots([place for place, on in zip(places, lit, strict=True) if on == wanted], lit=wanted)
        for wanted in (True, False)
    ]
    column = KEPT.index(kept)
    numbers = [
        f"{model} {_number(float(v), False)}"
        for model, v in zip(found.models, found.perplexity[:, column], strict=True)
    ]
    notes.append(label(6.9, 3.55, "perplexity", TEXT, xanchor="left"))
    notes += [label(6.9, 2.6 - 0.8 * row, text, TEXT, xanchor="left") for row, text in enumerate(numbers)]
    alt = f"Sketch: {kept} of {KEPT[-1]} words before a blank are kept; perplexity: {', '.join(numbers)}."
    return Picture(sketch(notes, [], (-0.1, 10.3), (-0.2, 4.0), traces=dots), alt)


def written(texts: Sequence[Written], least: int) -> Picture:
    """Draw what each model writes, a column each, read downwards; shaded where `least` or more words stand in its text."""
    length = max((len(one.words) for one in texts), default=0)
    shade = np.zeros((length, len(texts)))
    said = [[""] * len(texts) for _ in range(length)]
    cells: list[tuple[int, int, str]] = []
    for column, one in enumerate(texts):
        for row, word in enumerate(one.words):
            run = one.copied[row] if one.copied else 0
            shade[row, column] = min(1.0, run / 10) if run >= least else 0.0
            where = f", part of {run} words in a row from the text it learned from" if run >= least else ""
            said[row][column] = f"{one.model}, word {row + 1}: “{plain(word)}”{where}"
            cells.append((column, row, plain(shorten(word, LETTERS))))
    words = {
        "type": "scatter",
        "mode": "text",
        "x": [column for column, _, _ in cells],
        "y": [row for _, row, _ in cells],
        "text": [word for _, _, word in cells],
        "textfont": {"size": 14, "color": [GROUND if shade[row, column] > DARK else TEXT for column, row, _ in cells]},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    spec = {
        "data": [_table(shade, said, 1.0), words],
        "layout": layout(
            "What each writes on: read downwards",
            f"{swatch(SEQUENTIAL[5])} {least} or more words in a row, copied",
            height=352,
            margin={"l": 4, "r": 4, "t": 90, "b": 4},
            xaxis={**_ticks([one.model for one in texts]), "side": "top", "range": [-0.5, len(texts) - 0.5]},
            yaxis={**FLAT, "visible": False, "range": [length - 0.5, -0.5]},
        ),
    }
    runs = ", ".join(f"{one.model} {one.longest}" for one in texts if one.copied)
    alt = f"Table of what {len(texts)} models write on, a column each; the longest run of words copied: {runs}."
    rows = [
        (one.model, n + 1, word, one.copied[n] if one.copied else "")
        for one in texts
        for n, word in enumerate(one.words)
    ]
    return Picture(spec, alt, ("model", "place", "word", "words in a row that stand in the text"), rows)


def writing_mechanism(prompt: str, texts: Sequence[Written], temperature: float) -> Picture:
    """Sketch how a text is written: what stands there goes in, one word is drawn, and joins what stands there."""
    one = next(text for text in texts if text.model == "LSTM")
    first, second = (*one.words, "", "")[:2]
    notes, shapes = [], []
    lines = ((_end(prompt, 18), first), (_end(f"{prompt} {first}", 18), second))
    for row, (before, word) in enumerate(lines):
        y = 2.9 - 1.75 * row
        notes.append(label(0, y, plain(before), TEXT, xanchor="left"))
        notes.append(arrow((4.7, y), (5.3, y), ACCENT, 2.0))
        notes.append(label(6.15, y, "LSTM", ACCENT))
        box = {"type": "rect", "x0": 5.4, "x1": 6.9, "y0": y - 0.42, "y1": y + 0.42, "layer": "below"}
        shapes.append({**box, "line": {"color": ACCENT, "width": 2}, "fillcolor": GROUND})
        notes.append(arrow((7.0, y), (7.6, y), ACCENT, 2.0))
        notes.append(label(7.8, y, f"<b>{plain(shorten(word, 10))}</b>", CATEGORY[1], xanchor="left"))
    notes.append(arrow((8.2, 2.45), (4.4, 1.6), CATEGORY[1], 1.5))
    notes.append(label(10, 3.65, f"drawn at temperature {temperature:g}", MUTED, xanchor="right"))
    alt = f"Sketch: the LSTM draws “{first}” after the sentence at temperature {temperature:g}, then “{second}” after that."
    return Picture(sketch(notes, shapes, (-0.1, 10), (0.3, 4.0)), alt)


def _dots(places: Sequence[tuple[float, float]], *, lit: bool, line: bool = False) -> dict[str, Any]:
    """Return words of a sketch as dots: full where they are read, joined by a line where a state is handed on."""
    ends: list[Any] = [None]
    return {
        "type": "scatter",
        "mode": "lines+markers" if line else "markers",
        "x": [x for x, _ in places] or ends,
        "y": [y for _, y in places] or ends,
        "line": {"color": ACCENT, "width": 2},
        "marker": {"size": 10, "color": ACCENT if lit else MUTED, "symbol": "circle" if lit else "circle-open"},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _table(shade: np.ndarray, said: list[list[str]], most: float) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "z": np.round(shade, 4).tolist(),
        "x": list(range(shade.shape[1])),
        "y": list(range(shade.shape[0])),
        "customdata": said,
        "hovertemplate": HOVER,
        "zmin": 0.0,
        "zmax": most,
        "colorscale": scale(SEQUENTIAL),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }


def _ticks(names: list[str]) -> dict[str, Any]:
    return {
        **FLAT,
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "tickfont": {"size": 15},
        "tickangle": 0,
    }


def _short(share: float) -> str:
    """Return per cent for a cell: two digits that matter, a dash for what is not known."""
    if math.isnan(share):
        return "–"
    value = 100 * share
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.095 else "0"


def _number(value: float, is_share: bool) -> str:
    return f"{value:.1f}" if is_share else f"{value:,.0f}"


def _end(text: str, limit: int) -> str:
    """Return the end of a text, with dots where it begins earlier."""
    if len(text) <= limit:
        return text
    end = text[-(limit - 1) :]
    return "…" + (end if text[-limit].isspace() else end[end.find(" ") + 1 :])
