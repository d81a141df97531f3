"""The pictures of the lesson on recurrence and attention: a race, the time that reading takes, and a sentence that is moved."""

import itertools
from typing import Any

import numpy as np

from core.data.toy import TaskName
from core.experiments.recurrence_vs_attention.results import (
    ARCHITECTURES,
    NAMES,
    READERS,
    RECURRENT,
    SHIFTS,
    TIMED,
    Moved,
    Race,
    Sentence,
    Timing,
    example,
    waits,
)
from core.figures import style
from core.figures.palette import CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, label, layout, percent, plain, shorten, swatch

IN_TURN, AT_ONCE, MIXED = CATEGORY[1], CATEGORY[0], CATEGORY[2]
COLOURS = dict.fromkeys(RECURRENT, IN_TURN) | {
    "lstm_attention": MIXED, "transformer": AT_ONCE, "attention": AT_ONCE, "dense": MUTED,
}  # fmt: skip
DASHES = {"rnn": "dot", "gru": "dash"}
ENDS = 4  # steps at either end of a sequence that a sketch shows
TITLES = {
    "recall": "The first symbol recalled",
    "copy": "Symbols copied",
    "add": "Two numbers added",
    "parity": "Odd or even",
}


def race(found: Race, seconds: float) -> Picture:
    """Draw the share of correct answers of every architecture after so many seconds of training."""
    order = found.ranked(seconds)
    means = [float(found.at(name, seconds).mean()) for name in order]
    names = [f"{NAMES[name]}, <b>{100 * mean:.0f} %</b>" for name, mean in zip(order, means, strict=True)]
    bars = {
        "type": "bar", "orientation": "h", "x": [100 * mean for mean in means], "y": names, "showlegend": False,
        "marker": {"color": [COLOURS[name] for name in order], "opacity": 0.85}, "hovertemplate": HOVER,
        "customdata": [f"{NAMES[name]}: {percent(mean)} correct on average" for name, mean in zip(order, means, strict=True)],
    }  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "showlegend": False, "hovertemplate": HOVER,
        "x": [100 * float(share) for name in order for share in found.at(name, seconds)],
        "y": [each for name, each in zip(order, names, strict=True) for _ in found.at(name, seconds)],
        "marker": {"color": GROUND, "size": 9, "line": {"color": TEXT, "width": 1.5}},
        "customdata": [f"{NAMES[name]}, run {n}: {percent(float(share))} correct" for name in order
                       for n, share in enumerate(found.at(name, seconds), 1)],
    }  # fmt: skip
    guess = 100 * found.guessing
    line = {
        "type": "line",
        "x0": guess,
        "x1": guess,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": TEXT, "dash": "dot"},
    }
    word = label(guess, 1.0, f"guessing, {guess:.3g} %", size=15, yref="paper", yanchor="bottom", xanchor="left")
    spec = {
        "data": [bars, dots],
        "layout": layout(
            f"{TITLES[found.task]}, after {seconds:g} s",
            "bars: the mean of three runs, the circles" if found.shares.shape[1] > 1 else "one run each",
            height=330,
            shapes=[line],
            annotations=[word],
            margin={"l": 8, "r": 16, "t": 84, "b": 44},
            xaxis={"title": {"text": "correct (%)"}, "range": [0, 104], "fixedrange": True},
            yaxis={
                "autorange": "reversed",
                "fixedrange": True,
                "automargin": True,
                "ticksuffix": "  ",
                "tickmode": "array",
                "tickvals": names,
                "ticktext": names,
            },
        ),
    }
    alt = f"Bars of correct answers after {seconds:g} seconds of training: " + ", ".join(
        f"{NAMES[name]} {percent(mean)}" for name, mean in zip(order, means, strict=True)
    ) + f"; guessing gives {percent(found.guessing)}."  # fmt: skip
    rows = [
        (NAMES[name], *(round(100 * float(share), 1) for share in found.at(name, seconds)),
         found.parameters[ARCHITECTURES.index(name)], found.rates[ARCHITECTURES.index(name)],
         int(found.steps[ARCHITECTURES.index(name)].mean()))
        for name in order
    ]  # fmt: skip
    runs = tuple(f"run {n + 1} (%)" for n in range(found.shares.shape[1]))
    return Picture(spec, alt, ("network", *runs, "parameters", "step size", "training steps"), rows)


