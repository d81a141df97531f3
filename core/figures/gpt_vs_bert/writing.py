"""The pair of equal models in numbers, what a larger model thinks of their texts, the course searched, and the dates."""

from collections.abc import Sequence

from core.experiments.gpt_vs_bert.results import TIME_LINE, Found, Judged, PairFacts
from core.figures.palette import CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, READ, key, layout, plain

SHOWN = 6  # lessons of a search


def perplexities(facts: PairFacts) -> Picture:
    """Draw the perplexity of a held-out token: to the causal model, and to the other from one side and from both."""
    rows = [
        ("causal, left side", facts.causal, CATEGORY[0]),
        ("bidirectional, left side alone", facts.left, MUTED),
        ("bidirectional, both sides", facts.both, CATEGORY[1]),
    ]
    said = "in equally likely tokens; lower is better"
    bars = [(n, v, c, f"{n}: as uncertain as {v:.1f} equal tokens") for n, v, c in rows]
    spec = _bars("Perplexity of a held-out token", said, bars, "perplexity (equal tokens)", ".1f")
    alt = (
        f"Bar chart of perplexities: the causal model {facts.causal:.1f}, the bidirectional one {facts.left:.1f} from "
        "the left side "
        f"alone and {facts.both:.1f} from both sides."
    )
    return Picture(spec, alt, ("model and what it sees", "perplexity"), [(name, value) for name, value, _ in rows])


def judged(causal: Judged, both: Judged) -> Picture:
    """Draw the perplexity of both written texts to a larger causal model."""
    rows = [
        ("written by the causal one", causal.perplexity, CATEGORY[0]),
        ("written by the bidirectional one", both.perplexity, CATEGORY[1]),
    ]
    said = "SmolLM2’s perplexity; lower is more English"
    bars = [(n, v, c, f"{n}: as uncertain as {v:,.0f} equal tokens") for n, v, c in rows]
    spec = _bars("What a larger model thinks of both texts", said, bars, "perplexity (equal tokens)", ",.0f")
    alt = (
        f"Bar chart: to SmolLM2 the text of the causal model has a perplexity of {causal.perplexity:,.0f} a token, that of the "
        f"bidirectional one {both.perplexity:,.0f}."
    )
    return Picture(spec, alt, ("text", "perplexity"), [(name, round(value, 1)) for name, value, _ in rows])


def search(found: Found, titles: Sequence[str]) -> Picture:
    """Draw the lessons that lie nearest to the question, by cosine."""
    order = [int(n) for n in (-found.cosines).argsort(kind="stable")[:SHOWN]]
    rows = [(titles[n], float(found.cosines[n])) for n in order]
    bars = [
        (
            plain(title),
            value,
            CATEGORY[1] if n == 0 else MUTED,
            f"{plain(title)}: a cosine of {value:.2f} with your question",
        )
        for n, (title, value) in enumerate(rows)
    ]
    spec = _bars("Lessons nearest to your question", "", bars, "cosine of question and lesson", ".2f")
    alt = (
        f"Bar chart of {len(rows)} lessons: nearest to the question is {rows[0][0]} with a cosine of {rows[0][1]:.2f}."
    )
    return Picture(spec, alt, ("lesson", "cosine"), [(title, round(value, 4)) for title, value in rows])


