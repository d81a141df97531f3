"""One model, many readers: a single thread owns the model and serves all texts in one batch.

Two threads that both run parallel torch operators slow each other down tenfold, so nobody else may touch the
model. Texts join and leave the batch between two steps ("continuous batching", Yu et al. 2022, Orca). Reading a
long prompt and exact scores are cut into slices between steps, so that no text waits for another one's prompt.
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import Any

from core.device import Placement, is_out_of_memory
from core.generation.decoding import Policy
from core.pretrained.causal_lm import LanguageModel
from core.serving.batch import Batch
from core.serving.work import Busy, Job, ModelUnavailable, Retired, Run, Work

SLICE_SECONDS = 0.02  # of other work between two steps of the running texts
PASSED_SECONDS = 5.0  # that a text without room lets others pass it in line
IDLE_SECONDS = 0.25  # between two looks for readers who left, when there is nothing else to do

Side = tuple[Work, Generator[None, None, None]]


class Engine:
    """Serves runs and jobs on one model, from one thread, until `close` or `retire`.

    `load` makes the model in that thread, on the device that it is given (None: the best there is). `rows` texts run
    together, each of at most `context` tokens; at most `waiting` more stand in line, beyond that `submit` raises
    `Busy`. Engines that share a process share a `turn`, so that only one of them computes at a time.
    """

    def __init__(
        self,
        load: Callable[[str | None], LanguageModel],
        *,
        rows: int = 16,
        context: int = 768,
        waiting: int = 64,
        turn: contextlib.AbstractContextManager[Any] | None = None,
    ) -> None:
        self.rows, self.context, self.waiting = rows, context, waiting
        self.model: LanguageModel | None = None
        self.error: Exception | None = None
        self.notice = ""
        self._load_model = load
        self._turn = turn or contextlib.nullcontext()
        self._inbox: deque[Work] = deque()
        self._batch: Batch | None = None
        self._side: Side | None = None
        self._wake = threading.Condition()
        self._ready = threading.Event()
        self._closed = self._retired = False
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()

    def ready(self, timeout: float | None = 0.0) -> bool:
        """Return whether the model is loaded, waiting up to `timeout` seconds; raises `ModelUnavailable` when it can't be."""
        there = self._ready.wait(timeout)
        if self.error:
            raise self._unavailable()
        return there

    @property
    def placement(self) -> Placement | None:
        """Return where the model runs, None before it is loaded."""
        return self.model.placement if self.model else None

    @property
    def model_name(self) -> str:
        """Return the model's name, empty before it is loaded."""
        return self.model.name if self.model else ""

    def submit(self, ids: Sequence[int], policy: Policy, *, lease: float | None = None) -> Run:
        """Put a text in line and return its handle at once.

        With a `lease`, the run is stopped when nobody has looked at it for so many seconds: a reader who closes
        the page frees the place. Raises `Busy` when the line is full and `ValueError` when the policy needs more
        rows than there are or the prompt leaves no room for an answer; `ModelUnavailable` as `ready` does.
        """
        if policy.rows > self.rows:
            raise ValueError(f"{policy.rows} texts at once are more than the {self.rows} that fit")
        context = min(self.context, self.model.context) if self.model else self.context
        if not 0 < len(ids) < context:
            raise ValueError(f"a prompt has 1 to {context - 1} tokens here, not {len(ids)}")
        run = Run(ids, policy, lease, self._notify)
        self._enqueue(run)
        return run

    def call(
        self, work: Callable[[LanguageModel], Generator[tuple[int, int], None, Any]], lease: float | None = None
    ) -> Job:
        """Put other work on the model in line: a generator that yields (done, total) between short slices."""
        job = Job(work, lease, self._notify)
        self._enqueue(job)
        return job

    def load(self) -> tuple[int, int]:
        """Return how many texts are running and how many pieces of work stand in line."""
        with self._wake:
            return len(self._batch.texts) if self._batch else 0, len(self._inbox)

    def retire(self) -> None:
        """Take no more work, and end the thread when all that is there is done; returns at once."""
        with self._wake:
            self._retired = True
            self._wake.notify_all()

    def close(self) -> None:
        """Stop everything and end the thread."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        self._thread.join()

    def _enqueue(self, work: Work) -> None:
        with self._wake:
            if self.error:
                raise self._unavailable()
            if self._retired:
                raise Retired("this model has made room for another one")
            if self._closed:
                raise RuntimeError("the engine is closed")
            self._forget_who_left()
            if len(self._inbox) >= self.waiting:
                raise Busy(f"{self.waiting} others are waiting for this model already: try again in a moment.")
            self._inbox.append(work)
            self._wake.notify_all()

    def _notify(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def _unavailable(self) -> ModelUnavailable:
        unavailable = ModelUnavailable(str(self.error) or type(self.error).__name__)
        unavailable.__cause__ = self.error
        return unavailable

    def _forget_who_left(self) -> None:
        """Take those who left out of the line."""
        with self._wake:
            for work in [w for w in self._inbox if w.left]:
                self._inbox.remove(work)
                work.end("stopped")

    # From here on everything runs in the engine's own thread.

    def _serve(self) -> None:
        try:
            with self._turn:
                batch = self._start(None)
            self._ready.set()
            while not self._closed:
                with self._turn:
                    batch = self._round(batch)
                with self._wake:
                    if not (batch.texts or self._side or self._inbox or self._closed):
                        if self._retired:
                            break
                        self._wake.wait(IDLE_SECONDS)
        except Exception as error:  # noqa: BLE001 - whoever asks for the model is told
            self.error = error
        self._ready.set()
        self._end_all(self._unavailable() if self.error else RuntimeError("the engine was closed"))
        del self._load_model  # it may know whoever keeps this engine, and then neither would ever be let go

    def _start(self, device: str | None) -> Batch:
        """Load the model and make room for its texts, on the CPU where the accelerator has none."""
        model = self.model = self._load_model(device)
        self.notice = model.placement.notice or self.notice
        try:
            self._batch = Batch(model, self.rows, min(self.context, model.context))
            return self._batch
        except RuntimeError as error:
            if model.placement.device.type == "cpu" or not is_out_of_memory(error):
                raise
        self._say_where_to(model)
        return self._start("cpu")

    def _say_where_to(self, model: LanguageModel) -> None:
        self.notice = f"{model.placement.device.type.upper()} ran out of memory: running on the CPU instead."

    def _round(self, batch: Batch) -> Batch:
        """Let go of those who left, give a slice to other work, then move every text by one token."""
        batch.let_go()
        self._forget_who_left()
        batch.pace.use()
        concerned: list[Work] = []
        until = time.monotonic() + SLICE_SECONDS
        try:
            # Short prompts share a slice: the sooner all texts run, the more of them every step moves.
            while side := self._side or self._next_work(batch):
                self._side, concerned = side, [side[0]]
                self._side = self._slice(*side, until if batch.texts else None)
                if self._side or time.monotonic() > until:
                    break
            concerned = [text.run for text in batch.texts]
            batch.step()
        except Exception as error:  # noqa: BLE001 - the readers whose work it was are told, the engine goes on
            if is_out_of_memory(error):
                return self._move_to_cpu(batch, error)
            if self._side and self._side[0] in concerned:
                self._side = None
            for work in concerned:
                batch.drop(work)
                work.end("failed", error)
        return batch

    def _next_work(self, batch: Batch) -> Side | None:
        """Take the first piece of work in line that there is room for.

        A text that needs more rows than are free lets narrower ones pass, for `PASSED_SECONDS`; then they wait behind
        it, so that its turn comes. A job takes no row and waits for none.
        """
        free = self.rows - batch.used
        with self._wake:
            for work in self._inbox:
                if not isinstance(work, Run) or work.policy.rows <= free:
                    self._inbox.remove(work)
                    return work, batch.admit(work) if isinstance(work, Run) else self._do(work)
                if work.age > PASSED_SECONDS:
                    free = 0
        return None

    def _slice(self, work: Work, generator: Generator[None, None, None], until: float | None) -> Side | None:
        """Go on with `generator` until then, or to its end when nobody else waits; None when it is over."""
        for _ in generator:
            if work.left:
                work.end("stopped")
                return None
            if self._closed or (until is not None and time.monotonic() > until):
                return work, generator
        return None

    def _do(self, job: Work) -> Generator[None, None, None]:
        """Do a job, a step at a time."""
        if not isinstance(job, Job) or self.model is None:
            raise TypeError(f"no way to do {type(job).__name__}")
        job.state = "running"
        steps = job.work(self.model)
        while True:
            try:
                job.progress = next(steps)
            except StopIteration as end:
                job.result = end.value
                job.end("finished")
                return
            yield

    def _move_to_cpu(self, batch: Batch, error: Exception) -> Batch:
        """Load the model anew on the CPU; what was running is done again from its start."""
        running: list[Work] = [text.run for text in batch.texts]
        if self._side and self._side[0] not in running:
            running.append(self._side[0])
        self._side = None
        batch.texts.clear()
        if batch.model.placement.device.type == "cpu":
            for work in running:
                work.end("failed", error)
            return batch
        self._say_where_to(batch.model)
        with self._wake:
            for work in reversed(running):
                if work.left:
                    work.end("stopped")
                    continue
                work.restart()
                self._inbox.appendleft(work)
        return self._start("cpu")

    def _end_all(self, error: Exception) -> None:
        with self._wake:
            texts = self._batch.texts if self._batch else []
            left = [*(t.run for t in texts), *self._inbox, *([self._side[0]] if self._side else [])]
            texts.clear()
            self._inbox.clear()
            self._side = None
        for work in left:
            if not work.over:
                work.end("failed", error)
