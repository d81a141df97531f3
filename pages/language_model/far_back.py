"""How far back: what it is worth to each model to have more words before the blank, on text that was kept apart."""

from functools import partial

from core.experiments import language_model as lesson
from core.experiments.language_model.results import KEPT, LAST, MODEL, Depth, joined
from core.figures import language_model as figures
from core.figures.language_model import CORRECT, PERPLEXITY
from pages.kit import controls, language_models
from pages.kit.ask import ask, derive, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent
from pages.language_model.shared import script

ALL = KEPT[-1]
FEW, SOME, MANY = "under 20", "20 to 40", "over 40"
NONE, LITTLE, MUCH = "none", "less than a tenth", "more"


def measured() -> Depth:
    """Return the measurement of all models."""
    return derive(joined, ask(lesson.depth), language_models.ask(MODEL, lesson.depth_large))


def show(stage: Stage) -> Shown:
    """Show perplexity or correct first guesses against the number of words kept."""
    with stage.decide:
        what = controls.choice("Measure", (PERPLEXITY, CORRECT), PERPLEXITY, key="measure", names=NAMES.__getitem__)
    with stage.more:
        kept = int(controls.choice("Words kept before the blank", tuple(map(str, KEPT)), str(ALL), key="context"))
    found = measured()
    return Shown(
        verdict=judge(found, kept, what),
        picture=draw(figures.depth, found, kept, what),
        mechanism=draw(figures.depth_mechanism, found, kept),
        bet=bet(what, kept),
        numbers=[
            (f"{name}: perplexity, {LAST} to {ALL} words", f"−{percent(max(0.0, found.gain(row, LAST, ALL)[0]))}")
            for row, name in list(enumerate(found.models))[1:]
        ],
        caption=say_how(found),
        **script(),
    )


NAMES = {PERPLEXITY: "perplexity", CORRECT: "first guesses"}


def judge(found: Depth, kept: int, what: str) -> str:
    """Say how much each model gains from the words beyond the fourth, or what they get right with so many words."""
    column = KEPT.index(kept)
    if what == CORRECT:
        shares = ", ".join(
            f"{name} {percent(float(v))}" for name, v in zip(found.models, found.correct[:, column], strict=True)
        )
        return f"With {_words(kept)} kept the first guess is right: {shares}."
    if kept <= LAST:
        listed = ", ".join(
            f"{name} {v:,.0f}" for name, v in zip(found.models, found.perplexity[:, column], strict=True)
        )
        return f"With {_words(kept)} kept the perplexity is: {listed}."
    gains = [found.gain(row, LAST, kept)[0] for row in range(len(found.models))]
    rnn, lstm, large = (percent(max(0.0, gain)) for gain in gains[1:])
    return (
        f"From {LAST} to {kept} words the perplexity of SmolLM2 falls by {large}, the LSTM’s by {lstm}, the RNN’s by {rnn}; the "
        "5-gram sees no more than four."
    )


def _words(kept: int) -> str:
    return "1 word" if kept == 1 else f"{kept} words"


def say_how(found: Depth) -> str:
    """Say what was measured, with the intervals of the gains."""
    gains = "; ".join(
        f"{name} {percent(gain)} (95 % interval {100 * low:.1f} to {100 * high:.1f} %)"
        for name, (gain, low, high) in ((name, found.gain(row, 8, ALL)) for row, name in enumerate(found.models) if row)
    )
    return (
        "**Perplexity** says among how many equally likely words the choice would be as hard. With "
        f"{LAST} words kept it is {found.perplexity[0, KEPT.index(LAST)]:.0f} for the 5-gram, which counts, and "
        f"{found.perplexity[-1, KEPT.index(LAST)]:.0f} for SmolLM2. "
        f"Asked for: {found.words:,} words of {found.logs.shape[2]} passages from speeches and chapters that the small "
        "models did not "
        "learn from; SmolLM2 may have read them. All are among the 8,000 words that the small models know, and all models "
        "have to "
        "find them among everything: in a context, other words are read as “unknown”. With 1, 2, 3 or 4 words kept, the "
        "5-gram is a "
        "2-, 3-, 4- or 5-gram. Commas and full stops count as words. A perplexity is always a word’s, whatever its tokens. "
        "Intervals "
        f"are from passages drawn anew {1_000:,} times. From 8 to {ALL} words the perplexity falls by: {gains}."
    )


def bet(what: str, kept: int) -> Bet:
    """Ask how many first guesses are right, or, once these are shown, how much worse it is with one word."""
    if what == PERPLEXITY:
        return Bet(
            question=f"With {_words(kept)} kept, how many of 100 words does SmolLM2 get right at its first guess?",
            answers=(FEW, SOME, MANY),
            change={"measure": CORRECT},
            moved="correct first guesses",
            judge=partial(_share, kept),
        )
    return Bet(
        question=f"Back to perplexity, from 8 to {ALL} words: how much does the LSTM’s fall?",
        answers=(NONE, LITTLE, MUCH),
        change={"measure": PERPLEXITY, "context": str(ALL)},
        moved=f"perplexity, {ALL} words",
        judge=_gain,
    )


def _share(kept: int) -> tuple[str, str]:
    share = float(measured().correct[-1, KEPT.index(kept)])
    return FEW if share < 0.2 else SOME if share <= 0.4 else MANY, f"{percent(share)} of them."


def _gain() -> tuple[str, str]:
    found = measured()
    gain, low, high = found.gain(found.models.index("LSTM"), 8, ALL)
    right = NONE if low <= 0 else LITTLE if gain < 0.1 else MUCH
    return right, f"By {percent(gain)}, 95 % interval {100 * low:.1f} to {100 * high:.1f} %."


IDEA = (
    "**Perplexity** tells how unsure a **language model** is: 50 means as unsure as between 50 equally likely "
    "words. We give four models the last 1 to 64 words before a blank, on text that was kept apart, and measure."
)
VIEW = View("How far back", show, IDEA)
