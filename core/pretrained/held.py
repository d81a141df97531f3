"""The models that are in memory: as many as fit into one budget of bytes, the least recently used leaves and comes back."""

import functools
import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
DEFAULT_MEGABYTES = 320


@dataclass
class _Entry:
    value: Any
    size: int
    leave: Callable[[], None] | None
    stays: bool


class Budget:
    """Models by key, until together they take more than `most_bytes`: then the least recently used leave.

    A model that is being used when it leaves works on: whoever holds it keeps it, and the next who asks loads it anew.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()

    @property
    def bytes(self) -> int:
        """Return how many bytes the models that are here take."""
        with self._lock:
            return sum(entry.size for entry in self._entries.values())

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the model `key`; where it is not here, what `make` loads, kept from then on."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                found: T = self._entries[key].value
                return found
        made = make()  # without the lock: others' models don't wait for this one's file
        self.put(key, made)
        _trim()  # what unpacking the file took besides
        return made

    def put(
        self,
        key: Hashable,
        model: Any,
        *,
        size: int | None = None,
        leave: Callable[[], None] | None = None,
        stays: bool = False,
    ) -> None:
        """Keep a model, of `size` bytes (None: measured), and let others leave for it.

        `leave` is called when it has to go. One that `stays` counts, but never leaves.
        """
        size = bytes_in(model) if size is None else size
        with self._lock:
            self._entries[key] = _Entry(model, size, leave, stays)
            self._entries.move_to_end(key)
            total = sum(entry.size for entry in self._entries.values())
            gone = []
            for other in [other for other, entry in self._entries.items() if other != key and not entry.stays]:
                if total <= self.most_bytes:
                    break
                gone.append(self._entries.pop(other))
                total -= gone[-1].size
        for entry in gone:
            if entry.leave:
                entry.leave()
        if gone:
            gone.clear()
            _trim()

    def use(self, key: Hashable) -> None:
        """Count the model `key`, if it is here, as used just now."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)

    def forget(self, key: Hashable) -> None:
        """Let go of the model `key`, if it is here, without calling its `leave`."""
        with self._lock:
            self._entries.pop(key, None)

    def clear(self) -> None:
        """Let go of all that may leave, without calling their `leave`."""
        with self._lock:
            for key in [key for key, entry in self._entries.items() if not entry.stays]:
                del self._entries[key]


def _trim() -> None:
    if "torch" in sys.modules:
        from core.device import trim_memory

        trim_memory()


@functools.lru_cache(maxsize=1)
def budget() -> Budget:
    """Return this process's budget: `UNROLLED_MODEL_MB` megabytes; raises `ValueError` where that is no whole number."""
    return Budget(1_000_000 * int(os.environ.get("UNROLLED_MODEL_MB", DEFAULT_MEGABYTES)))


def held(load: Callable[P, T]) -> Callable[P, T]:
    """Return `load` with what it returns kept within the budget, by its arguments; what fails is tried again."""

    @functools.wraps(load)
    def get(*arguments: P.args, **named: P.kwargs) -> T:
        key = (load.__module__, load.__qualname__, arguments, tuple(sorted(named.items())))
        return budget().get(key, lambda: load(*arguments, **named))

    return get


def bytes_in(value: Any) -> int:
    """Return how many bytes the tensors and arrays in an object take, each counted once; what else is in it is small."""
    seen: set[int] = set()
    total, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        storage = getattr(each, "untyped_storage", None)
        if storage is not None:  # a tensor: several may share what is stored
            stored = storage()
            if stored.data_ptr() not in seen:
                seen.add(stored.data_ptr())
                total += stored.nbytes()
            continue
        if id(each) in seen or isinstance(each, str | bytes | int | float | type | None):
            continue
        seen.add(id(each))
        if hasattr(each, "nbytes"):
            total += int(each.nbytes)
        elif isinstance(each, Mapping):
            waiting.extend(each.values())
        elif isinstance(each, list | tuple | set | frozenset):
            waiting.extend(each)
        elif not callable(each) or hasattr(each, "parameters"):
            waiting.extend(getattr(each, "__dict__", {}).values())
            waiting.extend(getattr(each, name) for name in getattr(type(each), "__slots__", ()) if hasattr(each, name))
    return total
