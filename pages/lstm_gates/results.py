"""Where the numbers of the lesson on LSTM gates come from: computed in the lab and kept, or recorded until it is open."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from core.experiments import lstm_gates as lesson
from core.experiments.characters import Written
from core.experiments.lstm_gates import Cell, Gates, Hold, Read, Recalled, recorded
from core.experiments.lstm_gates.tables import Speed
from pages.kit import cache, lab
from pages.lstm_gates.settings import Settings

if TYPE_CHECKING:
    from core.experiments.lstm_gates.recall import Free


class Recorded:
    """The page's defaults, as they ship with the app."""

    def __init__(self) -> None:
        self.read = recorded.read()

    def gates(self) -> Gates:
        """Return the gates."""
        return recorded.gates()

    def cell(self) -> Cell:
        """Return the chosen cell."""
        return recorded.cell()

    def held(self, hold: Hold) -> NDArray[Any]:
        """Return the surprise with the hold, in bits."""
        return recorded.held()

    def free_recall(self) -> Recalled:
        """Return what the recall network remembers with nothing held."""
        return recorded.recalled("free")[0]

    def recalled(self, hold: Hold) -> Recalled:
        """Return what it remembers with a hold."""
        return recorded.recalled("held" if hold == lesson.DEFAULT_HOLD else "other")[0]

    def texts(self) -> tuple[Written, Written]:
        """Return what is written with nothing held and with the hold."""
        return recorded.texts()

    def asked(self) -> dict[str, tuple[Recalled, ...]]:
        """Return what all kinds of networks recall."""
        from core.pretrained.recallers import KINDS

        return {kind: recorded.recalled(kind) for kind in KINDS}


class Live:
    """The same, computed for these settings."""

    def __init__(self, settings: Settings) -> None:
        self._set = settings
        self._of = ("gates", settings.layer, settings.text.text)
        self.read: Read = self._reading("read", partial(_reading("read"), settings.layer, settings.text.text))

    def _reading(self, what: str, work: Callable[[], Any], *more: Any) -> Any:
        return lab.compute((*self._of, what, *more), work, "Reading your text", "character")

    def gates(self) -> Gates:
        """Return the gates around the chosen character."""
        first, _ = lesson.window(len(self.read.text), self._set.at)
        work = partial(_reading("gates"), self._set.layer, self.read, self._set.at)
        key = (*self._of, "gates", first)
        found: Gates = lab.compute(key, work, "Reading your text", "character", entries=cache.PROMPTS)
        return found

    def cell(self) -> Cell:
        """Return the chosen cell; the public model is looked into one window at a time."""
        at = self._set.at if self._set.layer.model == "textgenrnn" else 0
        rank = min(self._set.rank, len(self.read.order))
        found: Cell = self._reading("cell", partial(_reading("cell"), self._set.layer, self.read, rank, at), rank, at)
        return found

    def held(self, hold: Hold) -> NDArray[Any]:
        """Return the surprise with the hold, in bits."""
        found: NDArray[Any] = self._reading("held", partial(_reading("held"), self._set.layer, self.read, hold), hold)
        return found

    def _free(self) -> "Free":
        found: Free = lab.compute(("recall", *self._set.task), partial(_recall("free"), *self._set.task), "Asking")
        return found

    def free_recall(self) -> Recalled:
        """Return what the recall network remembers with nothing held."""
        return self._free().recalled

    def recalled(self, hold: Hold) -> Recalled:
        """Return what it remembers with a hold."""
        length = len(self.read.text)
        part = hold.part(length, self._set.distance + 1)
        key = ("recall", *self._set.task, hold.gate, hold.value, hold.which, hold.share, hold.rank, part)
        work = partial(_recall("held"), *self._set.task, hold, self._free().order, length)
        found: Recalled = lab.compute(key, work, "Asking")
        return found

    def texts(self) -> tuple[Written, Written]:
        """Return what is written with nothing held and with the hold."""
        return self._written(None), self._written(self._set.hold)

    def _written(self, hold: Hold | None) -> Written:
        how = {"length": self._set.length, "temperature": self._set.temperature, "seed": self._set.seed}
        work = partial(_reading("write_on"), self._set.layer, self.read, hold, **how)
        found: Written = lab.compute((*self._of, "text", hold, *how.values()), work, "Writing", "character")
        return found

    def asked(self) -> dict[str, tuple[Recalled, ...]]:
        """Return what all kinds of networks recall."""
        _, distance, seed = self._set.task
        found: dict[str, tuple[Recalled, ...]] = lab.compute(
            ("recall of all", distance, seed), partial(_recall("all_kinds"), distance, seed), "Asking", "network"
        )
        return found


def race(number: int) -> Speed:
    """Measure the speed on this machine, the `number`-th time for this visit."""

    def work() -> Any:
        from core.experiments.lstm_gates import speed as _gates_speed

        return _gates_speed.race()

    found: Speed = lab.compute(("speed", number), work, "Measuring", "run")
    return found


def _reading(name: str) -> Callable[..., Any]:
    from core.experiments.lstm_gates import reading as _gates_reading

    function: Callable[..., Any] = getattr(_gates_reading, name)
    return function


def _recall(name: str) -> Callable[..., Any]:
    from core.experiments.lstm_gates import recall as _gates_recall

    function: Callable[..., Any] = getattr(_gates_recall, name)
    return function
