"""Twice the same: how sure the model is of each word of a list, the first time and the second, with and without two heads."""

from functools import partial

from core.experiments import induction as lesson
from core.experiments.induction.results import CASES, MODEL, WORDS, Repeated, named, typical
from core.figures import induction as figures
from core.figures.induction import fine
from pages.induction.shared import List, choose, read, script_values
from pages.kit import controls, language_models, tokens
from pages.kit.ask import draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import percent

OFF = {"": "none", "before": "lower", "best": "upper", "others": "random"}


def show(stage: Stage) -> Shown | Nothing:
    """Show a list's words by how well they were foreseen."""
    with stage.decide:
        case = controls.choice("Heads off", tuple(OFF), "", key="off", names=OFF.__getitem__)
    given = choose(stage)
    found = read(stage, given)
    if isinstance(found, Nothing):
        return found
    with stage.under:
        _strip(found, case)
    further = [draw(figures.heads, found)]
    if not given[0]:
        further.append(draw(figures.over_lists, language_models.ask(MODEL, lesson.lists, WORDS)))
    total = len(found.second)
    return Shown(
        verdict=judge(found, case),
        picture=draw(figures.repeated, found, case),
        mechanism=draw(figures.mechanism, found, case),
        bet=bet(found, given, case),
        numbers=[
            ("a typical word, the first time", fine(typical(found.first))),
            ("the second time", fine(typical(found.second))),
            ("its likeliest guess is correct", f"{found.correct()} of {total}"),
        ],
        caption="The typical probability is the one that, given to every word, would make the whole list as likely. In the "
        "strip, the stronger a word is coloured, the better it was foreseen the second time. The first words of the list "
        "cannot be: the model has yet to notice that it repeats. “Random” are two other heads, to compare with.",
        further=further,
        values=script_values(found),
    )


def _strip(found: Repeated, case: str) -> None:
    values = found.again(case) if case else found.second
    row = [tokens.Token(found.tokens[0], "nothing foretells it")]
    row += [
        tokens.Token(token, f"had {percent(float(p))} the second time", weight=round(float(p), 3))
        for token, p in zip(found.tokens[1:], values, strict=True)
    ]
    tokens.strip(row, key="strip", label="the list, coloured by how well each word was foreseen the second time")


def judge(found: Repeated, case: str) -> str:
    """Say how many words are foreseen, and how many without heads."""
    total, all_on = len(found.second), found.correct()
    without = {each: found.correct(each) for each in CASES}
    if not case:
        return (
            f"The second time, its likeliest guess is correct for {all_on} of {total} words; without the upper head for "
            f"{without['best']}, without the lower one for {without['before']}, without two others for {without['others']}."
        )
    heads = " and ".join(named(head) for head in found.off(case))
    what = f"head {heads}" if len(found.off(case)) == 1 else f"heads {heads}"
    return (
        f"Without {what} its likeliest guess is correct for {without[case]} of {total} words, with all heads for {all_on}; a "
        f"typical word falls from {fine(typical(found.second))} to {fine(typical(found.again(case)))}."
    )


FEW, SOME, MOST = "under a third", "a third to two thirds", "over two thirds"


def bet(found: Repeated, given: List, case: str) -> Bet:
    """Ask what two random heads are worth, or the upper one where these are off."""
    other, what = ("others", "two random heads") if case != "others" else ("best", "the upper head alone")
    return Bet(
        question=f"Switch off {what} of the 270. Of the {found.correct()} words that it foresees, how many will be left?",
        answers=(FEW, SOME, MOST),
        change={"off": other},
        moved=f"{what} switched off",
        judge=partial(_outcome, given, other),
    )


def _outcome(given: List, case: str) -> tuple[str, str]:
    found = language_models.ask(MODEL, lesson.repeated, *given)
    left, before = found.correct(case), max(1, found.correct())
    right = FEW if left < before / 3 else SOME if left <= 2 * before / 3 else MOST
    return right, f"{left} of {found.correct()} are left."


VIEW = View("Twice", show)
