"""The engine with its thread: what many readers get is what each would get alone, and nobody's trouble is another's."""

import gc
import random
import threading
import weakref
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from core.generation.decoding import BeamSearch, Move, Policy, Sampling, Step
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.registry import load_folder
from core.serving import engine as engine_module
from core.serving import work as work_module
from core.serving.device_lock import DeviceLock
from core.serving.engine import Engine
from core.serving.work import Busy, Job, ModelUnavailable, Retired, Run, Work, WorkFailed
from tests.core.pretrained.conftest import Pair, some_ids
from tests.core.serving.fake_model import PATIENCE, FakeModel, Gate, alone, shut, tokens_of, written

Serve = Callable[..., Engine]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function from a model to a ready engine on it; all are closed at the end, their gates open."""
    started: list[tuple[Engine, LanguageModel]] = []
    before = set(threading.enumerate())  # another file's model may be at home already

    def start(model: LanguageModel, **settings: Any) -> Engine:
        engine = Engine(settings.pop("load", lambda device: model), **settings)
        started.append((engine, model))
        assert engine.ready(PATIENCE)
        return engine

    yield start
    for engine, model in started:
        if isinstance(model, FakeModel):
            model.gate.open()
        engine.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "engine" and thread not in before]


class Clock:
    """Stands in for the module `time` in core.serving.work."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(work_module, "time", found)
    return found


def done(work: Work) -> Work:
    """Wait until `work` is over, whichever way."""
    with work._changed:
        assert work._changed.wait_for(lambda: work.over, PATIENCE)
    return work


def closed(engine: Engine) -> None:
    """Wait until `engine.close` was called; it itself waits for the thread that stands at the gate."""
    with engine._wake:
        assert engine._wake.wait_for(lambda: engine._closed, PATIENCE)


def long(seed: int = 0) -> Sampling:
    return Sampling(seed=seed, max_new_tokens=400)


def hold(model: FakeModel, engine: Engine, policy: Policy | None = None) -> Run:
    """Start a long text and let the engine stop at its first step; the gate is shut from here on."""
    model.gate.shut()
    run = engine.submit([1], policy or long())
    for _ in range(model.layers):
        model.gate.one()
    assert model.events[-1][0] == "step"
    return run


# The same text for everyone


def test_streams_are_the_models_own_whoever_else_is_there(pair: Callable[[str], Pair], serve: Serve) -> None:
    """Eight readers at random steps, two of them with a beam, one who leaves: each gets what `stream` gives alone."""
    model = pair("group of 2").ours()
    rng = random.Random(1)
    settings = [
        {"temperature": rng.choice([0.0, 0.8, 1.5]), "top_k": rng.choice([0, 20]), "top_p": 0.95, "seed": n}
        for n in range(6)
    ]
    prompts = [some_ids(rng.randint(1, 60), seed=n) for n in range(8)]
    lengths = [rng.randint(8, 30) for _ in range(8)]
    comes = sorted(rng.randint(1, 25) for _ in range(7))
    expected = [
        list(model.stream(prompts[n], max_new_tokens=lengths[n], **chosen)) for n, chosen in enumerate(settings)
    ]
    policies: list[Policy] = [
        Sampling(**chosen, max_new_tokens=n) for chosen, n in zip(settings, lengths, strict=False)
    ]
    policies += [BeamSearch(3, lengths[6]), BeamSearch(2, lengths[7])]
    runs: list[Run] = []
    steps: list[int] = []
    plain_step = model.step

    def step(ids: list[int], positions: list[int], cache: Any) -> torch.Tensor:
        steps.append(len(ids))
        while len(runs) < 8 and comes[len(runs) - 1] <= len(steps):
            runs.append(engine.submit(prompts[order[len(runs)]], policies[order[len(runs)]]))
        if len(steps) == 30:
            leaver.stop()
        return plain_step(ids, positions, cache)

    order = rng.sample(range(8), 8)
    model.step = step
    engine = serve(model, rows=10)
    runs.append(engine.submit(prompts[order[0]], policies[order[0]]))
    leaver = engine.submit([7, 8, 9], long())
    done(leaver)
    assert len(runs) == 8
    for n, run in zip(order, runs, strict=True):
        assert run.wait(PATIENCE)
        if n < 6:
            ours = run.policy.steps
            assert [step.token for step in ours] == [step.token for step in expected[n]]
            assert [step.logprob for step in ours] == pytest.approx([s.logprob for s in expected[n]], abs=1e-4)
        else:
            whole = alone(
                BeamSearch(3 if n == 6 else 2, lengths[n]), prompts[n], lambda t: torch.from_numpy(model.logits(t)[-1])
            )
            assert [node.token for node in run.policy.nodes] == [node.token for node in whole.nodes]
    assert leaver.state == "stopped"
    assert max(steps) >= 5


