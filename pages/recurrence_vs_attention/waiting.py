"""Time: how long one sequence takes to learn from, in turn and all at once."""

from functools import partial

from core.experiments import recurrence_vs_attention as lesson
from core.experiments.recurrence_vs_attention.results import STEPS, WIDTHS, Timing, waits
from core.figures import recurrence_vs_attention as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.recurrence_vs_attention.below import script_values

LENGTHS = ("16", "128", "1024", "8192")
FASTER, SLOWER = "faster than the LSTM", "slower than the LSTM"


def show(stage: Stage) -> Shown:
    """Show the time of one pass by length."""
    with stage.decide:
        length = int(controls.choice("Tokens in the sequence", LENGTHS, "1024", key="length", names=_said))
    with stage.more:
        width = int(controls.choice("Numbers a token", tuple(map(str, WIDTHS)), "64", key="width"))
    found = ask(lesson.timed, width)
    at = found.overtaken()
    return Shown(
        verdict=judge(found, length),
        picture=draw(figures.time, found, length),
        mechanism=draw(figures.waiting, found, length),
        bet=bet(width, length),
        numbers=[
            ("steps that wait for one another, LSTM", f"{waits('lstm', length):,}"),
            ("attention", f"{waits('attention', length)}"),
            (
                "attention is slower than the LSTM from",
                f"{at:,} tokens" if at else "no length here",
            ),
        ],
        caption=f"One layer each, {width} numbers a token, one sequence forward and backward, the fastest of five passes on "
        f"{found.where}. Attention compares every token with every one before it: twice as many tokens are four times as many "
        "pairs. A graphics processor computes thousands of pairs side by side; the LSTM's steps it can't. The LSTM is the fast "
        "one of torch; its RNN goes through every step on its own.",
        further=[draw(figures.memory, found), draw(figures.parameters, found)],
        values=script_values(),
    )


def _said(length: str) -> str:
    return f"{int(length):,}"


def judge(found: Timing, length: int) -> str:
    """Say how long both take, and how many steps wait."""
    one, other = found.of("attention", length), found.of("lstm", length)
    (fast, first), (slow, second) = sorted((("attention", one), ("the LSTM", other)), key=lambda pair: pair[1])
    return (
        f"At {length:,} tokens {fast} is {second / first:.3g} times as fast as {slow}: {1000 * first:,.3g} ms against "
        f"{1000 * second:,.3g} ms."
        if length < STEPS[-1] or not found.overtaken()
        else f"At {length:,} tokens attention takes {1000 * one:,.3g} ms, the LSTM {1000 * other:,.3g} ms: comparing all pairs "
        f"costs more than waiting, from {found.overtaken():,} tokens on."
    )


def bet(width: int, length: int) -> Bet:
    """Ask about more numbers a token, or fewer: what the picture at hand does not show."""
    other = WIDTHS[0] if width != WIDTHS[0] else WIDTHS[1]
    return Bet(
        question=f"Give every token {other} numbers instead of {width}. At {length:,} tokens attention will be …",
        answers=(FASTER, SLOWER),
        change={"width": str(other)},
        moved=f"{other} numbers a token",
        judge=partial(_outcome, other, length),
    )


def _outcome(width: int, length: int) -> tuple[str, str]:
    found = ask(lesson.timed, width)
    one, other = found.of("attention", length), found.of("lstm", length)
    return FASTER if one < other else SLOWER, f"{1000 * one:,.3g} ms against {1000 * other:,.3g} ms."


IDEA = (
    "A **recurrent network** takes one step for each token, and each step waits for the last. **Attention** takes "
    "all tokens at once, but each with each. We measure on this machine how long both need as the text grows."
)
VIEW = View("Time", show, IDEA)
