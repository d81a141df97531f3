"""The picture of the lesson on LSTM gates that shows how fast characters go through each kind of layer."""

from core.experiments.lstm_gates.tables import NAMES, Speed
from core.figures.lstm_gates.cell import BELOW
from core.figures.palette import ACCENT, CATEGORY
from core.figures.style import Figure, layout

COLOURS = {"rnn_tanh": CATEGORY[1], "lstm": ACCENT, "gru": CATEGORY[2], "transformer": CATEGORY[3]}


def speed(table: Speed, batch: int) -> Figure:
    """Return characters a second against the length of the text, for so many texts at once."""
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": NAMES[name],
            "x": [int(n) for n in table.lengths],
            "y": [float(v) for v in table.of(name, batch)],
            "line": {"color": COLOURS[name], "width": 2.5},
            "hovertemplate": f"{NAMES[name]}, texts of %{{x}} characters: %{{y:,.0f}} characters a second<extra></extra>",
        }
        for name in table.names
    ]
    return {
        "data": traces,
        "layout": layout(
            "Characters a second",
            f"forward and backward, {batch} text{'s' if batch > 1 else ''} at a time",
            height=430,
            legend=BELOW,
            xaxis={
                "type": "log",
                "title": {"text": "length of the text (characters)"},
                "tickvals": [int(n) for n in table.lengths],
                "fixedrange": True,
            },
            yaxis={
                "type": "log",
                "title": {"text": "characters a second"},
                "fixedrange": True,
                "tickformat": "~s",
                "dtick": "D2",
            },
        ),
    }


def describe_speed(table: Speed, batch: int) -> str:
    """Return the lines in one sentence, from their numbers."""
    each = [
        f"{NAMES[name]} {table.of(name, batch)[0]:,.0f} and {table.of(name, batch)[-1]:,.0f}" for name in table.names
    ]
    return (
        f"Line chart of characters a second, forward and backward, at {table.lengths[0]} and {table.lengths[-1]} characters: "
        f"{'; '.join(each)}."
    )
