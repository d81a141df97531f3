"""Controls whose values are in the link, of all views of a page, and are kept for each page as long as the visit lasts.

What the reader chose is kept here, by page, and not in Streamlit's widgets, which forget what is not drawn. A widget is
told its value each time that it is drawn, and says what the reader did to it in a callback. So a control may be moved
at any time, drawn or not: `move`, `reset`, `restore`. To write to `st.session_state` under a control's key does nothing.

Streamlit's own binding (`bind="query-params"`) and `st.query_params` make an entry in the browser's history with each
write that the server starts. The address is written by `address.js` instead, which only ever replaces the entry.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote_plus, urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

MAX_LINK = 40_000  # bytes of a text in a link: the server answers none of more than 128 kB, and a page has three texts
MAX_ADDRESS = 120_000  # bytes of all of it
PHONE = 44  # letters, with the room around them, that a phone has for options side by side
_LESSON, _KEPT, _STAYING, _SHARED, _RUN = "_lesson", "_kept", "_staying_", "_shared", "_run"
_STAYS = (
    _LESSON,
    _KEPT,
    _STAYING,
    _SHARED,
    _RUN,
    "_predicted_",
    "_runs",
    "_bet_",
    "_visit",
)  # of a visit, whatever lesson is open
_CSS = ".st-key-_address.st-key-_address { position: absolute; width: 0; height: 0; overflow: hidden; }"
_ADDRESS = st.components.v2.component(
    "unrolled_address", css=_CSS, js=(Path(__file__).parent / "address.js").read_text("utf-8"), isolate_styles=False
)


@dataclass(frozen=True)
class Kept:
    """What a control is at, where that is not its default; `words` is how a link says it, None where it cannot."""

    value: Any
    words: str | None


@dataclass(frozen=True)
class Linked:
    """What a link says of a control that was not drawn since."""

    words: tuple[str, ...]


Entries = dict[str, Kept | Linked]
Previous = dict[str, Kept | Linked | None]  # None: it was at its default


@dataclass
class _Page:
    entries: Entries = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)  # of the controls that were drawn
    shapes: dict[str, Any] = field(default_factory=dict)  # what makes a widget another one, though its key stays
    written: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the address, as last sent to the browser
    notices: list[str] = field(default_factory=list)


@dataclass
class _Run:
    """The places of this run, and how many times a page was arrived at."""

    address: DeltaGenerator | None = None
    notices: DeltaGenerator | None = None
    texts: list[str] = field(default_factory=list)
    arrivals: int = 0


# Pages.


def enter(page: str, keys: Collection[str] | None = None) -> None:
    """Begin a run of a page, by its name (the last part of its address).

    A link decides what the controls are at, and so does the address that the browser's Back and Forward show. Whoever
    comes back in another way finds the controls as they were. What a link says of controls other than `keys`, where
    they are given, is left out; else it stays in the address.
    """
    before, st.session_state[_LESSON] = st.session_state.get(_LESSON), page
    asked = {key: tuple(st.query_params.get_all(key)) for key in st.query_params if key not in _shared()}
    by_history = _by_history()
    run = _run()
    run.address, run.notices, run.texts = st.empty(), None, []
    if before == page and not by_history:
        return
    run.arrivals += 1
    for key in [str(key) for key in st.session_state]:
        if before != page and not key.startswith(_STAYS):
            del st.session_state[key]
    kept = _page()
    kept.notices.clear()
    if (asked or by_history) and asked != kept.written:
        kept.entries = {key: Linked(words) for key, words in asked.items() if keys is None or key in keys}


def leave() -> None:
    """End a run of a page, however it ended: put what its controls say into the address."""
    run = st.session_state.get(_RUN)
    if run is None or run.address is None:
        return
    place, run.address = run.address, None
    kept, words = _page(), address()
    kept.written = {key: value for key, value in words.items() if key not in _shared()}
    query = urlencode(words, doseq=True)
    data = {"page": lesson(), "query": query, "texts": run.texts, "most": MAX_LINK, "arrival": run.arrivals}
    with place:
        _ADDRESS(key="_address", data=data)


def address() -> dict[str, tuple[str, ...]]:
    """Return what the address says, by control: all that is not at its default, in the open view or in another."""
    words: dict[str, tuple[str, ...]] = {key: (value,) for key, value in _shared().items() if value}
    for key, entry in _page().entries.items():
        if isinstance(entry, Linked):
            words[key] = entry.words
        elif entry.words is not None:
            words[key] = (entry.words,)
    while len(urlencode(words, doseq=True)) > MAX_ADDRESS:
        del words[max(words, key=lambda key: sum(map(len, words[key])))]
    return words


def lesson() -> str:
    """Return the name of the page at hand, empty before any was entered."""
    name: str = st.session_state.get(_LESSON, "")
    return name


def staying(name: str) -> dict[Any, Any]:
    """Return what this visit keeps under `name` whatever page is open: write into it."""
    kept: dict[Any, Any] = st.session_state.setdefault(f"{_STAYING}{name}", {})
    return kept


# Moving controls: in a callback, or anywhere before `st.rerun()`.


def move(changes: Mapping[str, Any]) -> Previous:
    """Put controls (key -> value) where they are wanted, drawn or not; return what they were at, for `restore`."""
    kept = _page()
    previous: Previous = {key: kept.entries.get(key) for key in changes}
    for key, value in changes.items():
        _keep(kept, key, value, _words(value))
    kept.notices.clear()
    return previous


def restore(previous: Previous) -> None:
    """Take back what returned `previous`: `move` or `reset`."""
    kept = _page()
    for key, entry in previous.items():
        if entry is None:
            kept.entries.pop(key, None)
        else:
            kept.entries[key] = entry
    kept.notices.clear()


def reset() -> Previous:
    """Put all controls of the page at their defaults, which empties the address; return what they were at."""
    kept = _page()
    previous: Previous = dict(kept.entries)
    kept.entries.clear()
    kept.notices.clear()
    return previous


def agree(changes: Mapping[str, Any]) -> bool:
    """Return whether these controls are at these values."""
    kept = _page()
    for key, value in changes.items():
        entry = kept.entries.get(key)
        if isinstance(entry, Linked) or (entry.value if entry else kept.defaults.get(key)) != value:
            return False
    return True


def move_to(key: str, place: int) -> NoReturn:
    """Run the page again with this place chosen, as a click in a picture asks for."""
    move({key: place})
    st.rerun()


# The controls.


def slider(
    label: str,
    low: float,
    high: float,
    default: float,
    step: float,
    *,
    key: str,
    help: str | None = None,
    format: str | None = None,
) -> Any:
    """Return the value of a slider from `low` to `high`; whole numbers in, whole numbers out."""
    kind = float if any(isinstance(number, float) for number in (low, high, default, step)) else int
    value = _value(key, default, lambda words: _number(words, low, high, step, kind), lambda value: f"{value:g}")
    value = kind(min(max(value, low), high))  # the range may have become smaller since
    value = _show(key, value, default, _words(value), (low, high, step))
    # The value is given too: in a popover that is opened later the widget begins at it.
    st.slider(label, kind(low), kind(high), value, step=kind(step), key=key, help=help, format=format, **_edits(key))
    return value


def text_area(label: str, default: str, *, key: str, height: int, max_chars: int, help: str | None = None) -> str:
    """Return the reader's text as typed; of one that is longer than `max_chars` the end, and the page says so.

    One that takes more than `MAX_LINK` bytes in a link is not in it: no server would answer to that address.
    """
    value: str = clean(_value(key, default, lambda words: (clean(words), True), str))
    fits = len(value) <= MAX_LINK and len(quote_plus(value)) <= MAX_LINK
    value = _show(key, value, default, value if fits else None)
    _run().texts.append(key)
    # Without Streamlit's own limit, which refuses a longer text without a word.
    st.text_area(label, value, key=key, height=height, help=help, **_edits(key))
    if len(value) > max_chars:
        note(f"Your text has {len(value):,} characters: the last {max_chars:,} of them are read.")
    if not fits:
        note("Your text is too long for a link: whoever opens this address finds the text that was here first.")
    return value[-max_chars:]


def choice(
    label: str,
    options: Sequence[str],
    default: str,
    *,
    key: str,
    names: Callable[[str], str] = str,
    help: str | None = None,
    hide_label: bool = False,
    width: Any = "content",
) -> str:
    """Return one of a few options, shown side by side; a link says what is shown."""
    known = {**{option: option for option in options}, **{names(option): option for option in options}}
    value = _value(key, default, lambda words: (known[words], True) if words in known else None, names)
    value = value if value in options else default
    value = _show(key, value, default, names(value), tuple(options))
    visible: Any = "collapsed" if hide_label else "visible"
    common = {"format_func": names, "key": key, "help": help, "label_visibility": visible, **_edits(key)}
    if sum(len(names(option)) + 4 for option in options) <= PHONE:
        st.segmented_control(label, options, default=value, required=True, width=width, **common)
    else:  # goes on in the next line where segments would be cut
        st.radio(label, options, list(options).index(value), horizontal=True, width=width, **common)
    return value


def toggle(label: str, default: bool = False, *, key: str, help: str | None = None) -> bool:
    """Return whether a switch is on."""
    known = {"true": True, "false": False}
    value = _value(
        key,
        default,
        lambda words: (known[words.lower()], True) if words.lower() in known else None,
        lambda value: "on" if value else "off",
    )
    value = _show(key, bool(value), default, _words(bool(value)))
    st.toggle(label, value, key=key, help=help, **_edits(key))
    return value


def position(label: str, last: int, default: int, *, key: str, help: str | None = None) -> int:
    """Let the reader choose a place from 1 to `last`; return it. There is nothing to choose where `last` is below 2."""
    return int(slider(label, 1, last, min(default, last), 1, key=key, help=help)) if last >= 2 else 1


def parameter(key: str, default: Any, read: Callable[[str], Any]) -> Any:
    """Return what is in the link under `key` but in no widget; `read` raises `ValueError` for what cannot be."""
    entry = _page().entries.get(key)
    if entry is None:
        return default
    words: Iterable[Any] = reversed(entry.words) if isinstance(entry, Linked) else [entry.value]
    for one in words:
        try:
            found = read(one)
        except ValueError:
            continue
        _page().entries[key] = Kept(one, one)
        return found
    del _page().entries[key]
    note(f"The link's {key} could not be read and was left out.")
    return default


def set_parameter(key: str, value: str) -> None:
    """Put `value` into the link under `key`, or take the key out when it is empty."""
    if value:
        _page().entries[key] = Kept(value, value)
    else:
        _page().entries.pop(key, None)


def shared(key: str) -> str:
    """Return what the link says under `key` for all pages, such as `present`: kept when another page is opened."""
    if key not in _shared() or _by_history():
        _shared()[key] = st.query_params.get(key, "")
    return _shared()[key]


def set_shared(key: str, value: str) -> None:
    """Put `value` into the link of all pages under `key`, or take the key out when it is empty: in a callback."""
    _shared()[key] = value


def presented() -> bool:
    """Return whether the picture alone is shown, large."""
    return shared("present") == "true"


def present(on: bool) -> None:
    """Show the picture alone, or the whole page again: in a callback."""
    set_shared("present", "true" if on else "")


# Notices: what of a link or a text could not be. They stand until the reader does something or leaves.


def note(text: str) -> None:
    """Say `text` where `show_notices` put the notices; before that, as soon as it does."""
    notices = _page().notices
    if text not in notices:
        notices.append(text)
        _draw_notices()


def show_notices(place: DeltaGenerator) -> None:
    """Show the notices of this page in `place` (an `st.empty()`), also those that are still to come in this run.

    Call it early: a page that stops has its notices shown too.
    """
    _run().notices = place
    _draw_notices()


def tame(raw: str) -> str:
    """Return a stranger's text, short and without anything that Markdown would act on."""
    kept = "".join("\\_" if c == "_" else c for c in raw[:24] if c.isalnum() or c in " .,-+_")
    return f"“{kept}”" if kept.strip() else "that" if raw.strip() else "empty"


