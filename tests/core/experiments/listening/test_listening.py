"""The numbers of the lesson on listening, each found in a second way."""

import numpy as np
import pytest
import torch

from core.assets import own
from core.data.sound import load_clip
from core.data.spoken_digits import load_spoken_digits
from core.experiments import listening as lesson
from core.experiments.listening import digits, voice
from core.experiments.listening.results import resets, voiced
from core.experiments.recording import find
from core.pretrained.speech.silero import cut, load_voice_activity
from pages.kit.course import find as entry

pytestmark = pytest.mark.real_weights


def test_the_finding() -> None:
    heard = find(lesson.hear, "young_man", 0.0, "never")
    said = entry("listening").finding
    assert f"in {voiced(heard.whole)} of {len(heard.whole)} frames" in said
    assert said.endswith(f"alone, in {voiced(heard.alone)}.")


def test_each_frame_alone_is_a_sound_of_its_own() -> None:
    model, frames = load_voice_activity(), cut(torch.as_tensor(load_clip("young_man")))
    alone = [float(model.say(model.lstm(model.hear(frames[n : n + 1])[None])[0][0])) for n in (0, 25, 60)]
    assert find(lesson.hear, "young_man", 0.0, "never").alone[[0, 25, 60]] == pytest.approx(alone, abs=1e-4)


@pytest.mark.parametrize(("erase", "wanted"), [("never", ()), ("halfway", (5,)), ("fourth", (4, 8))])
def test_resets(erase: str, wanted: tuple[int, ...]) -> None:
    assert resets(erase, 10) == wanted
    assert resets(erase, 1) == ()


def test_a_memory_of_few_frames() -> None:
    model = load_voice_activity()
    heard = model.hear(cut(torch.as_tensor(load_clip("young_man"))))[:12]
    found = voice.with_memory(model, heard, 3)
    for end in (0, 2, 3, 11):
        hidden, _ = model.lstm(heard[None, max(0, end - 3) : end + 1])
        assert found[end] == pytest.approx(float(model.say(hidden[0])[-1]), abs=1e-5)
    assert len(voice.with_memory(model, heard[:2], 3)) == 2


def test_digits_are_counted_one_by_one() -> None:
    data, scores = load_spoken_digits(), find(lesson.digit_scores)
    assert len(data.train) + len(data.test) == 3_000
    network = torch.nn.GRU(13, 96, batch_first=True)  # torch's own, as the oracle
    ours = digits.model_for("forwards")
    network.load_state_dict(
        {
            name.removeprefix("body.layers.0."): value
            for name, value in ours.state_dict().items()
            if name.startswith("body")
        }
    )
    right = {"forwards": 0, "backwards": 0}
    for frames, digit in zip(data.test.frames, data.test.digits, strict=True):
        for order in right:
            hidden, _ = network(torch.as_tensor(digits.in_order(frames, order))[None])
            right[order] += int(ours.output(hidden[0, -1]).argmax()) == digit
    assert tuple(right.values()) == scores.right[:2]
    for direction, count in (("forwards", scores.right[0]), ("backwards", scores.right[2])):
        said = own.facts(f"digits_{direction}")["metrics"]["accuracy_on_600_kept_apart"]
        assert count / 600 == pytest.approx(said, abs=1e-4)
    train = data.train.averages()
    nearest = [data.train.digits[np.linalg.norm(train - one, axis=1).argmin()] for one in data.test.averages()]
    assert int((np.array(nearest) == data.test.digits).sum()) == scores.nearest
