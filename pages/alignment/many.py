"""Many sentences: what hiding a word takes, over 100 sentences that our networks were not trained on."""

from functools import partial

from core.experiments import alignment
from core.experiments.alignment.many import Share, Study
from core.experiments.alignment.results import DEFAULT_HIDE, DEFAULT_STEP, MODELS, STUDIED, default_text
from core.figures import alignment as figures
from pages.alignment import text
from pages.alignment.text import named
from pages.kit.ask import ask, derive, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, percent

FEW = 3  # examples that are shown


def show(stage: Stage) -> Shown | Nothing:
    """Show how many words lose more than half of their probability, by which word is hidden, for one model."""
    with stage.decide:
        model = text.choose_model()
    study, sentence = ask(alignment.study, model), default_text(model)
    found = ask(alignment.aligned, model, sentence)
    hide = min(DEFAULT_HIDE, len(found.words.source) - 1)
    if MODELS[model].reads == "Portuguese":
        stage.note("From Portuguese, the sources are what Marian en-pt writes for the same sentences.")
    guesses = derive(Study.shares, study)
    names = (
        ("looked", "looked at most = needed most"),
        ("diagonal", "same position = needed most"),
        ("chance", "by chance"),
    )
    return Shown(
        verdict=judge(study),
        picture=draw(figures.dose, study),
        mechanism=draw(figures.mechanism, found, int(found.words.weights[:, hide].argmax()), hide, None),
        bet=bet(model),
        numbers=[(words, percent(guesses[name].value)) for name, words in names],
        caption=_examples(study),
        **text.taken(found, hide, min(DEFAULT_STEP, found.steps - 1)),
    )


def judge(study: Study) -> str:
    """Say how many words lose more than half without the word they looked at most, against another one."""
    halved = derive(Study.halved, study)
    most, other = halved["most"], halved["other"]
    beats = "" if most.low > max(halved["second"].high, other.high) else "Not here: "
    return (
        f"{beats}Without the word they looked at most, {between(most)} of {len(study.agree):,} words lose more than half of "
        f"their probability; without another one, {percent(other.value)}."
    )


def between(share: Share) -> str:
    """Return a share with its interval."""
    return f"{percent(share.value)} ({percent(share.low)} to {percent(share.high)})"


def _examples(study: Study) -> str:
    """Name the words that gave most of their attention to what they did not need."""
    lines = [
        f"Over {study.sentences} sentences from reviews and editorials; 95 % intervals by drawing whole sentences again."
    ]
    if study.examples:
        lines.append("**Attention is no proof.** Some gave half of it and more to a word that they did not need:\n")
    lines += [
        f"- {named(one.target)} gave {named(one.looked)} {percent(one.looked_weight)}, but needed {named(one.needed)}, in "
        f"{code(one.source)}"
        for one in study.examples[:FEW]
    ]
    return "\n".join(lines)


MORE, FEWER = "more words", "fewer words"


def bet(model: str) -> Bet | None:
    """Ask whether another model's attention is needed by more words."""
    other = next(each for each in STUDIED if each != model)
    one, two = MODELS[model], MODELS[other]
    return Bet(
        question=f"Take {two.label} instead of {one.label}. Do more of its words lose over half without the word they looked "
        "at most?",
        answers=(MORE, FEWER),
        change={"model": two.label},
        moved=f"{two.label} is shown",
        judge=partial(_outcome, model, other),
    )


def _outcome(model: str, other: str) -> tuple[str, str]:
    one, two = (ask(alignment.study, each).halved()["most"].value for each in (model, other))
    return MORE if two > one else FEWER, f"{percent(two)} against {percent(one)}."


VIEW = View("Many sentences", show)
