"""Over many sentences: what hiding a word takes, by the attention that it had."""

from typing import Any

from core.experiments.alignment.many import Bin, Share, Study, curve
from core.figures.palette import CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, layout, percent

HIDDEN = ("looked at<br>most", "looked at<br>second", "another,<br>by chance")


def dose(study: Study) -> Picture:
    """Draw how many words lose more than half of their probability: by which word is hidden, and by the attention it had."""
    bins, halved = curve(study), study.halved()
    said = {"most": "the word looked at most", "second": "the word looked at second", "other": "another word"}
    bars = {
        "type": "bar",
        "x": list(HIDDEN),
        "y": [100 * one.value for one in halved.values()],
        "error_y": _interval(list(halved.values())),
        "marker": {"color": [CATEGORY[1], MUTED, MUTED]},
        "width": 0.6,
        "customdata": [
            f"with {said[name]} hidden, {_between(one)} of words lose more than half" for name, one in halved.items()
        ],
        "hovertemplate": HOVER,
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "xaxis": "x2",
        "x": [100 * each.weight for each in bins],
        "y": [100 * each.halved.value for each in bins],
        "error_y": _interval([each.halved for each in bins]),
        "line": {"color": CATEGORY[0], "width": 2.5},
        "marker": {"size": 8},
        "customdata": [_said(each) for each in bins],
        "hovertemplate": HOVER,
    }
    size = {"fixedrange": True, "tickfont": {"size": 15}}
    spec = {
        "data": [bars, line],
        "layout": layout(
            "Words that lose more than half",
            height=345,
            margin={"l": 8, "r": 16, "t": 44, "b": 64},
            showlegend=False,
            xaxis=size | {"domain": [0, 0.48], "title": {"text": "hidden word"}, "tickangle": 0},
            xaxis2=size | {"domain": [0.56, 1], "range": [-3, 103], "title": {"text": "weight of the hidden word (%)"}},
            yaxis=size | {"title": {"text": "share of words (%)"}, "range": [0, 102], "automargin": True},
        ),
    }
    columns = ("hidden", "pairs of words", "lose more than half (%)", "95 % from", "95 % to")
    rows: list[tuple[Any, ...]] = [(said[name], len(study.agree), *_cells(one)) for name, one in halved.items()]
    rows += [(f"weight of {100 * b.low:.0f} to {100 * b.high:.0f} %", b.pairs, *_cells(b.halved)) for b in bins]
    alt = (
        f"Bars and a rising line, over {len(study.agree):,} words: more than half of the probability is lost by "
        f"{percent(halved['most'].value)} without the word looked at most, by {percent(halved['second'].value)} without the "
        f"second, by {percent(halved['other'].value)} without another one; by {percent(bins[0].halved.value)} where the hidden "
        f"word had under {100 * bins[0].high:.0f} % of the attention, by {percent(bins[-1].halved.value)} where it had over "
        f"{100 * bins[-1].low:.0f} %."
    )
    return Picture(spec, alt, columns, rows)


def _interval(shares: list[Share]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [100 * (each.high - each.value) for each in shares],
        "arrayminus": [100 * (each.value - each.low) for each in shares],
        "thickness": 2,
        "color": TEXT,
    }


def _cells(share: Share) -> tuple[float, float, float]:
    return round(100 * share.value, 2), round(100 * share.low, 2), round(100 * share.high, 2)


def _between(share: Share) -> str:
    return f"{percent(share.value)} ({percent(share.low)} to {percent(share.high)})"


def _said(each: Bin) -> str:
    return (
        f"of {each.pairs:,} hidden words with {100 * each.low:.0f} to {100 * each.high:.0f} % of the attention, "
        f"{percent(each.halved.value)} take more than half of the probability with them"
    )
