"""Spoken digits: what a GRU believes after each frame, forwards and backwards, against an average that has no order."""

from functools import partial

from core.experiments import listening as lesson
from core.experiments.listening import results
from core.experiments.listening.results import DIGITS, ORDERS, DigitHeard, DigitScores
from core.figures import listening as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import count, percent
from pages.listening.shared import files, script_values

NEARLY, SOME, GUESSING = "nearly all", "about a third", "one in ten, as by guessing"
MOST = 60  # recordings of a digit that there may be to choose from


def show(stage: Stage) -> Shown:
    """Show the belief of one recording, and how many of all recordings are named when they are read in this order."""
    with stage.decide:
        order = controls.choice(
            "The recordings are read", tuple(ORDERS), results.DEFAULT_ORDER, key="order", names=lambda key: ORDERS[key]
        )
    with stage.more:
        digit = controls.slider("Digit", 0, 9, results.DEFAULT_DIGIT, 1, key="digit")
        number = controls.slider("Recording", 1, MOST, results.DEFAULT_NUMBER + 1, 1, key="recording") - 1
    heard, scores = ask(lesson.hear_digit, digit, number, order), ask(lesson.digit_scores)
    low, high = scores.interval(scores.in_order(order))
    stage.note("A GRU is a simpler LSTM, trained here. The mean frame is the average over a recording, without order.")
    return Shown(
        verdict=judge(scores, order),
        picture=draw(figures.digit, heard, scores, order),
        mechanism=draw(figures.digit_mechanism, heard, order),
        bet=bet() if order == "forwards" else None,
        numbers=[
            ("named by the GRU", f"{percent(scores.in_order(order) / scores.asked)}"),
            ("95 % interval", f"{100 * low:.1f} to {100 * high:.1f} %"),
            ("nearest mean frame", percent(scores.nearest / scores.asked)),
        ],
        caption=what_it_believed(heard)
        + " The nearest mean frame knows a recording only by the mean of its 13 numbers and takes the digit of the training "
        "recording whose mean is nearest. The same six people speak in training and test: strangers would be harder. The sound "
        "itself is not in the data set, only these numbers.",
        further=[draw(figures.after_each_share, scores)],
        values=script_values(DIGIT=digit, NUMBER=number, ORDER=order),
        downloads=files(),
    )


def judge(scores: DigitScores, order: str) -> str:
    """Say how many recordings are named in this order, and how many without any."""
    right, asked = scores.in_order(order), scores.asked
    if order == "forwards":
        return f"The GRU names {right} of {asked} digits; the mean frame, without order, {scores.nearest}."
    if order == "backwards":
        return f"Reversed, the same GRU names {right} of {asked} digits; the average, still {scores.nearest}."
    return f"Trained on reversed sound, a GRU names {right} of {asked} digits again."


def what_it_believed(heard: DigitHeard) -> str:
    """Say what became of the recording in the picture."""
    settled, said = heard.settled(), DIGITS[heard.said]
    right = "right" if heard.said == heard.digit else f"wrong: it was “{DIGITS[heard.digit]}”"
    when = (
        f"settles on “{said}” after {settled} of {count(len(heard.belief), 'frame')}"
        if settled
        else f"ends at “{said}”, never sure"
    )
    nearest = DIGITS[heard.nearest]
    return f"In this recording the GRU {when} ({right}); the nearest mean frame says “{nearest}”."


def bet() -> Bet:
    """Ask what the GRU makes of recordings played backwards."""
    return Bet(
        question="Reverse every recording for the same GRU. How many of 600 digits will it still name?",
        answers=(NEARLY, SOME, GUESSING),
        change={"order": "backwards"},
        moved="the recordings reversed",
        judge=partial(_outcome),
    )


def _outcome() -> tuple[str, str]:
    scores: DigitScores = ask(lesson.digit_scores)
    share = scores.in_order("backwards") / scores.asked
    right = NEARLY if share > 0.6 else SOME if share > 0.2 else GUESSING
    low, high = scores.interval(scores.in_order("backwards"))
    return (
        right,
        f"{percent(share)} (95 % interval {100 * low:.0f} to {100 * high:.0f} %): the same frames, and it is lost.",
    )


IDEA = (
    "A **GRU**, a simpler LSTM that was trained here, hears one spoken digit **frame** by frame and names it. We "
    "play every recording backwards, and put a rule beside it that knows no order: the average frame."
)
VIEW = View("Digits", show, IDEA)
