"""The claims of the lesson on order: bags are equal, digits are read as their facts say, an order is a permutation."""

import base64
import re
from collections import Counter

import numpy as np
import pytest
import torch

from core.assets import own
from core.data.daily import load_weather
from core.data.prose import load_prose
from core.data.sound import WORDS, load_clip
from core.data.written_digits import FIXED, PACKED, PIXELS, SIDE, centred, load_written_digits, reading_order, unpack
from core.experiments import why_order as lesson
from core.experiments.recording import find
from core.experiments.why_order import kinds, pixels, results, words
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
        theirs = torch.nn.GRU(1, 64, batch_first=True)
        theirs.load_state_dict(model.body.layers[0].state_dict())
        which = DEFAULT_SHUFFLE if how != shown else FIXED if shown == "shuffle" else 0
        x = torch.as_tensor(flat[:, reading_order(shown, which)])[..., None]
        with torch.no_grad():
            said = model.output(theirs(x)[0][:, -1]).argmax(-1).numpy()
        assert abs(int((said == test.labels).sum()) - int(found.recurrent[number])) <= 1
        if how == shown:
            assert own.facts(f"pixels_{how}")["metrics"]["held_out_correct"] == int(found.recurrent[number])


def test_order_is_worth_what_the_title_says() -> None:
    found = find(lesson.accuracies, DEFAULT_SHUFFLE)
    rows, _, learned, anew = found.recurrent
    assert rows > 900
    assert 300 < learned < 0.6 * rows
    assert anew < 200
    assert len(set(found.bag.tolist())) == 1
    assert abs(int(found.dense[0]) - int(found.dense[1])) < 30


def packed(levels: np.ndarray) -> str:
    """Write a drawing as the page's square does, bit by bit."""
    bits = "".join(f"{level:02b}" for level in levels.reshape(-1).tolist())
    whole = bytes(int(bits[n : n + 8], 2) for n in range(0, len(bits), 8))
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")


def test_a_drawing_comes_back_from_a_link() -> None:
    levels = np.random.default_rng(0).integers(0, 4, (SIDE, SIDE))
    drawn = packed(levels)
    assert len(drawn) == PACKED
    assert (unpack(drawn) == 85 * levels).all()
    for odd in ("", drawn[:-1], drawn + "A", drawn[:-1] + "!", drawn[:-1] + "é"):
        with pytest.raises(ValueError, match="no drawing"):
            unpack(odd)


def test_a_drawing_gets_the_size_and_place_of_the_digits() -> None:
    _, test = load_written_digits()
    small = np.zeros((SIDE, SIDE), np.uint8)
    small[2:12, 20:24] = 255
    found = centred(small)
    rows, columns = np.nonzero(found)
    assert (rows.max() - rows.min() + 1, columns.max() - columns.min() + 1) == (20, 8)
    for picture in (found, *test.pictures[:20]):  # MNIST's own have their centre of mass there, too
        ink = picture / picture.sum()
        assert float((ink.sum(1) * np.arange(SIDE)).sum()) == pytest.approx(13.5, abs=1)
        assert float((ink.sum(0) * np.arange(SIDE)).sum()) == pytest.approx(13.5, abs=1)
    with pytest.raises(ValueError, match="nothing drawn"):
        centred(np.zeros((SIDE, SIDE), np.uint8))


@pytest.mark.real_weights
def test_digits_drawn_in_four_levels_are_read_as_the_digits_themselves() -> None:
    """The square's few levels and the move to the middle change little."""
    _, test = load_written_digits()
    chosen = range(60)
    drawn = [packed((test.pictures[n].astype(int) + 42) // 85) for n in chosen]
    right = sum(
        lesson.read_drawing("rows", "rows", 0, word).says == test.labels[n]
        for n, word in zip(chosen, drawn, strict=True)
    )
    whole = sum(lesson.read_digit("rows", "rows", 0, n).says == test.labels[n] for n in chosen)
    assert whole >= 54
    assert right >= whole - 5


def test_what_an_item_removes_against_a_plain_count() -> None:
    """Mutual information and entropy by sums over pairs as they come, less Miller's correction."""
    rng = np.random.default_rng(3)
    sequence = np.concatenate([rng.integers(0, 4, 300), np.tile([0, 1, 2, 3, 3], 60)])
    for lag in (1, 5, 17):
        pairs = Counter(zip(sequence[:-lag].tolist(), sequence[lag:].tolist(), strict=True))
        total = sum(pairs.values())
        before, now = Counter(), Counter()
        for (a, b), n in pairs.items():
            before[a] += n
            now[b] += n
        information = sum(n / total * np.log2(n * total / (before[a] * now[b])) for (a, b), n in pairs.items())
        entropy = -sum(n / total * np.log2(n / total) for n in now.values())
        chance = 3 * 3 / (2 * total * np.log(2))
        assert kinds.removed(sequence, lag)[0] == pytest.approx((information - chance) / entropy, abs=1e-12)


def test_known_sequences_remove_all_and_nothing() -> None:
    assert kinds.removed(np.tile(np.arange(5), 400), 5)[0] == pytest.approx(1, abs=0.01)
    share, spread = kinds.removed(np.random.default_rng(0).integers(0, 8, 20_000), 1)
    assert abs(share) < spread + 0.001
    assert kinds.levels(np.arange(100.0), 10).tolist() == [n // 10 for n in range(100)]


@pytest.mark.real_weights
def test_the_recorded_curves_are_counted_again() -> None:
    found = find(lesson.look_back)
    high = kinds.levels(load_weather().values[:, 1], kinds.LEVELS)
    voice = kinds.levels(np.concatenate([load_clip(name) for name in WORDS]), kinds.LOUDNESSES)
    for kind, sequence in ((1, high), (2, voice)):
        for lag in (1, 20, 183, 400):
            share, spread = kinds.removed(sequence, lag)
            assert found.known[kind, lag - 1] == pytest.approx(share, abs=1e-6)
            assert found.spread[kind, lag - 1] == pytest.approx(spread, abs=1e-6)
    text = re.sub("[^a-z]+", " ", load_prose().train.lower())[: kinds.LETTERS]
    letters = np.array([" abcdefghijklmnopqrstuvwxyz".index(letter) for letter in text])
    assert found.known[0, 1] == pytest.approx(kinds.removed(letters, 2)[0], abs=1e-6)


def test_order_is_what_the_past_says() -> None:
    found = find(lesson.look_back)
    assert (found.known[:, 0] - found.spread[:, 0] > 0.1).all()
    assert float(abs(found.shuffled).max()) < 0.02
    assert found.shares(results.DEFAULT_BACK, False)[0] < 0.001
    assert found.known[1, results.HALF_A_YEAR - 1] - found.spread[1, results.HALF_A_YEAR - 1] > found.known[1, 89]
