"""Policies on scores that the tests make up, against exhaustive search and against transformers' beam search."""

import itertools
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.generation.decoding import RIVALS, BeamSearch, Policy, Sampling, draw, uniform
from core.generation.drawing import PIECE
from core.generation.filters import Choices, next_token_choices, next_token_distribution
from tests.core.pretrained.conftest import random_llama

Text = tuple[int, ...]
Scorer = Callable[[Text], torch.Tensor]

# Luck and drawing


def test_luck_is_the_same_for_ever() -> None:
    """Recorded texts and shared links depend on these numbers: they may never change."""
    golden = {
        (0, 0): 0.011546754286331562,
        (0, 1): 0.5023796042735054,
        (0, 39): 0.15048741752809192,
        (1, 0): 0.3035680343067586,
        (123456789, 7): 0.3340288317234805,
    }
    assert {key: uniform(*key) for key in golden} == golden


def test_luck_is_spread_evenly() -> None:
    by_position = [uniform(3, position) for position in range(4000)]
    by_seed = [uniform(seed, 5) for seed in range(4000)]
    for numbers in (by_position, by_seed):
        assert all(0 <= number < 1 for number in numbers)
        assert chi_square(np.histogram(numbers, 20, (0, 1))[0], np.full(20, 0.05)) > 1e-3
        # Neighbours know nothing of one another: correlation of 4000 pairs is within 4 standard errors of 0.
        assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 4 / math.sqrt(4000)
    assert len(set(by_position) | set(by_seed)) == 7999  # (3, 5) is in both


def chi_square(counts: np.ndarray, chances: np.ndarray) -> float:
    """Return the chance of counts at least this far from what `chances` expect: Pearson 1900."""
    expected = counts.sum() * chances
    statistic = torch.tensor(((counts - expected) ** 2 / expected).sum())
    return float(torch.special.gammaincc(torch.tensor((len(chances) - 1) / 2, dtype=torch.float64), statistic / 2))


def drawn(logits: np.ndarray, settings: dict[str, float], luck: float) -> int:
    choices = next_token_choices(logits, **settings)
    return int(choices.tokens[draw(choices, luck)])


@pytest.mark.parametrize(
    "settings",
    [{}, {"temperature": 2.0}, {"top_k": 4}, {"top_p": 0.7}, {"min_p": 0.2}, {"top_k": 6, "top_p": 0.9}],
    ids=str,
)
def test_tokens_are_drawn_as_often_as_their_chance(settings: dict[str, float]) -> None:
    logits = np.random.default_rng(2).normal(size=12)
    logits[[0, 7]] = -np.inf
    distribution = next_token_distribution(logits, **settings)
    counts = np.bincount([drawn(logits, settings, uniform(11, i)) for i in range(6000)], minlength=12)
    assert counts[~distribution.kept].sum() == 0
    assert chi_square(counts[distribution.kept], distribution.probs[distribution.kept]) > 1e-3


def test_the_extremes_of_luck_stay_inside_what_is_kept() -> None:
    rng = np.random.default_rng(5)
    largest = float(np.nextafter(1, 0))
    for _ in range(2000):
        logits = rng.normal(size=rng.integers(1, 40)) * rng.choice([0.1, 3, 300])
        settings = {"top_k": int(rng.integers(0, 6)), "top_p": float(rng.choice([0.0, 0.3, 0.9, 1.0]))}
        distribution = next_token_distribution(logits, **settings)
        possible = np.flatnonzero(distribution.probs > 0)
        assert drawn(logits, settings, 0.0) == possible[0]
        for luck in (largest, 0.999999, float(rng.random())):
            assert distribution.probs[drawn(logits, settings, luck)] > 0
        # A chance below 2^-53 at the end of the vocabulary is smaller than the step between two numbers.
        assert drawn(logits, settings, largest) == possible[distribution.probs[possible] > 2e-16][-1]


def test_a_token_owns_the_luck_between_its_bounds() -> None:
    logits = np.log([0.25, 0.5, 0.25])
    lucks = {0.0: 0, 0.2499: 0, 0.2501: 1, 0.7499: 1, 0.7501: 2, 0.9999: 2}
    assert {luck: drawn(logits, {}, luck) for luck in lucks} == lucks