def curves(facts: PairFacts) -> Picture:
    """Draw the training loss of both models by step, as perplexity."""
    lines = [
        {
            "type": "scatter", "mode": "lines", "name": name, "x": [s for s, _ in curve],
            "y": [round(2.718281828459045**loss, 2) for _, loss in curve], "line": {"color": colour, "width": 3},
            "hovertemplate": f"{name}, step %{{x:,}}: perplexity %{{y:.1f}}<extra></extra>",
        }
        for name, colour, curve in zip(
            ("causal: every next token", "bidirectional: the masked ones"), CATEGORY[:2], facts.curves, strict=True
        )
    ]  # fmt: skip
    spec = {
        "data": lines,
        "layout": layout(
            "While training: equal text, equal steps", key(lines), height=380,
            xaxis={"title": {"text": "step"}, "fixedrange": True},
            yaxis={"title": {"text": "perplexity of what is asked"}, "type": "log", "fixedrange": True},
        ),
    }  # fmt: skip
    ends = [2.718281828459045 ** curve[-1][1] for curve in facts.curves]
    alt = (
        f"Line chart over {facts.steps:,} steps: what the causal model is asked ends at a perplexity of {ends[0]:.1f}, what the "
        f"bidirectional one is asked at {ends[1]:.1f}."
    )
    rows = [
        (step, *(round(2.718281828459045 ** dict(curve).get(step, float("nan")), 2) for curve in facts.curves))
        for step, _ in facts.curves[0]
    ]
    return Picture(spec, alt, ("step", "causal", "bidirectional"), rows)


def time_line() -> Picture:
    """Draw when GPT, BERT and GPT-2 came out and how large they were."""
    kinds = {"causal": CATEGORY[0], "both sides": CATEGORY[1]}
    points = [
        {
            "type": "scatter", "mode": "markers+text", "name": kind, "x": [r.date for r in TIME_LINE if r.kind == kind],
            "y": [r.parameters / 1e6 for r in TIME_LINE if r.kind == kind],
            "text": [r.name for r in TIME_LINE if r.kind == kind], "textposition": "top center",
            "textfont": {"size": READ, "color": TEXT}, "marker": {"size": 14, "color": colour}, "hovertemplate": HOVER,
            "cliponaxis": False,
            "customdata": [
                f"{r.name} ({r.source}): {r.parameters / 1e6:,.0f} million parameters, trained on {r.text}"
                for r in TIME_LINE if r.kind == kind
            ],
        }
        for kind, colour in kinds.items()
    ]  # fmt: skip
    spec = {
        "data": points,
        "layout": layout(
            "GPT, BERT, GPT-2 in eight months", height=360, margin={"l": 8, "r": 16, "t": 84, "b": 44},
            xaxis={"title": {"text": "first report"}, "type": "date", "range": ["2018-04-15", "2019-04-15"], "fixedrange": True},
            yaxis={"title": {"text": "parameters (millions)"}, "type": "log", "range": [1.8, 3.5], "fixedrange": True,
                   "tickvals": [100, 300, 1000, 3000]},
        ),
    }  # fmt: skip
    first, last = TIME_LINE[0], TIME_LINE[-1]
    alt = (
        f"Scatter chart of {len(TIME_LINE)} models: from {first.name} with {first.parameters / 1e6:.0f} million parameters in "
        f"{first.date[:4]} to {last.name} with {last.parameters / 1e6:,.0f} million in {last.date[:4]}."
    )
    rows = [(r.name, r.date, r.parameters / 1e6, r.text, r.kind, r.source) for r in TIME_LINE]
    return Picture(spec, alt, ("model", "first report", "parameters (millions)", "text", "reads", "source"), rows)


def _bars(
    title: str, said: str, rows: Sequence[tuple[str, float, str, str]], axis: str, digits: str
) -> dict[str, object]:
    names, values, colours, hover = zip(*rows, strict=True)
    bars = {
        "type": "bar", "orientation": "h", "x": list(values), "y": list(names), "marker": {"color": list(colours)},
        "text": [format(value, digits) for value in values], "textposition": "outside", "cliponaxis": False,
        "textfont": {"size": READ, "color": TEXT}, "customdata": list(hover), "hovertemplate": HOVER, "showlegend": False,
    }  # fmt: skip
    drawn = layout(
        title, said, height=340, bargap=0.4, margin={"l": 8, "r": 30, "t": 74 if said else 50, "b": 44},
        xaxis={"title": {"text": axis}, "range": [min(0.0, *values), 1.15 * max(values)], "fixedrange": True},
        yaxis={"type": "category", "autorange": "reversed", "fixedrange": True, "automargin": True, "tickfont": {"size": READ},
               "tickvals": list(names)},
    )  # fmt: skip
    return {"data": [bars], "layout": drawn}