def course(found: Race) -> Picture:
    """Draw how every architecture came there: the share over the seconds, the mean of the runs and their spread."""
    traces: list[dict[str, Any]] = []
    for name in ARCHITECTURES:
        runs = 100 * found.of(name)
        traces.append({
            "type": "scatter", "mode": "lines", "name": NAMES[name], "x": found.seconds.tolist(),
            "y": runs.mean(0).round(2).tolist(), "hovertemplate": HOVER,
            "line": {"color": COLOURS[name], "width": 2.5, "dash": DASHES.get(name, "solid")},
            "customdata": [f"{NAMES[name]} after {s:g} s: {m:.0f} %, runs from {low:.0f} to {high:.0f} %" for s, m, low, high
                           in zip(found.seconds, runs.mean(0), runs.min(0), runs.max(0), strict=True)],
        })  # fmt: skip
    spec = {
        "data": traces,
        "layout": layout(
            "On the way there",
            height=400,
            margin={"l": 8, "r": 16, "t": 56, "b": 130},
            legend={"orientation": "h", "x": 0, "y": -0.22, "yanchor": "top", "font": {"size": 15}},
            xaxis={"title": {"text": "seconds of training"}, "fixedrange": True},
            yaxis={"title": {"text": "correct answers (%)"}, "range": [0, 102], "fixedrange": True},
        ),
    }
    alt = "Lines of correct answers over seconds of training: " + ", ".join(
        f"{NAMES[name]} ends at {percent(found.end(name))}" for name in ARCHITECTURES
    ) + "."  # fmt: skip
    columns = ("seconds", *(f"{NAMES[name]} (%)" for name in ARCHITECTURES))
    rows = [
        (round(float(s), 2), *(round(100 * float(found.of(name)[:, n].mean()), 1) for name in ARCHITECTURES))
        for n, s in enumerate(found.seconds)
    ]
    return Picture(spec, alt, columns, rows)


ASKED = {
    "recall": "which came first?",
    "copy": "say it again",
    "add": "sum of the bold ones?",
    "parity": "ones so far?",
}


def question(name: TaskName, length: int) -> Picture:
    """Sketch one question of a task: in turn every step is passed, attention goes to what it needs at once."""
    shown = example(name, length)
    steps, needed = _in_sight(name, shown.steps)
    stands = np.linspace(4, 92, len(steps))
    words = [label(float(x), 5, step, size=16) for x, step in zip(stands, steps, strict=True)]
    chain = [arrow((float(a) + 2.2, 5), (float(b) - 2.2, 5), IN_TURN, 1.5) for a, b in itertools.pairwise(stands)]
    end = float(stands[-1])
    paths = [
        {"type": "path", "path": f"M {end} 6 C {end} 9, {stands[n]} 9, {stands[n]} 6.2",
         "line": {"color": AT_ONCE, "width": 2}} for n in needed
    ]  # fmt: skip
    answer = shorten(shown.answer, 9)
    texts = [
        label(
            0, 9.4, f"attention: {'to all at once' if name == 'parity' else 'straight to it'}", AT_ONCE, xanchor="left"
        ),
        label(100, 2.8, f"{ASKED[name]} <b>{answer}</b>", xanchor="right"),
        label(0, 0.8, f"recurrent: {length - 1} steps in turn", IN_TURN, xanchor="left"),
    ]
    alt = (
        f"Sketch of a question of {length} steps whose answer is {answer}: a recurrent network passes all steps in turn, "
        f"attention goes to {'all of them' if name == 'parity' else 'those that matter'} at once."
    )
    return Picture(style.sketch([*words, *chain, *texts], paths, (0, 100), (0, 10)), alt)