def test_in_a_whole_vocabulary_the_luck_is_found_where_a_running_sum_passes_it() -> None:
    rng = np.random.default_rng(8)
    for size in (PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 20_011):
        chances = rng.dirichlet(np.full(size, 0.05))
        chances[rng.integers(0, size, size // 3)] = 0.0
        chances[: PIECE if size > PIECE else 0] = 0.0  # a first piece with nothing in it
        choices = Choices(np.arange(size), chances / chances.sum(), 0.0)
        reached = np.cumsum(choices.chances)
        for luck in (0.0, float(np.nextafter(1, 0)), *rng.random(300)):
            place = draw(choices, luck)
            assert choices.chances[place] > 0
            assert reached[place] - choices.chances[place] - 1e-14 <= luck < reached[place] + 1e-14


# Sampling


def write(policy: Policy, scorer: Scorer, limit: int = 100) -> list[Text]:
    """Do what whoever runs a model does: score, ask, append, until the policy says done."""
    texts: list[Text] = [()]
    for _ in range(limit):
        move = policy.advance(torch.stack([scorer(text) for text in texts]))
        assert len(move.tokens) == len(move.parents) <= policy.rows
        texts = [(*texts[parent], token) for token, parent in zip(move.tokens, move.parents, strict=True)]
        if move.done:
            return texts
    raise AssertionError(f"not done after {limit} moves")


def toy(vocabulary: int, seed: int, spread: float = 1.5) -> Scorer:
    """Return a model that scores the next token from all the tokens so far, at random but always alike."""

    def scorer(text: Text) -> torch.Tensor:
        rng = np.random.default_rng([seed, len(text), *text])
        return torch.from_numpy(rng.normal(size=vocabulary) * spread).float()

    return scorer


@pytest.mark.parametrize("seed", range(5))
def test_greedy_takes_the_best_each_time(seed: int) -> None:
    scorer, policy = toy(9, seed), Sampling(temperature=0.0, max_new_tokens=12)
    (text,) = write(policy, scorer)
    assert len(text) == 12
    assert all(token == int(scorer(text[:i]).argmax()) for i, token in enumerate(text))
    assert all(step.rank == 1 and step.drawn == 1 for step in policy.steps)


def test_greedy_takes_the_first_of_equals_as_the_filters_do() -> None:
    # Scores that a bf16 output layer makes are often equal to the bit.
    rng = np.random.default_rng(0)
    for _ in range(200):
        scores = torch.from_numpy(rng.integers(0, 4, size=(1, 50)).astype(np.float32))
        move = Sampling(temperature=0.0).advance(scores)
        assert move.tokens == (int(next_token_distribution(scores[0].numpy(), temperature=0.0).probs.argmax()),)


def test_a_step_says_what_stood_beside_it() -> None:
    for seed in range(20):
        scorer = toy(11, seed)
        policy = Sampling(temperature=1.4, top_k=7, seed=seed, max_new_tokens=6)
        (text,) = write(policy, scorer)
        for i, step in enumerate(policy.steps):
            chances = scorer(text[:i]).double().softmax(0)
            order = chances.argsort(descending=True).tolist()
            assert step.token == text[i]
            assert step.logprob == pytest.approx(float(chances[step.token].log()), abs=1e-5)
            assert step.rank == order.index(step.token) + 1
            assert step.drawn == pytest.approx(
                next_token_distribution(scorer(text[:i]), temperature=1.4, top_k=7).probs[step.token]
            )
            others = [token for token in order[:RIVALS] if token != step.token][: RIVALS - 1]
            assert [token for token, _ in step.rivals] == others
            assert [chance for _, chance in step.rivals] == pytest.approx(chances[others].tolist(), abs=1e-6)


def test_rivals_in_a_vocabulary_of_three() -> None:
    policy = Sampling(temperature=0.0)
    policy.advance(torch.tensor([[1.0, 3.0, 2.0]]))
    assert [token for token, _ in policy.steps[0].rivals] == [2, 0]


def test_the_seed_is_the_text() -> None:
    scorer = toy(30, 1)
    texts = [write(Sampling(seed=seed, max_new_tokens=15), scorer)[0] for seed in range(30)]
    assert texts == [write(Sampling(seed=seed, max_new_tokens=15), scorer)[0] for seed in range(30)]
    assert len(set(texts)) == 30
    # Luck belongs to a position: a shorter text is the beginning of a longer one.
    assert [text[:4] for text in texts] == [
        write(Sampling(seed=seed, max_new_tokens=4), scorer)[0] for seed in range(30)
    ]


def test_forced_tokens_stand_where_they_were_put_and_luck_stays_with_its_place() -> None:
    def flat(text: Text) -> torch.Tensor:
        return torch.zeros(50)

    free = write(Sampling(seed=4, max_new_tokens=10), flat)[0]
    policy = Sampling(seed=4, max_new_tokens=10, forced={0: 49, 6: (free[6] + 1) % 50})
    (text,) = write(policy, flat)
    assert text == (49, *free[1:6], (free[6] + 1) % 50, *free[7:])
    greedy = Sampling(temperature=0.0, max_new_tokens=4, forced={2: 3})
    assert write(greedy, toy(9, 0))[0][2] == 3
    assert [step.drawn for step in greedy.steps] == [1, 1, float(greedy.steps[2].rank == 1), 1]
    past_a_filter = Sampling(top_k=1, forced={0: 1})
    past_a_filter.advance(torch.tensor([[5.0, 0.0, 1.0]]))
    assert past_a_filter.steps[0].drawn == 0
    assert past_a_filter.steps[0].rank == 3
    assert past_a_filter.steps[0].logprob == pytest.approx(math.log(1 / (1 + math.exp(5) + math.exp(1))))


def test_an_end_token_ends() -> None:
    scorer = toy(6, 3)
    policy = Sampling(temperature=0.0, max_new_tokens=50, end_tokens=(2, 4))
    (text,) = write(policy, scorer)
    free = write(Sampling(temperature=0.0, max_new_tokens=50), scorer)[0]
    first = min(free.index(token) for token in (2, 4) if token in free)
    assert text == free[: first + 1]
    assert len(text) < 50


# Beam search


def log_chance(scorer: Scorer, text: Text) -> float:
    return sum(float(scorer(text[:i]).double().log_softmax(0)[token]) for i, token in enumerate(text))


def all_texts(vocabulary: int, length: int, ends: tuple[int, ...]) -> list[Text]:
    """Return every text of `length` tokens, cut after its first end token."""
    texts = set()
    for text in itertools.product(range(vocabulary), repeat=length):
        end = next((i for i, token in enumerate(text) if token in ends), length)
        texts.add(text[: end + 1])
    return sorted(texts)


def spelled(beam: BeamSearch, end: int) -> Text:
    return tuple(beam.nodes[node].token for node in beam.path(end))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("ends", [(), (1,), (0, 3)])
def test_a_beam_as_wide_as_everything_is_exhaustive_search(seed: int, ends: tuple[int, ...]) -> None:
    scorer = toy(4, seed)
    beam = BeamSearch(4**4, max_new_tokens=4, end_tokens=ends)
    write(beam, scorer)
    found = {spelled(beam, end): beam.nodes[end].total for end in beam.live + beam.ended}
    expected = {text: log_chance(scorer, text) for text in all_texts(4, 4, ends)}
    assert found.keys() == expected.keys()
    assert all(found[text] == pytest.approx(expected[text], abs=1e-9) for text in expected)
    assert math.fsum(math.exp(total) for total in found.values()) == pytest.approx(1)
    assert tuple(beam.nodes[node].token for node in beam.best()) == max(expected, key=expected.__getitem__)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("ends", [(), (2,)])
def test_a_beam_of_one_is_greedy(seed: int, ends: tuple[int, ...]) -> None:
    scorer = toy(8, seed)
    beam = BeamSearch(1, max_new_tokens=9, end_tokens=ends)
    write(beam, scorer)
    greedy = Sampling(temperature=0.0, max_new_tokens=9, end_tokens=ends)
    write(greedy, scorer)
    assert [beam.nodes[node].token for node in beam.best()] == [step.token for step in greedy.steps]
    assert beam.nodes[beam.best()[-1]].total == pytest.approx(sum(step.logprob for step in greedy.steps), abs=1e-4)


@pytest.mark.parametrize("width", [2, 3, 5])
@pytest.mark.parametrize("seed", range(12))
def test_every_step_keeps_the_best_of_all_extensions(seed: int, width: int) -> None:
    """The definition written out, with a whole sort: no end token, so that all kept texts have one length."""
    scorer, kept = toy(7, seed), [()]
    beam = BeamSearch(width, max_new_tokens=6)
    texts = [()]
    for _ in range(6):
        extensions = [(*text, token) for text in kept for token in range(7)]
        kept = sorted(extensions, key=lambda text: -log_chance(scorer, text))[:width]
        move = beam.advance(torch.stack([scorer(text) for text in texts]))
        texts = [(*texts[parent], token) for token, parent in zip(move.tokens, move.parents, strict=True)]
        assert texts == kept
        assert [spelled(beam, end) for end in beam.live] == kept
    assert move.done


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("ends", [(), (0,), (1, 5)])
def test_the_tree_of_a_beam_is_consistent(seed: int, ends: tuple[int, ...]) -> None:
    scorer, beam = toy(6, seed), BeamSearch(3, max_new_tokens=7, end_tokens=ends)
    assert (beam.best(), beam.survivors()) == ([], set())
    texts = write(beam, scorer)
    assert texts == [spelled(beam, end) for end in beam.live]
    for number, node in enumerate(beam.nodes):
        path = beam.path(number)
        text = spelled(beam, number)
        assert path[-1] == number
        assert beam.nodes[path[0]].parent == -1
        assert [beam.nodes[i].depth for i in path] == list(range(len(path)))
        assert node.parent < number
        assert node.ended == (node.token in ends)
        assert not any(beam.nodes[i].ended for i in path[:-1])
        assert node.total == pytest.approx(log_chance(scorer, text), abs=1e-6)
        order = scorer(text[:-1]).argsort(descending=True).tolist()
        assert node.rank == order.index(node.token) + 1
        assert [token for token, _ in node.rivals] == [t for t in order[:RIVALS] if t != node.token][: RIVALS - 1]
    assert all(count <= 3 for count in Counter(node.depth for node in beam.nodes).values())
    ends_now = beam.live + beam.ended
    assert len(ends_now) == len(set(ends_now)) == 3
    assert set(beam.best()) <= beam.survivors() == {i for end in ends_now for i in beam.path(end)}
    assert beam.best()[-1] == max(ends_now, key=lambda end: beam.nodes[end].total)
    assert beam.length == 1 + max(beam.nodes[end].depth for end in ends_now)


def test_a_text_that_ended_leaves_when_it_is_overtaken_by_enough_others() -> None:
    # Token 0 ends. "0" has chance .3; the others share .7, and their continuations are certain.
    def scorer(text: Text) -> torch.Tensor:
        return torch.tensor([0.3, 0.36, 0.34]).log() if not text else torch.tensor([1e-9, 1.0, 1e-9]).log()

    beam = BeamSearch(2, max_new_tokens=3, end_tokens=(0,))
    write(beam, scorer)
    assert beam.ended == []
    assert {spelled(beam, end) for end in beam.live} == {(1, 1, 1), (2, 1, 1)}
    stays = BeamSearch(3, max_new_tokens=3, end_tokens=(0,))
    write(stays, scorer)
    assert [spelled(stays, end) for end in stays.ended] == [(0,)]


def test_done_when_every_text_has_ended() -> None:
    beam = BeamSearch(2, max_new_tokens=30, end_tokens=(0, 1))
    assert write(beam, lambda text: torch.tensor([1.0, 2.0, -50.0])) == []
    assert [spelled(beam, end) for end in beam.ended] == [(1,), (0,)]


def test_tokens_that_cannot_come_take_no_place() -> None:
    beam = BeamSearch(4, max_new_tokens=2)
    texts = write(beam, lambda text: torch.tensor([-math.inf, 0.0, -math.inf, -math.inf]))
    assert texts == [(1, 1)]
    assert beam.nodes[beam.best()[-1]].total == 0


@pytest.mark.parametrize(
    "odd", [[0.0, torch.nan, 1.0], [0.0, torch.inf, 1.0], [-torch.inf] * 3], ids=["nan", "inf", "none"]
)
def test_no_beam_follows_from_what_is_no_score(odd: list[float]) -> None:
    """Before, nothing was left to keep, and a text without a word was called finished."""
    search = BeamSearch(2, 4)
    search.advance(torch.zeros(1, 3))
    with pytest.raises(ValueError, match="nan or"):
        search.advance(torch.tensor([[0.0, 1.0, 2.0], odd]))


@pytest.mark.parametrize("beams", [0, -1])
def test_no_beam_at_all(beams: int) -> None:
    with pytest.raises(ValueError, match="beams"):
        BeamSearch(beams)


# transformers' own beam search. By the words in its source, length_penalty 0 and early_stopping "never" make it
# the canonical algorithm.

PROMPT = [5, 9, 2]


@pytest.fixture(scope="module")
def llamas() -> list[Any]:
    return [
        random_llama(seed, vocab_size=20, hidden_size=32, num_attention_heads=2, num_hidden_layers=2)
        for seed in range(5)
    ]


def llama_scorer(model: Any) -> Scorer:
    @torch.inference_mode()
    def scorer(text: Text) -> torch.Tensor:
        return model(torch.tensor([[*PROMPT, *text]])).logits[0, -1]

    return scorer


def their_beams(model: Any, beams: int, length: int, ends: tuple[int, ...]) -> list[tuple[Text, float]]:
    found = model.generate(
        torch.tensor([PROMPT]),
        attention_mask=torch.ones(1, len(PROMPT), dtype=torch.long),
        num_beams=beams,
        num_return_sequences=beams,
        length_penalty=0.0,
        early_stopping="never",
        do_sample=False,
        max_new_tokens=length,
        eos_token_id=list(ends) or None,
        pad_token_id=0,
        return_dict_in_generate=True,
        output_scores=True,
    )
    texts = []
    for row, total in zip(found.sequences[:, len(PROMPT) :].tolist(), found.sequences_scores.tolist(), strict=True):
        end = next((i for i, token in enumerate(row) if token in ends), len(row))
        texts.append((tuple(row[: end + 1]), total))
    return texts


def agree(beam: BeamSearch, expected: list[tuple[Text, float]]) -> None:
    order = sorted(beam.live + beam.ended, key=lambda end: -beam.nodes[end].total)
    assert [spelled(beam, end) for end in order] == [text for text, _ in expected]
    assert [beam.nodes[end].total for end in order] == pytest.approx([total for _, total in expected], abs=1e-4)


@pytest.mark.parametrize("beams", [2, 4, 7])
@pytest.mark.parametrize("seed", range(5))
def test_beams_as_transformers(llamas: list[Any], seed: int, beams: int) -> None:
    beam = BeamSearch(beams, max_new_tokens=8)
    write(beam, llama_scorer(llamas[seed]))
    agree(beam, their_beams(llamas[seed], beams, 8, ()))


@pytest.mark.parametrize("seed", range(5))
def test_beams_with_end_tokens_as_transformers_when_nothing_is_pruned(llamas: list[Any], seed: int) -> None:
    """With end tokens the two keep different sets: there a finished text takes no place in the beam, here it does.

    So they must agree where no text has to leave: a beam as wide as there are texts.
    """
    ends = tuple(range(2, 20))  # two tokens go on, eighteen end
    count = 2 * 18 + 18 + 4 - 0
    beam = BeamSearch(count, max_new_tokens=2, end_tokens=ends)
    write(beam, llama_scorer(llamas[seed]))
    expected = {text: log_chance(llama_scorer(llamas[seed]), text) for text in all_texts(20, 2, ends)}
    assert {spelled(beam, end) for end in beam.live + beam.ended} == expected.keys()
    best, total = their_beams(llamas[seed], 10, 2, ends)[0]
    assert tuple(beam.nodes[node].token for node in beam.best()) == best
    assert beam.nodes[beam.best()[-1]].total == pytest.approx(total, abs=1e-4)
