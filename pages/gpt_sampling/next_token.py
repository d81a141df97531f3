"""Next token: the probabilities of what may come next, and what temperature and filters make of them."""

from dataclasses import replace
from functools import partial

from core.experiments import gpt_sampling as lesson
from core.experiments.gpt_sampling.results import (
    DEFAULT_PROMPT,
    FAR,
    MORE,
    NEAR,
    SAME,
    Choice,
    Filters,
    choose,
    compare,
    other_temperature,
    sweep,
)
from core.figures import gpt_sampling as figures
from pages.gpt_sampling import prompt
from pages.gpt_sampling.taken import values
from pages.kit import language_models
from pages.kit.ask import derive, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, percent


def show(stage: Stage) -> Shown | Nothing:
    """Show the likeliest next tokens, and below them how uncertain the draw is at every temperature."""
    given = prompt.choose(stage, prompt.temperature(stage))
    if isinstance(given, Nothing):
        return given
    choice = derive(choose, given.next_token, given.filters)
    swept = derive(sweep, given.next_token, replace(given.filters, temperature=1.0))
    further = [draw(figures.sweep, swept, given.filters.temperature, choice.entropy)]
    if given.prompt == DEFAULT_PROMPT:
        further.append(draw(figures.notes))
    cut = 1 - float(choice.base[0]) if not given.filters.temperature else choice.removed_mass
    return Shown(
        verdict=judge(choice),
        picture=draw(figures.next_token, choice),
        mechanism=draw(figures.mechanism, given.next_token, choice),
        bet=bet(given, choice),
        numbers=[
            ("tokens that can be drawn", f"{choice.kept_count:,}"),
            ("as uncertain as so many equal tokens", f"{choice.effective:,.1f}"),
            ("cut by the filters" if given.filters.temperature else "left out at temperature 0", percent(cut)),
        ],
        caption="The filters act in this order: temperature, top-k, top-p, min-p, each on what the one before left.",
        further=further,
        values=values(given),
    )


def judge(choice: Choice) -> str:
    """Say what a draw gives here, from the numbers shown."""
    label, probability = choice.top
    if choice.kept_count == 1:
        return f"Only {code(label)} is left to draw, so every draw gives the same token."
    if probability >= 0.9:
        return f"{code(label)} takes {percent(probability)}: hardly a draw gives anything else."
    return (
        f"{code(label)} is the likeliest token, at {percent(probability)}: {percent(1 - probability)} of all draws give "
        "another one."
    )


def bet(given: prompt.Given, choice: Choice) -> Bet:
    """Ask what another temperature makes of the likeliest token's probability."""
    label, probability = choice.top
    now = given.filters.temperature
    other = other_temperature(now)
    verb = "Double" if other == 2 * now else "Halve" if other == now / 2 else "Raise"
    after = replace(given.filters, temperature=other)
    return Bet(
        question=f"{verb} the temperature to {other:g}. What becomes of the {percent(probability)} of {code(label)}?",
        answers=(FAR, NEAR, SAME, MORE),
        change={"temperature": float(other)},
        moved=f"temperature {now:g} to {other:g}",
        judge=partial(_outcome, given.model, given.prompt, given.filters, after),
    )


def _outcome(model: str, words: str, before: Filters, after: Filters) -> tuple[str, str]:
    now, then, right = compare(language_models.ask(model, lesson.next_token, words), before, after)
    return right, f"It went from {percent(now)} to {percent(then)}."


VIEW = View("Next token", show)
