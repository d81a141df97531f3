"""Silero's LSTM listens: a sound, frame by frame, with the state that it carries and with that state erased."""

from functools import partial

from core.data.sound import Sound
from core.experiments import listening as lesson
from core.experiments.listening import results
from core.experiments.listening.results import ERASURES, FRAME_SECONDS, SOUNDS, Heard, voiced
from core.figures import listening as figures
from pages.kit import controls
from pages.kit.ask import ask, ask_alone, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import count, percent
from pages.listening.shared import drawing, files, own_sound, play, script_values

SHORT, MIDDLE, REST = "under 0.2 s", "0.2 to 1 s", "longer than 1 s"


def show(stage: Stage) -> Shown:
    """Show a sound, the probability of a voice, and the cells, with the state erased as the reader likes."""
    with stage.decide:
        erase = controls.choice("Erase the state", tuple(ERASURES), results.DEFAULT_ERASE, key="erase", names=_erasure)
    with stage.more:
        name = controls.choice(
            "Sound", tuple(SOUNDS), results.DEFAULT_SOUND, key="sound", names=lambda key: SOUNDS[key]
        )
        times = controls.slider("Noise, times as loud as the sound", *results.NOISES, 0.0, 0.25, key="noise")
        own = own_sound(stage)
    heard = listen(name, times, erase, own)
    pictured = drawing(own)
    play(stage, name, times, own)
    frames, memory = len(heard.whole), ask(lesson.memory)
    return Shown(
        verdict=judge(heard, erase),
        picture=pictured(figures.voice, heard, "your sound" if own else SOUNDS[name]),
        mechanism=pictured(figures.mechanism, heard),
        bet=bet(name, times, own) if erase == "never" and voiced(heard.whole) else None,
        numbers=[
            ("frames with a voice", f"{voiced(heard.probabilities)} of {frames}"),
            ("never erased", f"{voiced(heard.whole)} of {frames}"),
            ("each frame alone", f"{voiced(heard.alone)} of {frames}"),
        ],
        caption="A frame counts as voice where the probability is over 50 %. The cells are drawn between \u22121 and 1 (their "
        "tanh), those at the top go with the voice most. Nobody labelled these sounds: the network with its whole state is what "
        "the others are compared with. Try it with noise as loud as the sound, or with a melody instead of a voice.",
        further=[draw(figures.remembered, memory)],
        values=script_values(ERASE=heard.erased),
        downloads=files(name, times, own),
    )


def listen(name: str, times: float, erase: str, own: Sound | None) -> Heard:
    """Return what is heard; a reader's own sound is listened to in this visit alone."""
    heard: Heard = ask_alone(lesson.hear_own, own, times, erase) if own else ask(lesson.hear, name, times, erase)
    return heard


def _erasure(key: str) -> str:
    return ERASURES[key]


def judge(heard: Heard, erase: str) -> str:
    """Say in how many frames a voice is heard, and what the state has to do with it."""
    frames, here = len(heard.whole), voiced(heard.probabilities)
    if not voiced(heard.whole) and not here:
        best = percent(float(heard.whole.max()))
        return f"No voice in any of {count(frames, 'frame')}: the most that it gives one is {best}."
    alone = voiced(heard.alone)
    if not heard.erased:
        return f"With its state: a voice in {here} of {count(frames, 'frame')}. Each frame alone: {alone}."
    return (
        f"Erased {ERASURES[erase]}: a voice in {here} of {count(frames, 'frame')}. Never erased: {voiced(heard.whole)}."
    )


def bet(name: str, times: float, own: Sound | None) -> Bet:
    """Ask how long a state that was erased once is missed."""
    return Bet(
        question="Erase the state just once, halfway through the sound. For how long will the LSTM miss the voice?",
        answers=(SHORT, MIDDLE, REST),
        change={"erase": "halfway"},
        moved="the state erased once, halfway",
        judge=partial(_outcome, name, times, own),
    )


def _outcome(name: str, times: float, own: Sound | None) -> tuple[str, str]:
    lost = listen(name, times, "halfway", own).lost
    seconds = lost * FRAME_SECONDS
    right = SHORT if seconds < 0.2 else MIDDLE if seconds <= 1 else REST
    return right, f"It misses {count(lost, 'frame')}, {seconds:.2f} s: the next ones fill the state again."


VIEW = View("A voice?", show)
