"""Held out: how often each model is right on snippets that none was trained on, against two baselines."""

from functools import partial

from core.experiments import sentiment as lesson
from core.experiments.sentiment.results import (
    BAG,
    FILM,
    IN_ORDER,
    MODELS,
    NEGATED,
    PRODUCTS,
    RULE,
    SETS,
    TWEETS,
    HeldOut,
    apart,
    rows,
)
from core.figures import sentiment as figures
from pages.kit import controls
from pages.kit.ask import ask, derive, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import code, percent, signed
from pages.sentiment.shared import script

NETWORK, COUNTED, GUESS = "a network", "the bag or word scores", "always the same answer"
SAID = {
    FILM: "film snippets", NEGATED: "film snippets with a word such as “not”", TWEETS: "tweets", PRODUCTS: "product reviews"
}  # fmt: skip


def show(stage: Stage) -> Shown:
    """Show the accuracy of models and baselines on one set."""
    with stage.decide:
        name = controls.choice("Count", SETS, FILM, key="set")
    held = ask(lesson.held_out)
    tested = derive(HeldOut.pick, held, name)
    a, b = apart(tested, 2, BAG)
    return Shown(
        verdict=judge(held, name),
        picture=draw(figures.accuracy, tested, derive(HeldOut.mixed, held, name), name),
        mechanism=draw(figures.parts, held, name, len(tested.positive)),
        bet=bet(name),
        numbers=[("right: GRU alone, not the bag", f"{a:,}"), ("right: the bag alone, not the GRU", f"{b:,}")],
        caption=_explain(held, name),
        further=[draw(figures.lengths, tested, name)],
        **script(),
    )


def judge(held: HeldOut, name: str) -> str:
    """Say who is right most often, and by how much, from the picture's numbers."""
    found, mixed = rows(held.pick(name)), held.mixed(name)
    best, bag = max(found[: len(IN_ORDER)], key=lambda r: r.right), found[BAG]
    base, trained = max(found[BAG + 1 :], key=lambda r: r.right), max(best.right, bag.right) / bag.asked
    what = f"{bag.asked:,} {SAID[name]}"
    if base.right > max(best.right, bag.right):
        how = "people’s scores for single words, added up, are" if base.name == RULE else f"{base.name.lower()} is"
        return f"On {what} the baseline wins: {how} right in {percent(base.share)}, the best trained model in {percent(trained)}."
    if bag.right >= best.right:
        return f"On {what} the bag of words wins: {percent(bag.share)} right, the {best.name} {percent(best.share)}."
    said = f"On {what} the {best.name} gets {percent(best.share)} right, the bag of words {percent(bag.share)}"
    said += "" if best.interval[0] > bag.interval[1] else " (their intervals overlap)"
    if mixed:
        shuffled = next(row for row in rows(mixed) if row.name == best.name)
        said += f"; with its words shuffled the {best.name} still gets {percent(shuffled.share)}"
    return f"{said}."


def _explain(held: HeldOut, name: str) -> str:
    """Return what the baselines are and the worst mistakes of the best network on this set."""
    tested = held.pick(name)
    best = max(range(len(IN_ORDER)), key=lambda m: int(tested.right[m].sum()))
    kind = IN_ORDER[best]
    lines = [
        f"- {code(one.text)}: people {signed(one.score)} (of −4 to 4), {MODELS[kind]} {percent(one.belief)} positive"
        for one in tested.worst
        if one.model == kind
    ]
    about = (
        "“Word scores” adds up what people gave single words (VADER’s list) and turns a word round behind a negation; it has "
        "learned from no snippet. “Always” gives the more frequent answer. "
        f"Left out: {held.undecided:,} snippets that people found neither good nor bad, and {held.alike:,} nearly copies of "
        "others. Two snippets may still be about one film. Each network was trained once. Hollow: the words of each snippet in "
        "random order.\n\n"
    )
    of = SAID[FILM] if name == NEGATED else SAID[name]
    return about + f"**The {MODELS[kind]}’s worst mistakes** ({of}):\n\n" + "\n".join(lines)


def bet(name: str) -> Bet:
    """Ask who wins on another kind of text."""
    other = TWEETS if name != TWEETS else FILM
    return Bet(
        question=f"Now the same models read {SAID[other]}. Who will be right most often?",
        answers=(NETWORK, COUNTED, GUESS),
        change={"set": other},
        moved=f"“Count” is at “{other}”",
        judge=partial(_outcome, other),
    )


def _outcome(name: str) -> tuple[str, str]:
    found = rows(ask(lesson.held_out).pick(name))
    best = max(range(len(found)), key=lambda n: found[n].right)
    right = NETWORK if best < BAG else GUESS if best == len(found) - 1 else COUNTED
    return right, f"{found[best].name}: {percent(found[best].share)} of {found[best].asked:,}."


VIEW = View("Held out", show)
