"""Quality against the length of the sentence, remade after figure 2 of Bahdanau et al. 2014, and errors against a word's."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.experiments.encoder_decoder.lengths import NAMES, Evaluation, Metric, Row, Sentences, half
from core.experiments.encoder_decoder.words import Errors
from core.figures.palette import ACCENT, CATEGORY, MUTED
from core.figures.style import HOVER, Figure, layout

STYLES: dict[str, tuple[str, str, str]] = {
    "none_en_pt": (CATEGORY[1], "solid", "circle"),
    "additive_en_pt": (ACCENT, "dash", "square"),
    "dot_en_pt": (CATEGORY[2], "dot", "diamond"),
    "forwards_en_pt": (CATEGORY[1], "solid", "circle"),
    "backwards_en_pt": (ACCENT, "dash", "square"),
    "marian": (MUTED, "longdash", "triangle-up"),
}
UNITS: dict[Metric, str] = {"bleu": "BLEU (0 to 100)", "chrf": "chrF (0 to 100)"}
LEGEND = {"orientation": "h", "x": 0, "y": -0.22, "xanchor": "left", "yanchor": "top"}


def by_length(evaluation: Evaluation, names: Sequence[str], kind: Sentences, metric: Metric, title: str) -> Figure:
    """Return a score against the words of a sentence, one line a model, with 95 % intervals; a ring where it fell to half."""
    traces: list[dict[str, Any]] = []
    for name in names:
        rows = evaluation.models[name][kind]
        values = [row.of(metric) for row in rows]
        said = [_sentence(name, row, metric) for row in rows]
        traces.append(_line(NAMES[name], STYLES[name], rows, values, said))
        fallen = half(rows, metric)
        if fallen is not None:
            ring = {"size": 20, "symbol": "circle-open", "color": STYLES[name][0], "line": {"width": 2}}
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [middle(fallen)],
                    "y": [fallen.of(metric)[0]],
                    "marker": ring,
                    "showlegend": False,
                    "hoverinfo": "skip",
                }
            )
    rows = evaluation.models[names[0]][kind]
    return {
        "data": traces,
        "layout": layout(
            title,
            "whiskers: 95 % intervals; ring: half of its best or less",
            height=470,
            legend=LEGEND,
            xaxis={
                "title": {"text": "words in the sentence"},
                "tickvals": list(range(0, rows[-1].last + 1, 5)),
                "tickangle": 0,
                "showgrid": False,
                "fixedrange": True,
            },
            yaxis={"title": {"text": UNITS[metric]}, "rangemode": "tozero", "automargin": True, "fixedrange": True},
        ),
    }


def _line(
    name: str,
    style: tuple[str, str, str],
    rows: Sequence[Row | Errors],
    values: Sequence[tuple[float, float, float]],
    said: Sequence[str],
) -> dict[str, Any]:
    """Return a line with intervals: `values` are the height of each row and the ends of its interval."""
    colour, dash, symbol = style
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [middle(row) for row in rows],
        "y": [round(value, 2) for value, _, _ in values],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [round(max(high - value, 0), 2) for value, _, high in values],
            "arrayminus": [round(max(value - low, 0), 2) for value, low, _ in values],
            "color": colour,
            "thickness": 1.2,
            "width": 3,
        },
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "marker": {"size": 8, "symbol": symbol},
        "customdata": list(said),
        "hovertemplate": HOVER,
    }


def middle(row: Row | Errors) -> float:
    """Return where a group of lengths stands on the axis."""
    return (row.first + row.last) / 2


def _sentence(name: str, row: Row, metric: Metric) -> str:
    score, low, high = row.of(metric)
    return (
        f"{NAMES[name]}, {row.words} words: {UNITS[metric].split()[0]} {score:.1f}, 95 % between {low:.1f} and {high:.1f} "
        f"({row.sentences:,} sentences)"
    )


def describe_lengths(evaluation: Evaluation, names: Sequence[str], kind: Sentences, metric: Metric) -> str:
    """Return the lines in one sentence, from their numbers."""
    each = []
    for name in names:
        rows = evaluation.models[name][kind]
        each.append(
            f"{NAMES[name]} {rows[0].of(metric)[0]:.0f} at {rows[0].words} and {rows[-1].of(metric)[0]:.0f} at {rows[-1].words}"
        )
    return f"Line chart of {UNITS[metric].split()[0]} against the words of a sentence: {'; '.join(each)}."


def errors(groups: Mapping[str, Sequence[Errors]]) -> Figure:
    """Return the share of wrong phonemes against the letters of a word, one line a set of words."""
    traces = []
    looks = ((ACCENT, "solid", "circle"), (CATEGORY[1], "dash", "square"), (MUTED, "dot", "diamond"))
    for (name, rows), style in zip(groups.items(), looks, strict=False):
        said = [
            f"{name}, {row.letters} letters: {row.rate:.1f} % of the phonemes are wrong, {row.right:.0f} % of "
            f"{row.words:,} words have none wrong"
            for row in rows
        ]
        traces.append(_line(name, style, rows, [(row.rate, row.low, row.high) for row in rows], said))
    longest = max(groups.values(), key=len)
    return {
        "data": traces,
        "layout": layout(
            "Wrong phonemes, by length of the word",
            "whiskers: 95 % intervals",
            height=400,
            legend=LEGEND,
            xaxis={
                "title": {"text": "letters in the word"},
                "tickvals": list(range(0, longest[-1].last + 1, 2)),
                "tickangle": 0,
                "showgrid": False,
                "fixedrange": True,
            },
            yaxis={
                "title": {"text": "wrong phonemes (%)"},
                "rangemode": "tozero",
                "automargin": True,
                "fixedrange": True,
            },
        ),
    }


def describe_errors(groups: Mapping[str, Sequence[Errors]]) -> str:
    """Return the lines in one sentence, from their numbers."""
    each = [
        f"{name} {rows[0].rate:.0f} % at {rows[0].letters} letters and {rows[-1].rate:.0f} % at {rows[-1].letters}"
        for name, rows in groups.items()
    ]
    return f"Line chart of the share of wrong phonemes against the letters of a word: {'; '.join(each)}."
