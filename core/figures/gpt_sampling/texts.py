"""A generated text: how likely each of its tokens was."""

from core.experiments.gpt_sampling.texts import Text
from core.figures.palette import CATEGORY
from core.figures.picture import Picture
from core.figures.style import HOVER, layout, percent, plain

BANDS = ("the likeliest", "rank 2 to 10", "rank 11 to 100", "beyond")
COLUMNS = ("position", "token", "rank", "probability (%)", "drawn with (%)")


def text(found: Text) -> Picture:
    """Draw the probability of each token of a text under the model alone, coloured by rank as on the strip."""
    bars = []
    for band, name in enumerate(BANDS):
        positions = [i for i, word in enumerate(found.words) if word.band == band]
        chosen = [found.words[i] for i in positions]
        hover = [
            f"token {i + 1}, {plain(w.label)}: rank {w.rank:,}, {percent(w.probability)}"
            for i, w in zip(positions, chosen, strict=True)
        ]
        bars.append(
            {
                "type": "bar",
                "name": name,
                "x": [i + 1 for i in positions],
                "y": [100 * w.probability for w in chosen],
                "marker": {"color": CATEGORY[band]},
                "customdata": hover,
                "hovertemplate": HOVER,
            }
        )
    spec = {
        "data": bars,
        "layout": layout(
            "How likely the model found each token",
            height=200,
            margin={"l": 8, "r": 16, "t": 34, "b": 44},
            bargap=0.15,
            showlegend=False,
            xaxis={"title": {"text": "token"}, "range": [0.4, max(len(found.words), 1) + 0.6], "fixedrange": True},
            yaxis={"title": {"text": "probability (%)"}, "range": [0, 102], "fixedrange": True, "automargin": True},
        ),
    }
    rows = [
        (i + 1, w.label, w.rank, round(100 * w.probability, 4), round(100 * w.drawn, 4))
        for i, w in enumerate(found.words)
    ]
    return Picture(spec, _describe(found), COLUMNS, rows)


def _describe(found: Text) -> str:
    likeliest = sum(word.rank == 1 for word in found.words)
    return (
        f"Bar chart of the probability of each of {len(found.words)} tokens: {likeliest} were the likeliest at their "
        f"position, {sum(word.rank > 100 for word in found.words)} were beyond rank 100."
    )
