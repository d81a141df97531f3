"""Many to many: a translation."""

from functools import partial

from core.experiments import four_shapes as lesson
from core.experiments.four_shapes.results import SENTENCES, Scores, Translated
from core.figures import four_shapes as figures
from pages.four_shapes.shared import between, compared, script
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, count, percent, shorten

OWN = "Your own"
FIRST, LAST = next(iter(SENTENCES)), list(SENTENCES)[-1]
BRIEF = dict(zip((*SENTENCES, OWN), ("short", "long", "own"), strict=True))
MOST_WORDS, MOST_LETTERS = 10, 70
ABOVE, BELOW = "yes", "no"
SURE = 0.5


def show(stage: Stage) -> Shown | Nothing:
    """Show a sentence go in and its translation come out."""
    with stage.decide:
        which = controls.choice("Sentence", (*SENTENCES, OWN), FIRST, key="sentence", names=BRIEF.__getitem__)
    text = SENTENCES.get(which, SENTENCES[FIRST])
    if which == OWN:
        with stage.more:
            typed = controls.text_area("Your sentence", text, key="english", height=68, max_chars=400).split()
        text = " ".join(typed[:MOST_WORDS])[:MOST_LETTERS]
        if text != " ".join(typed):
            stage.note(f"Only the first {MOST_WORDS} words are read, and at most {MOST_LETTERS} letters.")
    if not text.strip():
        return Nothing("Type a sentence under “More”: with no word at all there is nothing to translate.")
    found, scores = ask(lesson.translate, text), ask(lesson.translations_kept_apart)
    ((_, plain),) = scores.others
    return Shown(
        verdict=judge(found),
        picture=draw(figures.translation, found),
        mechanism=draw(
            figures.mechanism, "many to many", count(len(found.source), "piece"), count(len(found.target), "piece")
        ),
        bet=bet(which),
        numbers=[
            ("as its teacher translates", percent(scores.network.share)),
            ("95 % interval", between(scores.network)),
            ("word by word", percent(plain.share)),
        ],
        caption=caption(scores),
        further=[compared()],
        **script("none_en_pt.safetensors", SENTENCE=text),
    )


def judge(found: Translated) -> str:
    """Say how many pieces went in and came out, and what they say."""
    written = code(shorten(found.text, 90) or " ")
    return f"{count(len(found.source), 'piece')} in, {len(found.target)} out in Portuguese: {written}"


def caption(scores: Scores) -> str:
    """Say what the model is, and that it is a poor one."""
    ((_, plain),) = scores.others
    return (
        "English goes in, in pieces of words; Portuguese comes out. The first network only reads: its last state is all that the "
        "second one gets. It is the model of the lesson “Encoder and decoder”, and a poor translator: of "
        f"{scores.network.asked} simple sentences kept apart it translates {scores.network.right} just as Marian does, the model "
        f"that taught it ({between(scores.network)}); Marian’s own words one by one, in the English order, are right for "
        f"{plain.right} ({between(plain)}). Long sentences go wrong: one state is too little for them, which is what attention "
        "was made for."
    )


def bet(which: str) -> Bet:
    """Ask how sure it is of what it writes for another sentence."""
    other = LAST if which != LAST else FIRST
    return Bet(
        f"Now the {BRIEF[other]} sentence, {code(SENTENCES[other])} Is it at least {100 * SURE:.0f}\u00a0% sure of more than "
        "half of the pieces that it writes?",
        (ABOVE, BELOW),
        {"sentence": other},
        f"the {BRIEF[other]} sentence",
        partial(_outcome, other),
    )


def _outcome(which: str) -> tuple[str, str]:
    found = ask(lesson.translate, SENTENCES[which])
    sure = int((found.probabilities >= SURE).sum())
    of = len(found.target)
    return (ABOVE if 2 * sure > of else BELOW), f"It is that sure of {sure} of {of}."


VIEW = View("Sentence", show)
