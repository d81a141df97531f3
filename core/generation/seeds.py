"""Which numbers random ones may start from: those that numpy and torch both take."""

LARGEST = 2**63 - 1


def checked(seed: int) -> int:
    """Return the seed; raises `ValueError` for one below 0 or above `LARGEST`.

    >>> np.random.default_rng(checked(-1))
    ValueError: a seed is a whole number from 0 to 9223372036854775807, not -1
    """
    if not 0 <= seed <= LARGEST:
        raise ValueError(f"a seed is a whole number from 0 to {LARGEST}, not {_short(int(seed))}")
    return seed


def _short(number: int) -> str:
    """Return a number in digits, a very long one by its size: it may have been typed into a link."""
    return str(number) if number.bit_length() <= 128 else f"one of {number.bit_length():,} binary digits"
