"""What the four models make of texts, one by one and by the thousand."""

import random
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from core.data.lexicon_rule import load_lexicon, total
from core.data.reviews import SEED, Snippet, load_others, load_reviews, words_of
from core.experiments.sentiment.results import MODELS, HeldOut, Mistake, Read, Scored, Tested, Worth
from core.pretrained.readers import Readers, load_readers
from core.progress import Steps, finish

AT_ONCE = 100  # texts between two reports
WORST = 3  # mistakes of each model that are kept
SAMPLE = 40


def read(words: tuple[str, ...]) -> Read:
    """Return the beliefs after each word."""
    readers = load_readers()
    known = tuple(word in readers.numbers for word in words)
    return Read(words, known, np.array([readers.beliefs(name, words) for name in MODELS]))


def worth(words: tuple[str, ...]) -> Worth:
    """Return what leaving out each word changes."""
    if len(words) < 2:
        raise ValueError("a text of one word can't do without it")
    readers = load_readers()
    texts = [words, *(words[:at] + words[at + 1 :] for at in range(len(words)))]
    ends = np.array([readers.read(name, texts) for name in MODELS])
    return Worth(words, ends[:, 1:] - ends[:, :1])


def score(texts: tuple[str, ...], labels: tuple[bool | None, ...]) -> Steps[Scored]:
    """Return the beliefs at the end of each text."""
    beliefs = yield from _read([words_of(text) for text in texts], 0, len(texts), load_readers())
    return Scored(texts, labels, beliefs)


def sample() -> Scored:
    """Return some of the snippets kept apart, scored."""
    chosen = load_reviews().held_out[:SAMPLE]
    return finish(score(tuple(s.text for s in chosen), tuple(s.is_positive for s in chosen)))


def held_out() -> Steps[HeldOut]:
    """Return every test of the models on what was kept apart."""
    reviews, lexicon, readers = load_reviews(), load_lexicon(), load_readers()
    shuffled = [_shuffled(snippet, number) for number, snippet in enumerate(reviews.held_out)]
    parts = (reviews.held_out, shuffled, load_others("tweets"), load_others("product_reviews"))
    every, done, found = sum(map(len, parts)), 0, []
    for part in parts:
        beliefs = yield from _read([snippet.words for snippet in part], done, every, readers)
        found.append(_tested(part, beliefs, lambda words: total(words, lexicon) > 0))
        done += len(part)
    counts = (len(reviews.train), len(reviews.tune), reviews.undecided, reviews.alike, SEED)
    return HeldOut(*counts, *found)


def _read(texts: Sequence[Sequence[str]], done: int, every: int, readers: Readers) -> Steps[np.ndarray]:
    found = np.zeros((len(MODELS), len(texts)))
    for begin in range(0, len(texts), AT_ONCE):
        yield done + begin, every
        part = texts[begin : begin + AT_ONCE]
        found[:, begin : begin + len(part)] = [readers.read(name, part) for name in MODELS]
    return found


def _shuffled(snippet: Snippet, number: int) -> Snippet:
    words = list(snippet.words)
    random.Random(number).shuffle(words)
    return Snippet(snippet.text, tuple(words), snippet.score)


def _tested(part: Sequence[Snippet], beliefs: np.ndarray, rule: Callable[[Sequence[str]], bool]) -> Tested:
    return Tested(
        np.array([snippet.is_positive for snippet in part]),
        np.array([snippet.negates for snippet in part]),
        np.array([len(snippet.words) for snippet in part]),
        beliefs.astype(np.float32),
        np.array([rule(snippet.words) for snippet in part]),
        tuple(mistake for number, name in enumerate(MODELS) for mistake in _worst(part, beliefs[number], name)),
    )


def _worst(part: Sequence[Snippet], beliefs: np.ndarray, name: str) -> Iterator[Mistake]:
    """Yield the mistakes that are the furthest from people's verdict, as probability and as score."""
    scores = np.array([snippet.score for snippet in part])
    # how sure the model is of the wrong side, times how far people are on the other one
    off = (0.5 - beliefs) * scores
    for number in np.argsort(-off, kind="stable")[:WORST]:
        yield Mistake(name, part[number].text, float(scores[number]), round(float(beliefs[number]), 4))
