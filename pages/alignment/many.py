"""Over 100 sentences: how often the word that was looked at most is the one that mattered most."""

import streamlit as st

from core.experiments import alignment as lesson
from core.experiments.alignment import FELT, Look, recorded
from core.experiments.alignment.study import Share, Study
from core.figures import alignment as figures
from pages.alignment import work
from pages.alignment.words import Verdict, matters, named, nats
from pages.kit.former import Picture, show, verdict
from pages.kit.words import code, count, percent

FEW = 6  # examples that are shown


def show_many(look: Look) -> Picture:
    """Show the recorded study: of the chosen model where it is there, and of all side by side."""
    studies, made = recorded.studies(), recorded.made()
    study = studies.get(look.model) or studies[lesson.DEFAULT_MODEL]
    st.caption(
        f"Recorded over {study.sentences} sentences from reviews and editorials that our own models were not trained on. Each "
        "source word is hidden in turn; the one without which a target word loses most mattered most to it."
    )
    if lesson.MODELS[study.model].reads == "Portuguese":
        st.caption("From Portuguese, the sources are what Marian en-pt writes for these sentences.")
    if study.model != look.model:
        label = lesson.MODELS[look.model].label
        st.caption(f"{label} is not in the recording: {lesson.MODELS[study.model].label} is shown.")
    found = {model: each.shares() for model, each in studies.items()}
    rows = [
        (lesson.MODELS[model].label, figures.NAMES[guess], *(round(100 * v, 2) for v in (s.value, s.low, s.high)))
        for model, each in found.items()
        for guess, s in each.items()
    ]
    columns = ("model", "guess", "right (%)", "95 % from", "95 % to")
    picture = Picture(figures.shares(found, study.model), figures.describe_shares(found), columns, rows)
    show(picture, key="shares")
    if made["missing"]:
        named = ", ".join(lesson.MODELS[model].label for model in made["missing"])
        st.caption(f"Not in the recording, as the weights were missing when it was made: {named}.")
    weights = work.kept(("alignment weights", study.model, study.pair_weights.size), lambda: _weights(study))
    show(weights, key="weights")
    verdict(*judge_study(study, lesson.MODELS[study.model].label))
    st.markdown(f"**Your own sentence.** {matters(look.words)}")
    _examples(study)
    return picture


def _weights(study: Study) -> Picture:
    rows = [
        (
            f"{100 * b.low:.0f} to {100 * b.high:.0f}",
            b.pairs,
            *(round(v, 3) for v in (b.cost.value, b.cost.low, b.cost.high)),
        )
        for b in figures.curve(study)
    ]
    columns = ("weight (%)", "pairs", "mean loss (nats)", "95 % from", "95 % to")
    return Picture(figures.weight_curve(study), figures.describe_weights(study), columns, rows)


def _examples(study: Study) -> None:
    st.markdown("**Where attention was not alignment**")
    if not study.examples:
        st.caption("No word of the recording gave half of its attention to one that did not matter while another did.")
        return
    shown = study.examples[:FEW]
    st.caption(
        f"The clearest {count(len(shown), 'case')}: half of the attention or more on a word whose hiding costs less than "
        f"{lesson.FELT:g} nats, while another one costs far more. A source place knows its neighbours, too: what it looks at "
        "is a vector, not a word."
    )
    for one in shown:
        st.markdown(
            f"- {named(one.target)} gave {named(one.looked)} {percent(one.looked_weight)} of its attention; hiding that costs it "
            f"{nats(one.looked_cost)}, hiding {named(one.mattered)} {nats(one.mattered_cost)}. In {code(one.source)}"
        )


def judge_study(study: Study, label: str) -> Verdict:
    """Say how often looked at is mattered, against a guess by place and by lot."""
    found, felt = study.shares(), study.shares(felt=True)
    looked, place, lot = (found[name] for name in ("looked", "diagonal", "chance"))
    beats = looked.low > max(place.high, lot.high)
    text = (
        f"{'In' if beats else 'Not here: in'} {label}, {between(looked)} of {len(study.agree):,} target words looked most at the "
        f"word that mattered most to them. Guessing the word at the same place is right for {between(place)}, drawing lots "
        f"for {percent(lot.value)}. "
    )
    text += "Looking is " + (
        "far more than place, and still no proof: "
        if beats
        else "no better here than knowing the place, as far as these sentences can tell: "
    )
    text += (
        f"{percent(1 - looked.value)} looked most at a word that mattered less than another. Of the words that lose {FELT:g} "
        f"nats or more by anything, {percent(felt['looked'].value)} looked at what cost them most."
    )
    numbers = [
        ("looked at = mattered most", percent(looked.value)),
        ("guessed by place", percent(place.value)),
        ("drawn by lot", percent(lot.value)),
    ]
    return text, numbers


def between(share: Share) -> str:
    """Return a share with its interval."""
    return f"{percent(share.value)} ({percent(share.low)} to {percent(share.high)})"
