"""One step of the network: the loop and its unrolled chain, what goes in, and what comes out."""

import math

import streamlit as st

from core.experiments import rnn as lesson
from core.experiments.characters import visible
from core.experiments.rnn import recorded
from core.figures import rnn as figures
from pages.kit.lesson import Picture, show, verdict
from pages.kit.words import code, count, percent
from pages.rnn import state, work

CHANGED = 0.25  # of its reach: a unit that went further in one step changed


def show_step(read: lesson.Read, place: int, steps: int) -> Picture:
    """Show the steps up to a place, and what the last of them says comes next."""
    surprises = read.surprises()
    chances = [None if math.isnan(s) else float(2.0**-s) for s in surprises]
    notes = ["nothing before it" if c is None else f"a chance of {percent(c)} before it came" for c in chances]
    state.strip(read, place, notes, list(chances), label="your text, coloured by how likely each character was")
    st.caption("The stronger a character is coloured, the likelier the network held it. Click one to see its step.")
    tracking = recorded.tracking(read.model)
    step = lesson.step_at(read, place)
    chain = work.kept(
        ("rnn chain", read.model, read.text, place, steps, read.states.dtype.str),
        lambda: Picture(
            figures.unrolled(read, tracking, place, steps),
            figures.describe_unrolled(read, place, steps),
            ("matrix", "rows", "columns", "numbers", "used so far"),
            [(m.name, m.rows, m.columns, m.numbers, place + 1) for m in read.matrices],
        ),
    )
    show(chain, key="chain")
    rows = [(visible(character), round(100 * chance, 3)) for character, chance in step.likeliest]
    picture = Picture(figures.next_chances(step), figures.describe_next(step), ("character", "chance (%)"), rows)
    show(picture, key="next")
    verdict(*judge(read, step))
    return picture


def judge(read: lesson.Read, step: lesson.Step) -> tuple[str, list[tuple[str, str]]]:
    """Say how often the matrices were used, and whether the state knew what came."""
    used, best = step.place + 1, step.likeliest[0]
    reach = recorded.tracking(read.model).reach
    changed = int((abs(step.after - step.before) > CHANGED * reach).sum())
    shared = sum(matrix.numbers for matrix in read.matrices)
    text = (
        f"To come this far, each of the three matrices was used {count(used, 'time')}: {shared:,} numbers, however long "
        "the text. "
    )
    if step.came is None:
        text += f"Your text ends here; {code(visible(best[0]))} would come next with {percent(best[1])}."
    elif not step.rank:
        text += f"{code(visible(step.came))} came, which the model does not know."
    elif step.rank == 1:
        text += (
            f"From the state alone it held {code(visible(step.came))} for the likeliest, with {percent(step.chance)}, and "
            "that came."
        )
    else:
        text += (
            f"Not here what it expected: {code(visible(step.came))} came, which was its choice number {step.rank} with "
            f"{percent(step.chance)}; the likeliest was {code(visible(best[0]))} with {percent(best[1])}."
        )
    return text, [
        ("times used", f"{used:,}"),
        ("numbers in three matrices", f"{shared:,}"),
        ("units that changed", f"{changed:,} of {read.states.shape[1]:,}"),
    ]
