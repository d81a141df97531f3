"""Sounds: clips that are whole, WAV files of every width, and what is none."""

import io
import wave

import numpy as np
import pytest

from core.data import sound


def written(values: np.ndarray, width: int, rate: int, channels: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        scaled = np.round(values * (2 ** (8 * width - 1) - 1)).astype(np.int64)
        raw = (
            (scaled + 128).astype(np.uint8).tobytes()
            if width == 1
            else scaled.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width].tobytes()
        )
        file.writeframes(raw)
    return out.getvalue()


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_a_tone_comes_through(width: int, rate: int) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    found = sound.read_wav(written(np.repeat(tone, 2), width, rate, 2))
    wanted = 0.5 * np.sin(2 * np.pi * 440 * np.arange(sound.RATE) / sound.RATE)
    assert len(found) == sound.RATE
    assert found == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"ID3 an mp3", written(np.zeros(0), 2, 16_000), written(np.zeros(9), 2, 50)]
)
def test_what_is_no_sound_is_said(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        sound.read_wav(content)


def test_half_a_minute_at_most() -> None:
    assert len(sound.read_wav(written(np.zeros(40 * 8_000), 1, 8_000))) == 30 * sound.RATE


def test_clips_and_noise() -> None:
    for name in sound.WORDS:
        clip = sound.load_clip(name)
        assert 2 * sound.RATE < len(clip) < 8 * sound.RATE
        starts = sound.STARTS[name]
        assert len(starts) == len(sound.WORDS[name].split())
        assert list(starts) == sorted(starts)
        assert starts[-1] < 100 * len(clip) / sound.RATE
        assert sound.read_wav(sound.as_wav(clip)) == pytest.approx(clip, abs=1e-6)
    clip = sound.load_clip("young_man")
    added = sound.with_noise(clip, 1.0) - clip
    assert float(np.std(added)) == pytest.approx(float(np.std(clip)), rel=0.02)
    assert sound.with_noise(clip, 0.0) is clip
    with pytest.raises(KeyError):
        sound.load_clip("../secret")
