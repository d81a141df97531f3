"""How far a download from the Hugging Face hub is, in bytes of all its files together."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

Progress = Callable[[str, int, int], None]
"""stage, done, total. Stages: "download", in bytes, and "loading", of which there is one."""


class Meter:
    """Reports ("download", bytes that are here, bytes in all), while the files of a model come one after the other.

    `sizes` are in bytes, 0 for a file whose size the hub does not tell: it is known when the file begins to come.
    """

    def __init__(self, sizes: Mapping[str, int], report: Progress) -> None:
        self._sizes, self._here, self._report = dict(sizes), dict.fromkeys(sizes, 0), report
        self._tell()

    def note(self, file: str, here: int, size: int | None) -> None:
        """Say how many bytes of a file are here, and its size where that is known."""
        self._here[file], self._sizes[file] = here, size or self._sizes[file]
        self._tell()

    def _tell(self) -> None:
        here, size = sum(self._here.values()), sum(self._sizes.values())
        self._report("download", here, max(here, size))

    def bar(self, file: str) -> Any:
        """Return the class whose objects `huggingface_hub` takes for tqdm's bars of this file; nothing is drawn.

        It has what the library's own `_AggregatedTqdm` has. With `update_transfer` there is one bar for what comes and
        for what is written, and not two: from the hub's Xet storage, much has come before the first byte is written.
        """
        note = partial(self.note, file)

        class Bar:
            def __init__(self, *, total: int | None = None, initial: int = 0, **look: Any) -> None:
                self.total, self._written, self._received = total, initial, initial
                self._note()

            def __enter__(self) -> "Bar":
                return self

            def __exit__(self, *error: object) -> None:
                self.close()

            def _note(self) -> None:
                # What comes may be compressed or already be here in part: what is written is the true number in the end.
                note(max(self._written, min(self._received, self.total or 0)), self.total)

            def update(self, n: float | None = 1) -> None:
                self._written += int(n or 0)
                self._note()

            def update_transfer(self, n: float | None = 1) -> None:
                self._received += int(n or 0)
                self._note()

            def set_postfix_str(self, *words: Any, **more: Any) -> None:
                """Show no speed."""

            set_transfer_postfix_str = set_postfix_str

            def close(self) -> None:
                """Leave nothing behind."""

        return Bar
