"""The pictures of the lesson on order: two sentences as bags and in order, a digit as it is read, how far back items matter."""

from typing import Any

import numpy as np

from core.data.written_digits import SIDE
from core.experiments.intervals import wilson
from core.experiments.why_order.results import (
    KINDS,
    ORDERS,
    STEPS,
    TESTED,
    Accuracies,
    Guess,
    LookBack,
    Read,
    words_of,
)
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, key, label, layout, percent, plain, shorten, sketch, swatch

FIRST, SECOND = ACCENT, CATEGORY[1]
OF_KIND = (FIRST, SECOND, CATEGORY[2])
BRIEF = ("rows", "columns", "fixed", "new")  # the names of `ORDERS`, where there is little room
EACH = 4  # pixels from one point of a line to the next
PANELS = ((0.0, 0.44), (0.56, 1.0))
LEFT: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
BOX = {"type": "rect", "line": {"color": ACCENT, "width": 2}, "fillcolor": GROUND, "layer": "below"}


def next_words(guess: Guess) -> Picture:
    """Draw how probable each next word is after both sentences: from a bag on the left, read in order on the right."""
    names = [plain(shorten(word, 10)) for word in guess.words]
    top = 100 * max(float(guess.bag.max()), float(guess.in_order.max()))
    traces = []
    for axis, rows, how in (("", guess.bag, "from the bag"), ("2", guess.in_order, "read in order")):
        for n, colour in ((0, FIRST), (1, SECOND)):
            shares = [float(share) for share in rows[n]]
            said = [
                f"Sentence {n + 1}, {how}: the next word is “{name}” with {percent(share)}"
                for name, share in zip(names, shares, strict=True)
            ]
            traces.append({
                "type": "bar", "orientation": "h", "xaxis": f"x{axis}", "yaxis": f"y{axis}", "x": [100 * s for s in shares],
                "y": list(range(len(names))), "offset": 0.02 - 0.37 * (1 - n), "width": 0.35, "marker": {"color": colour},
                "text": [percent(s) for s in shares], "textposition": "outside", "constraintext": "none", "cliponaxis": False,
                "textfont": {"size": 14, "color": TEXT}, "customdata": said, "hovertemplate": HOVER, "showlegend": False,
            })  # fmt: skip
    notes = [label(left, 1.005, f"<b>{words}</b>", **LEFT) for (left, _), words in
             zip(PANELS, ("Bag: no order", "Read in order"), strict=True)]  # fmt: skip
    axis_x = {"fixedrange": True, "range": [0, 1.45 * top or 1], "nticks": 4, "title": {"text": "probability (%)"}}
    axis_y = {"tickvals": list(range(len(names))), "ticktext": names, "autorange": "reversed", "fixedrange": True,
              "automargin": True, "showgrid": False, "zeroline": False, "tickfont": {"size": 16}}  # fmt: skip
    drawn = layout(
        f"Next word: {swatch(FIRST)} sentence 1, {swatch(SECOND)} sentence 2", height=292, annotations=notes,
        margin={"l": 8, "r": 8, "t": 64, "b": 48}, barmode="overlay",
        xaxis={**axis_x, "domain": list(PANELS[0])}, yaxis={**axis_y, "anchor": "x"},
        xaxis2={**axis_x, "domain": list(PANELS[1]), "anchor": "y2"}, yaxis2={**axis_y, "anchor": "x2"},
    )  # fmt: skip
    up, down = guess.told_apart
    alt = (
        f"Bars of the next word’s probability. From the bag at most {percent(float(guess.moved[1]))} changes between the two "
        f"sentences; read in order, “{guess.words[up]}” goes from {percent(float(guess.in_order[0, up]))} to "
        f"{percent(float(guess.in_order[1, up]))} and “{guess.words[down]}” from {percent(float(guess.in_order[0, down]))} to "
        f"{percent(float(guess.in_order[1, down]))}."
    )
    columns = ("next word", "bag 1 (%)", "bag 2 (%)", "in order 1 (%)", "in order 2 (%)")
    table = [
        (word, *(round(100 * float(t[n, i]), 4) for t in (guess.bag, guess.in_order) for n in (0, 1)))
        for i, word in enumerate(guess.words)
    ]
    return Picture({"data": traces, "layout": drawn}, alt, columns, table)


