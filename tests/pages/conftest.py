"""The real model, loaded once for all page tests, in the cache where the pages look for it."""

import functools
import os
from collections.abc import Iterator

import pytest
from streamlit.components.v2 import manifest_scanner

from core.generation.engine import Engine
from pages.kit import cache
from pages.kit.models import DEFAULT


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine that every page of this process gets; fails where the asset is not there (`make assets`)."""
    before = os.environ.get("UNROLLED_THREADS")
    os.environ["UNROLLED_THREADS"] = "1"  # steadier where the machine has other work
    loading = cache.model(DEFAULT)
    assert loading.wait(120), "the model did not load within two minutes"
    assert not loading.error, loading.error
    assert loading.engine is not None
    yield loading.engine
    cache.model.clear()
    loading.close()
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
