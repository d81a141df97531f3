"""The pictures of the lesson on markets: who was right how often, year by year, share by share; and one forecast as a sketch."""

from typing import Any

from core.experiments.market.results import GRU, LOGISTIC, MAJORITY, Walk, ahead, by_year, shares
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, label, layout, percent, sketch

OUTCOMES = {
    "rises": ("it rose", "it did not rise"),
    "warmer": ("it was warmer", "it was not warmer"),
    "rain": ("it rained", "it stayed dry"),
}
IN_WORDS = {  # what a forecaster does, under its name
    "momentum": "goes on as before",
    "logistic regression": "a weighted sum",
}
COLUMNS = ("forecaster", "right", "asked", "share (%)", "95 % from", "95 % to")


def accuracy(walk: Walk, honest: Walk | None, title: str, names: tuple[str, ...], ends: tuple[int, int]) -> Picture:
    """Draw how often each forecaster was right, with its interval; hollow: without the leak; `names` as shown."""
    found = shares(walk)
    rows = list(range(len(found)))
    learned = [row.name in (LOGISTIC, GRU) for row in found]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "with the leak" if honest else "right",
        "x": [round(100 * row.share, 2) for row in found],
        "y": rows,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [100 * (row.high - row.share) for row in found],
            "arrayminus": [100 * (row.share - row.low) for row in found],
            "thickness": 2,
            "color": TEXT,
        },
        "marker": {
            "size": 14,
            "color": [ACCENT if row.name == GRU else CATEGORY[1] if row.name == LOGISTIC else MUTED for row in found],
            "symbol": ["circle" if one else "diamond" for one in learned],
        },
        "customdata": [
            f"{name}: {row.right:,} of {row.asked:,} forecasts right, {percent(row.share)}; 95 % interval "
            f"{percent(row.low)} to {percent(row.high)}" for name, row in zip(names, found, strict=True)
        ],
        "hovertemplate": HOVER,
    }  # fmt: skip
    numbers = [
        label(100 * row.high, at, f"<b>{percent(row.share)}</b>" if row.name == GRU else percent(row.share), TEXT,
              xanchor="left", xshift=10)
        for at, row in enumerate(found)
    ]  # fmt: skip
    before = shares(honest) if honest else ()
    hollow = {
        "type": "scatter",
        "mode": "markers",
        "name": "without it",
        "x": [round(100 * row.share, 2) for row in before],
        "y": rows,
        "marker": {"size": 14, "color": TEXT, "symbol": "circle-open", "line": {"width": 2}},
        "customdata": [
            f"{name}, without the leak: {percent(row.share)}" for name, row in zip(names, before, strict=False)
        ],
        "hovertemplate": HOVER,
    }
    bar = 100 * found[walk.names.index(MAJORITY)].share
    spec = {
        "data": [dots, *([hollow] if honest else [])],
        "layout": layout(
            title,
            "filled: with the leak; ring: without it" if honest else "",
            height=345,
            margin={"l": 8, "r": 16, "t": 66 if honest else 40, "b": 48},
            showlegend=False,
            annotations=numbers,
            shapes=[{"type": "line", "x0": bar, "x1": bar, "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
                     "line": {"color": MUTED, "width": 1.5, "dash": "dot"}}],
            xaxis={"title": {"text": "right (%), 95 % interval"}, "range": list(ends), "fixedrange": True,
                   **({"tickvals": [50, 60, 70, 80, 90, 100]} if ends[1] > 100 else {})},
            yaxis={"tickmode": "array", "tickvals": rows, "ticktext": [_twice(name) for name in names],
                   "tickfont": {"size": 15}, "showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True,
                   "range": [len(rows) - 0.5, -0.5]},
        ),
    }  # fmt: skip
    table = [_cells(name, row) for name, row in zip(names, found, strict=True)]
    table += [_cells(f"{name}, without the leak", row) for name, row in zip(names, before, strict=False)]
    listed = ", ".join(f"{name} {percent(row.share)}" for name, row in zip(names, found, strict=True))
    return Picture(spec, f"Dots with intervals, right forecasts: {listed}.", COLUMNS, table)


def _twice(name: str) -> str:
    """Return a forecaster's name and, where that doesn't say it, what it does."""
    return f"{name}<br>({IN_WORDS[name]})" if name in IN_WORDS else name


def years(walk: Walk, base: str) -> Picture:
    """Draw how often the network and the majority's answer were right in each year."""
    lines = {GRU: by_year(walk, GRU), base: by_year(walk, MAJORITY)}
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": [int(year) for year, _, _ in points],
            "y": [round(100 * right / asked, 2) for _, right, asked in points],
            "line": {"color": colour, "width": 2.5, "dash": dash},
            "customdata": [
                f"{name}, {year}: {right:,} of {asked:,} forecasts right, {percent(right / asked)}"
                for year, right, asked in points
            ],
            "hovertemplate": HOVER,
        }
        for (name, points), colour, dash in zip(lines.items(), (ACCENT, MUTED), ("solid", "dot"), strict=True)
    ]
    better = sum(a[1] > b[1] for a, b in zip(*lines.values(), strict=True))
    table = [
        (name, year, right, asked, round(100 * right / asked, 2))
        for name, points in lines.items() for year, right, asked in points
    ]  # fmt: skip
    across = {"title": {"text": "year that was forecast"}, "fixedrange": True, "tickformat": "d"}
    spec = {
        "data": traces,
        "layout": layout(
            "Year by year",
            height=340,
            xaxis=across,
            yaxis={"title": {"text": "right forecasts (%)"}, "fixedrange": True},
        ),
    }
    alt = f"Two lines: in {better} of {len(lines[GRU])} years the GRU is right more often than {base}."
    return Picture(spec, alt, ("forecaster", "year", "right", "asked", "share (%)"), table)


