"""A paragraph whose terms explain themselves: bold, and a one-line definition on hover, on focus and on a tap."""

from collections.abc import Sequence
from pathlib import Path
from typing import NotRequired, TypedDict

from pages.kit.component import component


class Segment(TypedDict):
    """A piece of a paragraph; one with a definition is a term."""

    text: str
    definition: NotRequired[str | None]


_PROSE = component(Path(__file__).parent, html='<p class="root"></p>')


def prose(segments: Sequence[Segment], *, key: str) -> None:
    """Show a paragraph; texts are shown as they are, without any markup."""
    _PROSE(key=key, data=[[segment["text"], segment.get("definition") or ""] for segment in segments])
