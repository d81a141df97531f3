"""Fill the blank: a causal model chooses by the left side and by the whole sentence, a masked one by both sides."""

from functools import partial

import streamlit as st

from core.experiments import gpt_vs_bert as lesson
from core.experiments.gpt_vs_bert import results
from core.experiments.gpt_vs_bert.results import BOTH, GREEDY, LEFT, WHOLE, CausalBlank, Gap, HeldOut, Ranked
from core.figures import gpt_vs_bert as figures
from pages.gpt_vs_bert.shared import head_file, script_values
from pages.kit import controls, language_models
from pages.kit.ask import ask, draw
from pages.kit.language_models import DEFAULT
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, count, percent

SAME, ANOTHER = "the same word", "another word"


def show(stage: Stage) -> Shown | Nothing:
    """Show which candidate each way prefers, with so many words on the right of the blank in sight."""
    with stage.decide:
        slot = st.container(width="stretch")
    with stage.more:
        typed = controls.text_area(
            "Your sentence, ___ for the blank", results.DEFAULT_BLANK, key="blank", height=80, max_chars=1_000
        )
        listed = controls.text_area(
            "Candidates, with commas", results.DEFAULT_CANDIDATES, key="candidates", height=68, max_chars=300
        )
    gap, words = results.gap_of(typed), results.candidates_of(listed)
    if gap is None or not (gap.left or gap.right):
        return Nothing("Type a sentence under “More”, with three underscores (___) where a word is left out.")
    if len(words) < 2:
        return Nothing("Type at least two candidates under “More”, with commas between them.")
    size = len(gap.right)
    with slot:
        seen = controls.slider("Seen on the right", 0, size, size, 1, key="right") if size else 0
    sides = (gap.before, gap.after(seen), words)
    causal, masked = language_models.ask(DEFAULT, lesson.fill_causal, *sides), ask(lesson.fill_masked, *sides)
    found, head = language_models.ask(DEFAULT, lesson.fill_held_out), ask(lesson.head_facts)
    return Shown(
        verdict=judge(causal, masked, seen),
        picture=draw(figures.fill, causal, masked, seen),
        mechanism=draw(figures.blank, len(gap.left), size, seen, (causal.left.words[0], masked.words[0])),
        bet=bet(gap, seen, words, causal),
        numbers=[
            ("MiniLM names the missing piece", percent(head.top_1)),
            ("among its first five", percent(head.top_5)),
            ("a guess by frequency alone", percent(head.guess_top_1)),
        ],
        caption=f"Left to itself SmolLM2 would go on with {code(causal.greedy.words[0])}: it writes before it has seen the right "
        "side. Asked for the whole sentence, it reads it once with each candidate and compares how likely the sentences are. "
        "MiniLM was published without a layer that names words, and was made to compare sentences: a head was trained for it "
        f"here, with a small change of every matrix. With {head.blanks:,} held-out blanks its perplexity is "
        f"{head.perplexity:,.0f} (a guess by frequency: {head.guess_perplexity:,.0f}). "
        f"{say_held_out(found)}",
        further=[draw(figures.held_out, found)],
        values=script_values(BEFORE=gap.before, AFTER=gap.after(seen), CANDIDATES=words),
        downloads=[head_file()],
    )


def judge(causal: CausalBlank, masked: Ranked, seen: int) -> str:
    """Say which candidate each way prefers, from the numbers shown."""
    left, whole, both = causal.left, causal.whole, masked
    if not seen:
        return (
            f"With the left side alone SmolLM2 prefers {code(left.words[0])} with "
            f"{percent(float(left.probabilities[0]))}, MiniLM "
            f"{code(both.words[0])} with {percent(float(both.probabilities[0]))}."
        )
    verb = "stays with" if whole.words[0] == left.words[0] else "turns to"
    return (
        f"From the left side SmolLM2 prefers {code(left.words[0])}. With {count(seen, 'word')} on the right it {verb} "
        f"{code(whole.words[0])}, {percent(float(whole.probabilities[0]))}; MiniLM prefers {code(both.words[0])}, "
        f"{percent(float(both.probabilities[0]))}."
    )


def say_held_out(found: HeldOut) -> str:
    """Say where both sides are needed and where not, from the held-out sentences."""
    small = [found.correct(way, True) for way in (GREEDY, WHOLE)]
    other = [found.correct(way, False) for way in (GREEDY, WHOLE)]
    mine = [found.correct(way)[0] for way in (LEFT, BOTH)]
    return (
        f"Below, {len(found.sentences)} held-out sentences, six words to choose from in each: the right side takes SmolLM2 from "
        f"{small[0][0]} to {small[1][0]} of {small[0][1]} small words and from {other[0][0]} to {other[1][0]} of {other[0][1]} "
        f"others, MiniLM from {mine[0]} to {mine[1]} in all; by chance {len(found.sentences) / 6:.0f} would be correct."
    )


def bet(gap: Gap, seen: int, words: tuple[str, ...], causal: CausalBlank) -> Bet | None:
    """Ask what SmolLM2 prefers without the right side, or with all of it."""
    if not gap.right:
        return None
    then, first = (0 if seen else len(gap.right)), causal.whole.words[0]
    return Bet(
        question=f"SmolLM2 prefers {code(first)} by what it sees. "
        f"{'Hide all words on the right' if seen else 'Show it all words on the right'}: which will it prefer then?",
        answers=(SAME, ANOTHER),
        change={"right": then},
        moved=f"words seen on the right {seen} to {then}",
        judge=partial(_outcome, gap, then, words, first),
    )


def _outcome(gap: Gap, seen: int, words: tuple[str, ...], before: str) -> tuple[str, str]:
    whole = language_models.ask(DEFAULT, lesson.fill_causal, gap.before, gap.after(seen), words).whole
    share = percent(float(whole.probabilities[0]))
    return (SAME if whole.words[0] == before else ANOTHER), f"It prefers {code(whole.words[0])} with {share}."


IDEA = (
    "One word of a sentence is hidden. SmolLM2, a **causal** model, sees what stands to the left of it; MiniLM, a "
    "**bidirectional** one, sees both sides. We ask each for the word, and let words on the right appear."
)
VIEW = View("Fill the blank", show, IDEA)