def _in_sight(name: TaskName, steps: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the steps that a sketch has room for, and which of them its last answer depends on."""
    middle = len(steps) // 2
    if name == "copy":  # the last question asks for the last symbol
        return (*steps[:2], "…", *steps[middle - 2 : middle], "?", "…", "?"), (4,)
    if name == "add":
        one, other = (step for step in steps if step.startswith("<b>"))
        return (steps[0], one, "…", other, "…", steps[-1]), (1, 3)
    return (*steps[:ENDS], "…", *steps[-ENDS:]), (0,) if name == "recall" else (
        *range(ENDS),
        *range(ENDS + 1, 2 * ENDS),
    )


def time(found: Timing, length: int) -> Picture:
    """Draw the time of one pass forward and backward over the length of the sequence."""
    traces = [
        {
            "type": "scatter", "mode": "lines+markers", "name": NAMES[name], "x": found.lengths.tolist(),
            "y": (1000 * found.seconds[row]).tolist(), "hovertemplate": HOVER, "marker": {"size": 7},
            "line": {"color": COLOURS[name], "width": 2.5, "dash": DASHES.get(name, "solid")},
            "customdata": [f"{NAMES[name]}, {n:,} tokens: {1000 * s:,.3g} ms" for n, s in
                           zip(found.lengths, found.seconds[row], strict=True)],
        }
        for row, name in enumerate(TIMED)
    ]  # fmt: skip
    line = {
        "type": "line",
        "x0": length,
        "x1": length,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": TEXT, "dash": "dot"},
    }
    spec = {
        "data": traces,
        "layout": layout(
            "Time to learn from one sequence",
            f"{swatch(IN_TURN)} LSTM, RNN (dotted)  {swatch(AT_ONCE)} attention  {swatch(MUTED)} dense",
            showlegend=False,
            height=360,
            shapes=[line],
            xaxis={"title": {"text": "tokens in the sequence"}, "type": "log", "fixedrange": True,
                   "tickvals": [16, 128, 1024, 8192], "ticktext": ["16", "128", "1,024", "8,192"]},
            yaxis={"title": {"text": "time (ms)"}, "type": "log", "fixedrange": True,
                   "tickvals": [0.1, 1, 10, 100, 1000, 10000], "ticktext": ["0.1", "1", "10", "100", "1,000", "10,000"]},
        ),
    }  # fmt: skip
    alt = f"Lines of the time of one pass forward and backward; at {length:,} tokens: " + ", ".join(
        f"{NAMES[name]} {1000 * found.of(name, length):,.3g} ms" for name in TIMED
    ) + "."  # fmt: skip
    columns = ("tokens", *(f"{NAMES[name]} ({what})" for what in ("ms", "kB kept") for name in TIMED))
    rows = [
        (
            int(n),
            *(float(f"{1000 * s:.4g}") for s in found.seconds[:, column]),
            *(int(m) // 1000 for m in found.memory[:, column]),
        )
        for column, n in enumerate(found.lengths)
    ]
    return Picture(spec, alt, columns, rows)


def waiting(found: Timing, length: int) -> Picture:
    """Sketch who waits for whom: a chain of steps, and all steps side by side."""
    stands = np.linspace(6, 92, 6)
    names = ["1", "2", "3", "…", f"{length - 1:,}", f"{length:,}"]
    words = [label(float(x), y, name, size=14) for y in (7.4, 2.9) for x, name in zip(stands, names, strict=True)]
    chain = [arrow((float(a) + 4.5, 7.4), (float(b) - 5.5, 7.4), IN_TURN, 2) for a, b in itertools.pairwise(stands)]
    fan = [arrow((float(x), 1.3), (float(x), 2.2), AT_ONCE, 2) for x in stands]
    texts = [
        label(0, 9.4, f"LSTM: {waits('lstm', length):,} steps, each waits for the last", IN_TURN, xanchor="left"),
        label(0, 4.9, "attention: one step, every token at once", AT_ONCE, xanchor="left"),
        label(100, 6.0, f"{1000 * found.of('lstm', length):,.3g} ms", IN_TURN, xanchor="right"),
        label(100, 0.6, f"{1000 * found.of('attention', length):,.3g} ms", AT_ONCE, xanchor="right"),
    ]
    alt = (
        f"Sketch: an LSTM takes {length:,} steps in turn, {1000 * found.of('lstm', length):,.3g} ms; attention reads all tokens "
        f"at once, {1000 * found.of('attention', length):,.3g} ms."
    )
    return Picture(style.sketch([*words, *chain, *fan, *texts], [], (0, 100), (0, 10)), alt)


def memory(found: Timing) -> Picture:
    """Draw what is kept in memory for the way back, over the length of the sequence."""
    chosen = [(name, found.memory[TIMED.index(name)] / 1e6) for name in ("rnn", "lstm", "attention")]
    return _over_lengths(found, "Memory kept to learn from it", "memory (MB)", "MB", chosen)


def parameters(found: Timing) -> Picture:
    """Draw how many parameters a layer needs to read so many tokens."""
    chosen = [(name, found.parameters[TIMED.index(name)] / 1e6) for name in ("dense", "lstm", "attention")]
    return _over_lengths(found, "Parameters to read so many tokens", "million parameters", "million parameters", chosen)


def _over_lengths(found: Timing, title: str, axis: str, unit: str, chosen: list[tuple[str, np.ndarray]]) -> Picture:
    traces = [
        {
            "type": "scatter", "mode": "lines+markers", "name": NAMES[name], "x": found.lengths.tolist(), "y": values.tolist(),
            "line": {"color": COLOURS[name], "width": 2.5, "dash": DASHES.get(name, "solid")}, "hovertemplate": HOVER,
            "customdata": [f"{NAMES[name]}, {n:,} tokens: {value:,.3g} {unit}"
                           for n, value in zip(found.lengths, values, strict=True)],
        }
        for name, values in chosen
    ]  # fmt: skip
    spec = {
        "data": traces,
        "layout": layout(
            title,
            height=320,
            xaxis={"title": {"text": "tokens in the sequence"}, "fixedrange": True, "tickformat": ","},
            yaxis={"title": {"text": axis}, "fixedrange": True},
        ),
    }
    alt = f"Lines over the length of a sequence, {axis}; at {int(found.lengths[-1]):,} tokens: " + ", ".join(
        f"{NAMES[name]} {values[-1]:,.3g}" for name, values in chosen
    ) + "."  # fmt: skip
    rows = [(int(n), *(float(f"{values[k]:.4g}") for _, values in chosen)) for k, n in enumerate(found.lengths)]
    return Picture(spec, alt, ("tokens", *(f"{NAMES[name]}, {axis}" for name, _ in chosen)), rows)


def moved(found: Moved, shift: int) -> Picture:
    """Draw how many verdicts on held-out reviews are other ones when the review begins later."""
    shifts = list(range(SHIFTS + 1))
    traces = [
        {
            "type": "scatter", "mode": "lines+markers", "name": NAMES[name], "x": shifts,
            "y": [100 * found.share(name, n) for n in shifts], "hovertemplate": HOVER,
            "line": {"color": COLOURS[name], "width": 3}, "marker": {"size": [14 if n == shift else 7 for n in shifts]},
            "customdata": [f"{NAMES[name]}, moved by {n}: {percent(found.share(name, n))} of the verdicts are other ones"
                           for n in shifts],
        }
        for name in READERS
    ]  # fmt: skip
    spec = {
        "data": traces,
        "layout": layout(
            "Verdicts that change with the move",
            height=340,
            xaxis={"title": {"text": "empty positions before the review"}, "dtick": 1, "fixedrange": True},
            yaxis={
                "title": {"text": "changed (%)"},
                "range": [-2, 110 * int(found.changed.max()) / found.reviews],
                "fixedrange": True,
            },
        ),
    }
    alt = (
        f"Lines of changed verdicts: moved by {shift}, the dense network changes {percent(found.share('dense', shift))} of "
        f"{found.reviews:,}, the LSTM {percent(found.share('lstm', shift))}."
    )
    columns = ("moved by", *(f"{NAMES[name]} ({what})" for what in ("changed, %", "correct, %") for name in READERS))
    rows = [
        (n, *(round(100 * found.share(name, n), 2) for name in READERS),
         *(round(100 * int(found.correct[k, n]) / found.reviews, 2) for k in range(len(READERS))))
        for n in shifts
    ]  # fmt: skip
    return Picture(spec, alt, columns, rows)


def slots(found: Sentence, shift: int) -> Picture:
    """Sketch the sentence in the dense network's positions, each with weights of its own, and both verdicts on it."""
    count = 5
    stands = np.linspace(10, 90, count)
    row = [*[""] * shift, *found.words, *[""] * count][:count]
    shown = [plain(shorten(word, 8)) for word in row]
    boxes = [
        {"type": "rect", "x0": float(x) - 9.4, "x1": float(x) + 9.4, "y0": 5.6, "y1": 7.8,
         "line": {"color": MUTED if n >= shift else CATEGORY[1], "width": 2, "dash": "solid" if n >= shift else "dot"}}
        for n, x in enumerate(stands)
    ]  # fmt: skip
    words = [label(float(x), 6.7, word, size=14) for x, word in zip(stands, shown, strict=True)]
    weights = [label(float(x), 4.6, f"W<sub>{n}</sub>", MUTED, size=14) for n, x in enumerate(stands, 1)]
    said = [f"{percent(float(found.positive[k, 0]))} → {percent(float(found.positive[k, shift]))}" for k in range(2)]
    texts = [
        label(0, 9.2, "dense: each position has its own weights", MUTED, xanchor="left"),
        label(0, 2.7, f"“good”, dense: {said[0]}", MUTED, xanchor="left"),
        label(0, 0.9, f"“good”, LSTM: {said[1]}", IN_TURN, xanchor="left"),
    ]
    alt = (
        f"Sketch of a sentence moved by {shift}: the dense network's probability of “good” goes from "
        f"{said[0].replace(' →', ' to')}, the LSTM's from {said[1].replace(' →', ' to')}."
    )
    return Picture(style.sketch([*words, *weights, *texts], boxes, (0, 100), (0, 10)), alt)
