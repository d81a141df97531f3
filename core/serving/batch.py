"""The texts that one model writes together: which rows of its cache each has, and what each reads next."""

from collections.abc import Generator
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from core.device import is_out_of_memory
from core.pretrained.causal_lm import LanguageModel
from core.serving.pace import Pace
from core.serving.work import Run, State, Work


@dataclass
class Text:
    """A run in the batch: its rows, how many tokens they hold, and what they read next."""

    run: Run
    rows: list[int]
    position: int
    pending: list[int] = field(default_factory=list)


class Batch:
    """Up to `rows` texts of at most `context` tokens, always in the first rows of the cache without a gap."""

    def __init__(self, model: LanguageModel, rows: int, context: int) -> None:
        self.model, self.context = model, context
        self.texts: list[Text] = []
        self.pace = Pace(model.placement.threads, set_threads=model.use_threads)
        # One row more than is served: prompts are read there, while the others go on.
        self._spare = rows
        self._cache = model.new_cache(rows + 1, context)

    @property
    def used(self) -> int:
        """Return how many rows are taken."""
        return sum(len(text.rows) for text in self.texts)

    def admit(self, run: Run) -> Generator[None, None, None]:
        """Read a prompt, yielding now and then; at the end give the run its rows and let it choose its first tokens.

        The room must be there when this begins. Others may leave meanwhile, but none can come.
        """
        run.begin()
        scores = yield from self.model.prefill(run.ids, self._cache, self._spare)
        rows = [self.used + i for i in range(run.policy.rows)]
        text = Text(run, rows, len(run.ids))
        self.texts.append(text)
        run.state = "running"
        self._cache.copy([self._spare], rows[:1], text.position)
        self._obey(text, scores)

    def step(self) -> None:
        """Read one token in every row and let every text choose its next."""
        if not self.texts:
            return
        ids, positions = [0] * self.used, [0] * self.used
        for text in self.texts:
            for row, token in zip(text.rows, text.pending, strict=False):  # a beam may have fewer texts than rows
                ids[row], positions[row] = token, text.position
        scores = self.pace.step(self.used, lambda: self.model.step(ids, positions, self._cache))
        # Dealt out before anyone chooses: a text that ends moves the rows of others, and their newest token with them.
        dealt = [(text, _rows(scores, text.rows[: len(text.pending)])) for text in self.texts]
        for text, _ in dealt:
            text.position += 1
        for text, own in dealt:
            try:
                self._obey(text, own)
            except Exception as error:
                if is_out_of_memory(error):
                    raise
                self._take_out(text)
                text.run.end("failed", error)

    def let_go(self) -> None:
        """Free the places of readers who stopped or left."""
        for text in [t for t in self.texts if t.run.left]:
            self._leave(text, "stopped")

    def drop(self, work: Work) -> None:
        """Take `work` out without a word; it has failed."""
        for text in [t for t in self.texts if t.run is work]:
            self._take_out(text)

    def _obey(self, text: Text, scores: Float[Tensor, "rows vocabulary"]) -> None:
        """Let a text choose, and bring its rows in the order that the choice wants."""
        with torch.inference_mode():
            move = text.run.policy.advance(scores)
        if move.done or text.position + 1 >= self.context:
            self._leave(text, "finished")
            return
        sources = [text.rows[parent] for parent in move.parents]
        self._cache.copy(sources, text.rows[: len(sources)], text.position)
        text.pending = list(move.tokens)

    def _leave(self, text: Text, state: State) -> None:
        self._take_out(text)
        text.run.end(state)

    def _take_out(self, text: Text) -> None:
        """Move rows from the end of the batch into the holes that `text` leaves."""
        self.texts.remove(text)
        used = self.used
        holes = [row for row in text.rows if row < used]
        for other in self.texts:
            for i, row in enumerate(other.rows):
                if row >= used:
                    other.rows[i] = holes.pop()
                    self._cache.copy([row], [other.rows[i]], other.position)


def _rows(scores: Float[Tensor, "all vocabulary"], rows: list[int]) -> Float[Tensor, "rows vocabulary"]:
    """Return some rows of the scores; a single one is not copied."""
    return scores[rows[0] : rows[0] + 1] if len(rows) == 1 else scores[rows]
