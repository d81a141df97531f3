"""Feed everything to a dense network: what it says of a sentence that begins a little later, and how large it must be."""

from functools import partial

from core.experiments import recurrence_vs_attention as lesson
from core.experiments.recurrence_vs_attention.results import KEPT, NAMES, READERS, SHIFTS, TEXT, WIDTHS, Moved
from core.figures import recurrence_vs_attention as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import count, percent
from pages.recurrence_vs_attention.below import script_values


def show(stage: Stage) -> Shown | Nothing:
    """Show how many verdicts change when a review begins later."""
    with stage.decide:
        shift = int(controls.slider("Empty positions before the review", 0, SHIFTS, 1, 1, key="shift"))
    with stage.more:
        text = controls.text_area("Your sentence, good or bad?", TEXT, key="text", height=68, max_chars=400)
    found, own = ask(lesson.moved), ask(lesson.sentence, text)
    if not own.words:
        return Nothing("Type a few words under “More”: there is nothing to move yet.")
    if own.dropped:
        stage.note(
            f"The first {KEPT} words are read: {count(own.dropped, 'more word')} would not fit when they are moved."
        )
    if own.unknown:
        stage.note(f"Not among the words that both know: {', '.join(own.unknown)}.")
    timed = ask(lesson.timed, WIDTHS[1])
    return Shown(
        verdict=judge(found, shift),
        picture=draw(figures.moved, found, shift),
        mechanism=draw(figures.slots, own, shift),
        bet=bet(found, shift),
        numbers=[
            ("correct where they were trained, dense", percent(int(found.correct[0, 0]) / found.reviews)),
            ("LSTM", percent(int(found.correct[1, 0]) / found.reviews)),
            ("words that can be read, dense", f"{KEPT + SHIFTS}"),
        ],
        caption=f"Both read film reviews as positive or negative, the first {KEPT} words of {found.reviews:,} that neither has "
        f"seen in training. Besides the words’ vectors the dense network has {found.parameters[0]:,} parameters and the LSTM "
        f"{found.parameters[1]:,}. The words stay the same and in order; they only begin later. What stands after the last "
        "position, a dense network can’t read at all.",
        further=[draw(figures.parameters, timed)],
        values=script_values(),
    )


def judge(found: Moved, shift: int) -> str:
    """Say how many verdicts change."""
    if not shift:
        return f"Not moved, both say of all {found.reviews:,} reviews what they said: nothing has changed yet."
    return (
        f"Begun {count(shift, 'position')} later, {percent(found.share('dense', shift))} of the reviews get another verdict from "
        f"the dense network, {percent(found.share('lstm', shift))} from the LSTM."
    )


SAME, FEWER, MANY = "within 2 points", "2 to 10 points lower", "over 10 points lower"


def bet(found: Moved, shift: int) -> Bet:
    """Ask how many verdicts are still correct, which the picture does not show, of the network that it is told less of."""
    other = SHIFTS if shift != SHIFTS else 1
    reader = 0 if other == SHIFTS else 1
    share = percent(int(found.correct[reader, 0]) / found.reviews)
    return Bet(
        question=f"Begin the reviews {count(other, 'position')} later. Of its verdicts the {NAMES[READERS[reader]]} had {share} "
        "correct where it was trained. What will be left?",
        answers=(SAME, FEWER, MANY),
        change={"shift": other},
        moved=f"{count(other, 'empty position')} before the review",
        judge=partial(_outcome, reader, other),
    )


def _outcome(reader: int, shift: int) -> tuple[str, str]:
    found = ask(lesson.moved)
    before, after = (int(found.correct[reader, n]) / found.reviews for n in (0, shift))
    lost = before - after
    return (
        SAME if lost <= 0.02 else FEWER if lost <= 0.1 else MANY,
        f"{percent(after)} are correct, before {percent(before)}.",
    )


IDEA = (
    "A **dense network** can read a whole text at once, with weights of its own for each position. We let the "
    "same reviews begin a few positions later, and count how many of its verdicts change, beside an **LSTM**’s."
)
VIEW = View("Dense", show, IDEA)
