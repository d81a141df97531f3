"""The picture of a generated text: how likely each token was."""

from core.experiments.gpt_sampling.texts import Text
from core.figures.palette import CATEGORY
from core.figures.style import HOVER, Figure, layout, percent, plain


def text_chances(text: Text) -> Figure:
    """Return the chance of each token of a text under the model alone, coloured by rank as on the strip."""
    bands = ("the likeliest", "rank 2 to 10", "rank 11 to 100", "beyond")
    bars = []
    for band, name in enumerate(bands):
        places = [i for i, word in enumerate(text.words) if word.band == band]
        chosen = [text.words[i] for i in places]
        hover = [
            f"token {i + 1}, {plain(w.label)}: rank {w.rank:,}, {percent(w.chance)}"
            for i, w in zip(places, chosen, strict=True)
        ]
        bars.append(
            {
                "type": "bar",
                "name": name,
                "x": [i + 1 for i in places],
                "y": [100 * w.chance for w in chosen],
                "marker": {"color": CATEGORY[band]},
                "customdata": hover,
                "hovertemplate": HOVER,
            }
        )
    return {
        "data": bars,
        "layout": layout(
            "How likely each token was",
            height=240,
            bargap=0.15,
            showlegend=False,
            xaxis={"title": {"text": "token"}, "fixedrange": True},
            yaxis={"title": {"text": "chance (%)"}, "fixedrange": True},
        ),
    }


def describe_text(text: Text) -> str:
    """Return the figure in one sentence, from its numbers."""
    likeliest = sum(word.rank == 1 for word in text.words)
    return (
        f"Bar chart of the chance of each of {len(text.words)} tokens: {likeliest} were the likeliest at their place, "
        f"{sum(word.rank > 100 for word in text.words)} were beyond rank 100."
    )
