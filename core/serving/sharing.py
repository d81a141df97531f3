"""Jobs that readers share, so that what several want at once, or one wants again and again, is in line once."""

import threading
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.serving.work import Job


class Sharing:
    """One job at a time for each key, given up with the last reader who wants it.

    A reader is a visit and what the job is for: one who asks for another key is done with the one before.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[Hashable, Job] = {}
        self._wants: dict[Hashable, Hashable] = {}

    def join(self, reader: Hashable, key: Hashable, start: "Callable[[], Job]") -> "Job":
        """Return the job that is under way for `key`, else what `start` puts in line; what that raises is passed on."""
        with self._lock:
            if self._wants.get(reader) != key:
                self._let_go(reader)
            self._jobs = {k: job for k, job in self._jobs.items() if not (job.over or job.left)}
            self._wants = {r: k for r, k in self._wants.items() if k in self._jobs}
            if key not in self._jobs:
                self._jobs[key] = start()
            self._wants[reader] = key
            self._jobs[key].touch()
            return self._jobs[key]

    def leave(self, reader: Hashable, key: Hashable) -> None:
        """Say that a reader is done with the job for `key`: the last one ends it."""
        with self._lock:
            if self._wants.get(reader) == key:  # not something that the reader has asked for since
                self._let_go(reader)

    def may_leave(self, reader: Hashable, job: "Job", seconds: float) -> None:
        """Say that a reader has left or is about to ask again: where nobody else wants `job`, it ends in so many seconds."""
        with self._lock:
            key = self._wants.get(reader)
            if self._jobs.get(key) is not job:
                return
            if list(self._wants.values()).count(key) > 1:
                self._let_go(reader)  # who asks again joins again
            else:
                job.leave(seconds)

    def _let_go(self, reader: Hashable) -> None:
        key = self._wants.pop(reader, None)
        if key in self._jobs and key not in self._wants.values():
            self._jobs.pop(key).stop()
