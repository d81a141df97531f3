"""Word vectors: skip-gram trained while you watch, GloVe asked and judged, and words that need more than one vector.

The public names of the lesson. Functions import what computes when they are called; what they return is in `results`.
"""

from core.experiments.word_vectors.results import Judged, Leaning, Learned, Near, SensesRead, Study
from core.progress import Steps, doing


@doing("Training word vectors", "step")
def learn(text: str, window: int, negatives: int, width: int, shuffled: bool) -> Steps[Learned]:
    """Train skip-gram on a text (empty: film reviews and editorials), in order or with its words shuffled.

    Yields (steps, all steps). Raises `ValueError`, with a sentence for the reader, where the text is too short.
    """
    from core.experiments.word_vectors import learning

    return learning.learn(text, window, negatives, width, shuffled)


@doing("Asking GloVe", "megabyte")
def near(asked: tuple[str, ...]) -> Steps[Near]:
    """Return the nearest words to one word, or to b - a + c of three. Yields (megabytes here, megabytes).

    Raises `core.assets.fetch.AssetError` where GloVe can't be had, `ValueError` for another number of words.
    """
    from core.experiments.word_vectors import asking

    return asking.near(asked)


@doing("Asking 19,544 questions", "question")
def judged() -> Steps[Judged]:
    """Measure GloVe on public analogies and judgements; see `core.data.word_questions` for the files that this needs."""
    from core.experiments.word_vectors import judging

    return judging.judged()


@doing("Asking GloVe", "megabyte")
def leaning() -> Steps[Leaning]:
    """Measure where occupations and neutral words lie between "he" and "she"; yields and raises as `near` does."""
    from core.experiments.word_vectors import asking

    return asking.leaning()


@doing("Reading pairs of sentences", "pair")
def study() -> Steps[Study]:
    """Read all pairs of `core.data.senses` with the encoder and with GloVe."""
    from core.experiments.word_vectors import sensing

    return sensing.study()


@doing("Reading two sentences", "megabyte")
def read_own(text: str) -> Steps[SensesRead]:
    """Read a word in two sentences (see `core.data.senses.read_senses`); yields and raises as `near` does."""
    from core.experiments.word_vectors import sensing

    return sensing.read_own(text)