def test_greedy_is_transformers_greedy(pair: Callable[[str], Pair], serve: Serve) -> None:
    both = pair("group of 3")
    engine = serve(load_folder("tiny", both.folder, device="cpu", precision="fp32"), rows=4)
    prompts = [some_ids(length, seed=length) for length in (1, 5, 33, 120)]
    runs = [engine.submit(ids, Sampling(temperature=0.0, max_new_tokens=20)) for ids in prompts]
    for ids, run in zip(prompts, runs, strict=True):
        theirs = both.theirs.generate(
            torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            do_sample=False,
            max_new_tokens=20,
            pad_token_id=0,
        )
        assert run.wait(PATIENCE)
        assert tokens_of(run.policy) == theirs[0, len(ids) :].tolist()


def test_many_threads_submit_at_once(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model, rows=5)
    policies = [BeamSearch(3, 6) if n % 7 == 3 else Sampling(seed=n, max_new_tokens=3 + n % 11) for n in range(60)]

    def ask(n: int) -> Run:
        run = engine.submit([n % 17, 3], policies[n])
        assert run.wait(PATIENCE)
        return run

    with ThreadPoolExecutor(12) as readers:
        runs = list(readers.map(ask, range(60)))
    for n, run in enumerate(runs):
        fresh = BeamSearch(3, 6) if n % 7 == 3 else Sampling(seed=n, max_new_tokens=3 + n % 11)
        assert written(run.policy) == written(alone(fresh, [n % 17, 3], model.scores))
    assert max(model.steps()) <= 5


# One batch


def test_texts_share_their_steps(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model, rows=4)
    with shut(model):
        runs = [engine.submit([n], Sampling(seed=n, max_new_tokens=30)) for n in range(6)]
    for run in runs:
        assert run.wait(PATIENCE)
    steps = model.steps()
    assert max(steps) == 4
    assert sum(steps) == 6 * 29  # the first token of a text comes with its prompt
    assert len(steps) < 6 * 29 / 2
    assert engine.load() == (0, 0)


def test_a_text_joins_while_others_are_running(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model)
    first = hold(model, engine, Sampling(max_new_tokens=40))
    written_before = first.written
    second = engine.submit([2], Sampling(max_new_tokens=5))
    assert engine.load() == (1, 1)
    model.gate.open()
    assert second.wait(PATIENCE)
    assert first.wait(PATIENCE)
    assert first.written == 40 > written_before
    assert 2 in model.steps()
    assert model.steps()[-1] == 1