def mechanism(guess: Guess) -> Picture:
    """Draw both sentences on their way into a bag, where they come out alike or not, with the bags' distance."""
    notes, shapes = [], [{**BOX, "x0": 6.0, "x1": 9.9, "y0": 0.2, "y1": 2.8}]
    for n, (y, colour) in enumerate(((2.75, FIRST), (0.25, SECOND))):
        words = words_of(guess.sentences[n])
        lines = [" ".join(words[i : i + 3]) for i in range(0, len(words), 3)][:2]
        text = "<br>".join(plain(shorten(line, 18)) for line in lines)
        notes.append(label(0.05, y, f"<b>{n + 1}</b> {text}", colour, xanchor="left", align="left"))
        notes.append(arrow((4.7, y), (5.9, 1.5 + 0.35 * (1 if n == 0 else -1)), colour))
    bag = sorted(set(words_of(guess.sentences[0])))
    kept = "<br>".join(plain(shorten(" ".join(bag[i : i + 2]), 16)) for i in range(0, min(len(bag), 6), 2))
    notes.append(label(7.95, 1.5, f"{kept}<br><b>distance {guess.distance:.3g}</b>", ACCENT))
    notes.append(label(7.95, 3.2, "bag, from A to Z", MUTED))
    alt = (
        f"Sketch: “{guess.sentences[0]}” and “{guess.sentences[1]}” each go into a bag of words; the bags are "
        f"{guess.distance:.3g} apart."
    )
    return Picture(sketch(notes, shapes, (0.0, 10.0), (-0.5, 3.6)), alt)


def belief(read: Read, found: Accuracies, order: str, hidden: tuple[str, ...] = ()) -> Picture:
    """Draw what is believed after each step, and how many of 1,000 digits are read correctly in each order.

    hidden: the orders that bets ask for, whose bars are left out.
    """
    steps = list(range(EACH, STEPS + 1, EACH))
    final = [int(d) for d in read.probabilities[-1].argsort()[::-1]]
    own = read.says if read.label is None else read.label
    rival = next(d for d in final if d != own)
    traces = []
    for digit in (*[d for d in final if d not in (own, rival)], rival, own):
        line = [round(100 * float(p), 2) for p in read.probabilities[EACH - 1 :: EACH, digit]]
        colour, width = (FIRST, 4) if digit == own else (SECOND, 3) if digit == rival else (MUTED, 1)
        traces.append({
            "type": "scatter", "mode": "lines", "x": steps, "y": line, "line": {"color": colour, "width": width},
            "opacity": 1 if width > 1 else 0.6, "showlegend": False, **({"hoverinfo": "skip"} if width == 1 else {
                "hovertemplate": HOVER,
                "customdata": [f"After {s} pixels it says {digit} with {v:.1f} %" for s, v in zip(steps, line, strict=True)],
            }),
        })  # fmt: skip
    names = [name for name in ORDERS if name not in hidden]
    counts = [found.of(name) for name in names]
    ends = [wilson(n, TESTED) for n in counts]
    rows = list(ORDERS)
    traces.append({
        "type": "bar", "orientation": "h", "xaxis": "x2", "yaxis": "y2", "y": [rows.index(name) for name in names],
        "x": [100 * n / TESTED for n in counts], "width": 0.5, "showlegend": False, "hovertemplate": HOVER,
        "marker": {"color": [ACCENT if name == order else MUTED for name in names]},
        "customdata": [f"Read {name}: {n} of {TESTED:,} digits are correct; the interval is {100 * low:.1f} to {100 * high:.1f} %"
                       for name, n, (low, high) in zip(names, counts, ends, strict=True)],
        "error_x": {"type": "data", "symmetric": False, "color": TEXT, "thickness": 2,
                    "array": [100 * (high - n / TESTED) for n, (_, high) in zip(counts, ends, strict=True)],
                    "arrayminus": [100 * (n / TESTED - low) for n, (low, _) in zip(counts, ends, strict=True)]},
    })  # fmt: skip
    subject = "Your drawing" if read.label is None else f"{'An' if own == 8 else 'A'} {own}"
    notes = [label(PANELS[0][0], 1.005, f"Its belief: {swatch(FIRST)} {own}, {swatch(SECOND)} {rival}", **LEFT)]
    notes.append(label(PANELS[1][0], 1.005, "correct (%)", **LEFT))
    notes += [
        label(0, row - 0.42, f"{brief} <b>{'?' if name in hidden else f'{100 * found.of(name) / TESTED:.1f} %'}</b>",
              xref="x2", yref="y2", xanchor="left", size=14)
        for row, (brief, name) in enumerate(zip(BRIEF, ORDERS, strict=True))
    ]  # fmt: skip
    drawn = layout(
        f"{subject}, read {order}", height=330, annotations=notes, margin={"l": 8, "r": 8, "t": 64, "b": 48},
        xaxis={"domain": list(PANELS[0]), "range": [1, STEPS], "fixedrange": True, "title": {"text": "pixels read"},
               "tickvals": [1, 196, 392, 588, 784]},
        yaxis={"range": [0, 102], "fixedrange": True, "automargin": True, "title": {"text": "probability (%)"}},
        xaxis2={"domain": list(PANELS[1]), "range": [0, 104], "fixedrange": True, "anchor": "y2", "nticks": 3,
                "title": {"text": f"of {TESTED:,} digits"}},
        yaxis2={"range": [len(rows) - 0.6, -0.75], "visible": False, "fixedrange": True, "anchor": "x2"},
    )  # fmt: skip
    alt = (
        f"Lines: {subject}, read {order}, is believed to be {read.says} in the end, with "
        f"{percent(float(read.probabilities[-1, read.says]))}. Bars: "
        + ", ".join(f"{name} {100 * n / TESTED:.1f} %" for name, n in zip(names, counts, strict=True))
        + " of 1,000 digits are correct."
    )
    table = [(s, *(round(100 * float(p), 3) for p in read.probabilities[s - 1])) for s in steps]
    return Picture({"data": traces, "layout": drawn}, alt, ("pixels", *(f"says {d} (%)" for d in range(10))), table)


