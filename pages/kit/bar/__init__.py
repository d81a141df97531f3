"""Two buttons above a lesson: one copies its address, one shows the lesson alone, for a beamer."""

from collections.abc import Callable
from pathlib import Path

from pages.kit.component import component

_BAR = component(Path(__file__).parent)


def bar(*, presenting: bool, on_present: Callable[[], None], key: str = "_bar") -> None:
    """Show the buttons; `on_present` is called, before the page runs, when the reader turns presenting on or off."""
    _BAR(key=key, data={"presenting": presenting}, on_present_change=on_present, width="content")
