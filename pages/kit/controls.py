"""Controls whose value is in the link.

Streamlit binds a widget to the query string itself (`bind="query-params"`, the key is the parameter's name). What
it leaves out is added here: a value in a link that cannot be is named to the reader in one line, instead of silently
becoming the default. No integer `number_input` is used: it stops the page on `inf`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_NOTICES = "_notices"


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
        _note(f"The link's {key} cannot be {_tame(raw)}: it is {value:g} here.")
    return value


def text_area(label: str, default: str, *, key: str, height: int, max_chars: int, help: str | None = None) -> str:
    """Return the reader's text as typed; a link's text beyond `max_chars` is cut by Streamlit, and the page says so."""
    if len(_linked(key) or "") > max_chars:
        _note(f"The link's {key} was too long and was cut.")
    value = st.text_area(label, default, key=key, height=height, max_chars=max_chars, help=help, bind="query-params")
    return value or ""


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
        _note(f"The link's {key} cannot be {_tame(raw)}: it is {names(picked or default)} here.")
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
        _note(f"The link's {key} could not be read and was left out.")
        return default


def set_parameter(key: str, value: str) -> None:
    """Put `value` into the link under `key`, or take the key out when it is empty."""
    if value:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]


def show_notices(place: DeltaGenerator) -> None:
    """Say in one line what of the link could not be, once."""
    notices = st.session_state.pop(_NOTICES, [])
    if notices:
        place.caption(" ".join(notices))


def _linked(key: str) -> str | None:
    """Return what the link says for the widget named `key`: before its first run only, None afterwards."""
    return None if key in st.session_state else st.query_params.get(key)


def _number(raw: str) -> float | None:
    """Return the number that `raw` is, None where it is none."""
    try:
        return float(raw)
    except ValueError:
        return None


def _tame(raw: str) -> str:
    """Return a stranger's text, short and without anything that Markdown would act on."""
    kept = "".join(c for c in raw[:24] if c.isalnum() or c in " .,-+")
    return f"“{kept}”" if kept.strip() else "that"


def _note(text: str) -> None:
    st.session_state.setdefault(_NOTICES, []).append(text)
