"""The worker with its thread: everyone's work in turn, nobody waits for another's long one, and nobody is forgotten."""

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from core.serving import worker as worker_module
from core.serving.work import Busy, Job, WorkFailed
from core.serving.worker import Worker
from tests.core.serving.fake_model import PATIENCE, Gate

Employ = Callable[..., Worker]


@pytest.fixture
def employ() -> Iterator[Employ]:
    """Return a function that starts a worker; all are closed at the end, and their threads are gone."""
    employed: list[Worker] = []

    def start(**settings: Any) -> Worker:
        employed.append(Worker(**settings))
        return employed[-1]

    yield start
    for worker in employed:
        worker.close()
    assert not [worker for worker in employed if worker._thread.is_alive()]


@pytest.fixture
def gate(employ: Employ) -> Iterator[Gate]:
    """Where a worker can be held up; opened before the workers are closed, whatever a test did."""
    gate = Gate()
    yield gate
    gate.open()


class Steps:
    """Work in `count` steps (None: without end) that writes down what was done, in which thread, and how it ended."""

    def __init__(self, name: str = "", count: int | None = 3, log: list[str] | None = None, gate: Gate | None = None):
        self.name, self.count, self.gate = name, count, gate
        self.log: list[str] = [] if log is None else log
        self.threads: set[str] = set()
        self.ended = threading.Event()

    def __call__(self) -> Generator[tuple[int, int], None, str]:
        done = 0
        try:
            while self.count is None or done < self.count:
                done += 1
                self.log.append(f"{self.name}{done}")
                self.threads.add(threading.current_thread().name)
                if self.gate:
                    self.gate.pass_through()
                yield done, self.count or 0
        finally:
            self.ended.set()
        return f"{self.name} is done"


def held(worker: Worker, gate: Gate) -> Job:
    """Let the worker stand at the shut gate, in work of its own that ends when the gate is opened."""
    gate.shut()
    job = worker.call(gate.pass_through)
    gate.wait()
    return job


def over(job: Job) -> str:
    """Wait until `job` is over, whichever way, and return which."""
    with job._changed:
        assert job._changed.wait_for(lambda: job.over, PATIENCE)
    return job.state


def expired(job: Job) -> None:
    """Let time go by in which nobody looked at the job."""
    job._seen -= 1000


# One after another


def test_does_what_it_is_given(employ: Employ) -> None:
    worker = employ()
    plain, steps = worker.call(lambda: 6 * 7), worker.call(Steps("it"))
    assert plain.wait(PATIENCE)
    assert steps.wait(PATIENCE)
    assert (plain.state, plain.result, plain.error) == ("finished", 42, None)
    assert (steps.state, steps.result, steps.progress) == ("finished", "it is done", (3, 3))
    empty = worker.call(lambda: (n for n in ()))
    assert empty.wait(PATIENCE)
    assert (empty.state, empty.result) == ("finished", None)


def test_first_come_first_served_and_all_in_its_thread(employ: Employ, gate: Gate) -> None:
    worker = employ()
    held(worker, gate)
    log: list[str] = []
    threads: list[str] = []

    def work(n: int) -> None:
        log.append(str(n))
        threads.append(threading.current_thread().name)

    jobs = [worker.call(lambda n=n: work(n)) for n in range(6)]
    assert [job.state for job in jobs] == ["waiting"] * 6
    assert log == []
    gate.open()
    assert all(job.wait(PATIENCE) for job in jobs)
    assert log == list("012345")
    assert set(threads) == {"worker"}


def test_those_who_wait_get_a_slice_in_turn(employ: Employ, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "SLICE_SECONDS", -1.0)
    worker = employ()
    held(worker, gate)
    log: list[str] = []
    jobs = [worker.call(Steps(name, count, log)) for name, count in (("a", 4), ("b", 2), ("c", 3))]
    gate.open()
    assert [over(job) for job in jobs] == ["finished"] * 3
    assert log == ["a1", "b1", "c1", "a2", "b2", "c2", "a3", "c3", "a4"]
    assert [job.result for job in jobs] == ["a is done", "b is done", "c is done"]


