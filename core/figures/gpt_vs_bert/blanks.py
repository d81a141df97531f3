"""What stands in the blank, by three ways to fill it; and how often four ways are correct on held-out sentences."""

from core.experiments.gpt_vs_bert.results import BOTH, GREEDY, LEFT, WHOLE, CausalBlank, HeldOut, Ranked
from core.figures.palette import CATEGORY, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, READ, layout, percent, plain, swatch

WAYS = ("causal, left side alone", "causal, whole sentence", "masked, both sides")
COLOURS = (CATEGORY[0], CATEGORY[2], CATEGORY[1])
EACH, MOST = 3, 8  # words of each way, and in all


def fill(causal: CausalBlank, masked: Ranked, seen: int) -> Picture:
    """Draw the first words of each way with their probabilities; `seen` words stand on the right of the blank."""
    ways = (causal.greedy, causal.whole, masked)
    words = list(dict.fromkeys(word for n in range(EACH) for way in reversed(ways) for word in way.words[n : n + 1]))[
        :MOST
    ]
    bars = []
    for name, way, colour in zip(WAYS, ways, COLOURS, strict=True):
        shares = [way.of(word) for word in words]
        hover = [
            f"{plain(word)}: {percent(share)} ({name})" if share else f"{plain(word)} is not among the first ({name})"
            for word, share in zip(words, shares, strict=True)
        ]
        bars.append({
            "type": "bar", "orientation": "h", "x": [round(100 * share, 3) for share in shares],
            "y": [plain(word) for word in words], "name": name, "marker": {"color": colour}, "showlegend": False,
            "customdata": hover, "hovertemplate": HOVER,
            "text": [percent(share) if share > 0.005 else "" for share in shares], "textposition": "outside",
            "textfont": {"size": 14, "color": TEXT}, "cliponaxis": False,
        })  # fmt: skip
    firsts = [way.words[0] if way.words else "nothing" for way in ways]
    said = "   ".join(f"{swatch(colour)} {name}" for name, colour in zip(WAYS, COLOURS, strict=True))
    spec = {
        "data": bars[::-1],
        "layout": layout(
            "The likeliest words for the blank", said, height=max(320, 60 + 44 * len(words)), barmode="group", bargap=0.25,
            margin={"l": 8, "r": 60, "t": 74, "b": 44},
            xaxis={"title": {"text": "probability (%)"}, "range": [0, 105], "fixedrange": True},
            yaxis={"type": "category", "autorange": "reversed", "fixedrange": True, "automargin": True,
                   "tickfont": {"size": READ}, "tickvals": [plain(word) for word in words]},
        ),
    }  # fmt: skip
    alt = (
        f"Bar chart of {len(words)} words for the blank: from the left side alone the causal model says {firsts[0]}, by the "
        f"whole sentence {firsts[1]}; the masked model, with {seen} words on the right, says {firsts[2]} with "
        f"{percent(float(masked.probabilities[0]) if len(masked.words) else 0.0)}."
    )
    rows = [(word, *(round(100 * way.of(word), 3) for way in ways)) for word in words]
    return Picture(spec, alt, ("word", *(f"{name} (%)" for name in WAYS)), rows)


def held_out(found: HeldOut) -> Picture:
    """Draw how many blanks each way filled with the word itself: the small words of grammar, and all others."""
    order = (GREEDY, WHOLE, LEFT, BOTH)
    groups = (("small words, such as “the” or “of”", True, CATEGORY[3]), ("all other words", False, CATEGORY[4]))
    bars, cells = [], []
    for name, small, colour in groups:
        counts = [found.correct(way, small) for way in order]
        shares = [100 * right / max(total, 1) for right, total in counts]
        cells.append([round(share, 1) for share in shares])
        bars.append({
            "type": "bar", "x": list(order), "y": [round(share, 2) for share in shares], "name": name,
            "marker": {"color": colour}, "text": [f"{share:.0f} %" for share in shares], "textposition": "outside",
            "textfont": {"size": 14, "color": TEXT}, "cliponaxis": False, "hovertemplate": HOVER,
            "customdata": [
                f"{way}: {right} of {total} blanks correct ({name})"
                for way, (right, total) in zip(order, counts, strict=True)
            ],
        })  # fmt: skip
    smalls, others = (found.correct(BOTH, each)[1] for each in (True, False))
    spec = {
        "data": bars,
        "layout": layout(
            f"{len(found.sentences)} held-out sentences: blanks filled with the word itself", height=380, barmode="group",
            margin={"l": 8, "r": 12, "t": 84, "b": 60},
            xaxis={"type": "category", "fixedrange": True, "title": {"text": "how the blank was filled"}},
            yaxis={"title": {"text": "correct (%)"}, "rangemode": "tozero", "fixedrange": True},
        ),
    }  # fmt: skip
    totals = ", ".join(f"{way} {found.correct(way)[0]}" for way in order)
    alt = f"Bar chart of {smalls} small words and {others} others, correct of {len(found.sentences)} in all: {totals}."
    rows = [(way, *(column[n] for column in cells)) for n, way in enumerate(order)]
    return Picture(spec, alt, ("way", "small words correct (%)", "other words correct (%)"), rows)
