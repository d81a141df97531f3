"""Map: where every word of the translation looked, and what each loses while one source word is hidden."""

from functools import partial

import numpy as np
import streamlit as st

from core.experiments import alignment
from core.experiments.alignment import results
from core.figures import alignment as figures
from pages.alignment import text
from pages.alignment.text import named
from pages.kit import controls, tokens
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, escape, percent

CHANGED = 1  # the band of a word that is not in the other translation


def show(stage: Stage) -> Shown | Nothing:
    """Hide a source word from the attention, and show it in the matrix, in the probabilities and in a new translation."""
    with stage.decide:
        place = st.container()
    found = text.choose(stage)
    if isinstance(found, Nothing):
        return found
    table = found.words
    with place:
        position = controls.position("Hide word number", len(table.source), results.DEFAULT_HIDE + 1, key="hide") - 1
    hidden = ask(alignment.hidden, found.model, found.text, position)
    _under(stage, found, hidden)
    row, model = int(table.weights[:, position].argmax()), results.MODELS[found.model]
    return Shown(
        verdict=judge(table, position),
        picture=draw(figures.matrix, found, position),
        mechanism=draw(figures.mechanism, found, row, position, None),
        bet=bet(found, position),
        numbers=_numbers(table),
        caption=f"{_order(table)} {model.label}: {model.learned}. A hidden word was still read by the encoder, so something of "
        "it may stand in its neighbours' vectors.",
        **text.taken(found, position, min(results.DEFAULT_STEP, found.steps - 1)),
    )


def _under(stage: Stage, found: results.Alignment, hidden: results.Hidden) -> None:
    """Show the links between the sentences, to click a word of the translation, and the translation without the hidden word."""
    table, position = found.words, hidden.position
    read = [
        tokens.Token(word, "hidden from the attention" if n == position else "", CHANGED if n == position else -1)
        for n, word in enumerate(table.source)
    ]
    went, came = results.changes(table.target, hidden.words)
    written = [
        tokens.Token(word, f"probability {percent(float(p))}; looked most at {table.source[best]}: click to hide that")
        for word, p, best in zip(table.target, table.before, table.looked, strict=True)
    ]
    after = [
        tokens.Token(word, f"probability {percent(float(np.exp(logprob)))}", CHANGED if n in came else -1)
        for n, (word, logprob) in enumerate(zip(hidden.words, hidden.logprobs, strict=True))
    ]
    with stage.under:
        clicked = tokens.linked(
            read,
            written,
            table.weights,
            key="links",
            label="the source above, the translation below; choose a word of the translation to hide what it looked at most",
            names=("source", "translation"),
        )
        if hidden.english[0]:
            st.markdown(f":small[In English: “{escape(hidden.english[0])}”]")
        name = named(table.source[position])
        if not (went or came):
            st.markdown(f"Translated again without {name}, the sentence stays the same.")
        elif after:
            st.markdown(f"**Translated again without {name}:**")
            tokens.strip(after, key="after", label="the translation after", legend=((CHANGED, "new"),) if came else ())
            if hidden.english[1]:
                st.markdown(f":small[In English: “{escape(hidden.english[1])}”]")
        else:
            st.markdown(f"Without {name}, nothing is written.")
    if clicked is not None and table.looked[clicked] != position:
        controls.move_to("hide", int(table.looked[clicked]) + 1)


def judge(table: results.Table, position: int) -> str:
    """Say what hiding a word did to the word that had looked at it most."""
    row = int(table.weights[:, position].argmax())
    cost, before, after = table.costs[row, position], table.before[row], table.after(position)[row]
    word = named(table.target[row])
    start = (
        f"{word} gave {named(table.source[position])} {percent(float(table.weights[row, position]))} of its attention. With it "
        f"hidden, the probability of {word} "
    )
    moved = f"from {percent(float(before))} to {percent(float(after))}"
    if cost > results.HALF:
        return f"{start}falls {moved}: it needed that word."
    if cost >= results.FELT:
        return f"{start}falls {moved}: it misses that word a little."
    return f"{start}goes {moved}: it looked there, but did not need it."


def _numbers(table: results.Table) -> list[tuple[str, str]]:
    size = len(table.target)
    return [
        ("halved without the word looked at most", f"{int(table.halved.sum())} of {size}"),
        ("looked at most = needed most", f"{int(table.agree.sum())} of {size}"),
        ("words in another order", str(sum(map(len, results.turned(table))))),
    ]


def _order(table: results.Table) -> str:
    """Say where the order of the words changed, by what they looked at."""
    runs = results.turned(table)
    if not runs:
        return "The translation keeps the order of the source."
    if len(run := runs[0]) > 6:
        return f"From {named(table.target[run[0]])} on, {len(run)} words look back in another order than they were read in."
    read = " ".join(table.source[at] for at in sorted({int(table.looked[row]) for row in run}))
    return f"{code(read)} became {code(' '.join(table.target[row] for row in run))}: there the links cross."


MORE, LESS = "more than half", "less than half"


def bet(found: results.Alignment, position: int) -> Bet | None:
    """Ask about the word that gave most of its attention to another source word, and lost least without it."""
    table = found.words
    costs = table.costs[np.arange(len(table.target)), table.looked]
    able = [n for n, at in enumerate(table.looked) if at != position and table.weights[n, at] >= 0.5]
    if not able:
        return None
    row = min(able, key=lambda n: float(costs[n]))
    other = int(table.looked[row])
    word, name = named(table.target[row]), named(table.source[other])
    return Bet(
        question=f"Hide {name} instead. {word} gave it {percent(float(table.weights[row, other]))} of its attention. How much "
        f"of its probability does {word} lose?",
        answers=(MORE, LESS),
        change={"hide": other + 1},
        moved=f"word {other + 1}, {name}, is hidden",
        judge=partial(_outcome, found.model, found.text, row, other),
    )


def _outcome(model: str, sentence: str, row: int, position: int) -> tuple[str, str]:
    table = ask(alignment.aligned, model, sentence).words
    said = f"From {percent(float(table.before[row]))} to {percent(float(table.after(position)[row]))}."
    return MORE if table.costs[row, position] > results.HALF else LESS, said


VIEW = View("Map", show)
