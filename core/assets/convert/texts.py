"""The converters for what Hutto and Gilbert 2014 had people score, snippets and words: from a package to plain tables."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

Report = Callable[[int, int], None]

FILES = {
    "movie_reviews": "movieReviewSnippets_GroundTruth.txt",
    "editorials": "nytEditorialSnippets_GroundTruth.txt",
    "product_reviews": "amazonReviewSnippets_GroundTruth.txt",
    "tweets": "tweets_GroundTruth.txt",
}


def hutto(archive: Path, folder: Path, report: Report) -> None:
    """Write each collection as `NAME.json`: a list of [id, mean human sentiment from -4 to 4, text].

    Raises `ValueError` for an archive without one of the collections, and for a line that is not such a triple.
    """
    with tarfile.open(archive) as held:
        members = {Path(member.name).name: member for member in held.getmembers() if member.isfile()}
        for done, (name, file) in enumerate(FILES.items()):
            report(done, len(FILES))
            content = held.extractfile(members[file]) if file in members else None
            if content is None:
                raise ValueError(f"the archive has no {file}")
            # Windows-1252 where it is not UTF-8: the oldest snippets were typed there.
            raw = content.read()
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                text = raw.decode("cp1252")
            rows = [_row(line) for line in io.StringIO(text) if line.strip()]
            (folder / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False, indent=0) + "\n", "utf-8")
    report(len(FILES), len(FILES))


def vader(lexicon: Path, folder: Path, report: Report) -> None:
    """Write `lexicon.json`: each word or sign with its mean human sentiment from -4 to 4.

    Raises `ValueError` for a line that holds something else.
    """
    rows = [line.split("\t") for line in lexicon.read_text("utf-8").splitlines() if line.strip()]
    found = {row[0].lower(): float(row[1]) for row in rows if len(row) > 1}
    if not found:
        raise ValueError("no word with a score")
    (folder / "lexicon.json").write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", "utf-8")
    report(1, 1)


def _row(line: str) -> tuple[str, float, str]:
    """'12<tab>0.4<tab>text' -> its three parts."""
    parts = line.rstrip("\r\n").split("\t")
    if len(parts) != 3:
        raise ValueError(f"not id, score and text: {line[:60]!r}")
    return parts[0], float(parts[1]), parts[2]
