"""Fill the blank: a causal model from the left side and by the whole sentence, a masked one from both sides."""

from functools import partial

import streamlit as st

from core.experiments import gpt_vs_bert as lesson
from core.experiments.gpt_vs_bert import results
from core.experiments.gpt_vs_bert.results import BOTH, GREEDY, LEFT, OFFERED, WHOLE, CausalBlank, Gap, HeldOut, Ranked
from core.figures import gpt_vs_bert as figures
from pages.gpt_vs_bert.shared import head_file, script_values
from pages.kit import controls, language_models
from pages.kit.ask import ask, draw
from pages.kit.language_models import DEFAULT
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, count, percent

SAME, ANOTHER = "the same word", "another word"


def show(stage: Stage) -> Shown | Nothing:
    """Show the likeliest words for the blank, with so many words on its right in sight."""
    with stage.decide:
        slot = st.container(width="stretch")
    with stage.more:
        typed = controls.text_area(
            "Your sentence, ___ for the blank", results.DEFAULT_BLANK, key="blank", height=80, max_chars=1_000
        )
    gap = results.gap_of(typed)
    if gap is None or not (gap.left or gap.right):
        return Nothing("Type a sentence under “More”, with three underscores (___) where a word is left out.")
    size = len(gap.right)
    with slot:
        seen = controls.slider("Seen on the right", 0, size, size, 1, key="right") if size else 0
    masked, causal = _filled(gap, seen)
    found = language_models.ask(DEFAULT, lesson.fill_held_out)
    head = ask(lesson.head_facts)
    return Shown(
        verdict=judge(causal, masked, seen),
        picture=draw(figures.fill, causal, masked, seen),
        mechanism=draw(figures.blank, len(gap.left), size, seen, (causal.greedy.words[0], masked.words[0])),
        bet=bet(gap, seen, masked),
        numbers=[
            ("MiniLM’s first answer, held-out blanks", f"{percent(head.top_1)} correct"),
            ("among its first five", percent(head.top_5)),
            ("perplexity, of 30,522 pieces", f"{head.perplexity:.0f}"),
        ],
        caption=f"SmolLM2 writes the next token: from the left side alone, as in generation. Asked for the whole sentence, it "
        "reads it once with each candidate and compares how likely the sentences are. MiniLM was published without a "
        "layer that names words; this one was trained here, with the rest of MiniLM left as it was, so its answers are those of "
        f"a small model: the three numbers above are from {head.blanks:,} blanks in texts that it was not trained on. "
        f"{say_held_out(found)}",
        further=[draw(figures.held_out, found)],
        values=script_values(BEFORE=gap.before, AFTER=gap.after(seen), OFFERED=masked.words[:OFFERED]),
        downloads=[head_file()],
    )


def _filled(gap: Gap, seen: int) -> tuple[Ranked, CausalBlank]:
    masked = ask(lesson.fill_masked, gap.before, gap.after(seen))
    offered = masked.words[:OFFERED]
    return masked, language_models.ask(DEFAULT, lesson.fill_causal, gap.before, gap.after(seen), offered)


def judge(causal: CausalBlank, masked: Ranked, seen: int) -> str:
    """Say what each way puts into the blank, from the numbers shown."""
    greedy, whole = causal.greedy.words[0], causal.whole.words[0]
    both, share = masked.words[0], percent(float(masked.probabilities[0]))
    if not seen:
        return f"With the left side alone SmolLM2 says {code(greedy)}, MiniLM {code(both)} with {share}."
    first = f"From the left side SmolLM2 says {code(greedy)}"
    if both == whole:
        return f"{first}. With {count(seen, 'word')} on the right MiniLM says {code(both)} with {share}, and SmolLM2 agrees."
    return (
        f"{first}, by the whole sentence {code(whole)}. With {count(seen, 'word')} on the right MiniLM says {code(both)} with "
        f"{share}."
    )


def say_held_out(found: HeldOut) -> str:
    """Say where both sides are needed and where not, from the held-out sentences."""
    counts = {way: found.correct(way) for way in (GREEDY, WHOLE, LEFT, BOTH)}
    total = counts[BOTH][1]
    small = [found.correct(way, True)[0] for way in (LEFT, BOTH)]
    other = [found.correct(way, False)[0] for way in (LEFT, BOTH)]
    return (
        f"Below, {total} held-out sentences: the right side takes MiniLM from {counts[LEFT][0]} to {counts[BOTH][0]} correct "
        f"({small[0]} to {small[1]} small words, {other[0]} to {other[1]} others), SmolLM2 from {counts[GREEDY][0]} to "
        f"{counts[WHOLE][0]}."
    )


def bet(gap: Gap, seen: int, masked: Ranked) -> Bet | None:
    """Ask what MiniLM says without the right side, or with all of it."""
    if not gap.right:
        return None
    then = 0 if seen else len(gap.right)
    return Bet(
        question=f"MiniLM says {code(masked.words[0])} for the blank. "
        f"{'Hide all words on the right' if seen else 'Show it all words on the right'}: will it say",
        answers=(SAME, ANOTHER),
        change={"right": then},
        moved=f"words in sight on the right {seen} to {then}",
        judge=partial(_outcome, gap, then, masked.words[0]),
    )


def _outcome(gap: Gap, seen: int, before: str) -> tuple[str, str]:
    masked, _ = _filled(gap, seen)
    share = percent(float(masked.probabilities[0]))
    return (SAME if masked.words[0] == before else ANOTHER), f"It says {code(masked.words[0])} with {share}."


VIEW = View("Fill the blank", show)
