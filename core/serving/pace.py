"""How many threads the next step uses, on a machine that others use too.

Each product is divided among threads, and the last one is waited for. Where another program has one of the
processors, that wait turns 12 ms into a second: on two busy cores, two of torch's threads wrote 1 to 4 tokens a second
and one wrote 17. So each step that was slower than one thread would have been counts against using all of them. The numbers
that come out are the same to the last bit either way (tests/core/serving/test_pace.py).
"""

import time
from collections.abc import Callable
from typing import TypeVar

import torch

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds with one thread before all of them are tried again
SLOWER = 1.5  # times what one thread takes: then the others only stand in the way
PATIENCE = 2  # slow steps in a row before it is believed
HOPELESS = 5.0  # times what one thread takes: one such step is enough
STEADY = 50  # good steps in a row after which the machine counts as free again


class Pace:
    """Chooses between all `threads` and one for each step, from how long the steps before took."""

    def __init__(
        self,
        threads: int,
        clock: Callable[[], float] = time.monotonic,
        set_threads: Callable[[int], None] = torch.set_num_threads,
    ) -> None:
        self._all, self._clock, self._set_threads = threads, clock, set_threads
        self._set = threads
        self._alone: dict[int, float] = {}  # seconds of a step with one thread, by how many texts it moved
        self._crowded_until, self._pause = 0.0, FIRST_PAUSE
        self._slow = self._good = 0

    def use(self) -> None:
        """Set the threads for work that is not a step."""
        self._use(self.threads(0))

    def step(self, rows: int, action: Callable[[], T]) -> T:
        """Return what a step of `rows` texts returns, run with as many threads as the machine seems to have free."""
        threads = self.threads(rows)
        self._use(threads)
        began = self._clock()
        result = action()
        self.took(rows, threads, self._clock() - began)
        return result

    def _use(self, threads: int) -> None:
        if threads != self._set:
            self._set_threads(threads)
            self._set = threads

    def threads(self, rows: int) -> int:
        """Return how many threads the next step of `rows` texts should use; 0 rows is other work."""
        # Until steps have shown that all threads help, they are not trusted with longer work either.
        unknown = rows not in self._alone if rows else not self._good
        return 1 if unknown or self._clock() < self._crowded_until else self._all

    def took(self, rows: int, threads: int, seconds: float) -> None:
        """Take note of a step that moved `rows` texts with `threads` threads."""
        if threads == 1:
            known = self._alone.get(rows, seconds)
            self._alone[rows] = known + 0.3 * (seconds - known)
            return
        if seconds <= SLOWER * self._alone[rows]:
            self._slow, self._good = 0, self._good + 1
            if self._good >= STEADY:
                self._pause = FIRST_PAUSE
            return
        self._slow, self._good = self._slow + 1, 0
        if self._slow >= PATIENCE or seconds > HOPELESS * self._alone[rows]:
            self._crowded_until = self._clock() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self._slow = 0
