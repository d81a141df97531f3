"""784 pixels: a digit read in steps of 28 pixels, in the order that a network was trained on, and in a new one."""

from functools import partial

from core.experiments import why_order as lesson
from core.experiments.intervals import wilson
from core.experiments.why_order.results import (
    DEFAULT_DIGIT,
    DEFAULT_SHUFFLE,
    LEARNED,
    NEW,
    ORDERS,
    STEPS,
    TESTED,
    Accuracies,
    Read,
)
from core.figures import why_order as figures
from pages.kit import controls, export
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent
from pages.why_order.shared import script_values

MOST_SHUFFLES = 50
FIRST = next(iter(ORDERS))
BRIEF = dict(zip(ORDERS, ("rows", "columns", "fixed", "new"), strict=True))
EXPLAINED = dict(zip(ORDERS, (
    "28 pixels at each of 28 steps, one line of the picture after the other.",
    "One column of the picture after the other, by a network trained so.",
    "One shuffle of all pixels, the same for every picture, in training too.",
    "A shuffle that was not in training, given to the network that learned rows.",
), strict=True))  # fmt: skip
LITTLE, HALF, MOST = "under 30 %", "30 to 80 %", "over 80 %"


def show(stage: Stage) -> Shown:
    """Show what a network believes while it reads a digit, and how many digits it reads correctly in each order."""
    with stage.decide:
        order = controls.choice("Pixels are read", tuple(ORDERS), FIRST, key="order", names=BRIEF.__getitem__)
    with stage.more:
        digit = controls.slider("Digit (none was in training)", 1, TESTED, DEFAULT_DIGIT + 1, 1, key="digit") - 1
        steps = controls.slider("Steps shown in the sketch", 1, STEPS, 14, 1, key="steps")
        number = controls.slider("Number of the new shuffle", 1, MOST_SHUFFLES, DEFAULT_SHUFFLE, 1, key="shuffle")
    read = ask(lesson.read_digit, *ORDERS[order], number if order == NEW else 0, digit)
    found = ask(lesson.accuracies, number)
    stage.note(EXPLAINED[order])
    low, high = wilson(found.of(order), TESTED)
    return Shown(
        verdict=judge(read, found, order),
        picture=draw(figures.belief, read, found, order),
        mechanism=draw(figures.filling, read, steps),
        bet=bet(order, number),
        numbers=[
            ("correct in this order", f"{found.of(order) / TESTED:.1%}".replace("%", " %")),
            ("95 % interval", f"{100 * low:.1f} to {100 * high:.1f} %"),
            ("bag of shades, in any order", f"{int(found.bag[0]) / TESTED:.1%}".replace("%", " %")),
        ],
        caption=caption(found),
        further=[draw(figures.kinds, found)],
        values=script_values(SHUFFLE=number, DIGIT=digit + 1),
        downloads=[export.own_weights("pixels_rows.safetensors")],
    )


def judge(read: Read, found: Accuracies, order: str) -> str:
    """Say what it says of this digit, and how many digits are correct in this order and in the first one."""
    says = "correctly" if read.says == read.label else f"wrongly as {'an' if read.says == 8 else 'a'} {read.says}"
    share = percent(found.of(order) / TESTED)
    if order == NEW:
        return (
            f"Shuffled anew, the order it learned is gone: {share} of {TESTED:,} digits are correct, where "
            f"{percent(found.of(FIRST) / TESTED)} were. Guessing gives 10 %."
        )
    if order == LEARNED:
        return (
            f"A shuffle that it was trained on can be learned: {share} of {TESTED:,} digits are correct, against "
            f"{percent(found.of(FIRST) / TESTED)} row by row. This one is read {says}."
        )
    return f"Read {order}, {share} of {TESTED:,} unseen digits are correct. This {read.label} is read {says}."


def caption(found: Accuracies) -> str:
    """Say what was trained, on what, and what the other two kinds of model make of a shuffle."""
    dense, bag = ([percent(int(n) / TESTED) for n in row] for row in (found.dense, found.bag))
    small, large = found.parameters
    return (
        f"The digits are 5,000 of MNIST’s, written by hand: 4,000 to train on, {TESTED:,} kept apart. The network takes 28 "
        "of the 784 pixels at each of 28 steps, which row by row is one line of the picture; one that takes a pixel at a time "
        f"did not learn in the minutes that it had here. It is a GRU of {small:,} numbers, trained once for each of the three "
        f"orders; the new shuffle is given to the one that learned rows. Below, two others. A **dense network** ({large:,} "
        f"numbers) takes all pixels at once: as they stand {dense[0]}, in a fixed shuffle that it was trained on {dense[1]}. It "
        f"never notices, because it has no first or last pixel. In a new shuffle it fails as well ({dense[2]}): it, too, has to "
        f"know where each pixel belongs. A **bag of shades** knows only how much of each grey there is: {bag[0]}, {bag[1]} and "
        f"{bag[2]}."
    )


def bet(order: str, number: int) -> Bet:
    """Ask how many digits are correct in an order that differs most from the present one."""
    other = LEARNED if order == NEW else NEW
    what = (
        "A network is trained on one fixed shuffle of the pixels. How many new digits does it read correctly in that shuffle?"
        if other == LEARNED
        else "Take the network that learned row by row, and shuffle all pixels of each new digit in the same new way. How many "
        "does it still read correctly?"
    )
    return Bet(what, (LITTLE, HALF, MOST), {"order": other}, f"pixels {other}", partial(_outcome, other, number))


def _outcome(order: str, number: int) -> tuple[str, str]:
    share = ask(lesson.accuracies, number).of(order) / TESTED
    return (
        LITTLE if share < 0.3 else HALF if share <= 0.8 else MOST,
        f"It reads {percent(share)} correctly; guessing gives 10 %.",
    )


IDEA = (
    "A picture of a digit can be read as a **sequence**: 28 of its 784 pixels at each step. A **recurrent "
    "network** has learned to read them in one order. We shuffle the pixels, in a way that it learned and in a new one."
)
VIEW = View("Pixels", show, IDEA)
