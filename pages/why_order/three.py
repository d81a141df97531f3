"""Three kinds: a text, a weather record and a voice, asked how much an item some steps back says about the next one."""

from functools import partial

from core.experiments import why_order as lesson
from core.experiments.why_order.results import DEFAULT_BACK, FARTHEST, HALF_A_YEAR, KINDS, LookBack
from core.figures import why_order as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent
from pages.why_order.shared import script_values

PHRASES = ("the letter", "the day", "the sound")


def show(stage: Stage) -> Shown:
    """Show how much of the uncertainty an item removes, for each kind and each distance."""
    with stage.decide:
        steps = int(controls.slider("Steps back", 1, FARTHEST, DEFAULT_BACK, 1, key="back"))
    with stage.more:
        shuffled = controls.toggle("Shuffle all three sequences", key="mixed")
    found = ask(lesson.look_back)
    letters, days, samples = found.lengths
    return Shown(
        verdict=judge(found, steps, shuffled),
        picture=draw(figures.reach, found, steps, shuffled),
        mechanism=draw(figures.pairs, found, steps),
        bet=bet(steps),
        numbers=[
            (f"{name}, ± 95 %", f"{percent(share)} ± {100 * float(wide):.1f}")
            for name, share, wide in zip(KINDS, found.shares(steps, False), found.spread[:, steps - 1], strict=True)
        ],
        caption=(
            f"**Letter**: {letters:,} letters and blanks of reviews and editorials. **Day**: the highest temperature of {days:,} "
            "days in Seattle, in ten levels of equal size; it comes back after a year, and half a year back tells of the other "
            f"season. **Sound**: {samples:,} samples of voices reading aloud, 16,000 a second, in sixteen levels. The "
            "**uncertainty** about an item is its entropy: how many yes-or-no questions it takes on average to find out which "
            "it is. Counted is what one single item removes of it. A letter far back says nothing alone; many letters together "
            "do. The bars: 95 % intervals, from twenty blocks of each sequence, left out one after the other."
        ),
        values=script_values(),
    )  # fmt: skip


def judge(found: LookBack, steps: int, shuffled: bool) -> str:
    """Say what one item so many steps back removes, for all three; or that a shuffle leaves nothing of it."""
    here = [percent(share) for share in found.shares(steps, False)]
    if shuffled:
        return (
            f"Shuffled, an item says next to nothing of the next: at most {percent(max(found.shares(steps, True)))} of the "
            f"uncertainty goes. In order: letter {here[0]}, day {here[1]}, sound {here[2]}."
        )
    where = "One step back" if steps == 1 else f"{steps} steps back"
    return f"{where}, a letter removes {here[0]} of the uncertainty about the next, a day {here[1]}, a sound {here[2]}."


def bet(steps: int) -> Bet:
    """Ask which of the three says most half a year of steps back, or one step back."""
    other = HALF_A_YEAR if steps < HALF_A_YEAR else 1
    return Bet(
        question=f"Go {other} {'step' if other == 1 else 'steps'} back. Which of the three says most about what comes next?",
        answers=PHRASES,
        change={"back": other, "mixed": False},
        moved=f"“Steps back” is at {other}",
        judge=partial(_outcome, other),
    )


def _outcome(steps: int) -> tuple[str, str]:
    shares = ask(lesson.look_back).shares(steps, False)
    said = ", ".join(f"{name} {percent(share)}" for name, share in zip(KINDS, shares, strict=True))
    return PHRASES[shares.index(max(shares))], f"Of the uncertainty goes, {steps} back: {said}."


IDEA = (
    "A text, a weather record and a voice are each a **sequence**: of letters, of days, of samples. We ask of all "
    "three: how much does one item tell of another one some steps later? And what is left of that in a shuffle?"
)
VIEW = View("Kinds", show, IDEA)
