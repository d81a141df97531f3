"""Attention as search: three keys, a library searched with an encoder, a head of that encoder, and why it divides.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return, and the
three steps themselves, are in `results`, plain numpy.
"""

from core.experiments.attention_search.results import HeadRead, Library, Order, Query, Scaling, Trained
from core.progress import Steps, doing


@doing("Reading with the encoder", "megabyte")
def read_query(text: str) -> Steps[Query]:
    """Read a text as a query. Yields (megabytes here, megabytes) while the encoder is fetched.

    Raises `core.assets.fetch.AssetError` where it can't be had.
    """
    from core.experiments.attention_search import reading

    return reading.query(text)


@doing("Reading with the encoder", "megabyte")
def read_layer(text: str, layer: int) -> Steps[HeadRead]:
    """Read a text with one layer of the encoder, from 1; yields and raises as `read_query` does."""
    from core.experiments.attention_search import reading

    return reading.layer(text, layer)


@doing("Reading the library")
def library() -> Library:
    """Read titles and contents of the library."""
    from core.experiments.attention_search import measure

    return measure.library(measure.load_encoder())


@doing("Measuring the heads")
def trained() -> Trained:
    """Measure the products and weights in every head of the encoder, over the library's contents."""
    from core.experiments.attention_search import measure

    return measure.trained(measure.load_encoder())


@doing("Comparing two orders of words")
def word_order() -> Order:
    """Compare two sentences that differ in the order of their words alone, with the encoder's positions and without."""
    from core.experiments.attention_search import measure

    return measure.order(measure.load_encoder())


@doing("Multiplying random vectors")
def random_products() -> Scaling:
    """Measure what the width does to the products of random vectors."""
    from core.experiments.attention_search import scaling

    return scaling.measure()
