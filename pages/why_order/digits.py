"""784 pixels: a digit read a pixel at a step, in the order that a network was trained on, and in a new one."""

from functools import partial

import streamlit as st

from core.data.written_digits import unpack
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
from pages.kit.drawing import drawing
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent
from pages.why_order.shared import script_values

MOST_SHUFFLES = 50
FIRST = next(iter(ORDERS))
BRIEF = dict(zip(ORDERS, ("rows", "columns", "fixed", "new"), strict=True))
EXPLAINED = dict(zip(ORDERS, (
    "784 steps, one pixel each, one line of the picture after the other.",
    "One column of the picture after the other, by a network trained so.",
    "One shuffle of all pixels, the same for every picture, in training too.",
    "A shuffle that was not in training, for the network that learned rows.",
), strict=True))  # fmt: skip
LITTLE, HALF, MOST = "under 30 %", "30 to 80 %", "over 80 %"


def show(stage: Stage) -> Shown:
    """Show what a network believes while it reads a digit, and how many digits it reads correctly in each order."""
    with stage.decide:
        order = controls.choice("Pixels are read", tuple(ORDERS), FIRST, key="order", names=BRIEF.__getitem__)
    with stage.more:
        digit = controls.slider("Digit (none was in training)", 1, TESTED, DEFAULT_DIGIT + 1, 1, key="digit") - 1
        steps = controls.slider("Pixels shown in the sketch", 1, STEPS, STEPS // 2, 1, key="steps")
        number = controls.slider("Number of the new shuffle", 1, MOST_SHUFFLES, DEFAULT_SHUFFLE, 1, key="shuffle")
    drawn = square(stage)
    given = (*ORDERS[order], number if order == NEW else 0)
    read = ask(lesson.read_drawing, *given, drawn) if drawn else ask(lesson.read_digit, *given, digit)
    found = ask(lesson.accuracies, number)
    stage.note(EXPLAINED[order] + (" Draw your own below." if not drawn else ""))
    low, high = wilson(found.of(order), TESTED)
    return Shown(
        verdict=judge(read, found, order),
        picture=draw(figures.belief, read, found, order, tuple(each for each in (LEARNED, NEW) if each != order)),
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


def square(stage: Stage) -> str:
    """Let the reader draw under the picture; return the drawing as the link has it, empty where there is none."""
    drawn: str = controls.parameter("drawn", "", inked)
    with stage.under:
        st.caption(
            "Draw a digit here: it is read in place of the one above, and is in the link. With the keyboard, arrow keys move "
            "and, with shift, draw."
        )
        made = drawing(drawn, key="_square", label="A square to draw a digit in: arrow keys move, with shift they draw")
    if made is not None and made != drawn:
        controls.set_parameter("drawn", made)
        st.rerun()
    return drawn


def inked(drawn: str) -> str:
    """Return a drawing from a link; raises `ValueError` where it is none, or has no ink."""
    if not unpack(drawn).any():
        raise ValueError("there is nothing drawn")
    return drawn


def judge(read: Read, found: Accuracies, order: str) -> str:
    """Say what it says of this digit, and how many digits are correct in this order and in the first one."""
    share, rows = percent(found.of(order) / TESTED), percent(found.of(FIRST) / TESTED)
    if order == NEW:
        all_of_them = (
            f"Shuffled anew, the order it learned is gone: {share} of {TESTED:,} digits are correct, where {rows} were."
        )
    elif order == LEARNED:
        all_of_them = (
            f"Trained on one fixed shuffle it reads {share} of {TESTED:,} unseen digits, against {rows} row by row."
        )
    else:
        all_of_them = f"Read {order}, {share} of {TESTED:,} unseen digits are correct."
    if read.label is None:
        return f"Your drawing is read as {number_name(read.says)}. {all_of_them}"
    how = "correctly" if read.says == read.label else f"wrongly as {number_name(read.says)}"
    return f"{all_of_them} This {read.label} is read {how}."


def number_name(digit: int) -> str:
    """Return a digit with its article."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def caption(found: Accuracies) -> str:
    """Say what was trained, on what, and what the other two kinds of model make of a shuffle."""
    dense, bag = ([percent(int(n) / TESTED) for n in row] for row in (found.dense, found.bag))
    small, large = found.parameters
    return (
        f"The digits are 5,000 of MNIST’s, written by hand: 4,000 to train on, {TESTED:,} kept apart. The network takes one of "
        f"the 784 pixels at each step. It is a GRU of {small:,} numbers, trained once for each of the three orders, for equally "
        "many steps; the new shuffle is given to the one that learned rows. In a fixed shuffle, pixels that touch are far apart "
        "in the sequence, which is harder to learn: it was still getting better, slowly. The units start out forgetting slowly; "
        "from the usual start the network learned nothing in the minutes that it had. Your drawing is made as large as MNIST’s "
        f"digits and moved to the middle, as they were. Below, two others. A **dense network** ({large:,} numbers) takes all "
        f"pixels at once: as they stand {dense[0]}, in a fixed shuffle that it was trained on {dense[1]}. It never notices, "
        f"because it has no first or last pixel. In a new shuffle it fails as well ({dense[2]}): it, too, has to know where "
        f"each pixel belongs. A **bag of shades** knows only how much of each grey there is: {bag[0]}, {bag[1]} and {bag[2]}."
    )


def bet(order: str, number: int) -> Bet:
    """Ask how many digits are correct in an order that differs most from the present one."""
    other = LEARNED if order == NEW else NEW
    what = (
        "Train a network on one fixed shuffle instead. How many unseen digits does it read correctly in that shuffle?"
        if other == LEARNED
        else "Give the network that learned rows the pixels in a new shuffle. How many digits does it still read correctly?"
    )
    return Bet(what, (LITTLE, HALF, MOST), {"order": other}, f"pixels {other}", partial(_outcome, other, number))


def _outcome(order: str, number: int) -> tuple[str, str]:
    share = ask(lesson.accuracies, number).of(order) / TESTED
    return (
        LITTLE if share < 0.3 else HALF if share <= 0.8 else MOST,
        f"It reads {percent(share)} correctly; guessing gives 10 %.",
    )


IDEA = (
    "A picture of a digit can be read as a **sequence**: its 784 pixels, one at each step. A **recurrent "
    "network** has learned to read them in one order. We shuffle the pixels, in a way that it learned and in a new one."
)
VIEW = View("Pixels", show, IDEA)
