"""Whisper's spectrum against transformers' own."""

import numpy as np
import pytest
from transformers import WhisperFeatureExtractor

from core.data import mel
from core.data.sound import load_clip, noise


@pytest.fixture(scope="module")
def theirs() -> WhisperFeatureExtractor:
    return WhisperFeatureExtractor()


def test_the_filters(theirs: WhisperFeatureExtractor) -> None:
    assert mel.filters() == pytest.approx(theirs.mel_filters.T, abs=1e-9)
    hertz = np.array([0.0, 440.0, 1000.0, 7999.0])
    assert mel.frequency_of(mel.mel_of(hertz)) == pytest.approx(hertz)


@pytest.mark.parametrize("seconds", [0.01, 3.0, 31.0])
def test_the_spectrum(seconds: float, theirs: WhisperFeatureExtractor) -> None:
    wave = noise(seconds)
    wave[: min(len(wave), 16_000)] += load_clip("young_man")[: len(wave)][:16_000]
    found = mel.log_mel(wave)
    assert found.shape == (80, 3000)
    assert found == pytest.approx(theirs(wave, sampling_rate=16_000, return_tensors="np").input_features[0], abs=1e-3)
