"""Words: Whisper writes down a sound, and its cross-attention says when each word is said."""

from functools import partial

import numpy as np
import streamlit as st

from core.data.sound import RATE, WORDS, Sound, as_wav, named, with_noise
from core.experiments import listening as lesson
from core.experiments.listening import results
from core.experiments.listening.results import LOUD, WordScores, Written
from core.experiments.word_errors import Matched, matched
from core.figures import listening as figures
from pages.kit import controls, tokens
from pages.kit.ask import ask, ask_alone, draw, known
from pages.kit.fetching import may_bring
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.shelf import MISSING
from pages.kit.words import count, percent
from pages.listening.shared import WHISPER, drawing, files, own_sound, play, script_values

MEGABYTES = 71  # of the package
HARDLY, PARTS, INVENTED = "hardly any", "only those it hears", "as many, mostly wrong"
AROUND = 0.1  # seconds that are played before and after a word


def show(stage: Stage) -> Shown | Nothing:
    """Show the words of a sound, what each attends to by the chosen layer, and play the word that is tapped."""
    with stage.decide:
        layer = controls.choice("Attention of layer", results.LAYERS, results.DEFAULT_LAYER, key="layer")
    with stage.more:
        clip = controls.choice("Clip", results.CLIPS, results.DEFAULT_CLIP, key="clip", names=_clip)
        times = controls.slider("Noise, times as loud as the voice", *results.NOISES, 0.0, 0.25, key="loud")
        own = own_sound(stage)
    is_known = not own and known(lesson.write, (clip, times)) is not MISSING
    if not is_known and not may_bring(stage, WHISPER, "Whisper", MEGABYTES, "the recorded clip is shown"):
        clip, times, own = results.DEFAULT_CLIP, 0.0, None
    written = listen(clip, times, own)
    if not written.words:
        return Nothing(f"Whisper writes no word: it says with {percent(written.nobody)} that nobody speaks.")
    with stage.more:
        word = controls.position("Word", len(written.words), results.DEFAULT_WORD + 1, key="word") - 1
    _under(stage, written, layer, word, with_noise(own.samples if own else named(clip), times))
    play(stage, clip, times, own)
    pictured, agreed = drawing(own), None if own else matched(written.words, WORDS[clip].split())
    scores: WordScores = ask(lesson.word_scores)
    return Shown(
        verdict=judge(written, layer, clip, agreed),
        picture=pictured(figures.words, written, layer, "" if own else clip, word),
        mechanism=pictured(figures.word_mechanism, written, layer, word),
        bet=bet(clip) if not own and times < LOUD else None,
        numbers=[
            ("words right, no noise", f"{scores.right[0]} of {scores.said}"),
            (f"in noise {LOUD:g} times as loud", f"{scores.right[-1]} of {scores.said}"),
            ("attention’s error", f"{scores.mean('all')[0]:.2f} s"),
        ],
        caption=what_it_is(scores, agreed),
        further=[draw(figures.placed, scores)],
        values=script_values(LAYER=slice(4) if layer == "all" else slice(int(layer) - 1, int(layer))),
        downloads=files(clip, times, own, words=True),
    )


def _clip(key: str) -> str:
    return key.replace("_", " ")


def listen(clip: str, times: float, own: Sound | None) -> Written:
    """Return what is written; a reader's own sound is written down in this visit alone."""
    found: Written = ask_alone(lesson.write_own, own, times) if own else ask(lesson.write, clip, times)
    return found


def _under(stage: Stage, written: Written, layer: str, word: int, wave: np.ndarray) -> None:
    """Show the text to tap; the tapped word's piece of the sound is played."""
    boxes = [written.box(layer, n) for n in range(len(written.words))]
    row = [
        tokens.Token(f"{name} ", f"{start:.2f} to {end:.2f} s: click to hear it")
        for name, (start, end) in zip(written.words, boxes, strict=True)
    ]
    with stage.under:
        clicked = tokens.strip(row, key="text", label="what Whisper wrote: click a word to hear it", chosen=word)
        if st.session_state.pop("_tapped", False):
            first, last = (round(second * RATE) for second in (boxes[word][0] - AROUND, boxes[word][1] + AROUND))
            # A browser plays the same file once: every other tap has one more sample of silence.
            piece = np.append(wave[max(first, 0) : last], np.zeros(st.session_state["_taps"] % 2))
            st.audio(as_wav(piece), format="audio/wav", autoplay=True)
    if clicked is not None:
        st.session_state["_tapped"], st.session_state["_taps"] = True, st.session_state.get("_taps", 0) + 1
        controls.move_to("word", clicked + 1)


def judge(written: Written, layer: str, clip: str, agreed: Matched | None) -> str:
    """Say how many words are right, and how far off attention and a guess place them."""
    number = count(len(written.words), "word")
    if agreed is None and written.nobody > results.LIKELY:
        return f"Whisper writes {number}, yet says with {percent(written.nobody)} that nobody speaks."
    if agreed is None:
        return f"Whisper writes {number}; its attention says when each is said."
    if not agreed.pairs:
        return f"{number}, none of the {agreed.said} that were said: Whisper invents them."
    begun = written.starts[results.LAYERS.index(layer), :-1]
    error, guess = (float(results.off(each, agreed.pairs, clip).mean()) for each in (begun, written.guessed()))
    right = f"{len(agreed.pairs)} of {count(agreed.said, 'word')}"
    return f"{right} are right; attention places them {error:.2f} s off, a guess {guess:.2f} s."


def what_it_is(scores: WordScores, agreed: Matched | None) -> str:
    """Say what stands in the picture, and how it was measured."""
    wrong = (
        f"This text has {count(agreed.errors, 'word')} wrong, missing or too many. " if agreed and agreed.errors else ""
    )
    loud, right = (", ".join(f"{one:g}" for one in each[1:]) for each in (scores.noises, scores.right))
    return (
        f"{wrong}A word’s box begins where the best path through all rows enters its row (dynamic time warping), the first at 0. "
        "Nobody told Whisper when a word is said: “said” is where another recogniser, CMU Sphinx, hears it, itself sure to a few "
        "hundredths of a second. The guess lets each letter take equally long. Over all clips "
        f"{percent(scores.errors / scores.said)} of {scores.said} words are wrong or missing; in noise {loud} times as loud as "
        f"the voice {right} are right. Whisper pads every sound to 30 s: a clip took {scores.took / scores.clips:.1f} s on the "
        "machine that recorded this."
    )


def bet(clip: str) -> Bet:
    """Ask what Whisper writes where it can't hear."""
    return Bet(
        question="Add noise twice as loud as the voice. What will Whisper write?",
        answers=(HARDLY, PARTS, INVENTED),
        change={"loud": LOUD, "clip": clip},
        moved="noise twice as loud as the voice",
        judge=partial(_outcome, clip),
    )


def _outcome(clip: str) -> tuple[str, str]:
    written, said = listen(clip, LOUD, None), WORDS[clip].split()
    right, number = len(matched(written.words, said).pairs), len(written.words)
    answer = HARDLY if number <= 0.2 * len(said) else PARTS if right > number / 2 else INVENTED
    return answer, f"{count(number, 'word')} where {len(said)} were said, {right} of them right: fluent, and invented."


IDEA = (
    "Whisper is a **Transformer** that writes down what it hears. For each word, its **cross-attention** says "
    "from which pieces of the sound it took. We compare that with when the word was said, and then add noise."
)
VIEW = View("Words", show, IDEA)
