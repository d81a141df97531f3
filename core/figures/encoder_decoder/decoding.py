"""How sure the decoder is of each right subword, after the right past and after its own; and what wider beams find."""

from collections.abc import Sequence

from core.experiments.encoder_decoder import Pasts, Way, show
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.style import HOVER, MONOSPACE, Figure, layout, percent, plain

FORCED, FREE = "fed the right subwords", "fed its own"
FLOOR = 1e-4


def pasts(found: Pasts) -> Figure:
    """Return the chance of each right subword after both pasts, on a log axis; a line where the model goes its own way."""
    traces = []
    pieces = [show(piece) for piece in found.right]
    for name, shares, colour, symbol, dash in (
        (FORCED, found.forced, ACCENT, "circle", "solid"),
        (FREE, found.free, CATEGORY[1], "x", "dash"),
    ):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": list(range(1, len(pieces) + 1)),
                "y": [max(float(share), FLOOR) for share in shares],
                "line": {"color": colour, "width": 2.2, "dash": dash},
                "marker": {"size": 8, "symbol": symbol},
                "customdata": [
                    f"step {n}, {plain(piece)}, {name}: a chance of {percent(float(share))}"
                    for n, (piece, share) in enumerate(zip(pieces, shares, strict=True), start=1)
                ],
                "hovertemplate": HOVER,
            }
        )
    shapes = []
    if found.apart is not None and found.apart < len(pieces):
        at = found.apart + 1
        shapes.append(
            {
                "type": "line",
                "x0": at + 0.5,
                "x1": at + 0.5,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": TEXT, "width": 1.5, "dash": "dot"},
            }
        )
    step = -(-len(pieces) // 30)
    return {
        "data": traces,
        "layout": layout(
            "The chance of each right subword",
            "right: what Marian wrote" + ("; dotted: they part" if shapes else ""),
            height=420,
            shapes=shapes,
            legend={"orientation": "h", "x": 0, "xanchor": "left", "yref": "container", "y": 0, "yanchor": "bottom"},
            margin={"l": 8, "r": 16, "t": 68, "b": 76},
            xaxis={
                "title": {"text": "right subword"},
                "tickmode": "array",
                "tickvals": list(range(1, len(pieces) + 1, step)),
                "ticktext": [plain(piece) for piece in pieces[::step]],
                "tickfont": {**MONOSPACE, "size": 11},
                "tickangle": -55,
                "range": [0.5, len(pieces) + 0.5],
                "showgrid": False,
                "fixedrange": True,
                "automargin": True,
            },
            yaxis={
                "title": {"text": "chance"},
                "type": "log",
                "range": [-4.15, 0.12],
                "tickvals": [0.0001, 0.001, 0.01, 0.1, 1],
                "ticktext": ["0.01 %", "0.1 %", "1 %", "10 %", "100 %"],
                "automargin": True,
                "fixedrange": True,
            },
        ),
    }


def describe_pasts(found: Pasts) -> str:
    """Return both lines in one sentence, from their numbers."""
    apart = (
        "it writes the right ones itself" if found.apart is None else f"from step {found.apart + 1} on it writes others"
    )
    return (
        f"Line chart of the chance of {len(found.right)} right subwords: on average {percent(float(found.forced.mean()))} "
        f"{FORCED}, {percent(float(found.free.mean()))} {FREE}; {apart}."
    )


def beams(ways: Sequence[Way], width: int) -> Figure:
    """Return the log-probability a subword against the beam's width, the chosen width in the accent's colour."""
    return {
        "data": [
            {
                "type": "bar",
                "x": [str(way.width) for way in ways],
                "y": [round(-way.mean, 4) for way in ways],
                "marker": {"color": [ACCENT if way.width == width else MUTED for way in ways]},
                "text": [f"{-way.mean:.2f}" for way in ways],
                "textposition": "outside",
                "cliponaxis": False,
                "customdata": [
                    f"width {way.width}: {-way.logprob:.1f} nats of surprise in {way.subwords} subwords, {-way.mean:.2f} each"
                    for way in ways
                ],
                "hovertemplate": HOVER,
            }
        ],
        "layout": layout(
            "What wider beams find",
            "surprise of the text; less is better",
            height=280,
            showlegend=False,
            bargap=0.35,
            xaxis={"title": {"text": "width of the beam (1: greedy)"}, "type": "category", "fixedrange": True},
            yaxis={
                "title": {"text": "nats a subword"},
                "range": [0, max(max(-way.mean for way in ways), 0.1) * 1.2],
                "automargin": True,
                "fixedrange": True,
            },
        ),
    }


def describe_beams(ways: Sequence[Way]) -> str:
    """Return the bars in one sentence, from their numbers."""
    each = ", ".join(f"{-way.mean:.2f} at width {way.width}" for way in ways)
    return f"Bar chart of the nats a subword that beams find: {each}."
