"""Small trainings: who learns the task, what clipping does to one, and the walk over the cliff."""

import math
from collections.abc import Sequence
from typing import Any

from core.experiments.vanishing_gradients.results import NAMES, UPDATES, Cliff, Training
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, key, label, layout, percent
from core.figures.vanishing_gradients.numbers import TICKS, amount, powers_axis

WAYS = (("clipped", ACCENT, "solid"), ("not clipped", CATEGORY[1], "dash"))
LEARNERS = ((CATEGORY[0], "solid"), (CATEGORY[2], "dashdot"), (CATEGORY[1], "dot"), (CATEGORY[1], "solid"))
SHARES = {"title": {"text": "right answer (%)"}, "range": [0, 104], **TICKS}
ALONG = {"title": {"text": "updates of the weights"}, "anchor": "y", **TICKS}


def learning(found: Sequence[Training], names: Sequence[str]) -> Picture:
    """Draw the probability of the right answer at every update of some trainings."""
    looks = zip(found, names, *zip(*LEARNERS, strict=True), strict=True)
    data = [_right(training, name, colour, dash) for training, name, colour, dash in looks]
    ends = ", ".join(f"{name} {percent(float(one.right[-1]))}" for one, name in zip(found, names, strict=True))
    alt = f"Line chart of the probability of the right answer; after training: {ends}."
    spec = _spec("Who learns what came 20 steps ago?", data, ALONG, SHARES)
    return Picture(spec, alt, ("update", *names), _rows([[f"{100 * p:.3f}" for p in one.right] for one in found]))


def trainings(cliff: Cliff) -> Picture:
    """Draw the gradient's length (above) and the probability of the right answer (below), clipped and not."""
    data, columns, cells, said = [], ["update"], [], []
    runs = (cliff.clipped, cliff.free)
    for (name, colour, dash), run in zip(WAYS, runs, strict=True):
        hover = [f"update {n}, {name}: the gradient is {amount(v)} long" for n, v in enumerate(map(float, run.norms))]
        long = _line(name, range(len(run.norms)), [float(v) or None for v in run.norms], colour, dash, hover)
        data += [_right(run, name, colour, dash), {**long, "yaxis": "y2", "showlegend": False}]
        columns += [f"{name}: right answer (%)", f"{name}: length of the gradient"]
        cells += [[f"{100 * p:.3f}" for p in run.right], [f"{v:.4e}" for v in run.norms]]
        said.append(f"{percent(float(run.right[-1]))} after {len(run.losses)} updates {name}")
    limit = label(1, math.log10(cliff.limit), f"limit {cliff.limit:g}", xref="paper", yref="y2", xanchor="right")
    upper = powers_axis([*(float(v) for run in runs for v in run.norms), cliff.limit], "length of<br>the gradient")
    spec = _spec(
        f"{NAMES[cliff.kind]}, scale {cliff.scale:.2f}, trained twice",
        data,
        ALONG,
        {**SHARES, "domain": [0, 0.46]},
        yaxis2={**upper, "domain": [0.54, 1]},
        shapes=[_level(cliff.limit, "y2")],
        annotations=[{**limit, "yanchor": "bottom"}],
    )
    alt = (
        f"Two line charts over the updates of a training. The gradient is up to {amount(cliff.longest)} long; the right "
        f"answer gets {' and '.join(said)}."
    )
    return Picture(spec, alt, tuple(columns), _rows(cells))


def walk(cliff: Cliff) -> Picture:
    """Draw the probability of the right answer along one gradient, and where one update lands, clipped and not."""
    x, right = [float(distance) for distance in cliff.distances], [100 * math.exp(-loss) for loss in cliff.losses]
    hover = [f"{amount(d)} away the right answer gets {y:.1f} %" for d, y in zip(x, right, strict=True)]
    data, landed = [_line("along the gradient", x, right, MUTED, "solid", hover)], []
    for (name, colour, _), clipped in zip(WAYS, (True, False), strict=True):
        distance, loss = cliff.landing(clipped=clipped)
        words = f"{name} {amount(distance)} far, to {percent(math.exp(-loss))}"
        mark = {"color": colour, "size": 15, "symbol": "circle" if clipped else "x"}
        point = _line(
            f"one update, {name}", [distance], [100 * math.exp(-loss)], colour, "solid", [f"an update {words}"]
        )
        data.append({**point, "mode": "markers", "marker": mark})
        landed.append(words)
    spec = _spec(
        f"{'Over the cliff' if cliff.falls else 'One step downhill'}, at update {cliff.at}",
        data,
        powers_axis(x, "how far the weights are moved"),
        SHARES,
        shapes=[_level(100 * math.exp(-cliff.start), "y")],
    )
    start = percent(math.exp(-cliff.start))
    alt = f"Line chart of the right answer along one gradient, from {start}: an update goes {'; '.join(landed)}."
    rows = [(amount(d), round(y, 3)) for d, y in zip(x, right, strict=True)]
    return Picture(spec, alt, ("distance", "right answer (%)"), rows)


def _spec(title: str, data: list[dict[str, Any]], xaxis: Any, yaxis: Any, **more: Any) -> dict[str, Any]:
    frame = layout(title, key(data), height=350, xaxis=xaxis, yaxis=yaxis, **more)
    return {"data": data, "layout": frame}


def _right(training: Training, name: str, colour: str, dash: str) -> dict[str, Any]:
    right = [100 * float(p) for p in training.right]
    hover = [f"update {n}, {name}: the right answer gets {y:.1f} %" for n, y in enumerate(right)]
    return _line(name, range(len(right)), right, colour, dash, hover)


def _line(name: str, x: Any, y: Any, colour: str, dash: str, hover: list[str]) -> dict[str, Any]:
    look = {"color": colour, "width": 3, "dash": dash}
    trace = {"type": "scatter", "mode": "lines", "name": name, "x": list(x), "y": y, "line": look}
    return {**trace, "customdata": hover, "hovertemplate": HOVER}


def _level(y: float, axis: str) -> dict[str, Any]:
    """Return a dotted line at a height."""
    line = {"color": TEXT, "width": 1.5, "dash": "dot"}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y, "yref": axis, "line": line}


def _rows(cells: list[list[str]]) -> list[tuple[Any, ...]]:
    """Return the rows of some trainings, empty cells where one has ended."""
    return [(n, *(each[n] if n < len(each) else "" for each in cells)) for n in range(UPDATES)]
