"""The one own component: a strip of tokens, two strips joined by weighted links, and a tree of texts.

Each function draws its picture and returns the index of what the reader clicked in this run, or None: a click
is an event, so keep the choice yourself (``st.session_state``) and hand it back as ``chosen``. Under the same
``key`` everything is updated in place: focus and an open panel stay. Clicks do not work inside a ``st.form``.
Colours come from the theme: bands from ``chartCategoricalColors``, weights from ``chartSequentialColors`` or,
where one of them is negative, from ``chartDivergingColors``.

The JavaScript and CSS beside this file are plain; they are read once, when this module is imported.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import streamlit as st
from numpy.typing import ArrayLike
from streamlit.components.v2.types import ComponentRenderer

from pages.kit.tokens import payload

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Token:
    """One piece of text on a strip; it is shown as it is, markup, spaces and line ends included.

    `band` is a categorical colour with an underline style of its own (-1: a plain hairline); `weight` a
    background, from 0 to 1, or from -1 to 1 on the diverging scale; `note` one line and `details` rows (left,
    right) of the panel that opens on hover and on focus. A right side that is a percentage gets a thin bar.
    """

    text: str
    note: str = ""
    band: int = -1
    weight: float | None = None
    details: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.weight is not None and not (math.isfinite(self.weight) and -1.0 <= self.weight <= 1.0):
            raise ValueError(f"weight must lie between -1 and 1, not {self.weight}")

    @cached_property
    def packed(self) -> list[Any]:
        """Return it as it is sent; made once, where tokens are kept."""
        return payload.of_token(self.text, self.note, self.band, self.weight, self.details)


@dataclass(frozen=True)
class Branch:
    """One row of a tree, in reading order: text, depth, a note at the right (such as a log-probability).

    `name` says what the text is. Where there is little room, name and note stand above it.
    """

    text: str
    depth: int
    note: str = ""
    pruned: bool = False
    name: str = ""

    @cached_property
    def packed(self) -> list[Any]:
        """Return it as it is sent."""
        return payload.of_branch(self.text, self.depth, self.note, self.pruned, self.name)


def _component(name: str, *scripts: str, seen: bool = True) -> ComponentRenderer:
    """Register a component made of `scripts`, each sent without its comments and indentation."""
    source = "".join(payload.lean((_HERE / script).read_text("utf-8")) for script in scripts)
    css = payload.lean((_HERE / "tokens.css").read_text("utf-8")) if seen else None
    html = '<div class="root"></div>' if seen else None
    return st.components.v2.component(f"unrolled_{name}", html=html, css=css, js=source, isolate_styles=seen)


_STRIP = _component("strip", "line.js", "theme.js", "panel.js", "strip.js")
_LINKED = _component("linked", "line.js", "theme.js", "panel.js", "linked.js")
_TREE = _component("tree", "line.js", "tree.js")
_FEED = _component("feed", "feed.js", seen=False)


def strip(
    tokens: Sequence[Token],
    *,
    key: str,
    label: str,
    chosen: int | None = None,
    legend: Sequence[tuple[int, str]] = (),
    busy: bool = False,
    reads: str = "",
    feed: str = "",
) -> int | None:
    """Draw a strip of tokens; return the index of the one clicked in this run, else None.

    `label` names the strip to a screen reader, `chosen` is the pressed token, `legend` says in words what a
    band means. `busy` shows a caret behind the last token. `reads` is for tokens that are parts of characters: the
    text that they make together, shown beneath them; it then decides which way the strip runs. `feed` names what
    `grow` adds to the strip later in this run.
    """
    data = {
        "tokens": [token.packed for token in tokens],
        "chosen": payload.index(chosen, len(tokens)),
        "label": label,
        "legend": [[band, words] for band, words in legend],
        "busy": busy,
        "reads": reads,
        "feed": feed,
    }
    return _mount(_STRIP, key, data, len(tokens))


def grow(
    feed: str, number: int, start: int, tokens: Sequence[Token], *, meter: str = "", busy: bool = True, reads: str = ""
) -> None:
    """Put `tokens` in the place of all from index `start` on, in the strip that was drawn with `feed`; say `meter` below it.

    Only these tokens are sent. `number` counts the pieces of a feed from 0 on; each is an element of its own, shown
    nowhere, so call it in a container that keeps them all until the page runs again.
    """
    data = {
        "feed": feed,
        "n": number,
        "from": start,
        "tokens": [token.packed for token in tokens],
        "meter": meter,
        "busy": busy,
        "reads": reads,
    }
    _FEED(key=f"{feed}_{number}", data=data)


def linked(
    source_tokens: Sequence[Token],
    target_tokens: Sequence[Token],
    weights: ArrayLike,
    *,
    key: str,
    label: str,
    chosen: int | None = None,
    names: tuple[str, str] = ("source", "target"),
) -> int | None:
    """Draw two strips joined by links as strong as `weights` (target, source); return the clicked target.

    The target token that is hovered, focused or chosen shows its links alone, their numbers in its panel; the
    source tokens then take that row as their background. `names` tells the strips apart for a screen
    reader. Raises ValueError when `weights` has another shape or holds anything but finite numbers.
    """
    rows = payload.of_matrix(weights, (len(target_tokens), len(source_tokens)))
    data = {
        "source": [token.packed for token in source_tokens],
        "target": [token.packed for token in target_tokens],
        "weights": rows,
        "chosen": payload.index(chosen, len(target_tokens)),
        "label": label,
        "names": list(names),
    }
    return _mount(_LINKED, key, data, len(target_tokens))


def tree(branches: Sequence[Branch], *, key: str, label: str, chosen: int | None = None) -> int | None:
    """Draw a tree of texts, a row a branch; return the index of the row clicked in this run, else None.

    Raises ValueError when a row hangs more than one level below the row before it.
    """
    depths = [branch.depth for branch in branches]
    if any(not 0 <= depth <= before + 1 for before, depth in zip([-1, *depths], depths, strict=False)):
        raise ValueError("each branch hangs at most one level below the row before it, the first at 0")
    data = {
        "branches": [branch.packed for branch in branches],
        "chosen": payload.index(chosen, len(branches)),
        "label": label,
    }
    return _mount(_TREE, key, data, len(branches))


def _mount(component: ComponentRenderer, key: str, data: dict[str, Any], count: int) -> int | None:
    """Mount `component` and return its trigger. It comes from a browser: anything but an index is dropped."""
    clicked = component(key=key, data=data, on_chosen_change=lambda: None).get("chosen")
    if isinstance(clicked, bool) or not isinstance(clicked, int):
        return None
    return clicked if 0 <= clicked < count else None
