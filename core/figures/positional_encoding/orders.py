"""Two words change places: what that does to every piece's vector, to sentence vectors, and how the machine is told."""

from typing import Any

from core.experiments.positional_encoding.results import Orders, Pairs
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.positional_encoding.common import CASES, box, piece_axis, sketch, tiny
from core.figures.style import HOVER, arrow, label, layout, plain, shorten, swatch

SERIES = (("with positions", 0), ("without positions", 2))
WRITTEN = 14  # with more pieces than that the bars have no room for their numbers


def orders(found: Orders, case: str) -> Picture:
    """Draw by how much each piece's vector changes, with positions and without; `case` (of `CASES`) is lit."""
    chosen, traces = CASES.index(case), []
    for number, (name, row) in enumerate(SERIES):
        is_lit = (chosen == 2) == (row == 2)
        colour = ACCENT if is_lit else MUTED
        values = [float(v) for v in found.moved[chosen if row == 0 and chosen < 2 else row]]
        said = [
            f"{plain(token)}, {name}: its vector changes by {tiny(value)} of its length"
            for token, value in zip(found.tokens, values, strict=True)
        ]
        texts = [f"<b>{tiny(v)[:-2]}</b>" if is_lit or v > 0.01 else "0" for v in values]
        traces.append({
            "type": "bar", "name": name, "x": [n + (number - 0.5) * 0.42 for n in range(len(values))],
            "y": [100 * v for v in values], "width": 0.4, "marker": {"color": colour, "line": {"color": colour, "width": 2}},
            "text": texts if len(texts) <= WRITTEN else None, "textposition": "outside", "cliponaxis": False,
            "textfont": {"size": 16 if is_lit else 14, "color": colour if is_lit else TEXT}, "constraintext": "none",
            "customdata": said, "hovertemplate": HOVER, "showlegend": False,
        })  # fmt: skip
    colours = (MUTED, ACCENT) if chosen == 2 else (ACCENT, MUTED)
    what = "positions alone exchanged" if chosen == 1 else "with positions"
    drawn = layout(
        "How far each piece’s vector moves", f"{swatch(colours[0])} {what} &nbsp; {swatch(colours[1])} without",
        height=345, margin={"l": 8, "r": 8, "t": 72, "b": 48}, barmode="overlay",
        xaxis=piece_axis(found.tokens),
        yaxis={"title": {"text": "change (% of its length)"}, "fixedrange": True, "automargin": True, "zeroline": True,
               "range": [0, max(1.0, 118 * float(found.moved.max()))]},
    )  # fmt: skip
    mean = found.mean
    alt = (
        f"Bar chart of {len(found.tokens)} pieces: when “{found.pair[0]}” and “{found.pair[1]}” change places, the vectors "
        f"change by {tiny(mean[0])} on average with positions, by {tiny(mean[2])} without."
    )
    columns = ("piece", "words exchanged (%)", "positions exchanged (%)", "without positions (%)")
    rows = [
        (f"{n} {token}", *(round(100 * float(v), 4) for v in found.moved[:, n - 1]))
        for n, token in enumerate(found.tokens, 1)
    ]
    return Picture({"data": traces, "layout": drawn}, alt, columns, rows)


def pairs(found: Pairs) -> Picture:
    """Draw how alike the vectors of pairs of sentences are, with positions and without."""
    names = [f"“{plain(one)}”<br>“{plain(two)}”" for one, two in found.texts]
    traces: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "x": [float(a), float(b)], "y": [n, n], "line": {"color": MUTED, "width": 3},
         "hoverinfo": "skip", "showlegend": False} for n, (a, b) in enumerate(found.cosines)
    ]  # fmt: skip
    kinds = (("with positions", ACCENT, "circle"), ("without", CATEGORY[1], "diamond"))
    for column, (name, colour, symbol) in enumerate(kinds):
        values = [float(v) for v in found.cosines[:, column]]
        said = [f"{name}: cosine {value:.4f}" for value in values]
        traces.append({
            "type": "scatter", "mode": "markers+text", "name": name, "x": values, "y": list(range(len(values))),
            "marker": {"color": colour, "size": 15, "symbol": symbol}, "text": [f"{v:.3f}" for v in values],
            "textposition": "bottom center" if column else "top center", "textfont": {"size": 15, "color": colour},
            "customdata": said, "hovertemplate": HOVER, "cliponaxis": False,
        })  # fmt: skip
    drawn = layout(
        "How alike two sentences are", height=380, margin={"l": 8, "r": 24, "t": 88, "b": 48},
        xaxis={"title": {"text": "cosine (1: the same)"}, "range": [0.3, 1.05], "fixedrange": True},
        yaxis={"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": names, "fixedrange": True,
               "range": [len(names) - 0.5, -0.5], "automargin": True, "showgrid": False},
    )  # fmt: skip
    (a, b), one = found.cosines[0], found.texts[0]
    alt = f"Dots for {len(names)} pairs: “{one[0]}” and “{one[1]}” have a cosine of {a:.3f} with positions, {b:.3f} without."
    columns = ("one", "other", "with positions", "without")
    rows = [(*pair, *(round(float(v), 4) for v in row)) for pair, row in zip(found.texts, found.cosines, strict=True)]
    return Picture({"data": traces, "layout": drawn}, alt, columns, rows)


def mechanism(found: Orders, case: str) -> Picture:
    """Draw what goes in for the two words, before and after the exchange, and how alike the sentences come out."""
    chosen = CASES.index(case)
    (first, second), (one, two) = found.pair, found.at
    there = found.stands[one], found.stands[two]
    before = ((first, one), (second, two))
    after = ((first, there[0]), (second, there[1])) if chosen == 1 else ((second, there[1]), (first, there[0]))
    faint: dict[str, Any] = {} if chosen < 2 else {"opacity": 0.35}
    shapes, notes = [box(6.15, 8.05, 1.1, 2.9)], [label(7.1, 2.0, "<b>MiniLM</b>", MUTED)]
    for y, words, title in ((2.35, before, "as written"), (0.35, after, "exchanged")):
        notes.append(label(0.1, y + 1.2, title, MUTED, size=14, xanchor="left"))
        for x, (word, position) in zip((0.1, 3.1), words, strict=True):
            shapes += [box(x, x + 1.75, y, y + 0.85), box(x + 1.8, x + 2.55, y, y + 0.85, lit=True, **faint)]
            notes += [label(x + 0.87, y + 0.42, f"<b>{plain(shorten(word, 6))}</b>")]
            if chosen < 2:
                notes += [label(x + 2.17, y + 0.42, f"<b>{position + 1}</b>", ACCENT)]
        notes.append(arrow((5.7, y + 0.42), (6.15, 2.0 + (0.35 if y > 1 else -0.35)), MUTED, 2))
    notes += [arrow((8.05, 2.0), (8.5, 2.0), MUTED, 2), label(9.2, 2.65, "alike", MUTED, size=14)]
    notes += [label(9.2, 2.0, f"<b>{found.alike[chosen]:.3f}</b>", ACCENT, size=16)]
    marks = "each with its position" if chosen < 2 else "without positions"
    alt = (
        f"Sketch: the words “{found.pair[0]}” and “{found.pair[1]}” go into the encoder {marks}, as written and exchanged; "
        f"the two sentence vectors have a cosine of {found.alike[chosen]:.3f}."
    )
    return sketch(shapes, notes, alt)
