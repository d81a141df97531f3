"""A text that is being written, followed as a page does: only what is new is sent, and what fails is one line."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.kit import streaming
from tests.pages.helpers import pieces, sound, token_data, token_proto

HELP = """
import streamlit as st
from types import SimpleNamespace
from pages.kit import compute, streaming
from pages.kit.tokens import Token
from core.serving.work import WorkFailed

ENGINE = SimpleNamespace(load=lambda: (1, 0))

class Writing:
    by_reader, error, speed = False, None, 2.0

    def __init__(self, texts, end="finished", fail=False):
        self.texts, self.end, self.fail, self.looks, self.state = texts, end, fail, 0, "running"

    @property
    def over(self):
        return self.state != "running"

    @property
    def written(self):
        return len(self.text)

    @property
    def text(self):
        return self.texts[min(self.looks, len(self.texts) - 1)]

    def touch(self):
        pass

    def leave(self, seconds):
        pass

    def wait(self, timeout):
        if timeout:
            self.looks += 1
        if self.looks >= len(self.texts) - 1:
            if self.fail:
                raise WorkFailed("the *machine* is tired")
            self.state = self.end
        return self.over

def follow(*runs):
    texts = [
        streaming.Growing(run, lambda run=run: ([Token(c) for c in run.text], ""), st.container(), key=f"s{n}", label="text")
        for n, run in enumerate(runs)
    ]
    for text in texts:
        text.draw()
    try:
        streaming.follow(ENGINE, texts, st.container(), 9, slot="a")
        st.write("then")
    except compute.NotHere as reason:
        reason.show()
"""


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each look something is sent."""
    monkeypatch.setattr(streaming, "SEND_SECONDS", 0.0)
    monkeypatch.setattr(streaming, "EACH_SECONDS", 0.0)


def followed(script: str) -> AppTest:
    return AppTest.from_string(HELP + script, default_timeout=30).run()


def first(at: AppTest, key: str = "s0") -> dict[str, Any]:
    data: dict[str, Any] = json.loads(token_proto(at, key).json)
    return data


def test_only_what_is_new_is_sent(at_once: None) -> None:
    at = sound(followed('follow(Writing(["ab", "abc", "abcdef", "abcdef"]))'))
    assert [token[0] for token in first(at)["tokens"]] == ["a", "b"]
    sent = pieces(at, first(at)["feed"])
    assert "".join(token[0] for piece in sent for token in piece["tokens"]) == "cdef"
    assert [piece["from"] for piece in sent if piece["tokens"]] == [2, 3]
    assert "of 9, 2 a second." in sent[0]["meter"]
    shown = token_data(at, "s0")
    assert "".join(token[0] for token in shown["tokens"]) == "abcdef"
    assert (shown["busy"], shown["meter"]) == (False, "")
    assert not at.button  # the stop button went with the end


def test_a_text_that_changes_its_mind_is_sent_from_there_on(at_once: None) -> None:
    """A beam's likeliest text may be another one after any step, and shorter."""
    at = sound(followed('follow(Writing(["abcd", "abXY", "aZ", "aZ"]))'))
    assert [piece["from"] for piece in pieces(at, first(at)["feed"]) if piece["tokens"]] == [2, 1]
    assert "".join(token[0] for token in token_data(at, "s0")["tokens"]) == "aZ"


def test_texts_are_followed_together_and_each_is_whole_as_soon_as_it_is(at_once: None) -> None:
    at = sound(followed('follow(Writing(["", "a", "a"]), Writing(["", "b", "bc", "bcd", "bcde", "bcde"]))'))
    assert [m.value for m in at.markdown] == ["then"]
    assert ["".join(t[0] for t in token_data(at, key)["tokens"]) for key in ("s0", "s1")] == ["a", "bcde"]


def test_a_text_that_fails_is_one_line() -> None:
    at = followed('follow(Writing(["a", "ab"], fail=True))')
    assert not at.exception
    assert [error.value for error in at.error] == [r"Writing failed: the \*machine\* is tired"]
    assert [token[0] for token in token_data(at, "s0")["tokens"]][:1] == ["a"]  # what there was stays
    assert [button.label for button in at.button] == ["Try again"]


def test_a_text_that_was_taken_for_one_that_nobody_reads_begins_anew() -> None:
    """The page that follows it was held up for longer than the lease; its reader stopped nothing."""
    at = sound(
        followed(
            "made = st.session_state.setdefault('made', [])\n"
            "made.append(1)\n"
            "follow(Writing(['a', 'ab'], end='stopped' if len(made) == 1 else 'finished'))\n"
            "st.write(str(len(made)))\n"
        )
    )
    assert [m.value for m in at.markdown] == ["then", "2"]


def test_who_waits_in_line_is_told_so_and_the_more_write_the_less_is_sent() -> None:
    waiting: Any = SimpleNamespace(state="waiting")
    assert "In line behind other readers" in streaming._meter(waiting, 40)
    few, many = (SimpleNamespace(load=lambda load=load: load) for load in ((1, 0), (16, 34)))
    assert streaming._interval(few) == streaming.SEND_SECONDS  # type: ignore[arg-type]
    assert streaming._interval(many) == 50 * streaming.EACH_SECONDS > 2  # type: ignore[arg-type]


def starting() -> None:
    import streamlit as st

    from core.serving.work import Busy, Retired
    from pages.kit import compute, streaming

    class Run:
        def __init__(self, name: str) -> None:
            self.name, self.state, self.by_reader = name, "running", False

        def stop(self, *, by_reader: bool = False) -> None:
            self.state, self.by_reader = "stopped", by_reader

    kept = st.session_state.setdefault("kept", [])

    def start(name: str) -> Run:
        if name == "busy":
            raise Busy("too many *here*")
        if name == "made room":
            st.session_state["name"] = "again"
            raise Retired("for another one")
        kept.append(Run(name))
        return kept[-1]

    name = st.session_state.get("name", "a")
    try:
        streaming.run("slot", name, lambda: start(name))  # type: ignore[arg-type,return-value]
    except compute.NotHere as reason:
        reason.show()
    if st.session_state.get("then"):
        getattr(streaming, st.session_state["then"])()
    st.write(" ".join(f"{run.name}:{run.state}:{run.by_reader}" for run in kept))


def test_a_visit_has_one_run_in_a_slot() -> None:
    at = AppTest.from_function(starting, default_timeout=30)

    def said(**state: str) -> str:
        for key, value in state.items():
            at.session_state[key] = value
        return str(sound(at.run()).markdown[0].value)

    assert said() == "a:running:False"
    assert said() == "a:running:False"  # a rerun goes on with the same one
    assert said(name="b") == "a:stopped:False b:running:False"  # another text ends it
    assert said(then="stop_all") == "a:stopped:False b:stopped:True"
    assert said(then="") == "a:stopped:False b:stopped:True"  # stopped by the reader: it stays
    assert said(then="forget_all").endswith("b:stopped:True")
    assert said(then="").endswith("b:stopped:True b:running:False")
    at.session_state["name"] = "busy"
    at.run()
    assert [info.value for info in at.info] == [r"too many \*here\*"]
    assert not at.exception
    assert said(name="made room").endswith("again:running:False")  # the page ran anew and got another engine
