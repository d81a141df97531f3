"""Quality against the length of the sentence, remade after figure 2 of Bahdanau et al. 2014, and errors against a word's."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.assets.evaluation import Evaluation, Row, Sentences
from core.experiments.encoder_decoder.lengths import NAMES, group, half, measured
from core.figures.palette import ACCENT, CATEGORY, MUTED, SEQUENTIAL
from core.figures.picture import Picture
from core.figures.style import HOVER, key, layout
from core.training.evaluate_spelling import Errors

STYLES: dict[str, tuple[str, str, str]] = {
    "none_en_pt": (CATEGORY[1], "solid", "circle"),
    "additive_en_pt": (ACCENT, "dash", "square"),
    "dot_en_pt": (CATEGORY[2], "dot", "diamond"),
    "marian": (MUTED, "longdash", "triangle-up"),
}


def by_length(evaluation: Evaluation, kind: Sentences, words: int) -> Picture:
    """Draw BLEU against the words of a sentence, one line a model, with 95 % intervals; a ring where it fell to half.

    The group of lengths that `words` is in is shaded.
    """
    names = measured(evaluation, kind)
    traces: list[dict[str, Any]] = []
    table, said = [], []
    for name in names:
        rows = evaluation.models[name][kind]
        traces.append(
            _line(NAMES[name], STYLES[name], rows, [row.bleu for row in rows], [_sentence(name, r) for r in rows])
        )
        if (fallen := half(rows)) is not None:
            ring = {"size": 20, "symbol": "circle-open", "color": STYLES[name][0], "line": {"width": 2}}
            at = {"x": [middle(fallen)], "y": [fallen.bleu[0]], "showlegend": False, "hoverinfo": "skip"}
            traces.append({"type": "scatter", "mode": "markers", "marker": ring, **at})
        table += [(NAMES[name], f"{r.first} to {r.last}", r.sentences, *map(_interval, (r.bleu, r.chrf))) for r in rows]
        ends = " and ".join(f"{row.bleu[0]:.0f} at {row.words}" for row in (rows[0], rows[-1]))
        said.append(f"{NAMES[name]} {ends}")
    groups = evaluation.models[names[0]][kind]
    ticks = list(range(0, groups[-1].last + 1, 5))
    title, shade = "Translation quality by sentence length", [_shade(group(groups, words))]
    spec = _spec(traces, title, shade, "words in the sentence", ticks, "BLEU (100: the same text)")
    alt = f"Line chart of BLEU against the words of a sentence: {'; '.join(said)}."
    return Picture(spec, alt, ("model", "words", "sentences", "BLEU (95 % interval)", "chrF (95 % interval)"), table)


def errors(groups: Mapping[str, Sequence[Errors]], letters: int) -> Picture:
    """Draw the share of wrong phonemes against the letters of a word, one line a set of words; the word's own group shaded."""
    traces, table, said = [], [], []
    for (name, rows), style in zip(groups.items(), (STYLES["additive_en_pt"], STYLES["none_en_pt"]), strict=True):
        hover = [
            f"{name}, {row.letters} letters: {row.rate:.1f} % of the phonemes are wrong, {row.right:.0f} % of "
            f"{row.words:,} words have none wrong"
            for row in rows
        ]
        traces.append(_line(name, style, rows, [(row.rate, row.low, row.high) for row in rows], hover))
        table += [(name, f"{r.first} to {r.last}", r.words, round(r.rate, 2), round(r.right, 1)) for r in rows]
        ends = " and ".join(f"{row.rate:.0f} % at {row.letters} letters" for row in (rows[0], rows[-1]))
        said.append(f"{name} {ends}")
    longest = max(groups.values(), key=len)
    shade = [_shade(row) for row in longest if row.first <= letters <= row.last]
    ticks = list(range(0, longest[-1].last + 1, 2))
    title = "Wrong phonemes, by length of the word"
    spec = _spec(traces, title, shade, "letters in the word", ticks, "wrong phonemes (%)")
    alt = f"Line chart of the share of wrong phonemes against the letters of a word: {'; '.join(said)}."
    return Picture(spec, alt, ("words", "letters", "how many", "wrong phonemes (%)", "all right (%)"), table)


def middle(row: Row | Errors) -> float:
    """Return where a group of lengths stands on the axis."""
    return (row.first + row.last) / 2


def _interval(score: tuple[float, float, float]) -> str:
    return f"{score[0]:.1f} ({score[1]:.1f} to {score[2]:.1f})"


def _sentence(name: str, row: Row) -> str:
    return (
        f"{NAMES[name]}, {row.words} words: BLEU {row.bleu[0]:.1f}, 95 % between {row.bleu[1]:.1f} and {row.bleu[2]:.1f} "
        f"({row.sentences:,} sentences)"
    )


def _shade(row: Row | Errors) -> dict[str, Any]:
    ends = {"x0": row.first - 0.5, "x1": row.last + 0.5, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "rect", **ends, "fillcolor": SEQUENTIAL[1], "line": {"width": 0}, "layer": "below"}


def _spec(
    traces: list[dict[str, Any]], title: str, shapes: list[dict[str, Any]], x: str, ticks: list[int], y: str
) -> dict[str, Any]:
    still: dict[str, Any] = {"fixedrange": True, "tickfont": {"size": 15}}
    across = {"title": {"text": x}, "tickvals": ticks, "tickangle": 0, "showgrid": False, **still}
    up = {"title": {"text": y}, "rangemode": "tozero", "automargin": True, **still}
    return {
        "data": traces,
        "layout": layout(title, key(traces), height=340, shapes=shapes, xaxis=across, yaxis=up),
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
