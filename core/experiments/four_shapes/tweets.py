"""Many to one: words in, one belief out."""

import numpy as np

from core.data.reviews import load_tweets
from core.experiments.four_shapes.results import Scores, Tweet
from core.experiments.intervals import Counted
from core.pretrained.readers import BAG, load_tweet_readers

GRU = "gru"


def tweet(words: tuple[str, ...]) -> Tweet:
    """Return the beliefs after each word."""
    readers = load_tweet_readers()
    known = np.array([word in readers.numbers for word in words])
    return Tweet(words, known, readers.beliefs(GRU, words), readers.beliefs(BAG, words))


def scores() -> Scores:
    """Return how many of the tweets kept apart are read correctly."""
    readers, apart = load_tweet_readers(), load_tweets().held_out
    truth = np.array([each.is_positive for each in apart])
    words = [each.words for each in apart]
    gru, bag = (int(((readers.read(kind, words) > 0.5) == truth).sum()) for kind in (GRU, BAG))
    always = int(truth.sum())
    count = len(apart)
    return Scores(
        Counted(count, gru), (("bag of words", Counted(count, bag)), ("always “positive”", Counted(count, always)))
    )
