"""Why a dot product is divided by the root of its width: random vectors of every width, and the heads of a real model."""

import math
from functools import partial

from core.experiments import attention_search as lesson
from core.experiments.attention_search.results import HEAD_WIDTH, Scaling, Trained
from core.experiments.attention_search.scaling import DEFAULT_WIDTH, WIDEST
from core.figures import attention_search as figures
from core.figures.attention_search.numbers import short
from pages.attention_search.shared import script_values
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent

FEWER, SAME, MORE = "fewer", "as many", "more"


def show(stage: Stage) -> Shown:
    """Show what the width does to random matches, and what the division does in the heads of a real model."""
    with stage.decide:
        width = controls.slider("Width d", 1, WIDEST, DEFAULT_WIDTH, 1, key="width")
    scaling, trained = ask(lesson.random_products), ask(lesson.trained)
    variance, slope = ([float(v) for v in table[:, width - 1]] for table in (scaling.variance, scaling.slope))
    return Shown(
        verdict=judge(scaling, width),
        picture=draw(figures.shared, scaling, width),
        mechanism=draw(figures.division, scaling, width),
        bet=bet(scaling, width),
        numbers=[
            ("variance of q · k", f"{variance[0]:,.1f}"),
            ("variance, divided by √d", f"{variance[1]:.2f}"),
            ("slope, not divided and divided", f"{slope[0]:.2f}, {slope[1]:.2f}"),
        ],
        caption=f"{scaling.queries} queries and {scaling.keys} keys, every number drawn at random with variance 1. A product of "
        "d numbers adds up d terms, and so its variance is d. The slope says by how much the weights answer to the scores: "
        f"where it is 0, nothing can be learned. {say_trained(trained)}",
        further=[draw(figures.trained_heads, trained)],
        values=script_values(WIDTH=width),
    )


def judge(scaling: Scaling, width: int) -> str:
    """Say what the division changes at this width, from the numbers shown."""
    if width == 1:
        return "Not here: at a width of 1 there is nothing to divide by, both are the same."
    raw, divided = (float(v) for v in scaling.shared[:, width - 1])
    low, high = float(scaling.shared[1].min()), float(scaling.shared[1].max())
    return (
        f"At a width of {width:,} the best keys crowd out the rest: {raw:.1f} of {scaling.keys} share the weights. Divided by "
        f"√{width:,} = {short(math.sqrt(width))}, {divided:.1f} do, and {low:.0f} to {high:.0f} at every width."
        if raw < 0.5 * divided
        else f"At a width of {width:,} dividing changes little: {raw:.1f} of {scaling.keys} keys share the weights without it, "
        f"{divided:.1f} with it."
    )


def say_trained(trained: Trained) -> str:
    """Say what training makes of the variance, and what the division is worth in a real model."""
    width, variance = HEAD_WIDTH, trained.variance
    without, divided = (float(v) for v in 2 ** trained.entropy.mean((0, 1)))
    return (
        f"In a trained model queries and keys are not random: products over a head’s {width} numbers would have variance "
        f"{width}, but {percent(float((variance > width).mean()))} of the {variance.size} heads have more, up to "
        f"{variance.max():,.0f}. Not divided, {without:.1f} pieces would share the weights on average in place of {divided:.1f}."
    )


def bet(scaling: Scaling, width: int) -> Bet:
    """Ask what a width four times as large, or a quarter of it, does to undivided weights."""
    other = 4 * width if 4 * width <= WIDEST else width // 4
    now = float(scaling.shared[0, width - 1])
    return Bet(
        question=f"Take vectors {'four times as wide' if other > width else 'a quarter as wide'}, {other:,} numbers. Of the "
        f"{scaling.keys} keys {now:.1f} share the undivided weights now. How many then?",
        answers=(FEWER, SAME, MORE),
        change={"width": other},
        moved=f"width {other:,}",
        judge=partial(_outcome, width, other),
    )


def _outcome(width: int, other: int) -> tuple[str, str]:
    shared = ask(lesson.random_products).shared[0]
    now, then = float(shared[width - 1]), float(shared[other - 1])
    right = FEWER if then < 0.95 * now else MORE if then > 1.05 * now else SAME
    return right, f"{then:.1f} then, {now:.1f} before."


VIEW = View("Why divide", show)
