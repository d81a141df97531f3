"""Gates: what one cell's gates do over a text, what it holds, and for how long."""

from functools import partial

import numpy as np

from core.experiments import lstm_gates
from core.experiments.lstm_gates.results import KEEPER, Cell, Layer, Read, window
from core.figures import lstm_gates as figures
from pages.kit import controls, tokens
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, count, signed
from pages.lstm_gates import given

MOST_CELLS, OTHER, FAR = 320, 100, 5
AT = 20  # the character that is looked at first, from 1
SHORT, MIDDLE, LONG = "under 1", "1 to 5", "over 5"


def show(stage: Stage) -> Shown | Nothing:
    """Show one cell over the text."""
    with stage.decide:
        rank = controls.slider("Cell, by memory (1: longest)", 1, MOST_CELLS, 1, 1, key="cell")
    with stage.more:
        layer, fitted = given.choose_layer(), given.choose_text()
        at = controls.position("Character", len(fitted.text), AT, key="place") - 1
    if not fitted.text:
        return Nothing("Type something under “More”: with no character at all there is nothing to read.")
    read = ask(lstm_gates.read, layer, fitted.text)
    given.say_what_is_read(stage, fitted, read)
    lives = read.half_lives
    if rank > len(lives):
        stage.note(f"This network has {len(lives)} cells: shown is the last one.")
    cell = _cell(layer, read, rank, at)
    _strip(stage, read, cell, at)
    keeper = KEEPER[cell.kind]
    its_own = (
        " This network reads each character at the end of a window of its own: shown is the last window."
        if layer.model == given.PUBLIC
        else ""
    )
    return Shown(
        verdict=judge(cell, lives),
        picture=draw(figures.over_text, cell, at),
        mechanism=draw(figures.mechanism, cell.step(at - cell.first), keeper),
        bet=bet(layer, read, rank, at),
        numbers=[
            ("longest half-life", figures.characters(float(lives.max()))),
            ("median half-life", figures.characters(float(np.median(lives)))),
            (f"{keeper} gate on average, this cell", signed(float(cell.of(keeper).mean()), 2)),
        ],
        caption=f"{equation(cell, at)} A half-life says after how many characters half of it is left. "
        f"In the text: the stronger the colour, the more open the {keeper} gate; click a character to go there.{its_own}",
        **given.script(layer, read.text),
    )


def _cell(layer: Layer, read: Read, rank: int, at: int) -> Cell:
    """Return the cell; only the public network has another course of it for each character that is looked at."""
    at = at if layer.model == given.PUBLIC else 0
    return ask(lstm_gates.cell, layer, read.text, min(rank, len(read.half_lives)), at)


def judge(cell: Cell, lives: np.ndarray) -> str:
    """Say how long the cell remembers beside the others, from their keeping gates over this text."""
    keeper, far = KEEPER[cell.kind], int((lives > FAR).sum())
    keep = "keep" if far != 1 else "keeps"
    return (
        f"With its {keeper} gate at {signed(float(cell.of(keeper).mean()), 2)} on average, half of what this cell holds is left "
        f"after {figures.characters(cell.half_life)}; {far} of {count(cell.hidden, 'cell')} {keep} half for more than {FAR}."
    )


def bet(layer: Layer, read: Read, rank: int, at: int) -> Bet:
    """Ask how long another cell keeps half of what it holds."""
    other = OTHER if rank != OTHER else 1
    nth = f"cell number {other} by memory" if other > 1 else "the cell with the longest memory"
    return Bet(
        question=f"Look at {nth} of {len(read.half_lives)} instead. For how many characters does it keep half of what it holds?",
        answers=(SHORT, MIDDLE, LONG),
        change={"cell": other},
        moved=f"{nth} is shown",
        judge=partial(_outcome, layer, read, other, at),
    )


def _outcome(layer: Layer, read: Read, rank: int, at: int) -> tuple[str, str]:
    life = _cell(layer, read, rank, at).half_life
    right = SHORT if life < 1 else MIDDLE if life <= FAR else LONG
    return right, f"Half is left after {figures.characters(life)}."


def equation(cell: Cell, at: int) -> str:
    """Return the step's sum with its numbers, as Markdown."""
    step = cell.step(at - cell.first)
    numbers = (step.keep, step.before, step.write, step.candidate, step.memory)
    keep, before, write, candidate, memory = (signed(number, 3) for number in numbers)
    letter = code(cell.text[at - cell.first])
    return f"At {letter}, character {at + 1}, it keeps {keep} × {before} and adds {write} × {candidate}, which makes {memory}."


def _strip(stage: Stage, read: Read, cell: Cell, at: int) -> None:
    """Show the text under the picture, coloured by how open the keeping gate is; a click chooses a character."""
    first, stop = window(len(read.text), at)
    keeper = KEEPER[cell.kind]
    values = {cell.first + i: float(value) for i, value in enumerate(cell.of(keeper))}
    row = []
    for position in range(first, stop):
        weight = values.get(position)
        note = f"character {position + 1}" + (f": {keeper} gate {signed(weight, 2)}" if weight is not None else "")
        row.append(tokens.Token(read.text[position], note, band=1 if position in read.unknown else -1, weight=weight))
    label = f"your text, coloured by the {keeper} gate of cell {cell.unit}"
    legend = ((1, "unknown to the network"),) if read.unknown else ()
    with stage.under:
        clicked = tokens.strip(row, key="characters", label=label, chosen=at - first, legend=legend)
    if clicked is not None and first + clicked != at:
        controls.move_to("place", first + clicked + 1)


VIEW = View("Gates", show)
