"""Weather: the same network asked of a record that does hold a signal."""

from functools import partial

from core.experiments import market as lesson
from core.experiments.market.results import GRU, LOGISTIC, QUESTIONS, WEATHER_DAYS, Walk, ahead, naive, shares
from core.figures import market as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent
from pages.market.shared import CLEAR, LEANS, lead, points

RULES = {
    "warmer": ("always the same", "as today", "season’s mean", "logistic regression", GRU),
    "rain": ("always “dry”", "as today", "season’s mean", "logistic regression", GRU),
}
ASKED = {"warmer": "Warmer tomorrow than today?", "rain": "Rain tomorrow?"}
SHORT = {"warmer": "warmer", "rain": "rain"}
NETWORK, RULE = "the GRU", "a rule or the regression"


def show(stage: Stage) -> Shown:
    """Show how often each forecaster is right about Seattle's next day."""
    with stage.decide:
        question = controls.choice("Question", QUESTIONS, QUESTIONS[0], key="question", names=SHORT.__getitem__)
    walk = ask(lesson.weather, question, WEATHER_DAYS)
    return Shown(
        verdict=judge(walk, question),
        picture=draw(figures.accuracy, walk, None, ASKED[question], RULES[question], (44, 94)),
        mechanism=draw(figures.mechanism, walk, "°C", SHORT[question]),
        bet=bet(question),
        numbers=[
            ("days forecast", f"{int(walk.asked.sum()):,}"),
            ("GRU before the best rule, points (95 %)", points(walk, naive(walk).name)),
            ("GRU before the regression, points (95 %)", points(walk, LOGISTIC)),
        ],
        caption=(
            "Seattle, daily: rain, highest and lowest temperature, wind, and the time of the year, 14 days of each. Learned from "
            "2012 and 2013 for 2014, and from all three years for 2015. “As today” repeats today’s change, or today’s rain; the "
            "season’s mean of the years before says “warmer” where today is colder than usual for tomorrow’s date, and “rain” "
            "where most such days were wet. The bars: whole months drawn again, 2,000 times."
        ),
        values={"DAYS": 20},
    )


def judge(walk: Walk, question: str) -> str:
    """Say whether the network beats the best rule, and whether the regression does as well."""
    found = {row.name: row for row in shares(walk)}
    best, rules = naive(walk), dict(zip(walk.names, RULES[question], strict=True))
    gru = percent(found[GRU].share)
    said = f"“{rules[best.name]}”" if "“" not in rules[best.name] else rules[best.name]
    state = lead(walk, best.name)
    if state == CLEAR:
        return f"Here the past helps: the GRU is right in {gru}, the best rule ({said}) in {percent(best.share)}."
    if state == LEANS:
        always = found[walk.names[0]]
        helps = ahead(walk, GRU, walk.names[0])[1] > 0
        past = f", {rules[walk.names[0]]} {percent(always.share)}" if helps else ""
        start = "Weather holds a signal" if helps else "No more than luck explains"
        other = found[LOGISTIC]
        return (
            f"{start}: the GRU gets {gru}{past}; {said} {percent(best.share)}, the regression {percent(other.share)}."
        )
    won = "The baseline wins" if ahead(walk, GRU, best.name)[2] < 0 else "Not beaten"
    return f"{won}: {said} is right in {percent(best.share)}, the GRU in {gru}."


def bet(question: str) -> Bet:
    """Ask who wins on the other question."""
    other = QUESTIONS[1] if question == QUESTIONS[0] else QUESTIONS[0]
    return Bet(
        question=f"Now the question is: {ASKED[other].lower()} Who will be right most often?",
        answers=(NETWORK, RULE),
        change={"question": other},
        moved=f"“Question” is at “{SHORT[other]}”",
        judge=partial(_outcome, other),
    )


def _outcome(question: str) -> tuple[str, str]:
    walk = ask(lesson.weather, question, WEATHER_DAYS)
    found = {row.name: row for row in shares(walk)}
    best = max((row for row in found.values() if row.name != GRU), key=lambda row: row.right)
    right = NETWORK if found[GRU].right > best.right else RULE
    name = dict(zip(walk.names, RULES[question], strict=True))[best.name]
    return right, f"GRU {percent(found[GRU].share)}, {name} {percent(best.share)}."


IDEA = (
    "The same **GRU** reads fourteen days of Seattle’s weather and says whether the next day will be warmer, or "
    "wet. A **baseline** is a plain rule, such as what is usual at this time of the year. We count who is right "
    "more often."
)
VIEW = View("Weather", show, IDEA)
