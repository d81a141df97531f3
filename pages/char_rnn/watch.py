"""Watch it learn: a long training, moment by moment, and what of its writing occurs in the text that it learns."""

import math
from functools import partial

from core.data.texts_to_learn import TEXTS
from core.experiments import char_rnn as lesson
from core.experiments.char_rnn.results import MEASURES, Counts, Run, rounded
from core.figures import char_rnn as figures
from pages.char_rnn.shared import SHORT, choose_text, files, script_values, written
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import percent

LAST = 12  # moments of the recorded run, the start left out
FEW, SOME, MOST = "under a third", "a third to two thirds", "over two thirds"


def show(stage: Stage) -> Shown:
    """Show three shares over a training, what it writes at a moment, and the bits a character beside counting."""
    with stage.decide:
        moment = controls.slider("Moment in its training (0 is the start)", 0, LAST, LAST, 1, key="moment")
    with stage.more:
        name = choose_text()
    run, counts = ask(lesson.full, name), ask(lesson.counts, name)
    now = run.moments[moment]
    stage.note(f"It writes then: “{written(now.text)}…”")
    return Shown(
        verdict=judge(run, counts, moment, name),
        picture=draw(figures.stages, run, counts, moment, SHORT[name]),
        mechanism=draw(figures.reading, run, moment),
        bet=bet(name, run, moment),
        numbers=[
            ("bits a character, held-out text", f"{now.bits:.2f}"),
            ("counting, five characters together", f"{counts.grams[-1]:.2f}"),
            ("seconds of training, one thread", f"{now.seconds:.0f}"),
        ],
        caption=_caption(run, counts, name),
        further=[draw(figures.bits, run, counts, SHORT[name], moment)],
        values=script_values(run.setting, f"writer_{name}.safetensors", name),
        downloads=files(name),
    )


def judge(run: Run, counts: Counts, moment: int, name: str) -> str:
    """Say, at the end, in which order the three came to be; at another moment, how far each is."""
    if moment == LAST:
        half = {words: run.reached(measure, counts.real) for measure, words in MEASURES.items()}
        said = [
            f"{words} after {rounded(at)}" if not math.isnan(at) else f"{words} not by {rounded(run.last.read)}"
            for words, at in sorted(half.items(), key=lambda pair: math.inf if math.isnan(pair[1]) else pair[1])
        ]
        return f"Halfway to real text (◇): {said[0]} characters, {', '.join(said[1:])}."
    now, read = run.moments[moment].shares, run.moments[moment].read
    return (
        f"{'Before training' if not read else f'After {rounded(read)} characters'}, {percent(now.triples)} of its letter "
        f"triples are in {SHORT[name]}, {percent(now.words)} of its words and {percent(now.pairs)} of its word pairs."
    )


def _caption(run: Run, counts: Counts, name: str) -> str:
    last, real = run.last, counts.real
    return (
        f"The text is {TEXTS[name]}: {counts.train:,} characters to learn from, and the {counts.held_out:,} at its end kept "
        f"apart. The model is an LSTM of {run.setting.size} units, {run.parameters:,} parameters, trained from nothing by a "
        "seeded recipe. At each moment it wrote 6,000 characters. Dotted: the text that was kept apart, of whose words "
        f"{percent(real.words)} and of whose word pairs {percent(real.pairs)} occur in the rest. Halfway (◇) is halfway from "
        f"the untrained model to that line. Style: a judge that only counts words (naive Bayes) takes "
        f"{percent(last.shares.style)} of the last pieces of 125 characters for {SHORT[name]} and not for the other text; of "
        f"real text {percent(real.style)}."
    )


def bet(name: str, run: Run, moment: int) -> Bet | None:
    """Ask, at the end, how many of the words that a hardly trained model writes are words."""
    early = EARLY
    if moment != LAST:
        return None
    return Bet(
        question=f"Go back to when it had read {rounded(run.moments[early].read)} characters. How many of the words that it "
        "wrote then were words of the text?",
        answers=(FEW, SOME, MOST),
        change={"moment": early},
        moved=f"the moment after {rounded(run.moments[early].read)} characters",
        judge=partial(_outcome, name, early),
    )


EARLY = 4


def _outcome(name: str, moment: int) -> tuple[str, str]:
    now = ask(lesson.full, name).moments[moment].shares
    right = FEW if now.words < 1 / 3 else SOME if now.words <= 2 / 3 else MOST
    return (
        right,
        f"{percent(now.words)} of its words are in the text, and {percent(now.triples)} of its letter triples.",
    )


VIEW = View("Watch it learn", show)
