"""Gradient: how much of it is left at every step back, in models whose weights are random."""

from functools import partial

from core.experiments import vanishing_gradients as lesson
from core.experiments.vanishing_gradients import results
from core.experiments.vanishing_gradients.recorded import LEARNERS
from core.experiments.vanishing_gradients.results import HALF, KINDS, LIMIT, NAMES, THREE, Curve, openness
from core.figures import vanishing_gradients as figures
from core.figures.vanishing_gradients.numbers import part
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import count
from pages.vanishing_gradients.below import script_values

HELP = "A number that opens the LSTM’s forget gate, whatever it reads: at 0 it is half open, at 3 by 95 %."
TRUNCATED = "Truncated backpropagation through time: what lies before these steps gets no gradient at all."
LABELS = ("plain RNN", "GRU", "LSTM, gate half open", "LSTM, gate 95 % open")


def show(stage: Stage) -> Shown:
    """Show what is left at every step back, the LSTM's with the forget bias that the reader chose."""
    with stage.decide:
        said = "Forget bias: opens the LSTM’s gate"
        bias = float(controls.slider(said, -1.0, 4.0, HALF, 0.25, key="forget", help=HELP))
    with stage.more:
        length = controls.slider("Length (steps)", 5, results.MAX_LENGTH, results.LENGTH, 1, key="length")
        said = "Go back through the last steps only (0: through all)"
        window = controls.slider(said, 0, results.MAX_LENGTH, 0, 1, key="window", help=TRUNCATED)
        seed = controls.slider("Seed of the random weights", 0, 999, 0, 1, key="seed")
        every = controls.toggle("Also a ReLU RNN and attention", key="every")
    window = window if window < length else 0
    kinds = (*THREE, *(kind for kind in KINDS if kind not in THREE)) if every else THREE
    curves = tuple(ask(lesson.curve, k, length, bias if k == "lstm" else HALF, window, seed) for k in kinds)
    rnn, lstm, gru = curves[:3]
    learned = tuple(ask(lesson.training, kind, None, one, LIMIT, 0) for kind, one in LEARNERS)
    return Shown(
        verdict=judge(rnn, lstm, gru, window),
        picture=draw(figures.gradient, curves),
        mechanism=draw(figures.mechanism, rnn, lstm),
        bet=bet(lstm, length, bias, window, seed),
        numbers=[(f"{NAMES[curve.kind]}: 1 % is left", _reach(curve)) for curve in (rnn, lstm, gru)],
        caption="What that means for learning, below: the same models are trained to say, after 20 steps, whether the first "
        "number of the first input was above zero. Guessing gets 50 %. Only the LSTM whose gate was opened learns it.",
        further=[draw(figures.learning, learned, LABELS)],
        values=script_values(LENGTH=length, SEED=seed, FORGET_BIAS=bias, WINDOW=window),
    )


def judge(rnn: Curve, lstm: Curve, gru: Curve, window: int) -> str:
    """Say how much is left in each model, from the numbers shown."""
    back = f"{count(rnn.reach, 'step')} back"
    if 0 < window <= rnn.reach:
        return f"{back} nothing is left in any model: the gradient was followed through {count(window, 'step')} only."
    others = ", ".join(f"the {NAMES[one.kind]} {part(one.far)}".replace("1 part in", "1 in") for one in (lstm, gru))
    return f"{back} the plain RNN has {part(rnn.far)} of its gradient left, {others}."


def _reach(curve: Curve) -> str:
    steps = results.steps_to(curve.left())
    return "never" if steps is None else f"{count(steps, 'step')} back"


LITTLE, SOME, MUCH = "under 1 %", "1 to 10 %", "over 10 %"


def bet(lstm: Curve, length: int, bias: float, window: int, seed: int) -> Bet | None:
    """Ask what becomes of the LSTM's gradient when its forget gate is opened, or half closed if it is open."""
    if window:
        return None
    other = results.other_bias(bias)
    return Bet(
        question=f"{'Open' if other > bias else 'Half close'} the LSTM’s forget gate: bias from {bias:g} to {other:g}. How much "
        f"gradient will it have left {count(lstm.reach, 'step')} back?",
        answers=(LITTLE, SOME, MUCH),
        change={"forget": other},
        moved=f"the LSTM’s forget bias, from {bias:g} to {other:g} (gate {100 * openness(other):.0f} % open)",
        judge=partial(_outcome, length, bias, other, seed),
    )


def _outcome(length: int, bias: float, other: float, seed: int) -> tuple[str, str]:
    before, after = (ask(lesson.curve, "lstm", length, one, 0, seed) for one in (bias, other))
    right = LITTLE if after.far < 0.01 else SOME if after.far <= 0.1 else MUCH
    return right, f"{part(after.far)[0].upper()}{part(after.far)[1:]}, against {part(before.far)} before."


VIEW = View("Gradient", show)
