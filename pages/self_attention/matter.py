"""One cut: the edge from the pronoun to each token cut in turn, and what is lost."""

from functools import partial

from core.experiments import self_attention as lesson
from core.experiments.self_attention.results import HEAD, LAYER, SCOPES, Cuts, CutStudy, Probe, twins_of
from core.figures import self_attention as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, percent
from pages.self_attention.shared import choose_head, choose_pair, compared, fan, own_pair, values, watched

ONE, LAYERWIDE, ALL = SCOPES
MORE, LESS = "more than twice as far", "less than that"


def show(stage: Stage) -> Shown | Nothing:
    """Show how far the pronoun's vector moves with each edge cut, and what a probe reads from it."""
    with stage.decide:
        scope = controls.choice("Cut in", SCOPES, ALL, key="scope")
    with stage.more:
        pair, own = choose_pair(), own_pair()
        layer, head = choose_head()
    both = compared(pair, own)
    if isinstance(both, Nothing):
        return both
    text = twins_of(both.text)[0]
    found, probe, study = (
        ask(lesson.cut_edges, text, *where(scope, layer, head)),
        ask(lesson.probe),
        ask(lesson.cut_study),
    )
    key = key_of(found, both.labels[both.nouns[0]] if both.nouns else "")
    first, second = watched(both, layer, head)
    said = said_of(scope, layer, head)
    return Shown(
        verdict=judge(found, probe, key),
        picture=draw(figures.cuts, found, probe, key, said),
        mechanism=draw(figures.mechanism, *fan(both, layer, head, both=False), 0 if both.nouns else -1),
        bet=bet(scope, layer, head, text, found.tokens[key]),
        numbers=[
            ("the vector moves by", percent(float(found.moved[key]))),
            ("without another edge, mean", percent(found.others(key))),
            ("held-out accuracy of the probe", percent(probe.accuracy)),
        ],
        caption=_caption(probe, study),
        further=[
            draw(figures.every_pair_cut, study, 1, "all heads"),
            draw(figures.every_pair_cut, study, 0, f"head {LAYER}.{HEAD} alone"),
        ],
        values=values(PAIR=both.text, NOUNS=(both.labels[first], both.labels[second]), LAYER=layer, HEAD=head),
    )


def where(scope: str, layer: int, head: int) -> tuple[int, int]:
    """Return layer and head of a scope, 0 for all."""
    return {ONE: (layer, head), LAYERWIDE: (layer, 0), ALL: (0, 0)}[scope]


def said_of(scope: str, layer: int, head: int) -> str:
    """Return a scope in words."""
    return {ONE: f"head {layer}.{head} alone", LAYERWIDE: f"all heads of layer {layer}", ALL: "all 72 heads"}[scope]


def key_of(found: Cuts, noun: str) -> int:
    """Return the piece whose edge the verdict is about: the noun, else the one that matters most."""
    return found.tokens.index(noun) if noun in found.tokens else int(found.moved.argmax())


def judge(found: Cuts, probe: Probe, key: int) -> str:
    """Say what the cut edge took, beside the other edges of its row."""
    moved, others = float(found.moved[key]), found.others(key)
    before, after = float(probe.read(found.before)), float(probe.read(found.after[key]))
    query, name = code(found.tokens[found.query]), code(found.tokens[key])
    beats = "" if moved > others else "Not here: "
    goes = "falls" if after < before else "rises"
    return (
        f"{beats}Without its edge to {name}, {query} moves by {percent(moved)} of its length (another edge: {percent(others)}), "
        f"and a probe’s “living thing” {goes} from {percent(before)} to {percent(after)}."
    )


def _caption(probe: Probe, study: CutStudy) -> str:
    moved, read = study.moved.mean(1), study.read[1, study.living].mean(0)
    more = (study.moved[:, :, 0] > study.moved[:, :, 2]).sum(1)
    total = study.moved.shape[1]
    first, other = percent(float(moved[1, 0])), percent(float(moved[1, 2]))
    one, another = percent(float(moved[0, 0])), percent(float(moved[0, 2]))
    return (
        f"A probe is a small classifier on one vector: this one is a logistic regression on `it` after the last layer. From "
        f"{probe.sentences} sentences it learned whether their first noun is a living thing; on nouns that it had not seen it is "
        f"correct in {percent(probe.accuracy)} of cases (95 % interval {percent(probe.low)} to {percent(probe.high)}; by chance "
        f"50 %). Over forty sentences, cut in all heads, the first noun’s edge moves `it` by {first}, another by {other} (the "
        f"noun’s moves it more in {more[1]} of {total}); in head {LAYER}.{HEAD} alone {one} against {another} ({more[0]} of "
        f"{total}). Where the noun lives, the probe falls from {percent(float(read[0]))} to {percent(float(read[1]))}. "
        "So the edge matters, but not it alone: other tokens have read the noun, too, and hand it on. Below, each sentence is a "
        "point: above the dotted line, the noun’s edge matters more than another one."
    )


def bet(scope: str, layer: int, head: int, text: str, name: str) -> Bet:
    """Ask how much further the vector moves when the edge is cut in all heads instead of one, or the other way round."""
    other = ONE if scope == ALL else ALL
    words = (
        f"Cut the edge to {code(name)} in head {layer}.{head} alone. Did the vector move more than twice as far with all heads?"
        if other == ONE
        else f"Cut the edge to {code(name)} in all heads. Will the vector move more than twice as far as now?"
    )
    return Bet(
        question=words,
        answers=(MORE, LESS),
        change={"scope": other},
        moved=f"cut in {said_of(other, layer, head)}",
        judge=partial(_outcome, text, name, where(scope, layer, head), where(other, layer, head)),
    )


def _outcome(text: str, name: str, now: tuple[int, int], then: tuple[int, int]) -> tuple[str, str]:
    moved = []
    for scope in (now, then):
        found = ask(lesson.cut_edges, text, *scope)
        moved.append(float(found.moved[found.tokens.index(name)]))
    low, high = sorted(moved)
    return MORE if high > 2 * low else LESS, f"It moves by {percent(moved[1])} instead of {percent(moved[0])}."


IDEA = (
    "A large **attention weight** need not matter. We cut the link from “it” to one **token** after another, and "
    "measure how far the vector of “it” moves, and what a small classifier still reads from it."
)
VIEW = View("One cut", show, IDEA)
