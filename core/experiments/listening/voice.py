"""The voice detector at work: on sounds with noise, with its state erased, and with a memory of few frames."""

import numpy as np
import torch
from jaxtyping import Float

from core.data.sound import WORDS, load_clip, with_noise
from core.experiments.listening.results import ENVELOPE, LIKELY, SOUNDS, Heard, Memory, resets
from core.pretrained.speech.silero import FRAME, VoiceActivity, cut, load_voice_activity

REMEMBERED = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48)


def hear(wave: Float[np.ndarray, "samples"], times: float, erase: str) -> Heard:
    """Return what the model hears with noise so many times as loud, and the state erased as `erase` says."""
    model, wave = load_voice_activity(), with_noise(wave, times)
    whole = model.trace(wave)
    frames = len(whole.probabilities)
    alone = model.trace(wave, range(frames)).probabilities
    erased = resets(erase, frames)
    found = model.trace(wave, erased) if erased else whole
    other = whole.probabilities if erased else alone
    telling = int(np.abs(found.probabilities - other).argmax())
    pieces = np.pad(wave, (0, -len(wave) % FRAME)).reshape(-1, FRAME // ENVELOPE)
    return Heard(
        pieces.min(1).astype(np.float16),
        pieces.max(1).astype(np.float16),
        found.probabilities,
        whole.probabilities,
        alone,
        np.tanh(found.cell[:, order_of(whole.cell, whole.probabilities)].T).astype(np.float16),
        erased,
        telling,
        pieces.reshape(-1, FRAME)[telling, ::8].astype(np.float16),
    )


def order_of(cell: Float[np.ndarray, "frames 128"], probabilities: Float[np.ndarray, "frames"]) -> np.ndarray:
    """Return the cells by how their tanh goes with the probability (covariance), the one that goes most with it first."""
    values = np.tanh(cell)
    together = (values - values.mean(0)).T @ (probabilities - probabilities.mean())
    return np.argsort(-together, kind="stable")


def memory() -> Memory:
    """Return how much of the clips' voice a model hears whose state began a few frames earlier."""
    model = load_voice_activity()
    heard, voiced = np.zeros(len(REMEMBERED), int), 0
    spoken = [name for name in SOUNDS if name in WORDS]
    for name in spoken:
        frames = model.hear(cut(torch.as_tensor(load_clip(name))))
        whole = model.trace(load_clip(name)).probabilities > LIKELY
        voiced += int(whole.sum())
        for row, remembered in enumerate(REMEMBERED):
            heard[row] += int((with_memory(model, frames, remembered) > LIKELY)[whole].sum())
    return Memory(REMEMBERED, tuple(heard.tolist()), voiced, len(spoken))


@torch.no_grad()
def with_memory(model: VoiceActivity, heard: torch.Tensor, remembered: int) -> Float[np.ndarray, "frames"]:
    """Return each frame's probability where the state was empty `remembered` frames before it."""
    starts = [model.lstm(heard[None, : end + 1])[0][:, -1] for end in range(min(remembered, len(heard)))]
    later = heard.unfold(0, remembered + 1, 1).transpose(1, 2) if len(heard) > remembered else heard[:0, None]
    return model.say(torch.cat([*starts, model.lstm(later)[0][:, -1]])).numpy()
