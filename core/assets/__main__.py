"""`python -m core.assets list | fetch [NAME...] | verify [NAME...]`: the outside files, by command."""

from __future__ import annotations

import argparse
import sys
import time

from core.assets import fetch, store
from core.assets.manifest import Asset, AssetError, load, megabytes


class ProgressLine:
    """One line on stderr that is written over; where stderr is a file, a new line every few seconds."""

    def __init__(self, name: str) -> None:
        self.name, self.live = name, sys.stderr.isatty()
        self.pause = 0.1 if self.live else 3.0  # seconds between two lines
        self.stage, self.written = "", 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show a stage's numbers: its first and last at once, those between every few moments."""
        now = time.monotonic()
        if stage == self.stage and now - self.written < self.pause and done < total:
            return
        if self.live and self.stage not in ("", stage):
            sys.stderr.write("\n")
        self.stage, self.written = stage, now
        numbers = f"{done} of {total}" if stage == "convert" else f"{megabytes(done)} of {megabytes(total)}"
        text = f"{self.name}: {stage} {numbers} ({100 * done // max(total, 1)} %)"
        sys.stderr.write(f"\r{text:<70}" if self.live else f"{text}\n")
        sys.stderr.flush()

    def close(self) -> None:
        """End the line that is being written over."""
        if self.live and self.stage:
            sys.stderr.write("\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status, 1 after an error (one line a failed asset, on stderr)."""
    options = _parser().parse_args(arguments)
    manifest = load()
    first = getattr(options, "first", False)
    names = getattr(options, "names", None) or [name for name, asset in manifest.items() if not (first and asset.asked)]
    if options.command == "list":
        _print_list(manifest)
        return 0
    failed = False
    for name in names:
        line = ProgressLine(name)
        try:
            if options.command == "fetch":
                # Without --offline the environment decides (UNROLLED_OFFLINE).
                path = fetch.ensure(name, offline=options.offline or None, progress=line)
            else:
                path = fetch.verify(name)
        except AssetError as error:
            line.close()
            print(error, file=sys.stderr)
            failed = True
        else:
            line.close()
            print(f"{name}: {'in place' if options.command == 'fetch' else 'whole'}, {path}")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core.assets", description="The app's outside files.")
    parser.add_argument("--offline", action="store_true", help="refuse to touch the network")
    commands = parser.add_subparsers(dest="command", required=True)
    words = {
        "list": "what there is, and whether it is here",
        "fetch": "fetch what is missing or broken (all, without names)",
        "verify": "read every byte of what is here (all, without names)",
    }
    for command, help_text in words.items():
        sub = commands.add_parser(command, help=help_text)
        # Accepted after the command too; SUPPRESS keeps this from undoing one given before it.
        sub.add_argument("--offline", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        if command != "list":
            sub.add_argument("names", nargs="*", metavar="NAME")
        if command == "fetch":
            sub.add_argument("--first", action="store_true", help="without what a page asks its reader about")
    return parser


def _print_list(manifest: dict[str, Asset]) -> None:
    print(f"in {store.root()}")
    width = max(map(len, manifest), default=0)
    for name, asset in manifest.items():
        here = store.problem(asset) or "in place"
        print(f"{name:<{width}}  {asset.licence:<12} {megabytes(asset.package_size):>9} to download  {here}")
        print(f"{'':<{width}}  {asset.description}")


if __name__ == "__main__":
    sys.exit(main())
