"""A result by name: from the shelf, else from what was recorded, else computed; and a picture of it, drawn once.

A page asks for what an experiment's function returns for some arguments. It never says whether that is live or
recorded: `origin` knows, and the lesson says so once at its end.
"""

import dataclasses
import threading
from collections.abc import Callable, Hashable
from typing import Any, Literal, ParamSpec, TypeVar, overload

from core.experiments import recording
from core.figures.picture import Picture
from core.progress import Steps, named
from pages.kit import cache, compute
from pages.kit.shelf import MISSING

P = ParamSpec("P")
T = TypeVar("T")
Origin = Literal["recorded", "computed"]


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
) -> Any:
    """Return the result of a call from this run, the shelf or the record, else of `work`, put in line."""
    key = (function.__module__, function.__qualname__, arguments, again)
    if key in _RUN.held:
        return _RUN.held[key]
    came: Origin = "computed"
    found = cache.results().get(key)
    if found is MISSING and not again:
        found = recording.find(function, *arguments)
        came = "computed" if found is recording.MISSING else "recorded"
    if found is MISSING or found is recording.MISSING:
        found = compute.result(key, work, *named(function), put_in_line=put_in_line)
    _RUN.held[key] = found
    _RUN.origins.add(came)
    return found


def draw(function: Callable[P, Picture], *arguments: P.args, **named_arguments: P.kwargs) -> Picture:
    """Return the picture that a function of `core.figures` draws of results, kept by what it shows.

    Results are told apart by identity: `ask` returns the same object as long as it is on the shelf, and the picture
    keeps what it was drawn from. Everything else is told apart by value.
    """
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
    picture: Picture = held.picture
    return picture


@dataclasses.dataclass(frozen=True)
class _Drawn:
    picture: Picture
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
