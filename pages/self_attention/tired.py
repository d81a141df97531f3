"""One word: what the pronoun gives the two nouns when one word at the end changes."""

from functools import partial

from core.data.pronouns import PAIRS
from core.experiments import self_attention as lesson
from core.experiments.self_attention.results import HEAD, HEADS, LAYER, LAYERS, Senses, Study, Twins
from core.figures import self_attention as figures
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, percent, signed
from pages.self_attention.shared import FEATURED, choose_head, choose_pair, compared, fan, own_pair, values, watched

YES, NO = "yes", "no"


def show(stage: Stage) -> Shown | Nothing:
    """Show both sentences of a pair in one head, and how far every head moves."""
    with stage.decide:
        pair = choose_pair()
    with stage.more:
        own = own_pair()
        layer, head = choose_head()
    found = compared(pair, own)
    if isinstance(found, Nothing):
        return found
    study = ask(lesson.study)
    first, second = watched(found, layer, head)
    return Shown(
        verdict=judge(found, layer, head),
        picture=draw(figures.twins, found, layer, head),
        mechanism=draw(figures.mechanism, *fan(found, layer, head, both=True)),
        bet=bet(pair, layer, head),
        numbers=_numbers(found, study, layer, head),
        caption=_caption(study, ask(lesson.senses), layer, head),
        further=[draw(figures.every_pair, study, layer, head), draw(figures.senses, ask(lesson.senses))],
        values=values(PAIR=found.text, NOUNS=(found.labels[first], found.labels[second]), LAYER=layer, HEAD=head),
    )


def judge(found: Twins, layer: int, head: int) -> str:
    """Say what the changed word did in one head, and in how many heads the pronoun turns to the other noun."""
    first, second = watched(found, layer, head)
    (a, b), (c, d) = ((float(row[first]), float(row[second])) for row in found.head(layer, head))
    one, other, pronoun = code(found.labels[first]), code(found.labels[second]), code(found.pronoun)
    begin = (
        f"With “{found.words[1]}”, {pronoun} gives {one} {percent(c)} instead of {percent(a)}, and {other} {percent(d)} "
        f"instead of {percent(b)}"
    )
    if found.nouns is None:
        return f"{begin}."
    if found.turned[layer - 1, head - 1]:
        return f"{begin}: it turns to {other}; {heads_that_turn(found)}."
    more = f"{one} still gets more" if c > d else "it does not turn"
    return f"{begin}: {more}. Of {LAYERS * HEADS} heads, {int(found.turned.sum()) or 'none'} turn to {other}."


def heads_that_turn(found: Twins) -> str:
    """Say in how many heads the pronoun turns: "5 of 72 heads do"."""
    heads = int(found.turned.sum())
    return f"{heads or 'none'} of {LAYERS * HEADS} heads do{'es' if heads == 1 else ''}"


def _numbers(found: Twins, study: Study, layer: int, head: int) -> list[tuple[str, str]]:
    turned = int(study.turned[:, layer - 1, head - 1].sum())
    right = int((study.shift[:, layer - 1, head - 1] > 0).sum())
    return [
        (f"weight that moves in head {layer}.{head}", percent(float(found.moved[layer - 1, head - 1]))),
        ("pairs where it moves the right way", f"{right} of {len(PAIRS)}"),
        ("pairs where it turns", f"{turned} of {len(PAIRS)}"),
    ]


def _caption(study: Study, senses: Senses, layer: int, head: int) -> str:
    """Say what all pairs show for this head, and what the second picture below is about."""
    shift, error = float(study.shift[:, layer - 1, head - 1].mean()), study.error(layer, head)
    both, least = float(study.nouns[layer - 1, head - 1]), float(study.turned.mean())
    nearest = ", ".join(word for word, _ in senses.nearest)
    return (
        f"Head {layer}.{head} is head {head} of layer {layer}. The map of all heads is the darker, the more of its weight the "
        f"pronoun moves. Over forty pairs head {layer}.{head} gives the two nouns {percent(both)} together, and a noun "
        f"{signed(100 * shift)} points more where it is meant than where it is not (± {196 * error:.1f}, 95 %). Over "
        f"all heads and pairs, {percent(least)} turn: the model, trained to compare whole sentences, follows the sense a "
        f"little.\n\nBelow: each pair; then a word whose sense its context decides. In “{senses.sentences[0]}” and "
        f"“{senses.sentences[1]}” the vectors of “{senses.word}” have cosine {senses.alike[-1]:.2f}: context moves it, but not "
        f"far. GloVe has one vector for both, and near it are {nearest}: a computer’s server, whoever asks for the check."
    )


def bet(pair: str, layer: int, head: int) -> Bet:
    """Ask whether the pronoun turns in the next pair."""
    names = list(FEATURED)
    other = names[(names.index(pair) + 1) % len(names)] if pair in names else names[0]
    chosen = next(each for each in PAIRS if each.text == FEATURED[other])
    return Bet(
        question=f"“{chosen.text}” Will `it` turn from {chosen.first} to {chosen.second} in head {layer}.{head}?",
        answers=(YES, NO),
        change={"pair": other},
        moved=f"the sentence with the {other}",
        judge=partial(_outcome, chosen.text, layer, head),
    )


def _outcome(text: str, layer: int, head: int) -> tuple[str, str]:
    found = ask(lesson.compare, text)
    turned = bool(found.turned[layer - 1, head - 1])
    said = "It turns" if turned else "It does not turn"
    return YES if turned else NO, f"{said} in this head; {heads_that_turn(found)}."


def finding() -> tuple[float, float, int]:
    """Return the numbers of the lesson's line on the first page: the first noun's weight in both sentences, heads that turn."""
    found = ask(lesson.compare, PAIRS[0].text)
    first, _ = watched(found, LAYER, HEAD)
    one, two = (float(weight) for weight in found.head(LAYER, HEAD)[:, first])
    return one, two, int(found.turned.sum())


VIEW = View("One word", show)
