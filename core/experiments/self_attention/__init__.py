"""Self-attention: what every head of a real encoder does, whether "it" follows the sense, and whether that matters.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in `results`.
"""

from core.experiments.self_attention.results import Cuts, CutStudy, Probe, Read, Roles, Senses, Study, Twins
from core.progress import Steps, doing


@doing("Reading with the encoder", "megabyte")
def read_heads(text: str) -> Steps[Read]:
    """Read a text with all heads. Yields (megabytes here, megabytes) while the encoder is fetched.

    Raises `core.assets.fetch.AssetError` where it can't be had.
    """
    from core.experiments.self_attention import reading

    return reading.heads(text)


@doing("Reading with the encoder", "megabyte")
def compare(text: str) -> Steps[Twins]:
    """Read both sentences of a text with "tired/wide" in it; yields and raises as `read_heads` does.

    Raises `ValueError` where the text has no such place or no pronoun that both sentences share.
    """
    from core.experiments.self_attention import reading

    return reading.twins(text)


@doing("Cutting one edge after the other", "edge")
def cut_edges(text: str, layer: int, head: int) -> Steps[Cuts]:
    """Cut the edge from the pronoun to each piece in turn, in one head (from 1), all of a layer (head 0), or all (0, 0)."""
    from core.experiments.self_attention import cutting

    return cutting.edges(text, layer, head)


@doing("Reading forty pairs of sentences", "pair")
def study() -> Steps[Study]:
    """Read all pairs of `core.data.pronouns`."""
    from core.experiments.self_attention import measure

    return measure.study()


@doing("Reading sixty texts", "text")
def roles() -> Steps[Roles]:
    """Measure what every head does, over the library's texts and all pairs."""
    from core.experiments.self_attention import measure

    return measure.roles()


@doing("Fitting a probe", "sentence")
def probe() -> Steps[Probe]:
    """Fit the probe and measure it on nouns that it has not seen."""
    from core.experiments.self_attention import probing

    return probing.fit_probe()


@doing("Cutting edges in forty sentences", "sentence")
def cut_study() -> Steps[CutStudy]:
    """Cut every edge from "it" in the first sentence of all pairs, in head 4.2 alone and in all heads."""
    from core.experiments.self_attention import cutting

    return cutting.study()


@doing("Comparing two sentences")
def senses() -> Senses:
    """Compare the vectors of one word in two sentences with each other, with other words', and with GloVe's."""
    from core.experiments.self_attention import measure

    return measure.senses()
