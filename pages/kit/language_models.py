"""The language models: on their way into memory, which of them a reader may choose, and what they compute for a page."""

import logging
import math
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from core.pretrained.held import budget, bytes_in
from core.progress import Steps
from core.serving.page_lock import released
from pages.kit import ask as results
from pages.kit import cache, compute, controls
from pages.kit.words import escape

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from core.serving.engine import Engine
    from core.serving.work import Job

P = ParamSpec("P")
T = TypeVar("T")
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
        budget().forget(("language model", self.name))
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
        budget().put(
            ("language model", self.name),
            self,
            size=bytes_in(engine.model),
            leave=lambda: cache.models().forget(self.name),
            stays=self.name == DEFAULT,  # every third lesson asks it, and it takes seconds to come back
        )
        return engine

    def _report(self, stage: str, done: int, total: int) -> None:
        self.progress = (stage, done, total)


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
        """Return the list; before it was ever asked for, only the default model unless told to `wait`.

        To ask for it imports torch, which nobody's first page is to wait for: warm-up does, or whoever waits.
        """
        with self._lock:
            if (wait or "torch" in sys.modules) and time.monotonic() - self._asked > FRESH_SECONDS:
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


def model(name: str) -> Loading:
    """Return model `name` on its way into memory, at once; where there are too many, the least recently used makes room."""
    budget().use(("language model", name))
    found: Loading = cache.models().get(name, lambda: Loading(name, cache.turn()))
    return found


def started(name: str) -> Loading | None:
    """Return model `name` where somebody has asked for it and it has made room for no other, without asking for it."""
    held: Loading | None = cache.models().held(name)
    return held


def choose() -> str:
    """Let the reader choose a model, and say which can't be had; return its name, the default's in place of such a one."""
    # Asking the hub takes seconds where there is no network: warm-up did it, or a link that names a model is worth them.
    offers_here = cache.only(Offers)
    found = offers_here.get(wait=False)
    if "model" in controls.address() and found == (Offer(DEFAULT),):
        with released():
            found = offers_here.get(wait=True)
    chosen = controls.choice("Model", tuple(offer.name for offer in found), DEFAULT, key="model")
    for offer in found:
        if offer.reason:
            st.caption(f"{escape(offer.name)} can't be had here: {escape(offer.reason)}.")
    reasons = {offer.name: offer.reason for offer in found}
    if reasons[chosen]:
        controls.note(f"{escape(chosen)} can't be had here: {escape(reasons[chosen])}. {DEFAULT} answers in its place.")
        return DEFAULT
    return chosen


def ask(name: str, function: Callable[Concatenate[Any, P], Steps[T]], *arguments: P.args, **none: P.kwargs) -> T:
    """Return what `function` returns for model `name` in the place of its first argument, and these others.

    As `pages.kit.ask.ask`: from the shelf or the record where it is, under the model's name, so that it is shown without
    the model; else computed in the engine's thread between two steps of the texts. Raises `compute.NotHere`.
    """
    if none:
        raise TypeError("arguments have one order: give them without names")

    def put_in_line(work: Callable[..., Any], lease: float) -> "Job":
        there = model(name).engine
        if there is None:
            from core.serving.work import Retired

            raise Retired("the model has made room for another one")  # this page runs again, and waits for it
        return there.call(work, lease)

    found: T = results.answer(
        function,
        (name, *arguments),
        lambda model: function(model, *arguments, **none),
        put_in_line=put_in_line,
        prepare=lambda: engine(name),
    )
    return found


def engine(name: str) -> "Engine":
    """Return the engine of model `name`, after showing how far it is; raises `compute.NotHere` where it can't be had."""
    loading = model(name)
    place = st.empty()
    while not _is_over(loading):
        stage, done, total = loading.progress
        amount = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if total > 1e6 else f"{done} of {total}"
        place.progress(min(done / max(total, 1), 1.0), text=f"Bringing the model: {stage}, {amount}.")
    place.empty()
    if loading.error or loading.engine is None:
        raise compute.NotHere(loading.error, failed=True, button="Try again", act=_try_again, args=(name,))
    return loading.engine


def _is_over(loading: Loading) -> bool:
    if loading.wait(0):
        return True
    with released():
        return loading.wait(0.2)


def _try_again(name: str) -> None:
    """Ask for a model anew, and for no other: they are being used, as this one is where another reader was quicker."""
    held = started(name)
    if held and held.error:
        cache.models().forget(name)
