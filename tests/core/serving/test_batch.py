"""Texts that come and go in one cache, against each of them written alone without a cache."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from core.generation.decoding import BeamSearch, Move, Policy, Sampling
from core.pretrained.causal_lm import LanguageModel
from core.serving.batch import Batch
from core.serving.work import Run
from tests.core.pretrained.conftest import Pair, some_ids
from tests.core.serving.fake_model import FakeModel, alone, tokens_of, written

ROWS = 7


def run_of(ids: list[int], policy: Policy) -> Run:
    return Run(ids, policy, None, lambda: None)


def admit(batch: Batch, run: Run) -> None:
    """Read the whole prompt and choose the first token."""
    for _ in batch.admit(run):
        assert run.state == "reading"


def check_rows(batch: Batch) -> None:
    """The rows in use are the first ones, each of one text."""
    rows = [row for text in batch.texts for row in text.rows]
    assert sorted(rows) == list(range(batch.used))
    assert all(len(text.rows) == text.run.policy.rows for text in batch.texts)


@dataclass(frozen=True)
class Visit:
    """A text: the step at which it asks for a place, its prompt, its policy, and when its reader leaves."""

    comes: int
    ids: list[int]
    length: int
    beams: int = 0
    temperature: float = 1.0
    ends: tuple[int, ...] = ()
    seed: int = 0
    leaves: int | None = None

    def policy(self) -> Policy:
        if self.beams:
            return BeamSearch(self.beams, self.length, self.ends)
        return Sampling(self.temperature, 0, 1.0, 0.0, self.seed, self.length, self.ends)


VISITS = st.lists(
    st.builds(
        Visit,
        comes=st.integers(0, 12),
        ids=st.lists(st.integers(0, 16), min_size=1, max_size=5),
        length=st.integers(1, 12),
        beams=st.sampled_from([0, 0, 1, 3, 4]),
        temperature=st.sampled_from([0.0, 1.0, 2.0]),
        ends=st.sampled_from([(), (3,), (1, 2, 8)]),
        seed=st.integers(0, 9),
        leaves=st.none() | st.integers(0, 20),
    ),
    min_size=2,
    max_size=8,
)


def serve(batch: Batch, visits: list[Visit]) -> list[Run]:
    """Do what the engine does, without its thread."""
    runs = [run_of(visit.ids, visit.policy()) for visit in visits]
    waiting = sorted(range(len(visits)), key=lambda n: visits[n].comes)
    for now in range(500):
        for visit, run in zip(visits, runs, strict=True):
            if visit.leaves == now:
                run.stop()
        batch.let_go()
        check_rows(batch)
        for n in list(waiting):
            if visits[n].comes <= now and batch.used + runs[n].policy.rows <= ROWS:
                waiting.remove(n)
                admit(batch, runs[n])
                check_rows(batch)
        batch.step()
        check_rows(batch)
        if not waiting and not batch.texts:
            return runs
    raise AssertionError("not done after 500 steps")


@given(VISITS)
@example([Visit(0, [1, 2], 4, seed=0), Visit(0, [5], 9, seed=5), Visit(0, [6], 9, seed=6)])
def test_a_text_does_not_depend_on_who_else_is_there(visits: list[Visit]) -> None:
    model = FakeModel()
    for visit, run in zip(visits, serve(Batch(model, ROWS, 64), visits), strict=True):
        whole = alone(visit.policy(), visit.ids, model.scores)
        if run.state == "finished":
            assert written(run.policy) == written(whole)
        else:
            assert run.state == "stopped"
            assert visit.leaves is not None
            assert beginning(run.policy, whole)


def beginning(policy: Policy, whole: Policy) -> bool:
    """Return whether `policy` has written the beginning of what `whole` wrote."""
    some, everything = (p.nodes if isinstance(p, BeamSearch) else p.steps for p in (policy, whole))
    return len(some) > 0 and some == everything[: len(some)]


def test_a_text_that_ends_in_the_middle_of_a_step_takes_nothing_from_those_after_it() -> None:
    """The row of the last text moves into the hole while this step's scores are being given out."""
    model = FakeModel()
    batch = Batch(model, 3, 64)
    runs = [run_of([1, 2], Sampling(seed=0, max_new_tokens=4)), *(run_of([n], Sampling(seed=n)) for n in (5, 6))]
    for run in runs:
        admit(batch, run)
    while batch.texts:
        batch.step()
    assert model.steps()[2:5] == [3, 2, 2]
    for run, seed in zip(runs, (0, 5, 6), strict=True):
        fresh = Sampling(seed=seed, max_new_tokens=run.policy.max_new_tokens)
        assert written(run.policy) == written(alone(fresh, run.ids, model.scores))