def filling(read: Read, steps: int) -> Picture:
    """Draw the picture as the network has got it after so many steps, and what it believes then."""
    z = np.where(np.arange(STEPS) < steps, read.given, 0).reshape(SIDE, SIDE).tolist()
    heat = {
        "type": "heatmap", "z": z, "x0": 0.1, "dx": 3.9 / SIDE, "y0": 3.9, "dy": -3.8 / SIDE, "zmin": 0, "zmax": 1,
        "colorscale": scale(SEQUENTIAL), "showscale": False, "hoverinfo": "skip",
    }  # fmt: skip
    now = read.probabilities[steps - 1]
    best = [int(d) for d in now.argsort()[::-1][:3]]
    notes = [arrow((4.15, 2), (4.75, 2), ACCENT), label(5.85, 2, "<b>network</b><br>reads in<br>order", ACCENT)]
    notes += [arrow((7.0, 2), (7.45, 2), ACCENT), label(10, 3.6, f"pixel {steps} of {STEPS}", ACCENT, xanchor="right")]
    notes += [
        label(7.6, 2.7 - 0.75 * n, f"{'<b>' if n == 0 else ''}{digit}: {percent(float(now[digit]))}{'</b>' if n == 0 else ''}",
              xanchor="left") for n, digit in enumerate(best)
    ]  # fmt: skip
    alt = f"Sketch: after {steps} of {STEPS} pixels the network says {best[0]} with {percent(float(now[best[0]]))}."
    box = {**BOX, "x0": 4.8, "x1": 6.95, "y0": 1.0, "y1": 3.0}
    return Picture(sketch(notes, [box], (0.0, 10.0), (0.0, 4.0), traces=[heat]), alt)


def kinds(found: Accuracies) -> Picture:
    """Draw three kinds of model in the natural order, in a fixed shuffle that each was trained on, and in a new one."""
    where = ("as it stands", "fixed shuffle, trained", "new shuffle")
    rows = (
        (
            "in order (GRU)",
            ACCENT,
            "circle",
            [found.of(o) for o in ("row by row", "shuffled, as trained", "shuffled anew")],
        ),
        ("all at once (dense)", CATEGORY[1], "square", [int(n) for n in found.dense]),
        ("bag of shades", CATEGORY[2], "diamond", [int(n) for n in found.bag]),
    )
    traces = []
    for name, colour, symbol, counts in rows:
        ends = [wilson(n, TESTED) for n in counts]
        traces.append({
            "type": "scatter", "mode": "markers", "name": name, "x": [100 * n / TESTED for n in counts], "y": where,
            "marker": {"color": colour, "size": 14, "symbol": symbol}, "hovertemplate": HOVER,
            "customdata": [f"{name}, {w}: {100 * n / TESTED:.1f} % correct, interval {100 * a:.1f} to {100 * b:.1f} %"
                           for w, n, (a, b) in zip(where, counts, ends, strict=True)],
        })  # fmt: skip
    drawn = layout(
        "Three kinds of model, 1,000 digits", key(traces), height=320,
        xaxis={"range": [0, 102], "fixedrange": True, "title": {"text": "correct (%)"}},
        yaxis={"fixedrange": True, "automargin": True, "autorange": "reversed", "title": {"text": "what reads"}},
    )  # fmt: skip
    alt = "; ".join(f"{name}: " + ", ".join(f"{n / 10:.1f} %" for n in counts) for name, _, _, counts in rows)
    table = [(w, *(counts[i] for _, _, _, counts in rows)) for i, w in enumerate(where)]
    return Picture({"data": traces, "layout": drawn}, f"Dots. {alt}, correct as the picture stands, in a fixed shuffle "
                   "and in a new one.", ("order", *(name for name, *_ in rows)), table)  # fmt: skip


