"""The pictures of the three jobs: drift over rounds, summaries and answers counted beside plain rules, and the machines."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.data.short_texts import QUESTIONS, TEXTS
from core.experiments.intervals import wilson
from core.experiments.seq2seq_tasks.results import ROUNDS, Counts, Drift, Rounds, Written, baseline, correct
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, ending, label, layout, plain, shorten, sketch, swatch

MEASURES = (
    ("kept", "the text’s key words kept"),
    ("copied", "words copied in a row"),
    ("new", "content words not in the text"),
)
RULE = CATEGORY[1]


def drift(found: Drift, chat: Drift, own: Rounds, at: int) -> Picture:
    """Draw the agreement with the original after each round up to `at` (from 1), for the fifty sentences and for one.

    `chat` are the fifty after one round with the chat model on the way there.
    """
    mean, ends = found.mean()
    x = list(range(at + 1))
    many, low, high = ([100.0, *map(float, part[:at])] for part in (mean, *ends))
    one = [100.0, *map(float, own.chrf[:at])]
    said = [
        f"after round {n}: “{plain(shorten(text, 90))}”" for n, text in enumerate((own.sentence, *own.english[:at]))
    ]
    line = {"type": "scatter", "mode": "lines+markers", "x": x, "hovertemplate": HOVER}
    traces = [
        {"type": "scatter", "mode": "lines", "x": [*x, *x[::-1]], "y": [*high, *low[::-1]], "fill": "toself", "opacity": 0.25,
         "line": {"width": 0, "color": RULE}, "fillcolor": RULE, "hoverinfo": "skip", "showlegend": False},
        {**line, "y": many, "name": "Marian, mean of 50 sentences", "line": {"color": RULE, "width": 3},
         "marker": {"size": 10}, "customdata": [f"after round {n}: {v:.1f}, between {a:.1f} and {b:.1f}"
                                                for n, v, a, b in zip(x, many, low, high, strict=True)]},
        {**line, "y": one, "name": "the sentence below", "line": {"color": ACCENT, "width": 2, "dash": "dot"},
         "marker": {"size": 9, "symbol": "diamond"}, "customdata": said},
    ]  # fmt: skip
    small, ends_small = float(chat.mean()[0][0]), chat.mean()[1][:, 0]
    traces.append({
        "type": "scatter", "mode": "markers", "x": [1], "y": [small], "name": "SmolLM2 there, Marian back",
        "marker": {"size": 15, "symbol": "square", "color": CATEGORY[2]}, "hovertemplate": HOVER,
        "error_y": {"type": "data", "array": [float(ends_small[1]) - small], "color": CATEGORY[2]},
        "customdata": [f"by SmolLM2, back by Marian: {small:.1f}, between {ends_small[0]:.1f} and {ends_small[1]:.1f}"],
    })  # fmt: skip
    spec = {
        "data": traces,
        "layout": layout(
            "Agreement with the original",
            f"{swatch(RULE)} Marian  {swatch(ACCENT)} one sentence  {swatch(CATEGORY[2])} SmolLM2",
            height=330, margin={"l": 8, "r": 16, "t": 66, "b": 48},
            xaxis={"title": {"text": "times there and back"}, "range": [-0.2, ROUNDS + 0.2], "dtick": 1, "fixedrange": True},
            yaxis={"title": {"text": "agreement (chrF, 0 to 100)"}, "range": [0, 104], "fixedrange": True},
            shapes=[{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": found.unrelated, "y1": found.unrelated,
                     "line": {"color": MUTED, "width": 2, "dash": "dash"}}],
            annotations=[label(ROUNDS, found.unrelated, f"two unrelated sentences: {found.unrelated:.0f}", xanchor="right",
                               yanchor="bottom")],
        ),
    }  # fmt: skip
    alt = (
        f"Lines over rounds: after {at} the fifty sentences agree with their originals to {many[-1]:.0f} of 100, "
        f"the sentence below to {one[-1]:.0f}, what SmolLM2 translated to {small:.0f}; unrelated ones to {found.unrelated:.0f}."
    )
    columns = ("round", "mean of 50 (chrF)", "lowest", "highest", "this sentence (chrF)", "Portuguese", "English")
    texts = list(zip(("", *own.portuguese), (own.sentence, *own.english), strict=True))[: at + 1]
    rows = [
        (n, *(round(v, 1) for v in values), *texts[n])
        for n, values in enumerate(zip(many, low, high, one, strict=True))
    ]
    return Picture(spec, alt, columns, rows)


def summaries(
    model: Sequence[Counts], longer: Sequence[Counts], rule: Sequence[Counts], own: Counts, name: str
) -> Picture:
    """Draw means over ten texts of what summaries copy, add and keep: the model's, as many first words, the first sentence.

    `own` is one summary, pointed at by a diamond; `name` says which.
    """
    kinds = (
        ("SmolLM2", model, ACCENT),
        ("rule: as many first words", longer, RULE),
        ("rule: first sentence", rule, MUTED),
    )
    names = [words for _, words in MEASURES]
    traces: list[dict[str, Any]] = []
    for kind, many, colour in kinds:
        values = np.array([[100 * getattr(one, key) for key, _ in MEASURES] for one in many])
        mean, reach = values.mean(0), 1.96 * values.std(0, ddof=1) / np.sqrt(len(values))
        ends = np.clip([mean - reach, mean + reach], 0, 100)
        traces.append({
            "type": "bar", "name": kind, "x": names, "y": mean.tolist(), "marker": {"color": colour},
            "error_y": {"type": "data", "array": (ends[1] - mean).tolist(), "arrayminus": (mean - ends[0]).tolist(),
                        "color": TEXT, "thickness": 1.5, "symmetric": False},
            "hovertemplate": HOVER,
            "customdata": [f"{kind}, {what}: {v:.1f} %, between {a:.1f} and {b:.1f} %"
                           for what, v, a, b in zip(names, mean, *ends, strict=True)],
        })  # fmt: skip
    mine = [100 * getattr(own, key) for key, _ in MEASURES]
    traces.append({
        "type": "scatter", "mode": "markers", "name": plain(name), "x": names, "y": mine, "hovertemplate": HOVER,
        "marker": {"symbol": "diamond", "size": 13, "color": CATEGORY[2], "line": {"color": TEXT, "width": 1}},
        "customdata": [f"{plain(name)}, {what}: {v:.1f} %" for what, v in zip(names, mine, strict=True)],
    })  # fmt: skip
    spec = {
        "data": traces,
        "layout": layout(
            "What a summary keeps, copies, adds",
            f"{swatch(ACCENT)} SmolLM2  {swatch(RULE)} first words  {swatch(MUTED)} 1st sentence  ◆ below",
            height=335, margin={"l": 8, "r": 16, "t": 66, "b": 40},
            xaxis={"fixedrange": True, "tickvals": names, "tickangle": 0,
                   "ticktext": ["key words<br>kept", "copied in<br>a row", "not in<br>the text"]},
            yaxis={"title": {"text": "per cent, mean of 10 texts"}, "range": [0, 104], "fixedrange": True},
        ),
    }  # fmt: skip
    first, second, third = (trace["y"] for trace in traces[:3])
    rows = [
        (what, *(round(v, 1) for v in values)) for what, *values in zip(names, first, second, third, mine, strict=True)
    ]
    alt = (
        f"Bars: SmolLM2’s summaries keep {first[0]:.0f} % of a text’s key words, as many first words {second[0]:.0f} %, "
        f"the first sentence {third[0]:.0f} %; {first[1]:.0f} % is copied and {first[2]:.0f} % of the content words are new."
    )
    columns = ("measure", "SmolLM2 (%)", "as many first words (%)", "first sentence (%)", f"{plain(name)} (%)")
    return Picture(spec, alt, columns, rows)


def answers(found: Sequence[Written], with_text: bool) -> Picture:
    """Draw how many of thirty answers are contained in what was written, and in the nearest sentence, with 95 % intervals."""
    name = f"SmolLM2<br>{'with' if with_text else 'without'} the text"
    pairs = ((name, correct(found), ACCENT), ("rule: the sentence<br>with most shared words", baseline(), RULE))
    shares = [
        (words, sum(right), len(right), *wilson(sum(right), len(right)), colour) for words, right, colour in pairs
    ]
    said = [words.replace("<br>", " ") for words, *_ in shares]
    trace = {
        "type": "bar", "orientation": "h", "y": [one[0] for one in shares], "x": [one[1] for one in shares], "width": 0.55,
        "marker": {"color": [one[5] for one in shares]}, "hovertemplate": HOVER, "showlegend": False,
        "error_x": {"type": "data", "array": [n * high - right for _, right, n, _, high, _ in shares], "color": TEXT,
                    "arrayminus": [right - n * low for _, right, n, low, _, _ in shares], "symmetric": False, "thickness": 1.5},
        "text": [f"{one[1]}" for one in shares], "textposition": "inside", "insidetextanchor": "start",
        "constraintext": "none", "textfont": {"size": 18, "color": GROUND},
        "customdata": [f"{words}: {right} of {n}, between {n * low:.1f} and {n * high:.1f} in 95 % of such counts"
                       for words, (_, right, n, low, high, _) in zip(said, shares, strict=True)],
    }  # fmt: skip
    total = len(QUESTIONS)
    spec = {
        "data": [trace],
        "layout": layout(
            f"Right answers to {total} questions", height=320, margin={"l": 8, "r": 16, "t": 44, "b": 48},
            xaxis={"title": {"text": "right, with 95 % interval"}, "range": [0, total], "fixedrange": True},
            yaxis={"autorange": "reversed", "fixedrange": True, "automargin": True, "tickvals": [one[0] for one in shares]},
        ),
    }  # fmt: skip
    rows = [
        (TEXTS[number].name, asked.question, asked.answer, one.text, "yes" if right else "no", "yes" if rule else "no")
        for (number, asked), one, right, rule in zip(QUESTIONS, found, pairs[0][1], pairs[1][1], strict=True)
    ]
    alt = f"Two bars of {total}: {said[0]} {shares[0][1]} answers are right, by the {said[1]} {shares[1][1]}."
    return Picture(
        spec, alt, ("text", "question", "answer", "SmolLM2 wrote", "contains it", "the rule’s sentence does"), rows
    )


def translators(marian: Drift, chat: Drift) -> Picture:
    """Draw the agreement of all fifty sentences after one round, translated there by Marian and by the chat model."""
    pairs = (("Marian there", marian.chrf[:, 0], RULE), ("SmolLM2 there", chat.chrf[:, 0], ACCENT))
    traces = [
        {"type": "box", "name": name, "x": values.round(1).tolist(), "boxpoints": "all", "jitter": 0.6, "pointpos": 0,
         "marker": {"color": colour, "size": 6}, "line": {"width": 1.5}, "showlegend": False,
         "hovertemplate": "a sentence: %{x} of 100<extra></extra>"}
        for name, values, colour in pairs
    ]  # fmt: skip
    spec = {
        "data": traces,
        "layout": layout(
            "To Portuguese by either, back by Marian", height=300,
            xaxis={"title": {"text": "agreement with the original (chrF)"}, "range": [0, 104], "fixedrange": True},
            yaxis={"automargin": True, "fixedrange": True, "tickvals": [name for name, *_ in pairs]},
        ),
    }  # fmt: skip
    means = [float(values.mean()) for _, values, _ in pairs]
    alt = (
        f"Fifty sentences agree with their originals to {means[0]:.0f} of 100 by Marian and {means[1]:.0f} by SmolLM2."
    )
    return Picture(spec, alt, ("by", "mean (chrF)"), [(pairs[n][0], round(means[n], 1)) for n in (0, 1)])


def mechanism(steps: Sequence[tuple[str, str]], machines: Sequence[str], lit: int, number: str) -> Picture:
    """Draw texts (what it is, as much of it as fits) and the machines between them; `lit` is the one that the control moves."""
    notes: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    for n, (what, text) in enumerate(steps):
        y, colour = 9.0 - 4.0 * n, ACCENT if n == lit else TEXT
        shapes.append({"type": "rect", "x0": 0, "x1": 10, "y0": y - 1.0, "y1": y + 0.9, "fillcolor": GROUND, "layer": "below",
                       "line": {"color": colour if n == lit else MUTED, "width": 2 if n == lit else 1}})  # fmt: skip
        room = 38 - len(what)
        shown = ending(text, room) if what == "answer" else shorten(text, room)  # an answer may begin with the question
        notes.append(label(0.15, y, f"<b>{plain(what)}</b> {plain(shown)}", colour, xanchor="left"))
    for n, machine in enumerate(machines):
        y = 9.0 - 4.0 * n
        notes += [
            arrow((1.2, y - 1.0), (1.2, y - 3.1), MUTED),
            label(1.6, y - 2.05, plain(machine), MUTED, xanchor="left"),
        ]
    notes.append(label(10, 9.0 - 4.0 * len(steps) + 1.9, f"<b>{plain(number)}</b>", ACCENT, xanchor="right"))
    alt = f"Sketch: {'; then '.join(f'{what} {text}' for what, text in steps)}; between them {' and '.join(machines)}; {number}."
    return Picture(sketch(notes, shapes, (-0.1, 10.1), (8.4 - 4.0 * len(steps) + 1.9, 10.0), height=170), alt)
