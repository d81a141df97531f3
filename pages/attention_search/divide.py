"""Why a dot product is divided by the root of its width: random vectors of every width, and the heads of a real model."""

import math

import streamlit as st

from core.experiments.attention_search import recorded
from core.experiments.attention_search.scaling import Scaling, Trained
from core.figures import attention_search as figures
from pages.attention_search import results
from pages.attention_search.settings import Asked
from pages.kit import cache
from pages.kit.former import Picture, show, verdict
from pages.kit.words import percent


def show_divide(asked: Asked) -> Picture:
    """Show what the width does to random matches, and what the division does in the heads of a real model."""
    scaling, trained = results.measured(asked.keys, asked.seed, asked.width), recorded.trained()
    one = (asked.layer, asked.head)
    columns = (
        "width", "variance of q·k", "divided", "entropy (bits)", "divided: entropy (bits)", "slope", "divided: slope",
    )  # fmt: skip
    picture = cache.remember(
        ("search width", asked.keys, asked.seed, asked.width, *one),
        lambda: Picture(
            figures.against_width(scaling, asked.width, trained, *one),
            figures.describe_width(scaling, asked.width),
            columns,
            [
                (w, *(round(float(table[way, n]), 4) for table in (scaling.variance, scaling.entropy, scaling.slope)
                      for way in (0, 1)))
                for n, w in enumerate(scaling.widths)
            ],
        ),
    )  # fmt: skip
    show(picture, key="width_chart")
    st.caption(
        f"Every number of 200 queries and {asked.keys} keys is drawn at random, with variance 1. A product of d of them adds up "
        "d terms, and so its variance is d. The slope is by how much the shares answer to the matches, added up over the keys: "
        "where it is 0, nothing can be learned. Diamonds: the same in a real head."
    )
    verdict(*judge(scaling, asked.width))
    heads = cache.remember(
        ("search heads", *one),
        lambda: Picture(
            figures.trained_heads(trained, *one),
            figures.describe_heads(trained),
            ("layer", "head", "variance of q·k", "entropy as it is (bits)", "entropy divided (bits)"),
            [
                (
                    la + 1,
                    h + 1,
                    round(float(trained.variance[la, h, -1]), 2),
                    *(round(float(e), 3) for e in trained.entropy[la, h]),
                )
                for la in range(trained.entropy.shape[0])
                for h in range(trained.entropy.shape[1])
            ],
        ),
    )
    show(heads, key="heads")
    st.markdown(say_trained(trained, *one))
    return picture


def judge(scaling: Scaling, width: int) -> tuple[str, list[tuple[str, str]]]:
    """Say what the division changes at this width, from the numbers shown."""
    at = scaling.at(width)
    (variance, divided), (entropy, kept), (slope, steep) = (at[name] for name in ("variance", "entropy", "slope"))
    numbers = [
        ("variance of q · k", f"{variance:,.1f}"),
        ("divided by √d", f"{divided:.2f}"),
        ("entropy as it is", f"{entropy:.2f} bits"),
        ("entropy divided", f"{kept:.2f} bits"),
    ]
    most = math.log2(scaling.keys)
    if width == 1:
        return "Not here: at a width of 1 there is nothing to divide by, both are the same.", numbers
    if kept - entropy < 0.1 * most:
        text = f"Hardly here: at a width of {width:,} the division changes the entropy by {kept - entropy:.2f} bits."
    else:
        low, high = (2 ** float(limit(scaling.entropy[1])) for limit in (min, max))
        text = (
            f"At a width of {width:,} the products have a variance of {variance:,.1f}. Left as they are, {2**entropy:.1f} of "
            f"{scaling.keys} keys share the mask and its slope is {slope:.3f}. Divided by √{width:,} = {math.sqrt(width):.1f} it "
            f"is {2**kept:.1f} keys, and from {low:.1f} to {high:.1f} at every width here, with a slope of {steep:.2f}."
        )
    return text, numbers


def say_trained(trained: Trained, layer: int, head: int) -> str:
    """Say what training makes of the variance, and what the division is worth in a real model."""
    width = trained.parts[-1]
    variance = trained.variance[..., -1]
    without, divided = (float(v) for v in trained.entropy.mean((0, 1)))
    own = trained.entropy[layer - 1, head - 1]
    above = float((variance > width).mean())
    return (
        f"**In a trained model.** Queries and keys of a real head are not random: products over its {width} numbers would have "
        f"variance {width}, but {percent(above)} of the {variance.size} heads have more, up to {variance.max():,.0f}. "
        f"Undivided, their masks would hold {without:.2f} bits on average in place of {divided:.2f}. Layer "
        f"{layer}, head {head}: variance {variance[layer - 1, head - 1]:,.0f}, {own[0]:.2f} bits undivided, {own[1]:.2f} divided."
    )
