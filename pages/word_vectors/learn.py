"""Skip-gram live: vectors learned from nothing on a text, and whether the two spellings of a word find each other."""

from functools import partial

from core.data.spellings import trouble
from core.experiments import word_vectors as lesson
from core.experiments.word_vectors import results
from core.experiments.word_vectors.results import STAGES, Learned
from core.figures import word_vectors as figures
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.export import Download
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import percent
from pages.word_vectors.shared import script_values

FEW, SOME, MOST = "almost none", "about half", "almost all"
MAX_TEXT = 400_000
DEFAULTS = (results.DEFAULT_WINDOW, results.DEFAULT_NEGATIVES, results.DEFAULT_WIDTH)


def show(stage: Stage) -> Shown | Nothing:
    """Show where each split word's other spelling stands among its nearest, at a stage of the training."""
    with stage.decide:
        at = controls.slider("Training done (%)", 0, 100, 100, 100 // STAGES, key="done") * STAGES // 100
    with stage.more:
        shuffled = controls.toggle("Shuffle the words of the text first", key="shuffled")
        window = controls.slider("Company: words on each side, at most", 1, 8, DEFAULTS[0], 1, key="window")
        width = int(controls.choice("Numbers in a vector", results.WIDTHS, str(DEFAULTS[2]), key="width"))
        negatives = controls.slider("Words drawn against each true one", 1, 10, DEFAULTS[1], 1, key="negatives")
        text = controls.text_area("Your own text (1,000 words or more)", "", key="own", height=100, max_chars=MAX_TEXT)
    text = text if text.strip() else ""
    if text and (line := trouble(text)):
        return Nothing(line)
    learned = ask(lesson.learn, text, window, negatives, width, shuffled)
    return Shown(
        verdict=judge(learned, at, shuffled),
        picture=draw(figures.spellings, learned, at),
        mechanism=draw(figures.skip_gram, learned, window, at),
        bet=bet(text, window, negatives, width, shuffled, len(learned.split)),
        numbers=[
            ("words with a vector", f"{learned.words:,}"),
            ("times the text was read", f"{learned.passes}"),
            ("probability: true neighbour, drawn word", " · ".join(percent(float(p)) for p in learned.foretold[at])),
        ],
        caption=_caption(learned, bool(text)),
        further=[draw(figures.company, learned)],
        values=script_values(WINDOW=window, NEGATIVES=negatives, WIDTH=width, SHUFFLED=shuffled, TEXT=text),
        downloads=() if text else (Download("Text that it read", "word_vectors.txt", _text),),
    )


def _text() -> str:
    from core.data.prose import load_prose

    return load_prose().train


def judge(learned: Learned, at: int, shuffled: bool) -> str:
    """Say for how many words the other spelling is near, and for how many it is the nearest of all."""
    met, first, split, most = learned.met(at), learned.first(at), len(learned.split), f"{learned.words - 1:,}"
    if at == 0:
        return (
            f"Before training, {met} of {split} words have their other spelling among the ten nearest of {most} words."
        )
    when = "With the company shuffled away," if shuffled else "Their company brings them together:"
    return f"{when} {met} of {split} words have their other spelling among the ten nearest of {most}, {first} as the nearest."


def _caption(learned: Learned, is_own: bool) -> str:
    source = "your text" if is_own else "film reviews and newspaper editorials"
    return (
        f"Read: {learned.read:,} words of {source}. The {len(learned.split)} most frequent words of content are split: at half "
        "of their places, drawn at random, they are written another way. Nothing tells the model which two belong together. If "
        f"all orders were equally likely, {learned.by_chance:.2f} of them would have met. Near a word come those that could "
        "stand in its place, of like meaning or not: “long” and “late” do, too."
    )


def bet(text: str, window: int, negatives: int, width: int, shuffled: bool, split: int) -> Bet:
    """Ask what becomes of it when the text's words are shuffled first, or put in order again."""
    how = "Put the text’s words in order again" if shuffled else "Shuffle the text’s words"
    return Bet(
        question=f"{how} and train anew. How many of the {split} words find their other spelling?",
        answers=(FEW, SOME, MOST),
        change={"shuffled": not shuffled, "done": 100},
        moved=f"words {'in order' if shuffled else 'shuffled'}, trained to the end",
        judge=partial(_outcome, text, window, negatives, width, not shuffled),
    )


def _outcome(text: str, window: int, negatives: int, width: int, shuffled: bool) -> tuple[str, str]:
    learned = ask(lesson.learn, text, window, negatives, width, shuffled)
    met, split = learned.met(STAGES), len(learned.split)
    right = FEW if met < 0.25 * split else MOST if met > 0.75 * split else SOME
    return right, f"{met} of {split} have it among the ten nearest; for {learned.first(STAGES)} it is the very nearest."


VIEW = View("Learn", show)
