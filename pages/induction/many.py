"""Many heads: what is left of the second time with more and more heads off, those that search and random ones."""

from functools import partial

from core.experiments import induction as lesson
from core.experiments.induction.results import BET_COUNT, COUNTS, MODEL, Switched, named
from core.figures import induction as figures
from core.figures.induction import fine
from pages.induction.shared import List, choose, read, script_values
from pages.kit import controls, language_models
from pages.kit.ask import draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View


def show(stage: Stage) -> Shown | Nothing:
    """Show the typical probability of the second time against the number of heads that are off."""
    with stage.decide:
        count = int(controls.choice("Heads off", tuple(map(str, COUNTS)), "4", key="count"))
    given = choose(stage)
    whole = read(stage, given)
    if isinstance(whole, Nothing):
        return whole
    found = language_models.ask(MODEL, lesson.switched, *given)
    return Shown(
        verdict=judge(found, count),
        picture=draw(figures.together, found, count),
        mechanism=draw(figures.mechanism, whole, "best" if count else ""),
        bet=bet(found, given, count),
        numbers=[
            ("all heads on", fine(float(found.induction[0]))),
            (f"without head {named(found.heads[0])} alone", fine(float(found.alone[0]))),
            ("the first time", fine(found.first)),
        ],
        caption="The heads are switched off in the order of their score: how much of its attention a head gives, the second "
        "time, to what followed the first time. The random heads are drawn three times from the other 254; the whiskers "
        "reach from the lowest to the highest.",
        further=[draw(figures.alone, found)],
        values=script_values(whole),
    )


def judge(found: Switched, count: int) -> str:
    """Say what is left without so many heads of both kinds."""
    at = COUNTS.index(count)
    usual, best, random = float(found.induction[0]), float(found.induction[at]), float(found.middle()[at])
    if not count:
        return f"With all 270 heads a typical word has {fine(usual)} the second time; the first time it has {fine(found.first)}."
    times = usual / best
    said = f"{times:,.0f} times less" if times >= 1.5 else "hardly less"
    what = "head that searches" if count == 1 else f"{count} heads that search"
    others = "one random head" if count == 1 else f"{count} random ones"
    return (
        f"Without the best {what} a typical word has {fine(best)}, {said} than the {fine(usual)} with all heads; "
        f"without {others}, {fine(random)}."
    )


LITTLE, PART, MUCH = "over half", "1 % to a half", "under 1 %"


def bet(found: Switched, given: List, count: int) -> Bet:
    """Ask about another number of heads."""
    other = 1 if count != 1 else BET_COUNT
    what = "the best head alone" if other == 1 else f"the {other} best heads"
    return Bet(
        question=f"Switch off {what} of the 270. How much of the {fine(float(found.induction[0]))} will be left?",
        answers=(LITTLE, PART, MUCH),
        change={"count": str(other)},
        moved=f"{what} off",
        judge=partial(_outcome, given, other),
    )


def _outcome(given: List, count: int) -> tuple[str, str]:
    found = language_models.ask(MODEL, lesson.switched, *given)
    left = float(found.induction[COUNTS.index(count)] / found.induction[0])
    right = LITTLE if left >= 0.5 else PART if left >= 0.01 else MUCH
    return right, f"{fine(float(found.induction[COUNTS.index(count)]))} are left."


VIEW = View("Heads", show)
