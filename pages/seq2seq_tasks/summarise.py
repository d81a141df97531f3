"""Summarise: what a summary by SmolLM2 copies, adds and keeps, beside the text's own first sentence."""

from functools import partial

from core.data.short_texts import TEXTS
from core.experiments import seq2seq_tasks as lesson
from core.experiments.seq2seq_tasks import results
from core.experiments.seq2seq_tasks.results import MAX_TEXT, MODEL, STYLES, SUMMARY_TOKENS, Counts
from core.figures import seq2seq_tasks as figures
from pages.kit import controls, language_models
from pages.kit.ask import derive, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import percent
from pages.seq2seq_tasks.shared import prompt_of, script_values, strip_of

NAMES = {"plain": "one sentence", "own": "own words"}
CLOSE = 0.05  # shares nearer than this are about the same


def show(stage: Stage) -> Shown | Nothing:
    """Show the counts over ten texts, and one summary."""
    with stage.decide:
        style = controls.choice("Asked for", tuple(STYLES), "plain", key="style", names=NAMES.__getitem__)
    with stage.more:
        number = int(controls.slider("Which text", 1, len(TEXTS), 1, 1, key="text_number")) - 1
        typed = controls.text_area("Or a text of your own", "", key="text", height=98, max_chars=MAX_TEXT)
    own = typed.strip()
    found = language_models.ask(MODEL, lesson.summaries, style)
    source = own or TEXTS[number].text
    written = language_models.ask(MODEL, lesson.summary, own, style) if own else found[number]
    prompt_first = results.summary_request(source, style)
    strip_of(stage, written.text, source, key="summary", label="what it wrote")
    prompt_of(stage, written, SUMMARY_TOKENS)
    model, longer, rule = counted(style), leading(style), derive(rules)
    mine = results.counts(written.text, source)
    better = sum(lead.kept > one.kept for lead, one in zip(longer, model, strict=True))
    return Shown(
        verdict=judge(model, longer, rule),
        picture=draw(figures.summaries, model, longer, rule, mine, "the summary below"),
        mechanism=draw(
            figures.mechanism,
            (("request", STYLES[style]), ("text", source), ("summary", written.text)),
            ("one prompt", "decoder alone, token by token"),
            0,
            f"{percent(mine.copied)} copied",
        ),
        bet=bet(style),
        numbers=[
            ("words in its summary", str(mine.words)),
            ("copied word for word", percent(mine.copied)),
            ("content words not in the text", percent(mine.new)),
        ],
        caption="“First words” is a rule: as many words from the text’s beginning as the summary has. The diamond is the summary "
        "below. Content words are all but the likes of “the”, “of” and “has”; endings are cut, so that “burned” and “burns” are "
        "one word. A key word is any content word of the text. None of these counts says whether a summary is true: a "
        f"new word may be a good one or a wrong one. Of the ten texts, {better} "
        "keep more in as many first words than in the summary.",
        values=script_values(REQUEST=prompt_first, TOKENS=SUMMARY_TOKENS, SUMMARIES=[
            (text.text, one.text) for text, one in zip(TEXTS, found, strict=True)
        ]),
    )  # fmt: skip


def counted(style: str) -> tuple[Counts, ...]:
    """Return the counts of the model's ten summaries."""
    return derive(_counted, language_models.ask(MODEL, lesson.summaries, style))


def _counted(found: tuple[results.Written, ...]) -> tuple[Counts, ...]:
    return tuple(results.counts(one.text, text.text) for one, text in zip(found, TEXTS, strict=True))


def leading(style: str) -> tuple[Counts, ...]:
    """Return the counts of the ten texts' beginnings, each as long as the model's summary."""
    return derive(_leading, counted(style))


def _leading(model: tuple[Counts, ...]) -> tuple[Counts, ...]:
    pairs = zip(model, TEXTS, strict=True)
    return tuple(results.counts(results.first_words(text.text, one.words), text.text) for one, text in pairs)


def rules() -> tuple[Counts, ...]:
    """Return the counts of the ten first sentences."""
    return tuple(results.counts(results.first_sentence(text.text), text.text) for text in TEXTS)


def judge(model: tuple[Counts, ...], longer: tuple[Counts, ...], rule: tuple[Counts, ...]) -> str:
    """Say what is kept, and what as many first words and the first sentence keep."""
    mean, lead, first = map(results.mean_counts, (model, longer, rule))
    return (
        f"SmolLM2’s summaries keep {100 * mean.kept:.0f} % of a text’s key words; as many words from its beginning keep "
        f"{100 * lead.kept:.0f} %, the first sentence alone {100 * first.kept:.0f} %."
    )


LESS, SAME, MORE = "clearly less", "about as much", "clearly more"


def bet(style: str) -> Bet:
    """Ask what the other request does to copying."""
    other = "own" if style == "plain" else "plain"
    return Bet(
        question=f"Ask for {NAMES[other]} instead. How much of the ten texts will it copy?",
        answers=(LESS, SAME, MORE),
        change={"style": other},
        moved=f"asked for {NAMES[other]}",
        judge=partial(_outcome, style, other),
    )


def _outcome(style: str, other: str) -> tuple[str, str]:
    before, after = (results.mean_counts(counted(one)).copied for one in (style, other))
    right = SAME if abs(after - before) <= CLOSE else MORE if after > before else LESS
    return right, f"It copies {percent(after)} of its words; before it copied {percent(before)}."


IDEA = (
    "SmolLM2, a small chat model, is a **decoder** alone: it is given a request and a text in one go, and writes "
    "on word by word. We count which words of its summaries are copied, which are new, and what is kept of the "
    "text."
)
VIEW = View("Summarise", show, IDEA)
