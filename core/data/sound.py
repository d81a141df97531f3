"""Sound to listen to: clips that ship, a melody and noise made here, and a reader's own WAV; all 16,000 samples a second.

The clips come from Debian's package pocketsphinx-testdata (BSD-2-Clause): a public-domain audio book, and a command to a
robot. `apt-get download pocketsphinx-testdata`, `dpkg -x` it, then `python -m core.data.sound FOLDER` writes them anew.
"""

import argparse
import io
import wave
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float

RATE = 16_000  # samples a second
LONGEST = 30  # seconds
FULL = 32_768  # of a 16-bit sample
CLIPS = Path(__file__).with_name("clips")
WORDS = {
    "young_man": "He was not an ill-disposed young man.",
    "cold_hearted": "Unless to be rather cold-hearted and rather selfish is to be ill-disposed.",
    "go_forward": "Go forward ten meters.",
    "john_dashwood": "And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do "
    "for them.",
    "amiable_woman": "Had he married a more, a amiable woman, he might have been made still more respectable than he was.",
    "even_himself": "He might even have been made amiable himself.",
}
# When each of these words begins, in hundredths of a second, as a recogniser of another kind places it that was told the
# text: CMU Sphinx (hidden Markov models of sounds; `pip install pocketsphinx==5.1.1`), `Decoder.set_align_text(text)`, then
# `seg()` for the sound as it is in the clip. A word with a hyphen, which it knows as two, begins with the first.
STARTS = {
    "young_man": (21, 33, 56, 113, 130, 211, 233),
    "cold_hearted": (27, 59, 70, 86, 122, 222, 239, 278, 363, 388, 398, 416),
    "go_forward": (46, 64, 117, 153),
    "john_dashwood": (
        20,
        37,
        63,
        98,
        158,
        184,
        225,
        271,
        289,
        344,
        400,
        433,
        452,
        479,
        494,
        546,
        556,
        575,
        604,
        614,
        635,
        661,
    ),
    "amiable_woman": (22, 44, 54, 98, 103, 141, 146, 201, 249, 271, 300, 319, 336, 369, 407, 425, 500, 513, 521),
    "even_himself": (21, 38, 64, 92, 107, 133, 170, 227),
}
_FROM = {
    "young_man": "librivox/sense_and_sensibility_01_austen_64kb-0880.wav",
    "cold_hearted": "librivox/sense_and_sensibility_01_austen_64kb-0890.wav",
    "go_forward": "goforward.raw",
    "john_dashwood": "librivox/sense_and_sensibility_01_austen_64kb-0870.wav",
    "amiable_woman": "librivox/sense_and_sensibility_01_austen_64kb-0920.wav",
    "even_himself": "librivox/sense_and_sensibility_01_austen_64kb-0930.wav",
}
_SCALE = (262, 294, 330, 349, 392, 440, 494, 523)  # Hz
_PARTIALS = (1, 0.5, 0.33, 0.2)


@dataclass(frozen=True)
class Sound:
    """A reader's sound. Two are told apart by `mark`; what was said is in no text that is made of this."""

    mark: str
    samples: Float[np.ndarray, "samples"] = field(compare=False, repr=False)


def load_clip(name: str) -> Float[np.ndarray, "samples"]:
    """Return a clip that ships; raises `KeyError` for a name that is not in `WORDS`."""
    if name not in WORDS:
        raise KeyError(name)
    return read_wav((CLIPS / f"{name}.wav").read_bytes())


def melody() -> Float[np.ndarray, "samples"]:
    """Return eight notes of a scale, each plucked: loud, with overtones like a voice, and no voice."""
    time = np.arange(round(0.35 * RATE)) / RATE
    notes = [
        sum(loud * np.sin(2 * np.pi * pitch * (n + 1) * time) for n, loud in enumerate(_PARTIALS)) * np.exp(-3 * time)
        for pitch in _SCALE
    ]
    return (0.2 * np.concatenate(notes)).astype(np.float32)


def noise(seconds: float, seed: int = 0) -> Float[np.ndarray, "samples"]:
    """Return white noise, as loud as a voice."""
    return (0.05 * np.random.default_rng(seed).normal(size=round(seconds * RATE))).astype(np.float32)


def named(name: str) -> Float[np.ndarray, "samples"]:
    """Return a clip, "melody", or three seconds of "noise"; raises `KeyError` for another name."""
    if name == "melody":
        return melody()
    return noise(3.0) if name == "noise" else load_clip(name)


def with_noise(sound: Float[np.ndarray, "samples"], times: float, seed: int = 0) -> Float[np.ndarray, "samples"]:
    """Return a sound with white noise that is `times` as loud (root mean square), cut off at full loudness."""
    if not times or not len(sound):
        return sound
    loud = times * float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    added = loud * np.random.default_rng(seed).normal(size=len(sound))
    return np.clip(sound + added, -1, 1).astype(np.float32)


def read_wav(content: bytes) -> Float[np.ndarray, "samples"]:
    """Return the first 30 seconds of a WAV file of 8 to 32 bits as one channel; raises `ValueError`, one line for people."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            raw = file.readframes(LONGEST * rate)
    except (wave.Error, EOFError, ValueError) as error:
        raise ValueError("This is no WAV file of plain samples (PCM, 8 to 32 bits).") from error
    if not 4_000 <= rate <= 192_000:
        raise ValueError(f"Its rate of {rate:,} samples a second is none that sound is kept at.")
    whole = len(raw) // (width * channels) * width * channels
    if not whole:
        raise ValueError("There is no sound in it.")
    samples = _numbers(raw[:whole], width).reshape(-1, channels).mean(axis=1)
    return resample(samples, rate).astype(np.float32)


def _numbers(raw: bytes, width: int) -> np.ndarray:
    """Return samples between -1 and 1; WAV's 8 bits have no sign, more are little-endian with one."""
    if width == 1:
        return (np.frombuffer(raw, np.uint8).astype(np.float64) - 128) / 128
    bytes_of = np.frombuffer(raw, np.uint8).reshape(-1, width)
    padded = np.zeros((len(bytes_of), 4), np.uint8)
    padded[:, 4 - width :] = bytes_of  # the high bytes: the sign stays
    return padded.view("<i4")[:, 0] / 2.0**31


def resample(samples: Float[np.ndarray, "samples"], rate: int) -> Float[np.ndarray, "resampled"]:
    """Return a sound at 16,000 samples a second: the frequencies that both rates have, through a Fourier transform."""
    if rate == RATE:
        return samples
    wanted = max(1, round(len(samples) * RATE / rate))
    spectrum = np.fft.rfft(samples)[: wanted // 2 + 1]
    return np.fft.irfft(spectrum, wanted) * (wanted / len(samples))


def as_wav(sound: Float[np.ndarray, "samples"]) -> bytes:
    """Return a sound as a WAV file of 16 bits."""
    kept = np.clip(np.round(sound * FULL), -FULL, FULL - 1).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(kept.tobytes())
    return out.getvalue()


def derive(folder: Path, into: Path = CLIPS) -> None:
    """Write the clips anew from the unpacked package; raises `OSError` where a file is missing."""
    into.mkdir(exist_ok=True)
    for name, source in _FROM.items():
        content = (folder / "usr/share/pocketsphinx/test/data" / source).read_bytes()
        if source.endswith(".raw"):
            content = as_wav(np.frombuffer(content, "<i2").astype(np.float32) / FULL)
        (into / f"{name}.wav").write_bytes(content)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    derive(parser.parse_args().folder)
