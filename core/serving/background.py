"""Where the small models of the lessons are computed with."""

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from core.serving.work import Job
    from core.serving.worker import Worker


class BackgroundWorker:
    """Where the small models of the lessons are computed with: one thread, which imports torch before its first work.

    Making this object costs nothing, so that a page's first picture never waits for torch to be imported.
    """

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._ready = threading.Event()
        self._lock = threading.Lock()
        self._prepared: dict[Hashable, Job] = {}
        threading.Thread(target=self._open, name="open workshop", daemon=True).start()

    def wait(self, timeout: float | None) -> bool:
        """Wait until it can begin to work; return whether it can."""
        return self._ready.wait(timeout)

    def call(self, work: "Callable[[], Any]", lease: float | None) -> "Job":
        """Put work in line; see `core.serving.worker.Worker.call`."""
        self._ready.wait()
        if self._worker is None:
            raise RuntimeError("the worker did not start")
        return self._worker.call(work, lease)

    def prepared(self, key: "Hashable", work: "Callable[[], Any]") -> bool:
        """Return whether `work` was done; the first who asks on this server puts it in line.

        What failed counts as done: whoever needs it does it again, and is told why.
        """
        with self._lock:
            if key not in self._prepared:
                self._prepared[key] = self.call(work, None)
            return self._prepared[key].over

    def close(self) -> None:
        """End its thread."""
        self._ready.wait()
        if self._worker:
            self._worker.close()

    def _open(self) -> None:
        try:
            from core.serving.worker import Worker

            self._worker = Worker()
        finally:
            self._ready.set()
