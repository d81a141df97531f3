"""One to many: a picture in, words out."""

import random
from collections import Counter
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int, UInt8

from core.data.emoji import ALWAYS, LANGUAGES, Emoji, Language, load_emoji, words_of
from core.experiments.four_shapes.results import PICTURES, SHOWN, TOP, Caption, Captioned, Scores, shared
from core.experiments.intervals import Counted, middle
from core.pretrained.captions import load_captions
from core.progress import Steps

DRAWS, AT_ONCE = 1000, 100  # draws of an interval; pictures between two reports
NETWORK, NEAREST, FREQUENT = "network", "nearest picture", "most frequent words"


@lru_cache(maxsize=1)
def _emoji() -> Emoji:
    return load_emoji()


def chosen(emoji: Emoji, kind: str) -> list[int]:
    """Return the pictures of a kind that a reader can choose from, the one of the course notes first where it is there."""
    _, part = PICTURES[kind]
    numbers = emoji.of(part)
    random.Random(0).shuffle(numbers)
    numbers.sort(key=lambda number: emoji.names["en"][number] != words_of(ALWAYS))
    return numbers[:SHOWN]


def caption(kind: str, number: int, language: Language) -> Caption:
    """Return how one picture's name comes about."""
    emoji, captions = _emoji(), load_captions()
    at = chosen(emoji, kind)[number]
    picture = emoji.pictures[PICTURES[kind][0]][at]
    written = captions.trace(picture, language)
    likeliest = [
        tuple((captions.vocabulary[i], float(p[i])) for i in np.argsort(-p, kind="stable")[:TOP])
        for p in written.probabilities
    ]
    names = emoji.names[language]
    (near,) = nearest(emoji, picture[None])
    return Caption(emoji.signs[at], names[at], names[near], picture, tuple(likeliest))


def nearest(emoji: Emoji, pictures: UInt8[np.ndarray, "pictures side side 3"]) -> Int[np.ndarray, "pictures"]:
    """Return the number of the training picture whose pixels differ least from each one's (the squares summed)."""
    train = np.array(emoji.of("train"))
    known = _flat(emoji.pictures["noto"][train])
    given = _flat(pictures)
    # |a - b|^2 = |a|^2 - 2 a . b + |b|^2, of which the first is the same for all b
    apart = (known**2).sum(1)[None] - 2 * given @ known.T
    return train[apart.argmin(1)]


def _flat(pictures: UInt8[np.ndarray, "pictures side side 3"]) -> Float[np.ndarray, "pictures values"]:
    return pictures.reshape(len(pictures), -1).astype(np.float32) / 255


def frequent(emoji: Emoji, language: Language) -> tuple[str, ...]:
    """Return the most frequent words of the training names, as many as a name usually has."""
    names = [emoji.names[language][number] for number in emoji.of("train")]
    counts = Counter(word for name in names for word in name)
    return tuple(word for word, _ in counts.most_common(int(np.median([len(name) for name in names]))))


def measured() -> Steps[tuple[Captioned, ...]]:
    """Return what was written for all pictures of each kind, in each language."""
    emoji, captions, found = _emoji(), load_captions(), []
    every, done = len(LANGUAGES) * sum(len(emoji.of(part)) for _, part in PICTURES.values()), 0
    for kind, (artist, part) in PICTURES.items():
        numbers = emoji.of(part)
        pictures = emoji.pictures[artist][numbers]
        near = np.concatenate([nearest(emoji, pictures[at : at + AT_ONCE]) for at in range(0, len(numbers), AT_ONCE)])
        for language in LANGUAGES:
            names, written = emoji.names[language], []
            for at in range(0, len(numbers), AT_ONCE):
                yield done + at, every
                written += captions.names(pictures[at : at + AT_ONCE], language)
            done += len(numbers)
            answers = {
                NETWORK: written,
                NEAREST: [names[number] for number in near],
                FREQUENT: [frequent(emoji, language)] * len(numbers),
            }
            right = {
                who: Counted(len(numbers), sum(names[i] == said for i, said in zip(numbers, each, strict=True)))
                for who, each in answers.items()
            }
            shares = tuple(
                (who, *_interval(np.array([shared(names[i], said) for i, said in zip(numbers, each, strict=True)])))
                for who, each in answers.items()
            )
            scores = Scores(right[NETWORK], tuple((who, each) for who, each in right.items() if who != NETWORK))
            trained = {word for number in emoji.of("train") for word in names[number]}
            writable = sum(trained.issuperset(names[number]) for number in numbers)
            found.append(Captioned(language, kind, scores, shares, writable))
    return tuple(found)


def _interval(shares: Float[np.ndarray, "pictures"]) -> tuple[float, float, float]:
    """Return the mean of shares, and the ends between which 95 % of the means of pictures drawn anew lie (Efron 1979)."""
    rng = np.random.default_rng(0)
    means = np.array([shares[rng.integers(0, len(shares), len(shares))].mean() for _ in range(DRAWS)])
    low, high = middle(means)
    return round(float(shares.mean()), 4), round(float(low), 4), round(float(high), 4)
