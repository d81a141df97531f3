"""Whisper at work: the words of a sound, what each attends to, and how well it hears the clips."""

import time
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from core.data.sound import STARTS, WORDS, load_clip, with_noise
from core.experiments.encoder import bring
from core.experiments.listening.results import CLIPS, LAYERS, STEP_SECONDS, WordScores, Written, off
from core.experiments.word_errors import matched
from core.pretrained.speech.transcriber import ASSETS, DEFAULT_SPEECH, SpeechModel, Transcript, load_speech
from core.pretrained.speech.warping import starts
from core.progress import Steps, finish

FRAME = 320  # samples
NOISES = (0.0, 0.5, 1.0, 2.0)
PICKED, LETTERS, EVEN = "picked", "letters", "even"  # readers beside the layers: OpenAI's heads, two guesses


def speech() -> Steps[SpeechModel]:
    """Return Whisper, fetched first where it is not here; yields and raises as `bring` does."""
    yield from bring(ASSETS[DEFAULT_SPEECH])
    return load_speech()


def write(wave: Float[np.ndarray, "samples"], times: float) -> Steps[Written]:
    """Return what Whisper writes for a sound with noise so many times as loud."""
    model, wave = (yield from speech()), with_noise(wave, times)
    found = yield from model.write(wave)
    return read(found, wave)


def read(found: Transcript, wave: Float[np.ndarray, "samples"]) -> Written:
    """Return the words of what was written, with the attention and the starts of their tokens."""
    ends, frames = found.begins, found.cross.shape[-1]
    words = tuple("".join(found.tokens[a:b]).strip() for a, b in pairwise(ends))
    heads = [found.cross.reshape(-1, *found.cross.shape[2:]), *found.cross]  # all layers, then each
    attention = np.array([[each[:, a:b].mean((0, 1)) for a, b in pairwise(ends)] for each in heads])
    pieces = np.resize(np.pad(wave, (0, -len(wave) % FRAME)), (frames, FRAME))
    return Written(
        words, pieces.min(1).astype(np.float16), pieces.max(1).astype(np.float16),
        # three decimals are what a colour shows, and they pack well
        np.round(attention.reshape(len(LAYERS), len(words), frames), 3).astype(np.float16),
        np.array([starts(each)[ends] for each in heads]) * STEP_SECONDS, found.nobody,
    )  # fmt: skip


def scores() -> Steps[WordScores]:
    """Return how well the clips are heard and their words placed; yields (clips done, clips)."""
    model = yield from speech()
    right, written = np.zeros((2, len(NOISES)), int)
    errors, took, placed = 0, 0.0, []
    for number, clip in enumerate(CLIPS):
        said, wave = WORDS[clip].split(), load_clip(clip)
        for n, times in enumerate(NOISES):
            yield number, len(CLIPS)
            began = time.perf_counter()
            found = finish(model.write(with_noise(wave, times)))
            passed = time.perf_counter() - began
            text = read(found, wave)
            agreed = matched(text.words, said)
            right[n] += len(agreed.pairs)
            written[n] += len(text.words)
            if not times:
                errors, took = errors + agreed.errors, took + passed
                picked = (
                    starts(np.stack([found.cross[head] for head in model.aligned]))[found.begins[:-1]] * STEP_SECONDS
                )
                even = np.linspace(0, text.seconds, len(text.words), endpoint=False)
                begun = [*text.starts[:, :-1], picked, text.guessed(), even]
                placed.append(np.array([off(each, agreed.pairs, clip) for each in begun]))
    yield len(CLIPS), len(CLIPS)
    return WordScores(
        len(CLIPS), sum(map(len, STARTS.values())), NOISES, tuple(right.tolist()), tuple(written.tolist()), errors,
        (*LAYERS, PICKED, LETTERS, EVEN), np.concatenate(placed, 1), took,
    )  # fmt: skip