def by_share(walk: Walk, base: str) -> Picture:
    """Draw for each share by how many points the network is ahead of the majority's answer, with intervals."""
    leads = [(name, *ahead(walk, GRU, MAJORITY, at)) for at, name in enumerate(walk.groups)]
    found = [(name, 100 * middle, 100 * low, 100 * high) for name, middle, low, high in leads]
    found.sort(key=lambda one: -one[1])
    clear = sum(low > 0 for _, _, low, _ in found)
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [name for name, *_ in found],
        "y": [round(middle, 2) for _, middle, _, _ in found],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high - middle for _, middle, _, high in found],
            "arrayminus": [middle - low for _, middle, low, _ in found],
            "color": TEXT,
        },
        "marker": {"size": 10, "color": ACCENT},
        "customdata": [
            f"{name}: the GRU is {abs(middle):.1f} points {'ahead' if middle > 0 else 'behind'}; 95 % interval "
            f"{_signed(low)} to {_signed(high)}"
            for name, middle, low, high in found
        ],
        "hovertemplate": HOVER,
    }
    spec = {
        "data": [dots],
        "layout": layout(
            "Share by share: the GRU’s lead",
            height=340,
            showlegend=False,
            xaxis={"title": {"text": "share"}, "fixedrange": True},
            yaxis={"title": {"text": f"points ahead of {base}"}, "zeroline": True, "fixedrange": True},
        ),
    }
    alt = f"Dots for {len(found)} shares: for {clear} of them the whole interval lies above 0, where the GRU beats {base}."
    return Picture(spec, alt, ("share", "points ahead", "95 % from", "95 % to"),
                   [(name, *(round(v, 2) for v in rest)) for name, *rest in found])  # fmt: skip


def mechanism(walk: Walk, unit: str, asked: str, leak: str = "none") -> Picture:
    """Sketch one forecast: the days that were read, the network, its probability, and what came; a leak is drawn in."""
    one = walk.example
    days = len(one.values)
    low, high = float(one.values.min()), float(one.values.max())
    base = 0.0 if unit == "%" else low - 0.1 * (high - low)
    reach = max(high - base, base - low, 1e-9)
    shapes: list[dict[str, Any]] = []
    for at, value in enumerate(one.values):
        up = float(value) >= base if unit == "%" else True
        shapes.append(
            {
                "type": "rect",
                "x0": 4.4 * at / days,
                "x1": 4.4 * (at + 0.75) / days,
                "y0": 1.7,
                "y1": 1.7 + 0.95 * (float(value) - base) / reach,
                "line": {"width": 0},
                "fillcolor": ACCENT if up else CATEGORY[1],
            }
        )
    shapes.append({"type": "rect", "x0": 5.2, "x1": 6.7, "y0": 1.2, "y1": 2.2, "line": {"color": ACCENT, "width": 2},
                   "fillcolor": GROUND, "layer": "below"})  # fmt: skip
    came = OUTCOMES[asked][not one.up]
    where = f"{'Share ' if unit == '%' else ''}{one.name}, {days} days: {_signed(low)} to {_signed(high)} {unit}"
    notes = [
        label(0, 3.15, where, TEXT, xanchor="left"),
        label(5.95, 1.7, "<b>GRU</b>", ACCENT),
        arrow((4.5, 1.7), (5.15, 1.7), ACCENT),
        arrow((6.75, 1.7), (7.3, 1.7), ACCENT),
        label(7.35, 1.7, f"{asked}:<br><b>{percent(one.probability)}</b>", TEXT, xanchor="left", align="left"),
        label(0, 0.2, f"{one.day}: {came}", TEXT, xanchor="left"),
    ]
    if leak != "none":
        notes += [
            label(10, 0.2, f"leak: {leak}", CATEGORY[1], xanchor="right"),
            arrow((7.6, 0.5), (6.0, 1.15), CATEGORY[1]),
        ]
    alt = f"Sketch: a GRU reads {days} days of {one.name} and gives “{asked}” {percent(one.probability)}; on {one.day} {came}."
    return Picture(sketch(notes, shapes, (0.0, 10.0), (-0.2, 3.5)), alt)


def _signed(value: float) -> str:
    return f"{value:.1f}".replace("-", "\u2212")


def _cells(name: str, row: Any) -> tuple[Any, ...]:
    return (name, row.right, row.asked, *(round(100 * value, 2) for value in (row.share, row.low, row.high)))
