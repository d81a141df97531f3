"""The machines of this lesson as sketches: a frame goes in, the state goes round, a probability comes out."""

from typing import Any

import numpy as np

from core.experiments.listening.results import DIGITS, DigitHeard, Heard
from core.figures.palette import ACCENT, CATEGORY, DIVERGING, GROUND, MUTED, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import arrow, label, percent, sketch

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
        words.append(
            label(
                7.0, 2.9 - 0.7 * row, f"<b>{said}</b>" if not row else said, ACCENT if not row else TEXT, xanchor="left"
            )
        )
    shapes = [{**BOX, "x0": 2.95, "x1": 6.1, "y0": 1.35, "y1": 3.05}]
    listed = ", ".join(f"{DIGITS[digit]} {percent(float(heard.belief[step, digit]))}" for digit in top)
    alt = (
        f"Sketch: frame {step + 1} of {len(heard.belief)}, 13 numbers, goes into a GRU with a state of 96 numbers; it believes "
        f"{listed}."
    )
    return Picture(sketch(words, shapes, WIDE, HIGH, traces=[bars]), alt)
