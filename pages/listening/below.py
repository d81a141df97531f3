"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import listening as lesson
from core.experiments.listening.results import (
    DEFAULT_ERASE,
    DEFAULT_SOUND,
    FRAME_SECONDS,
    DigitScores,
    Heard,
    voiced,
)
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import count, percent

WORDS = (
    "A microphone gives 16,000 numbers a second. The first layers look at 32 ms of them, a **frame**: which pitches are in it, "
    "and how loud. That is not enough: an “s” alone is a hiss, an “m” a hum. So an **LSTM** takes what the layers found and adds "
    "it to its **cell**; what it says of a frame, it says with all that it has heard. The second experiment is "
    "of the other kind: "
    "a **GRU** hears a whole word, each frame as 13 **cepstral coefficients**, and names it at the end."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.models.classifier import SequenceClassifier
    from core.models.lstm import LSTM
    from core.pretrained.speech.silero import VoiceActivity, cut

    return [
        Line(
            "The sound is cut into frames; with each go the last 64 samples of the frame before it.",
            r"f_t = (s_{512 t - 64}, \ldots, s_{512 t + 511})",
            cut,
            "f: frames × 576 samples, between −1 and 1.",
        ),
        Line(
            "A short Fourier transform says how loud each of 129 frequencies is; four convolutions make 128 numbers of it.",
            r"x_t = \mathrm{conv}_4(\mathrm{conv}_3(\mathrm{conv}_2(\mathrm{conv}_1(|\mathrm{STFT}(f_t)|))))",
            VoiceActivity.hear,
            "x: frames × 128. No frame knows of another here.",
        ),
        Line(
            "The LSTM keeps a share of its cell, and adds what is new.",
            r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \qquad h_t = o_t \odot \tanh(c_t)",
            LSTM.step,
            "h and c: 128 numbers each, together the state. To erase it is to set both to 0.",
        ),
        Line(
            "One weighted sum of what the hidden state shows becomes a probability.",
            r"p_t = \sigma(w \cdot \mathrm{ReLU}(h_t) + b)",
            VoiceActivity.say,
            "w: 128 weights. p: one probability a frame.",
        ),
        Line(
            "The digits' GRU scores ten words from its state after the last frame.",
            r"z = W h_T + b",
            SequenceClassifier.forward,
            "h: 96 numbers, W: 10 × 96, z: ten scores, of which softmax makes probabilities.",
        ),
    ]


def _heard() -> Heard:
    found: Heard = ask(lesson.hear, DEFAULT_SOUND, 0.0, DEFAULT_ERASE)
    return found


def questions() -> list[Question]:
    """Return questions whose right answers come from the models."""
    memory, melody, scores = (
        ask(lesson.memory),
        ask(lesson.hear, "melody", 0.0, DEFAULT_ERASE),
        ask(lesson.digit_scores),
    )
    enough = memory.enough()
    seconds = f"{enough * FRAME_SECONDS:.1f} s"
    times = sorted({"0.1 s", seconds, "2.0 s"})
    found, loud = voiced(melody.whole), ("none", "about half", "nearly all")
    share = found / len(melody.whole)
    return [
        Question(
            "How far back does the LSTM have to remember to hear 95 % of the voice?",
            tuple(times),
            times.index(seconds),
            f"{enough} frames. With none it hears {percent(memory.heard[0] / memory.voiced)}.",
        ),
        Question(
            "A melody plays, as loud as the voice. In how many frames will the network hear somebody speak?",
            loud,
            0 if share < 0.1 else 1 if share < 0.7 else 2,
            f"In {found} of {count(len(melody.whole), 'frame')}: it is not loudness that it hears.",
        ),
        Question(
            "The frames of each digit are put in an order drawn by chance. Who notices?",
            ("the GRU", "the nearest mean frame", "both"),
            0 if scores.shuffled < 0.95 * scores.in_order("forwards") else 1,
            f"The GRU names {scores.shuffled} instead of {scores.in_order('forwards')} of {scores.asked}. An average is the same "
            "in any order.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    heard, memory = _heard(), ask(lesson.memory)
    scores: DigitScores = ask(lesson.digit_scores)
    low, high = scores.interval(scores.in_order("forwards"))
    return (
        f"An LSTM hears a voice in {voiced(heard.whole)} of {len(heard.whole)} frames of a sentence and in "
        f"{voiced(heard.alone)} when "
        f"it hears each alone; {memory.enough()} frames of memory ({memory.enough() * FRAME_SECONDS:.1f} s) are "
        f"enough for 95 %. A GRU names "
        f"{percent(scores.in_order('forwards') / scores.asked)} of spoken digits ({100 * low:.1f} to {100 * high:.1f} %), "
        f"and {percent(scores.in_order('backwards') / scores.asked)} reversed, but an average without any order names "
        f"{percent(scores.nearest / scores.asked)}: for so short a word, order is worth little."
    )


def try_next() -> list[Try]:
    """Return states worth a look."""
    noisy, melody = ask(lesson.hear, DEFAULT_SOUND, 1.0, DEFAULT_ERASE), ask(lesson.hear, "melody", 0.0, DEFAULT_ERASE)
    return [
        Try(
            "A voice in noise as loud as itself",
            f"With its state it is heard in {voiced(noisy.whole)} of {len(noisy.whole)} frames, each frame "
            f"alone in {voiced(noisy.alone)}.",
            {"view": "A voice?", "sound": DEFAULT_SOUND, "noise": 1.0, "erase": DEFAULT_ERASE},
        ),
        Try(
            "A melody",
            f"As loud, and a voice in {voiced(melody.whole)} of {len(melody.whole)} frames.",
            {"view": "A voice?", "sound": "melody", "noise": 0.0, "erase": DEFAULT_ERASE},
        ),
        Try("What the gates of an LSTM do", "Hold one shut and see what is forgotten.", {}, lesson="lstm_gates"),
    ]


SOURCES = (
    Source(
        "Silero team",
        2024,
        "Silero VAD: pre-trained voice activity detector (version 6)",
        "https://github.com/snakers4/silero-vad",
    ),
    Source("Hochreiter, Schmidhuber", 1997, "Long short-term memory", "https://doi.org/10.1162/neco.1997.9.8.1735"),
    Source(
        "Davis, Mermelstein",
        1980,
        "Comparison of parametric representations for monosyllabic word recognition (cepstral coefficients)",
        "https://doi.org/10.1109/TASSP.1980.1163420",
    ),
    Source(
        "Jackson et al.", 2018, "Free Spoken Digit Dataset", "https://github.com/Jakobovski/free-spoken-digit-dataset"
    ),
    Source("Wilson", 1927, "Probable inference (the intervals)", "https://doi.org/10.1080/01621459.1927.10502953"),
)
