"""Sound as Whisper is given it: how loud each of 80 bands of pitch is, a hundred times a second, over half a minute."""

import numpy as np
from jaxtyping import Float

from core.data.sound import LONGEST, RATE

WINDOW, HOP, BANDS = 400, 160, 80  # samples, samples, bands
STEPS = LONGEST * RATE // HOP
LEAST, RANGE = 1e-10, 8.0  # the least power; how many powers of ten below the loudest are told apart
_LINEAR, _LOG_STEP = 200 / 3, np.log(6.4) / 27  # Hz a mel up to 1,000 Hz; above, the logarithm of the frequency


def mel_of(frequency: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Return Slaney's mel of frequencies in Hz: even steps up to 1,000 Hz, above it even ratios (Auditory Toolbox, 1998)."""
    high = 1000 / _LINEAR + np.log(np.maximum(frequency, 1000) / 1000) / _LOG_STEP
    mel: np.ndarray = np.where(frequency < 1000, frequency / _LINEAR, high)
    return mel


def frequency_of(mel: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Return the frequencies in Hz of mels: the inverse of `mel_of`."""
    high = 1000 * np.exp(_LOG_STEP * (np.maximum(mel, 15) - 15))
    frequency: np.ndarray = np.where(mel < 15, mel * _LINEAR, high)
    return frequency


def filters() -> Float[np.ndarray, "bands bins"]:
    """Return how much of each of 201 frequencies goes into each band: triangles of area 1, even on the scale of mels."""
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    edges = frequency_of(np.linspace(0, mel_of(np.array(RATE / 2)), BANDS + 2))
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return 2 / (high - low) * triangles


def log_mel(wave: Float[np.ndarray, "samples"]) -> Float[np.ndarray, "bands steps"]:
    """Return the spectrum of the first 30 seconds, silence behind a shorter sound: float32 (80, 3000), about -1 to 1.

    A step is 10 ms. Source: Radford et al. 2022, section 2.2; the scale is that of openai/whisper's audio.py.
    """
    sound = np.zeros(LONGEST * RATE)
    sound[: len(wave)] = wave[: len(sound)]
    around = np.pad(sound, WINDOW // 2, "reflect")
    frames = np.lib.stride_tricks.sliding_window_view(around, WINDOW)[::HOP][:STEPS]
    # a Hann window that would go on after its last sample: 400 of 401 points
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW + 1)[:-1])) ** 2
    # log10 of the power in each band, at most 8 below the largest, brought to about -1 to 1
    loud = np.log10(np.maximum(filters() @ power.T, LEAST))
    return ((np.maximum(loud, loud.max() - RANGE) + 4) / 4).astype(np.float32)
