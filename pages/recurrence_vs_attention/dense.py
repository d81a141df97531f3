"""Feed everything to a dense network: what it says of a sentence that begins a little later, and how large it must be."""

from functools import partial

from core.experiments import recurrence_vs_attention as lesson
from core.experiments.recurrence_vs_attention.results import KEPT, SHIFTS, TEXT, WIDTHS, Moved
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
        bet=bet(shift),
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


FEWER, SAME, MORE = "fewer than by one", "about as many", "more than by one"


def bet(shift: int) -> Bet:
    """Ask what a longer move does to the dense network."""
    other = SHIFTS if shift != SHIFTS else 1
    question = (
        f"Move the reviews by {SHIFTS} positions. How many verdicts of the dense network will change?"
        if other == SHIFTS
        else f"Move them by one position instead of {SHIFTS}. The LSTM’s changed verdicts will be …"
    )
    answers = (FEWER, SAME, MORE) if other == SHIFTS else ("a tenth of these or fewer", "more than a tenth")
    return Bet(
        question=question,
        answers=answers,
        change={"shift": other},
        moved=f"{count(other, 'empty position')} before the review",
        judge=partial(_outcome, other),
    )


def _outcome(shift: int) -> tuple[str, str]:
    found = ask(lesson.moved)
    if shift == SHIFTS:
        one, many = (found.share("dense", n) for n in (1, SHIFTS))
        right = FEWER if many < 0.9 * one else SAME if many <= 1.1 * one else MORE
        return right, f"{percent(many)} change, by one {percent(one)}."
    one, many = (found.share("lstm", n) for n in (1, SHIFTS))
    return (
        "a tenth of these or fewer" if one <= many / 10 else "more than a tenth"
    ), f"{percent(one)} against {percent(many)}."


VIEW = View("Dense", show)
