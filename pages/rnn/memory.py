"""Memory: the state erased or swapped in the middle, and for how long the predictions stay wrong."""

from functools import partial

from core.experiments import rnn
from core.experiments.rnn.results import AFTER, DEFAULT_OTHER, HEALED, KINDS, Averages, Damage, Kind, falls_under
from core.figures import rnn as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import count, percent
from pages.rnn import text

DAMAGES: dict[str, Kind] = {"erase it": "erase", "swap it": "swap"}
VERBS: dict[Kind, str] = {"erase": "erased", "swap": "swapped with that of another text"}


def show(stage: Stage) -> Shown | Nothing:
    """Damage the state at a character and show how much probability each model loses from there on."""
    with stage.decide:
        kind = DAMAGES[controls.choice("Damage the state", tuple(DAMAGES), "erase it", key="damage")]
    given = text.choose(stage)
    with stage.more:
        other = controls.text_area(
            "Swap it with the state after", DEFAULT_OTHER, key="other", height=80, max_chars=2000
        )
    if isinstance(given, Nothing):
        return given
    read, position = given.read, given.position
    other = (other if other.strip() else DEFAULT_OTHER) if kind == "swap" else ""
    damages = tuple(ask(rnn.damaged, model, read.text, position, kind, other) for model in KINDS)
    chosen = next(one for one in damages if one.model == read.model)
    averages = ask(rnn.averages, read.model)
    _strip(stage, given, chosen, kind)
    after = read.text[position + 1 : position + 1 + AFTER]
    return Shown(
        verdict=judge(chosen, kind),
        picture=draw(figures.memory, damages, read.model, after, averages, kind),
        mechanism=draw(figures.mechanism, read, position),
        bet=bet(read.model, read.text, position, kind, chosen),
        numbers=_numbers(chosen, averages, kind),
        caption="Lost is how much less probability the damaged network gives to what the undamaged one expects: under a "
        "tenth counts as healed. The stronger a character is coloured, the more is lost there.",
        **text.taken(given),
    )


def _strip(stage: Stage, given: text.Given, damage: Damage, kind: Kind) -> None:
    before = given.position
    notes = [*["read before the damage"] * before, f"the state after it is {VERBS[kind]}"]
    notes += [f"{percent(float(share))} of the probability is lost" for share in damage.lost]
    weights: list[float | None] = [*[None] * (before + 1), *(round(float(share), 3) for share in damage.lost)]
    rest = len(given.read.text) - len(notes)
    text.strip(
        stage, given, notes + ["not read any more"] * rest, weights + [None] * rest, label="your text, by the damage"
    )


def judge(damage: Damage, kind: Kind) -> str:
    """Say for how long the damage is seen, from the numbers shown."""
    if not len(damage.divergence):
        return "Not here: no character follows. Choose an earlier one."
    first, most = float(damage.lost[0]), float(damage.lost.max())
    if float(damage.divergence.max()) < HEALED:
        return f"Not here: without its state the network loses {percent(most)} of its probability at most."
    start = f"With the state {VERBS[kind]}, the network loses {percent(first)} of its probability at the next character"
    if damage.lasts is None:
        return f"{start} and still a tenth or more at the end of your text."
    return f"{start}; {count(damage.lasts, 'character')} later it has read itself back into the text."


def _numbers(damage: Damage, averages: Averages, kind: Kind) -> list[tuple[str, str]]:
    usual = falls_under(averages.erased if kind == "erase" else averages.swapped)
    return [
        ("healed after", _long(damage)),
        ("half of the loss in the first", count(damage.half, "character")),
        ("healed on average after", count(usual, "character") if usual else "more than was measured"),
    ]


def _long(damage: Damage) -> str:
    if not len(damage.divergence):
        return "no character left"
    return count(damage.lasts, "character") if damage.lasts else f"over {len(damage.divergence)} characters"


LONGER, SHORTER = "longer", "as long or shorter"


def bet(model: str, words: str, position: int, kind: Kind, damage: Damage) -> Bet | None:
    """Ask whether the other damage is seen longer than this one."""
    if not len(damage.divergence):
        return None
    other: Kind = "swap" if kind == "erase" else "erase"
    label = next(label for label, one in DAMAGES.items() if one == other)
    return Bet(
        question=f"{'Swap' if other == 'swap' else 'Erase'} the state instead"
        + (", for that of another text" if other == "swap" else "")
        + f". Does the damage show longer than the {_long(damage)} here?",
        answers=(LONGER, SHORTER),
        change={"damage": label},
        moved=f"the state is {VERBS[other]}",
        judge=partial(_outcome, model, words, position, kind, other),
    )


def _outcome(model: str, words: str, position: int, kind: Kind, other: Kind) -> tuple[str, str]:
    one, two = (
        ask(rnn.damaged, model, words, position, each, DEFAULT_OTHER if each == "swap" else "")
        for each in (kind, other)
    )
    lasts = [each.lasts or len(each.divergence) + 1 for each in (one, two)]
    return LONGER if lasts[1] > lasts[0] else SHORTER, f"{_long(two)} against {_long(one)}."


VIEW = View("Memory", show)
