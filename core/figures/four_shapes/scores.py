"""How many answers are correct: the four networks beside simpler ways, and the captions by kind of picture."""

from collections.abc import Sequence
from typing import Any

from core.experiments.four_shapes.results import Captioned, Scores, Shape
from core.experiments.intervals import Counted
from core.figures.four_shapes.sketch import SIMPLER, STATE
from core.figures.palette import MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, layout, percent, swatch

COLOURS = (STATE, SIMPLER, MUTED)


def _dots(rows: Sequence[tuple[int, str, str, Counted]], colour: str, shift: float) -> dict[str, Any]:
    """Return one dot a row (its number, the group, by whom, how many), with its interval."""
    shares = [100 * each.share for *_, each in rows]
    return {
        "type": "scatter", "mode": "markers", "x": shares, "y": [n + shift for n, *_ in rows], "showlegend": False,
        "marker": {"color": colour, "size": 12}, "hovertemplate": HOVER,
        "customdata": [f"{group}, {name}: {each.right:,} of {each.asked:,} correct, {percent(each.share)}"
                       for _, group, name, each in rows],
        "error_x": {"type": "data", "symmetric": False, "color": TEXT, "thickness": 2, "width": 0,
                    "array": [100 * each.interval[1] - s for (*_, each), s in zip(rows, shares, strict=True)],
                    "arrayminus": [s - 100 * each.interval[0] for (*_, each), s in zip(rows, shares, strict=True)]},
    }  # fmt: skip


def _chart(groups: Sequence[tuple[str, Scores]], title: str, key: str, columns: tuple[str, ...]) -> Picture:
    names = [name for name, _ in groups]
    traces = [_dots([(n, name, "the network", s.network) for n, (name, s) in enumerate(groups)], STATE, -0.2)]
    for at in range(max(len(scores.others) for _, scores in groups)):
        rows = [(n, name, *scores.others[at]) for n, (name, scores) in enumerate(groups) if at < len(scores.others)]
        traces.append(_dots(rows, COLOURS[1 + at], 0.2 * at))
    drawn = layout(
        title, key, height=110 + 62 * len(groups), margin={"l": 8, "r": 16, "t": 70, "b": 48},
        xaxis={"range": [-2, 102], "fixedrange": True, "title": {"text": "correct (%)"}},
        yaxis={"tickvals": list(range(len(names))), "ticktext": names, "range": [len(names) - 0.4, -0.6], "fixedrange": True,
               "automargin": True, "showgrid": False, "zeroline": False},
    )  # fmt: skip
    table = [
        (name, who, each.right, each.asked, round(100 * each.share, 2), *(round(100 * end, 1) for end in each.interval))
        for name, scores in groups
        for who, each in (("the network", scores.network), *scores.others)
    ]
    alt = "Dots of what is correct: " + "; ".join(
        f"{name}, {percent(scores.network.share)}, "
        + ", ".join(f"{who} {percent(each.share)}" for who, each in scores.others)
        for name, scores in groups
    )
    return Picture({"data": traces, "layout": drawn}, alt + ".", columns, table)


COLUMNS = ("task", "by", "correct", "of", "correct (%)", "from (%)", "to (%)")


def compared(found: dict[Shape, tuple[str, Scores]]) -> Picture:
    """Draw the four tasks; each has its name and what was counted on data that were kept apart."""
    groups = [(f"{name}<br>({shape})", scores) for shape, (name, scores) in found.items()]
    key = f"{swatch(COLOURS[0])} the network, {swatch(COLOURS[1])} a simpler way, {swatch(COLOURS[2])} a plain guess"
    return _chart(groups, "Four tasks, on data kept apart", key, COLUMNS)


def captioned(found: Sequence[Captioned]) -> Picture:
    """Draw how many names are wholly correct, by kind of picture, of one language."""
    groups = [(each.kind, each.scores) for each in found]
    key = f"{swatch(COLOURS[0])} network, {swatch(COLOURS[1])} nearest picture, {swatch(COLOURS[2])} frequent words"
    return _chart(groups, "Names that are wholly correct", key, COLUMNS)
