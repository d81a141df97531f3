"""What a reader holds while the engine works: a run writes a text, a job computes something else."""

import copy
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

from core.generation.decoding import Policy

State = Literal["waiting", "reading", "running", "finished", "stopped", "failed"]
OVER = ("finished", "stopped", "failed")


class Busy(RuntimeError):
    """Raised when the line in front of the engine is full."""


class ModelUnavailable(RuntimeError):
    """Raised when the model could not be loaded; its text says what is missing and what to do."""


class Retired(RuntimeError):
    """Raised when a model has made room for another one: whoever asks for it by name gets a new engine."""


class WorkFailed(RuntimeError):
    """Raised to whoever waits for work that failed; its cause is the error, its text says it in words."""


def _nobody() -> None:
    """Be told in the place of an engine that has nothing to do with it any more."""


class Work:
    """Something in the engine's hands. Every look at it (`touch`) renews its lease."""

    def __init__(self, lease: float | None, notify: Callable[[], None]) -> None:
        self.state: State = "waiting"
        self.error: Exception | None = None
        self._lease, self._notify = lease, notify
        self._came = self._seen = time.monotonic()
        self._stopped = False
        self.by_reader = False
        self._changed = threading.Condition()

    def touch(self) -> None:
        """Say that somebody is still looking."""
        self._seen = time.monotonic()

    def leave(self, seconds: float) -> None:
        """Say that nobody may be looking any more: its lease, where it has one, ends in at most so many seconds."""
        if self._lease is not None:
            self._seen = min(self._seen, time.monotonic() - self._lease + seconds)
            self._notify()

    def stop(self, *, by_reader: bool = False) -> None:
        """End it; what was done so far stays. `by_reader` says that a person wanted it, not a page that closed."""
        self.by_reader = by_reader or self.by_reader
        self._stopped = True
        self._notify()

    @property
    def left(self) -> bool:
        """Return whether its reader stopped it or went away."""
        return self._stopped or (self._lease is not None and time.monotonic() - self._seen > self._lease)

    @property
    def age(self) -> float:
        """Return how many seconds ago it was asked for."""
        return time.monotonic() - self._came

    @property
    def over(self) -> bool:
        """Return whether nothing more will happen to it."""
        return self.state in OVER

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is over, at most `timeout` seconds; return whether it is. Raises `WorkFailed`."""
        with self._changed:
            self._changed.wait_for(lambda: self.over, timeout)
        if self.error:
            raise WorkFailed(str(self.error) or type(self.error).__name__) from self.error
        return self.over

    def end(self, state: State, error: Exception | None = None) -> None:
        """Mark it as over: for the engine alone."""
        with self._changed:
            self.error = error
            self.state = state
            self._notify = _nobody  # who keeps what is over keeps no engine alive, and no model
            self._changed.notify_all()

    def restart(self) -> None:
        """Forget what was done, to be done again elsewhere: for the engine alone."""
        self.state = "waiting"


class Run(Work):
    """A text that is being written. Read `policy` for what there is so far."""

    def __init__(self, ids: Sequence[int], policy: Policy, lease: float | None, notify: Callable[[], None]) -> None:
        super().__init__(lease, notify)
        self.ids = list(ids)
        self._fresh = copy.deepcopy(policy)
        self.policy = policy
        self._inherited = policy.length  # what another text wrote
        self._began = 0.0
        self._ended = 0.0

    @property
    def written(self) -> int:
        """Return how many tokens it has."""
        return self.policy.length

    @property
    def speed(self) -> float:
        """Return the tokens a second that were written for it since it left the line, 0 before."""
        seconds = (self._ended or time.monotonic()) - self._began
        return (self.written - self._inherited) / seconds if self._began and seconds > 0 else 0.0

    def begin(self) -> None:
        """Mark it as out of the line: for the engine alone."""
        self.state, self._began = "reading", time.monotonic()

    def end(self, state: State, error: Exception | None = None) -> None:
        """See `Work.end`."""
        self._ended = time.monotonic()
        super().end(state, error)

    def restart(self) -> None:
        """See `Work.restart`."""
        super().restart()
        self.policy = copy.deepcopy(self._fresh)


class Job(Work):
    """Other work, a generator of (done, total): `result` is there once `state` is "finished"; `progress` is (done, total).

    `others`, called while it is not over, says how many other pieces of work share its thread.
    """

    def __init__(
        self,
        work: Callable[..., Any],
        lease: float | None,
        notify: Callable[[], None],
        others: Callable[[], int] = lambda: 0,
    ) -> None:
        super().__init__(lease, notify)
        self.work, self.others = work, others
        self.progress: tuple[int, int] = (0, 1)
        self.result: Any = None
