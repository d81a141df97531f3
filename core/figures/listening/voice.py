"""A sound over time: its wave, the probability of a voice in each frame, and the cells of the LSTM below."""

from typing import Any

import numpy as np

from core.experiments.listening.results import ENVELOPE, FRAME_SECONDS, Heard, Memory, voiced
from core.figures.palette import ACCENT, CATEGORY, DIVERGING, TEXT
from core.figures.parts import outline, scale
from core.figures.picture import Picture
from core.figures.style import HOVER, label, layout, percent, swatch

OTHER = CATEGORY[1]
COLUMNS = 150  # of the heat map: a longer sound shows every second frame, or fewer


def voice(heard: Heard, name: str) -> Picture:
    """Draw a sound over time; `name` says what it is, in a word or two that are safe to draw."""
    frames = len(heard.probabilities)
    times = (np.arange(frames) + 0.5) * FRAME_SECONDS
    other = "never erased" if heard.erased else "each frame alone"
    this = "state erased" if heard.erased else "with its state"
    subtitle = f"{swatch(ACCENT)} {this}   {swatch(OTHER)} {other}"
    every = -(-frames // COLUMNS)
    axis: dict[str, Any] = {"fixedrange": True, "showgrid": False, "zeroline": False}
    lines = [
        {"type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 0.8,
         "line": {"color": TEXT, "width": 1.5, "dash": "dot"}, "layer": "above"}
        for at in (frame * FRAME_SECONDS for frame in heard.erased)
    ]  # fmt: skip
    drawn = layout(
        f"A voice? {name[0].upper()}{name[1:]}, {frames} frames",
        subtitle,
        height=366,
        margin={"l": 8, "r": 10, "t": 62, "b": 44},
        shapes=lines,
        showlegend=False,
        xaxis={**axis, "title": {"text": "time (s)"}, "range": [0, frames * FRAME_SECONDS], "anchor": "y3"},
        yaxis={**axis, "domain": [0.84, 1.0], "range": _loudest(heard), "visible": False},
        yaxis2={**axis, "domain": [0.38, 0.82], "range": [-4, 104], "tickvals": [0, 50, 100], "showgrid": True,
                "title": {"text": "voice (%)"}, "automargin": True},
        yaxis3={**axis, "domain": [0.0, 0.32], "range": [len(heard.cell) - 0.5, -0.5], "tickmode": "array", "tickvals": [],
                "title": {"text": "128 cells"}},
    )  # fmt: skip
    traces = [
        outline(heard.low, heard.high, FRAME_SECONDS / ENVELOPE),
        _line(times, heard.other, other, OTHER, 2),
        _line(times, heard.probabilities, this, ACCENT, 3),
    ]
    cells = {
        "type": "heatmap", "yaxis": "y3", "x": times[::every].round(3).tolist(),
        "z": np.round(heard.cell[:, ::every].astype(float), 2).tolist(),
        "zmin": -1, "zmax": 1, "colorscale": scale(DIVERGING), "showscale": False,
        "hovertemplate": "at %{x:.2f} s this cell shows %{z:.2f}, between \u22121 and 1<extra></extra>",
    }  # fmt: skip
    rows = [
        (n + 1, round(float(t), 3), *(round(100 * float(each[n]), 2) for each in (heard.probabilities, heard.whole, heard.alone)))
        for n, t in enumerate(times)
    ]  # fmt: skip
    alt = (
        f"Line chart over {frames * FRAME_SECONDS:.1f} seconds of sound: a voice is likelier than not in "
        f"{voiced(heard.probabilities)} of {frames} frames, {this}, and in "
        f"{voiced(heard.other)}, {other}; below it a heat map of the LSTM's 128 cells."
    )
    columns = ("frame", "seconds", "probability (%)", "never erased (%)", "each frame alone (%)")
    return Picture({"data": [*traces, cells], "layout": drawn}, alt, columns, rows)


def _loudest(heard: Heard) -> list[float]:
    loud = max(float(np.abs(heard.low).max()), float(np.abs(heard.high).max()), 0.01)
    return [-loud, loud]


def _line(times: np.ndarray, values: np.ndarray, name: str, colour: str, width: float) -> dict[str, Any]:
    said = [
        f"frame {n + 1}, {t:.2f} s, {name}: {percent(float(p))} voice"
        for n, (t, p) in enumerate(zip(times, values, strict=True))
    ]
    return {
        "type": "scatter", "mode": "lines", "yaxis": "y2", "x": times.round(3).tolist(),
        "y": [round(100 * float(p), 2) for p in values], "line": {"color": colour, "width": width}, "name": name,
        "customdata": said, "hovertemplate": HOVER,
    }  # fmt: skip


def remembered(memory: Memory) -> Picture:
    """Draw how much of the voice a model hears that remembers few frames."""
    shares = [100 * heard / memory.voiced for heard in memory.heard]
    said = [
        f"remembering {n} frames ({1000 * n * FRAME_SECONDS:.0f} ms) it hears {heard} of {memory.voiced} frames"
        for n, heard in zip(memory.frames, memory.heard, strict=True)
    ]
    line = {
        "type": "scatter", "mode": "lines+markers", "x": list(memory.frames), "y": [round(s, 2) for s in shares],
        "line": {"color": ACCENT, "width": 3}, "marker": {"size": 9}, "customdata": said, "hovertemplate": HOVER,
    }  # fmt: skip
    enough = memory.enough()
    near, said_of = shares[memory.frames.index(enough)] - 9, f"{enough} frames, {enough * FRAME_SECONDS:.1f} s"
    note = label(enough, near, said_of, xanchor="left")
    drawn = layout(
        "How far back does it have to listen?", f"{memory.clips} clips, {memory.voiced} frames with a voice", height=360,
        annotations=[note], showlegend=False,
        xaxis={"title": {"text": "frames remembered"}, "fixedrange": True, "range": [-1, memory.frames[-1] + 1],
        "showgrid": False},
        yaxis={"title": {"text": "of these it hears (%)"}, "fixedrange": True, "range": [0, 105]},
    )  # fmt: skip
    alt = (
        f"Line chart: a model that remembers no frame hears {percent(memory.heard[0] / memory.voiced)} of the frames with a "
        f"voice; with {enough} it hears at least 95 %."
    )
    rows = list(zip(memory.frames, memory.heard, [round(s, 2) for s in shares], strict=True))
    return Picture({"data": [line], "layout": drawn}, alt, ("frames remembered", "frames heard", "share (%)"), rows)
