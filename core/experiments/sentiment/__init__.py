"""Sentiment: film snippets read word by word by three recurrent models and a bag of words, all trained here.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in
`results`, plain numpy.
"""

from core.experiments.sentiment.results import HeldOut, Read, Scored, Worth
from core.progress import Steps, doing


@doing("Reading your text")
def read(words: tuple[str, ...]) -> Read:
    """Read words as `results.fit` returns them, with all four models; raises `ValueError` for none."""
    from core.experiments.sentiment import reading

    return reading.read(words)


@doing("Leaving out each word", "word")
def worth(words: tuple[str, ...]) -> Worth:
    """Leave out each word in turn, with all four models; raises `ValueError` for less than two words."""
    from core.experiments.sentiment import reading

    return reading.worth(words)


@doing("Reading the snippets kept apart", "snippet")
def held_out() -> Steps[HeldOut]:
    """Test the models on what they were not trained on; yields (snippets read, snippets).

    Raises `core.assets.fetch.AssetError` where the snippets or VADER's word scores can't be had.
    """
    from core.experiments.sentiment import reading

    return reading.held_out()


@doing("Reading 40 snippets")
def sample() -> Scored:
    """Score the first 40 of the film snippets that were kept apart; raises as `held_out` does."""
    from core.experiments.sentiment import reading

    return reading.sample()


@doing("Reading your lines", "line")
def score(texts: tuple[str, ...], labels: tuple[bool | None, ...]) -> Steps[Scored]:
    """Score texts, each of which has a word, with all four models; yields (texts read, texts)."""
    from core.experiments.sentiment import reading

    return reading.score(texts, labels)
