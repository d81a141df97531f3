"""One head: the maps of all heads on the reader's sentence, ordered by what they do, and one of them to look into."""

from functools import partial
from math import isnan

import numpy as np
import streamlit as st

from core.experiments import self_attention as lesson
from core.experiments.self_attention import results
from core.experiments.self_attention.results import NAMES, ROLES, Read, Roles
from core.figures import self_attention as figures
from pages.kit import controls, tokens
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, percent
from pages.self_attention.shared import values

ORDERS = tuple(role for role in ROLES if role != "after")  # as many as there is room for
MORE, LESS = "more than half", "less than half"


def show(stage: Stage) -> Shown | Nothing:
    """Show all heads by a role, one of them large, and what one token gives and gets in it."""
    with stage.decide:
        role = controls.choice("Heads by their weight on the token", ORDERS, ORDERS[0], key="role")
    with stage.more:
        typed = controls.text_area("Your sentence", results.DEFAULT_TEXT, key="text", height=80, max_chars=2_000)
        rank = controls.slider("Head at rank", 1, 72, 1, 1, key="rank")
        slot = st.container()  # filled when it is known how many tokens there are
    if not typed.strip():
        return Nothing("Type something under “More”.")
    read, measured = ask(lesson.read_heads, typed), ask(lesson.roles)
    if read.is_cut:
        stage.note(f"Your text is longer than {results.MOST} tokens: the first of them are read.")
    at = results.pronoun_at(read.tokens) or 1
    with slot:
        place = controls.position("Token", len(read.tokens), at + 1, key="place") - 1
    layer, head = measured.order(role)[rank - 1]
    row = read.head(layer, head)[place]
    best = [int(n) for n in np.argsort(-row, kind="stable")[:3]]
    _links(stage, read, layer, head, place)
    rest = max(0.0, 1 - float(row[best].sum()))
    return Shown(
        verdict=judge(read, measured, role, rank),
        picture=draw(figures.heads, read, measured, role, rank, place),
        mechanism=draw(
            figures.mechanism,
            read.tokens[place],
            (*(read.tokens[n] for n in best), "others"),
            ((f"head {layer}.{head}", (*(float(row[n]) for n in best), rest)),),
        ),
        bet=bet(role),
        caption=_caption(read, measured, layer, head, place),
        values=values(LAYER=layer, HEAD=head),
    )


def judge(read: Read, measured: Roles, role: str, rank: int) -> str:
    """Say how much of its weight the head gives to what the role names, measured and in this sentence."""
    layer, head = measured.order(role)[rank - 1]
    index = ROLES.index(role)
    score, even = float(measured.scores[index, layer - 1, head - 1]), float(measured.even[index])
    here = results.role_share(read, layer, head, role)
    over = " over forty pairs" if role == "noun" else f" over {measured.texts} texts"
    yours = "" if isnan(here) else f" In this sentence: {percent(here)}."
    gives = f"Head {layer}.{head} gives {NAMES[role]} {percent(score)} of its weight{over}"
    return f"{gives}; equal weights give {percent(even)}.{yours}"


def _links(stage: Stage, read: Read, layer: int, head: int, place: int) -> None:
    """Show the sentence twice, joined by the weights; a click on a token of the lower line chooses it."""
    map_ = read.head(layer, head)
    gets = map_[:, place]
    upper = [
        tokens.Token(token, f"gives {read.tokens[place]} {percent(float(weight))} of its own weight")
        for token, weight in zip(read.tokens, gets, strict=True)
    ]
    lower = [
        tokens.Token(token, f"gives most to {read.tokens[int(line.argmax())]}")
        for token, line in zip(read.tokens, map_, strict=True)
    ]
    with stage.under:
        clicked = tokens.linked(
            upper,
            lower,
            map_,
            key="links",
            label="the sentence twice; choose a token of the lower line to see what it gives the tokens of the upper line",
            chosen=place,
            names=("gets", "gives"),
        )
    if clicked is not None and clicked != place:
        controls.move_to("place", clicked + 1)


def _caption(read: Read, measured: Roles, layer: int, head: int, place: int) -> str:
    """Say what the chosen token gives and gets, and what the head does otherwise."""
    map_, token = read.head(layer, head), code(read.tokens[place])
    to, by = int(map_[place].argmax()), int(map_[:, place].argmax())
    scores = [
        f"{NAMES[role]} {percent(float(measured.scores[n, layer - 1, head - 1]))}" for n, role in enumerate(ROLES)
    ]
    return (
        f"{token} (token {place + 1}) gives most, {percent(float(map_[place, to]))}, to {code(read.tokens[to])}, and gets most, "
        f"{percent(float(map_[by, place]))}, from {code(read.tokens[by])}. Over the texts that ship, head {layer}.{head} gives "
        f"{', '.join(scores)}. A row of the large map is what one token gives: it sums to 100 %. `[CLS]` and `[SEP]` mark the "
        "two ends; heads with nothing to find give them most of their weight. Small maps show the largest weight in each of at "
        "most 16 × 16 blocks."
    )


def bet(role: str) -> Bet:
    """Ask how much the best head for another role gives to it."""
    other = ORDERS[(ORDERS.index(role) + 1) % len(ORDERS)]
    return Bet(
        question=f"Order the heads by what they give {NAMES[other]} instead. How much of its weight does the best one give?",
        answers=(MORE, LESS),
        change={"role": other, "rank": 1},
        moved=f"the heads are ordered by “{other}”",
        judge=partial(_outcome, other),
    )


def _outcome(role: str) -> tuple[str, str]:
    measured = ask(lesson.roles)
    layer, head = measured.order(role)[0]
    score = float(measured.scores[ROLES.index(role), layer - 1, head - 1])
    return MORE if score > 0.5 else LESS, f"Head {layer}.{head} gives {percent(score)}."


IDEA = (
    "MiniLM has 72 attention **heads**, each with a map of what every **token** gives to every other. Some do one "
    "thing nearly always, such as giving all to the token before. We put them in order of what they do."
)
VIEW = View("One head", show, IDEA)
