"""Three keys: every number of the three steps, and the mixture between the three values."""

from functools import partial

from core.experiments.attention_search.results import Attention
from core.experiments.attention_search.three_keys import DEFAULT_LINES, Vectors, read_vectors
from core.figures import attention_search as figures
from core.figures.attention_search.numbers import short, vector
from pages.attention_search.shared import script_values, sketch
from pages.kit import controls
from pages.kit.ask import draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent

COLD, HOT = 0.05, 5.0  # the ends of the temperature
ALONE, BETWEEN, MEAN = "one value", "a mixture", "the mean"


def show(stage: Stage) -> Shown:
    """Show scores, weights and mixture of three keys, with every number."""
    with stage.decide:
        temperature = controls.slider("Temperature", COLD, HOT, 1.0, 0.05, key="keys_temperature")
    with stage.more:
        lines = controls.text_area("Query, keys and values", DEFAULT_LINES, key="vectors", height=220, max_chars=400)
    vectors = read_vectors(lines)
    if vectors.trouble:
        stage.note(vectors.trouble)
    found = vectors.attend(temperature)
    dial, note = f"temperature {short(temperature)}", f"the mixture is {vector(found.mixed)}"
    return Shown(
        verdict=judge(vectors, found),
        picture=draw(figures.three_keys, vectors, temperature),
        mechanism=sketch(found, (0, 1, 2), vector(vectors.query), ("K1", "K2", "K3"), dial, note),
        bet=bet(lines, temperature),
        numbers=[(f"weight of K{n + 1}", percent(float(weight))) for n, weight in enumerate(found.weights)],
        caption="A hard search, such as looking a word up, returns the value of the best key and nothing else. The mixture "
        "always lies inside the triangle of the values. Why the products are divided by √2 is what “Why divide” shows.",
        values=script_values(Q=vectors.query, K=vectors.keys, V=vectors.values, KEYS_TEMPERATURE=temperature),
    )


def judge(vectors: Vectors, found: Attention) -> str:
    """Say what comes out, how much of it each key gives, and what is left of it near a temperature of 0."""
    best = found.best
    value, shares = vector(vectors.values[best]), [percent(float(weight)) for weight in found.weights]
    if found.kind == "one":
        return f"So cold, it is a plain search: {shares[best]} of what comes out is V{best + 1} = {value}, the best key’s value."
    parts = f"{shares[0]} of V1, {shares[1]} of V2, {shares[2]} of V3"
    if found.kind == "all":
        return f"So hot, what comes out is nearly the mean of the values, whatever the query: {parts}."
    return f"What comes out is {vector(found.mixed)}, a mixture of all three values: {parts}."


def bet(lines: str, temperature: float) -> Bet:
    """Ask what comes out at a temperature near 0, or at a high one."""
    other = 0.1 if temperature > 0.3 else HOT
    return Bet(
        question=f"Turn the temperature of the three keys {'down' if other < temperature else 'up'} to {other:g}. What "
        "comes out, nearly?",
        answers=(ALONE, BETWEEN, MEAN),
        change={"keys_temperature": other},
        moved=f"temperature {other:g}",
        judge=partial(_outcome, lines, other),
    )


def _outcome(lines: str, temperature: float) -> tuple[str, str]:
    found = read_vectors(lines).attend(temperature)
    most = float(found.weights.max())
    right = ALONE if most > 0.95 else MEAN if found.kind == "all" else BETWEEN
    return right, f"{percent(most)} of it is V{found.best + 1}."


VIEW = View("Three keys", show)
