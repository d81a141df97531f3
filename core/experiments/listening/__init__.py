"""Listening: an LSTM that hears whether somebody speaks, GRUs that name spoken digits, a Transformer that writes words.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in
`results`, plain numpy.
"""

from core.data.sound import Sound, named
from core.experiments.listening.results import DigitHeard, DigitScores, Heard, Memory, WordScores, Written
from core.progress import Steps, doing


@doing("Listening")
def hear(sound: str, noise: float, erase: str) -> Heard:
    """Listen to one of `results.SOUNDS`, with noise so many times as loud, the state erased as in `results.ERASURES`.

    Raises `core.assets.fetch.AssetError` where the model can't be had, and `KeyError` for an unknown name.
    """
    from core.experiments.listening import voice

    return voice.hear(named(sound), noise, erase)


@doing("Listening to you")
def hear_own(sound: Sound, noise: float, erase: str) -> Heard:
    """Listen to a reader's sound; as `hear`."""
    from core.experiments.listening import voice

    return voice.hear(sound.samples, noise, erase)


@doing("Measuring how far back it listens")
def memory() -> Memory:
    """Measure, over the clips with speech, in how many frames it hears a voice when it remembers few frames."""
    from core.experiments.listening import voice

    return voice.memory()


@doing("Listening to a digit")
def hear_digit(digit: int, number: int, order: str) -> DigitHeard:
    """Read the `number`-th (from 0) recording of a digit that was kept apart, in one of `results.ORDERS`.

    Raises `core.assets.fetch.AssetError` where the recordings can't be had.
    """
    from core.experiments.listening import digits

    return digits.hear(digit, number, order)


@doing("Listening to 600 digits")
def digit_scores() -> DigitScores:
    """Count how many of the recordings that were kept apart each reader names; raises as `hear_digit`."""
    from core.experiments.listening import digits

    return digits.scores()


@doing("Bringing Whisper, then writing", "step")
def write(clip: str, noise: float) -> Steps[Written]:
    """Write down one of `results.CLIPS` with noise so many times as loud. Yields megabytes, then tokens.

    Raises `core.assets.fetch.AssetError` where the model can't be had, and `KeyError` for an unknown name.
    """
    from core.experiments.listening import writing

    return writing.write(named(clip), noise)


@doing("Bringing Whisper, then writing", "step")
def write_own(sound: Sound, noise: float) -> Steps[Written]:
    """Write down a reader's sound; as `write`."""
    from core.experiments.listening import writing

    return writing.write(sound.samples, noise)


@doing("Writing down all clips", "clip")
def word_scores() -> Steps[WordScores]:
    """Count right words in noise, and measure how well the attention of each layer says when they are said; as `write`."""
    from core.experiments.listening import writing

    return writing.scores()
