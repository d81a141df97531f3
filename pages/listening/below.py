"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import listening as lesson
from core.experiments.listening import results
from core.experiments.listening.results import FRAME_SECONDS, LAYERS, DigitScores, Memory, WordScores, voiced
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

WORDS = (
    "A microphone gives 16,000 numbers a second. The first layers look at 32 ms of them, a **frame**: which pitches are in it, "
    "and how loud. That is not enough: an “s” alone is a hiss, an “m” a hum. So an **LSTM** takes what the layers found and adds "
    "it to its **cell**; what it says of a frame, it says with all that it has heard. The second experiment is of another kind: "
    "a **GRU** hears a whole word, each frame as 13 **cepstral coefficients**, and names it at the end. The third writes. Its "
    "**encoder** turns half a minute into 1,500 frames that know of each other, and its **decoder** writes the likeliest token, "
    "then the next, with **cross-attention** to those frames at each. It learned from 680,000 hours of sound with texts from the "
    "web: of words, and of what usually follows what. Where it can’t hear, only the second is left."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.models.classifier import SequenceClassifier
    from core.models.lstm import LSTM
    from core.pretrained.speech import warping
    from core.pretrained.speech.silero import VoiceActivity, cut
    from core.pretrained.speech.whisper import Whisper

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
        Line(
            "Whisper’s decoder reads the tokens so far, takes from the frames of the sound what fits, and scores the next token.",
            r"a_{ij} = \mathrm{softmax}_j\left(\frac{q_i \cdot k_j}{\sqrt{64}}\right), \qquad y_i = \sum_j a_{ij} v_j",
            Whisper.read,
            "q: a token’s 64 numbers in one of 6 heads, k and v: those of 1,500 frames of 20 ms; a: the weights in the picture.",
        ),
        Line(
            "When a token is said: the cheapest path through all weights that goes back neither in the text nor in time.",
            r"D_{ij} = -a_{ij} + \min(D_{i-1,j-1},\, D_{i-1,j},\, D_{i,j-1})",
            warping.path,
            "a: tokens × frames, the mean over the heads after each was brought to mean 0 and deviation 1 over the tokens.",
        ),
    ]


def questions() -> list[Question]:
    """Return questions whose right answers come from the models."""
    memory: Memory = ask(lesson.memory)
    scores, words = ask(lesson.digit_scores), ask(lesson.word_scores)
    best = min(LAYERS[1:], key=lambda layer: words.mean(layer)[0])
    enough = memory.enough()
    seconds = f"{enough * FRAME_SECONDS:.1f} s"
    times = sorted({"0.1 s", seconds, "2.0 s"})
    return [
        Question(
            "How far back does the LSTM have to remember to hear 95 % of the voice?",
            tuple(times),
            times.index(seconds),
            f"{enough} frames. With none it hears {percent(memory.heard[0] / memory.voiced)}.",
        ),
        Question(
            "The frames of each digit are put in an order drawn by chance. Who notices?",
            ("the GRU", "the nearest mean frame", "both"),
            0 if scores.shuffled < 0.95 * scores.in_order("forwards") else 1,
            f"The GRU names {scores.shuffled} instead of {scores.in_order('forwards')} of {scores.asked}. An average is the same "
            "in any order.",
        ),
        Question(
            "Which layer of Whisper’s decoder knows best when a word is said?",
            tuple(f"layer {layer}" for layer in LAYERS[1:]),
            LAYERS.index(best) - 1,
            f"It is {words.mean(best)[0]:.2f} s off, layer 1 {words.mean('1')[0]:.2f} s, all {words.mean('all')[0]:.2f} s.",
        ),
    ]


def seen() -> str:
    """Return what was measured on each view, with its numbers."""
    heard = ask(lesson.hear, results.DEFAULT_SOUND, 0.0, results.DEFAULT_ERASE)
    memory: Memory = ask(lesson.memory)
    scores: DigitScores = ask(lesson.digit_scores)
    words: WordScores = ask(lesson.word_scores)
    low, high = scores.interval(scores.in_order("forwards"))
    return (
        f"An LSTM hears a voice in {voiced(heard.whole)} of {len(heard.whole)} frames of a sentence and in {voiced(heard.alone)} "
        f"when it hears each alone; {memory.enough()} frames of memory ({memory.enough() * FRAME_SECONDS:.1f} s) are enough for "
        f"95 %. A GRU names {percent(scores.in_order('forwards') / scores.asked)} of spoken digits ({100 * low:.1f} to "
        f"{100 * high:.1f} %) and {percent(scores.in_order('backwards') / scores.asked)} reversed, but an average without any "
        f"order {percent(scores.nearest / scores.asked)}: for so short a word, order is worth little. "
        f"Whisper gets {words.right[0]} of {words.said} words right, in noise twice as loud as the voice {words.right[-1]}; its "
        f"cross-attention places them {words.mean('all')[0]:.2f} s off, a guess {words.mean('letters')[0]:.2f} s."
    )


def try_next() -> list[Try]:
    """Return states worth a look."""
    melody = ask(lesson.hear, "melody", 0.0, results.DEFAULT_ERASE)
    noisy = ask(lesson.hear, results.DEFAULT_SOUND, 1.0, results.DEFAULT_ERASE)
    return [
        Try(
            "A voice in noise as loud as itself",
            f"With its state it is heard in {voiced(noisy.whole)} of {len(noisy.whole)} frames, each frame "
            f"alone in {voiced(noisy.alone)}.",
            {"view": "A voice?", "sound": results.DEFAULT_SOUND, "noise": 1.0, "erase": results.DEFAULT_ERASE},
        ),
        Try(
            "A melody",
            f"As loud, and a voice in {voiced(melody.whole)} of {len(melody.whole)} frames.",
            {"view": "A voice?", "sound": "melody", "noise": 0.0, "erase": results.DEFAULT_ERASE},
        ),
        Try(
            "Where words are said, by the first layer",
            f"Over all clips it is {ask(lesson.word_scores).mean('1')[0]:.2f} s off: no better than a guess.",
            {"view": "Words", "clip": results.DEFAULT_CLIP, "loud": 0.0, "layer": "1"},
        ),
        Try("What the gates of an LSTM do", "Hold one shut and see what is forgotten.", {}, lesson="lstm_gates"),
    ]


SOURCES = (
    Source("Silero team", 2024, "Silero VAD: pre-trained voice activity detector (version 6)",
           "https://github.com/snakers4/silero-vad"),
    Source("Radford et al.", 2022, "Robust speech recognition via large-scale weak supervision (Whisper)",
           "https://arxiv.org/abs/2212.04356"),
    Source("Huggins-Daines et al.", 2006, "PocketSphinx (CMU Sphinx), a speech recognition system for hand-held devices",
           "https://doi.org/10.1109/ICASSP.2006.1659988"),
    Source("Sakoe, Chiba", 1978, "Dynamic programming algorithm optimization for spoken word recognition (time warping)",
           "https://doi.org/10.1109/TASSP.1978.1163055"),
    Source("Hochreiter, Schmidhuber", 1997, "Long short-term memory", "https://doi.org/10.1162/neco.1997.9.8.1735"),
    Source("Davis, Mermelstein", 1980,
           "Comparison of parametric representations for monosyllabic word recognition (cepstral coefficients)",
           "https://doi.org/10.1109/TASSP.1980.1163420"),
    Source("Jackson et al.", 2018, "Free Spoken Digit Dataset", "https://github.com/Jakobovski/free-spoken-digit-dataset"),
    Source("Wilson", 1927, "Probable inference (the intervals)", "https://doi.org/10.1080/01621459.1927.10502953"),
)  # fmt: skip
