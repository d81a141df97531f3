"""Your file: a reader's lines, scored by all four models and given back; they are kept in this visit alone."""

from functools import partial

import streamlit as st

from core.experiments import sentiment as lesson
from core.experiments.sentiment import files
from core.experiments.sentiment.results import BAG, IN_ORDER, MODELS, Scored
from core.figures import sentiment as figures
from pages.kit import controls, export
from pages.kit.ask import ask, ask_alone, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import count, escape, percent
from pages.sentiment.shared import script

NAMES = tuple(MODELS.values())
ORDERED = tuple(NAMES[: len(IN_ORDER)])
FEWER, AS_MANY, MORE = "fewer", "as many", "more"
SAMPLE, UPLOAD = "40 snippets", "sentiment_file"


def show(stage: Stage) -> Shown | Nothing:
    """Show the lines of the reader's file, or of a sample as long as there is none."""
    with stage.decide:
        model = ORDERED.index(controls.choice("Against the bag", ORDERED, "GRU", key="against"))
    with stage.more:
        st.file_uploader(
            f"Your lines (.txt, .csv; up to {files.MOST_LINES:,})",
            type=["txt", "csv", "tsv"],
            key=UPLOAD,
            on_change=_uploaded,
            help="One text a line, or a table with a column “text” and, if you like, a column “label” (positive, negative).",
        )
    given = controls.staying(UPLOAD)
    if not given:
        scored = ask(lesson.sample)
        stage.note(
            "Shown: 40 film snippets kept apart. Put your own file under “More”; it is kept in this visit alone."
        )
        shown, source = draw(figures.lines, scored, model), SAMPLE
    else:
        read = files.read_lines(given["name"], given["data"])
        if read.trouble:
            return Nothing(f"{read.trouble} Nothing of the file was read.")
        for line in read.notes:
            stage.note(escape(line))
        scored = ask_alone(lesson.score, read.texts, read.labels)
        shown, source = figures.lines(scored, model), "your file"  # what `draw` keeps is shared
    back = export.table("Your lines, scored (CSV)", "scored.csv", shown.columns, shown.rows)
    with stage.under:
        st.download_button("Download the scored lines (CSV)", back.make, "scored.csv", "text/csv", key="_scored")
    taken = script()
    return Shown(
        verdict=judge(scored, model),
        picture=shown,
        mechanism=draw(figures.through, source, len(scored.texts), model),
        bet=bet(scored, model),
        numbers=[(f"positive: {NAMES[m]}", f"{int((scored.beliefs[m] > 0.5).sum()):,}") for m in (model, BAG)],
        caption="Each dot is a line. Upper left and lower right are the lines on which the order of the words, or what the "
        "network has learned beyond single words, changes the verdict. “Held out” shows how they do on "
        "other texts.",
        values=taken["values"],
        downloads=[back, *taken["downloads"]],
    )


def _uploaded() -> None:
    kept, file = controls.staying(UPLOAD), st.session_state[UPLOAD]
    kept.clear()
    if file is not None:
        kept.update(name=file.name, data=file.getvalue())


def judge(scored: Scored, model: int) -> str:
    """Say how many lines are positive, on how many the two disagree, and who is right where that is known."""
    ups, across = scored.beliefs[model] > 0.5, scored.beliefs[BAG] > 0.5
    differ = int((ups != across).sum())
    right, asked = scored.correct(model)
    said = f"The {NAMES[model]} and the bag of words disagree on {differ:,} of {count(len(scored.texts), 'line')}"
    if asked:
        bag = scored.correct(BAG)[0]
        return f"{said}: the {NAMES[model]} gets {right:,} of {asked:,} right, the bag {bag:,}."
    shares = [percent(float(each.mean())) for each in (ups, across)]
    return f"{said}: the {NAMES[model]} finds {shares[0]} of them positive, the bag {shares[1]}."


def bet(scored: Scored, model: int) -> Bet:
    """Ask on how many lines another network disagrees with the bag."""
    other = 0 if model else 2
    return Bet(
        question=f"Take the {NAMES[other]} instead. On how many lines will it disagree with the bag, compared with the "
        f"{NAMES[model]}?",
        answers=(FEWER, AS_MANY, MORE),
        change={"against": NAMES[other]},
        moved=f"{NAMES[other]} instead of {NAMES[model]}",
        judge=partial(_outcome, scored, model, other),
    )


def _outcome(scored: Scored, model: int, other: int) -> tuple[str, str]:
    first, second = (int(((scored.beliefs[m] > 0.5) != (scored.beliefs[BAG] > 0.5)).sum()) for m in (model, other))
    right = AS_MANY if first == second else FEWER if second < first else MORE
    return right, f"On {second:,}; the {NAMES[model]} on {first:,}."


VIEW = View("Your file", show)
