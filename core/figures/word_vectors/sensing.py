"""Words of two senses: where their vectors lean in each sentence, and after which layer."""

import numpy as np

from core.data.senses import PAIRS
from core.experiments.intervals import wilson
from core.experiments.word_vectors.results import SensesRead, Study
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, label, layout, percent, plain, shorten, swatch

OTHER = CATEGORY[1]


def senses(study: Study, chosen: SensesRead) -> Picture:
    """Draw each word by how far its vector leans to the first sense in its two sentences; one word is named."""
    encoder, glove = study.leans[-1], study.glove
    words = [pair.word for pair in PAIRS]
    own = chosen.word not in words
    traces = []
    for name, x, y, colour, symbol in (
        ("GloVe: one vector a word", glove, glove, OTHER, "square-open"),
        ("MiniLM: one for each sentence", encoder[:, 0], encoder[:, 1], ACCENT, "circle"),
    ):
        traces.append({
            "type": "scatter", "mode": "markers", "name": name, "x": x.tolist(), "y": y.tolist(), "hovertemplate": HOVER,
            "marker": {"color": colour, "size": 9, "symbol": symbol}, "opacity": 0.75,
            "customdata": [
                f"{name.partition(':')[0]}, {pair.word}: leans {a:+.2f} to “{pair.cues[0]}” in its first sentence, {b:+.2f} "
                "in its second" for pair, a, b in zip(PAIRS, x.tolist(), y.tolist(), strict=True)
            ],
        })  # fmt: skip
    marks = [(*chosen.leans, ACCENT, "MiniLM")]
    if chosen.glove is not None:
        marks.append((chosen.glove, chosen.glove, OTHER, "GloVe"))
    most = 1.12 * float(
        np.max(np.abs([*encoder.ravel(), *glove, *(mark[0] for mark in marks), *(mark[1] for mark in marks)]))
    )
    notes = [
        label(x, y, f"<b>{plain(shorten(chosen.word, 12))}</b>, {who}", colour, bgcolor=GROUND, showarrow=True, arrowhead=0,
              arrowcolor=colour, ax=-34 if x > 0 else 34, ay=30 if who == "MiniLM" else -30)
        for x, y, colour, who in marks
    ]  # fmt: skip
    rings = {
        "type": "scatter", "mode": "markers", "x": [mark[0] for mark in marks], "y": [mark[1] for mark in marks],
        "showlegend": False,
        "marker": {"color": [mark[2] for mark in marks], "size": 15, "line": {"color": TEXT, "width": 2}}, "hoverinfo": "skip",
    }  # fmt: skip
    below = {"type": "path", "path": f"M {-most} {-most} L {most} {most} L {most} {-most} Z", "line": {"width": 0},
             "fillcolor": ACCENT, "opacity": 0.12, "layer": "below"}  # fmt: skip
    line = {
        "type": "line",
        "x0": -most,
        "y0": -most,
        "x1": most,
        "y1": most,
        "line": {"color": MUTED, "width": 1.5, "dash": "dot"},
    }
    axis = {"range": [-most, most], "fixedrange": True, "zeroline": True, "zerolinecolor": MUTED, "nticks": 5}
    drawn = layout(
        f"{len(words)} words, each in two sentences",
        f"{swatch(OTHER)} GloVe: one vector  {swatch(ACCENT)} MiniLM: two", showlegend=False,
        height=350, margin={"l": 8, "r": 12, "t": 66, "b": 48},
        shapes=[below, line], annotations=[
            *notes, label(0.97 * most, -0.93 * most, "shaded: moved the right way", ACCENT, xanchor="right"),
            label(-0.97 * most, 0.85 * most, "dotted: the sentence<br>changes nothing", TEXT, xanchor="left", align="left"),
        ],
        xaxis={**axis, "title": {"text": "sentence 1: nearer to sense 1 →"}},
        yaxis={**axis, "title": {"text": "sentence 2: to sense 1 →"}},
    )  # fmt: skip
    yours = f" Yours, {chosen.word}, leans {chosen.leans[0]:+.2f} and {chosen.leans[1]:+.2f}." if own else ""
    alt = (
        f"Scatter of {len(words)} words: GloVe's lie on the diagonal, the same in both sentences; MiniLM's lie below it, towards "
        f"the sense that is meant, for {moved(study)}.{yours}"
    )
    alt = alt.replace(".. ", ". ") if own else alt
    columns = ("word", "sense 1", "sense 2", "MiniLM, sentence 1", "MiniLM, sentence 2", "GloVe, both")
    rows = [
        (pair.word, *pair.cues, round(float(a), 3), round(float(b), 3), round(float(g), 3))
        for pair, (a, b), g in zip(PAIRS, encoder, glove, strict=True)
    ]
    return Picture({"data": [*traces, rings], "layout": drawn}, alt, columns, rows)


def moved(study: Study) -> int:
    """Return for how many words the encoder leans more to the first sense in the first sentence."""
    return int((study.leans[-1, :, 0] > study.leans[-1, :, 1]).sum())


def layers(study: Study) -> Picture:
    """Draw in how many sentences the vector is nearer to the right sense, before the first layer and after each."""
    counts = [study.right(layer) for layer in range(len(study.leans))]
    shares = [100 * count / study.asked for count in counts]
    ends = [tuple(100 * end for end in wilson(count, study.asked)) for count in counts]
    at = list(range(len(counts)))
    line = {
        "type": "scatter", "mode": "lines+markers", "name": "MiniLM", "x": at, "y": shares, "hovertemplate": HOVER,
        "line": {"color": ACCENT, "width": 3}, "marker": {"size": 10},
        "error_y": {"type": "data", "symmetric": False, "array": [high - s for s, (_, high) in zip(shares, ends, strict=True)],
                    "arrayminus": [s - low for s, (low, _) in zip(shares, ends, strict=True)], "color": ACCENT, "thickness": 1},
        "customdata": [f"after {n} layers {c} of {study.asked} sentences are nearer to the sense that is meant" for n, c in
                       enumerate(counts)],
    }  # fmt: skip
    fixed = 100 * study.glove_right / study.asked
    glove = {
        "type": "scatter", "mode": "lines", "name": "GloVe: one vector", "x": at, "y": [fixed] * len(at), "hoverinfo": "skip",
        "line": {"color": OTHER, "width": 3, "dash": "dash"},
    }  # fmt: skip
    drawn = layout(
        "Nearer to the sense that is meant", height=340, margin={"l": 8, "r": 16, "t": 74, "b": 46},
        xaxis={"title": {"text": "layers of MiniLM that have read the sentence"}, "dtick": 1, "fixedrange": True},
        yaxis={"title": {"text": f"of {study.asked} sentences (%)"}, "range": [30, 100], "fixedrange": True},
    )  # fmt: skip
    alt = (
        f"Line by layer: from {percent(shares[0] / 100)} of {study.asked} sentences before the first layer to "
        f"{percent(shares[-1] / 100)} after the last; GloVe has {percent(fixed / 100)}."
    )
    columns = ("layer", "right", "right (%)", "from (%)", "to (%)", "mean cosine of the two vectors")
    rows = [
        (
            n,
            counts[n],
            round(shares[n], 1),
            round(ends[n][0], 1),
            round(ends[n][1], 1),
            round(float(study.alike[n].mean()), 3),
        )
        for n in at
    ]
    return Picture({"data": [line, glove], "layout": drawn}, alt, columns, rows)
