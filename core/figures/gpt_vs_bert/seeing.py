"""How far every word's vector moved when one word was changed, in both models; and their attention maps."""

from typing import Any

import numpy as np

from core.experiments.gpt_vs_bert.results import UNMOVED, Moved
from core.figures.gpt_vs_bert.mechanism import BOTH, CAUSAL, NAMES
from core.figures.palette import MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, READ, layout, plain, shorten

UPPER, LOWER = (0.55, 1.0), (0.0, 0.45)
CLIPPED = 30  # per cent: the first word takes most of a causal model's attention, and would hide all else


def moved(causal: Moved, both: Moved) -> Picture:
    """Draw a bar for each word, the causal model above, the one that reads both sides below."""
    words, changed = causal.words, causal.changed
    names = [f"{n} {plain(shorten(word, 12))}" for n, word in enumerate(words, 1)]
    bars = []
    top = 1.25 * max(1.0, 100 * float(max(causal.shares.max(), both.shares.max())))
    for name, found, colour, axis in ((NAMES[0], causal, CAUSAL, "y"), (NAMES[1], both, BOTH, "y2")):
        shares = [100 * float(share) if share > UNMOVED else 0.0 for share in found.shares]
        hover = [
            f"{name.split(',')[0]}: the vector of {plain(word)} "
            + (f"moved by {share:.1f} % of its length" if share else "did not move")
            for word, share in zip(words, shares, strict=True)
        ]
        bars.append({
            "type": "bar", "x": names, "y": [round(share, 2) for share in shares], "yaxis": axis, "showlegend": False,
            "marker": {"color": [MUTED if n == changed else colour for n in range(len(words))]},
            "text": [f"{share:.0f}" for share in shares], "textposition": "outside", "cliponaxis": False,
            "textfont": {"size": READ, "color": TEXT}, "customdata": hover, "hovertemplate": HOVER,
        })  # fmt: skip
    word = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False, "x": 0}
    notes = [
        {**word, "y": at[1] + 0.01, "text": f"<b>{name}</b>", "font": {"size": READ, "color": colour}}
        for name, colour, at in ((NAMES[0], CAUSAL, UPPER), (NAMES[1], BOTH, LOWER))
    ]
    vertical = {"range": [0, top], "fixedrange": True, "nticks": 4, "showgrid": True, "title": {"text": "moved (%)"}}
    spec = {
        "data": bars,
        "layout": layout(
            "How far each word’s vector moves",
            height=344, bargap=0.35, showlegend=False, annotations=notes,
            margin={"l": 8, "r": 12, "t": 54, "b": 44},
            xaxis={"type": "category", "fixedrange": True, "showgrid": False, "title": {"text": "word of the sentence"},
                   "tickvals": names, "ticktext": [plain(shorten(w, 12)) for w in words], "range": [-0.6, len(words) - 0.4],
                   "anchor": "y2"},
            yaxis={**vertical, "domain": list(UPPER)}, yaxis2={**vertical, "domain": list(LOWER)},
        ),
    }  # fmt: skip
    (still, n), (stirred, _) = causal.before, both.before
    alt = (
        f"Two bar charts over {len(words)} words: with word {changed + 1} changed, {still} of {n} words before it move in the "
        f"causal model and {stirred} of {n} in the one that reads both sides."
    )
    rows = [
        (number, word, round(100 * float(one), 3), round(100 * float(two), 3))
        for number, (word, one, two) in enumerate(zip(words, causal.shares, both.shares, strict=True), 1)
    ]
    return Picture(spec, alt, ("position", "word", "moved in SmolLM2 (%)", "moved in MiniLM (%)"), rows)


def maps(causal: Moved, both: Moved) -> Picture:
    """Draw both attention maps: from each word (row) to each (column), mean over all layers and heads."""
    data = []
    titles = []
    for number, (name, found, colour) in enumerate(((NAMES[0], causal, CAUSAL), (NAMES[1], both, BOTH)), 1):
        labels = [f"{n} {plain(shorten(text, 12))}" for n, text in enumerate(found.labels, 1)]
        end = "" if number == 1 else str(number)
        data.append({
            "type": "heatmap", "z": np.round(100 * found.weights, 2).tolist(), "x": labels, "y": labels,
            "xaxis": f"x{end}", "yaxis": f"y{end}", "zmin": 0, "zmax": CLIPPED, "colorscale": scale(SEQUENTIAL),
            "showscale": False, "xgap": 1, "ygap": 1,
            "hovertemplate": "from %{y} to %{x}: %{z:.1f} % of its attention<extra></extra>",
        })  # fmt: skip
        titles.append({
            "xref": "paper", "yref": "paper", "x": 0 if number == 1 else 0.57, "y": 1.0, "xanchor": "left",
            "yanchor": "bottom", "showarrow": False, "text": f"<b>{name}</b>", "font": {"size": READ, "color": colour},
        })  # fmt: skip
    axis: dict[str, Any] = {"fixedrange": True, "showgrid": False, "tickmode": "array"}

    def ticks(found: Moved) -> dict[str, Any]:
        shown = [plain(shorten(text, 9)) for text in found.labels]
        values = [f"{n} {plain(shorten(text, 12))}" for n, text in enumerate(found.labels, 1)]
        return {**axis, "tickvals": values, "ticktext": shown}

    spec = {
        "data": data,
        "layout": layout(
            "Who attends to whom",
            f"mean of all heads; darkest: {CLIPPED} % and more", height=430, annotations=titles,
            showlegend=False, margin={"l": 8, "r": 12, "t": 96, "b": 80},
            xaxis={**ticks(causal), "domain": [0, 0.43], "tickangle": -60, "title": {"text": "attends to"}},
            xaxis2={**ticks(both), "domain": [0.57, 1], "tickangle": -60, "title": {"text": "attends to"}},
            yaxis={**ticks(causal), "autorange": "reversed", "title": {"text": "word that asks"}},
            yaxis2={**ticks(both), "autorange": "reversed", "anchor": "x2"},
        ),
    }  # fmt: skip
    above = [100 * float(np.triu(found.weights, 1).sum(1).mean()) for found in (causal, both)]
    alt = (
        f"Two heat maps of attention: {above[0]:.1f} % of the causal model's goes to words further on in the sentence, "
        f"{above[1]:.1f} % of the other's."
    )
    rows = [
        (name, source, target, round(100 * float(found.weights[i, j]), 2))
        for name, found in (("SmolLM2", causal), ("MiniLM", both))
        for i, source in enumerate(found.labels)
        for j, target in enumerate(found.labels)
    ]
    return Picture(spec, alt, ("model", "word that asks", "attends to", "attention (%)"), rows)
