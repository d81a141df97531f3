"""A computation as a page sees it: shown, kept, followed, stopped, begun again, given up, shared, and said when it fails."""

import contextlib
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import RerunData, ScriptRunnerEvent, StopException
from streamlit.testing.v1 import AppTest, app_test
from streamlit.testing.v1.element_tree import ElementTree, parse_tree_from_messages
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from core.serving import page_lock
from core.serving.background import BackgroundWorker
from core.serving.sharing import Sharing
from core.serving.work import Busy, Job, Retired
from pages.kit import cache, compute
from pages.kit.shelf import Shelf
from tests.core.serving.fake_model import PATIENCE, Gate
from tests.pages.helpers import sound

ALONE = 1000.0  # seconds: a lease that does not run out while a test runs


class Measuring:
    """Work in four steps that counts how often it is begun, waits at a gate before each, and says when it ended."""

    def __init__(self, result: str = "measured") -> None:
        self.result, self.gate = result, Gate()
        self.begun, self.steps = 0, 0
        self.ended = threading.Event()

    def __call__(self) -> Generator[tuple[int, int], None, str]:
        self.begun += 1
        self.ended.clear()
        try:
            for done in range(4):
                self.gate.pass_through()
                self.steps += 1
                yield done + 1, 4
        finally:
            self.ended.set()
        return self.result


class Visit:
    """A reader with a page that runs in the background, so that things can happen on it meanwhile."""

    def __init__(self, page: Callable[..., None], **given: Any) -> None:
        self.at = AppTest.from_function(page, kwargs=given, default_timeout=PATIENCE)
        self.runner: LocalScriptRunner | None = None
        self._thread: threading.Thread | None = None

    def open(self, then: Callable[[], AppTest] | None = None) -> "Visit":
        """Let the page run; `then` says how (by a click, for example)."""
        self._thread = threading.Thread(target=then or self.at.run)
        self._thread.start()
        return self

    def rest(self) -> AppTest:
        """Wait until the page has run to its end and return it."""
        assert self._thread is not None
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return self.at

    def now(self) -> ElementTree:
        """What is on the page at this moment."""
        return parse_tree_from_messages(list(self.runner.forward_msgs())) if self.runner else ElementTree()

    def says(self, text: str) -> None:
        """Wait until a progress bar on the page says so."""

        def is_there() -> bool:
            return any(bar.proto.text == text for bar in self.now().get("progress"))

        assert self._thread is not None
        until(lambda: is_there() or not self._thread.is_alive())
        assert is_there(), self.at

    def click(self, label: str) -> None:
        """Click a button while the page runs."""
        (button,) = [one for one in self.now().get("button") if one.label == label]
        states = WidgetStates(widgets=[WidgetState(id=button.proto.id, trigger_value=True)])
        self.rerun(states)

    def rerun(self, states: WidgetStates | None = None) -> None:
        """Let the page run again, as when a control is moved, and wait until it does."""
        assert self.runner is not None
        events = self.runner.events
        before = events.count(ScriptRunnerEvent.SCRIPT_STARTED)
        assert self.runner.request_rerun(RerunData(widget_states=states))
        until(lambda: events.count(ScriptRunnerEvent.SCRIPT_STARTED) > before)

    @property
    def job(self) -> Job:
        """The job of this visit."""
        sharing = cache.sharing()
        return sharing._jobs[sharing._wants[(self.at.session_state["_visit"], "_job_Measuring")]]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Iterator[BackgroundWorker]:
    """A workshop and a shelf of this test's own, where the pages look for theirs; quick to show that they work."""
    own, sharing, shelf = BackgroundWorker(), Sharing(), Shelf(1_000_000)
    monkeypatch.setattr(cache, "workshop", lambda: own)
    monkeypatch.setattr(cache, "sharing", lambda: sharing)
    monkeypatch.setattr(cache, "results", lambda: shelf)
    monkeypatch.setattr(compute, "QUIET_SECONDS", 0.02)
    monkeypatch.setattr(compute, "FRAME_SECONDS", 0.01)
    monkeypatch.setattr(compute, "LEASE_SECONDS", ALONE)
    assert own.wait(PATIENCE)
    yield own
    own.close()
    assert own._worker is not None
    assert not own._worker._thread.is_alive()


