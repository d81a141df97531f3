"""Finished results by key, as many as fit into so many bytes; the least recently used leave first."""

import dataclasses
import sys
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import Any

MISSING: Any = object()  # a result may be None


class Shelf:
    """What all visits share: `put` what must not be changed any more, `get` it."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """Return the result for `key`, or `MISSING`."""
        with self._lock:
            if key not in self._held:
                return MISSING
            self._held.move_to_end(key)
            return self._held[key][0]

    def put(self, key: Hashable, result: Any) -> None:
        """Keep `result`; one that takes more than the whole shelf is not kept."""
        size = size_of(result) + size_of(key)
        with self._lock:
            if key in self._held:
                self.bytes -= self._held.pop(key)[1]
            if size > self.most_bytes:
                return
            self._held[key] = (result, size)
            self.bytes += size
            while self.bytes > self.most_bytes:
                self.bytes -= self._held.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self.bytes = 0


def size_of(value: Any) -> int:
    """Return about how many bytes a result takes in memory: arrays exactly, the rest as CPython stores it."""
    if hasattr(value, "nbytes"):
        return int(value.nbytes) + 128
    if isinstance(value, str | bytes):
        return sys.getsizeof(value)
    if isinstance(value, Mapping):
        return 64 + sum(size_of(key) + size_of(each) + 16 for key, each in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return 56 + sum(size_of(each) + 8 for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return 64 + sum(size_of(getattr(value, field.name)) + 8 for field in dataclasses.fields(value))
    return 32
