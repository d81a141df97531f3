"""What GloVe answers: nearest words with their map, questions by kind, people's judgements, and occupations."""

from typing import Any

import numpy as np

from core.experiments.word_vectors.results import Judged, Leaning, Near
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, key, label, layout, percent, plain, shorten, swatch

BARS, LEVELS = 8, 12  # rows of bars; lines of occupations
OTHER = CATEGORY[1]


def question(asked: tuple[str, ...]) -> str:
    """Return what was asked, as a sum of words where there are three."""
    return f"{asked[1]} − {asked[0]} + {asked[2]}" if len(asked) == 3 else asked[0]


def near(found: Near) -> Picture:
    """Draw the nearest words with their cosine, and all words on the plane of most variance among them."""
    rows = list(range(min(BARS, len(found.found))))
    names, values = [plain(shorten(word, 16)) for word, _ in found.found], [value for _, value in found.found]
    bars = {
        "type": "bar", "orientation": "h", "x": values[: len(rows)], "y": [row + 0.2 for row in rows], "width": 0.34,
        "marker": {"color": [ACCENT, *[MUTED] * (len(rows) - 1)]}, "text": [f"{v:.2f}" for v in values[: len(rows)]],
        "textposition": "outside", "textfont": {"size": 15, "color": TEXT}, "cliponaxis": False, "showlegend": False,
        "constraintext": "none",
        "customdata": [f"{name} has cosine {v:.2f} with what was asked" for name, v in zip(names, values, strict=True)],
        "hovertemplate": HOVER,
    }  # fmt: skip
    notes = [label(0, row - 0.25, name, xref="paper", xanchor="left") for row, name in zip(rows, names, strict=False)]
    points, map_notes = _map(found, names)
    asked = plain(shorten(question(found.asked), 26))
    low, high = found.places.min(0).tolist(), found.places.max(0).tolist()
    room = [max(b - a, 0.1) for a, b in zip(low, high, strict=True)]
    axis = {"showticklabels": False, "fixedrange": True, "zeroline": False}
    drawn = layout(
        f"Nearest to {asked}", f"cosine, and a map ({100 * found.kept:.0f} % of the variance)",
        height=350, margin={"l": 4, "r": 8, "t": 62, "b": 46}, annotations=[*notes, *map_notes],
        xaxis={"domain": [0, 0.36], "range": [0, 1.3 * max(values)], "title": {"text": "cosine"}, "fixedrange": True,
               "nticks": 4},
        yaxis={"range": [len(rows) - 0.4, -0.6], "visible": False, "fixedrange": True},
        xaxis2={**axis, "domain": [0.42, 1], "range": [low[0] - 0.22 * room[0], high[0] + 0.22 * room[0]], "anchor": "y2",
                "title": {"text": "most variance →"}},
        yaxis2={**axis, "range": [low[1] - 0.12 * room[1], high[1] + 0.15 * room[1]], "anchor": "x2", "title": {"text": ""}},
    )  # fmt: skip
    word, value = found.found[0]
    alt = (
        f"Bars of cosines and a map of words: nearest to {question(found.asked)} is {word} with cosine {value:.2f}, "
        f"of {found.searched:,} words."
    )
    table = [(word, round(value, 4)) for word, value in found.found]
    return Picture({"data": [bars, *points], "layout": drawn}, alt, ("word", "cosine"), table)


