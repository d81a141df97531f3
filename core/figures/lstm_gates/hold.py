"""What a held gate does to the recall task, by the step of the question."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.data.recall import CHANCE
from core.experiments.intervals import wilson
from core.experiments.lstm_gates.results import STEPS, Along, Hold
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, key, label, layout, percent


def axis(title: str, **more: Any) -> dict[str, Any]:
    """Return an axis with its title, which is not dragged."""
    return {"title": {"text": title}, "fixedrange": True, "automargin": True, **more}


def line(
    name: str, x: Sequence[Any], y: Sequence[float], colour: str, said: Sequence[str], **look: Any
) -> dict[str, Any]:
    """Return a line; `said` is a sentence for each of its points."""
    drawn = {"color": colour, "width": 3, **look}
    values = {"x": list(x), "y": list(y), "customdata": list(said)}
    return {"type": "scatter", "mode": "lines", "name": name, **values, "line": drawn, "hovertemplate": HOVER}


def share(**more: Any) -> dict[str, Any]:
    """Return the axis of what is recalled."""
    return axis("recalled (%)", **{"range": [0, 106], **more})


def how(hold: Hold) -> str:
    """Return in a word or two how a gate is held: "shut", "open", "at 0.50"."""
    return {0.0: "shut", 1.0: "open"}.get(hold.value, f"at {hold.value:.2f}")


def span(hold: Hold, last: int) -> tuple[int, int]:
    """Return the first and the last held step as they are counted on the screen, from 1."""
    return hold.start + 1, last if hold.stop is None else min(hold.stop, last)


def guessing(share: float = 1.0) -> dict[str, Any]:
    """Return the level of guessing, a line over a share of the picture's width."""
    level = {"xref": "paper", "x0": 0, "x1": share, "y0": 100 * CHANCE, "y1": 100 * CHANCE}
    return {"type": "line", "line": {"color": TEXT, "width": 1.5, "dash": "dot"}, **level}


def recall(free: Along, held: Along, hold: Hold) -> Picture:
    """Draw how many symbols are recalled if the question comes at each step, with nothing held and with the hold.

    The band holds the true share with 95 % certainty.
    """
    x = list(range(2, STEPS + 2))
    name, (first, last) = f"{hold.gate} gate {how(hold)}", span(hold, STEPS + 1)
    low, high = np.array([wilson(int(right), held.asked) for right in held.right]).T
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": [*x, *reversed(x)],
        "y": [round(100 * float(v), 2) for v in [*high, *low[::-1]]],
        "fill": "toself",
        "fillcolor": ACCENT,
        "line": {"width": 0},
        "opacity": 0.18,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    lines = [
        line(
            words,
            x,
            [round(100 * float(each), 2) for each in one.shares],
            colour,
            [f"question at step {n}, {words}: {k} of {one.asked} recalled" for n, k in zip(x, one.right, strict=True)],
            dash=dash,
        )
        for one, words, colour, dash in ((free, "nothing held", MUTED, "dot"), (held, name, ACCENT, "solid"))
    ]
    rect = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "x0": first - 0.5, "x1": last + 0.5}
    at_end = 100 * held.end.share
    words = [
        label((first + last) / 2, 50, f"{hold.gate} gate<br>{how(hold)}", CATEGORY[1], size=16),
        label(STEPS + 1.5, at_end, f"<b>{percent(held.end.share)}</b>", ACCENT, size=18, xanchor="left"),
        label(2, 100 * CHANCE, "guessing, 1 of 8", size=14, xanchor="left", yanchor="top"),
    ]
    spec = {
        "data": [band, *lines],
        "layout": layout(
            "Symbols recalled at each step",
            key(lines),
            height=360,
            shapes=[
                {**rect, "layer": "below", "line": {"width": 0}, "fillcolor": CATEGORY[1], "opacity": 0.16},
                guessing(STEPS / (STEPS + 10)),
            ],
            annotations=words,
            xaxis=axis(
                "step at which it is asked (symbol: step 1)",
                range=[1, STEPS + 11],
                tickvals=[2, 20, 40, 60, STEPS + 1],
                showgrid=False,
                zeroline=False,
            ),
            yaxis=share(tickvals=[0, 25, 50, 75, 100]),
        ),
    }
    rows = list(zip(x, lines[0]["y"], lines[1]["y"], strict=True))
    columns = ("step of the question", "nothing held (%)", f"{name} (%)")
    alt = (
        f"Line chart of the symbols recalled against the step of the question: with the {name} from step {first} to {last} "
        f"{percent(held.end.share)} are recalled at step {STEPS + 1}, with nothing held {percent(free.end.share)}; "
        "guessing gives 12.5 %."
    )
    return Picture(spec, alt, columns, rows)
