"""The picture of the course's first page: what may come next, hidden until somebody has guessed."""

import numpy as np

from core.experiments.gpt_sampling.results import NextToken
from core.figures.palette import ACCENT, CATEGORY
from core.figures.picture import Picture
from core.figures.style import HOVER, MONOSPACE, READ, layout, percent, plain

ROWS = 8


def probabilities(next_token: NextToken, rows: int = ROWS) -> list[tuple[str, float]]:
    """Return the likeliest next tokens, as words, with their probabilities over the whole vocabulary."""
    scores = next_token.logits.astype(np.float64)
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    return [(next_token.labels[n].strip("␣· "), float(shares[next_token.order[n]])) for n in range(rows)]


def guess(next_token: NextToken, words: tuple[str, ...], chosen: str = "") -> Picture:
    """Draw the likeliest next tokens as bars; until a word is chosen those of `words` have no name."""
    rows = probabilities(next_token)
    names = [word if chosen or word not in words else "?" for word, _ in rows]
    shares = [100 * share for _, share in rows]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": shares,
        "y": list(range(len(rows))),
        "marker": {"color": [CATEGORY[1] if chosen and word == chosen else ACCENT for word, _ in rows]},
        "text": [percent(share) for _, share in rows],
        "textposition": "outside",
        "textfont": {"size": READ},
        "cliponaxis": False,
        "customdata": [f"{plain(name)}: {percent(share)}" for name, (_, share) in zip(names, rows, strict=True)],
        "hovertemplate": HOVER,
    }
    spec = {
        "data": [bars],
        "layout": layout(
            "How likely each next word is",
            height=340,
            showlegend=False,
            xaxis={"title": {"text": "probability (%)"}, "range": [0, 1.2 * max(shares)], "fixedrange": True},
            yaxis={
                "title": {"text": "next word"},
                "tickvals": list(range(len(rows))),
                "ticktext": [plain(name) for name in names],
                "tickfont": {**MONOSPACE, "size": READ},
                "autorange": "reversed",
                "automargin": True,
                "showgrid": False,
                "fixedrange": True,
            },
        ),
    }
    best = rows[0]
    alt = f"Bar chart of the {len(rows)} likeliest next words: the first has {percent(best[1])}, the last {percent(rows[-1][1])}."
    return Picture(
        spec, alt, ("next word", "probability (%)"), [(n, round(s, 3)) for n, s in zip(names, shares, strict=True)]
    )
