"""What a lesson is made of, handed to `pages.kit.former` to be shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.figures.export import build


@dataclass(frozen=True)
class Line:
    """One line of "how it works": why, the equation, the function that computes it, what its tensors are."""

    why: str
    equation: str
    function: Callable[..., Any]
    shapes: str


@dataclass(frozen=True)
class Question:
    """A question to check oneself; `right` is computed by the page's code, `why` explains it."""

    text: str
    answers: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True)
class Source:
    """A paper: who, when, what, where."""

    authors: str
    year: int
    title: str
    link: str


@dataclass(frozen=True)
class Download:
    """Something to take along: made when it is asked for."""

    label: str
    file: str
    make: Callable[[], str | bytes]
    mime: str = "text/plain"


@dataclass(frozen=True)
class Picture:
    """A figure with what belongs to it: its text alternative and its table (columns, rows)."""

    figure: dict[str, Any]
    alt: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()

    @cached_property
    def built(self) -> Any:
        """Return the figure as Plotly's own object: checked once, where the dictionary is checked at every rerun."""
        return build(self.figure)
