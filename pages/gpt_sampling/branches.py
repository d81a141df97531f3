"""The branches that a reader takes in a written text: in the link, one below the other, each for its own text only."""

from collections.abc import Hashable
from typing import NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.experiments.gpt_sampling.texts import MAX_FORKS, Fork, Settings, Text, read_forks, write_forks
from pages.gpt_sampling import strips
from pages.gpt_sampling.prompt import Given
from pages.kit import controls
from pages.kit.streaming import at_hand

KEPT = 64  # texts whose branches a visit finds again


def in_link(given: Given, settings: Settings) -> tuple[tuple[Fork, ...], int]:
    """Return the branches in the link and which of them is shown (0 is the first draw)."""
    if settings.strategy == "beam":
        return (), 0
    of = (given.model, given.next_token.ids, settings)
    _keep_apart(of)
    vocabulary = len(given.next_token.logits)
    forks = controls.parameter("branches", (), lambda raw: _known(read_forks(raw), vocabulary))
    chosen = controls.parameter("branch", 0, lambda raw: range(len(forks) + 1).index(int(raw)))
    kept = controls.staying("branches")
    kept.pop(of, None)
    if forks:
        kept[of] = (write_forks(forks), str(chosen) if chosen else "")
        while len(kept) > KEPT:
            kept.pop(next(iter(kept)))  # those that were looked at longest ago
    return forks, chosen


def _keep_apart(of: Hashable) -> None:
    """Put aside the branches of another text, whose tokens would make no sense in this one, and bring back its own."""
    kept = controls.staying("branches")
    before = st.session_state.get("_branches_of")
    st.session_state["_branches_of"] = of
    if before == of or (before is None and ("branches" in controls.address() or of not in kept)):
        return
    branches, branch = kept.get(of, ("", ""))
    if before is not None:
        st.session_state.pop("_word", None)
        if kept.get(before, ("", ""))[0] and not branches:
            st.caption("Your branches belong to the text that was here: they come back with its settings.")
    controls.set_parameter("branches", branches)
    controls.set_parameter("branch", branch)


def chosen_word(settings: Settings) -> int | None:
    """Return the token that the reader clicked; in a beam search's text there is nothing to put in its place."""
    word: int | None = st.session_state.get("_word") if settings.strategy != "beam" else None
    return word


def offer_a_rival(text: Text, forks: tuple[Fork, ...], chosen: int, place: DeltaGenerator) -> None:
    """Let the reader put one of its rivals in the place of the token that was clicked: a new branch."""
    position = st.session_state.get("_word")
    if position is None or position >= len(text.words):
        place.caption("Point at a token to see its rivals; click it to put another in its place.")
        return
    with at_hand(place, "rivals"):
        token = strips.replace_word(text, position)
    if token is None:
        return
    fork = Fork(chosen, position, token)
    if fork in forks:
        go_to(forks.index(fork) + 1)
    if len(forks) >= MAX_FORKS:
        place.caption(f"{MAX_FORKS} branches are as many as fit in a link: take them away to begin anew.")
        return
    controls.set_parameter("branches", write_forks([*forks, fork]))
    go_to(len(forks) + 1)


def offer_to_forget() -> None:
    """Let the reader take all branches away."""

    def forget() -> None:
        controls.set_parameter("branches", "")
        controls.set_parameter("branch", "")

    st.button("Take the branches away", on_click=forget)


def go_to(branch: int) -> NoReturn:
    """Show branch `branch`, 0 being the first draw."""
    controls.set_parameter("branch", str(branch) if branch else "")
    st.session_state.pop("_word", None)
    st.rerun()


def _known(forks: tuple[Fork, ...], vocabulary: int) -> tuple[Fork, ...]:
    """Return `forks`; raises `ValueError` for a token that the model does not have."""
    if any(fork.token >= vocabulary for fork in forks):
        raise ValueError(f"tokens are below {vocabulary}")
    return forks
