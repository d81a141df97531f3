"""What page tests share: the real model, loaded once, where the pages look for it; a workshop that opens when told to."""

import functools
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner

import core.pretrained.hub.files  # noqa: F401 - here, and not in a thread of the app: the hook that checks shapes is not safe there
from core.serving.engine import Engine
from pages.kit import cache, language_models
from pages.kit.language_models import DEFAULT
from tests.pages.helpers import PATIENCE


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine that every page of this process gets; fails where the asset is not there (`make assets`)."""
    before = os.environ.get("UNROLLED_THREADS")
    os.environ["UNROLLED_THREADS"] = "1"  # steadier where the machine has other work
    loading = language_models.model(DEFAULT)
    assert loading.wait(120), "the model did not load within two minutes"
    assert not loading.error, loading.error
    assert loading.engine is not None
    yield loading.engine
    cache.models().forget(DEFAULT)
    if before is None:
        del os.environ["UNROLLED_THREADS"]
    else:
        os.environ["UNROLLED_THREADS"] = before


@pytest.fixture(scope="session", autouse=True)
def scan_once() -> Iterator[None]:
    """Each AppTest looks through all installed packages for components, a tenth of a second: once is enough."""
    patch = pytest.MonkeyPatch()
    patch.setattr(
        manifest_scanner, "scan_component_manifests", functools.cache(manifest_scanner.scan_component_manifests)
    )
    yield
    patch.undo()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The page finds a workshop that is not open until the event is set."""
    opens = threading.Event()
    real = cache.workshop()
    assert real.wait(PATIENCE)

    class Opening:
        def wait(self, timeout: float | None) -> bool:
            return opens.wait(timeout)

        def __getattr__(self, name: str) -> Any:
            assert opens.is_set(), "nothing can be computed yet"
            return getattr(real, name)

    opening = Opening()
    monkeypatch.setattr(cache, "workshop", lambda: opening)
    cache.results().clear()
    yield opens
    opens.set()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], Any]]:
    """What the page offers to take along, by file name."""
    offered: dict[str, Callable[[], Any]] = {}
    monkeypatch.setattr(st, "download_button", lambda label, make, file, mime, **more: offered.update({file: make}))
    return offered
