"""One step of the decoder, with its numbers: scores, softmax, and the context vector as a weighted sum."""

import math
from functools import partial

import numpy as np
import streamlit as st

from core.experiments import alignment
from core.experiments.alignment.results import DEFAULT_HIDE, DEFAULT_STEP, MODELS, Alignment, Inside, shown
from core.figures import alignment as figures
from pages.alignment import text
from pages.alignment.text import named
from pages.kit import controls, tokens
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import percent

KINDS = {
    "guided": "A score is a query times a key, divided by √{width}: the query comes from the decoder, key and vector from "
    "each source piece.",
    "additive": "A score is a small network's mark for the decoder's state and one encoder state; the vectors are these states.",
    "dot": "A score is the decoder's state times one encoder state, after a matrix; the vectors are these states.",
}


def show(stage: Stage) -> Shown | Nothing:
    """Show the arithmetic of the step that writes one piece."""
    with stage.decide:
        place = st.container()
    found = text.choose(stage)
    if isinstance(found, Nothing):
        return found
    with place:
        step = controls.position("Step of the decoder", found.steps, DEFAULT_STEP + 1, key="step") - 1
    inside = ask(alignment.inside, found.model, found.text)
    if inside is None:
        return Nothing(
            "The inside of a model from the hub is not open here. Another one, under “More”, shows the arithmetic."
        )
    source, target = (tuple(map(shown, pieces)) for pieces in (found.source, found.target[: found.steps]))
    with stage.under:
        clicked = tokens.linked(
            [tokens.Token(piece) for piece in source],
            [tokens.Token(piece, f"step {n}") for n, piece in enumerate(target, 1)],
            inside.weights[: found.steps],
            key="pieces",
            label="the source's pieces above, the translation's below; choose one to see the step that wrote it",
            chosen=step,
            names=("source", "translation"),
        )
    if clicked is not None and clicked != step:
        controls.move_to("step", clicked + 1)
    weights = inside.weights[step]
    sharing = int(np.searchsorted(np.cumsum(np.sort(weights)[::-1]), 0.9) + 1)
    return Shown(
        verdict=judge(found, inside, step),
        picture=draw(figures.step, found, inside, step),
        mechanism=draw(figures.mechanism, found, step, -1, inside),
        bet=bet(found, inside, step),
        numbers=[
            ("pieces that hold 90 % of the attention", f"{sharing} of {len(weights)}"),
            ("numbers in the context vector", f"{inside.values.shape[1]:,}"),
            ("our sum differs from the model's by under", _bound(inside.off(step))),
        ],
        caption=KINDS[MODELS[found.model].kind].format(width=round(inside.root**2))
        + " The decoder reads and writes pieces of words; a dot marks a word's beginning.",
        **text.taken(found, min(DEFAULT_HIDE, len(found.words.source) - 1), step),
    )


def judge(found: Alignment, inside: Inside, step: int) -> str:
    """Say what went into the context vector, and what the decoder wrote with it."""
    weights, written = inside.weights[step], named(shown(found.target[step]))
    first, second = (int(n) for n in np.argsort(-weights, kind="stable")[:2])
    rest = float(weights[second])
    also = f" and {percent(rest)} of {named(shown(found.source[second]))}" if rest >= 0.05 else ""
    return (
        f"Before it writes {written}, the decoder mixes {percent(float(weights[first]))} of {named(shown(found.source[first]))}"
        f"{also} into its context vector; {written} then has a probability of {percent(math.exp(found.logprobs[step]))}."
    )


def _bound(off: float) -> str:
    """Return the power of ten above a small difference, written out."""
    digits = 6 if off <= 0 else min(6, max(0, -math.floor(math.log10(off)) - 1))
    return f"{10.0**-digits:.{digits}f}"


def bet(found: Alignment, inside: Inside, step: int) -> Bet | None:
    """Ask what the next step looks at most: the right piece among this step's and its neighbours."""
    after = step + 1
    if after >= found.steps:
        return None
    now, then = int(inside.weights[step].argmax()), int(inside.weights[after].argmax())
    near = sorted(range(len(found.source)), key=lambda n: (n != then, n != now, abs(n - now)))
    answers = dict.fromkeys(named(shown(found.source[n])) for n in near)
    if len(answers) < 2:
        return None
    return Bet(
        question=f"Go on to the next step. Which piece of the source does the decoder look at most once "
        f"{named(shown(found.target[step]))} is written?",
        answers=tuple(sorted(list(answers)[:3], key=str.lower)),
        change={"step": after + 1},
        moved=f"step {after + 1} is shown",
        judge=partial(_outcome, found.model, found.text, after),
    )


def _outcome(model: str, sentence: str, step: int) -> tuple[str, str]:
    found, inside = ask(alignment.aligned, model, sentence), ask(alignment.inside, model, sentence)
    if inside is None:  # no bet is asked for such a model
        return "", ""
    best = int(inside.weights[step].argmax())
    name, share = named(shown(found.source[best])), percent(float(inside.weights[step, best]))
    return name, f"It gives {name} {share} of its attention and writes {named(shown(found.target[step]))}."


VIEW = View("One step", show)
