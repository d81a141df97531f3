"""Step by step: what comes next with the state handed on, and with the state erased a few characters before."""

from functools import partial

from core.experiments import rnn
from core.experiments.characters import visible
from core.experiments.rnn.results import Read, Step, compare
from core.figures import rnn as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, count, percent
from pages.rnn import text

MOST = 12


def show(stage: Stage) -> Shown | Nothing:
    """Show the last steps up to a character, unrolled, with its state and from an erased one."""
    with stage.decide:
        since = controls.slider("Erase how many characters back", 1, MOST, 1, 1, key="since")
    given = text.choose(stage)
    if isinstance(given, Nothing):
        return given
    read, position = given.read, given.position
    since = min(since, position + 1)
    erased = ask(rnn.erased, read.model, read.text, position, since)
    tracking = ask(rnn.tracking, read.model)
    step = compare(read, erased)
    surprises = 2.0 ** -read.surprises()
    weights = [None if p != p else round(float(p), 3) for p in surprises]
    notes = ["nothing before it" if p is None else f"had a probability of {percent(p)}" for p in weights]
    text.strip(stage, given, notes, weights, label="your text, coloured by how well each character was foreseen")
    return Shown(
        verdict=judge(step),
        picture=draw(figures.unrolled, read, tracking, erased),
        mechanism=draw(figures.mechanism, read, position, erased),
        bet=bet(read, position, since),
        numbers=[
            ("numbers in the state", f"{read.states.shape[1]:,}"),
            ("numbers in the three matrices", f"{sum(matrix.numbers for matrix in read.matrices):,}"),
            ("times each was used", f"{position + 1:,}"),
        ],
        caption="The stronger a character is coloured, the better the network foresaw it. Click one to go there.",
        **text.taken(given, since),
    )


def judge(step: Step) -> str:
    """Say what the state was worth at this character, from the numbers shown."""
    if step.came is None:
        best, kept, lost = step.likeliest[0]
        return (
            f"With its state the network gives {code(visible(best))} {percent(kept)}; with the state erased "
            f"{_back(step.since)}, {percent(lost)}."
        )
    if step.kept != step.kept:
        return f"{code(visible(step.came))} came next, which the network does not know."
    start = (
        f"Next came {code(visible(step.came))}. The network gave it {percent(step.kept)} with its state, and "
        f"{percent(step.erased)} with the state erased {_back(step.since)}"
    )
    if step.erased < step.kept / 2:
        return f"{start}: what it knew was in the state."
    if step.erased < 0.9 * step.kept:
        return f"{start}: it has read itself back into the text in part."
    return f"{start}. Not here a loss: {'this says' if step.since == 1 else 'these say'} enough."


def _back(since: int) -> str:
    return f"{count(since, 'character')} back"


HALF, NEARLY = "under half", "half or more"


def bet(read: Read, position: int, since: int) -> Bet | None:
    """Ask about erasing the state some characters earlier, or right before the last one."""
    other = 4 if since != 4 else 1
    if position + 1 < other or position + 1 >= len(read.text) or not read.ids[position + 1]:
        return None
    came = code(visible(read.text[position + 1]))
    return Bet(
        question=f"Erase the state {_back(other)} instead, so that the network reads only {count(other, 'character')}. "
        f"How sure will it be of {came}, compared with never erasing?",
        answers=(HALF, NEARLY),
        change={"since": other},
        moved=f"the state is erased {_back(other)}",
        judge=partial(_outcome, read.model, read.text, position, other),
    )


def _outcome(model: str, words: str, position: int, since: int) -> tuple[str, str]:
    step = compare(ask(rnn.read, model, words), ask(rnn.erased, model, words, position, since))
    right = HALF if step.erased < step.kept / 2 else NEARLY
    return right, f"{percent(step.erased)} against {percent(step.kept)}."


VIEW = View("Step by step", show)
