"""Shuffle: two words change places, with their positions, with the positions alone, and without any."""

from functools import partial

from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding.results import DEFAULT_WORDS, Orders, words_of
from core.figures import positional_encoding as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, percent, shorten
from pages.positional_encoding.shared import say_what_was_read, script_values, sentence

NAMES = {"none": "off", "words": "on", "positions": "exchanged alone"}
SAME = 1e-5  # what a computer's rounding leaves between equal results


def show(stage: Stage) -> Shown | Nothing:
    """Show what exchanging two words does to every piece of the sentence and to the sentence's vector."""
    with stage.decide:
        case = controls.choice("Positions", tuple(NAMES), "none", key="positions", names=NAMES.__getitem__)
    with stage.more:
        text = sentence(stage)
        last = len(words_of(text))
        first, second = (
            controls.position(f"{name} word", max(last, 2), default + 1, key=name.lower()) - 1
            for name, default in zip(("First", "Second"), DEFAULT_WORDS, strict=True)
        )
    if last < 2:
        return Nothing("Type at least two words under “More”: one alone has no order.")
    if first == second:
        return Nothing("Choose two different words under “More”.")
    found = ask(lesson.compare_orders, text, first, second)
    say_what_was_read(stage, found.tokens, found.is_cut)
    return Shown(
        verdict=judge(found, case),
        picture=draw(figures.orders, found, case),
        mechanism=draw(figures.mechanism, found, case),
        bet=bet(found, case, first, second),
        numbers=[
            ("alike, with positions", f"{found.alike[0]:.4f}"),
            ("alike, without", f"{found.alike[2]:.4f}"),
            ("largest difference without", f"{found.apart[1]:.7f}"),
        ],
        caption="A sentence’s vector is the mean of its pieces’ vectors; how alike two are is their cosine, where 1 is the same. "
        "`[CLS]` and `[SEP]` mark the two ends. The check: leave every word where it is and exchange only the two **positions**. "
        f"What comes out differs from the exchanged sentence’s by at most {found.as_exchanged:.7f}: order is in the positions "
        "and nowhere else. Note that the encoder was trained with positions; without them it is a model that nobody would use.",
        further=[draw(figures.pairs, ask(lesson.sentence_pairs))],
        values=script_values(TEXT=text, FIRST=first + 1, SECOND=second + 1),
    )


def judge(found: Orders, case: str) -> str:
    """Say what the exchange changes, from the numbers shown."""
    one, two = (shorten(text, 44) for text in (found.text, found.exchanged))
    mean = found.mean
    if case == "none":
        if found.apart[1] < SAME:
            return (
                f"Without positions, {code(one)} and {code(two)} are the same sentence: the same vectors come out, to a "
                f"{_part(found.apart[1])}; with positions, they move by {percent(mean[0])}."
            )
        return f"Without positions, {code(one)} and {code(two)} still differ by {percent(mean[2])}."
    if mean[0] < SAME:
        return f"{code(one)} and {code(two)} are the same to the encoder, with positions or without."
    if case == "positions":
        return (
            f"No word has moved, only two positions, and the encoder reads {code(two)}: every vector is that sentence’s, to a "
            f"{_part(found.as_exchanged)}."
        )
    return (
        f"With positions, {code(two)} is another sentence: its pieces’ vectors change by {percent(mean[0])} on average. "
        f"Still, the two sentences’ vectors have a cosine of {found.alike[0]:.3f}."
    )


def _part(difference: float) -> str:
    return "millionth" if difference < 1.5e-6 else "hundred-thousandth"


OWN, OTHERS = "one of the two words", "another piece"
AS_MUCH, HALF, NOT = "as much as now", "less than half", "not at all"


def bet(found: Orders, case: str, first: int, second: int) -> Bet:
    """Ask which piece changes most with positions; or, where they are there, what is left without them."""
    one, two = (code(shorten(word, 20)) for word in found.pair)
    if case == "none":
        return Bet(
            question=f"Give the words their positions back and exchange {one} and {two} again. Which piece’s vector will change "
            "most?",
            answers=(OWN, OTHERS),
            change={"positions": "words"},
            moved="positions are back",
            judge=partial(_most, found.text, first, second),
        )
    return Bet(
        question=f"Take the positions away and exchange {one} and {two}. By how much will the vectors change?",
        answers=(AS_MUCH, HALF, NOT),
        change={"positions": "none"},
        moved="the positions are gone",
        judge=partial(_left, found.text, first, second),
    )


def _most(text: str, first: int, second: int) -> tuple[str, str]:
    found = ask(lesson.compare_orders, text, first, second)
    best = int(found.moved[0].argmax())
    is_own = found.stands[best] != best or best in found.at
    return OWN if is_own else OTHERS, f"{code(found.tokens[best])} changes by {percent(float(found.moved[0, best]))}."


def _left(text: str, first: int, second: int) -> tuple[str, str]:
    found = ask(lesson.compare_orders, text, first, second)
    before, _, after = found.mean
    right = NOT if after < SAME else HALF if after < before / 2 else AS_MUCH
    return right, f"{percent(before)} with positions; without, {0 if after < SAME else percent(after)}."


VIEW = View("Shuffle", show)
