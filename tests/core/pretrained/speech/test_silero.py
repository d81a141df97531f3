"""Silero in our own LSTM against the package's file, run by ONNX's own engine."""

import numpy as np
import onnxruntime
import pytest
import torch

from core.assets.fetch import ensure
from core.data.sound import load_clip, melody, noise
from core.pretrained.speech.silero import NAME, cut, load_voice_activity

pytestmark = pytest.mark.real_weights


@pytest.mark.parametrize("sound", ["young_man", "go_forward", "melody", "noise"])
def test_it_is_the_packages_model(sound: str) -> None:
    wave = {"melody": melody, "noise": lambda: noise(1.01)}.get(sound, lambda: load_clip(sound))()
    engine = onnxruntime.InferenceSession(str(ensure(NAME) / "silero_vad_16k_sequence.onnx"))
    empty = np.zeros((1, 1, 128), np.float32)
    frames = cut(torch.as_tensor(wave)).numpy()
    probabilities, hidden, cell = engine.run(None, {"input": frames, "h": empty, "c": empty})
    found = load_voice_activity().trace(wave)
    assert found.probabilities == pytest.approx(probabilities.reshape(-1), abs=1e-4)
    assert found.hidden[-1] == pytest.approx(hidden.reshape(-1), abs=1e-4)
    assert found.cell[-1] == pytest.approx(cell.reshape(-1), abs=1e-3)  # cells are as large as 30


def test_a_reset_is_a_new_beginning() -> None:
    model, wave = load_voice_activity(), load_clip("young_man")[: 512 * 20]
    frames = cut(torch.as_tensor(wave))
    found = model.trace(wave, (7,))
    later, _ = model.lstm(model.hear(frames[7:])[None])
    assert found.hidden[7:] == pytest.approx(later[0].numpy(), abs=1e-5)
    assert found.probabilities[:7] == pytest.approx(model(torch.as_tensor(wave))[:7].numpy(), abs=1e-5)
    assert model.trace(wave, (0, 99)).probabilities == pytest.approx(model.trace(wave).probabilities)


def test_what_is_no_sound() -> None:
    model = load_voice_activity()
    with pytest.raises(ValueError, match="no sound"):
        model.trace(np.zeros(0, np.float32))
    with pytest.raises(ValueError, match="no numbers"):
        model.trace(np.full(600, np.nan, np.float32))
    assert len(model.trace(np.zeros(1, np.float32)).probabilities) == 1
