"""The lesson on attention as search, as far as it needs the encoder: a query's vector, and one layer on a text."""

import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

from core.assets.fetch import ensure
from core.experiments.attention_search import HeadRead, Query
from core.pretrained.encoder import DEFAULT_ENCODER, LONGEST, load_encoder

FRAME_SECONDS = 0.1


def fetch() -> Generator[tuple[int, int], None, bool]:
    """Yield (megabytes here, megabytes) while the encoder is brought to this machine; return True when it is there.

    Raises `core.assets.fetch.AssetError` where it can't be had.
    """
    at = {"done": 0, "total": 1}

    def report(stage: str, done: int, total: int) -> None:
        if stage in ("download", "wait"):
            at.update(done=done // 1_000_000, total=max(total // 1_000_000, 1))

    pool = ThreadPoolExecutor(1)
    try:
        coming = pool.submit(ensure, DEFAULT_ENCODER, progress=report)
        while not coming.done():
            yield at["done"], at["total"]
            time.sleep(FRAME_SECONDS)
        coming.result()
    finally:
        pool.shutdown(
            wait=False
        )  # who stops waiting does not stop the others in this thread; the next one finds it there
    return True


def read_query(text: str) -> Query:
    """Return a text as the encoder reads it; raises `core.assets.fetch.AssetError` where the encoder can't be had."""
    encoder = load_encoder()
    tokens, is_cut = _pieces(text)
    return Query(text, tokens, encoder.vectors([text], normalised=False)[0], is_cut)


def read_layer(text: str, layer: int) -> HeadRead:
    """Return what the heads of one layer (from 1) do on a text; raises as `read_query` does."""
    trace = load_encoder().trace(text)
    parts = (trace.queries, trace.keys, trace.values, trace.attentions, trace.mixtures)
    q, k, v, weights, mixtures = (part[layer - 1].copy() for part in parts)  # copied: the other layers can go
    return HeadRead(text, trace.tokens, layer, q, k, v, weights, mixtures, _pieces(text)[1])


def _pieces(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the pieces that are read, and whether some are not because the text has too many."""
    _, tokens, spans = load_encoder().pieces(text)
    last = spans[-2][1] if len(spans) > 2 else 0
    return tuple(tokens), len(tokens) == LONGEST and bool(text[last:].strip())
