"""Positions: a sentence with its words in another order, the codes that mark a position, and texts longer than trained on.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in
`results`, plain numpy.
"""

from core.experiments.positional_encoding.results import Codes, Longer, Orders, Pairs, Undone
from core.progress import Steps, doing


@doing("Reading with the encoder", "megabyte")
def compare_orders(text: str, first: int, second: int) -> Steps[Orders]:
    """Read a text as it stands and with two of its words (counted from 0) exchanged, with positions and without.

    Yields (megabytes here, megabytes) while the encoder is fetched. Raises `core.assets.fetch.AssetError` where it can't
    be had, `IndexError` for a word that is not there, and `ValueError` where the exchanged words are read as other pieces.
    """
    from core.experiments.positional_encoding import shuffling

    return shuffling.orders(text, first, second)


@doing("Comparing sentences")
def sentence_pairs() -> Pairs:
    """Compare the sentence vectors of the notes' example and a few others, with positions and without."""
    from core.experiments.positional_encoding import shuffling

    return shuffling.pairs()


@doing("Computing the codes")
def position_codes() -> Codes:
    """Return the sinusoidal code, the encoder's learned one, and the angles of SmolLM2's rotary one."""
    from core.experiments.positional_encoding import coding

    return coding.codes()


@doing("Reading with the encoder", "megabyte")
def undo_head(text: str, layer: int, head: int) -> Steps[Undone]:
    """Put what a head (layer and head from 1) reads through the Fourier transform and through the head, and undo both.

    Yields and raises as `compare_orders` does.
    """
    from core.experiments.positional_encoding import undoing

    return undoing.undo(text, layer, head)


@doing("Measuring the four models")
def longer_losses() -> Longer:
    """Measure what models trained on 64 characters make of 256, with each way to mark positions and with none."""
    from core.experiments.positional_encoding import longer

    return longer.losses()
