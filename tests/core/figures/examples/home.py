"""The picture of the first page."""

from core.experiments import gpt_sampling
from core.experiments.gpt_sampling.results import DEFAULT_MODEL, DEFAULT_PROMPT
from core.experiments.recording import find
from core.figures import home as figures
from core.figures.picture import Picture


def pictures() -> dict[str, Picture]:
    """Before a guess, and after one."""
    next_token = find(gpt_sampling.next_token, DEFAULT_MODEL, DEFAULT_PROMPT)
    words = tuple(word for word, _ in figures.probabilities(next_token))[:4]
    return {"guess": figures.guess(next_token, words), "guessed": figures.guess(next_token, words, words[1])}
