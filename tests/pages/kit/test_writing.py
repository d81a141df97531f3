"""A text that is being written, followed as a page does: what fails is one line, what is stopped stays."""

from streamlit.testing.v1 import AppTest

from tests.pages.helpers import sound


def failing() -> None:
    import streamlit as st

    from core.serving.work import WorkFailed
    from pages.kit import writing

    class Failing:
        state, over, error, by_reader, written, speed, touched = "running", False, None, False, 3, 2.0, 0

        def touch(self) -> None:
            self.touched += 1

        def wait(self, timeout: float) -> bool:
            if self.touched < 3:
                return False
            raise WorkFailed("the machine is tired")

    watch = writing.Watch()
    watch.follow([Failing()], lambda: watch.place.write("so far"), 10)
    st.write("never reached")


def test_a_run_that_fails_is_one_line() -> None:
    at = AppTest.from_function(failing, default_timeout=30).run()
    assert not at.exception
    assert [error.value for error in at.error] == ["Writing failed: the machine is tired"]
    assert [element.value for element in at.markdown] == ["so far"]  # what there was stays


def failed() -> None:
    import streamlit as st

    from core.generation.decoding import Sampling
    from core.serving.work import Run
    from pages.kit import writing

    made = st.session_state.setdefault("made", [])

    def start() -> Run:
        made.append(Run([1], Sampling(), None, lambda: None))
        if len(made) == 1:
            made[0].end("failed", OSError("no *room*"))
        else:
            made[-1].end("finished")
        return made[-1]

    run = writing.run("slot", "key", start)
    watch = writing.Watch()
    watch.follow([run], lambda: watch.place.write("so far"), 10)
    st.write(f"then {len(made)}")


def test_a_run_that_failed_says_so_until_it_is_tried_again() -> None:
    """It read as one that the reader had stopped, from the next move of a control on."""
    at = AppTest.from_function(failed, default_timeout=30)
    for _ in range(2):
        at.run()
        assert not at.exception
        assert [error.value for error in at.error] == [r"Writing failed: no \*room\*"]
        assert [element.value for element in at.markdown] == ["so far"]
        assert [button.label for button in at.button] == ["Try again"]
    at.button[0].click().run()
    assert [element.value for element in sound(at).markdown] == ["then 2"]


def held_up() -> None:
    import streamlit as st

    from core.generation.decoding import Sampling
    from core.serving.work import Run
    from pages.kit import writing

    made = st.session_state.setdefault("made", [])

    def start() -> Run:
        made.append(Run([1], Sampling(), None, lambda: None))
        return made[-1]

    def draw() -> None:
        if not run.over:
            run.end("stopped" if len(made) == 1 else "finished")

    run = writing.run("slot", "key", start)
    writing.Watch().follow([run], draw, 10)
    st.write(f"{run.state} {len(made)}")


def test_a_text_that_was_taken_for_one_that_nobody_reads_begins_anew() -> None:
    """The page that follows it was held up for longer than the lease; its reader stopped nothing."""
    at = sound(AppTest.from_function(held_up, default_timeout=30).run())
    assert [element.value for element in at.markdown] == ["finished 2"]


def finishing() -> None:
    import streamlit as st

    from pages.kit import writing

    class Finishing:
        state, over, error, by_reader, written, speed, touched = "running", False, None, False, 0, 50.0, 0

        def touch(self) -> None:
            self.touched += 1

        def wait(self, timeout: float) -> bool:
            self.written = self.touched
            return self.touched >= self.limit

    short, long = Finishing(), Finishing()
    short.limit, long.limit = 2, 4
    drawn = []
    watch = writing.Watch()
    watch.follow([short, long], lambda: drawn.append(long.written), 4)
    st.write(f"{drawn} {short.touched} {long.touched}")


def test_all_are_waited_for_and_looked_at() -> None:
    at = sound(AppTest.from_function(finishing, default_timeout=30).run())
    assert at.markdown[-1].value == "[0, 1, 2, 3, 4] 4 4"
    assert not at.button  # the stop button and the meter went with the end
    assert not at.get("progress")


def waiting() -> None:
    from pages.kit import writing

    class Waiting:
        state, over, error, by_reader, written, speed, looked = "waiting", False, None, False, 0, 0.0, 0

        def touch(self) -> None:
            self.looked += 1

        def wait(self, timeout: float) -> bool:
            if self.looked < 2:
                return False
            raise LookupError("enough")

    writing.Watch().follow([Waiting()], lambda: None, 4)


def test_who_waits_in_line_is_told_so() -> None:
    at = AppTest.from_function(waiting, default_timeout=30).run()
    assert "In line behind other readers" in at.get("progress")[0].proto.text
    assert [button.label for button in at.button] == ["Stop"]


def over() -> None:
    from pages.kit import writing

    class Over:
        over, error = True, None

    writing.Watch().follow([Over()], lambda: 1 / 0, 4)


def test_what_is_over_is_not_followed() -> None:
    at = sound(AppTest.from_function(over, default_timeout=30).run())
    assert not at.button


def starting() -> None:
    import streamlit as st

    from core.serving.work import Busy, Retired
    from pages.kit import writing

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
    writing.run("slot", name, lambda: start(name))
    if st.session_state.get("then"):
        getattr(writing, st.session_state["then"])()
    st.write(" ".join(f"{run.name}:{run.state}:{run.by_reader}" for run in kept))


def test_a_visit_has_one_run_in_a_slot() -> None:
    at = AppTest.from_function(starting, default_timeout=30)

    def said(**state: str) -> str:
        for key, value in state.items():
            at.session_state[key] = value
        return sound(at.run()).markdown[0].value

    assert said() == "a:running:False"
    assert said() == "a:running:False"  # a rerun goes on with the same one
    assert said(name="b") == "a:stopped:False b:running:False"  # another text ends it
    assert said(then="stop_all") == "a:stopped:False b:stopped:True"
    assert said(then="") == "a:stopped:False b:stopped:True"  # stopped by the reader: it stays
    assert said(then="forget_all").endswith("b:stopped:True")
    assert said(then="").endswith("b:stopped:True b:running:False")
    at.session_state["name"] = "busy"
    at.run()
    assert [warning.value for warning in at.warning] == [r"too many \*here\*"]
    assert not at.exception
    assert said(name="made room").endswith("again:running:False")  # the page ran anew and got another engine