def test_a_quick_answer_does_not_wait_for_a_long_measurement(employ: Employ, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = employ()
    endless = Steps(count=None)
    long = worker.call(endless)
    quick = worker.call(lambda: "quick")
    assert quick.wait(PATIENCE)
    assert quick.result == "quick"
    assert not long.over
    monkeypatch.setattr(worker_module, "SLICE_SECONDS", -1.0)
    seen = len(endless.log)
    other = worker.call(Steps("other", 50))
    assert other.wait(PATIENCE)
    assert len(endless.log) >= seen + 48  # and the long one gets on meanwhile
    long.stop()
    assert over(long) == "stopped"


def test_who_is_alone_is_not_cut(employ: Employ, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "SLICE_SECONDS", -1.0)
    worker = employ()
    slices = []
    plain_slice = worker._slice

    def counted(job: Job, steps: Any) -> Any:
        slices.append(job)
        return plain_slice(job, steps)

    held(worker, gate)
    worker._slice = counted
    job = worker.call(Steps(count=200))
    gate.open()
    assert job.wait(PATIENCE)
    assert slices == [job]


def test_progress_can_be_followed(employ: Employ, gate: Gate) -> None:
    worker = employ()
    gate.shut()
    job = worker.call(Steps(count=4, gate=gate))
    gate.wait()
    assert (job.state, job.progress) == ("running", (0, 1))
    seen = []
    for _ in range(3):
        gate.one()
        seen.append(job.progress)
    assert seen == [(1, 4), (2, 4), (3, 4)]
    assert job.wait(0.01) is False
    gate.open()
    assert job.wait(PATIENCE)
    assert job.progress == (4, 4)


def test_many_threads_call_at_once(employ: Employ) -> None:
    worker = employ()

    def ask(n: int) -> Any:
        if n % 3 == 0:
            job = worker.call(lambda: n * n)
        elif n % 3 == 1:
            job = worker.call(Steps(str(n), n % 11))
        else:
            job = worker.call(Steps(str(n), None))
            job.stop()
        return over(job), job.result

    with ThreadPoolExecutor(12) as readers:
        found = list(readers.map(ask, range(90)))
    for n, (state, result) in enumerate(found):
        wanted = [("finished", n * n), ("finished", f"{n} is done"), ("stopped", None)][n % 3]
        assert (state, result) == wanted


def test_its_products_use_one_thread_whatever_others_set(employ: Employ) -> None:
    """Another model's thread sets its own number after this one started: it is of no concern here."""
    worker = employ()
    assert worker.call(lambda: None).wait(PATIENCE)
    try:
        torch.set_num_threads(3)
        job = worker.call(torch.get_num_threads)
        assert job.wait(PATIENCE)
        assert job.result == 1
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(1)


# Leaving


def test_stopping_ends_it_within_a_step(employ: Employ, gate: Gate) -> None:
    worker, work = employ(), Steps(count=None, gate=gate)
    gate.shut()
    job = worker.call(work)
    for _ in range(3):
        gate.one()
    job.stop()
    assert not job.over
    gate.open()
    assert over(job) == "stopped"
    assert job.wait(PATIENCE) is True
    assert job.result is None
    assert len(work.log) == 4  # the one under way when it was stopped was the last
    assert work.ended.is_set()  # what it held is given back before its reader is told


def test_stopped_in_line_it_is_never_begun(employ: Employ, gate: Gate) -> None:
    worker, work, called = employ(), Steps(), []
    held(worker, gate)
    jobs = [worker.call(work), worker.call(lambda: called.append(1))]
    for job in jobs:
        job.stop()
    gate.open()
    assert [over(job) for job in jobs] == ["stopped", "stopped"]
    assert work.log == called == []


def test_stopped_between_two_slices(employ: Employ, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reader leaves while others have their turn: it is not taken up again, and gives back what it held."""
    monkeypatch.setattr(worker_module, "SLICE_SECONDS", -1.0)
    worker, work = employ(), Steps(count=None)
    first = held(worker, gate)
    job = worker.call(work)
    gate_b = Gate()
    gate_b.shut()
    other = worker.call(gate_b.pass_through)
    gate.open()
    try:
        gate_b.wait()
        assert first.state == "finished"
        assert work.log == ["1"]
        job.stop()
    finally:
        gate_b.open()
    assert over(job) == "stopped"
    assert other.wait(PATIENCE)
    assert work.log == ["1"]
    assert work.ended.is_set()


def test_what_is_done_in_one_go_is_finished_all_the_same(employ: Employ, gate: Gate) -> None:
    worker = employ()
    gate.shut()
    job = worker.call(lambda: gate.pass_through() or "done")
    gate.wait()
    job.stop()
    gate.open()
    assert over(job) == "finished"
    assert job.result == "done"


def test_nobody_looks_any_more(employ: Employ, gate: Gate) -> None:
    worker, begun, waiting = employ(), Steps(count=None, gate=gate), Steps()
    gate.shut()
    jobs = [worker.call(begun, lease=60.0), worker.call(waiting, lease=60.0), worker.call(Steps("kept"), lease=60.0)]
    gate.one()
    for job in jobs:
        expired(job)
    jobs[2].touch()
    gate.open()
    assert [over(job) for job in jobs] == ["stopped", "stopped", "finished"]
    assert begun.ended.is_set()
    assert waiting.log == []


def test_who_looks_keeps_it_going(employ: Employ, gate: Gate) -> None:
    worker = employ()
    gate.shut()
    job = worker.call(Steps("seen", 5, gate=gate), lease=60.0)
    for _ in range(4):
        gate.one()
        expired(job)
        job.touch()
    gate.open()
    assert over(job) == "finished"


def test_without_a_lease_nobody_needs_to_look(employ: Employ, gate: Gate) -> None:
    worker = employ()
    held(worker, gate)
    job = worker.call(Steps("it"))
    expired(job)
    gate.open()
    assert over(job) == "finished"


# Failing


def boom() -> None:
    raise KeyError("no paper")


def boom_later() -> Generator[tuple[int, int], None, None]:
    yield 1, 2
    raise ValueError("the ink is dry")


def boom_at_the_end() -> Generator[tuple[int, int], None, None]:
    try:
        while True:
            yield 1, 2
    finally:
        raise OSError("can't close it")


@pytest.mark.parametrize(
    ("work", "error", "text"),
    [
        (boom, KeyError, "'no paper'"),
        (boom_later, ValueError, "the ink is dry"),
        (lambda: next(iter(())), StopIteration, "StopIteration"),
    ],
)
def test_who_asked_is_told(work: Callable[[], Any], error: type[Exception], text: str, employ: Employ) -> None:
    worker = employ()
    job, next_one = worker.call(work), worker.call(lambda: "goes on")
    with pytest.raises(WorkFailed, match=text) as told:
        job.wait(PATIENCE)
    assert type(told.value.__cause__) is error
    assert (job.state, job.result) == ("failed", None)
    assert next_one.wait(PATIENCE)
    assert next_one.result == "goes on"


def test_failing_while_it_is_given_up(employ: Employ) -> None:
    worker = employ()
    job = worker.call(boom_at_the_end)
    assert worker.call(lambda: None).wait(PATIENCE)
    job.stop()
    assert over(job) == "failed"
    assert worker.call(lambda: 1).wait(PATIENCE)


def test_one_of_many_fails(employ: Employ, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "SLICE_SECONDS", -1.0)
    worker = employ()
    held(worker, gate)
    jobs = [worker.call(Steps("a", 5)), worker.call(boom_later), worker.call(Steps("b", 5))]
    gate.open()
    assert [over(job) for job in jobs] == ["finished", "failed", "finished"]


# The line


def test_the_line_is_bounded(employ: Employ, gate: Gate) -> None:
    worker = employ(waiting=2)
    first = held(worker, gate)
    waiting = [worker.call(Steps("w")) for _ in range(2)]
    for _ in range(2):
        with pytest.raises(Busy, match="2 others are waiting for this already: try again in a moment"):
            worker.call(lambda: None)
    gate.open()
    assert [over(job) for job in (first, *waiting)] == ["finished"] * 3
    assert worker.call(lambda: None).wait(PATIENCE)


def test_readers_who_left_the_line_make_room_for_others(employ: Employ, gate: Gate) -> None:
    worker = employ(waiting=3)
    held(worker, gate)
    log: list[str] = []
    staying = worker.call(Steps("staying", 1, log))
    stopped, gone = worker.call(Steps("stopped", 1, log)), worker.call(Steps("gone", 1, log), lease=60.0)
    stopped.stop()
    expired(gone)
    new = worker.call(Steps("new", 1, log))
    assert (stopped.state, gone.state) == ("stopped", "stopped")
    assert (staying.state, new.state) == ("waiting", "waiting")
    gate.open()
    assert [over(job) for job in (staying, new)] == ["finished", "finished"]
    assert log == ["staying1", "new1"]


# The end


def test_closing_fails_what_waits(employ: Employ, gate: Gate) -> None:
    worker, running = employ(), Steps("running", None, gate=gate)
    gate.shut()
    jobs = [worker.call(running), worker.call(Steps("waiting")), worker.call(lambda: None)]
    gate.one()
    closing = threading.Thread(target=worker.close)
    closing.start()
    with worker._wake:
        assert worker._wake.wait_for(lambda: worker._closed, PATIENCE)
    gate.open()
    for job in jobs:
        with pytest.raises(WorkFailed, match="the worker was closed"):
            job.wait(PATIENCE)
    closing.join(PATIENCE)
    assert not closing.is_alive()
    assert not worker._thread.is_alive()
    assert running.ended.is_set()
    assert running.threads == {"worker"}


def test_a_closed_worker_takes_nothing(employ: Employ) -> None:
    worker = employ()
    done = worker.call(lambda: 1)
    assert done.wait(PATIENCE)
    worker.close()
    worker.close()  # once more does no harm
    with pytest.raises(RuntimeError, match="the worker is closed"):
        worker.call(lambda: None)
    assert done.result == 1


def test_an_idle_worker_is_there_at_once(employ: Employ, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is woken, it does not look now and then: with an hour between two looks nothing is late."""
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 3600.0)
    worker = employ()
    for n in range(20):
        job = worker.call(lambda n=n: n)
        assert job.wait(PATIENCE)
    assert job.result == 19
