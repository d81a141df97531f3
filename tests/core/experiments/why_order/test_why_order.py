"""The numbers of the lesson on order, against torch's own layers and a plain count of words."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.assets import own
from core.data.written_digits import PIXELS, SIDE, load_written_digits, reading_order
from core.experiments import why_order as lesson
from core.experiments.recording import find
from core.experiments.why_order import pixels
from core.experiments.why_order.results import DEFAULT_MODEL, DEFAULT_SHUFFLE, NEW, ORDERS, PAIRS, distance
from core.experiments.why_order.words import bag_of, orders


@pytest.mark.parametrize("name", PAIRS)
def test_two_orders_have_one_bag(name: str) -> None:
    one, other, ending = PAIRS[name]
    assert distance(one, other) == 0
    assert orders(bag_of(one, other)) == orders(bag_of(other, one))
    guess = find(lesson.guess, DEFAULT_MODEL, one, other, ending)
    assert np.array_equal(guess.bag[0], guess.bag[1])
    assert guess.moved[0] > 0.1
    assert guess.moved[1] == 0


def test_other_words_are_apart() -> None:
    assert distance("a hot dog", "a dog that is hot") == pytest.approx(2**0.5)
    assert distance("Dog bites man", "man bites dog!") == 0


def test_an_order_names_every_pixel_once() -> None:
    for order in ("rows", "columns", "shuffle"):
        assert sorted(reading_order(order, 3)) == list(range(PIXELS))
    assert not np.array_equal(reading_order("shuffle", 0), reading_order("shuffle", 1))
    with pytest.raises(ValueError, match="no order"):
        reading_order("spiral")


@pytest.mark.real_weights
def test_digits_are_kept_apart_evenly() -> None:
    train, test = load_written_digits()
    assert np.bincount(test.labels).tolist() == [100] * 10
    assert np.bincount(train.labels).tolist() == [400] * 10


@pytest.mark.real_weights
def test_torch_reads_as_many_digits() -> None:
    """The recurrent and the dense networks, built of torch's own layers, are correct as often as the record says."""
    _, test = load_written_digits()
    x = test.pictures.reshape(-1, PIXELS).astype(np.float32) / np.float32(255)
    found = find(lesson.accuracies, DEFAULT_SHUFFLE)
    for name, (how, shown) in ORDERS.items():
        held = {k: v.float() for k, v in load_file(own.TRAINED / f"pixels_{how}.safetensors").items()}
        gru = torch.nn.GRU(SIDE, 64, batch_first=True)
        gru.load_state_dict({k.removeprefix("body.layers.0."): v for k, v in held.items() if k.startswith("body.")})
        given = x[:, reading_order(shown, DEFAULT_SHUFFLE if name == NEW else 0)]
        with torch.no_grad():
            states, _ = gru(torch.tensor(given).view(-1, SIDE, SIDE))
            said = (states[:, -1] @ held["output.weight"].T + held["output.bias"]).argmax(-1).numpy()
        assert int((said == test.labels).sum()) == found.of(name)
    weights = {k: v.float() for k, v in load_file(own.TRAINED / "pixels_dense.safetensors").items()}
    dense = torch.nn.Sequential(torch.nn.Linear(PIXELS, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
    dense.load_state_dict({k.removeprefix("sorted."): v for k, v in weights.items() if k.startswith("sorted.")})
    with torch.no_grad():
        said = dense(torch.tensor(pixels.bag_of(x))).argmax(-1).numpy()
    assert [int((said == test.labels).sum())] * 3 == found.bag.tolist()
