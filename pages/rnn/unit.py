"""One unit: something nameable that a single number of the state follows, though nobody told it to."""

import math
from functools import partial

from core.experiments import rnn
from core.experiments.rnn.features import FEATURES, Followed, Tracking, follow, followed_features, strength
from core.figures import rnn as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import signed
from pages.rnn import text

RANKS = 5
STRONGER, WEAKER = "more closely", "less closely"


def show(stage: Stage) -> Shown | Nothing:
    """Colour the text by the unit that follows a feature best, and draw it over that feature."""
    given = text.choose(stage)
    if isinstance(given, Nothing):
        return given
    read, position = given.read, given.position
    tracking = ask(rnn.tracking, read.model)
    offered = {FEATURES[f].words: f for f in followed_features(tracking)}
    with stage.decide:
        chosen = offered[controls.choice("A unit that follows", tuple(offered), next(iter(offered)), key="track")]
    with stage.more:
        rank = controls.slider("Which of the units, best first", 1, RANKS, 1, 1, key="rank")
    found = follow(read.states, read.text, tracking, chosen, rank, slice(None))
    values = [round(float(v), 3) for v in found.values]
    notes = [f"{found.label} at {signed(v, 2)}" for v in values]
    text.strip(stage, given, notes, values, label=f"your text, coloured by {found.label}")
    return Shown(
        verdict=judge(found, tracking),
        picture=draw(figures.unit, read, tracking, chosen, rank, position),
        mechanism=draw(figures.mechanism, read, position),
        bet=bet(tracking, read.model, chosen, list(offered.values())),
        numbers=[
            ("correlation, held-out text", signed(found.held_out, 2)),
            ("correlation, your text", "none" if math.isnan(found.own) else signed(found.own, 2)),
            ("units in the state", f"{read.states.shape[1]:,}"),
        ],
        caption="A correlation of 0 is none, of 1 full step. The unit was chosen on one half of the held-out text; the "
        "number comes from the other half."
        + (" A cell has no bound: its scale is squeezed (arsinh)." if "cell" in found.label else ""),
        **text.taken(given),
    )


def judge(found: Followed, tracking: Tracking) -> str:
    """Say whether the unit follows what it is said to follow, from the numbers shown."""
    words, r = FEATURES[found.feature].words, signed(found.held_out, 2)
    how = strength(found.held_out)
    if how == "not here":
        return (
            f"Not here: {found.label} hardly follows “{words}”: a correlation of {r} on text that it was not chosen by."
        )
    own = " In your text that never changes." if math.isnan(found.own) else ""
    return (
        f"{found.label.capitalize()} {how} “{words}” though nobody told it to: a correlation of {r} over "
        f"{tracking.characters:,} characters of other text.{own}"
    )


def bet(tracking: Tracking, model: str, chosen: int, offered: list[int]) -> Bet | None:
    """Ask whether the best unit for another feature follows it more closely than this one does."""
    if len(offered) < 2:
        return None
    other = offered[(offered.index(chosen) + 1) % len(offered)]
    one, two = FEATURES[chosen].words, FEATURES[other].words
    return Bet(
        question=f"Look for “{two}” instead. Does its best unit follow it more closely than “{one}” is followed?",
        answers=(STRONGER, WEAKER),
        change={"track": two, "rank": 1},
        moved=f"the unit that best follows “{two}” is shown",
        judge=partial(_outcome, model, chosen, other),
    )


def _outcome(model: str, chosen: int, other: int) -> tuple[str, str]:
    tracking = ask(rnn.tracking, model)
    one, two = (tracking.reported(tracking.ranked(f)[0], f) for f in (chosen, other))
    return STRONGER if abs(two) > abs(one) else WEAKER, f"A correlation of {signed(two, 2)} against {signed(one, 2)}."


VIEW = View("One unit", show)
