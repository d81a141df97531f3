"""Next day: from the last days of a share, will it rise tomorrow? Walked forward through twenty years."""

from functools import partial

from core.experiments import market as lesson
from core.experiments.market.results import DAYS, DAYS_DEFAULT, GRU, MAJORITY, Walk, ahead, shares
from core.figures import market as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent
from pages.market.shared import (
    ALWAYS,
    BEHIND,
    CLEAR,
    INTERVAL,
    LEANS,
    NAMES,
    NO_ADVICE,
    SURVIVORS,
    lead,
    points,
)


def show(stage: Stage) -> Shown:
    """Show how often each forecaster is right about the next day."""
    with stage.decide:
        days = int(controls.choice("Days that are read", DAYS, DAYS_DEFAULT, key="days"))
    walk = ask(lesson.next_day, days)
    stage.note(NO_ADVICE)
    first, last = walk.years
    return Shown(
        verdict=judge(walk),
        picture=draw(figures.accuracy, walk, None, f"Will it rise tomorrow? {first} to {last}", NAMES, (49, 54)),
        mechanism=draw(figures.mechanism, walk, "%", "rises"),
        bet=bet(days),
        numbers=[
            ("forecasts", f"{int(walk.asked.sum()):,}"),
            ("GRU before “always up”, points (95 % interval)", points(walk, MAJORITY)),
        ],
        caption=(
            f"{SURVIVORS} Every four years all models learn anew from everything before (1991 on; at the end {walk.trained:,} "
            "examples), never from what they are asked. “Always up” gives the more frequent answer of those years; momentum says "
            f"that the sum of the days that are read goes on. {INTERVAL}"
        ),
        further=[draw(figures.years, walk, ALWAYS), draw(figures.by_share, walk, ALWAYS)],
        values={"DAYS": days},
    )


def judge(walk: Walk) -> str:
    """Say who is right more often: the network or the rule that reads nothing."""
    found = {row.name: row for row in shares(walk)}
    gru, base = percent(found[GRU].share), percent(found[MAJORITY].share)
    days = len(walk.example.values)
    if lead(walk, MAJORITY) == CLEAR:
        return f"Reading {days} days the GRU is right in {gru}, “always up” in {base}: a small signal."
    if lead(walk, MAJORITY) == LEANS:
        return f"Reading {days} days the GRU is right in {gru}, “always up” in {base}: no more than luck explains."
    won = "The baseline wins" if ahead(walk, GRU, MAJORITY)[2] < 0 else "Not beaten"
    return f"{won}: “always up” is right in {base} of forecasts, the GRU in {gru}."


def bet(days: int) -> Bet:
    """Ask whether another number of days makes the network better."""
    other = DAYS[-1] if days != int(DAYS[-1]) else DAYS[0]
    return Bet(
        question=f"Now the GRU reads {other} days instead of {days}. Will it beat “always up”?",
        answers=(CLEAR, LEANS, BEHIND),
        change={"days": other},
        moved=f"“Days that are read” is at {other}",
        judge=partial(_outcome, int(other)),
    )


def _outcome(days: int) -> tuple[str, str]:
    walk = ask(lesson.next_day, days)
    return lead(walk, MAJORITY), f"With {days} days its lead in points is {points(walk, MAJORITY)}."


VIEW = View("Next day", show)
