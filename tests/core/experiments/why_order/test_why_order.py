"""The claims of the lesson on order: bags are equal, digits are read as their facts say, an order is a permutation."""

from collections import Counter

import numpy as np
import pytest
import torch

from core.assets import own
from core.data.written_digits import FIXED, PIXELS, SIDE, load_written_digits, reading_order
from core.experiments import why_order as lesson
from core.experiments.recording import find
from core.experiments.why_order import pixels, results, words
from core.experiments.why_order.results import DEFAULT_MODEL, DEFAULT_SHUFFLE, ORDERS, PAIRS, TESTED


def test_bags_of_the_same_words_are_equal_and_of_others_are_not() -> None:
    for one, other, _ in PAIRS.values():
        assert Counter(results.words_of(one)) == Counter(results.words_of(other))
        assert results.distance(one, other) == 0
        assert words.bag_of(one, other) == words.bag_of(other, one)
        assert words.orders(words.bag_of(one, other)) == words.orders(words.bag_of(other, one))
    assert results.distance("dog bites man", "dog bites dog") == pytest.approx(2**0.5)


def test_the_bag_changes_nothing_and_the_order_does() -> None:
    for pair in PAIRS.values():
        found = find(lesson.guess, DEFAULT_MODEL, *pair)
        assert found.moved[1] == 0
        assert found.moved[0] > 0.05
        assert found.distance == 0


@pytest.mark.parametrize("order", ["rows", "columns", "shuffle"])
def test_an_order_holds_every_pixel_once(order: str) -> None:
    assert sorted(reading_order(order, FIXED if order == "shuffle" else 0).tolist()) == list(range(PIXELS))


@pytest.mark.real_weights
def test_digits_are_read_as_the_files_say() -> None:
    """torch's own GRU with the stored weights gives the recorded counts."""
    _, test = load_written_digits()
    found = find(lesson.accuracies, DEFAULT_SHUFFLE)
    flat = test.pictures.reshape(TESTED, PIXELS).astype(np.float32) / np.float32(255)
    for number, (how, shown) in enumerate(ORDERS.values()):
        model = pixels.classifier(how)
        theirs = torch.nn.GRU(SIDE, 64, batch_first=True)
        theirs.load_state_dict(model.body.layers[0].state_dict())
        which = DEFAULT_SHUFFLE if how != shown else FIXED if shown == "shuffle" else 0
        x = torch.as_tensor(flat[:, reading_order(shown, which)]).view(-1, SIDE, SIDE)
        with torch.no_grad():
            said = model.output(theirs(x)[0][:, -1]).argmax(-1).numpy()
        assert abs(int((said == test.labels).sum()) - int(found.recurrent[number])) <= 1
        if how == shown:
            assert own.facts(f"pixels_{how}")["metrics"]["held_out_correct"] == int(found.recurrent[number])


def test_order_is_worth_what_the_title_says() -> None:
    found = find(lesson.accuracies, DEFAULT_SHUFFLE)
    rows, _, learned, anew = found.recurrent
    assert rows > 900
    assert learned > 900
    assert anew < 200
    assert len(set(found.bag.tolist())) == 1
    assert abs(int(found.dense[0]) - int(found.dense[1])) < 30
