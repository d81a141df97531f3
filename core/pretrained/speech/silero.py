"""Silero VAD: of every 32 ms of sound, how likely it is that somebody speaks. Written to be read.

    spectrum -> four convolutions -> an LSTM of 128 -> one probability

The convolutions hear one frame alone; the LSTM's cell is all that one frame knows of those before it. Source: Silero team
2024, github.com/snakers4/silero-vad (version 6; MIT).
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from core.assets.fetch import Progress, ensure
from core.models.lstm import LSTM
from core.pretrained.held import held

NAME = "silero-vad"
FRAME, CONTEXT, WIDTH = 512, 64, 128  # samples of a frame, samples of the frame before it that go with it, cells
WINDOW, HOP, BINS = 256, 128, 129  # of the spectrum: samples, samples, frequencies


@dataclass(frozen=True)
class Listening:
    """What the model made of one sound, frame by frame; a frame is 512 samples, 32 ms.

    probabilities: that somebody speaks. hidden, cell: the LSTM's state after each frame. keep: how much of the cell its
    forget gate kept.
    """

    probabilities: Float[np.ndarray, "frames"]
    hidden: Float[np.ndarray, "frames 128"]
    cell: Float[np.ndarray, "frames 128"]
    keep: Float[np.ndarray, "frames 128"]


class VoiceActivity(nn.Module):
    """The model. It is never changed after loading, so that many may share it."""

    def __init__(self) -> None:
        super().__init__()
        self.stft_conv = nn.Conv1d(1, 2 * BINS, WINDOW, stride=HOP, bias=False)
        self.conv1 = nn.Conv1d(BINS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(64, 64, 3, stride=2, padding=1)
        self.conv4 = nn.Conv1d(64, WIDTH, 3, padding=1)
        self.lstm = LSTM(WIDTH, WIDTH)
        self.final_conv = nn.Conv1d(WIDTH, 1, 1)

    def hear(self, frames: Float[Tensor, "frames 576"]) -> Float[Tensor, "frames 128"]:
        """Return what the convolutions make of each frame, which knows nothing of the others."""
        # |STFT|: the last 64 samples once more, mirrored, then sines and cosines of 129 frequencies
        waves = self.stft_conv(F.pad(frames, (0, WINDOW // 4), "reflect")[:, None])
        x = (waves[:, :BINS] ** 2 + waves[:, BINS:] ** 2).sqrt()  # (frames, 129, 4)
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = layer(x).relu()
        return x[..., 0]  # 4 moments of a frame became 1

    def say(self, hidden: Float[Tensor, "frames 128"]) -> Float[Tensor, "frames"]:
        """Return the probability of speech for each hidden state."""
        # p_t = sigmoid(w . ReLU(h_t) + b)
        return self.final_conv(hidden.relu()[..., None])[:, 0, 0].sigmoid()

    def forward(self, wave: Float[Tensor, "samples"]) -> Float[Tensor, "frames"]:
        """Return the probability of speech in each frame; what is missing of the last one is silence."""
        hidden, _ = self.lstm(self.hear(cut(wave))[None])
        return self.say(hidden[0])

    @torch.no_grad()
    def trace(self, wave: Float[np.ndarray, "samples"], resets: Collection[int] = ()) -> Listening:
        """Return what the model does with 16 kHz sound; before each frame in `resets` (from 0) its state is set to zero.

        Raises `ValueError` for no sound, and for values that are no numbers.
        """
        if not len(wave):
            raise ValueError("there is no sound to hear")
        if not np.isfinite(wave).all():
            raise ValueError("the sound holds values that are no numbers")
        heard = self.hear(cut(torch.as_tensor(wave, dtype=torch.float32)))
        starts = sorted({0, *(frame for frame in resets if 0 < frame < len(heard))})
        traces = [
            self.lstm.trace_on(heard[None, start:end])[0]
            for start, end in zip(starts, [*starts[1:], len(heard)], strict=True)
        ]
        hidden, cell, keep = (
            np.concatenate([getattr(trace, name)[0] for trace in traces]) for name in ("hidden", "cell", "forget")
        )
        return Listening(self.say(torch.as_tensor(hidden)).numpy(), hidden, cell, keep)


def cut(wave: Float[Tensor, "samples"]) -> Float[Tensor, "frames 576"]:
    """Return the frames of a sound, each behind the last 64 samples of the one before it; zeros stand where nothing is."""
    missing = -len(wave) % FRAME
    return F.pad(wave, (CONTEXT, missing)).unfold(0, CONTEXT + FRAME, FRAME)


def load_voice_activity(progress: Progress | None = None) -> VoiceActivity:
    """Return the model, fetched first if it is not on this machine; raises `core.assets.fetch.AssetError`."""
    return held(load_folder)(ensure(NAME, progress=progress))


def load_folder(folder: Path) -> VoiceActivity:
    """Return the model in a folder that `core.assets.convert.silero` made; raises `RuntimeError` for other weights."""
    model = VoiceActivity()
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return model.requires_grad_(False).eval()
