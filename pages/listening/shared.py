"""What the views of this lesson share: a sound to listen to, and the reader's own, which is in no cache and no link."""

import hashlib
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.assets.fetch import ensure
from core.data.sound import LONGEST, RATE, Sound, as_wav, named, read_wav, with_noise
from core.experiments.listening.results import DEFAULT_DIGIT, DEFAULT_NUMBER, DEFAULT_ORDER, DEFAULT_SOUND
from core.figures.picture import Picture
from pages.kit import ask
from pages.kit.export import Download, own_weights
from pages.kit.lesson import Stage

SILERO = "silero_vad_16k_sequence.onnx"
WHISPER = "whisper-tiny-en"


def own_sound(stage: Stage) -> Sound | None:
    """Let the reader speak or give a file; return the sound, None where there is none that can be read."""
    spoken = st.audio_input(f"Your voice, up to {LONGEST} s", sample_rate=RATE, key="_voice")
    given = spoken or st.file_uploader("Or a WAV file, up to 5 MB", type=["wav"], key="_wav")
    st.caption("It stays in this visit: in no link, on no disk, and gone when you leave the page.")
    if given is None:
        return None
    content = given.getvalue()
    try:
        samples = read_wav(content)
    except ValueError as error:
        stage.note(f"Your sound can’t be used. {error} The clip is shown instead.")
        return None
    if len(samples) >= LONGEST * RATE:
        stage.note(f"Only the first {LONGEST} seconds of your sound are heard.")
    return Sound(hashlib.sha256(content).hexdigest(), samples)


def drawing(own: Sound | None) -> Callable[..., Picture]:
    """Return what draws: for a reader's own sound a plain call, so that no picture of it stays on the server."""
    return ask.draw if own is None else _plainly


def _plainly(function: Callable[..., Picture], *arguments: Any) -> Picture:
    return function(*arguments)


def play(stage: Stage, name: str, times: float, own: Sound | None) -> None:
    """Show a player for the sound as the model hears it."""
    samples = own.samples if own else named(name)
    with stage.under:
        st.audio(as_wav(with_noise(samples, times)), format="audio/wav")


def script_values(**own: Any) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`: the open view's own, and what the others show first."""
    usual = {"ERASE": (), "DIGIT": DEFAULT_DIGIT, "NUMBER": DEFAULT_NUMBER, "ORDER": DEFAULT_ORDER, "LAYER": slice(4)}
    return usual | own


def files(
    name: str = DEFAULT_SOUND, times: float = 0.0, own: Sound | None = None, words: bool = False
) -> list[Download]:
    """Return what the script reads: the sound as it was heard, and the files of weights and of recordings.

    words: Whisper's files too, which the script does without.
    """
    samples = own.samples if own else named(name)
    binary = "application/octet-stream"
    return [
        Download("Sound", "sound.wav", lambda: as_wav(with_noise(samples, times)), "audio/wav"),
        Download(f"Silero’s weights ({SILERO})", SILERO, lambda: (ensure("silero-vad") / SILERO).read_bytes(), binary),
        Download("Spoken digits", "digits.npz", lambda: ensure("spoken-digits").read_bytes(), binary),
        *(own_weights(f"digits_{direction}.safetensors") for direction in ("forwards", "backwards")),
        *(_of_whisper(part) for part in ("model.safetensors", "tokenizer.json", "config.json") if words),
    ]


def _of_whisper(part: str) -> Download:
    make = lambda: (ensure(WHISPER) / part).read_bytes()  # noqa: E731 - read when it is asked for
    return Download(f"Whisper: {part}", f"whisper_{part}", make, "application/octet-stream")
