"""What stands in the blank, by three ways to fill it; and how often four ways are correct on held-out sentences."""

from core.experiments.gpt_vs_bert.results import BOTH, GREEDY, LEFT, WHOLE, CausalBlank, HeldOut, Ranked
from core.figures.palette import CATEGORY, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, READ, key, layout, percent, plain

WAYS = ("SmolLM2, left", "SmolLM2, whole", "MiniLM, whole")
COLOURS = (CATEGORY[0], CATEGORY[2], CATEGORY[1])


def fill(causal: CausalBlank, masked: Ranked, seen: int) -> Picture:
    """Draw the share of each candidate, by each way; `seen` words stand on the right of the blank."""
    ways = (causal.left, causal.whole, masked)
    words = list(causal.whole.words)
    bars = []
    for name, way, colour in zip(WAYS, ways, COLOURS, strict=True):
        shares = [way.of(word) for word in words]
        hover = [f"{plain(word)}: {percent(share)} by {name}" for word, share in zip(words, shares, strict=True)]
        bars.append({
            "type": "bar", "orientation": "h", "x": [round(100 * share, 3) for share in shares],
            "y": [plain(word) for word in words], "name": name, "marker": {"color": colour},
            "customdata": hover, "hovertemplate": HOVER,
            "text": [percent(share) if share > 0.03 else "" for share in shares], "textposition": "outside",
            "constraintext": "none",
            "textfont": {"size": 14, "color": TEXT}, "cliponaxis": False,
        })  # fmt: skip
    firsts = [way.words[0] for way in ways]
    spec = {
        "data": bars[::-1],
        "layout": layout(
            "Which candidate fills the blank", key(bars[::-1]), height=max(300, 90 + 43 * len(words)),
            barmode="group", bargap=0.15, margin={"l": 8, "r": 60, "t": 68, "b": 44},
            xaxis={"title": {"text": "share of each way’s probability (%)"}, "range": [0, 105], "fixedrange": True},
            yaxis={"type": "category", "autorange": "reversed", "fixedrange": True, "automargin": True,
                   "tickfont": {"size": READ}, "tickvals": [plain(word) for word in words]},
        ),
    }  # fmt: skip
    alt = (
        f"Bar chart of {len(words)} candidates for the blank with {seen} words on its right: from the left side SmolLM2 prefers "
        f"{firsts[0]}, by the whole sentence {firsts[1]}; MiniLM prefers {firsts[2]} with "
        f"{percent(float(masked.probabilities[0]))}."
    )
    rows = [(word, *(round(100 * way.of(word), 3) for way in ways)) for word in words]
    return Picture(spec, alt, ("candidate", *(f"{name} (%)" for name in WAYS)), rows)


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
            "Right word of six, held-out sentences", key(bars), height=380, barmode="group",
            margin={"l": 8, "r": 12, "t": 68, "b": 60},
            xaxis={"type": "category", "fixedrange": True, "title": {"text": "how the blank was filled"}},
            yaxis={"title": {"text": "correct (%)"}, "rangemode": "tozero", "fixedrange": True},
        ),
    }  # fmt: skip
    totals = ", ".join(f"{way} {found.correct(way)[0]}" for way in order)
    alt = f"Bar chart of {smalls} small words and {others} others, correct of {len(found.sentences)} in all: {totals}."
    rows = [(way, *(column[n] for column in cells)) for n, way in enumerate(order)]
    return Picture(spec, alt, ("way", "small words correct (%)", "other words correct (%)"), rows)
