"""A public encoder-decoder: a word's letters go through one vector and come out as sounds."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder.words import KNOWN, NEW, Errors, Spelled
from core.figures import encoder_decoder as figures
from pages.kit import tokens
from pages.kit.former import Picture, show, verdict
from pages.kit.words import code, count, percent


def show_spelling(found: Spelled, errors: Mapping[str, Sequence[Errors]]) -> Picture:
    """Show a word's phonemes, the states behind them, and how the errors grow with the length of a word."""
    right = set(found.answers[0]) if found.answers else set()
    row = [
        tokens.Token(
            text=" " + lesson.show(phoneme),
            note=f"step {n}: a chance of {percent(chances[0][1])}",
            weight=round(chances[0][1], 3),
            details=tuple((lesson.show(other), percent(chance)) for other, chance in chances[:5]),
        )
        for n, (phoneme, chances) in enumerate(zip(found.phonemes, found.chances, strict=True), start=1)
    ]
    tokens.strip(row, key="phonemes", label=f"the phonemes of {found.word}")
    said = f"The dictionary has {' or '.join(code(' '.join(one)) for one in found.answers[:3])}." if right else ""
    st.caption(
        f"{code(found.word)} in sounds (ARPAbet; 1 marks the stressed vowel), the surer the stronger. "
        + (said or "This word is not in the dictionary.")
    )
    letters = [*found.word, "end"]
    figure = figures.states(found.read, letters, ("encoder",), "What reading leaves behind", what="letter")
    table = [(n + 1, round(float(value), 4)) for n, value in enumerate(found.read[-1])]
    show(
        Picture(figure, figures.describe_states(found.read, ("encoder",), "letter"), ("unit", "value"), table),
        key="letters",
    )
    columns = ("words", "letters", "how many", "wrong phonemes (%)", "all right (%)")
    rows = [
        (name, f"{one.first} to {one.last}", one.words, round(one.rate, 2), round(one.right, 1))
        for name, each in errors.items()
        for one in each
    ]
    picture = Picture(figures.errors(errors), figures.describe_errors(errors), columns, rows)
    show(picture, key="errors")
    st.caption(
        "g2p-en, a public model of another make, learned from CMUdict of 2007; which part of it was held out is not "
        "known, so the first line is words that it has mostly seen. The second is words that the dictionary got later, which "
        "it has never seen: names, abbreviations and foreign words are frequent among them, and short ones are mostly "
        "abbreviations."
    )
    verdict(*judge(found, errors))
    return picture


def judge(found: Spelled, errors: Mapping[str, Sequence[Errors]]) -> tuple[str, list[tuple[str, str]]]:
    """Say how the errors grow with the word, from the numbers shown."""
    known = errors[KNOWN]
    numbers = [(f"wrong at {row.letters} letters", f"{row.rate:.1f} %") for row in (known[0], known[-1])]
    wrong = found.errors
    numbers.insert(0, ("wrong in your word", "unknown" if wrong is None else f"{wrong} of {len(_nearest(found))}"))
    text = f"{count(len(found.read) - 1, 'letter')} went through {found.read.shape[1]} numbers. "
    if known[-1].low > known[0].high:
        best = min(row.rate for row in known)
        doubled = next((row for row in known if row.rate >= 2 * best), None)
        text += (
            f"Longer words come out worse: of the {KNOWN}, {known[0].rate:.0f} % of the phonemes are wrong at "
            f"{known[0].letters} letters and {known[-1].rate:.0f} % at {known[-1].letters}"
            + (f"; from {doubled.letters} letters on they are at least twice as many as at best. " if doubled else ". ")
        )
    else:
        text += f"Not here: of the {KNOWN}, long ones are not clearly worse than short ones. "
    new = errors[NEW]
    worst = max(new, key=lambda row: row.rate)
    return text + (
        f"Of the {NEW} it gets {worst.rate:.0f} % wrong at {worst.letters} letters and {min(row.rate for row in new):.0f} % at "
        "best."
    ), numbers


def _nearest(found: Spelled) -> tuple[str, ...]:
    from core.experiments.encoder_decoder.words import distance

    return min(found.answers, key=lambda answer: distance(found.written, answer))