def _map(found: Near, names: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the points of the map, and the arrows and names on it: names where there is room, the asked words first."""
    count = len(found.asked)
    said = [*(plain(shorten(word, 16)) for word in found.asked), *names]
    where = _room(found.places, [len(name) for name in said])
    shown = [f"<b>{name}</b>" if row <= count else name for row, name in enumerate(said)]
    colours = [OTHER if row < count else ACCENT if row == count else MUTED for row in range(len(said))]
    x, y = found.places[:, 0].tolist(), found.places[:, 1].tolist()
    points = {
        "type": "scatter", "mode": "markers+text", "xaxis": "x2", "yaxis": "y2", "x": x, "y": y,
        "text": [name if spot else "" for name, spot in zip(shown, where, strict=True)],
        "textposition": [spot or "top center" for spot in where],
        "textfont": {"size": 14, "color": TEXT}, "cliponaxis": False, "showlegend": False, "hovertemplate": HOVER,
        "marker": {"color": colours, "size": [12 if row <= count else 8 for row in range(len(said))]},
        "customdata": [
            f"{name}: {'asked for' if row < count else f'number {row - count + 1} of the nearest'}"
            for row, name in enumerate(said)
        ],
    }  # fmt: skip
    if count != 3:
        return [points], []
    axes = {"xref": "x2", "yref": "y2", "axref": "x2", "ayref": "y2"}
    ends = ((0, 1, OTHER), (2, 3, ACCENT))
    return [points], [{**arrow((x[a], y[a]), (x[b], y[b]), colour), **axes} for a, b, colour in ends]


def _room(places: np.ndarray, letters: list[int]) -> list[str]:
    """Return where each point's name goes so that it covers no other name or point, empty where there is no room."""
    low = places.min(0)
    spots = (places - low) / np.maximum(places.max(0) - low, 1e-9)
    taken = [(x - 0.02, y - 0.035, x + 0.02, y + 0.035) for x, y in spots.tolist()]
    found = []
    for (x, y), length in zip(spots.tolist(), letters, strict=True):
        wide, chosen = 0.04 * length, ""
        for side, left in (("center", x - wide / 2), ("right", x + 0.01), ("left", x - wide - 0.01)):
            for up, bottom in (("top", y + 0.037), ("bottom", y - 0.127)):
                box = (left, bottom, left + wide, bottom + 0.09)
                clear = all(box[2] <= a or box[0] >= c or box[3] <= b or box[1] >= d for a, b, c, d in taken)
                if not chosen and clear and box[0] >= -0.2 and box[2] <= 1.2:
                    chosen = f"{up} {side}"
                    taken.append(box)
        found.append(chosen)
    return found


def groups(judged: Judged) -> Picture:
    """Draw the share of public analogies that GloVe gets right, by kind, with 95 % intervals."""
    order = sorted(judged.groups, key=lambda group: -group.share)
    shares = [100 * group.share for group in order]
    ends = [tuple(100 * end for end in group.interval) for group in order]
    bars = {
        "type": "bar", "orientation": "h", "x": shares, "y": list(range(len(order))), "marker": {"color": ACCENT},
        "error_x": {"type": "data", "symmetric": False, "array": [high - s for s, (_, high) in zip(shares, ends, strict=True)],
                    "arrayminus": [s - low for s, (low, _) in zip(shares, ends, strict=True)], "color": TEXT},
        "width": 0.6, "showlegend": False, "hovertemplate": HOVER,
        "customdata": [f"{group.name}, such as {group.example}: {group.right:,} of {group.asked:,} are right" for group in order],
    }  # fmt: skip
    drawn = layout(
        f"{judged.asked:,} questions in {len(order)} kinds", height=352, margin={"l": 8, "r": 16, "t": 40, "b": 46},
        xaxis={"title": {"text": "right (%), with 95 % intervals"}, "range": [0, 100], "fixedrange": True},
        yaxis={"tickvals": list(range(len(order))), "ticktext": [group.name for group in order], "fixedrange": True,
               "range": [len(order) - 0.4, -0.6], "automargin": True},
    )  # fmt: skip
    best, worst = order[0], order[-1]
    alt = (
        f"Bars: of {judged.asked:,} analogies GloVe gets {percent(judged.right / judged.asked)} right, most of the {best.name} "
        f"({shares[0]:.0f} %), fewest of the {worst.name} ({shares[-1]:.0f} %)."
    )
    table = [
        (group.name, group.example, group.asked, group.known, group.right, round(s, 1), round(low, 1), round(high, 1))
        for group, s, (low, high) in zip(order, shares, ends, strict=True)
    ]
    columns = ("kind", "example", "questions", "all words known", "right", "right (%)", "from (%)", "to (%)")
    return Picture({"data": [bars], "layout": drawn}, alt, columns, table)


def people(judged: Judged) -> Picture:
    """Draw GloVe's cosine against what people said of pairs of words, in tenths of the pairs."""
    traces = [
        {
            "type": "scatter", "mode": "lines+markers", "name": f"{one.name}: {one.question} ({one.rho:.2f})",
            "x": one.bins[:, 0].tolist(), "y": one.bins[:, 1].tolist(), "line": {"color": colour, "width": 3, "dash": dash},
            "marker": {"size": 10, "symbol": symbol}, "hovertemplate": HOVER,
            "customdata": [
                f"{one.name}: pairs that people gave {said:.1f} of 10 have cosine {mean:.2f} on average, 8 of 10 pairs "
                f"between {low:.2f} and {high:.2f}" for said, mean, low, high in one.bins.tolist()
            ],
        }
        for one, colour, dash, symbol in zip(judged.sets, (ACCENT, OTHER), ("solid", "dash"), ("circle", "diamond"), strict=True)
    ]  # fmt: skip
    drawn = layout(
        "GloVe and people, pair by pair", key(traces), height=350,
        xaxis={"title": {"text": "what people said of a pair (0 to 10)"}, "range": [0, 10.2], "fixedrange": True},
        yaxis={"title": {"text": "mean cosine in GloVe"}, "fixedrange": True},
    )  # fmt: skip
    said = " and ".join(f"{one.rho:.2f} for {one.name} ({one.question})" for one in judged.sets)
    alt = f"Two lines of cosines against people's judgements: the rank correlation is {said}."
    columns = ("set", "people (mean)", "cosine (mean)", "10 % of pairs lie below", "10 % above")
    rows = [(one.name, *(round(float(v), 3) for v in row)) for one in judged.sets for row in one.bins]
    return Picture({"data": traces, "layout": drawn}, alt, columns, rows)


def leaning(found: Leaning) -> Picture:
    """Draw where occupations lie between "he" and "she", beside the band of neutral words."""
    low, high = found.band
    levels = [row % LEVELS for row in range(len(found.jobs))]
    jobs = {
        "type": "scatter", "mode": "text", "x": [value for _, value in found.jobs], "y": levels, "showlegend": False,
        "text": [
            f"<b>{word}</b>" if not low <= value <= high else word if row % 2 else "·"
            for row, (word, value) in enumerate(found.jobs)
        ],
        "textfont": {"size": 14, "color": [ACCENT if v > high else OTHER if v < low else TEXT for _, v in found.jobs]},
        "customdata": [f"{word} has cosine {v:.2f} with the direction from “he” to “she”" for word, v in found.jobs],
        "hovertemplate": HOVER, "cliponaxis": False,
    }  # fmt: skip
    things = {
        "type": "scatter", "mode": "markers", "x": [value for _, value in found.things], "y": [LEVELS + 0.1] * len(found.things),
        "marker": {"color": MUTED, "size": 10, "symbol": "line-ns-open", "line": {"width": 2}}, "showlegend": False,
        "customdata": [f"{word}, a neutral word, has cosine {v:.2f}" for word, v in found.things], "hovertemplate": HOVER,
    }  # fmt: skip
    band = {"type": "rect", "x0": low, "x1": high, "y0": 0, "y1": 1, "yref": "paper", "line": {"width": 0},
            "fillcolor": MUTED, "opacity": 0.16, "layer": "below"}  # fmt: skip
    he, she = found.outside
    most = 1.25 * max(abs(value) for _, value in found.jobs)
    drawn = layout(
        "Occupations between “he” and “she”", f"{swatch(MUTED)} band: 95 % of words such as “table”",
        height=350, margin={"l": 8, "r": 8, "t": 62, "b": 46}, shapes=[band],
        xaxis={"title": {"text": "← nearer to “he”  (cosine)  nearer to “she” →"}, "range": [-most, most], "fixedrange": True},
        yaxis={"range": [LEVELS + 0.7, -0.7], "visible": False, "fixedrange": True},
    )  # fmt: skip
    alt = (
        f"Occupations on a line from he to she: {he} of {len(found.jobs)} lie nearer to he than neutral words do "
        f"({found.jobs[0][0]} most), {she} nearer to she ({found.jobs[-1][0]} most)."
    )
    rows = [(w, kind, round(v, 3)) for kind, part in (("job", found.jobs), ("thing", found.things)) for w, v in part]
    return Picture({"data": [jobs, things], "layout": drawn}, alt, ("word", "kind", "cosine with he to she"), rows)
