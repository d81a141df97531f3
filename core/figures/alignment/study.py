"""Over many sentences: how often looked at is mattered, and how the loss grows with the weight."""

from collections.abc import Mapping

import numpy as np

from core.experiments.alignment import MODELS
from core.experiments.alignment.study import Bin, Share, Study, curve
from core.figures.palette import CATEGORY, MUTED, SEQUENTIAL
from core.figures.style import HOVER, Figure, layout, percent

NAMES = {
    "looked": "the word it looked at most",
    "diagonal": "the word at the same place",
    "chance": "a word drawn by lot",
}
COLOURS = {"looked": CATEGORY[0], "diagonal": CATEGORY[1], "chance": MUTED}
SYMBOLS = {"looked": "circle", "diagonal": "diamond", "chance": "square"}
DRAWN, LEAST = 1500, 0.01  # dots of the scatter at most; weights under this one are not drawn as dots


def shares(found: Mapping[str, Mapping[str, Share]], chosen: str) -> Figure:
    """Return how often three guesses name the word that mattered most, a row a model, with 95 % intervals."""
    labels = {model: MODELS[model].label for model in found}
    traces = []
    for guess, words in NAMES.items():
        values = [found[model][guess] for model in found]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words,
                "x": [100 * each.value for each in values],
                "y": [f"<b>{label}</b>" if model == chosen else label for model, label in labels.items()],
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [100 * (each.high - each.value) for each in values],
                    "arrayminus": [100 * (each.value - each.low) for each in values],
                    "thickness": 1.5,
                },
                "marker": {"color": COLOURS[guess], "symbol": SYMBOLS[guess], "size": 11},
                "customdata": [
                    f"{label}: {words} mattered most in {percent(each.value)} of words, 95 % interval {percent(each.low)} to "
                    f"{percent(each.high)}"
                    for label, each in zip(labels.values(), values, strict=True)
                ],
                "hovertemplate": HOVER,
            }
        )
    return {
        "data": traces,
        "layout": layout(
            "Was it the word that mattered most?",
            height=210 + 44 * len(labels),
            margin={"l": 8, "r": 16, "t": 44, "b": 110},
            legend={
                "orientation": "h",
                "x": 0,
                "y": -0.62 if len(labels) < 3 else -0.42,
                "xanchor": "left",
                "yanchor": "top",
            },
            xaxis={"title": {"text": "share of target words (%)"}, "range": [0, 100], "fixedrange": True},
            yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True, "type": "category"},
        ),
    }


def describe_shares(found: Mapping[str, Mapping[str, Share]]) -> str:
    """Return the picture in one sentence, from its numbers."""
    each = "; ".join(
        f"{MODELS[model].label} {percent(row['looked'].value)}, by place {percent(row['diagonal'].value)}, by lot "
        f"{percent(row['chance'].value)}"
        for model, row in found.items()
    )
    return f"Dots with intervals, how often the guess was the word that mattered most: {each}."


def weight_curve(study: Study, *, seed: int = 0) -> Figure:
    """Return the mean loss by the weight between a target and a source word, over dots for single pairs.

    seed: which of very many pairs are drawn. The axis ends where 199 of 200 of them lie below.
    """
    bins = curve(study)
    able = np.flatnonzero(study.pair_weights >= LEAST)
    drawn = np.sort(np.random.default_rng(seed).permutation(able)[:DRAWN])
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": f"{len(drawn):,} of {len(study.pair_weights):,} pairs of words",
        "x": np.round(100 * study.pair_weights[drawn], 1).tolist(),
        "y": np.round(study.pair_costs[drawn], 2).tolist(),
        "marker": {"color": SEQUENTIAL[4], "size": 4, "opacity": 0.55},
        "hovertemplate": "a pair with %{x:.0f} % of the attention: hiding costs %{y:.2f} nats<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "mean of the pairs, with its 95 % interval",
        "x": [100 * each.weight for each in bins],
        "y": [each.cost.value for each in bins],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [each.cost.high - each.cost.value for each in bins],
            "arrayminus": [each.cost.value - each.cost.low for each in bins],
            "thickness": 1.5,
        },
        "line": {"color": CATEGORY[1], "width": 2.5},
        "customdata": [_said(each) for each in bins],
        "hovertemplate": HOVER,
    }
    top = max(float(np.quantile(study.pair_costs[drawn], 0.995)), *(each.cost.high for each in bins), 1.0)
    above = int((study.pair_costs[drawn] > top).sum())
    low = min(0.0, float(np.quantile(study.pair_costs[drawn], 0.005)))
    return {
        "data": [dots, line],
        "layout": layout(
            f"More attention, more loss? {MODELS[study.model].label}",
            f"a dot is a pair of words; {above} lie above the picture" if above else "a dot is a pair of words",
            height=420,
            margin={"l": 8, "r": 16, "t": 68, "b": 110},
            legend={"orientation": "h", "x": 0, "y": -0.2, "xanchor": "left", "yanchor": "top"},
            xaxis={"title": {"text": "weight between two words (%)"}, "range": [-2, 102], "fixedrange": True},
            yaxis={
                "title": {"text": "loss when it is hidden (nats)"},
                "range": [1.1 * low - 0.02 * top, 1.05 * top],
                "automargin": True,
                "fixedrange": True,
            },
        ),
    }


def _said(each: Bin) -> str:
    return (
        f"{each.pairs:,} pairs with {100 * each.low:.0f} to {100 * each.high:.0f} % of the attention: hiding costs "
        f"{each.cost.value:.2f} nats on average"
    )


def describe_weights(study: Study) -> str:
    """Return the curve in one sentence, from its numbers."""
    bins = curve(study)
    return (
        f"Scatter chart with a line of means: hiding a word with {100 * bins[0].low:.0f} to {100 * bins[0].high:.0f} % of the "
        f"attention costs {bins[0].cost.value:.2f} nats on average, one with {100 * bins[-1].low:.0f} to "
        f"{100 * bins[-1].high:.0f} % costs {bins[-1].cost.value:.2f}."
    )
