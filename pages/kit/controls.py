"""Controls whose value is in the link.

Streamlit binds a widget to the query string itself (`bind="query-params"`, the key is the parameter's name). What
it leaves out is added here: a value in a link that cannot be is named to the reader in one line, instead of silently
becoming the default. No integer `number_input` is used: it stops the page on `inf`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

import streamlit as st

from pages.kit.notices import note, tame
from pages.kit.notices import show_notices as show_notices

MAX_LINK = 40_000  # bytes of a text in a link: the server answers none of more than 128 kB, and a page has three texts
_LESSON, _KEPT, _STAYING = "_lesson", "_kept_", "_staying_"
_MISSING: Any = object()
_STAYS = (_LESSON, _KEPT, _STAYING, "_predicted_", "_runs")  # of a visit, whatever lesson is open


def enter(page: str) -> None:
    """Begin a run of a page, by its name.

    Whoever comes from another page leaves its controls behind: those of this one may have the same names, and other
    values. Whoever comes back finds the controls as they were, unless a link says otherwise.
    """
    before, st.session_state[_LESSON] = st.session_state.get(_LESSON, page), page
    if before == page:
        return
    for key in [str(key) for key in st.session_state]:
        if not key.startswith(_STAYS):
            del st.session_state[key]
    shown = {key: words for key, (_, words) in _kept().items() if words is not None}
    if _kept() and st.query_params.to_dict() in ({}, shown):
        # Both are needed: the one is what the browser shows in its address, the other what the controls say.
        st.query_params.from_dict(shown)
        for key, (value, _) in _kept().items():
            st.session_state[key] = value
        # In the run that the browser's Back asks for, Streamlit puts all controls at their defaults; in the next it does not.
        st.rerun()


def lesson() -> str:
    """Return the name of the lesson at hand, empty before any was entered."""
    name: str = st.session_state.get(_LESSON, "")
    return name


def staying(name: str) -> dict[Any, Any]:
    """Return what this visit keeps under `name` whatever lesson is open: write into it."""
    kept: dict[Any, Any] = st.session_state.setdefault(f"{_STAYING}{name}", {})
    return kept


def _kept() -> dict[str, tuple[Any, str | None]]:
    """Return the controls of the lesson at hand that are not at their default: value, and how a link says it, if it does."""
    kept: dict[str, tuple[Any, str | None]] = st.session_state.setdefault(f"{_KEPT}{lesson()}", {})
    return kept


def _keep(key: str, value: Any, default: Any, shown: str | None) -> None:
    if value != default:
        _kept()[key] = (value, shown)
    else:
        _kept().pop(key, None)


def move(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set these controls, from a button's callback; return what `restore` needs to set them back."""
    before = {key: st.session_state.get(key, _MISSING) for key in changes}
    for key, value in changes.items():
        st.session_state[key] = value
    return before


def restore(before: Mapping[str, Any]) -> None:
    """Set controls back to what they were before a `move`."""
    for key, value in before.items():
        if value is _MISSING:
            st.session_state.pop(key, None)
        else:
            st.session_state[key] = value


def agree(changes: Mapping[str, Any]) -> bool:
    """Return whether these controls still have these values."""
    return all(st.session_state.get(key) == value for key, value in changes.items())


def reset() -> None:
    """Put all controls of the lesson at hand at their defaults, and take them out of the address."""
    _kept().clear()
    for key in [str(key) for key in st.session_state]:
        if not key.startswith(_STAYS):
            del st.session_state[key]
    st.query_params.clear()


def presented() -> bool:
    """Return whether the picture alone is shown, large."""
    return st.query_params.get("present") == "true"


def present(on: bool) -> None:
    """Show the picture alone, or the whole page again."""
    set_parameter("present", "true" if on else "")


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
    raw = _linked(key)
    value = st.slider(label, low, high, default, step, key=key, help=help, format=format, bind="query-params")
    if raw is not None and _number(raw) != value:
        note(f"The link's {key} cannot be {tame(raw)}: it is {value:g} here.")
    _keep(key, value, default, str(value))
    return value


def text_area(label: str, default: str, *, key: str, height: int, max_chars: int, help: str | None = None) -> str:
    """Return the reader's text as typed; of one that is longer than `max_chars` the end, and the page says so.

    One that takes more than `MAX_LINK` bytes in a link is not in it: no server would answer to that address.
    """
    fits = len(quote_plus(st.session_state.get(key) or "")) <= MAX_LINK
    if fits and st.session_state.pop(f"{key}_without_link", False):
        st.query_params[key] = st.session_state[
            key
        ]  # Streamlit binds it again, but writes it with its next change only
    # Without Streamlit's own limit, which refuses a longer text without a word.
    value = st.text_area(label, default, key=key, height=height, help=help, bind="query-params" if fits else None) or ""
    _keep(key, value, default, value if fits else None)
    if len(value) > max_chars:
        note(f"Your text has {len(value):,} characters: the last {max_chars:,} of them are read.")
    if not fits:
        st.session_state[f"{key}_without_link"] = True
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
    """Return one of a few options, shown side by side."""
    raw = _linked(key)
    picked = st.segmented_control(
        label,
        options,
        default=default,
        format_func=names,
        key=key,
        help=help,
        required=True,
        label_visibility="collapsed" if hide_label else "visible",
        width=width,
        bind="query-params",
    )
    # Streamlit writes what is shown into the link, not the option itself, so that is what is compared.
    if raw is not None and raw != names(picked or default):
        note(f"The link's {key} cannot be {tame(raw)}: it is {names(picked or default)} here.")
    _keep(key, picked or default, default, names(picked or default))
    return picked or default


def parameter(key: str, default: Any, read: Callable[[str], Any]) -> Any:
    """Return what is in the link under `key` but in no widget; `read` raises `ValueError` for what cannot be."""
    raw = st.query_params.get(key)
    if raw is None:
        return default
    try:
        return read(raw)
    except ValueError:
        del st.query_params[key]
        note(f"The link's {key} could not be read and was left out.")
        return default


def set_parameter(key: str, value: str) -> None:
    """Put `value` into the link under `key`, or take the key out when it is empty."""
    if value:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]


def _linked(key: str) -> str | None:
    """Return what the link says for the widget named `key`: before its first run only, None afterwards."""
    return None if key in st.session_state else st.query_params.get(key)


def _number(raw: str) -> float | None:
    """Return the number that `raw` is, None where it is none."""
    try:
        return float(raw)
    except ValueError:
        return None
