"""A source word hidden from the attention: the translation before and after, and what each word lost."""

import math
from typing import Any

import streamlit as st

from core.experiments import alignment as lesson
from core.experiments.alignment import FELT, Hidden, Look
from core.figures import alignment as figures
from pages.alignment import work
from pages.alignment.words import Verdict, named, nats
from pages.kit import controls, tokens
from pages.kit.former import Picture, show, verdict
from pages.kit.words import percent, signed

CHANGED = 1  # the band of a word that is not in the other translation


def show_hiding(look: Look, place: int, *, live: bool) -> Picture:
    """Show what hiding source word `place` (0 is the first) does."""
    table = look.words
    read = table.source[:-1] if table.source[-1] == lesson.END_NAME else table.source
    row = [
        tokens.Token(word, note="hidden from the attention" if n == place else "choose it to hide it")
        for n, word in enumerate(read)
    ]
    clicked = tokens.strip(row, key="source", label="your sentence: choose the word to hide", chosen=place)
    if clicked is not None and clicked != place:
        controls.move_to("hide", clicked + 1)
    hidden = work.hidden(look, place, live=live)
    st.caption(
        f"The decoder may look at every word but {named(table.source[place])}. The encoder has read it all the same, so "
        "something of it may stand in the vectors of its neighbours."
    )
    _translations(look, hidden)
    rows = [
        (word, round(100 * float(weight), 2), round(float(loss), 3))
        for word, weight, loss in zip(table.target, table.weights[:, place], table.losses[:, place], strict=True)
    ]
    columns = ("target word", "weight it gave (%)", "loss without it (nats)")
    picture = Picture(figures.hidden_bars(table, place), figures.describe_hidden(table, place), columns, rows)
    show(picture, key="hidden")
    verdict(*judge_hidden(look, hidden))
    return picture


def _translations(look: Look, hidden: Hidden) -> None:
    table = look.words
    went, came = lesson.changes(table.target, hidden.words)
    before = [
        tokens.Token(word, f"loses {signed(float(loss), 2)} nats without the hidden word", CHANGED if n in went else -1)
        for n, (word, loss) in enumerate(zip(table.target, table.losses[:, hidden.place], strict=True))
    ]
    after = [
        tokens.Token(
            word, f"now written with a chance of {percent(math.exp(float(logprob)))}", CHANGED if n in came else -1
        )
        for n, (word, logprob) in enumerate(zip(hidden.words, hidden.logprobs, strict=True))
    ]
    st.markdown("**Before**")
    tokens.strip(before, key="before", label="the translation before")
    st.markdown("**Translated again without it**" if after else "**Without it, nothing is written**")
    if after:
        legend = ((CHANGED, "not in the other translation"),) if went or came else ()
        tokens.strip(after, key="after", label="the translation after", legend=legend)


def prediction(look: Look, place: int, asked_here: bool) -> dict[str, Any] | None:
    """Return the page's question about hiding a word, with its answers; None where there is nothing to ask.

    `asked_here`: hiding `place` is on the screen already, so another word is asked about.
    """
    table = look.words
    words = [n for n, name in enumerate(table.source) if name != lesson.END_NAME]
    if asked_here:
        others = [n for n in words if n != place]
        place = max(others, key=lambda n: float(table.losses[:, n].max()), default=-1)
    if place not in words or len(set(table.target)) < 2:
        return None
    losses = table.losses[:, place]
    right = int(losses.argmax())
    near = sorted(range(len(table.target)), key=lambda n: (abs(n - right), n))
    answers: dict[str, str] = {}
    for n in near:
        if named(table.target[n]) not in answers.values() and len(answers) < 4:
            answers[str(n)] = named(table.target[n])
    loss, weight = signed(float(losses[right]), 2), percent(float(table.weights[right, place]))
    return {
        "question": (
            f"**Predict:** {named(table.source[place])} is hidden from the attention. Which word of the "
            "translation loses most?"
        ),
        "answers": dict(sorted(answers.items(), key=lambda pair: int(pair[0]))),
        "right": str(right),
        "outcome": f"It loses {loss} nats, and had given the hidden word {weight} of its attention.",
        "change": {"view": "Hide a word", "hide": place + 1},
    }


def judge_hidden(look: Look, hidden: Hidden) -> Verdict:
    """Say what hiding a word did, and whether it hit the word that had looked at it."""
    table, name = look.words, named(look.words.source[hidden.place])
    losses, weights = table.losses[:, hidden.place], table.weights[:, hidden.place]
    worst, most = int(losses.argmax()), int(weights.argmax())
    went, came = lesson.changes(table.target, hidden.words)
    chance = math.exp(float(table.logprobs[worst]))
    left = math.exp(float(table.logprobs[worst] - losses[worst]))
    numbers = [
        ("largest loss", nats(losses[worst])),
        ("weight it had given", percent(float(weights[worst]))),
        ("words that changed", str(max(len(went), len(came)))),
    ]
    if losses[worst] < FELT:
        text = (
            f"Not here: without {name} no word loses {FELT:g} nats or more. The decoder did not need to look at it; the "
            "encoder had already told the other places."
        )
        return text, numbers
    text = (
        f"Without {name}, {named(table.target[worst])} loses {nats(losses[worst])}: its chance falls from {percent(chance)} to "
        f"{percent(left)}. "
    )
    if worst == most:
        text += f"It is also the word that looked at {name} most, with {percent(float(weights[worst]))}."
    else:
        text += (
            f"Not here the word that looked at it most: that was {named(table.target[most])}, with "
            f"{percent(float(weights[most]))}, which loses {nats(losses[most])}."
        )
    if not (went or came):
        text += " The translation stays the same all the same."
    return text, numbers