def clean(text: str) -> str:
    """Return a text with line ends as LF and without control characters other than those and tabs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


# What all of them stand on.


def _value(key: str, default: Any, read: Callable[[str], tuple[Any, bool] | None], shown: Callable[[Any], str]) -> Any:
    """Return what a control is at. The first time after a link was opened, name to the reader what cannot be.

    `read` makes a value of the link's words: with False where it is only the nearest, None where there is none.
    """
    entry = _page().entries.get(key)
    if isinstance(entry, Kept):
        return entry.value
    if entry is None:
        return default
    found = [(words, read(words)) for words in reversed(entry.words)]
    for _, value in found:
        if value is not None and value[1]:
            return value[0]
    words, nearest = next((pair for pair in found if pair[1] is not None), found[0])
    value = default if nearest is None else nearest[0]
    note(f"The link's {key} cannot be {tame(words)}: it is {shown(value)} here.")
    return value


def _show(key: str, value: Any, default: Any, words: str | None, shape: Any = None) -> Any:
    """Keep a control's value, and have its widget show it: a slider with another range is a new one to Streamlit."""
    page = _page()
    page.defaults[key] = default
    _keep(page, key, value, words)
    if key not in st.session_state or st.session_state[key] != value or page.shapes.get(key) != shape:
        st.session_state[key] = value
    page.shapes[key] = shape
    return value


