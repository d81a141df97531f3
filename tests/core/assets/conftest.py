"""A package source of our own: tiny wheels in a folder that pip is pointed to, and a cache folder a test."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from core.assets import convert
from core.assets.manifest import Asset, Member

PAYLOAD = bytes(range(256)) * 8192  # 2 MiB: pip writes chunks of 256 KiB, and progress needs several


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Source:
    """A find-links folder and the manifest entries that point into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def wheel(self, name: str, members: dict[str, bytes], tag: str = "py3-none-any") -> Path:
        path = self.folder / f"{name}-1.0-{tag}.whl"
        info = f"{name}-1.0.dist-info"
        files = members | {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
        }
        record = [
            f"{member},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}"
            for member, data in files.items()
        ]
        files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]).encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for member, data in files.items():
                archive.writestr(member, data)
        return path

    def sdist(self, name: str, members: dict[str, bytes]) -> Path:
        """A source package that brings its own build backend, so that pip needs nothing else."""
        backend = (
            "import os\n"
            "def get_requires_for_build_wheel(settings=None):\n    return []\n"
            "def prepare_metadata_for_build_wheel(folder, settings=None):\n"
            f"    os.mkdir(os.path.join(folder, '{name}-1.0.dist-info'))\n"
            f"    with open(os.path.join(folder, '{name}-1.0.dist-info', 'METADATA'), 'w') as file:\n"
            f"        file.write('Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n')\n"
            f"    return '{name}-1.0.dist-info'\n"
        )
        files = members | {
            "backend.py": backend.encode(),
            "pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
            "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        }
        path = self.folder / f"{name}-1.0.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for member, data in files.items():
                header = tarfile.TarInfo(f"{name}-1.0/{member}")
                header.size = len(data)
                archive.addfile(header, io.BytesIO(data))
        return path


def entry(name: str, package: Path, members: dict[str, bytes], **fields: object) -> Asset:
    """The manifest entry that pins `members` (path -> content) of a package as it is now."""
    data = package.read_bytes()
    return Asset(
        name=name,
        description="for a test",
        licence="CC0",
        package=f"{package.name.split('-')[0]}==1.0",
        package_sha256=sha256(data),
        package_size=len(data),
        members=tuple(Member(path, sha256(content), len(content)) for path, content in members.items()),
        installed_size=sum(map(len, members.values())),
        **fields,  # type: ignore[arg-type]
    )


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and a pip that can reach nothing but what a test names."""
    for variable in [name for name in os.environ if name.startswith(("PIP_", "UNROLLED_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("UNROLLED_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "assets"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    made = Source(tmp_path / "source")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made.folder))
    return made


@pytest.fixture
def letters(source: Source) -> dict[str, Asset]:
    """A manifest of one asset, 'letters': a wheel with one member, made into two files by 'upper'."""
    members = {"letters/data/payload.bin": PAYLOAD}
    package = source.wheel("letters", members | {"letters/other.txt": b"not wanted"})
    return {"letters": entry("letters", package, members, converter="upper")}


@pytest.fixture(autouse=True)
def upper(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The converter 'upper', which logs each run; returns the log's path."""
    log = tmp_path / "conversions.log"

    def run(path: Path, folder: Path, report: convert.Report) -> None:
        with log.open("a") as file:
            file.write(f"{path.name}\n")
        report(0, 2)
        (folder / "sub").mkdir()
        (folder / "sub" / "reversed.bin").write_bytes(path.read_bytes()[::-1])
        report(1, 2)
        (folder / "length.txt").write_text(str(path.stat().st_size))
        report(2, 2)

    monkeypatch.setitem(convert.CONVERTERS, "upper", run)
    return log


def left(cache: Path) -> list[str]:
    """What lies in the cache folder besides the lock files, which are empty and stay."""
    if not cache.is_dir():
        return []
    return sorted(path.name for path in cache.iterdir() if not path.name.startswith(".lock-"))