class Broken(Sampling):
    """Raises at its third token."""

    def advance(self, scores: torch.Tensor) -> Move:
        if self.length == 2:
            raise RuntimeError("no third token")
        return super().advance(scores)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_policy_that_raises_fails_its_own_text(place: int) -> None:
    model = FakeModel()
    batch = Batch(model, 3, 64)
    policies: list[Sampling] = [Sampling(seed=n, max_new_tokens=8) for n in range(3)]
    policies[place] = Broken(seed=place, max_new_tokens=8)
    runs = [run_of([n], policy) for n, policy in enumerate(policies)]
    for run in runs:
        admit(batch, run)
    while batch.texts:
        batch.step()
        check_rows(batch)
    for n, run in enumerate(runs):
        whole = alone(Sampling(seed=n, max_new_tokens=8), [n], model.scores)
        assert run.state == ("failed" if n == place else "finished")
        assert tokens_of(run.policy) == tokens_of(whole)[: 2 if n == place else 8]
    assert str(runs[place].error) == "no third token"


@pytest.mark.parametrize("prompt", [1, 5, 10, 11])
def test_the_context_ends_a_text(prompt: int) -> None:
    model = FakeModel()
    batch = Batch(model, 3, 12)
    runs = [run_of([3] * prompt, policy) for policy in (Sampling(max_new_tokens=99), BeamSearch(2, max_new_tokens=99))]
    for run in runs:
        admit(batch, run)
    while batch.texts:
        batch.step()
    for run, fresh in zip(runs, (Sampling(max_new_tokens=99), BeamSearch(2, max_new_tokens=99)), strict=True):
        assert run.state == "finished"
        assert len(run.ids) + run.written == 12
        assert written(run.policy) == written(alone(fresh, run.ids, model.scores, context=12))


def test_dropped_work_is_gone_and_says_nothing() -> None:
    model = FakeModel()
    batch = Batch(model, 4, 64)
    runs = [run_of([n], policy) for n, policy in enumerate((BeamSearch(2, 9), Sampling(seed=1), Sampling(seed=2)))]
    for run in runs:
        admit(batch, run)
    batch.step()
    batch.drop(runs[0])
    assert batch.used == 2
    check_rows(batch)
    assert not runs[0].over
    while batch.texts:
        batch.step()
    assert runs[0].written == 2
    for run in runs[1:]:
        assert written(run.policy) == written(alone(Sampling(seed=run.ids[0]), run.ids, model.scores))


def test_a_step_without_texts_asks_nothing_of_the_model() -> None:
    model = FakeModel()
    Batch(model, 2, 16).step()
    assert model.events == []


# The same with our decoder and its cache of keys and values


@pytest.fixture(scope="module")
def tiny(pair: Callable[[str], Pair]) -> LanguageModel:
    return pair("group of 2").ours()


@pytest.mark.parametrize("seed", range(3))
def test_real_cache_keeps_texts_apart(tiny: LanguageModel, seed: int) -> None:
    rng = random.Random(seed)
    visits = [
        Visit(
            comes=rng.randint(0, 15),
            ids=some_ids(rng.randint(1, 40), seed=10 * seed + n),
            length=rng.randint(3, 24),
            beams=3 if n in (2, 5) else 0,
            temperature=rng.choice([0.0, 1.0, 1.5]),
            seed=n,
            leaves=18 if n == 3 else None,
        )
        for n in range(8)
    ]
    for visit, run in zip(visits, serve(Batch(tiny, ROWS, 768), visits), strict=True):
        whole = alone(visit.policy(), visit.ids, lambda text: torch.from_numpy(tiny.logits(text)[-1]))
        assert run.state == "finished" or visit.leaves is not None
        if isinstance(whole, BeamSearch):
            assert [n.token for n in run.policy.nodes] == [n.token for n in whole.nodes]
            assert [n.total for n in run.policy.nodes] == pytest.approx([n.total for n in whole.nodes], abs=1e-3)
        else:
            assert tokens_of(run.policy) == tokens_of(whole)[: run.written]
            logprobs = [step.logprob for step in whole.steps][: run.written]
            assert [step.logprob for step in run.policy.steps] == pytest.approx(logprobs, abs=1e-3)
