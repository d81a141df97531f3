"""Write on: what each model draws after the sentence, and how much of it stands word for word in the text it learned from."""

from collections.abc import Sequence
from functools import partial

from core.experiments import language_model as lesson
from core.experiments.language_model.results import COLD, MODEL, RUN, SEED, TEMPERATURE, Written
from core.figures import language_model as figures
from pages.kit import controls, language_models
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import count, escape
from pages.language_model.shared import say_what_was_read, script, sentence

SHORTER, SAME, LONGER = "shorter", "as long", "longer"


def show(stage: Stage) -> Shown | Nothing:
    """Show what the models write on, and how long a run of it each has copied."""
    with stage.decide:
        temperature = controls.slider("Temperature (higher: bolder)", 0.1, 1.5, TEMPERATURE, 0.1, key="temperature")
    with stage.more:
        text, dropped = sentence()
        seed = controls.slider("Draw number", 1, 20, SEED, 1, key="draw")
    nothing = say_what_was_read(stage, text, dropped)
    if nothing:
        return nothing
    small = ask(lesson.write, text, temperature, seed)
    every = (*small, language_models.ask(MODEL, lesson.write_large, text, temperature, seed))
    texts = "\n".join(f"- **{one.model}**: {escape(' '.join(one.words))}" for one in every)
    return Shown(
        verdict=judge(small, temperature),
        picture=draw(figures.written, every, RUN),
        mechanism=draw(figures.writing_mechanism, text, small, temperature),
        bet=bet(text, temperature, seed),
        numbers=[(f"{one.model}: longest run", count(one.longest, "word")) for one in small[1:]],
        caption=f"{texts}\n\nShaded: {RUN} or more words in a row that stand just so in the text that the small models "
        "learned from (your own "
        "last words count where the run began there). The text that SmolLM2 learned from is not here.",
        **script(text),
    )


def judge(small: Sequence[Written], temperature: float) -> str:
    """Say how long a run of words each model has copied."""
    runs = {one.model: one.longest for one in small}
    most = max(runs, key=lambda name: runs[name])
    name, copied = most.replace("-", "\u2011"), runs[most]  # no line ends at its hyphen
    if most == "LSTM":
        return (
            f"At temperature {temperature:g} even the LSTM has copied {copied} words and signs in a row from its training text; "
            f"the 5\u2011gram {runs['5-gram']}."
        )
    return (
        f"At temperature {temperature:g} the {name} has copied most: {copied} words and signs in a row are from its training "
        f"text. The LSTM copied {runs['LSTM']}."
    )


def bet(text: str, temperature: float, seed: int) -> Bet:
    """Ask what a temperature near 0 does to what the 5-gram copies; from there, what the usual one does."""
    other = COLD if temperature > COLD else TEMPERATURE
    return Bet(
        question=f"At temperature {other:g}, nearer to “always the likeliest word”, is the longest run that the 5-gram "
        "copies longer?"
        if other < temperature
        else f"At temperature {other:g}, with more chance in it, is the longest run that the 5-gram copies shorter?",
        answers=(SHORTER, SAME, LONGER),
        change={"temperature": other},
        moved=f"temperature {other:g}",
        judge=partial(_outcome, text, temperature, other, seed),
    )


def _outcome(text: str, temperature: float, other: float, seed: int) -> tuple[str, str]:
    before, after = (
        next(one.longest for one in ask(lesson.write, text, t, seed) if one.model == "5-gram")
        for t in (temperature, other)
    )
    right = LONGER if after > before else SHORTER if after < before else SAME
    return right, f"{after} words, and {before} before."


IDEA = (
    "A **language model** writes by drawing the next word from its probabilities, again and again. The "
    "**temperature** says how boldly: near 0, always the likeliest word. We mark what is copied from the text "
    "that it learned from."
)
VIEW = View("Write on", show, IDEA)