def _keep(page: _Page, key: str, value: Any, words: str | None) -> None:
    if key in page.defaults and value == page.defaults[key]:
        page.entries.pop(key, None)
    else:
        page.entries[key] = Kept(value, words)


def _edits(key: str) -> dict[str, Any]:
    """Return how a widget says what the reader did to it, in whatever page it was."""
    return {"on_change": _edited, "args": (lesson(), key)}


def _edited(name: str, key: str) -> None:
    page = _page(name)
    value = st.session_state[key]
    if value is None:
        page.entries.pop(key, None)
    else:
        _keep(page, key, value, _words(value))
    page.notices.clear()


def _number(
    words: str, low: float, high: float, step: float, kind: Callable[[float], float]
) -> tuple[float, bool] | None:
    """Return the number on the slider that `words` is, and whether it is that or only near; None where it is none."""
    if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", words):
        return None
    number = float(words)
    if not math.isfinite(number) or not low <= number <= high:
        return None
    steps = round((number - low) / step)
    digits = max(0, -math.floor(math.log10(step)) + 6)
    nearest = min(round(low + steps * step, digits), high)
    return kind(nearest), math.isclose(nearest, number, rel_tol=1e-9, abs_tol=0.0)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _draw_notices() -> None:
    place, notices = _run().notices, _page().notices
    if place is not None and notices:
        place.caption(" ".join(notices))


def _page(name: str | None = None) -> _Page:
    pages: dict[str, _Page] = st.session_state.setdefault(_KEPT, {})
    return pages.setdefault(lesson() if name is None else name, _Page())


def _shared() -> dict[str, str]:
    found: dict[str, str] = st.session_state.setdefault(_SHARED, {})
    return found


def _run() -> _Run:
    run: _Run = st.session_state.setdefault(_RUN, _Run())
    return run


def _by_history() -> bool:
    """Return whether the browser's Back or Forward asked for this run."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
