"""`python -m core.assets`, in this process (fast) and as a command (once)."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.assets import __main__ as command
from core.assets import fetch
from core.assets.manifest import Asset, load
from tests.core.assets.conftest import Source, entry


@pytest.fixture
def manifest(letters: dict[str, Asset], source: Source, monkeypatch: pytest.MonkeyPatch) -> dict[str, Asset]:
    members = {"words/table.csv": b"a,b\n"}
    both = letters | {"words": entry("words", source.wheel("words", members), members)}
    monkeypatch.setattr(command, "load", lambda: both)
    monkeypatch.setattr(fetch, "load", lambda: both)
    return both


def test_list_says_what_is_here(manifest: dict[str, Asset], capsys: pytest.CaptureFixture[str]) -> None:
    fetch.ensure("words")
    assert command.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["letters", "CC0", "2.1", "MB", "to", "download", "not", "here"]
    assert lines[3].split() == ["words", "CC0", "0.9", "kB", "to", "download", "in", "place"]
    assert lines[2].strip() == "for a test"


def test_fetch_without_names_fetches_all_and_shows_numbers(
    manifest: dict[str, Asset], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["fetch"]) == 0
    output = capsys.readouterr()
    assert output.out.splitlines() == [
        f"letters: in place, {cache / 'letters'}",
        f"words: in place, {cache / 'words' / 'table.csv'}",
    ]
    assert "letters: extract 2.1 MB of 2.1 MB (100 %)" in output.err
    assert "letters: convert 2 of 2 (100 %)" in output.err


def test_what_a_reader_is_asked_about_is_left_out_at_first(
    manifest: dict[str, Asset], capsys: pytest.CaptureFixture[str]
) -> None:
    manifest["letters"] = replace(manifest["letters"], asked=True)
    assert command.main(["fetch", "--first"]) == 0
    assert capsys.readouterr().out.startswith("words: in place")
    assert [name for name, asset in load().items() if asset.asked] == ["whisper-tiny-en"]


def test_fetch_and_verify_take_names(manifest: dict[str, Asset], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["fetch", "words"]) == 0
    assert command.main(["verify", "words"]) == 0
    assert "words: whole, " in capsys.readouterr().out
    assert command.main(["verify"]) == 1
    output = capsys.readouterr()
    assert output.err.startswith("letters (2.1 MB to download): not here. Run: python -m core.assets fetch letters")
    assert "words: whole, " in output.out


@pytest.mark.parametrize("arguments", [["--offline", "fetch"], ["fetch", "--offline"]])
def test_offline_fails_with_one_line_an_asset(
    manifest: dict[str, Asset], capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert command.main(arguments) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert [line.split()[0] for line in output.err.splitlines()] == ["letters", "words"]


def test_a_terminal_gets_one_line_written_over(
    manifest: dict[str, Asset], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    line = command.ProgressLine("x")
    for done in range(1001):
        line("download", 1_000_000 * done, 1_000_000_000)
    line("convert", 3, 3)
    line.close()
    text = capsys.readouterr().err
    assert text.count("\n") == 2
    assert 2 <= text.count("\r") < 20  # not a thousand
    assert "x: download 1000.0 MB of 1000.0 MB (100 %)" in text
    assert "x: convert 3 of 3 (100 %)" in text


def test_as_a_command() -> None:
    asset = next(iter(load().values()))
    environment = os.environ | {"UNROLLED_OFFLINE": "1"}
    arguments = [sys.executable, "-m", "core.assets"]
    root = Path(__file__).parents[3]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*arguments, *more], capture_output=True, text=True, cwd=root, env=environment, check=False
        )

    listed = run("list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert asset.name in listed.stdout
    assert asset.licence in listed.stdout
    refused = run("fetch", asset.name)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert f"python -m core.assets fetch {asset.name}" in refused.stderr
    assert run("fetch", "no-such").stderr.startswith("no-such: no asset has this name")
