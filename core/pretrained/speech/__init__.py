"""Public models that listen, in modules of our own: 16,000 samples a second, between -1 and 1, go in."""

RATE = 16_000  # samples a second
