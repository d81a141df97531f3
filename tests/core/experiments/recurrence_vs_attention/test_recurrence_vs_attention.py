"""The claims of the lesson on recurrence and attention, and its race's first steps once more."""

import numpy as np
import pytest
import torch

from core.data.reviews import load_reviews
from core.data.toy import TASKS, TaskName, task
from core.experiments import recurrence_vs_attention as lesson
from core.experiments.recording import find
from core.experiments.recurrence_vs_attention import racing, timing
from core.experiments.recurrence_vs_attention.results import (
    ARCHITECTURES,
    KEPT,
    LENGTHS,
    PARAMETERS,
    SECONDS,
    SEEDS,
    SHIFTS,
    STEPS,
    TEXT,
    TIMED,
    Race,
    example,
)
from core.models.answerers import size_for
from core.pretrained.verdicts import LENGTH, encode, load_reader, vocabulary
from core.progress import finish


def recorded(name: TaskName) -> Race:
    found: Race = find(lesson.race, name, LENGTHS[name], SECONDS, SEEDS, True)
    return found


@pytest.mark.parametrize("name", TASKS)
def test_the_recorded_race_can_be_run_again(name: TaskName) -> None:
    """The first looks of every architecture, which depend on the seed alone."""
    found, asked = recorded(name), task(name, LENGTHS[name])
    torch.set_num_threads(1)
    for number, architecture in enumerate(ARCHITECTURES):
        assert abs(found.parameters[number] / PARAMETERS - 1) < 0.03
        shape = (asked.length, asked.features, asked.answers, asked.outputs)
        assert found.sizes[number] == size_for(architecture, *shape, PARAMETERS)
        run = racing.run(architecture, asked, 0, found.rates[number], SECONDS)
        looks = np.array([reached for (_, _, reached), _ in zip(run, range(3), strict=False)])
        # Another processor's sums differ in the last digit, which training makes larger.
        np.testing.assert_allclose(looks, found.first[number, : len(looks)], atol=0.06, err_msg=architecture)


def test_each_kind_wins_where_the_title_says() -> None:
    for name in ("recall", "copy"):
        assert recorded(name).end("transformer") > 0.99
        assert recorded(name).end("lstm") < 0.9
    parity = recorded("parity")
    assert parity.of("lstm")[:, -1].min() > 0.99
    assert parity.of("transformer")[:, -1].max() < 0.9


def test_a_short_race_and_its_numbers() -> None:
    steps = list(lesson.race("parity", 8, 0.05, 1, False))
    assert all(done <= total for done, total in steps)
    found = finish(lesson.race("parity", 8, 0.05, 1, True))
    assert found.shares.shape == (6, 1, len(found.seconds))
    assert set(found.rates) <= set(racing.RATES)
    assert (found.shares >= 0).all()
    assert (found.shares <= 1).all()
    assert found.ranked(0.05)[0] in ARCHITECTURES
    with pytest.raises(ValueError, match="copy"):
        finish(lesson.race("copy", 9, 0.05, 1, False))


def test_examples_are_the_first_question_of_the_race() -> None:
    assert example("recall", 60).answer == example("recall", 60).steps[0]
    copied = example("copy", 40)
    assert copied.answer == "".join(copied.steps[:20])
    assert set(copied.steps[20:]) == {"?"}
    added = example("add", 50)
    marked = [float(step[3:-4]) for step in added.steps if step.startswith("<b>")]
    assert float(added.answer) == pytest.approx(sum(marked), abs=0.011)
    odd = example("parity", 40)
    assert odd.answer == ("odd" if odd.steps.count("1") % 2 else "even")


def test_times_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "STEPS", (16, 64))
    found = finish(lesson.timed(32))
    assert found.seconds.shape == (len(TIMED), 2)
    assert (found.seconds > 0).all()
    # a recurrent layer and attention are as large for any length; a dense one grows with it
    assert found.parameters[:3, 0].tolist() == found.parameters[:3, 1].tolist()
    assert found.parameters[3].tolist() == [16 * 32 * 32 + 32, 64 * 32 * 32 + 32]
    shipped = find(lesson.timed, 64)
    assert shipped.of("attention", 1024) < shipped.of("rnn", 1024)
    assert shipped.lengths.tolist() == list(STEPS)


@pytest.mark.real_weights
def test_the_moved_reviews_are_the_held_out_ones() -> None:
    """The recorded counts, from the models by another way: torch's LSTM, and a product for the dense network."""
    found, ids = find(lesson.moved), vocabulary()
    reviews = load_reviews().held_out[:300]
    assert found.reviews == len(load_reviews().held_out)
    rows = [torch.stack([encode(review.words[:KEPT], ids, shift) for review in reviews]) for shift in (0, 3)]
    assert all(row.shape == (300, LENGTH) for row in rows)
    assert KEPT + SHIFTS == LENGTH
    lstm, dense = load_reader("lstm"), load_reader("dense")
    theirs = torch.nn.LSTM(16, 40, batch_first=True)
    theirs.load_state_dict(lstm.body.layers[0].state_dict())  # type: ignore[union-attr]
    for shift, row in zip((0, 3), rows, strict=True):
        state = theirs(lstm.embedding(row))[0][:, -1]  # type: ignore[misc]
        torch.testing.assert_close(lstm(row), lstm.output(state), rtol=1e-4, atol=1e-5)
        flat = dense.embedding.weight[row].flatten(1)  # type: ignore[union-attr]
        units = (flat @ dense.widen.weight.T + dense.widen.bias).clamp(min=0)  # type: ignore[union-attr]
        torch.testing.assert_close(dense(row), units @ dense.output.weight.T + dense.output.bias, rtol=1e-4, atol=1e-5)
        assert shift == 0 or (dense(row).argmax(-1) != dense(rows[0]).argmax(-1)).float().mean() > 0.1
    assert found.share("dense", 1) > 5 * found.share("lstm", 1)


def test_a_sentence_of_ones_own() -> None:
    found = lesson.sentence(TEXT)
    assert found.words[:3] == ("a", "charming", ",")
    assert found.positive.shape == (2, SHIFTS + 1)
    assert lesson.sentence("").words == ()
    long = lesson.sentence("xylograph " * 30)
    assert (len(long.words), long.dropped, long.unknown) == (KEPT, 18, ("xylograph",))
