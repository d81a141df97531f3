"""Training from nothing, a stretch at a time, and what the model is worth after each."""

from collections.abc import Sequence
from typing import Any, cast

from core.assets import own
from core.data.texts_to_learn import Parts, divide, parts_of, trouble
from core.experiments.char_rnn.measures import Inventory, inventory, other_than
from core.experiments.char_rnn.results import MINUTE, SHOWN, Counts, Moment, Run, Setting, moments_up_to
from core.models.character_ngrams import CharacterNGrams, bits
from core.progress import Steps
from core.training.characters import PROMPTS, Learner, build, held_out_bits, next_probabilities, write

SAMPLES, SAMPLE = 8, 160  # texts that a short training writes at each moment, and their characters
APART = 20_000  # characters of held-out text on which it is measured
PROMPT = 12  # characters of a reader's text after which the next one is asked for
SEED = 0


class Learning:
    """A training that can pause and go on: it is kept in the visit of the reader who began it, and nowhere else."""

    def __init__(self, text: str, name: str, setting: Setting) -> None:
        """Begin a training on the text `name` that ships, or, where that is empty, on a reader's own `text`.

        Raises `ValueError`, with a sentence for the reader, for a text that can't be learned from.
        """
        if not name and (line := trouble(text)):
            raise ValueError(line)
        self.setting, self.name = setting, name
        self.parts = parts_of(name) if name else divide(text)
        self.inventory = inventory(name) if name else Inventory(self.parts.train)
        ids = self.parts.encode(self.parts.train)
        model = build(setting.kind, self.parts.vocabulary, setting.size, setting.window, ids, SEED)
        self.learner = Learner(model, ids, window=setting.window, rate=setting.learning_rate, seed=SEED)
        self.prompt = PROMPTS[name] if name else self.parts.held_out[:PROMPT]
        self._first, self._apart = ids[0], self.parts.encode(self.parts.held_out)[:APART]
        self.moments: list[Moment] = []

    def look(self) -> Steps[None]:
        """Measure the model as it is, and let it write; yields (characters written, all)."""
        model = self.learner.model
        texts = yield from write(model, [self._first] * SAMPLES, SAMPLE, seed=len(self.moments))
        following = list(next_probabilities(model, self.parts.encode(self.prompt)).items())[:5]
        shares = self.inventory.shares(texts, other_than(self.name) if self.name else None)
        here = (self.learner.read, self.learner.seconds, held_out_bits(model, self._apart))
        self.moments.append(Moment(*here, shares, "".join(texts)[:SHOWN], tuple(following)))

    @property
    def run(self) -> Run:
        """Return the training as far as it came, as plain values."""
        parameters = sum(p.numel() for p in self.learner.model.parameters())
        return Run(self.setting, parameters, self.prompt, tuple(self.moments))


def further(learning: Learning, until: int, goal: int) -> Steps[Run]:
    """Train until so many characters are read, then measure. Yields (characters read, `goal`)."""
    yield from _look(learning, goal)
    while learning.learner.read < until:
        learning.learner.step()
        yield min(learning.learner.read, goal), goal
    yield from _look(learning, goal)
    return learning.run


def _look(learning: Learning, goal: int) -> Steps[None]:
    """Measure, where something was learned since the last time; yields as `further` does."""
    if not learning.moments or learning.moments[-1].read < learning.learner.read:
        for _ in learning.look():
            yield min(learning.learner.read, goal), goal


def minute(name: str, setting: Setting) -> Steps[Run]:
    """Train a model for `MINUTE` characters on a text that ships. Yields (characters read, all)."""
    learning = Learning("", name, setting)
    for until in moments_up_to(MINUTE, (-1,)):
        yield from further(learning, until, MINUTE)
    return learning.run


def count_own(text: str) -> Steps[Counts]:
    """Do what `counted` does for a reader's text; yields (stages done, all)."""
    if line := trouble(text):
        raise ValueError(line)
    parts = divide(text)
    yield 1, 3
    known = Inventory(parts.train)
    yield 2, 3
    return counted(parts, known, "")


def counted(parts: Parts, known: Inventory, name: str) -> Counts:
    """Return what counting achieves on a text's held-out part, and what of that part occurs in the rest."""
    ids = parts.encode(parts.train)
    grams = CharacterNGrams(ids, len(parts.vocabulary) + 1)
    found = bits(grams.probabilities(parts.encode(parts.held_out)))
    pieces = [parts.held_out[at : at + 500] for at in range(0, len(parts.held_out), 500)]
    real = known.shares(pieces, other_than(name) if name else None)
    sizes = (len(parts.train), len(parts.held_out), len(parts.vocabulary), len(known.words))
    return Counts(tuple(float(each) for each in found), real, *sizes)


def full(name: str) -> Run:
    """Return the long run on a text that ships, as its recipe left it, with what its samples are worth."""
    facts = own.facts(f"writer_{name}")
    known, other = inventory(name), other_than(name)
    setting = Setting("lstm", facts["hidden"], facts["window"])
    moments = [_moment(each, known, other) for each in cast(Sequence[dict[str, Any]], facts["moments"])]
    return Run(setting, facts["parameters"], facts["prompt"], tuple(moments))


def _moment(facts: dict[str, Any], known: Inventory, other: Inventory) -> Moment:
    samples = facts["samples"]
    shares, following = known.shares(samples, other), tuple(facts["next"].items())
    return Moment(facts["read"], facts["seconds"], facts["bits"], shares, samples[0][:SHOWN], following)
