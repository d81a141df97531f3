"""What a language model computes for a page: once for all visits, shown without it where it ships, said where it fails."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import gpt_sampling, recording
from core.experiments.gpt_sampling.results import DEFAULT_MODEL, DEFAULT_PROMPT
from core.serving.work import Job, Retired
from pages.kit import cache, compute, language_models
from tests.pages.helpers import sound


class Answering:
    """An engine that does what it is asked for at once, and counts."""

    def __init__(self) -> None:
        self.leases: list[float | None] = []
        self.retired = 0

    def call(self, work: Any, lease: float | None = None) -> Job:
        if self.retired:
            self.retired -= 1
            raise Retired("for another one")
        self.leases.append(lease)
        job, steps = Job(work, lease, lambda: None), work("the model")
        try:
            while True:
                job.progress = next(steps)
        except StopIteration as end:
            job.result = end.value
            job.end("finished")
        except ValueError as error:
            job.end("failed", error)
        return job


def answer(model: str, question: str) -> Any:
    yield 1, 2
    if question == "fail":
        raise ValueError("no paper left")
    return f"{model} answers {question}"


def asking(question: str) -> None:
    import streamlit as st

    from pages.kit import ask, compute, language_models
    from tests.pages.kit.test_language_models import answer

    ask.begin()
    try:
        st.write(language_models.ask("any", answer, question))
    except compute.NotHere as reason:
        reason.show()
    st.write("the rest of the page")


def page(question: str) -> AppTest:
    return AppTest.from_function(asking, kwargs={"question": question}, default_timeout=30).run()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Answering:
    found = Answering()
    few = cache.Few(2)
    loading = SimpleNamespace(engine=found, error="", wait=lambda timeout: True, close=lambda: None)
    few.get("any", lambda: loading)
    monkeypatch.setattr(cache, "models", lambda: few)
    monkeypatch.setattr(recording, "find", lambda *_: recording.MISSING)
    cache.results().clear()
    return found


def test_a_question_is_answered_once_for_all_visits(engine: Answering) -> None:
    for _ in range(2):
        at = sound(page("why"))
        assert at.markdown[0].value == "the model answers why"
        assert not at.get("progress")
    assert engine.leases == [compute.LEASE_SECONDS]  # so that nobody's prompt stays in line for a reader who left


def test_what_fails_is_one_line_and_is_asked_again(engine: Answering) -> None:
    for times in (1, 2):
        at = page("fail")
        assert not at.exception
        assert [error.value for error in at.error] == ["Computing failed: no paper left"]
        assert [m.value for m in at.markdown] == ["the rest of the page"]
        assert len(engine.leases) == times


def test_a_model_that_makes_room_meanwhile_is_asked_again(engine: Answering) -> None:
    engine.retired = 1
    assert sound(page("why")).markdown[0].value == "the model answers why"


def test_what_ships_needs_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(name: str) -> None:
        raise AssertionError("a model was asked for")

    monkeypatch.setattr(language_models, "model", never)
    found = language_models.ask(DEFAULT_MODEL, gpt_sampling.next_token, DEFAULT_PROMPT)
    assert found is recording.find(gpt_sampling.next_token, DEFAULT_MODEL, DEFAULT_PROMPT)


def test_trying_a_model_again_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers of another model are writing with it meanwhile."""
    made: list[str] = []
    closed: list[str] = []

    class Failed:
        engine, error = None, "not to be had"

        def __init__(self, name: str, turn: Any) -> None:
            made.append(name)
            self.name = name

        def wait(self, timeout: float) -> bool:
            return True

        def close(self) -> None:
            closed.append(self.name)

    few = cache.Few(2)
    monkeypatch.setattr(cache, "models", lambda: few)
    monkeypatch.setattr(language_models, "Loading", Failed)
    language_models.model("used by others")
    at = page("never answered")
    assert [error.value for error in at.error] == ["not to be had"]
    assert [m.value for m in at.markdown] == ["the rest of the page"]
    at.button[0].click().run()
    assert made == ["used by others", "any", "any"]
    assert closed == ["any"]

    # Another reader was quicker: a late click on an old page ends nothing.
    at = page("never answered")
    few.held("any").error = ""
    few.held("any").engine = Answering()
    at.button[0].click().run()
    assert made == ["used by others", "any", "any"]


def test_while_a_model_loads_others_are_not_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a model must not hold the lock that all pages' questions pass."""
    arrives = threading.Event()
    loading = SimpleNamespace(engine=None, error="", progress=("reading", 1, 3), wait=arrives.wait, close=lambda: None)
    few = cache.Few(2)
    few.get("any", lambda: loading)
    monkeypatch.setattr(cache, "models", lambda: few)
    monkeypatch.setattr(recording, "find", lambda *_: recording.MISSING)
    visitor = threading.Thread(target=page, args=("slowly",))
    visitor.start()
    visitor.join(0.5)
    assert visitor.is_alive()
    free = cache.sharing()._lock.acquire(timeout=1)
    assert free
    cache.sharing()._lock.release()
    loading.engine = Answering()
    arrives.set()
    visitor.join(30)
    assert not visitor.is_alive()
