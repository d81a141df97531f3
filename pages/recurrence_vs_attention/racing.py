"""The race: six kinds of network learn one task, with equally many parameters and seconds."""

from functools import partial

from core.data.toy import TASKS, TaskName
from core.experiments import recurrence_vs_attention as lesson
from core.experiments.recurrence_vs_attention.results import (
    LENGTHS,
    LIVE,
    LIVE_SEEDS,
    NAMES,
    PARAMETERS,
    SECONDS,
    SEEDS,
    Race,
)
from core.figures import recurrence_vs_attention as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent
from pages.recurrence_vs_attention.below import script_values

SAID = {"recall": "recall", "copy": "copy", "add": "add", "parity": "odd or even"}
EXPLAINED = {
    "recall": "Read a symbol, then noise; say at the end which symbol it was.",
    "copy": "Read twenty symbols; then say them again, one at a time.",
    "add": "Of fifty numbers between 0 and 1, two are marked; say their sum. Correct is what is at most 0.04 off.",
    "parity": "Read ones and zeros; say after each whether the number of ones so far is odd or even.",
}


def show(stage: Stage) -> Shown:
    """Show how many answers each network has correct after some seconds."""
    with stage.decide:
        task: TaskName = controls.choice("What they learn", TASKS, "copy", key="task", names=SAID.__getitem__)  # type: ignore[assignment]
    with stage.more:
        seconds = float(
            controls.slider("After so many seconds of training", 1, int(SECONDS), int(SECONDS), 1, key="seconds")
        )
        live = controls.toggle("Train them now instead, briefly", key="live")
        longer = controls.toggle("Sequences twice as long (trained now)", key="longer")
    found, whole = _found(task, live, longer)
    if seconds > found.seconds[-1]:
        seconds = float(found.seconds[-1])
    stage.note(EXPLAINED[task])
    return Shown(
        verdict=judge(found, seconds),
        picture=draw(figures.race, found, seconds),
        mechanism=draw(figures.question, task, found.length),
        bet=bet(task, seconds, live, longer),
        numbers=[
            (f"{NAMES[name]}: nine of ten correct", _when(found, name))
            for name in ("lstm", "lstm_attention", "transformer")
        ],
        caption=f"Each network has about {PARAMETERS:,} parameters. {'Three runs' if whole else 'One run'} each, from other "
        "first weights and with other questions: the circles. The bar is their mean. Orange reads in turn, blue all at once, "
        "green does both; grey is a dense network, which has a weight for every position. "
        + ("Every network takes the best of three step sizes, found with other questions. " if whole else "")
        + "The time is that of training alone, on one processor; a step takes a Transformer longer than an RNN.",
        further=[draw(figures.course, found)],
        values=script_values(task),
    )


def _found(task: TaskName, live: bool, longer: bool) -> tuple[Race, bool]:
    """Return the race, and whether it is the long one that ships."""
    length = LENGTHS[task] * (2 if longer else 1)
    if live or longer:
        return ask(lesson.race, task, length, LIVE, LIVE_SEEDS, False), False
    return ask(lesson.race, task, length, SECONDS, SEEDS, True), True


def _when(found: Race, name: str) -> str:
    seconds = found.when(name)  # type: ignore[arg-type]
    return f"after {seconds:.3g} s" if seconds <= found.seconds[-1] else f"not in {found.seconds[-1]:.3g} s"


def judge(found: Race, seconds: float) -> str:
    """Say who is ahead, of those that read in turn and of the one that reads all at once."""
    one, other = (float(found.at(name, seconds).mean()) for name in ("transformer", "lstm"))
    after = f"After {seconds:g} seconds of training"
    if found.task == "add":
        what = ("adds {} of the pairs correctly", "{}")
    elif found.task == "parity":
        what = ("is correct on odd or even for {}", "{}")
    else:
        what = ("copies {} of the symbols" if found.task == "copy" else "recalls {} of the symbols", "{}")
    first, second = (each.format(percent(value)) for each, value in zip(what, (one, other), strict=True))
    return f"{after} the Transformer {first}, the LSTM {second}; guessing, {percent(found.guessing)}."


ATTENTION, TURN, BOTH = "the Transformer", "the LSTM", "neither"


def bet(task: TaskName, seconds: float, live: bool, longer: bool) -> Bet:
    """Ask who is ahead in another task."""
    other: TaskName = "add" if task != "add" else "recall"
    what = "to add the two numbers that are marked" if other == "add" else "which symbol came first"
    return Bet(
        question=f"Now they learn {what}. Which will be ahead?",
        answers=(ATTENTION, TURN, BOTH),
        change={"task": other},
        moved=f"the task “{SAID[other]}”",
        judge=partial(_outcome, other, seconds, live, longer),
    )


def _outcome(task: TaskName, seconds: float, live: bool, longer: bool) -> tuple[str, str]:
    found, _ = _found(task, live, longer)
    seconds = min(seconds, float(found.seconds[-1]))
    one, other = (float(found.at(name, seconds).mean()) for name in ("transformer", "lstm"))
    right = BOTH if abs(one - other) < 0.05 else ATTENTION if one > other else TURN
    return right, f"{percent(one)} for the Transformer, {percent(other)} for the LSTM."


VIEW = View("Race", show)
