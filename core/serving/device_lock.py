"""Who computes next, among engines that share a machine."""

import threading
from collections import deque
from types import TracebackType


class DeviceLock:
    """A lock that is given to those who wait for it in the order in which they came.

    A plain lock goes to whoever asks at the right moment, which an engine that gives it back between two steps and
    asks again at once always does.
    """

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._line: deque[object] = deque()

    def __enter__(self) -> "DeviceLock":
        place = object()
        with self._moved:
            self._line.append(place)
            self._moved.wait_for(lambda: self._line[0] is place)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._moved:
            self._line.popleft()
            self._moved.notify_all()
