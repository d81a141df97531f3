"""The snippets' converter: each collection comes out as it was, and what is no such archive is refused."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from core.assets.convert.texts import FILES, hutto


def archive(folder: Path, contents: dict[str, bytes]) -> Path:
    path = folder / "source.tar.gz"
    with tarfile.open(path, "w:gz") as held:
        for name, content in contents.items():
            info = tarfile.TarInfo(f"hutto_ICWSM_2014/{name}")
            info.size = len(content)
            held.addfile(info, io.BytesIO(content))
    return path


def test_rows_come_out_as_they_were(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    lines = '1\t2.5\tOne, "two" and <b>.\r\n2_1\t-0.5\tcafé\r\n\r\n'
    contents = dict.fromkeys(FILES.values(), lines.encode("utf-8"))
    contents[FILES["tweets"]] = lines.encode("cp1252")
    steps: list[tuple[int, int]] = []
    hutto(archive(tmp_path, contents), made, lambda done, total: steps.append((done, total)))
    for name in FILES:
        rows = json.loads((made / f"{name}.json").read_text("utf-8"))
        assert rows == [["1", 2.5, 'One, "two" and <b>.'], ["2_1", -0.5, "café"]]
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ({}, "has no movieReviewSnippets"),
        (dict.fromkeys(FILES.values(), b"1\tonly two\n"), "not id, score and text"),
        (dict.fromkeys(FILES.values(), b"1\thigh\ttext\n"), "could not convert"),
    ],
)
def test_another_archive_is_refused(tmp_path: Path, contents: dict[str, bytes], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        hutto(archive(tmp_path, contents), tmp_path, lambda done, total: None)
