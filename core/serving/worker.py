"""Small models, many readers: one thread that does short pieces of work in turn, on one processor.

The recurrent models of the lessons are so small that a second torch thread would only wait for the first, and a
thread per reader would slow all of them down. So everything that is computed with them passes through here, a slice
at a time: a quick answer does not stand behind a long measurement.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import torch

from core.serving.work import Busy, Job

Steps = Generator[tuple[int, int], None, Any]

SLICE_SECONDS = 0.02  # of one piece of work while others wait
IDLE_SECONDS = 1.0


class Worker:
    """Does jobs in one thread until `close`; at most `waiting` stand in line, beyond that `call` raises `Busy`."""

    def __init__(self, *, waiting: int = 128) -> None:
        self.waiting = waiting
        self._line: deque[tuple[Job, Steps | None]] = deque()
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="worker", daemon=True)
        self._thread.start()

    def call(self, work: Callable[[], Any], lease: float | None = None) -> Job:
        """Put a function in line and return its handle at once.

        A function that returns a generator of (done, total) is done in slices, and what the generator returns is the
        result; any other function is done in one go. With a `lease`, work that nobody has looked at for so many
        seconds is given up. Raises `Busy` when the line is full, `RuntimeError` after `close`.
        """
        # Whichever is being done is not in the line, so that its length counts the others for each of them.
        job = Job(work, lease, self._notify, lambda: len(self._line))
        with self._wake:
            if self._closed:
                raise RuntimeError("the worker is closed")
            if len(self._line) >= self.waiting:
                self._forget_who_left()
            if len(self._line) >= self.waiting:
                raise Busy(f"{self.waiting} others are waiting for this already: try again in a moment.")
            self._line.append((job, None))
            self._wake.notify_all()
        return job

    def close(self) -> None:
        """Give up what is in line and end the thread."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        self._thread.join()

    def _notify(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def _forget_who_left(self) -> None:
        """Take those who left before their work was begun out of the line, to make room for others."""
        for place in [place for place in self._line if place[0].left and place[1] is None]:
            self._line.remove(place)
            place[0].end("stopped")

    # From here on everything runs in the worker's own thread.

    def _serve(self) -> None:
        # Torch keeps the number for each thread, but a thread that has not asked for it yet takes the one that any
        # other thread sets meanwhile. So it is asked for first.
        torch.get_num_threads()
        torch.set_num_threads(1)
        while True:
            with self._wake:
                while not self._line and not self._closed:
                    self._wake.wait(IDLE_SECONDS)
                if self._closed:
                    for job, _ in self._line:
                        job.end("failed", RuntimeError("the worker was closed"))
                    self._line.clear()
                    return
                job, steps = self._line.popleft()
            try:
                again = self._slice(job, steps)
            except Exception as error:  # noqa: BLE001 - the reader whose work it was is told, the worker goes on
                job.end("failed", error)
                continue
            if again is not None:
                with self._wake:
                    self._line.append((job, again))

    def _slice(self, job: Job, steps: Steps | None) -> Steps | None:
        """Go on with a job until its slice is over; return what is left of it, None when it is done."""
        until = time.monotonic() + SLICE_SECONDS
        if steps is None and job.left:
            job.end("stopped")
            return None
        if steps is None:
            job.state = "running"
            result = job.work()
            if not isinstance(result, Generator):
                job.result = result
                job.end("finished")
                return None
            steps = result
        while not job.left:
            try:
                job.progress = next(steps)
            except StopIteration as end:
                job.result = end.value
                job.end("finished")
                return None
            if self._closed or (self._line and time.monotonic() > until):
                return steps
        steps.close()
        job.end("stopped")
        return None
