"""Exploding: a small training, twice: with the gradient clipped and without."""

from functools import partial

from core.experiments import vanishing_gradients as lesson
from core.experiments.vanishing_gradients.results import DRAWN, HALF, LIMIT, NAMES, STEEP, Cliff
from core.figures import vanishing_gradients as figures
from core.figures.vanishing_gradients.numbers import amount
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import count, percent
from pages.vanishing_gradients.below import script_values

HELP = (
    f"Their spectral radius: what the matrix multiplies by, applied again and again. As usually drawn, about {DRAWN}."
)
PLAIN = ("rnn_tanh", "rnn_relu")
LEARNED = 0.75  # of the right answer: halfway from chance to certainty


def show(stage: Stage) -> Shown:
    """Show both trainings at the chosen scale of the recurrent weights."""
    with stage.decide:
        scale = controls.slider("Scale of the recurrent weights", 0.5, 1.5, STEEP, 0.01, key="scale", help=HELP)
    with stage.more:
        kind = controls.choice("Model", PLAIN, "rnn_tanh", key="kind", names=NAMES.__getitem__)
        limit = controls.slider("Clip the gradient’s length at", 0.1, 10.0, LIMIT, 0.1, key="clip")
    found = ask(lesson.cliff, kind, scale, HALF, limit, 0)
    return Shown(
        verdict=judge(found),
        picture=draw(figures.trainings, found),
        mechanism=draw(figures.clipping, found),
        bet=bet(kind, scale, limit),
        caption="The task: after 20 steps, say whether the first number of the first input was above zero. Guessing gets "
        "50 %. Below: one long gradient, followed downhill, and where one update lands.",
        further=[draw(figures.walk, found)],
        values=script_values(SCALE=scale, LIMIT=limit, KIND=NAMES[kind]),
    )


def judge(found: Cliff) -> str:
    """Say what clipping did to the training, from the numbers shown."""
    clipped, free = (f"{percent(float(run.right[-1]))}" for run in (found.clipped, found.free))
    if found.longest <= found.limit:
        return (
            f"At scale {found.scale:.2f} no gradient is longer than {amount(found.longest)}: a limit of {found.limit:g} clips "
            f"nothing. The network ends up giving the right answer {clipped} (guessing: 50 %)."
        )
    if len(found.free.losses) < len(found.clipped.losses):
        free = f"its numbers are too large to go on after {count(len(found.free.losses), 'update')}"
    return (
        f"At scale {found.scale:.2f} the gradient grows to a length of {amount(found.longest)}. Clipped at {found.limit:g}, the "
        f"network ends up giving the right answer {clipped}; not clipped, {free} (guessing: 50 %)."
    )


BOTH, CLIPPED, FREE, NEITHER = "both", "clipped only", "unclipped only", "neither"


def bet(kind: str, scale: float, limit: float) -> Bet:
    """Ask which training learns the task at another scale: where nothing explodes, or where it does."""
    other = DRAWN if scale > 0.8 else STEEP
    how = ("Bring the scale down", "nothing explodes") if other < scale else ("Raise the scale", "gradients explode")
    return Bet(
        question=f"{how[0]} to {other:g}, so that {how[1]}. In which training will the {NAMES[kind]} learn the task?",
        answers=(BOTH, CLIPPED, FREE, NEITHER),
        change={"scale": other},
        moved=f"the scale of the recurrent weights, from {scale:.2f} to {other:g}",
        judge=partial(_outcome, kind, other, limit),
    )


def _outcome(kind: str, scale: float, limit: float) -> tuple[str, str]:
    found = ask(lesson.cliff, kind, scale, HALF, limit, 0)
    ends = [float(run.right[-1]) for run in (found.clipped, found.free)]
    right = {(True, True): BOTH, (True, False): CLIPPED, (False, True): FREE, (False, False): NEITHER}
    said = f"The right answer ends at {percent(ends[0])} clipped, at {percent(ends[1])} not clipped (guessing: 50 %)."
    return right[ends[0] > LEARNED, ends[1] > LEARNED], said


VIEW = View("Exploding", show)
