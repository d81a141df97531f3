"""What the tests of take-away scripts share."""

from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], Any]]:
    """What the page offers to take along, by file name."""
    offered: dict[str, Callable[[], Any]] = {}
    monkeypatch.setattr(st, "download_button", lambda label, make, file, mime, **more: offered.update({file: make}))
    return offered
