"""What becomes of compiled loops whose files are broken, or that can't be kept."""

import errno
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest

from core.pretrained.cpu4bit import compiled

DOUBLE = """
import resource, sys
from core.pretrained.cpu4bit.compiled import compiled

@compiled()
def double(x):
    return 2 * x

@compiled()
def triple(x):
    return 3 * x

if sys.argv[1:]:  # no file may be longer: what a full disk says comes from the system itself
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
assert (double(21), double(1.5), triple(14)) == (42, 3.0, 42)
print(*(sum(getattr(double.stats, name).values()) for name in ("cache_hits", "cache_misses")))
"""


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let numba keep its files in this folder."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    compiled._warn_once.cache_clear()
    return tmp_path


def double() -> Any:
    """Return the same function at every call, compiled by no one yet, as in a new process."""

    @compiled.compiled()
    def function(x: Any) -> Any:
        return 2 * x

    return function


def triple() -> Any:
    @compiled.compiled()
    def function(x: Any) -> Any:
        return 3 * x

    return function


def hits(function: Any) -> int:
    return sum(function.stats.cache_hits.values())


def only(folder: Path, ending: str) -> Path:
    (file,) = folder.rglob(f"*.{ending}")
    return file


def run(tmp_path: Path, *arguments: str) -> "subprocess.Popen[str]":
    script = tmp_path / "double.py"
    script.write_text(DOUBLE)
    return subprocess.Popen(
        [sys.executable, str(script), *arguments],
        env={"UNROLLED_HOME": str(tmp_path / "home"), "PYTHONPATH": str(Path(__file__).parents[4]), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# Broken files

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "nothing is left": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "cut by a byte": lambda content: content[:-1],
    "longer": lambda content: content + b"\0",
    "something else": lambda content: b"<html>no space left</html>",
    "zeros": lambda content: bytes(len(content)),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_a_broken_file_is_compiled_anew(ending: str, damage: str, kept: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert double()(21) == 42
    file = only(kept, ending)
    whole = file.read_bytes()
    file.write_bytes(DAMAGES[damage](whole))
    again = double()
    assert again(21) == 42
    assert hits(again) == 0
    assert [record.getMessage() for record in caplog.records] == [f"{file} is broken: its loop is compiled anew."]
    mended = double()
    assert mended(21) == 42
    assert hits(mended) == 1
    assert len(caplog.records) == 1


def test_changed_code_is_not_run(tmp_path: Path) -> None:
    """A file can be read without an error and hold code that ends the process: LLVM does not look at it twice."""
    assert run(tmp_path).communicate() == ("0 2\n", "")
    for file in tmp_path.rglob("double.double-*.nbc"):
        content = bytearray(file.read_bytes())
        content[500:2000] = bytes(1500)
        file.write_bytes(content)
    found, said = run(tmp_path).communicate()
    assert found == "0 2\n"
    assert said.count("is broken: its loop is compiled anew") == 2
    assert run(tmp_path).communicate() == ("2 0\n", "")


def test_a_broken_file_that_stays_is_found_broken_each_time(
    kept: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*given: Any, **more: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    assert double()(21) == 42
    only(kept, "nbi").write_bytes(b"broken")
    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setattr(os, "replace", refuse)
    for _ in range(2):
        again = double()
        assert again(21) == 42
        assert hits(again) == 0
    assert only(kept, "nbi").read_bytes() == b"broken"
    broken, not_kept = caplog.messages
    assert "is broken" in broken
    assert "can't be kept" in not_kept


def test_a_file_that_cannot_be_read_is_left_and_compiled_anew(kept: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert double()(21) == 42
    index = only(kept, "nbi")
    index.unlink()
    index.mkdir()
    again = double()
    assert again(21) == 42
    assert hits(again) == 0
    assert f"{index} can't be read (Is a directory): its loop is compiled anew." in caplog.messages


def test_a_file_that_another_process_removed_is_no_news(kept: Path, caplog: pytest.LogCaptureFixture) -> None:
    for ending in ("nbc", "nbi"):
        assert double()(21) == 42
        only(kept, ending).unlink()
    assert double()(21) == 42
    assert caplog.records == []


def test_processes_that_compile_at_once_leave_whole_files(tmp_path: Path) -> None:
    assert run(tmp_path).communicate() == ("0 2\n", "")
    for file in tmp_path.rglob("double.double-*.nbi"):
        file.write_bytes(b"broken")
    together = [run(tmp_path) for _ in range(2)]
    for one in together:
        one.communicate()
        assert one.returncode == 0
    assert run(tmp_path).communicate() == ("2 0\n", "")
    assert not list(tmp_path.rglob("*.tmp.*"))


# A disk that takes nothing


def only_line(caplog: pytest.LogCaptureFixture) -> str:
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("core.pretrained.cpu4bit.compiled", logging.WARNING)
    assert "\n" not in record.getMessage()
    return record.getMessage()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES])
@pytest.mark.parametrize("where", ["before it is written", "while it is written"])
def test_what_cannot_be_kept_works_and_is_said_once(
    where: str, number: int, kept: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*given: Any, **more: Any) -> None:
        raise OSError(number, os.strerror(number))

    twice, thrice = double(), triple()
    monkeypatch.setattr(*((tempfile, "TemporaryFile") if where.startswith("before") else (os, "replace")), refuse)
    assert (twice(21), twice(1.5), thrice(14)) == (42, 3.0, 42)
    assert (twice(21), twice(1.5), thrice(14)) == (42, 3.0, 42)
    line = only_line(caplog)
    assert line.startswith(f"Compiled loops can't be kept in {twice.stats.cache_path} ({os.strerror(number)})")
    assert line.endswith("Make room there, or set UNROLLED_HOME to a folder that can be written.")
    assert not [file for file in kept.rglob("*") if file.is_file()]


def test_a_full_disk_takes_no_loop_away(tmp_path: Path) -> None:
    found, said = run(tmp_path, "100").communicate()
    assert found == "0 2\n"
    assert said.count("\n") == 1
    assert said.startswith(f"Compiled loops can't be kept in {tmp_path}")
    assert "(File too large)" in said
    assert not [file for file in (tmp_path / "home").rglob("*") if file.is_file()]
    assert run(tmp_path).communicate() == ("0 2\n", "")  # there is room again
    assert run(tmp_path).communicate() == ("2 0\n", "")


def test_a_folder_that_is_gone_takes_no_loop_away(kept: Path, caplog: pytest.LogCaptureFixture) -> None:
    function = double()
    folder = Path(function.stats.cache_path)
    folder.rmdir()
    folder.touch()  # nobody, root neither, can write there now
    assert (function(21), function(1.5)) == (42, 3.0)
    assert "(File exists)" in only_line(caplog)


def test_without_any_folder_functions_work_and_it_is_said_once(
    kept: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(function: Any) -> None:
        raise RuntimeError("cannot cache function: no locator available for file")

    monkeypatch.setattr(compiled, "_Kept", refuse)
    assert (double()(21), triple()(14)) == (42, 42)
    assert f"can't be kept in {compiled.folder()} (nothing can be written there)" in only_line(caplog)


def test_what_does_not_compile_is_still_an_error(kept: Path) -> None:
    @compiled.compiled()
    def wrong(x: Any) -> Any:
        return x.no_such_thing

    with pytest.raises(numba.core.errors.TypingError, match="no_such_thing"):
        wrong(1)
