"""Four ways: greedy, pure sampling, the reader's filters and a beam search after the same prompt."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from core.experiments import gpt_sampling as lesson
from core.experiments.gpt_sampling.results import Filters, choose
from core.experiments.gpt_sampling.texts import METHODS, Measured, Settings, Text, four_settings, measure
from core.figures import gpt_sampling as figures
from pages.gpt_sampling import prompt
from pages.gpt_sampling.prompt import Wanted
from pages.gpt_sampling.taken import values
from pages.gpt_sampling.text import length
from pages.kit import controls, language_models, streaming
from pages.kit.ask import derive, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import percent

OWN = METHODS.index("Your filters")


def show(stage: Stage) -> Shown | Nothing:
    """Show four texts after the same prompt, each as it is written, and the numbers that tell them apart."""
    heat = prompt.temperature(stage)
    with stage.more:
        beams = int(controls.slider("Beams", 2, 8, 4, 1, key="beams"))
    tokens, seed = length(stage)
    given = prompt.choose(stage, heat)
    if isinstance(given, Nothing):
        return given
    settings = Settings(given.filters, "sample", beams, seed, tokens)
    texts = _texts(stage, given, settings)
    measured = tuple(measure(name, text) for name, text in zip(METHODS, texts, strict=True))
    finished = all(text.finished for text in texts)
    if not finished:
        stage.under.button("Write them again", on_click=streaming.forget_all)
    choice = derive(choose, given.next_token, given.filters, seed)
    return Shown(
        verdict=judge(measured) if finished else "Stopped: texts that have not come to their end can’t be compared.",
        picture=draw(figures.methods, measured),
        mechanism=draw(figures.mechanism, given.next_token, choice),
        bet=bet(given, settings) if finished else None,
        caption="Typical is the geometric mean, under the model alone. A 3-gram is three tokens in a row.",
        further=[draw(figures.beam, texts[-1].tree)] if texts[-1].tree else (),
        values=values(given, list(zip(METHODS, four_settings(settings), strict=True))),
    )


def _texts(stage: Stage, given: prompt.Given, settings: Settings) -> list[Text]:
    """Show the four texts in two rows; the reader's own is pure sampling where no filter acts, and not written twice."""
    with stage.under:
        cells = [cell.container() for _ in range(2) for cell in st.columns(2, gap="medium")]
        stop = st.container()
    wanted = []
    for number, (cell, name, each) in enumerate(zip(cells, METHODS, four_settings(settings), strict=True)):
        cell.markdown(f"**{name}**")
        if number == OWN and settings.filters == Filters():
            cell.caption("Your filters are off, so this is pure sampling. Move temperature, top-k, top-p or min-p.")
        else:
            key = f"way{number}"
            wanted.append(Wanted(each, cell, key, label=f"text written by {name.lower()}", legend=number == 0))
    found = prompt.texts(given, wanted, stop)
    return found if len(found) == len(METHODS) else [*found[:OWN], found[OWN - 1], *found[OWN:]]


def judge(measured: Sequence[Measured]) -> str:
    """Say whose tokens are the likeliest, and who repeats itself."""
    best = max(measured, key=lambda one: one.typical)
    pure = measured[1]
    most = max(measured, key=lambda one: one.repeated_3grams)
    start = (
        f"{best.name} writes the likeliest tokens, typically {percent(best.typical)} each; pure sampling’s have "
        f"{percent(pure.typical)}"
    )
    if most.repeated_3grams > pure.repeated_3grams:
        return f"{start}. But {most.name.lower()} repeats {percent(most.repeated_3grams)} of its 3-grams."
    return f"{start}. None repeats itself more than pure sampling does; write more tokens, and some may."


def bet(given: prompt.Given, settings: Settings) -> Bet:
    """Ask which of the four has the likeliest tokens when the reader's own draws are cool."""
    other = 0.5 if given.filters.temperature != 0.5 else 1.5
    after = replace(settings, filters=replace(given.filters, temperature=other))
    return Bet(
        question=f"Set your own temperature to {other:g}. Whose tokens will then be the likeliest?",
        answers=METHODS,
        change={"temperature": other},
        moved=f"temperature {given.filters.temperature:g} to {other:g}, in “Your filters”",
        judge=partial(_outcome, given.model, given.prompt, after),
    )


def _outcome(model: str, words: str, after: Settings) -> tuple[str, str]:
    texts = [language_models.ask(model, lesson.write, words, each.essential()) for each in four_settings(after)]
    typical = [text.typical for text in texts]
    told = ", ".join(f"{name} {percent(value)}" for name, value in zip(METHODS, typical, strict=True))
    return METHODS[typical.index(max(typical))], f"Typical probability of a token: {told}."


VIEW = View("Four ways", show)
