"""One to one: will this student pass?"""

from functools import partial

from core.experiments import four_shapes as lesson
from core.experiments.four_shapes.results import (
    DEFAULT_GPA,
    DEFAULT_HOURS,
    DEFAULT_QUIZ,
    MOST_HOURS,
    Classed,
    Passing,
)
from core.figures import four_shapes as figures
from pages.four_shapes.shared import between, compared, script
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent

DOWN, FLAT, UP = "it falls", "no", "it rises"


def show(stage: Stage) -> Shown:
    """Show one student's probability, and what hours of study do to it."""
    with stage.decide:
        hours = controls.slider("Hours of study a week", 0, MOST_HOURS, DEFAULT_HOURS, 1, key="hours")
    with stage.more:
        gpa = controls.slider("Grade average so far (of 4)", 1.0, 4.0, DEFAULT_GPA, 0.1, key="gpa", format="%.1f")
        quiz = controls.slider("Maths quiz (of 10)", 0, 10, DEFAULT_QUIZ, 1, key="quiz")
    gpa = round(gpa, 1)
    found, classed = ask(lesson.student, gpa, quiz), ask(lesson.class_of_856)
    scores = classed.scores
    return Shown(
        verdict=judge(found, hours),
        picture=draw(figures.student, found, classed, gpa, quiz, hours),
        mechanism=draw(figures.mechanism, "one to one", "1 student", f"{percent(float(found.middle[hours]))} passes"),
        bet=bet(gpa, quiz, hours),
        numbers=[
            ("students judged correctly", percent(scores.network.share)),
            *((name, percent(each.share)) for name, each in scores.others),
        ],
        caption=caption(classed),
        further=[compared()],
        **script("students.safetensors", GPA=gpa, QUIZ=quiz, HOURS=hours),
    )


def judge(found: Passing, hours: int) -> str:
    """Say the probability, its interval, and what hours of study do to it."""
    return (
        f"One student in, one answer out: {percent(float(found.middle[hours]))} to pass "
        f"({_range(found, hours)}). Hours say little: {_range(found, 0)} with none, {_range(found, MOST_HOURS)} with "
        f"{MOST_HOURS}."
    )


def _range(found: Passing, hours: int) -> str:
    return f"{100 * found.low[hours]:.0f} to {100 * found.high[hours]:.0f} %"


def caption(classed: Classed) -> str:
    """Say whose data these are, what the interval is, and what one step is worth."""
    scores = classed.scores
    (_, plain), (_, always) = scores.others
    return (
        f"The data: {scores.network.asked} students of one course in economics. “Passed” is ours: 70 % of the points or more. "
        "The network is a GRU, a recurrent network with gates, that takes one step. A hundred of them were trained, each on the "
        "students drawn anew; the band holds 95 of the 100 answers. Grey dots are the real students by hours of study, whatever "
        "their grades. Judged on students that it was not trained on, the network is correct for "
        f"{percent(scores.network.share)} ({between(scores.network)}); **logistic regression**, which only adds up a weight for "
        f"each number, for {percent(plain.share)}: with one step there is nothing to remember. From hours of study alone "
        f"{percent(classed.study_alone.share)} are judged correctly, and always saying “passes” is correct for "
        f"{percent(always.share)}. Hours were what students said of themselves, and who finds the course hard may study more: "
        "this is no advice to study less."
    )


def bet(gpa: float, quiz: int, hours: int) -> Bet:
    """Ask what better grades do, which the picture does not show."""
    other = 3.8 if gpa < 3.3 else 1.8
    return Bet(
        f"Let the grade average be {other}, not {gpa:.1f}. Does the probability to pass change by 5 points or more?",
        (DOWN, FLAT, UP),
        {"gpa": other},
        f"grade average {other}",
        partial(_outcome, gpa, other, quiz, hours),
    )


def _outcome(gpa: float, other: float, quiz: int, hours: int) -> tuple[str, str]:
    before, after = (float(ask(lesson.student, each, quiz).middle[hours]) for each in (gpa, other))
    right = FLAT if abs(after - before) < 0.05 else UP if after > before else DOWN
    return right, f"It goes from {percent(before)} to {percent(after)}."


VIEW = View("Student", show)
