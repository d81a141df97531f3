"""The same with a public model: a word's letters go through one vector and come out as sounds."""

from collections.abc import Sequence
from functools import partial

from core.assets.fetch import ensure
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder.results import DEFAULT_WORD, LETTERS, SHORT_WORD, fit_word
from core.experiments.encoder_decoder.words import Spelled
from core.figures import encoder_decoder as figures
from core.training.evaluate_spelling import KNOWN, NEW, Errors
from pages.encoder_decoder import text
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.export import Download
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code


def show(stage: Stage) -> Shown | Nothing:
    """Show how errors grow with the length of a word, and the reader's word on its way through the vector."""
    with stage.decide:
        typed = controls.text_area("Your word", DEFAULT_WORD, key="word", height=68, max_chars=500)
    word = fit_word(typed)
    if not word:
        return Nothing("Type a word of the letters a to z: the model knows no others.")
    if word != typed.strip().lower():
        stage.note(f"Read as {code(word)}: the first word, in small letters a to z, at most {LETTERS} of them.")
    found, errors = ask(lesson.spell, word), ask(lesson.spelling_errors)
    with stage.under:
        shares = [step[0][1] for step in found.likeliest]
        text.strip(found.phonemes, shares, found.likeliest, key="phonemes", label=f"the phonemes of {word}")
    known, wrong = errors[KNOWN], found.errors
    weights = lambda: (ensure("g2p-en") / "model.safetensors").read_bytes()  # noqa: E731 - read when it is asked for
    worst, answers = (
        max(errors[NEW], key=lambda row: row.rate),
        " or ".join(code(" ".join(a)) for a in found.answers[:3]),
    )
    return Shown(
        verdict=judge(known, found),
        picture=draw(figures.errors, errors, len(word)),
        mechanism=draw(figures.spelled, found),
        bet=bet(word),
        numbers=[
            ("wrong in your word", "unknown" if wrong is None else f"{wrong} of {len(found.nearest)}"),
            *((f"wrong at {one.letters} letters", f"{one.rate:.1f} %") for one in (known[0], known[-1])),
        ],
        caption="Sounds are written in ARPAbet; 1 marks the stressed vowel. "
        + (f"The dictionary has {answers}. " if answers else "Your word is not in the dictionary. ")
        + "g2p-en, a public model with one GRU that reads and one that writes, learned from CMUdict of 2007, so words of its "
        f"dictionary it has mostly seen. {NEW.capitalize()} it has never seen: {worst.rate:.0f} % are wrong at {worst.letters} "
        f"letters (mostly abbreviations), {min(row.rate for row in errors[NEW]):.0f} % at best. Whiskers are 95 % intervals.",
        values=text.values("Spelling", WORD=word),
        downloads=[Download("Weights (safetensors)", "g2p_en.safetensors", weights, "application/octet-stream")],
    )


def judge(known: Sequence[Errors], found: Spelled) -> str:
    """Say how the errors grow with the word, from the numbers shown."""
    first, last = known[0], known[-1]
    if last.rate <= first.rate:
        return (
            f"Not here: words of {last.letters} letters come out with {last.rate:.0f} % of the sounds wrong, words of "
            f"{first.letters} letters with {first.rate:.0f} %."
        )
    return (
        f"Through one vector of {found.read.shape[1]} numbers, words of {last.letters} letters come out with {last.rate:.0f} % "
        f"of the sounds wrong, words of {first.letters} letters with {first.rate:.0f} %."
    )


def bet(word: str) -> Bet:
    """Ask whether a short word comes out right, or a long one where that is shown."""
    other = SHORT_WORD if word != SHORT_WORD else DEFAULT_WORD
    answers = ("all of them are right", "some are wrong")
    question, judge = f"Spell {code(other)} instead. Are its sounds right?", partial(_outcome, other, answers)
    return Bet(question, answers, {"word": other}, f"the word is {code(other)}", judge)


def _outcome(word: str, answers: tuple[str, str]) -> tuple[str, str]:
    found = ask(lesson.spell, word)
    return answers[int(found.written != found.nearest)], f"{found.errors} of {len(found.nearest)} are wrong."


VIEW = View("Spelling", show)
