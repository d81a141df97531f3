"""Watch it learn: a long training, moment by moment, and what of its writing occurs in the text that it learns."""

import math
from functools import partial

from core.data.texts_to_learn import TEXTS
from core.experiments import char_rnn as lesson
from core.experiments.char_rnn.results import MEASURES, STYLE, Counts, Run, rounded
from core.figures import char_rnn as figures
from pages.char_rnn.shared import SHORT, choose_text, files, script_values, written
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent

LAST = 12  # moments of the recorded run, the start left out
EARLY, BETWEEN, LATE = "before triples", "before words", "after words"


def show(stage: Stage) -> Shown:
    """Show three shares over a training, what it writes at a moment, and the bits a character beside counting."""
    with stage.decide:
        moment = controls.slider("Moment in training", 0, LAST, LAST, 1, key="moment")
    with stage.more:
        name = choose_text()
        style = controls.toggle("Draw style: which text does a judge of words take it for?", key="style")
    run, counts = ask(lesson.full, name), ask(lesson.counts, name)
    now = run.moments[moment]
    stage.note(f"What it writes {'now' if moment == LAST else 'then'}: “{written(now.text)}…”")
    return Shown(
        verdict=judge(run, counts, moment, name, style),
        picture=draw(figures.stages, run, counts, moment, SHORT[name], style),
        mechanism=draw(figures.reading, run, moment),
        bet=None if style or moment != LAST else bet(name),
        numbers=[
            ("bits a character, held-out text", f"{now.bits:.2f}"),
            ("bits, by counting fives of characters", f"{counts.grams[-1]:.2f}"),
            ("seconds of training, one thread", f"{now.seconds:.0f}"),
        ],
        caption=_caption(run, counts, name),
        further=[draw(figures.bits, run, counts, SHORT[name], moment)],
        values=script_values(run.setting, f"writer_{name}.safetensors", name),
        downloads=files(name),
    )


def judge(run: Run, counts: Counts, moment: int, name: str, style: bool) -> str:
    """Say, at the end, in which order they came to be; at another moment, how far each is."""
    if moment == LAST:
        return f"Halfway to real text (◇): {', '.join(_order(run, counts, style))}."
    now, read = run.moments[moment].shares, run.moments[moment].read
    return (
        f"{f'After {rounded(read)} characters' if read else 'Before training'}, {percent(now.triples)} of its letter triples "
        f"are in {SHORT[name]}, {percent(now.words)} of its words and {percent(now.pairs)} of its word pairs."
    )


def _order(run: Run, counts: Counts, style: bool) -> list[str]:
    """Return what came to be halfway like real text, the earliest first, each with the characters read by then."""
    named = MEASURES | (STYLE if style else {})
    half = sorted((run.reached(measure, counts.real), words) for measure, words in named.items())
    return [
        f"{words} after {rounded(at)}{'' if number else ' characters'}"
        if not math.isnan(at)
        else f"{words} not by {rounded(run.last.read)}"
        for number, (at, words) in enumerate(half)
    ]


def _caption(run: Run, counts: Counts, name: str) -> str:
    last, real = run.last, counts.real
    minute = max((moment for moment in run.moments if moment.seconds <= 60), key=lambda moment: moment.read)
    return (
        f"A minute: in {minute.seconds:.0f} s of training it read {rounded(minute.read)} characters and came to "
        f"{minute.bits:.2f} bits a character; {percent(minute.shares.words)} of the words that it wrote then are in "
        f"{SHORT[name]}. "
        f"The text is {TEXTS[name]}: {counts.train:,} characters to learn from, and the {counts.held_out:,} at its end kept "
        f"apart. The model is an LSTM of {run.setting.size} units, {run.parameters:,} parameters, trained from nothing by a "
        "seeded recipe. At each moment it wrote 6,000 characters. Dotted: the text that was kept apart, of whose words "
        f"{percent(real.words)} and of whose word pairs {percent(real.pairs)} occur in the rest. Halfway (◇) is halfway from "
        f"the untrained model to that line. Style: a judge that only counts words (naive Bayes) takes "
        f"{percent(last.shares.style)} of the last pieces of 125 characters for {SHORT[name]} and not for the other text; of "
        f"real text {percent(real.style)}."
    )


def bet(name: str) -> Bet:
    """Ask when the writing comes to sound like the text."""
    other = next(SHORT[each] for each in SHORT if each != name)
    return Bet(
        question=f"It learns from {SHORT[name]}. When can a judge that only counts words tell its writing from {other}, halfway "
        "to certainty?",
        answers=(EARLY, BETWEEN, LATE),
        change={"style": True},
        moved="style is drawn, too",
        judge=partial(_outcome, name),
    )


def _outcome(name: str) -> tuple[str, str]:
    run, counts = ask(lesson.full, name), ask(lesson.counts, name)
    triples, words, style = (run.reached(measure, counts.real) for measure in ("triples", "words", "style"))
    right = EARLY if style < triples else BETWEEN if style < words else LATE
    return right, (
        f"After {rounded(style)} characters, when only {percent(run.share_at('words', style))} of the words that it writes "
        "are words of the text."
    )


VIEW = View("Watch", show)
