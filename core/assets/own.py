"""The small weights that our own recipes made, and what is written beside them: where they lie, how they were made.

`read` is the way in: every byte is compared with what was stored, or one flipped bit would be a wrong number on a page,
without a word. `python -m core.assets.own` writes the hashes anew, after files came from elsewhere; recipes do so themselves.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from core.assets.manifest import AssetError

TRAINED = Path(__file__).with_name("trained")
EVALUATION = "evaluation_"
ONE_WAY = (
    "forwards_en_pt",
    "backwards_en_pt",
)  # small translators without attention that read the source from one side
T = TypeVar("T")


def read(path: Path, reader: Callable[[Path], T]) -> T:
    """Return what `reader` makes of a file that a recipe wrote, when it is byte for byte the one that was stored.

    Raises `AssetError` for a damaged file or one that `reader` can make nothing of, and `FileNotFoundError` for a missing
    one: in one line each, with the file's name and what to do. A folder without hashes beside it is read as it is.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is missing. {_remedy(path)}")
    wanted = _sums(path.parent).get(path.name)
    if wanted is not None and _sha256(path) != wanted:
        raise AssetError(
            path.name, 0, "it is damaged: its sha256 is not the one that it was stored with", _remedy(path)
        )
    try:
        return reader(path)
    except Exception as error:  # what a broken file makes the libraries raise has no common name
        reason = f"it can't be read ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
        raise AssetError(path.name, 0, reason, _remedy(path)) from error


def facts(name: str) -> dict[str, Any]:
    """Return what the recipe wrote about `name`: command, data, seconds, metrics. Raises as `read` does."""
    return read(TRAINED / f"{name}.json", _object)


def names() -> list[str]:
    """Return everything that a recipe has written, in alphabetical order."""
    return sorted(path.stem for path in TRAINED.glob("*.json") if not path.stem.startswith(EVALUATION))


def evaluation(pair: str) -> dict[str, Any]:
    """Return what the recurrent translators of a pair such as "en-pt" made of sentences that were kept apart.

    As `core.training.evaluate` wrote it. Raises as `read` does.
    """
    return facts(EVALUATION + pair.replace("-", "_"))


def seal(folder: Path = TRAINED) -> Path:
    """Write the sha256 of every file in a folder into a file beside it, as `sha256sum` does, and return that file."""
    lines = [f"{_sha256(path)}  {folder.name}/{path.name}\n" for path in sorted(folder.iterdir()) if path.is_file()]
    sums = _beside(folder)
    sums.write_text("".join(lines), "utf-8")
    return sums


def _object(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text("utf-8"))
    if not isinstance(content, dict):
        raise ValueError("it holds no object")
    return content


def _beside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.sha256")


def _sums(folder: Path) -> dict[str, str]:
    """Return the hash that each file was stored with, by its name; none where none were written."""
    sums = _beside(folder)
    lines = sums.read_text("utf-8").splitlines() if sums.is_file() else []
    return {
        name.removeprefix(f"{folder.name}/"): digest for digest, _, name in (line.partition("  ") for line in lines)
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remedy(path: Path) -> str:
    """Return how a file is brought back: from the repository; weights also by the command that their facts name."""
    back, facts_of = f"Run: git checkout -- core/assets/trained/{path.name}", path.with_suffix(".json")
    if path == facts_of:
        return back
    try:
        return f"{back} (or make it again: {_object(facts_of)['command']})"
    except (OSError, ValueError, KeyError):  # what is beside it is broken too
        return back


if __name__ == "__main__":
    print(seal())
