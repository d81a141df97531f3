"""A square to draw a digit in, with a finger, a mouse or the keyboard; what is drawn is a word that fits into a link."""

from pathlib import Path

from core.data.written_digits import PACKED, SIDE
from pages.kit.component import component

_DRAWING = component(Path(__file__).parent, buttons=True)


def drawing(drawn: str, *, key: str, label: str) -> str | None:
    """Show the square with `drawn` in it; return what the reader has made of it in this run, None where nothing was changed.

    Both are as `core.data.written_digits.unpack` reads them, empty without ink. `label` names it to a screen reader.
    """
    data = {"drawn": drawn, "side": SIDE, "label": label}
    made = _DRAWING(key=key, data=data, on_drawn_change=lambda: None, width="content").get("drawn")
    return made if isinstance(made, str) and len(made) in (0, PACKED) else None
