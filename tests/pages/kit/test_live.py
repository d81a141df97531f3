"""Models and jobs as a page sees them: what fails is one line, what is shared is asked for once."""

from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.serving.work import Job
from pages.kit import cache, jobs
from tests.pages.helpers import sound


class Answering:
    """An engine that does what it is asked for at once, and counts."""

    def __init__(self) -> None:
        self.leases: list[float | None] = []
        self.fail = False

    def call(self, work: Any, lease: float | None = None) -> Job:
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


def asking(engine) -> None:  # type: ignore[no-untyped-def]
    import streamlit as st

    from pages.kit import live

    def work(model: str):  # type: ignore[no-untyped-def]
        yield 1, 2
        if engine.fail:
            raise ValueError("no paper left")
        return f"an answer of {model}"

    st.write(live.job(("test_kit_live", engine.fail), engine, work, "Reading"))


def test_a_job_is_done_once_for_all_visits() -> None:
    cache.shelf(cache.PROMPTS).put(("test_kit_live", False), None)
    engine = Answering()
    for _ in range(2):
        at = sound(AppTest.from_function(asking, kwargs={"engine": engine}, default_timeout=30).run())
        assert at.markdown[0].value == "an answer of the model"
        assert not at.get("progress")
    assert engine.leases == [jobs.LEASE_SECONDS]  # so that nobody's prompt stays in line for a reader who left
    assert cache.shelf(cache.PROMPTS).get(("test_kit_live", False)) == "an answer of the model"


def test_a_job_that_fails_is_one_line_and_is_asked_again() -> None:
    engine = Answering()
    engine.fail = True
    at = AppTest.from_function(asking, kwargs={"engine": engine}, default_timeout=30)
    for times in (1, 2):
        at.run()
        assert not at.exception
        assert [error.value for error in at.error] == ["Reading failed: no paper left"]
        assert not at.markdown
        assert len(engine.leases) == times


def trying() -> None:
    import streamlit as st

    from pages.kit import live

    live.model("broken", wait=True)
    st.write("never reached")


def test_trying_a_model_again_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers of another model are writing with it meanwhile."""
    made: list[str] = []
    released: list[str] = []

    @st.cache_resource(max_entries=2, on_release=lambda loading: released.append(loading.name))
    def model(name: str) -> Any:
        made.append(name)
        return SimpleNamespace(name=name, engine=None, error="not to be had", wait=lambda timeout: True)

    monkeypatch.setattr(cache, "model", model)
    cache.model("used by others")
    at = AppTest.from_function(trying, default_timeout=30).run()
    assert [error.value for error in at.error] == ["not to be had"]
    at.button[0].click().run()
    assert made == ["used by others", "broken", "broken"]
    assert released == ["broken"]

    # Another reader was quicker: a late click on an old page ends nothing.
    at = AppTest.from_function(trying, default_timeout=30).run()
    cache.model("broken").error = ""
    at.button[0].click().run()
    assert made == ["used by others", "broken", "broken"]