def reach(found: LookBack, steps: int, shuffled: bool) -> Picture:
    """Draw how much of the uncertainty an item removes, from one step back to `steps`."""
    lags = list(range(1, steps + 1))
    how = "shuffled" if shuffled else "in order"
    shown = found.shuffled if shuffled else found.known
    traces: list[dict[str, Any]] = []
    for kind, (name, colour) in enumerate(zip(KINDS, OF_KIND, strict=True)):
        line = [100 * max(0.0, float(share)) for share in shown[kind, :steps]]
        said = [f"A {name} {n} steps back, {how}, removes {share:.1f} %" for n, share in zip(lags, line, strict=True)]
        if not shuffled:
            said = [f"{words}, ±{100 * wide:.1f}" for words, wide in zip(said, found.spread[kind, :steps], strict=True)]
        traces.append({
            "type": "scatter", "mode": "lines", "x": lags, "y": line, "line": {"color": colour, "width": 3},
            "customdata": said, "hovertemplate": HOVER, "name": name,
        })  # fmt: skip
        traces.append({
            "type": "scatter", "mode": "markers", "x": [steps], "y": [line[steps - 1]], "hoverinfo": "skip",
            "marker": {"color": colour, "size": 12}, "showlegend": False,
            "error_y": {"type": "data", "array": [0 if shuffled else 100 * float(found.spread[kind, steps - 1])], "color": TEXT},
        })  # fmt: skip
    drawn = layout(
        "Shuffled: what is told of a later one" if shuffled else "What an item tells of a later one",
        key(traces), height=340,
        margin={"l": 8, "r": 16, "t": 68, "b": 48},
        xaxis={"type": "log", "range": [-0.05, 2.62], "tickvals": [1, 2, 5, 10, 20, 50, 100, 200, 400], "fixedrange": True,
               "title": {"text": "steps back (1 to 400)"}},
        yaxis={"range": [-1, 56], "fixedrange": True, "title": {"text": "uncertainty removed (%)"}},
        shapes=[{"type": "line", "x0": steps, "x1": steps, "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
                 "line": {"color": MUTED, "width": 1.5, "dash": "dot"}}],
    )  # fmt: skip
    table = [
        (n, *(round(100 * float(part[kind, n - 1]), 2) for part in (found.known, found.shuffled) for kind in range(3)))
        for n in lags
    ]
    columns = ("steps back", *(f"{name}, {what} (%)" for what in ("in order", "shuffled") for name in KINDS))
    now = ", ".join(
        f"a {name} {percent(share)}" for name, share in zip(KINDS, found.shares(steps, shuffled), strict=True)
    )
    return Picture({"data": traces, "layout": drawn}, f"Three lines, {how}. {steps} steps back: {now}.", columns, table)


def pairs(found: LookBack, steps: int) -> Picture:
    """Draw for each kind the last item of its sequence, and the one so many steps before it, with their values."""
    texts = (
        (f"“{_letter(found.letters[-1 - steps])}”", f"“{_letter(found.letters[-1])}”"),
        tuple(f"{float(value):.1f} °C" for value in (found.days[-1 - steps], found.days[-1])),
        tuple(f"{float(value):.3f}".replace("-", "−") for value in (found.samples[-1 - steps], found.samples[-1])),
    )
    notes, shapes = [], []
    for row, (name, colour, (before, now)) in enumerate(zip(KINDS, OF_KIND, texts, strict=True)):
        y = 2.6 - row
        notes += [label(0, y, name, colour, xanchor="left"), arrow((4.7, y), (6.9, y), colour)]
        for left, text in ((2.2, before), (7.0, now)):
            shapes.append({**BOX, "x0": left, "x1": left + 2.4, "y0": y - 0.38, "y1": y + 0.38,
                           "line": {"color": colour, "width": 2}})  # fmt: skip
            notes.append(label(left + 1.2, y, plain(text)))
    notes += [
        label(3.4, 3.35, f"{steps} {'step' if steps == 1 else 'steps'} back", MUTED),
        label(8.2, 3.35, "the next?", MUTED),
    ]
    alt = (
        "Sketch: "
        + "; ".join(f"{name}: {a}, then {steps} steps on {b}" for name, (a, b) in zip(KINDS, texts, strict=True))
        + "."
    )
    return Picture(sketch(notes, shapes, (0.0, 10.0), (0.1, 3.7)), alt)


def _letter(letter: str) -> str:
    return "blank" if letter == " " else letter
