"""One step of the decoder, to be followed with the numbers: scores, softmax, weighted sum, and what was written."""

import math

import numpy as np
import streamlit as st

from core.experiments import alignment as lesson
from core.experiments.alignment import Inside, Look
from core.figures import alignment as figures
from pages.alignment import map as maps
from pages.alignment import work
from pages.alignment.words import Verdict, exception, named, nats
from pages.kit import tokens
from pages.kit.former import Picture, show, verdict
from pages.kit.words import percent, signed

KINDS = {
    "guided": "query times key, divided by √{width}; the query comes from the decoder, a key and a value from each source piece",
    "additive": "a small network's mark for the decoder's state and each source place; the values are the encoder's states",
    "dot": "the decoder's state times each source place (after one matrix); the values are the encoder's states",
}


def show_step(look: Look, step: int, *, live: bool) -> Picture:
    """Show the arithmetic of a step; of a model whose inside is not open, where it looked."""
    table = look.pieces
    label = "the pieces of the translation: choose one to see the step that wrote it"
    maps.clicked_row(
        look, "pieces", tokens.strip(maps.target_tokens(table), key="target", label=label, chosen=step), step
    )
    inside = work.inside(look, live=live)
    if inside is None:
        st.info(
            "The inside of a model from the hub is not open here, only its weights. Another model shows the arithmetic."
        )
        return maps.show_row(table, step)
    entry = lesson.MODELS[look.model]
    st.caption(f"A score is {KINDS[entry.kind].format(width=round(inside.root**2))}.")
    names = table.source
    scores = Picture(
        figures.score_bars(names, inside, step, table.target[step]),
        figures.describe_scores(names, inside, step),
        ("source piece", "score", "weight"),
        [
            (name, round(float(score), 5), round(float(weight), 6))
            for name, score, weight in zip(names, inside.scores[step], inside.weights[step], strict=True)
        ],
    )
    show(scores, key="scores")
    size = min(figures.NUMBERS, inside.values.shape[1])
    columns = ("source piece", "weight", *(f"value {n + 1}" for n in range(size)))
    rows = [
        (name, round(float(weight), 6), *(round(float(value), 5) for value in values[:size]))
        for name, weight, values in zip(names, inside.weights[step], inside.values, strict=True)
    ]
    rows.append(("= mixture", 1.0, *(round(float(value), 5) for value in inside.mixtures[step, :size])))
    mixture = Picture(
        figures.mixture_map(names, inside, step), figures.describe_mixture(names, inside, step), columns, rows
    )
    show(mixture, key="mixture")
    verdict(*judge_step(look, inside, step))
    return scores


def judge_step(look: Look, inside: Inside, step: int) -> Verdict:
    """Say what came of a step, whether the arithmetic can be followed, and whether it looked where it mattered."""
    weights = inside.weights[step]
    best = int(weights.argmax())
    sharing = int(np.searchsorted(np.cumsum(np.sort(weights)[::-1]), 0.9) + 1)
    chance = math.exp(float(look.logprobs[step]))
    off = max(inside.off(step))
    table, word = look.words, look.word_of(step)
    names, written = look.pieces.source, look.pieces.target[step]
    text = (
        f"The score of {named(names[best])}, {signed(float(inside.scores[step, best]), 2)}, became "
        f"{percent(float(weights[best]))} of the attention. From the mixture the decoder wrote {named(written)}, with "
        f"a chance of {percent(chance)}. Done again from the numbers shown, softmax and sum differ from the model's by less "
        f"than {_bound(off)}. "
    )
    if table.agree[word]:
        text += f"For the whole word {named(table.target[word])} it looked where it needed to: hiding "
        text += f"{named(table.source[table.looked[word]])} costs it most, {nats(table.losses[word].max())}."
    else:
        text += f"Not here where it needed to. {exception(table, word)}"
    numbers = [
        ("heaviest weight", percent(float(weights[best]))),
        ("pieces that hold 90 %", f"{sharing} of {len(weights)}"),
        ("chance of what it wrote", percent(chance)),
    ]
    return text, numbers


def _bound(off: float) -> str:
    """Return the power of ten above a small difference, written out."""
    digits = 7 if off <= 0 else min(7, max(0, -math.floor(math.log10(off)) - 1))
    return f"{10.0**-digits:.{digits}f}"
