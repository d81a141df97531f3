"""The machines of this lesson as sketches: a frame goes in, the state goes round, a probability comes out."""

from typing import Any

import numpy as np

from core.experiments.listening.results import DIGITS, LAYERS, DigitHeard, Heard, Written
from core.figures.palette import ACCENT, CATEGORY, DIVERGING, GROUND, MUTED, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import arrow, label, percent, plain, shorten, sketch

BOX = {"type": "rect", "line": {"color": ACCENT, "width": 2}, "fillcolor": GROUND, "layer": "below"}
WIDE, HIGH = (0.0, 10.0), (-0.3, 3.9)


def mechanism(heard: Heard) -> Picture:
    """Draw the frame where most depends on the state: its wave, the LSTM's 128 cells, and what it says of a voice."""
    at = heard.telling
    is_erased = at in heard.erased or at == 0
    loud = max(float(np.abs(heard.sample).max()), 0.001)
    wave = {
        "type": "scatter", "mode": "lines", "x": np.linspace(0.1, 2.1, len(heard.sample)).round(3).tolist(),
        "y": (2.2 + 0.8 * heard.sample.astype(float) / loud).round(3).tolist(), "line": {"color": MUTED,
        "width": 1.5}, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
    probability, other = float(heard.probabilities[at]), float(heard.other[at])
    compared = "never erased" if heard.erased else "this frame alone"
    words = [
        label(0.0, 3.6, f"frame {at + 1}", MUTED, xanchor="left"),
        arrow((2.2, 2.2), (2.9, 2.2), MUTED),
        label(4.5, 3.6, "<b>LSTM</b>: 128 cells", ACCENT),
        arrow((6.2, 2.2), (6.9, 2.2), ACCENT),
        label(7.0, 2.55, "voice:", MUTED, xanchor="left"),
        label(7.0, 1.95, f"<b>{percent(probability)}</b>", ACCENT, size=20, xanchor="left"),
        label(10.0, 0.05, f"{compared}: {percent(other)}", CATEGORY[1], xanchor="right"),
        *_loop("state erased" if is_erased else "state", is_erased),
    ]
    shapes = [{**BOX, "x0": 2.95, "x1": 6.1, "y0": 1.35, "y1": 3.05}]
    alt = (
        f"Sketch: frame {at + 1} goes into an LSTM of 128 cells whose state "
        f"{'was erased' if is_erased else 'comes from the frame before'}; "
        f"it gives a voice {percent(probability)}, {compared} {percent(other)}."
    )
    return Picture(sketch(words, shapes, WIDE, HIGH, traces=[wave, _cells(heard.cell[:, at])]), alt)


def _cells(values: np.ndarray) -> dict[str, Any]:
    """Return the cells as a field of 8 by 16."""
    return {
        "type": "heatmap", "x": np.linspace(3.1, 5.95, 16).round(3).tolist(), "y": np.linspace(2.9, 1.5, 8).round(3).tolist(),
        "z": np.round(values.reshape(8, 16).astype(float), 2).tolist(), "zmin": -1, "zmax": 1, "colorscale": scale(DIVERGING),
        "showscale": False, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip


def _loop(words: str, is_cut: bool) -> list[dict[str, Any]]:
    """Return the way from the box round to its entry, on which the state goes from frame to frame."""
    colour = MUTED if is_cut else ACCENT
    parts = [label(4.5, 0.45, f"<b>{words}</b>", CATEGORY[1] if is_cut else ACCENT)]
    if is_cut:
        return [*parts, label(4.5, 0.95, "✕", CATEGORY[1], size=20)]
    return [
        *parts,
        arrow((5.6, 1.3), (5.6, 0.8), colour),
        arrow((5.6, 0.8), (3.4, 0.8), colour),
        arrow((3.4, 0.8), (3.4, 1.3), colour),
    ]


def digit_mechanism(heard: DigitHeard, order: str) -> Picture:
    """Draw the frame after which the answer is settled: its 13 numbers, the GRU, and the three likeliest digits."""
    step = (heard.settled() or len(heard.belief)) - 1
    frame = heard.frames[step if order == "forwards" else len(heard.frames) - 1 - step]
    top = np.argsort(-heard.belief[step], kind="stable")[:3]
    bars = {
        "type": "bar", "x": np.linspace(0.2, 2.0, len(frame)).round(3).tolist(),
        "y": np.clip(frame / 3, -1, 1).astype(float).round(3).tolist(),
        "base": 2.2, "width": 0.11, "marker": {"color": MUTED}, "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
    words = [
        label(0.0, 3.6, f"frame {step + 1}", MUTED, xanchor="left"),
        arrow((2.2, 2.2), (2.9, 2.2), MUTED),
        label(4.5, 2.2, "<b>GRU</b><br>96 numbers", ACCENT),
        arrow((6.2, 2.2), (6.9, 2.2), ACCENT),
        *_loop("state", False),
    ]
    for row, digit in enumerate(top):
        said = f"{DIGITS[digit]} {percent(float(heard.belief[step, digit]))}"
        shown, colour = (said, TEXT) if row else (f"<b>{said}</b>", ACCENT)
        words.append(label(7.0, 2.9 - 0.7 * row, shown, colour, xanchor="left"))
    shapes = [{**BOX, "x0": 2.95, "x1": 6.1, "y0": 1.35, "y1": 3.05}]
    listed = ", ".join(f"{DIGITS[digit]} {percent(float(heard.belief[step, digit]))}" for digit in top)
    alt = (
        f"Sketch: frame {step + 1} of {len(heard.belief)}, 13 numbers, goes into a GRU with a state of 96 numbers; it believes "
        f"{listed}."
    )
    return Picture(sketch(words, shapes, WIDE, HIGH, traces=[bars]), alt)


def word_mechanism(written: Written, layer: str, word: int) -> Picture:
    """Draw a word being written: the sound through the encoder, and the decoder whose chosen layers attend to it."""
    name, (start, end) = written.words[word], written.box(layer, word)
    inside = percent(written.inside(layer, word))
    times = np.linspace(0.0, 2.1, len(written.low))
    here = (times >= 2.1 * start / written.seconds) & (times <= 2.1 * end / written.seconds)
    loud = max(float(np.abs(written.high).max()), float(np.abs(written.low).max()), 0.001)
    waves = [
        {
            "type": "scatter", "mode": "lines", "x": np.repeat(times[those], 2).round(3).tolist(),
            "y": (2.2 + 0.8 * np.stack([written.low, written.high], 1)[those].astype(float).ravel() / loud).round(3).tolist(),
            "line": {"color": colour, "width": 1}, "hoverinfo": "skip", "showlegend": False,
        }
        for those, colour in ((slice(None), MUTED), (here, ACCENT))
    ]  # fmt: skip
    lit = [layer in ("all", one) for one in LAYERS[1:]]
    tall = 2.5 / len(lit)
    shapes: list[dict[str, Any]] = [{**BOX, "x0": 2.55, "x1": 4.6, "y0": 1.35, "y1": 3.05}]
    parts = [
        label(3.575, 2.2, "encoder", ACCENT),
        arrow((2.15, 2.2), (2.5, 2.2), MUTED),
        label(6.95, 3.6, "<b>decoder</b>", ACCENT),
        arrow((7.95, 2.2), (8.35, 2.2), ACCENT),
        label(8.4, 2.2, f"<b>{plain(shorten(name, 9))}</b>", ACCENT, xanchor="left"),
        label(0.0, 3.6, f"{start:.2f} to {end:.2f} s", ACCENT, xanchor="left"),
        label(0.0, 0.05, f"in its box: <b>{inside}</b> of its attention", TEXT, xanchor="left"),
    ]
    for n, is_lit in enumerate(lit):
        low = 0.7 + n * tall
        line = {"color": ACCENT if is_lit else MUTED, "width": 2 if is_lit else 1}
        shapes.append({**BOX, "x0": 6.0, "x1": 7.9, "y0": low + 0.06, "y1": low + tall - 0.06, "line": line})
        parts.append(label(6.95, low + tall / 2, f"layer {n + 1}", ACCENT if is_lit else MUTED))
        if is_lit:
            parts.append(arrow((4.65, 2.2), (5.95, low + tall / 2), ACCENT, 1.5))
    which = "all four layers" if layer == "all" else f"layer {layer}"
    alt = (
        f"Sketch: the sound goes through an encoder; a decoder attends to it in {which} and writes “{name}”, with {inside} of "
        f"its attention between {start:.2f} and {end:.2f} s."
    )
    return Picture(sketch(parts, shapes, WIDE, HIGH, traces=waves), alt)