@pytest.fixture
def measuring(workshop: BackgroundWorker) -> Iterator[Measuring]:
    """Work that can be held up; its gate is open at the end."""
    work = Measuring()
    yield work
    work.gate.open()


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[Visit]:
    """All visits of a test; the last of them knows what runs its page."""
    visits: list[Visit] = []

    class Known(LocalScriptRunner):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            visits[-1].runner = self

    monkeypatch.setattr(app_test, "LocalScriptRunner", Known)
    return visits


@pytest.fixture
def visit(measuring: Measuring, visits: list[Visit]) -> Iterator[Callable[..., Visit]]:
    """A function that opens a visit to a page which measures; at the end it has run to its end."""

    def start(page: Callable[..., None] = page, **given: Any) -> Visit:
        visits.append(Visit(page, **(given or {"works": {"a": measuring}})))
        return visits[-1].open()

    yield start
    measuring.gate.open()
    for one in visits:
        one.rest()


def page(works: dict, doing: str = "Measuring", unit: str = "step") -> None:
    import streamlit as st

    from pages.kit import compute

    chosen = st.session_state.get("chosen", "a")
    try:
        if chosen:
            st.write(f"The result is {compute.result(('test_compute', chosen), works[chosen], doing, unit)}.")
    except compute.NotHere as reason:
        reason.show()
    else:
        st.write("The end.")


def said(at: AppTest) -> list[str]:
    return [element.value for element in sound(at).markdown]


def bare(at: AppTest) -> bool:
    """Whether nothing of the following is left on the page."""
    return not at.button and not at.get("progress") and not at.info


def nothing_shared() -> bool:
    """Whether no job is in line for anybody; what is over is forgotten with the next that is asked for."""
    sharing = cache.sharing()
    return not sharing._wants and all(job.over for job in sharing._jobs.values())


def expired(job: Job) -> None:
    job._seen -= 10 * ALONE


# Shown and kept


@pytest.mark.parametrize("plain", [True, False], ids=["a function", "a generator"])
def test_the_result_is_shown_and_kept(plain: bool, workshop: BackgroundWorker) -> None:
    work, calls = Measuring(), []

    def at_once() -> str:
        calls.append(threading.current_thread().name)
        return "measured"

    given = {"works": {"a": at_once if plain else work}}
    first = AppTest.from_function(page, kwargs=given, default_timeout=PATIENCE)
    for _ in range(2):
        assert said(first.run()) == ["The result is measured.", "The end."]
        assert bare(first)
    second = AppTest.from_function(page, kwargs=given, default_timeout=PATIENCE).run()
    assert said(second) == ["The result is measured.", "The end."]
    assert (len(calls), work.begun) == ((1, 0) if plain else (0, 1))
    assert set(calls) <= {"worker"}
    assert cache.results().get(("test_compute", "a")) == "measured"
    assert "_lab_Measuring" not in first.session_state
    assert nothing_shared()


def test_another_key_is_another_result(workshop: BackgroundWorker) -> None:
    works = {"a": Measuring("one"), "b": Measuring("two")}
    at = AppTest.from_function(page, kwargs={"works": works}, default_timeout=PATIENCE).run()
    assert said(at)[0] == "The result is one."
    at.session_state["chosen"] = "b"
    assert said(at.run())[0] == "The result is two."
    at.session_state["chosen"] = "a"
    assert said(at.run())[0] == "The result is one."
    assert [work.begun for work in works.values()] == [1, 1]


# Followed


def test_long_work_is_followed_to_its_end(visit: Callable[..., Visit], measuring: Measuring) -> None:
    measuring.gate.shut()
    reader = visit(works={"a": measuring}, unit="character")
    reader.says("Measuring: character 0 of 1.")
    for done in (1, 2, 3):
        measuring.gate.one()
        reader.says(f"Measuring: character {done} of 4.")
        assert [bar.proto.value for bar in reader.now().get("progress")] == [25 * done]
        assert [button.label for button in reader.now().get("button")] == ["Stop"]
    assert not reader.now().get("markdown")
    measuring.gate.open()
    assert said(reader.rest()) == ["The result is measured.", "The end."]
    assert bare(reader.at)
    assert measuring.begun == 1


