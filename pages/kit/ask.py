"""A result by name: from the shelf, else from what was recorded, else computed; and a picture of it, drawn once.

A page asks for what an experiment's function returns for some arguments. It never says whether that is live or
recorded: `origin` knows, and the lesson says so once at its end.
"""

import dataclasses
import threading
from collections.abc import Callable, Hashable
from typing import Any, Literal, ParamSpec, TypeVar, overload

import streamlit as st

from core.experiments import recording
from core.figures.picture import Picture
from core.progress import Steps, named
from pages.kit import cache, compute
from pages.kit.shelf import MISSING

P = ParamSpec("P")
T = TypeVar("T")
Origin = Literal["recorded", "computed"]
FEW = 4  # results of what a reader gave, in a visit


class _Run(threading.local):
    """What this run of a page has asked for already: a page has one thread, and asks once for each thing."""

    def __init__(self) -> None:
        self.held: dict[Hashable, Any] = {}
        self.origins: set[Origin] = set()


_RUN = _Run()


def begin() -> None:
    """Begin a run of a page."""
    _RUN.held, _RUN.origins = {}, set()


def origin() -> Origin:
    """Return whether anything that this run of the page shows was computed on this server."""
    return "computed" if "computed" in _RUN.origins else "recorded"


@overload
def ask(function: Callable[P, Steps[T]], *arguments: P.args, **none: P.kwargs) -> T: ...


@overload
def ask(function: Callable[P, T], *arguments: P.args, **none: P.kwargs) -> T: ...


def ask(function: Callable[..., Any], *arguments: Any, **none: Any) -> Any:
    """Return what `function` returns for these arguments, which are plain values and hashable.

    A function that takes long returns steps (`core.progress`); `core.progress.doing` says what a reader who waits is
    told. Raises `compute.NotHere` where it was stopped or failed.
    """
    if none:
        raise TypeError("arguments have one order: give them without names")
    return answer(function, arguments, lambda: function(*arguments))


def ask_alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what `function` returns, kept in this visit and nowhere else: for a sound or a file that a reader gave.

    The last few results stay until the lesson is left. Arguments are hashable; raises as `ask`.
    """
    key = _key(function, arguments, 0)
    held: dict[Hashable, Any] = st.session_state.setdefault("_alone", {})
    if key not in held:
        for old in list(held)[: max(0, len(held) - FEW + 1)]:
            del held[old]
        held[key] = compute.result(key, lambda: function(*arguments), *named(function), shelved=False)
    _RUN.origins.add("computed")
    return held[key]


def ask_again(number: int, function: Callable[P, Any], *arguments: P.args, **none: P.kwargs) -> Any:
    """Return what `function` returns, computed here and now, the `number`-th time: for what a clock measures."""
    return answer(function, arguments, lambda: function(*arguments, **none), again=number)


def answer(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    work: Callable[..., Any],
    *,
    again: int = 0,
    put_in_line: Any = compute.with_small_models,
    prepare: Callable[[], Any] | None = None,
) -> Any:
    """Return the result of a call from this run, the shelf or the record, else of `work`, put in line.

    `prepare` is called before something has to be computed: it may wait, which `put_in_line` may not.
    """
    found = known(function, arguments, again)
    if found is MISSING:
        if prepare:
            prepare()
        key = _key(function, arguments, again)
        found = compute.result(key, work, *named(function), put_in_line=put_in_line)
        _hold(key, found, "computed")
    return found


def known(function: Callable[..., Any], arguments: tuple[Any, ...], again: int = 0) -> Any:
    """Return the result of a call where nothing has to be computed for it, else `MISSING`."""
    key = _key(function, arguments, again)
    if key in _RUN.held:
        return _RUN.held[key]
    found = cache.results().get(key)
    if found is not MISSING:
        return _hold(key, found, "computed")
    found = MISSING if again else recording.find(function, *arguments)
    return MISSING if found is recording.MISSING or found is MISSING else _hold(key, found, "recorded")


def keep(function: Callable[..., Any], arguments: tuple[Any, ...], found: T) -> T:
    """Put the result of a call on the shelf that came about in another way: a text that was followed as it was written."""
    key = _key(function, arguments, 0)
    cache.results().put(key, found)
    _hold(key, found, "computed")
    return found


def _key(function: Callable[..., Any], arguments: tuple[Any, ...], again: int) -> Hashable:
    return (function.__module__, function.__qualname__, arguments, again)


def _hold(key: Hashable, found: T, came: Origin) -> T:
    _RUN.held[key] = found
    _RUN.origins.add(came)
    return found


def derive(function: Callable[P, T], *arguments: P.args, **named_arguments: P.kwargs) -> T:
    """Return what a pure function makes of results and plain values, kept as `draw` keeps a picture."""
    return _made(function, arguments, named_arguments)


def draw(function: Callable[P, Picture], *arguments: P.args, **named_arguments: P.kwargs) -> Picture:
    """Return the picture that a function of `core.figures` draws of results, kept by what it shows.

    Results are told apart by identity: `ask` returns the same object as long as it is on the shelf, and the picture
    keeps what it was drawn from. Everything else is told apart by value.
    """
    return _made(function, arguments, named_arguments)


def _made(function: Callable[..., T], arguments: Any, named_arguments: Any) -> T:
    key = (
        function.__module__,
        function.__qualname__,
        *(_mark(each) for each in arguments),
        *((name, _mark(each)) for name, each in sorted(named_arguments.items())),
    )
    held = cache.pictures().get(key)
    if held is MISSING:
        held = _Drawn(function(*arguments, **named_arguments), (arguments, named_arguments))
        cache.pictures().put(key, held)
    made: T = held.made
    return made


@dataclasses.dataclass(frozen=True)
class _Drawn:
    made: Any
    of: Any


def _mark(value: Any) -> Hashable:
    """Return what tells an argument of a figure from others."""
    if isinstance(value, list | tuple):
        return (type(value).__name__, *(_mark(each) for each in value))
    if isinstance(value, dict):
        return ("dict", *((key, _mark(each)) for key, each in value.items()))
    if isinstance(value, slice):
        return ("slice", value.start, value.stop, value.step)
    try:
        hash(value)
    except TypeError:
        return ("object", id(value))
    return (type(value).__name__, value)
