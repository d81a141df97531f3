"""The leak: the same network, with a little of the future in what it reads or learns from."""

from functools import partial

from core.experiments import market as lesson
from core.experiments.market.results import GRU, LEAKS, MAJORITY, TRAININGS, Walk, shares
from core.figures import market as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent
from pages.market.shared import INTERVAL, NAMES, NO_ADVICE, SURVIVORS, points

WHY = {
    "none": "Tested on 2011 to 2022, learned from 1991 to 2010; nothing that is read lies after the day before.",
    "random split": (
        "A fifth of the windows of 2011 to 2022, drawn at random, are tested; their neighbours, which share up to 19 of 20 days "
        "and the market of the same day, are learned from. This is the best known leak, and here it brings a point or so: the "
        "next day is so random that its neighbours’ answers hardly help. What every model learns is how often shares rose in "
        "the very years that are tested."
    ),
    "smoothed prices": (
        "Each day’s change is averaged with the day before and the day after, a common way to take out noise. So a third of "
        "tomorrow’s change is already in the last number that is read."
    ),
    "scaled with tomorrow": (
        "Each window is standardised (mean 0, deviation 1) together with the day to be forecast. The 21 numbers then add up to "
        "0, so the 20 that are read give away the last."
    ),
}
SHORT = dict(zip(LEAKS, ("none", "split", "smooth", "scale"), strict=True))
TITLES = {
    "none": "Right in 2011 to 2022, no leak",
    "random split": "Right, with a random split",
    "smoothed prices": "Right, with smoothed prices",
    "scaled with tomorrow": "Right, scaled with tomorrow",
}
UNDER, SOME, MOST = "under 55 %", "55 to 75 %", "over 75 %"


def show(stage: Stage) -> Shown:
    """Show the same forecasts with and without a leak."""
    with stage.decide:
        kind = controls.choice("Leak", LEAKS, LEAKS[0], key="leak", names=SHORT.__getitem__)
    with stage.more:
        length = controls.choice("Training", tuple(TRAININGS), "short", key="training")
    steps = TRAININGS[length]
    walk = ask(lesson.leaky, kind, steps)
    honest = ask(lesson.leaky, LEAKS[0], steps)
    return Shown(
        verdict=judge(walk, honest, kind),
        picture=draw(
            figures.accuracy,
            walk,
            None if kind == LEAKS[0] else honest,
            TITLES[kind],
            NAMES,
            (45, 60) if kind == LEAKS[0] else (45, 118),  # no room yet for what is asked in the bet
        ),
        mechanism=draw(figures.mechanism, walk, "%", "rises", kind),
        bet=bet(kind, length),
        numbers=[
            ("forecasts", f"{int(walk.asked.sum()):,}"),
            ("GRU before “always up”, points (95 % interval)", points(walk, MAJORITY)),
        ],
        caption=f"**{kind.capitalize()}.** {WHY[kind]} The network takes {steps:,} training steps. {SURVIVORS} "
        f"{INTERVAL} {NO_ADVICE}",
        values={"DAYS": 20},
    )


def judge(walk: Walk, honest: Walk, kind: str) -> str:
    """Say what the leak did to the network's accuracy."""
    now, before = (next(row for row in shares(each) if row.name == GRU) for each in (walk, honest))
    base = next(row for row in shares(walk) if row.name == MAJORITY)
    if kind == LEAKS[0]:
        return f"Without a leak the GRU is right in {percent(now.share)}, “always up” in {percent(base.share)}."
    if now.low <= base.high:
        return (
            f"This leak does little: the GRU is right in {percent(now.share)}, without it {percent(before.share)}; “always up” "
            f"{percent(base.share)}."
        )
    return f"GRU: {percent(now.share)} right with the leak, {percent(before.share)} without: it has read the future."


def bet(kind: str, length: str) -> Bet:
    """Ask how much a leak that looks harmless brings."""
    other = "smoothed prices" if kind != "smoothed prices" else "scaled with tomorrow"
    how = {
        "smoothed prices": "each day’s change is averaged with its two neighbours, to take out noise",
        "scaled with tomorrow": "each window and the day after it are brought to mean 0 together",
    }[other]
    return Bet(
        question=f"Before training, {how}. How often will the GRU be right?",
        answers=(UNDER, SOME, MOST),
        change={"leak": other},
        moved=f"“Leak” is at “{SHORT[other]}” ({other})",
        judge=partial(_outcome, other, TRAININGS[length]),
    )


def _outcome(kind: str, steps: int) -> tuple[str, str]:
    share = next(row for row in shares(ask(lesson.leaky, kind, steps)) if row.name == GRU).share
    return (
        UNDER if share < 0.55 else SOME if share <= 0.75 else MOST,
        f"The GRU is right in {percent(share)}. {WHY[kind]}",
    )


IDEA = (
    "A **leak** is anything by which the answer gets into what a model reads or learns from. The same **GRU** "
    "forecasts the same days again, and some of the future is let in, in one of three ways that look harmless."
)
VIEW = View("Leak", show, IDEA)