def test_who_waits_is_told_of_others(
    visit: Callable[..., Visit], measuring: Measuring, workshop: BackgroundWorker
) -> None:
    def training() -> Generator[tuple[int, int], None, None]:
        while True:
            yield 0, 1
            measuring.gate.pass_through()

    measuring.gate.shut()
    job = workshop.call(training, None)
    reader = visit()
    reader.says("Measuring: step 0 of 1. 1 other computes here too, which slows it down.")
    job.stop()
    measuring.gate.open()
    assert said(reader.rest())[0] == "The result is measured."
    assert compute.beside(0) == ""
    assert compute.beside(3) == " 3 others compute here too, which slows it down."


def test_a_rerun_goes_on_with_the_same_job(visit: Callable[..., Visit], measuring: Measuring) -> None:
    measuring.gate.shut()
    reader = visit()
    measuring.gate.one()
    reader.says("Measuring: step 1 of 4.")
    job = reader.job
    for _ in range(3):
        reader.rerun()
        reader.says("Measuring: step 1 of 4.")
    assert reader.job is job
    measuring.gate.open()
    assert said(reader.rest())[0] == "The result is measured."
    assert (measuring.begun, measuring.steps) == (1, 4)


def test_who_waits_keeps_it_going(
    visit: Callable[..., Visit], measuring: Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease is renewed while the page follows, and as soon as it comes back."""
    measuring.gate.shut()
    reader = visit()
    reader.says("Measuring: step 0 of 1.")
    job, before = reader.job, reader.job._seen
    until(lambda: job._seen > before)
    monkeypatch.setattr(compute, "QUIET_SECONDS", PATIENCE)
    reader.at.session_state["chosen"] = ""
    reader.rerun()
    at = reader.rest()
    before = job._seen
    at.session_state["chosen"] = "a"
    reader.open()
    until(lambda: job._seen > before)
    measuring.gate.open()
    assert said(reader.rest())[0] == "The result is measured."
    assert measuring.begun == 1


# Stopped, and begun again


def test_stop(visit: Callable[..., Visit], measuring: Measuring, workshop: BackgroundWorker) -> None:
    measuring.gate.shut()
    reader = visit()
    measuring.gate.one()
    reader.says("Measuring: step 1 of 4.")
    job = reader.job
    reader.click("Stop")
    at = reader.rest()
    assert said(at) == []  # the page ends here
    assert [info.value for info in at.info] == ["Measuring was stopped."]
    assert [button.label for button in at.button] == ["Begin again"]
    assert not at.get("progress")
    measuring.gate.open()
    assert measuring.ended.wait(PATIENCE)
    until(lambda: job.over)
    assert (job.state, measuring.steps) == ("stopped", 2)  # the step under way was the last
    assert nothing_shared()

    assert [info.value for info in at.run().info] == ["Measuring was stopped."]  # and it stays so
    assert measuring.begun == 1
    at.button[0].click()
    assert said(at.run()) == ["The result is measured.", "The end."]
    assert bare(at)
    assert measuring.begun == 2
    assert said(at.run()) == ["The result is measured.", "The end."]


def test_what_was_stopped_does_not_stop_the_rest(visit: Callable[..., Visit], measuring: Measuring) -> None:
    other = Measuring("another")
    measuring.gate.shut()
    reader = visit(works={"a": measuring, "b": other})
    reader.says("Measuring: step 0 of 1.")
    reader.click("Stop")
    at = reader.rest()
    measuring.gate.open()  # not before: what comes to its end is kept, for whoever asks next
    at.session_state["chosen"] = "b"
    assert said(at.run())[0] == "The result is another."
    at.session_state["chosen"] = "a"
    assert [info.value for info in at.run().info] == ["Measuring was stopped."]
    cache.results().put(("test_compute", "a"), "measured by somebody else")
    assert said(at.run())[0] == "The result is measured by somebody else."


def test_a_second_click_on_begin_again_finds_nothing(visit: Callable[..., Visit], measuring: Measuring) -> None:
    measuring.gate.shut()
    reader = visit()
    reader.says("Measuring: step 0 of 1.")
    reader.click("Stop")
    at = reader.rest()
    again = at.button[0]
    reader.open(lambda: again.click().run())
    until(lambda: reader.now().get("button") and reader.now().get("button")[0].label == "Stop")
    reader.rerun(WidgetStates(widgets=[WidgetState(id=again.proto.id, trigger_value=True)]))
    measuring.gate.open()
    assert said(reader.rest())[0] == "The result is measured."


def test_a_function_is_left_to_its_end_but_not_waited_for(visit: Callable[..., Visit], measuring: Measuring) -> None:
    measuring.gate.shut()
    reader = visit(works={"a": lambda: measuring.gate.pass_through() or "late"})
    reader.says("Measuring: step 0 of 1.")
    reader.click("Stop")
    at = reader.rest()
    assert [info.value for info in at.info] == ["Measuring was stopped."]
    measuring.gate.open()
    until(lambda: cache.results().get(("test_compute", "a")) == "late")  # it is there for whoever asks next


# Given up


def test_a_moved_control_gives_the_first_job_up(visit: Callable[..., Visit], measuring: Measuring) -> None:
    other = Measuring("another")
    measuring.gate.shut()
    reader = visit(works={"a": measuring, "b": other})
    measuring.gate.one()
    reader.says("Measuring: step 1 of 4.")
    first = reader.job
    reader.at.session_state["chosen"] = "b"
    reader.rerun()
    until(lambda: first.left)
    assert not reader.now().get("markdown")
    measuring.gate.open()
    assert said(reader.rest()) == ["The result is another.", "The end."]
    assert bare(reader.at)
    until(lambda: first.over)
    assert (first.state, measuring.steps, measuring.ended.is_set()) == ("stopped", 2, True)


class Told:
    """Stands in for `st` where two threads run one visit's page: in the one that was told to stop, all of it raises."""

    def __init__(self) -> None:
        self.stopped: set[str] = set()
        self.session_state = self
        self._state: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        def call(*given: Any, **more: Any) -> Any:
            if threading.current_thread().name in self.stopped:
                raise StopException
            found = getattr(self._state, name, None)
            return found(*given, **more) if found else self

        return call


def test_a_run_that_was_told_to_stop_takes_nothing_from_the_next(
    workshop: BackgroundWorker, measuring: Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run begins at once, in a thread of its own, while the first one still waits for its job."""
    told, second, results = Told(), Measuring("another"), []
    monkeypatch.setattr(compute, "st", told)
    monkeypatch.setattr(
        compute, "QUIET_SECONDS", PATIENCE
    )  # nothing is drawn, so nothing but the look for it ends a run
    measuring.gate.shut()
    second.gate.shut()

    def run(key: str, work: Measuring) -> None:
        with contextlib.suppress(StopException):
            results.append(compute.result(key, work, "Measuring", "step", put_in_line=workshop.call))

    threads = [threading.Thread(target=run, args=one, name=one[0]) for one in (("a", measuring), ("b", second))]
    threads[0].start()
    measuring.gate.one()
    told.stopped.add("a")
    threads[1].start()
    until(lambda: "b" in cache.sharing()._jobs)
    measuring.gate.open()
    threads[0].join(PATIENCE)
    second.gate.open()
    threads[1].join(PATIENCE)
    assert results == ["another"]
    assert (measuring.begun, second.begun) == (1, 1)


def test_who_was_ended_has_time_until_its_turn_comes() -> None:
    assert compute.GRACE_SECONDS > page_lock.PATIENCE_SECONDS


def put_aside(engines: list) -> None:
    import streamlit as st

    from pages.kit import compute

    engine = engines.pop(0) if engines else st.session_state.call
    st.write(compute.result(("test_compute", "put aside"), lambda: "found", "Reading", "", put_in_line=engine))


def test_a_model_that_made_room_is_asked_for_again(workshop: BackgroundWorker) -> None:
    def retired(*_: Any) -> Job:
        raise Retired("this model has made room for another one")

    at = AppTest.from_function(put_aside, kwargs={"engines": [retired]}, default_timeout=PATIENCE)
    at.session_state["call"] = workshop.call
    assert said(at.run()) == ["found"]
    assert not at.error


def test_a_reader_who_leaves_ends_it_in_a_moment(visit: Callable[..., Visit], measuring: Measuring) -> None:
    """Long before the lease is over; the session can't be looked into any more at that moment."""
    measuring.gate.shut()
    reader = visit()
    measuring.gate.one()
    reader.says("Measuring: step 1 of 4.")
    job = reader.job
    assert reader.runner is not None
    reader.runner.request_stop()
    reader.rest()
    assert not job.left  # who only moved a control has a moment to ask again
    began = time.monotonic()
    until(lambda: job.left)
    assert time.monotonic() - began < 2 * compute.GRACE_SECONDS
    measuring.gate.open()
    assert measuring.ended.wait(PATIENCE)


def test_a_page_that_asks_no_more_lets_the_lease_run_out(visit: Callable[..., Visit], measuring: Measuring) -> None:
    measuring.gate.shut()
    reader = visit()
    measuring.gate.one()
    reader.says("Measuring: step 1 of 4.")
    job = reader.job
    reader.at.session_state["chosen"] = ""
    reader.rerun()
    at = reader.rest()
    assert said(at) == ["The end."]
    assert not job.left
    expired(job)
    measuring.gate.open()
    until(lambda: job.over)
    assert job.state == "stopped"
    at.session_state["chosen"] = "a"  # back again: it is begun anew
    assert said(at.run())[0] == "The result is measured."
    assert (measuring.begun, measuring.steps) == (2, 2 + 4)


def test_a_page_that_comes_back_in_time_finds_its_job(visit: Callable[..., Visit], measuring: Measuring) -> None:
    """Also one that was finished meanwhile, however long ago."""
    measuring.gate.shut()
    reader = visit()
    reader.says("Measuring: step 0 of 1.")
    job = reader.job
    reader.at.session_state["chosen"] = ""
    reader.rerun()
    at = reader.rest()
    measuring.gate.open()
    until(lambda: job.over)
    expired(job)
    at.session_state["chosen"] = "a"
    assert said(at.run())[0] == "The result is measured."
    assert measuring.begun == 1


def test_a_page_that_was_held_up_begins_again(visit: Callable[..., Visit], measuring: Measuring) -> None:
    """The lease ran out under a page that still waits: it must get a result, not nothing."""
    measuring.gate.shut()
    reader = visit()
    measuring.gate.one()
    reader.says("Measuring: step 1 of 4.")
    first = reader.job
    first.stop()  # what the worker does then
    measuring.gate.open()
    assert said(reader.rest()) == ["The result is measured.", "The end."]
    assert bare(reader.at)
    assert first.state == "stopped"
    assert measuring.begun == 2


# Several at once


def two(works: list) -> None:
    import streamlit as st

    from pages.kit import compute

    for number, work in enumerate(works):
        try:
            st.write(f"{number}: {compute.result(('test_compute two', number), work, 'Measuring', 'step')}")
        except compute.NotHere as reason:
            reason.show()
            break


def test_one_after_another_on_a_page(visit: Callable[..., Visit], measuring: Measuring) -> None:
    """Both long, both called the same: each has its own Stop."""
    second = Measuring("second")
    measuring.gate.shut()
    second.gate.shut()
    reader = visit(two, works=[measuring, second])
    try:
        reader.says("Measuring: step 0 of 1.")
        measuring.gate.open()
        second.gate.one()
        reader.says("Measuring: step 1 of 4.")
        assert [element.value for element in reader.now().get("markdown")] == ["0: measured"]
        reader.click("Stop")
        at = reader.rest()
    finally:
        second.gate.open()
    assert said(at) == ["0: measured"]
    assert [info.value for info in at.info] == ["Measuring was stopped."]
    at.button[0].click()
    assert said(at.run()) == ["0: measured", "1: second"]
    assert (measuring.begun, second.begun) == (1, 2)


def test_visits_that_want_the_same_share_it(
    visit: Callable[..., Visit], measuring: Measuring, workshop: BackgroundWorker
) -> None:
    """A lecturer's link, opened by all at once: it is computed once, and one who stops it stops only their own wait."""
    key = ("test_compute", "a")
    measuring.gate.shut()
    reader = visit()
    reader.says("Measuring: step 0 of 1.")
    job = reader.job
    sharing = cache.sharing()
    assert sharing.join("somebody else", key, pytest.fail) is job
    reader.click("Stop")
    at = reader.rest()
    assert [info.value for info in at.info] == ["Measuring was stopped."]
    assert not job.left
    again = at.button[0]
    reader.open(lambda: again.click().run())
    reader.says("Measuring: step 0 of 1.")
    assert reader.job is job
    sharing.leave("somebody else", key)
    assert not job.left
    measuring.gate.open()
    assert said(reader.rest())[0] == "The result is measured."
    assert (measuring.begun, job.state) == (1, "finished")


# Failing


def failing() -> None:
    raise ValueError("no *paper* in <b>tray</b> `2`")


def failing_later() -> Iterator[tuple[int, int]]:
    yield 1, 2
    raise ValueError("no *paper* in <b>tray</b> `2`")


@pytest.mark.parametrize("work", [failing, failing_later])
def test_a_failure_is_one_line(work: Callable[[], Any], workshop: BackgroundWorker) -> None:
    calls = []
    at = AppTest.from_function(
        page, kwargs={"works": {"a": lambda: calls.append(1) or work()}}, default_timeout=PATIENCE
    )
    for times in (1, 2):  # it is not kept: the next run tries again
        at.run()
        assert not at.exception
        assert [error.value for error in at.error] == [
            r"Measuring failed: no \*paper\* in \<b\>tray\</b\> \`2\`"  # a reader's text in it is no markup
        ]
        assert not at.markdown
        assert bare(at)
        assert len(calls) == times
    assert said(at_work(at, Measuring()))[0] == "The result is measured."


def at_work(at: AppTest, work: Any) -> AppTest:
    at.kwargs["works"]["a"] = work
    return at.run()


def test_a_failure_after_a_while_is_one_line(visit: Callable[..., Visit], measuring: Measuring) -> None:
    def breaks() -> Iterator[tuple[int, int]]:
        for step in measuring():
            yield step
            if step[0] == 2:
                raise RuntimeError("the ink is dry")

    measuring.gate.shut()
    reader = visit(works={"a": breaks})
    reader.says("Measuring: step 0 of 1.")
    measuring.gate.open()
    at = reader.rest()
    assert not at.exception
    assert [error.value for error in at.error] == ["Measuring failed: the ink is dry"]
    assert not at.markdown
    assert nothing_shared()


def test_too_many_readers_is_one_line(workshop: BackgroundWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Job:
        raise Busy("128 others are waiting for this already: try again in a moment.")

    with monkeypatch.context() as patch:
        patch.setattr(workshop, "call", full)
        at = AppTest.from_function(page, kwargs={"works": {"a": Measuring()}}, default_timeout=PATIENCE).run()
        assert not at.exception
        assert [error.value for error in at.error] == [
            "Measuring failed: 128 others are waiting for this already: try again in a moment."
        ]
    assert said(at.run())[0] == "The result is measured."


def test_a_closed_workshop_is_one_line(workshop: BackgroundWorker) -> None:
    workshop.close()
    at = AppTest.from_function(page, kwargs={"works": {"a": Measuring()}}, default_timeout=PATIENCE).run()
    assert not at.exception
    assert [error.value for error in at.error] == ["Measuring failed: the worker is closed"]


# Sharing, without a page


@pytest.fixture
def sharing(workshop: BackgroundWorker) -> Sharing:
    return cache.sharing()


def test_a_job_ends_with_its_last_reader(workshop: BackgroundWorker, sharing: Sharing, measuring: Measuring) -> None:
    measuring.gate.shut()
    job = sharing.join("ann", "key", lambda: workshop.call(measuring, ALONE))
    for reader in ("ben", "cid", "ann"):  # who asks once more is the same reader
        assert sharing.join(reader, "key", pytest.fail) is job
    other = sharing.join("dan", "another key", lambda: workshop.call(Measuring(), ALONE))
    assert other is not job
    for reader in ("ann", "ben"):
        sharing.leave(reader, "key")
        assert not job.left
    sharing.leave("ben", "key")  # once too often does no harm
    sharing.leave("cid", "another key")  # nor does what was done with before
    assert not job.left
    sharing.leave("cid", "key")
    assert job.left
    measuring.gate.open()
    assert other.wait(PATIENCE)
    sharing.leave("dan", "another key")
    assert other.state == "finished"
    assert nothing_shared()


def test_who_asks_for_something_else_is_done_with_the_first(workshop: BackgroundWorker, sharing: Sharing) -> None:
    first, second, third = (Measuring() for _ in range(3))
    for one in (first, second, third):
        one.gate.shut()
    shared = sharing.join("ann", "first", lambda: workshop.call(first, ALONE))
    sharing.join("ben", "first", pytest.fail)
    alone = sharing.join("ann", "second", lambda: workshop.call(second, ALONE))
    assert not shared.left
    last = sharing.join("ann", "third", lambda: workshop.call(third, ALONE))
    assert alone.left
    sharing.join("ben", "third", pytest.fail)
    assert shared.left
    assert not last.left
    for one in (first, second, third):
        one.gate.open()
    assert last.wait(PATIENCE)


def test_who_may_have_left_is_waited_for_a_moment(
    workshop: BackgroundWorker, sharing: Sharing, measuring: Measuring
) -> None:
    measuring.gate.shut()
    job = sharing.join("ann", "key", lambda: workshop.call(measuring, ALONE))
    sharing.join("ben", "key", pytest.fail)
    sharing.may_leave("ann", job, 0.0)
    assert not job.left  # somebody else looks at it
    sharing.may_leave("ann", job, 0.0)  # a page that was ended comes too late to say so
    assert not job.left
    assert sharing.join("ann", "key", pytest.fail) is job
    sharing.may_leave("ann", job, 0.0)  # never to come back
    sharing.may_leave("ben", job, 0.0)
    until(lambda: job.left)
    assert sharing.join("ann", "key", lambda: workshop.call(Measuring(), ALONE)) is not job
    assert not sharing.join("ann", "key", pytest.fail).left


@pytest.mark.parametrize("how", ["stopped", "expired", "failed", "finished"])
def test_what_is_over_is_not_shared(
    how: str, workshop: BackgroundWorker, sharing: Sharing, measuring: Measuring
) -> None:
    measuring.gate.shut()
    work = failing if how == "failed" else measuring
    first = sharing.join("ann", "key", lambda: workshop.call(work, ALONE))
    if how == "stopped":
        first.stop()
    if how == "expired":
        expired(first)
    if how in ("failed", "finished"):
        measuring.gate.open()
        until(lambda: first.over)
    second = sharing.join("ben", "key", lambda: workshop.call(measuring, ALONE))
    assert second is not first
    sharing.leave("ann", "key")  # the first one's reader goes: the second's job is none of their business
    assert not second.left
    measuring.gate.open()
    assert second.wait(PATIENCE)
    assert second.result == "measured"


def test_to_join_is_to_look(workshop: BackgroundWorker, sharing: Sharing, measuring: Measuring) -> None:
    measuring.gate.shut()
    job = sharing.join("ann", "key", lambda: workshop.call(measuring, ALONE))
    for reader in ("ann", "ben"):
        job._seen -= 0.9 * ALONE
        assert sharing.join(reader, "key", pytest.fail) is job
    job._seen -= 0.9 * ALONE
    assert not job.left


# Before anything can be computed


class Slow(BackgroundWorker):
    """A workshop that opens when it is told to."""

    def __init__(self) -> None:
        self.told = threading.Event()
        super().__init__()

    def _open(self) -> None:
        assert self.told.wait(PATIENCE)
        super()._open()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    own, shelf = Slow(), Shelf(1_000_000)
    monkeypatch.setattr(cache, "workshop", lambda: own)
    monkeypatch.setattr(cache, "results", lambda: shelf)
    yield own
    own.told.set()
    own.close()


def test_who_comes_before_the_models_waits_for_them(slow: Slow, visits: list[Visit]) -> None:
    visits.append(Visit(page, works={"a": Measuring()}))
    (reader,) = visits
    reader.open()
    until(lambda: reader.runner is not None and "Starting the models." in str(reader.runner.forward_msgs()))
    assert not reader.now().get("markdown")
    slow.told.set()
    assert said(reader.rest())[0] == "The result is measured."


def test_a_workshop_that_can_not_open_says_so(workshop: BackgroundWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    errors: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: errors.append(str(args.exc_value)))
    monkeypatch.setattr("core.serving.worker.Worker", lambda: 1 / 0)
    broken = BackgroundWorker()
    monkeypatch.setattr(cache, "workshop", lambda: broken)
    at = AppTest.from_function(page, kwargs={"works": {"a": Measuring()}}, default_timeout=PATIENCE)
    assert broken.wait(PATIENCE)
    at.run()
    assert not at.exception
    assert [error.value for error in at.error] == ["Measuring failed: the worker did not start"]
    broken.close()
    assert errors == ["division by zero"]


def test_the_server_has_one_workshop() -> None:
    assert cache.workshop() is cache.workshop()
    job = cache.workshop().call(lambda: threading.current_thread().name, None)
    assert job.wait(PATIENCE)
    assert job.result == "worker"
