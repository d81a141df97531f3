"""The numbers of speech as words, each found in a second way."""

import numpy as np
import pytest

from core.data.sound import STARTS, WORDS, Sound, noise
from core.experiments import listening as lesson
from core.experiments.listening import results
from core.experiments.listening.results import CLIPS, LAYERS
from core.experiments.recording import find
from core.experiments.word_errors import matched
from core.progress import finish


def test_the_scores_are_those_of_the_clips() -> None:
    scores, right, errors, apart = find(lesson.word_scores), 0, 0, []
    for clip in CLIPS:
        written = find(lesson.write, clip, 0.0)
        agreed = matched(written.words, WORDS[clip].split())
        right, errors = right + len(agreed.pairs), errors + agreed.errors
        apart += [abs(written.starts[0, i] - STARTS[clip][j] / 100) for i, j in agreed.pairs]
        assert written.attention.sum(-1, dtype=np.float64) == pytest.approx(1.0, abs=0.05), "three decimals of each"
        assert (np.diff(written.starts) >= 0).all()
    assert (scores.right[0], scores.errors, scores.said) == (right, errors, sum(map(len, STARTS.values())))
    assert scores.mean("all")[0] == pytest.approx(float(np.mean(apart)))
    # what the page claims
    assert errors / scores.said < 0.05
    assert scores.mean("all")[0] + scores.mean("all")[1] < scores.mean("letters")[0] - scores.mean("letters")[1]
    assert scores.mean("1")[0] > scores.mean("letters")[0]
    assert scores.right[-1] < 0.25 * scores.said < scores.written[-1]


def test_a_guess_and_a_box() -> None:
    made = results.Written(
        ("a", "bbb"), *(np.zeros(100, np.float16),) * 2, np.full((5, 2, 100), 0.01, np.float16),
        np.tile([0.0, 0.4, 2.0], (5, 1)), 0.1,
    )  # fmt: skip
    assert made.seconds == pytest.approx(2.0)
    assert made.guessed().tolist() == pytest.approx([0.0, 0.5])
    assert made.box(LAYERS[0], 0) == (0.0, 0.4)
    assert made.inside("3", 1) == pytest.approx(0.8, abs=0.01)
    assert results.off(made.guessed(), [(1, 0)], "young_man").tolist() == pytest.approx([0.29])


@pytest.mark.real_weights
def test_a_readers_sound() -> None:
    found = finish(lesson.write_own(Sound("theirs", noise(0.4)), 0.0))
    assert found.attention.shape == (5, len(found.words), 20)
    assert found.low.shape == (20,)
