"""Words: two sentences of the same words; a bag can't tell them apart, a language model that reads in order can."""

from functools import partial

from core.experiments import why_order as lesson
from core.experiments.why_order.results import (
    DEFAULT_MODEL,
    MAX_WORDS,
    PAIRS,
    Guess,
    fit_words,
    words_of,
)
from core.figures import why_order as figures
from pages.kit import controls, language_models
from pages.kit.ask import draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import percent
from pages.why_order.shared import script_values

OWN = "Your own"
FIRST = next(iter(PAIRS))


def show(stage: Stage) -> Shown | Nothing:
    """Show what is expected next after two sentences, read in order and as bags."""
    with stage.decide:
        pair = controls.choice("Two sentences", (*PAIRS, OWN), FIRST, key="pair")
    one, other, ending = PAIRS.get(pair, PAIRS[FIRST])
    if pair == OWN:
        with stage.more:
            one = controls.text_area("Sentence 1", one, key="one", height=68, max_chars=300)
            other = controls.text_area("Sentence 2", other, key="other", height=68, max_chars=300)
            ending = controls.text_area("How both go on", ending, key="ending", height=68, max_chars=200)
    (one, cut), (other, cut_too), (ending, cut_end) = (fit_words(text) for text in (one, other, ending))
    if not words_of(one) or not words_of(other):
        return Nothing("Type a word into both sentences under “More”: an empty sentence has no order.")
    if cut or cut_too or cut_end:
        stage.note(f"Only the first {MAX_WORDS} words of each text are read.")
    ending = ending.rstrip()
    guess = language_models.ask(DEFAULT_MODEL, lesson.guess, one.strip(), other.strip(), ending)
    if not guess.words:
        return Nothing(
            "The model expects no word here, only signs. End the text under “More” where a word should follow."
        )
    stage.note(f"1: “{_quoted(one)}…”  2: “{_quoted(other)}…”  Both go on: “…{_quoted(ending)} ___”")
    up, down = guess.told_apart
    return Shown(
        verdict=judge(guess),
        picture=draw(figures.next_words, guess),
        mechanism=draw(figures.mechanism, guess),
        bet=bet(pair),
        numbers=[
            ("distance of the bags", f"{guess.distance:.3g}"),
            (f"“{guess.words[up]}”, in order",
             f"{percent(float(guess.in_order[0, up]))}, {percent(float(guess.in_order[1, up]))}"),
            (f"“{guess.words[down]}”, in order",
             f"{percent(float(guess.in_order[0, down]))}, {percent(float(guess.in_order[1, down]))}"),
        ],
        caption="The language model is SmolLM2, with 135 million numbers learned from text. On the right it reads each "
        "sentence as it stands. On the left it is given only a bag: it reads the words in twelve random orders, drawn from the "
        "bag alone, and its guesses are averaged. Whatever works from the bag has to treat two equal bags alike. Shown are the "
        "four most probable whole words.",
        values=script_values(ONE=one.strip(), OTHER=other.strip()),
    )  # fmt: skip


def _quoted(text: str) -> str:
    return text.strip().replace("\n", " ").replace("*", "∗").replace("_", "ˍ").replace("[", "(").replace("`", "'")


def judge(guess: Guess) -> str:
    """Say whether the bags differ, and what the order does to the guesses, from the numbers shown."""
    up, down = guess.told_apart
    if guess.distance > 0:
        return (
            f"These are not the same words: the bags are {guess.distance:.3g} apart, so a bag notices, too. Read in order, "
            f"“{guess.words[up]}” goes from {percent(float(guess.in_order[0, up]))} to {percent(float(guess.in_order[1, up]))}."
        )
    if guess.moved[0] < 0.005:
        return "The bag sees no difference, and here the reader in order sees next to none: no guess changes by 0.5 %."
    return (
        f"The bag sees no difference: 0. Read in order, “{guess.words[up]}” falls from {percent(float(guess.in_order[0, up]))} "
        f"to {percent(float(guess.in_order[1, up]))}, and “{guess.words[down]}” rises from "
        f"{percent(float(guess.in_order[0, down]))} to {percent(float(guess.in_order[1, down]))}."
        if up != down and guess.in_order[0, down] < guess.in_order[1, down]
        else f"The bag sees no difference: 0. Read in order, “{guess.words[up]}” goes from "
        f"{percent(float(guess.in_order[0, up]))} to {percent(float(guess.in_order[1, up]))}."
    )


def bet(pair: str) -> Bet:
    """Ask whether another pair's guess changes its favourite word when two words trade their places."""
    names = list(PAIRS)
    other = names[(names.index(pair) + 1) % len(names)] if pair in names else names[1]
    return Bet(
        question=f"Take “{other}”: two other sentences of the same words. Will both expect the same next word most?",
        answers=("the same word", "another word"),
        change={"pair": other},
        moved=f"two sentences: {other}",
        judge=partial(_outcome, other),
    )


def _outcome(pair: str) -> tuple[str, str]:
    guess = language_models.ask(DEFAULT_MODEL, lesson.guess, *PAIRS[pair])
    best = [guess.words[int(row.argmax())] for row in guess.in_order]
    right = "the same word" if best[0] == best[1] else "another word"
    return right, f"Read in order, the model puts “{best[0]}” first after sentence 1 and “{best[1]}” after sentence 2."


VIEW = View("Words", show)
