"""How far a computation is: what a function that may take long yields, and how a page names it meanwhile."""

from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

# What such a function returns when called: it yields (done, total) and returns its result.
Steps: TypeAlias = Generator[tuple[int, int], None, T]


def doing(words: str, unit: str = "step") -> Callable[[F], F]:
    """Say what a function does, for whoever waits for it: "Reading your text: character 120 of 400"."""

    def mark(function: F) -> F:
        function.doing, function.unit = words, unit  # type: ignore[attr-defined]
        return function

    return mark


def named(function: Callable[..., Any]) -> tuple[str, str]:
    """Return what `doing` said of a function: words and unit."""
    return getattr(function, "doing", "Computing"), getattr(function, "unit", "step")


def finish(steps: Generator[Any, None, T]) -> T:
    """Run a function's steps to their end and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
