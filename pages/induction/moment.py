"""The moment it appears: a small model of attention alone learns it, with two heads in a row and with two side by side."""

from functools import partial

from core.experiments import induction as lesson
from core.experiments.induction.results import EVERY, SEED, SEEDS, STEPS, Trained
from core.figures import induction as figures
from pages.induction.shared import script_values
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent


def show(stage: Stage) -> Shown:
    """Show both small models over their training."""
    with stage.decide:
        step = int(controls.slider("Step of training", 0, STEPS, STEPS, EVERY, key="step"))
    with stage.more:
        seed = int(controls.slider("Train other models (about half a minute)", 1, SEEDS, SEED + 1, 1, key="seed")) - 1
    two, one = (ask(lesson.trained, layers, seed) for layers in (2, 1))
    start, half = two.jump()
    return Shown(
        verdict=judge(two, one, step),
        picture=draw(figures.moment, two, one, step),
        mechanism=draw(figures.mechanism_small, two, step),
        bet=bet(two, step, seed),
        numbers=[
            ("two layers, without the lower head", percent(float(two.without[0]))),
            ("without the upper head", percent(float(two.without[1]))),
            ("from a tenth to a half", f"step {start} to {half}" if half >= 0 else "not reached"),
        ],
        caption=f"Both models have two heads and no feed-forward network: {two.parameters:,} numbers in two layers of one head, "
        f"{one.parameters:,} in one layer of two. They read lists of 8 to 24 random tokens of {64}, each list again and again, "
        "and never the same list twice. Since lists are of different length, no fixed distance back helps.",
        values=script_values(),
    )


def judge(two: Trained, one: Trained, step: int) -> str:
    """Say what both models can do at this step."""
    at = min(len(two.steps) - 1, step // EVERY)
    a, b = float(two.second[at]), float(one.second[at])
    return (
        f"After {two.steps[at]} steps two heads in a row give a word that came before {percent(a)}; two heads side by side, "
        f"{percent(b)}; guessing, {percent(1 / 64)}."
    )


SOON, SLOW = "within 50 steps", "it takes longer"


def bet(two: Trained, step: int, seed: int) -> Bet:
    """Ask how suddenly it comes, or go to the step before it does."""
    before = max(0, two.jump()[0] - 2 * EVERY) if two.jump()[0] >= 0 else 0
    goes = before if before != step else STEPS
    return Bet(
        question="At some step a word that came before has 10 % with the two heads in a row. How soon after will it have 50 %?",
        answers=(SOON, SLOW),
        change={"step": goes},
        moved=f"step {goes}",
        judge=partial(_outcome, seed),
    )


def _outcome(seed: int) -> tuple[str, str]:
    tenth, half = ask(lesson.trained, 2, seed).jump()
    if half < 0:
        return SLOW, "It never has."
    return (SOON if half - tenth <= 50 else SLOW), f"10 % at step {tenth}, 50 % at step {half}."


IDEA = (
    "Two small **Transformers** learn here from lists of random words that come twice: one has two layers, one a "
    "single layer. We look when each learns to go on with such a list, and when its **attention heads** appear."
)
VIEW = View("Training", show, IDEA)