def test_a_long_prompt_is_read_in_slices(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SLICE_SECONDS", -1.0)
    model = FakeModel(layers=10)
    engine = serve(model)
    first = hold(model, engine)
    second = engine.submit([2, 3], Sampling(max_new_tokens=2))
    model.gate.open()
    assert second.wait(PATIENCE)
    first.stop()
    kinds = [kind for kind, _ in model.events]
    start = kinds.index("prefill", 10)  # the first ten are the first text's own prompt
    end = max(place for place, kind in enumerate(kinds) if kind == "prefill")
    assert kinds[start : end + 1] == ["prefill", "step"] * 9 + ["prefill"]


def test_short_prompts_share_a_slice(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three readers who come together all run from the next step on."""
    monkeypatch.setattr(engine_module, "SLICE_SECONDS", PATIENCE)
    model = FakeModel()
    engine = serve(model)
    first = hold(model, engine)
    others = [engine.submit([n], Sampling(max_new_tokens=5)) for n in (2, 3, 4)]
    before = len(model.events)
    model.gate.open()
    for other in others:
        assert other.wait(PATIENCE)
    first.stop()
    assert [kind for kind, _ in model.events[before : before + 10]] == ["prefill"] * 9 + ["step"]
    assert len(model.events[before + 9][1]) == 4


def test_a_slice_ends_when_its_time_is_over(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SLICE_SECONDS", 0.0)
    model = FakeModel(layers=1)
    engine = serve(model)
    first = hold(model, engine)
    others = [engine.submit([n], Sampling(max_new_tokens=5)) for n in (2, 3)]
    before = len(model.events)
    model.gate.open()
    for other in others:
        assert other.wait(PATIENCE)
    first.stop()
    # A prompt's last piece and its first token are two turns here, and the next prompt has to wait for both.
    assert [kind for kind, _ in model.events[before : before + 4]] == ["prefill", "step", "step", "prefill"]


def test_nobody_waits_when_there_is_nobody(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without others a prompt is read in one go: slices would only cost rounds."""
    monkeypatch.setattr(engine_module, "SLICE_SECONDS", -1.0)
    model = FakeModel(layers=10)
    engine = serve(model)
    rounds = []
    plain_round = engine._round

    def counted(batch: Any) -> Any:
        rounds.append(model.events.copy())
        return plain_round(batch)

    with shut(model):
        engine._round = counted
        run = engine.submit([1], Sampling(max_new_tokens=1))
    assert run.wait(PATIENCE)
    assert not [events for events in rounds if 0 < len(events) < 10]


# The line in front of it


def test_the_line_is_bounded(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model, rows=1, waiting=2)
    first = hold(model, engine)
    waiting = [engine.submit([2], Sampling(max_new_tokens=2)) for _ in range(2)]
    assert engine.load() == (1, 2)
    with pytest.raises(Busy, match="2 others are waiting"):
        engine.submit([2], Sampling())
    with pytest.raises(Busy):
        engine.call(lambda model: iter(()))
    first.stop()
    model.gate.open()
    assert all(run.wait(PATIENCE) for run in waiting)
    assert engine.submit([2], Sampling(max_new_tokens=2)).wait(PATIENCE)


def test_readers_who_left_the_line_make_room_for_others(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model, rows=1, waiting=2)
    hold(model, engine)
    staying, leaving = (engine.submit([2], Sampling(max_new_tokens=2)) for _ in range(2))
    leaving.stop()
    new = engine.submit([3], Sampling(max_new_tokens=2))
    model.gate.one()
    assert leaving.state == "stopped"
    assert (staying.state, new.state) == ("waiting", "waiting")


@pytest.mark.parametrize(("waited", "order"), [(0.0, [1, 3, 4, 2]), (6.0, [1, 4, 2, 3])])
def test_narrow_texts_pass_a_beam_without_room_for_a_while_and_jobs_always(
    waited: float, order: list[int], serve: Serve, clock: Clock
) -> None:
    """A beam of four beside a text in four rows: there is room for one more text, and the job needs none."""
    model = FakeModel()
    engine = serve(model, rows=4)
    first = hold(model, engine, Sampling(max_new_tokens=20))
    beam = engine.submit([2], BeamSearch(4, 6))
    clock.now += waited
    last = engine.submit([3], Sampling(max_new_tokens=3))

    def job(_: LanguageModel) -> Generator[tuple[int, int], None, None]:
        model.events.append(("prefill", [4]))
        yield 1, 1

    asked = engine.call(job)
    model.gate.open()
    for work in (first, beam, last, asked):
        assert work.wait(PATIENCE)
    prompts = [ids[0] for kind, ids in model.events if kind == "prefill"]
    assert list(dict.fromkeys(prompts)) == order
    for run, fresh in ((beam, BeamSearch(4, 6)), (last, Sampling(max_new_tokens=3))):
        assert written(run.policy) == written(alone(fresh, run.ids, model.scores))


@pytest.mark.parametrize(
    ("ids", "policy", "message"),
    [
        ([1], BeamSearch(5), "5 texts at once are more than the 4"),
        ([], Sampling(), "1 to 31 tokens here, not 0"),
        ([1] * 32, Sampling(), "1 to 31 tokens here, not 32"),
    ],
)
def test_what_does_not_fit_is_refused(ids: list[int], policy: Policy, message: str, serve: Serve) -> None:
    engine = serve(FakeModel(), rows=4, context=32)
    with pytest.raises(ValueError, match=message):
        engine.submit(ids, policy)
    assert engine.load() == (0, 0)


@pytest.mark.parametrize(("context", "own"), [(20, 512), (512, 20), (20, 20)])
def test_the_context_ends_a_text(context: int, own: int, serve: Serve) -> None:
    """Whichever is smaller, what the engine keeps room for or what the model can read."""
    model = FakeModel(context=own)
    engine = serve(model, context=context)
    other = engine.submit([5], Sampling(seed=3, max_new_tokens=19))
    run = engine.submit([1, 2, 3], Sampling(max_new_tokens=400))
    assert run.wait(PATIENCE)
    assert run.state == "finished"
    assert run.written == 17
    assert written(run.policy) == written(alone(Sampling(max_new_tokens=17), [1, 2, 3], model.scores))
    assert other.wait(PATIENCE)


def test_a_real_models_context_ends_a_text(pair: Callable[[str], Pair], serve: Serve) -> None:
    model = pair("group of 2").ours()
    assert model.context == 1024
    engine = serve(model, context=5000, rows=2)
    runs = [engine.submit(some_ids(1010 + n), Sampling(seed=n, max_new_tokens=60)) for n in range(2)]
    for n, run in enumerate(runs):
        assert run.wait(PATIENCE)
        assert run.written == 14 - n


# Leaving


def test_stopping_frees_the_place_within_a_step(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model, rows=1)
    first = hold(model, engine)
    second = engine.submit([9], Sampling(max_new_tokens=2))
    model.gate.one()
    assert second.state == "waiting"
    before = len(model.events)
    first.stop()
    model.gate.one()  # the step that was under way when the reader left
    assert model.events[before:] == [("prefill", [9])]
    assert first.state == "stopped"
    assert not first.by_reader
    assert written(first.policy) == written(alone(long(), [1], model.scores))[: first.written]
    assert first.written >= 2
    model.gate.open()
    assert second.wait(PATIENCE)


def test_stopping_while_the_prompt_is_read(serve: Serve) -> None:
    model = FakeModel(layers=50)
    engine = serve(model)
    model.gate.shut()
    run = engine.submit([1], long())
    model.gate.one()
    assert run.state == "reading"
    run.stop(by_reader=True)
    model.gate.open()
    assert run.wait(PATIENCE)
    assert (run.state, run.written, run.by_reader) == ("stopped", 0, True)
    assert len(model.events) <= 3
    assert engine.submit([1], Sampling(max_new_tokens=3)).wait(PATIENCE)


def test_stopping_in_line(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model)
    with shut(model):
        runs = [engine.submit([n], Sampling(max_new_tokens=3)) for n in range(3)]
        job = engine.call(lambda model: iter(()))
        runs[2].stop()
        job.stop()
    for work in (*runs, job):
        done(work)
    assert [work.state for work in (*runs, job)] == ["finished", "finished", "stopped", "stopped"]
    assert [2] not in [ids for kind, ids in model.events if kind == "prefill"]


def test_by_reader_is_remembered() -> None:
    run = Run([1], Sampling(), None, lambda: None)
    run.stop(by_reader=True)
    run.stop()
    assert run.by_reader
    assert run.left


def test_a_reader_who_does_not_look_loses_the_place(serve: Serve, clock: Clock) -> None:
    model = FakeModel()
    engine = serve(model, rows=3)
    forgotten = hold(model, engine)
    kept, renewed, leased = forgotten, engine.submit([2], long(), lease=2.0), engine.submit([3], long(), lease=2.0)
    for _ in range(20):
        model.gate.one()
    assert engine.load() == (3, 0)
    clock.now += 1.9
    model.gate.one()
    model.gate.one()
    assert leased.state == "running"
    renewed.touch()
    clock.now += 0.2
    model.gate.one()
    assert leased.state == "stopped"
    assert not leased.by_reader
    assert engine.load() == (2, 0)
    assert not renewed.over
    assert not kept.over
    clock.now += 100
    model.gate.one()
    assert renewed.state == "stopped"
    assert not kept.over


def test_who_may_have_left_has_a_moment_to_come_back(clock: Clock) -> None:
    run, without = (Run([1], Sampling(), lease, lambda: None) for lease in (2.0, None))
    clock.now += 1.0
    for one in (run, without):
        one.leave(0.5)
    clock.now += 0.4
    assert not run.left
    run.touch()  # the page's next run is looking
    clock.now += 1.9
    assert not run.left
    run.leave(0.5)
    run.leave(60.0)  # never longer than it was
    clock.now += 0.2
    assert run.left
    assert not without.left


def test_the_speed_is_tokens_over_seconds_since_the_line(clock: Clock) -> None:
    run = Run([1], Sampling(), None, lambda: None)
    clock.now += 50
    assert run.speed == 0
    run.begin()
    clock.now += 2
    for _ in range(6):
        run.policy.advance(torch.zeros(1, 5))
    assert run.speed == 3
    run.end("finished")
    clock.now += 100
    assert run.speed == 3


def test_what_another_text_wrote_is_no_speed(clock: Clock) -> None:
    """A branch starts with the tokens before its fork."""
    steps = [Step(1, 0.0, 1.0, 1, ()) for _ in range(30)]
    run = Run([1], Sampling(steps=steps), None, lambda: None)
    run.begin()
    clock.now += 2
    assert run.speed == 0
    run.policy.advance(torch.zeros(1, 5))
    assert (run.written, run.speed) == (31, 0.5)


# Trouble


class Broken(Sampling):
    """Raises at its token number `at`."""

    at = 0

    def advance(self, scores: torch.Tensor) -> Move:
        if self.length == self.at:
            raise ZeroDivisionError("no such token")
        return super().advance(scores)


class BrokenLater(Broken):
    at = 3


@pytest.mark.parametrize("policy", [Broken, BrokenLater])
def test_a_policy_that_raises_fails_its_own_run(policy: type[Broken], serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model)
    with shut(model):
        runs = [engine.submit([n], Sampling(seed=n, max_new_tokens=12)) for n in range(2)]
        broken = engine.submit([7], policy(max_new_tokens=12))
        runs.append(engine.submit([2], Sampling(seed=2, max_new_tokens=12)))
    with pytest.raises(WorkFailed, match="no such token") as caught:
        broken.wait(PATIENCE)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert broken.state == "failed"
    assert broken.written == policy.at
    for n, run in enumerate(runs):
        assert run.wait(PATIENCE)
        assert written(run.policy) == written(alone(Sampling(seed=n, max_new_tokens=12), [n], model.scores))


def test_a_step_that_raises_fails_the_texts_in_it_and_the_engine_goes_on(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model, rows=2)
    first = hold(model, engine)
    second, third = engine.submit([2], long()), engine.submit([3], Sampling(max_new_tokens=4))
    while engine.load()[0] < 2:
        model.gate.one()

    def fail_once(kind: str, ids: list[int]) -> None:
        if kind == "step":
            model.on_call = lambda kind, ids: None
            raise RuntimeError("a kernel failed")

    model.on_call = fail_once
    model.gate.open()
    for run in (first, second):
        with pytest.raises(WorkFailed, match="a kernel failed"):
            run.wait(PATIENCE)
        assert run.written > 0
    assert third.wait(PATIENCE)
    assert model.steps()[-3:] == [1, 1, 1]  # the failed texts are gone from the batch
    assert (first.state, second.state) == ("failed", "failed")
    assert written(third.policy) == written(alone(Sampling(max_new_tokens=4), [3], model.scores))


def test_a_prompt_that_raises_fails_its_own_run(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model)
    first = hold(model, engine, Sampling(max_new_tokens=20))

    def refuse(kind: str, ids: list[int]) -> None:
        if (kind, ids) == ("prefill", [13]):
            raise ValueError("thirteen")

    model.on_call = refuse
    second = engine.submit([13], long())
    model.gate.open()
    with pytest.raises(WorkFailed, match="thirteen"):
        second.wait(PATIENCE)
    assert first.wait(PATIENCE)
    assert written(first.policy) == written(alone(Sampling(max_new_tokens=20), [1], model.scores))


def test_an_error_without_words_is_named(serve: Serve) -> None:
    def fail(model: LanguageModel) -> Generator[tuple[int, int], None, None]:
        yield 0, 1
        raise KeyError

    with pytest.raises(WorkFailed, match="KeyError"):
        serve(FakeModel()).call(fail).wait(PATIENCE)


def test_a_model_that_cannot_be_loaded() -> None:
    gate = Gate()
    gate.shut()

    def load(device: str | None) -> LanguageModel:
        gate.pass_through()
        raise OSError("model.safetensors is missing")

    engine = Engine(load)
    try:
        gate.wait()
        assert not engine.ready()
        assert (engine.placement, engine.model_name) == (None, "")
        waiting = engine.submit([1], Sampling())
        job = engine.call(lambda model: iter(()))
        gate.open()
        for work in (waiting, job):
            with pytest.raises(WorkFailed, match=r"model\.safetensors is missing") as caught:
                work.wait(PATIENCE)
            assert isinstance(caught.value.__cause__, ModelUnavailable)
        for ask in (lambda: engine.ready(PATIENCE), lambda: engine.submit([1], Sampling())):
            with pytest.raises(ModelUnavailable, match=r"model\.safetensors is missing") as caught:
                ask()
            assert isinstance(caught.value.__cause__, OSError)
    finally:
        gate.open()
        engine.close()


def test_closing_ends_everything() -> None:
    model = FakeModel()
    engine = Engine(lambda device: model, rows=1)
    running = hold(model, engine)
    waiting = engine.submit([2], long())
    job = engine.call(lambda model: iter(()))
    with ThreadPoolExecutor(1) as other:
        closing = other.submit(engine.close)
        closed(engine)
        model.gate.open()
        closing.result(PATIENCE)
    for work in (running, waiting, job):
        assert work.state == "failed"
        with pytest.raises(WorkFailed, match="closed"):
            work.wait(0)
    with pytest.raises(RuntimeError, match="closed"):
        engine.submit([1], Sampling())
    assert not engine._thread.is_alive()
    engine.close()


def test_a_model_with_a_short_context_says_so_at_once(serve: Serve) -> None:
    engine = serve(FakeModel(context=8))
    with pytest.raises(ValueError, match="a prompt has 1 to 7 tokens here, not 8"):
        engine.submit([1] * 8, Sampling())
    assert done(engine.submit([1] * 7, Sampling())).state == "finished"


def test_a_retired_engine_ends_when_all_is_done() -> None:
    """Another model takes its place: who is being served is served to the end, and nobody waits for that."""
    model = FakeModel()
    engine = Engine(lambda device: model, rows=1)
    running = hold(model, engine, Sampling(max_new_tokens=3))
    waiting = engine.submit([2], Sampling(max_new_tokens=3))
    job = engine.call(lambda model: iter(()))
    engine.retire()
    assert not running.over
    with pytest.raises(Retired, match="made room"):
        engine.submit([1], Sampling())
    model.gate.open()
    for work in (running, waiting, job):
        assert done(work).state == "finished"
    engine._thread.join(PATIENCE)
    assert not engine._thread.is_alive()
    engine.close()


def test_an_engine_that_is_retired_while_it_loads_ends_too() -> None:
    gate = Gate()
    gate.shut()
    engine = Engine(lambda device: gate.pass_through() or FakeModel())
    engine.retire()
    gate.open()
    assert engine.ready(PATIENCE)
    engine._thread.join(PATIENCE)
    assert not engine._thread.is_alive()


def test_who_knows_the_engine_that_knows_it_is_let_go() -> None:
    """Without a collector, which does not look at what was there when the server had warmed up."""

    class Owner:
        def __init__(self) -> None:
            self.model = FakeModel()
            self.engine = Engine(lambda device: self.model)

    owner = Owner()
    assert owner.engine.ready(PATIENCE)
    thread, known = owner.engine._thread, weakref.ref(owner)
    owner.engine.retire()
    thread.join(PATIENCE)
    gc.disable()
    try:
        del owner
        assert known() is None
    finally:
        gc.enable()


def test_who_keeps_a_text_keeps_no_model() -> None:
    """A visit holds its texts for as long as its page is open."""
    model = FakeModel()
    engine = Engine(lambda device, model=model: model)  # type: ignore[misc]
    kept = [engine.submit([1], Sampling(max_new_tokens=2)), engine.call(lambda model: iter(()))]
    kept += [engine.submit([1], long())]
    kept[-1].stop()
    for work in kept:
        done(work)
    engine.close()
    held = weakref.ref(model)
    del engine, model
    gc.collect()
    assert held() is None
    kept[0].stop()  # late, and without harm
    kept[1].leave(0)


def test_closing_in_the_middle_of_a_prompt_and_of_a_job() -> None:
    for kind in ("prefill", "job"):
        model = FakeModel(layers=10**6)
        engine = Engine(lambda device, model=model: model)
        model.gate.shut()
        work = engine.submit([1], long()) if kind == "prefill" else engine.call(lambda m: m.exact_logits([1]))
        model.gate.one()
        with ThreadPoolExecutor(1) as other:
            closing = other.submit(engine.close)
            closed(engine)
            model.gate.open()
            closing.result(PATIENCE)
        assert work.state == "failed"
        assert len(model.events) < 10


# Jobs


def test_a_job_has_progress_and_a_result(serve: Serve) -> None:
    model = FakeModel(layers=3)
    engine = serve(model)
    model.gate.shut()
    job = engine.call(lambda model: model.exact_logits([4, 5]))
    seen = []
    for _ in range(2):
        model.gate.one()
        seen.append((job.state, job.progress))
    assert seen == [("running", (1, 3)), ("running", (2, 3))]
    assert job.result is None
    model.gate.open()
    assert job.wait(PATIENCE)
    assert (job.state, job.progress) == ("finished", (3, 3))
    assert torch.equal(job.result, torch.stack([model.scores([4]), model.scores([4, 5])]))


def test_a_job_that_fails_is_alone_with_it(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model)
    run = hold(model, engine, Sampling(max_new_tokens=10))
    empty = engine.call(lambda model: model.exact_logits([]))
    fine = engine.call(lambda model: model.exact_logits([1]))
    model.gate.open()
    with pytest.raises(WorkFailed, match="no tokens"):
        empty.wait(PATIENCE)
    assert fine.wait(PATIENCE)
    assert run.wait(PATIENCE)
    assert run.written == 10


def test_a_job_is_cut_in_slices_too(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SLICE_SECONDS", -1.0)
    model = FakeModel(layers=8)
    engine = serve(model)
    run = hold(model, engine)
    job = engine.call(lambda model: model.exact_logits([1, 2]))
    model.gate.open()
    assert job.wait(PATIENCE)
    run.stop()
    kinds = [kind for kind, _ in model.events]
    first, last = kinds.index("exact"), max(place for place, kind in enumerate(kinds) if kind == "exact")
    assert kinds[first : last + 1] == ["exact", "step"] * 7 + ["exact"]


def test_stopping_a_job(serve: Serve) -> None:
    model = FakeModel(layers=10**6)
    engine = serve(model)
    model.gate.shut()
    job = engine.call(lambda model: model.exact_logits([1]))
    model.gate.one()
    job.stop()
    model.gate.open()
    assert job.wait(PATIENCE)
    assert job.state == "stopped"
    assert len(model.events) <= 3


# Several engines


class OwnedTurn:
    """A lock that knows whose it is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.owner: int | None = None

    def __enter__(self) -> None:
        self._lock.acquire()
        self.owner = threading.get_ident()

    def __exit__(self, *details: object) -> None:
        self.owner = None
        self._lock.release()


def test_engines_that_share_a_turn_never_compute_at_the_same_time(serve: Serve) -> None:
    turn = OwnedTurn()
    outside: list[str] = []

    def check(kind: str, ids: list[int]) -> None:
        if turn.owner != threading.get_ident():
            outside.append(kind)

    models = [FakeModel(seed, on_call=check) for seed in range(2)]

    def load(model: FakeModel) -> Callable[[str | None], LanguageModel]:
        def loaded(device: str | None) -> LanguageModel:
            check("load", [])
            return model

        return loaded

    engines = [serve(model, load=load(model), turn=turn) for model in models]
    work: list[Work] = []
    for n in range(6):
        for engine in engines:
            work.append(engine.submit([n], Sampling(seed=n, max_new_tokens=20)))
            work.append(engine.call(lambda model: model.exact_logits([1, 2])))
    for one in work:
        assert one.wait(PATIENCE)
    assert outside == []
    assert all({kind for kind, _ in model.events} == {"prefill", "step", "exact"} for model in models)


def test_an_engine_without_work_leaves_the_turn_to_others(serve: Serve) -> None:
    turn = DeviceLock()
    idle, busy = serve(FakeModel(1), turn=turn), serve(FakeModel(2), turn=turn)
    assert busy.submit([1], Sampling(max_new_tokens=50)).wait(PATIENCE)
    assert idle.submit([1], Sampling(max_new_tokens=5)).wait(PATIENCE)


def test_a_busy_engine_does_not_keep_the_turn_from_another(serve: Serve) -> None:
    turn = DeviceLock()
    models = [FakeModel(1, context=4096), FakeModel(2)]
    busy, other = (serve(model, turn=turn, context=4096) for model in models)
    under_way = threading.Event()
    models[0].on_call = lambda kind, ids: under_way.set() if kind == "step" else None
    long_run = busy.submit([1], Sampling(max_new_tokens=4000))
    assert under_way.wait(PATIENCE)
    written: list[int] = []
    models[1].on_call = lambda kind, ids: written.append(long_run.written) if kind == "step" else None
    assert other.submit([1], Sampling(max_new_tokens=20)).wait(PATIENCE)
    long_run.stop()
    assert len(written) == 19
    assert 15 <= written[-1] - written[0] <= 25  # in turns; all 4000 if the first never let go


# Memory


class Accelerated(FakeModel):
    """Says that it is on an accelerator, and runs out of memory at call number `at`."""

    def __init__(self, at: int, *, device: str = "cuda") -> None:
        super().__init__(device=device)
        self.at = at
        self.on_call = self._fill

    def _fill(self, kind: str, ids: list[int]) -> None:
        if len(self.events) == self.at:
            raise torch.OutOfMemoryError("CUDA out of memory")


def two_devices(first: FakeModel, second: FakeModel, asked: list[str | None]) -> Callable[[str | None], LanguageModel]:
    def load(device: str | None) -> LanguageModel:
        asked.append(device)
        return second if device == "cpu" else first

    return load


@pytest.mark.parametrize("at", [1, 3, 5, 8, 13, 16, 25])
def test_out_of_memory_moves_everything_to_the_cpu(at: int, serve: Serve) -> None:
    """In a prompt, in a step, in a job: wherever it happens, the work is done again and comes out as if undisturbed."""
    first, second, asked = Accelerated(at), FakeModel(), []
    engine = serve(first, load=two_devices(first, second, asked), rows=5)
    with shut(first):
        policies = [Sampling(seed=n, max_new_tokens=15) for n in range(4)] + [BeamSearch(2, 7)]
        runs = [engine.submit([n, 1], policy) for n, policy in enumerate(policies[:2])]
        job = engine.call(lambda model: model.exact_logits([1, 2]))
        runs += [engine.submit([n, 1], policy) for n, policy in enumerate(policies[2:], start=2)]
    fresh: list[Policy] = [Sampling(seed=n, max_new_tokens=15) for n in range(4)] + [BeamSearch(2, 7)]
    for run, policy in zip(runs, fresh, strict=True):
        assert run.wait(PATIENCE)
        assert run.state == "finished"
        assert written(run.policy) == written(alone(policy, run.ids, second.scores))
    assert job.wait(PATIENCE)
    assert torch.equal(job.result, torch.stack([second.scores([1]), second.scores([1, 2])]))
    assert asked == [None, "cpu"]
    again = [ids[0] for kind, ids in second.events if kind == "prefill"]
    assert again == sorted(again)  # in the order in which they came
    assert engine.notice == "CUDA ran out of memory: running on the CPU instead."
    assert engine.placement == second.placement
    assert engine.submit([1], Sampling(max_new_tokens=2)).wait(PATIENCE)
    assert asked == [None, "cpu"]


def test_stopped_texts_are_not_done_again(serve: Serve) -> None:
    """The reader leaves during the very step that finds no memory: what was written stays."""
    first, second, asked = FakeModel(device="cuda"), FakeModel(), []
    engine = serve(first, load=two_devices(first, second, asked), rows=2)
    stopped = hold(first, engine)
    other = engine.submit([2], Sampling(max_new_tokens=9))

    def stop_and_fill(kind: str, ids: list[int]) -> None:
        if len(ids) == 2:
            stopped.stop()
            raise torch.OutOfMemoryError("CUDA out of memory")

    first.on_call = stop_and_fill
    first.gate.open()
    assert other.wait(PATIENCE)
    assert stopped.wait(PATIENCE)
    assert stopped.state == "stopped"
    assert 0 < stopped.written < 400
    assert written(stopped.policy) == written(alone(long(), [1], second.scores))[: stopped.written]
    assert [1] not in [ids for kind, ids in second.events if kind == "prefill"]


def test_out_of_memory_on_the_cpu_fails_the_work_and_the_engine_lives(serve: Serve) -> None:
    model = Accelerated(5, device="cpu")
    asked: list[str | None] = []
    engine = serve(model, load=two_devices(model, model, asked))
    with pytest.raises(WorkFailed, match="out of memory"):
        engine.submit([1], long()).wait(PATIENCE)
    assert asked == [None]
    assert engine.notice == ""
    again = engine.submit([2], Sampling(max_new_tokens=9))
    assert again.wait(PATIENCE)
    assert written(again.policy) == written(alone(Sampling(max_new_tokens=9), [2], model.scores))


def test_no_room_for_the_texts_at_the_start(serve: Serve) -> None:
    """The model fits on the accelerator, the memory for its texts does not."""

    class Full(FakeModel):
        def new_cache(self, rows: int, length: int) -> Any:
            raise torch.OutOfMemoryError("CUDA out of memory")

    first, second, asked = Full(device="cuda"), FakeModel(), []
    engine = serve(first, load=two_devices(first, second, asked))
    assert engine.submit([1], Sampling(max_new_tokens=3)).wait(PATIENCE)
    assert asked == [None, "cpu"]
    assert engine.notice == "CUDA ran out of memory: running on the CPU instead."


def test_no_way_back_to_the_cpu() -> None:
    """The second load fails: nobody is left waiting for ever."""
    first = Accelerated(5)

    def load(device: str | None) -> LanguageModel:
        if device == "cpu":
            raise OSError("the file is gone")
        return first

    engine = Engine(load)
    try:
        first.gate.shut()
        work = [engine.submit([1], long()), engine.submit([2], long()), engine.call(lambda m: m.exact_logits([1]))]
        first.gate.open()
        for one in work:
            assert done(one).state == "failed"
            assert "the file is gone" in str(one.error)
        with pytest.raises(ModelUnavailable, match="the file is gone"):
            engine.ready()
    finally:
        first.gate.open()
        engine.close()


def test_metal_says_out_of_memory_in_its_own_way(serve: Serve) -> None:
    """Torch raises a plain RuntimeError on MPS: `core.device` knows it."""

    class Metal(Accelerated):
        def _fill(self, kind: str, ids: list[int]) -> None:
            if len(self.events) == self.at:
                raise RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)")

    first, second, asked = Metal(6, device="mps"), FakeModel(), []
    engine = serve(first, load=two_devices(first, second, asked))
    assert engine.submit([1], Sampling(max_new_tokens=9)).wait(PATIENCE)
    assert asked == [None, "cpu"]


# What a reader holds


def test_waiting_has_an_end(serve: Serve) -> None:
    model = FakeModel()
    engine = serve(model)
    run = hold(model, engine)
    assert run.wait(0.01) is False
    run.stop()
    model.gate.open()
    assert run.wait(PATIENCE) is True


def test_only_runs_and_jobs_are_work(serve: Serve) -> None:
    engine = serve(FakeModel())
    stranger = Work(None, lambda: None)
    engine._enqueue(stranger)
    with pytest.raises(WorkFailed, match="Work"):
        stranger.wait(PATIENCE)
    assert isinstance(engine.call(lambda model: iter(())), Job)
