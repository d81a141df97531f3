"""The language models as a page sees them: which one, whether it is there yet, and what it computes."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.kit import cache, controls, jobs
from pages.kit.models import DEFAULT, Offer
from pages.kit.turns import waiting
from pages.kit.words import escape

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel
    from core.serving.engine import Engine
    from pages.kit.models import Loading


def model(name: str, *, wait: bool) -> "Engine | None":
    """Return the engine of model `name`, or None while it is on its way; with `wait`, show how far it is until it is there.

    A model that can't be had stops the page here with one line that says what is missing and what to do.
    """
    loading = cache.model(name)
    if not loading.wait(0) and not wait:
        _take_over(name)
        return None
    place = st.empty()
    while not _there(loading):
        stage, done, total = loading.progress
        amount = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if total > 1e6 else f"{done} of {total}"
        place.progress(min(done / max(total, 1), 1.0), text=f"Bringing the model: {stage}, {amount}.")
    place.empty()
    if loading.error:
        st.error(loading.error)
        st.button("Try again", on_click=_try_again, args=(name,))
        st.stop()
    return loading.engine


def _try_again(name: str) -> None:
    """Ask for a model anew, and for no other: they are being used, as this one is where another reader was quicker."""
    if cache.model(name).error:
        cache.model.clear(name)


def _there(loading: "Loading") -> bool:
    with waiting():
        return loading.wait(0.2)


@st.fragment(run_every=1.0)
def _take_over(name: str) -> None:
    """Let the live model take over from what was recorded as soon as it is there."""
    if cache.model(name).wait(0):
        st.rerun()


def choose_model() -> tuple[str, str]:
    """Let the reader choose a model; return its name and a line about why it is another one, empty when it isn't."""
    # Asking the hub takes seconds where there is no network: warm-up did it, or a link that names a model is worth them.
    found = cache.offers().get(wait=False)
    if "model" in st.query_params and found == (Offer(DEFAULT),):
        with waiting():
            found = cache.offers().get(wait=True)
    reasons = {offer.name: offer.reason for offer in found}
    chosen = controls.choice("Model", tuple(reasons), DEFAULT, key="model")
    said = {name: f"{escape(name)} can't be had here: {escape(reason)}." for name, reason in reasons.items() if reason}
    for line in said.values():
        st.caption(line)
    return (DEFAULT, f"{said[chosen]} {DEFAULT} answers in its place.") if chosen in said else (chosen, "")


def job(key: Hashable, engine: "Engine", work: "Callable[[LanguageModel], Any]", doing: str) -> Any:
    """Return what `work` returns, computed in the engine's thread between two steps of the texts; see `jobs.result`."""
    return jobs.result(key, work, engine.call, doing, "layer", entries=cache.PROMPTS)


def encode(engine: "Engine", text: str) -> list[int]:
    """Return the tokens of `text`, which must not be changed; a visit's last ones are kept."""
    if engine.model is None:
        raise RuntimeError("the model is not loaded yet")
    of = (engine.model.name, text)
    kept = st.session_state.get("_tokens")
    if kept is None or kept[0] != of:
        kept = st.session_state["_tokens"] = (of, engine.model.encode(text))
    found: list[int] = kept[1]
    return found


def lost(engine: "Engine", text: str, ids: list[int]) -> int:
    """Return how many characters of `text` the model has no token for, so that they are not in `ids`."""
    return max(0, len(text) - len(engine.model.decode(ids))) if engine.model else 0
