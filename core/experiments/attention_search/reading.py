"""What the lesson on attention as search reads with the encoder: a query's vector, and one layer on a text.

Both bring the encoder to this machine first where it is not here yet, and say how far that is.
"""

from core.experiments.attention_search.results import HeadRead, Query
from core.experiments.encoder import encoder
from core.pretrained.encoder import LONGEST, Encoder
from core.progress import Steps


def query(text: str) -> Steps[Query]:
    """Read a text as a query; yields and raises as `encoder` does."""
    reader = yield from encoder()
    tokens, is_cut = _pieces(reader, text)
    return Query(text, tokens, reader.vectors([text], normalised=False)[0], is_cut)


def layer(text: str, number: int) -> Steps[HeadRead]:
    """Read a text with one layer (from 1); yields and raises as `encoder` does."""
    reader = yield from encoder()
    trace = reader.trace(text)
    parts = (trace.queries, trace.keys, trace.values, trace.attentions, trace.mixtures)
    q, k, v, weights, mixtures = (part[number - 1].copy() for part in parts)  # copied: the other layers can go
    return HeadRead(text, trace.tokens, number, q, k, v, weights, mixtures, _pieces(reader, text)[1])


def _pieces(reader: Encoder, text: str) -> tuple[tuple[str, ...], bool]:
    """Return the pieces that are read, and whether some are not because the text has too many."""
    _, tokens, spans = reader.pieces(text)
    last = spans[-2][1] if len(spans) > 2 else 0
    return tuple(tokens), len(tokens) == LONGEST and bool(text[last:].strip())
