"""What this lesson reads with the encoder: a text with all heads, and two sentences that differ in one word."""

import numpy as np
from jaxtyping import Float

from core.experiments.encoder import encoder
from core.experiments.self_attention.results import MOST, PRONOUNS, Read, Twins, twins_of
from core.pretrained.encoder import Encoder
from core.progress import Steps


def heads(text: str) -> Steps[Read]:
    """Read a text, at most `MOST` pieces of it, with all heads; yields and raises as `encoder` does."""
    reader = yield from encoder()
    kept, is_cut = fit(reader, text)
    trace = reader.trace(kept)
    return Read(kept, trace.tokens, trace.attentions, is_cut)


def twins(text: str) -> Steps[Twins]:
    """Read both sentences of a text; yields as `encoder` does, raises as `twins_of` does."""
    one, other, words = twins_of(text)
    reader = yield from encoder()
    traces = [reader.trace(fit(reader, each)[0]) for each in (one, other)]
    tokens = [trace.tokens for trace in traces]
    same = 0  # pieces before the change, then behind it
    while same < min(map(len, tokens)) and tokens[0][same] == tokens[1][same]:
        same += 1
    behind = 0
    while behind < min(map(len, tokens)) - same and tokens[0][-1 - behind] == tokens[1][-1 - behind]:
        behind += 1
    labels = (*tokens[0][:same], "/".join(words), *tokens[0][len(tokens[0]) - behind :])
    at = next((row for row, label in enumerate(labels) if label in PRONOUNS), -1)
    rows = []
    for trace in traces:
        query = at if at <= same else at - len(labels) + len(trace.tokens)
        rows.append(_merged(trace.attentions[:, :, query], same, behind))
    return Twins(text, words, labels, at, np.stack(rows))


def fit(reader: Encoder, text: str) -> tuple[str, bool]:
    """Return as much of a text as has `MOST` pieces, and whether something was cut."""
    _, tokens, spans = reader.pieces(text)
    if len(tokens) <= MOST:
        return text, False
    return text[: spans[MOST - 2][1]], True


def _merged(
    weights: Float[np.ndarray, "layers heads time"], same: int, behind: int
) -> Float[np.ndarray, "layers heads rows"]:
    """Return the weights with those of the changed pieces as one."""
    stop = weights.shape[-1] - behind
    changed = weights[..., same:stop].sum(-1, keepdims=True)
    return np.concatenate([weights[..., :same], changed, weights[..., stop:]], -1)
