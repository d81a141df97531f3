"""Searching for a translation: against the plainest way to write it down, on a small random model."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from core.pretrained.translation.marian import END, START, Marian, Memory
from core.pretrained.translation.search import Choice, Shortlist, beam, choose, follow, greedy, limit, read
from tests.core.pretrained.small_marian import small_marian

SOURCES = [[5, 9, 3, 17, 8, 0], [0], [11, 2, 0], [1, 23, 6, 4, 19, 7, 13, 2, 15, 0]]


@pytest.fixture(scope="module")
def model() -> Marian:
    return small_marian(3)


def logprobs(model: Marian, source: list[int], target: list[int], allowed: list[int] | None = None) -> torch.Tensor:
    """The log-probabilities of every piece after `target`, the whole text read anew; minus infinity where not allowed."""
    memory = model.remember(model.encode(torch.tensor([source]))[0])
    hidden, *_ = model.decode(torch.tensor([[START, *target]]), model.start(1), memory)
    scores = hidden[0, -1] @ model.embedding.weight.T + model.output_bias
    if allowed is not None:
        banned = torch.ones(len(scores), dtype=torch.bool)
        banned[allowed] = False
        scores = scores.masked_fill(banned, -torch.inf)
    return scores.log_softmax(-1)


def likeliest(model: Marian, source: list[int], most: int, allowed: list[int] | None = None) -> list[int]:
    target: list[int] = []
    while len(target) < most and END not in target:
        target.append(int(logprobs(model, source, target, allowed).argmax()))
    return target


def memory_of(model: Marian, *sources: list[int]) -> Memory:
    return read(model, sources, [()] * len(sources))


# Greedy


@pytest.mark.parametrize("lists", [None, [[0, 4, 9, 11], [0, 3, 4, 21], [0, 1, 2, 22], [0, 5, 9, 14]]])
def test_greedy_is_the_likeliest_piece_each_time(lists: list[list[int]] | None, model: Marian) -> None:
    limits = [9, 4, 1, 12]
    choice = choose(model, None if lists is None else [np.array(each) for each in lists])
    found = greedy(model, memory_of(model, *SOURCES), choice, limits)
    lengths = set()
    for row, (source, most) in enumerate(zip(SOURCES, limits, strict=True)):
        allowed = None if lists is None else lists[row]
        expected = likeliest(model, source, most, allowed)
        assert found[row].pieces == expected
        lengths.add(len(expected))
        for place, piece in enumerate(expected):
            chance = logprobs(model, source, expected[:place], allowed)[piece]
            assert found[row].logprobs[place] == pytest.approx(float(chance), abs=1e-5)
    assert len(lengths) > 1  # rows that go on when others are finished


def test_one_row_has_only_its_own_words(model: Marian) -> None:
    choice = choose(model, [np.array([0, 4, 9])])
    (found,) = greedy(model, memory_of(model, SOURCES[0]), choice, [6])
    assert found.pieces == likeliest(model, SOURCES[0], 6, [0, 4, 9])


def test_padding_changes_nothing(model: Marian) -> None:
    together = greedy(model, memory_of(model, *SOURCES), choose(model, None), [8] * 4)
    for source, found in zip(SOURCES, together, strict=True):
        (alone,) = greedy(model, memory_of(model, source), choose(model, None), [8])
        assert found.pieces == alone.pieces
        weights = torch.stack(found.weights)
        np.testing.assert_allclose(weights[:, : len(source)], torch.stack(alone.weights), atol=1e-6)
        assert (weights[:, len(source) :] == 0).all()


def test_a_hidden_place_is_not_looked_at(model: Marian) -> None:
    memory = read(model, SOURCES[:2], [[1, 4], []])
    weights = torch.stack(greedy(model, memory, choose(model, None), [5, 5])[0].weights)
    assert (weights[:, [1, 4]] == 0).all()
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
    free = torch.stack(greedy(model, memory_of(model, SOURCES[0]), choose(model, None), [5])[0].weights)
    assert (free[:, [1, 4]] > 0).all()
    # The encoder has read it: what the decoder sees of the others did not change.
    torch.testing.assert_close(memory.keys[0][0], memory_of(model, *SOURCES[:2]).keys[0][0])


# Along a given translation


def test_following_is_reading_piece_by_piece(model: Marian) -> None:
    targets = [[4, 9, 0], [0], [7, 7, 7, 7, 0], [3, 21]]
    found = follow(model, memory_of(model, *SOURCES), choose(model, None), targets)
    for source, target, written in zip(SOURCES, targets, found, strict=True):
        assert written.pieces == target
        expected = [float(logprobs(model, source, target[:n])[piece]) for n, piece in enumerate(target)]
        np.testing.assert_allclose(written.logprobs, expected, atol=1e-5)


def test_following_the_greedy_one_is_the_greedy_one(model: Marian) -> None:
    lists = [np.array(each) for each in ([0, 4, 9, 11], [0, 3, 4], [0, 1, 2, 22], [0, 5, 9, 14])]
    choice = choose(model, lists)
    memory = memory_of(model, *SOURCES)
    written = greedy(model, memory, choice, [7] * 4)
    again = follow(model, memory, choice, [each.pieces for each in written])
    for one, other in zip(written, again, strict=True):
        np.testing.assert_allclose(one.logprobs, other.logprobs, atol=1e-5)
        np.testing.assert_allclose(torch.stack(one.weights), torch.stack(other.weights), atol=1e-6)


# Beam search


def every_text(words: list[int], most: int) -> list[list[int]]:
    """All texts of these words: ended, or as long as may be."""
    others = [word for word in words if word != END]
    ended = [[*text, END] for length in range(most) for text in itertools.product(others, repeat=length)]
    return ended + [list(text) for text in itertools.product(others, repeat=most)]


@pytest.mark.parametrize("source", SOURCES)
def test_a_beam_that_keeps_everything_finds_the_best(source: list[int], model: Marian) -> None:
    words, most = [0, 4, 9], 4
    found = beam(model, memory_of(model, source), choose(model, [np.array(words)]), [most], 100)[0]

    def mean(text: list[int]) -> float:
        chances = [float(logprobs(model, source, text[:n], words)[piece]) for n, piece in enumerate(text)]
        return sum(chances) / len(text)

    best = max(every_text(words, most), key=mean)
    assert mean(found) == pytest.approx(mean(best), abs=1e-5)
    assert found == best


def test_a_beam_of_one_is_greedy(model: Marian) -> None:
    memory, choice = memory_of(model, *SOURCES), choose(model, None)
    written = greedy(model, memory, choice, [6, 3, 9, 7])
    assert beam(model, memory, choice, [6, 3, 9, 7], 1) == [each.pieces for each in written]


def test_beams_of_a_batch_are_those_of_each_alone(model: Marian) -> None:
    lists = [np.array(each) for each in ([0, 4, 9, 11], [0, 3, 4], [0, 1, 2, 22], [0, 5, 9, 14])]
    together = beam(model, memory_of(model, *SOURCES), choose(model, lists), [6, 3, 9, 7], 3)
    for source, own, most, found in zip(SOURCES, lists, [6, 3, 9, 7], together, strict=True):
        assert set(found) <= set(own.tolist())
        assert found == beam(model, memory_of(model, source), choose(model, [own]), [most], 3)[0]


# What may be written


def test_limits() -> None:
    assert [limit([0] * n) for n in (1, 2, 3, 4)] == [3, 5, 8, 10]


@pytest.fixture
def shortlist(tmp_path: Path) -> Shortlist:
    offsets = np.array([0, 0, 3, 5, 9], dtype=np.int32)
    words = np.array([30, 2, 8, 8, 31, 11, 12, 9, 10], dtype=np.int32)
    save_file({"offsets": offsets, "words": words}, tmp_path / "shortlist.safetensors")
    (tmp_path / "config.json").write_text(json.dumps({"always": 6}), "utf-8")
    return Shortlist.load(tmp_path)


@pytest.mark.parametrize(
    ("source", "filled"),
    [
        ([0], {6, 7}),  # 6 are always there: two more make eight
        ([1, 0], set()),  # 2 is there already, 8 and 30 make eight
        ([2, 0], set()),
        ([1, 2, 1, 0], {6, 7, 9, 10, 11, 12, 13}),  # 8 is on both lists and is there already: over it
        ([3, 0], {6, 7, 8, 13, 14, 15}),
    ],
)
def test_a_shortlist_is_what_is_always_there_and_what_is_likely(
    source: list[int], filled: set[int], shortlist: Shortlist
) -> None:
    likely = {0: set(), 1: {30, 2, 8}, 2: {8, 31}, 3: {11, 12, 9, 10}}
    found = shortlist.of(source)
    assert found.tolist() == sorted(set(range(6)) | set().union(*(likely[piece] for piece in source)) | filled)
    assert len(found) % 8 == 0


def test_scores_of_what_may_not_be_written(model: Marian) -> None:
    choice = choose(model, [np.array([0, 3]), np.array([0, 7, 9])])
    assert choice.words is not None
    assert choice.words.tolist() == [0, 3, 7, 9]
    scores = choice.scores(torch.ones(2, 16))
    assert torch.isinf(scores).tolist() == [[False, False, True, True], [False, True, False, False]]
    whole = choose(model, None).scores(torch.ones(2, 16))
    np.testing.assert_allclose(scores[1, 2:], whole[1, [7, 9]], atol=1e-6)
    assert isinstance(choice.rows(torch.tensor([1])), Choice)
    assert math.isinf(choice.rows(torch.tensor([1])).scores(torch.ones(1, 16))[0, 1])
