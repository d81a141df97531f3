"""Models on their way into the server's memory, and which of them a reader may choose."""

import logging
import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pages.kit.words import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from contextlib import AbstractContextManager

    from core.serving.engine import Engine
    from core.serving.work import Job
    from core.serving.worker import Worker

log = logging.getLogger(__name__)
DEFAULT = "smollm2-135m"
FRESH_SECONDS = 300.0  # after which the hub is asked again which models can be had


def _is_foreseen(error: Exception) -> bool:
    """Return whether an error is one of ours, such as no network or no room: a line that says what to do, with code in it."""
    return isinstance(error, RuntimeError)


class Loading:
    """One model: the thread that imports what it needs, fetches its files and starts its engine.

    Making this object costs nothing, so that a page's first picture never waits for torch to be imported.
    """

    def __init__(self, name: str, turn: "AbstractContextManager[Any]") -> None:
        self.name = name
        self.engine: Engine | None = None
        self.progress = ("starting", 0, 1)
        self._error: Exception | None = None
        self._turn = turn
        self._over = threading.Event()
        self.closed = False  # it has made room for another one
        threading.Thread(target=self._load, name=f"load {name}", daemon=True).start()

    def wait(self, timeout: float | None) -> bool:
        """Wait until the model is there or can't be had; return whether that is so."""
        return self._over.wait(timeout)

    @property
    def error(self) -> str:
        """Return why the model can't be had, or what ended its engine, in a line of Markdown; empty where all is well."""
        error = self.engine.error if self.engine else self._error
        if error is None:
            return ""
        return str(error) if _is_foreseen(error) else escape(str(error) or type(error).__name__)

    def close(self) -> None:
        """Let the engine, if there is one, finish what readers wait for and end; returns at once."""
        self.closed = True
        if self.engine:
            self.engine.retire()

    def _load(self) -> None:
        try:
            self.engine = self._start()
        except Exception as error:
            log.warning("%s can't be had: %s", self.name, error, exc_info=not _is_foreseen(error))
            self._error = error
        finally:
            self._over.set()
        if self.closed and self.engine:
            self.engine.retire()

    def _start(self) -> "Engine":
        from core.pretrained.registry import fetch_language_model, load_language_model
        from core.serving.engine import Engine

        fetch_language_model(self.name, self._report)  # before the engine, which has its turn while it loads
        engine = Engine(
            lambda device: load_language_model(self.name, device=device, progress=self._report), turn=self._turn
        )
        engine.ready(None)
        return engine

    def _report(self, stage: str, done: int, total: int) -> None:
        self.progress = (stage, done, total)


class Workshop:
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
            raise RuntimeError("the workshop did not open")
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


@dataclass(frozen=True)
class Offer:
    """A model in the list: `reason` says why it can't be had, empty when it can."""

    name: str
    reason: str = ""


class Offers:
    """The list of models, kept, and asked for anew in the background when it has become old."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: tuple[Offer, ...] = ()
        self._asked = -math.inf
        self._asking: threading.Thread | None = None

    def get(self, *, wait: bool) -> tuple[Offer, ...]:
        """Return the list; before it was ever asked for, only the default model unless told to `wait`."""
        with self._lock:
            if time.monotonic() - self._asked > FRESH_SECONDS:
                self._asked = time.monotonic()
                self._asking = threading.Thread(target=self._ask, name="offers", daemon=True)
                self._asking.start()
            asking = self._asking
        if wait and asking and not self._found:
            asking.join()
        return self._found or (Offer(DEFAULT),)

    def _ask(self) -> None:
        self._found = offers()


def offers() -> tuple[Offer, ...]:
    """Return the models that a reader may ask for; asks the hub, so it may take seconds where there is no network."""
    from core.pretrained.hub.files import availability, hub_names, ignored_names

    found = [*(availability(name) for name in hub_names()), *ignored_names()]
    return (Offer(DEFAULT), *(Offer(a.name, "" if a.available else a.reason) for a in found))
