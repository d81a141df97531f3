"""Four shapes: a student, a tweet, a picture and a sentence go in; an answer, a belief, a name and a translation come out.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in
`results`, plain numpy.
"""

from core.data.emoji import Language
from core.experiments.four_shapes.results import Caption, Captioned, Classed, Passing, Scores, Translated, Tweet
from core.progress import Steps, doing


@doing("Asking a hundred networks")
def student(gpa: float, quiz: int) -> Passing:
    """Return how probable it is that a student passes, for each number of hours; gpa of 4, quiz of 10.

    Raises `core.assets.fetch.AssetError` where the students can't be had.
    """
    from core.experiments.four_shapes import students

    return students.student(gpa, quiz)


@doing("Counting students")
def class_of_856() -> Classed:
    """Return how many of the real students passed, by hours, and what was right in training; raises as `student`."""
    from core.experiments.four_shapes import students

    return students.classed()


@doing("Reading your text")
def tweet(words: tuple[str, ...]) -> Tweet:
    """Read words as `results.fit` returns them; raises `ValueError` for none."""
    from core.experiments.four_shapes import tweets

    return tweets.tweet(words)


@doing("Reading the tweets kept apart")
def tweets_kept_apart() -> Scores:
    """Return how many are read correctly; raises `core.assets.fetch.AssetError` where they can't be had."""
    from core.experiments.four_shapes import tweets

    return tweets.scores()


@doing("Writing a name")
def caption(kind: str, number: int, language: Language) -> Caption:
    """Return how the name of a picture of `results.PICTURES` comes about; number counts from 0."""
    from core.experiments.four_shapes import captions

    return captions.caption(kind, number, language)


@doing("Naming all pictures", "picture")
def captions_of_all() -> Steps[tuple[Captioned, ...]]:
    """Return how many names are correct, for each language and kind; yields (pictures named, pictures)."""
    from core.experiments.four_shapes import captions

    return captions.measured()


@doing("Translating")
def translate(text: str) -> Translated:
    """Return what is written for a sentence of at least one word, piece by piece."""
    from core.experiments.four_shapes import translation

    return translation.translate(text)


@doing("Translating the sentences kept apart")
def translations_kept_apart() -> Scores:
    """Return how many are Marian's, word for word; raises `core.assets.fetch.AssetError` where Marian can't be had."""
    from core.experiments.four_shapes import translation

    return translation.scores()
