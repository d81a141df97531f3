"""A language model taken apart while it reads a text: each part of its stream, one layer's heads, blocks left out."""

from typing import TYPE_CHECKING

import numpy as np
import torch

from core.experiments.transformer_anatomy.results import (
    LAYERS,
    LENS_POSITIONS,
    MAX_TOKENS,
    OFFERED,
    EachBlock,
    Layer,
    Stream,
    order_without,
)
from core.pretrained.causal_lm import LlamaModel
from core.progress import Steps

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel, Trace


def stream(model: "LanguageModel", text: str, block: int, twice: bool, wanted: tuple[int, ...]) -> Steps[Stream]:
    """See `core.experiments.transformer_anatomy.stream`. Yields three times, so that others are served in between."""
    ours = _ours(model)
    ids, dropped = _read(ours, text)
    order = order_without(block, twice)
    trace = ours.trace(ids, layers=order)
    yield 1, 3
    llama = ours.llama
    with torch.inference_mode():
        parts = torch.from_numpy(_parts(trace)).to(llama.device)
        # the final norm divides the whole stream by one number, so each part's share of the score is linear
        last = parts.sum(0)
        scale = (last.square().mean() + llama.config.norm_epsilon).rsqrt()
        shares = llama.unembed(parts * scale * llama.decoder.final_norm)
        shares = shares - shares.mean(-1, keepdim=True)
        yield 2, 3
        seen = torch.from_numpy(trace.hidden[:, -LENS_POSITIONS:]).to(llama.device)
        depths, positions, _ = seen.shape
        lens = llama.exact_logits(seen.flatten(0, 1)).softmax(-1).view(depths, positions, -1)
        sure, says = (each.numpy(force=True) for each in lens.max(-1))
        logits = torch.from_numpy(trace.logits[-1])
        chosen = list(wanted) or logits.topk(OFFERED).indices.tolist()
        probabilities = logits.softmax(-1)
        best = int(probabilities.argmax())
        assert trace.attention_added is not None and trace.feed_forward_added is not None  # noqa: PT018 - for mypy
        added = np.stack([trace.attention_added[:, -1], trace.feed_forward_added[:, -1]])
        found = Stream(
            tokens=tuple(ours.label(i) for i in ids), dropped=dropped, order=order,
            offered=tuple(ours.label(i) for i in chosen), ids=tuple(chosen), probabilities=probabilities[chosen].numpy(),
            top=(ours.label(best), float(probabilities[best])), contributions=shares[:, chosen].T.numpy(force=True),
            scores=(logits - logits.mean())[chosen].numpy(), norms=np.linalg.norm(trace.hidden[:, -1], axis=-1),
            added=np.linalg.norm(added, axis=-1), lens=lens[:, -1][:, chosen].T.numpy(force=True),
            says=tuple(tuple(ours.label(int(i)) for i in row) for row in says), sure=sure,
        )  # fmt: skip
    yield 3, 3
    return found


def layer(model: "LanguageModel", text: str, number: int) -> Steps[Layer]:
    """See `core.experiments.transformer_anatomy.layer`."""
    ours = _ours(model)
    ids, dropped = _read(ours, text)
    trace = ours.trace(ids, layers=range(number), inside=number - 1)  # what comes after it changes nothing in it
    yield 1, 1
    inside = trace.inside
    assert inside is not None
    return Layer(
        tokens=tuple(ours.label(i) for i in ids), dropped=dropped, layer=number, queries=inside.queries, keys=inside.keys,
        values=inside.values, weights=trace.attentions[number - 1], mixtures=inside.mixtures,
    )  # fmt: skip


def each_block(model: "LanguageModel", text: str) -> Steps[EachBlock]:
    """See `core.experiments.transformer_anatomy.each_block`. Yields (runs done, runs)."""
    ours = _ours(model)
    ids, _ = _read(ours, text)
    usual = ours.logits(ids)[-1]
    best = int(usual.argmax())
    found, stays = np.zeros((2, LAYERS)), np.zeros((2, LAYERS), bool)
    for way, twice in enumerate((False, True)):
        for block in range(1, LAYERS + 1):
            logits = torch.from_numpy(ours.trace(ids, layers=order_without(block, twice)).logits[-1])
            found[way, block - 1] = logits.softmax(-1)[best]
            stays[way, block - 1] = int(logits.argmax()) == best
            yield way * LAYERS + block, 2 * LAYERS
    probability = float(torch.from_numpy(usual).softmax(-1)[best])
    kept = [tuple(bool(one) for one in row) for row in stays]
    return EachBlock(ours.label(best), probability, found[0], found[1], kept[0], kept[1])


def _ours(model: "LanguageModel") -> LlamaModel:
    """Return the model if it can be taken apart; raises `TypeError` for one from the hub."""
    if not isinstance(model, LlamaModel):
        raise TypeError(f"{model.name} can't be taken apart: only our own models can")
    return model


def _read(model: LlamaModel, text: str) -> tuple[list[int], int]:
    """Return the last `MAX_TOKENS` tokens of a text, and how many were cut off before them."""
    ids = model.encode(text)
    return ids[-MAX_TOKENS:], max(0, len(ids) - MAX_TOKENS)


def _parts(trace: "Trace") -> np.ndarray:
    """Return what adds up to the stream at the last position: the embedding, then each block's two parts (parts, width)."""
    assert trace.attention_added is not None and trace.feed_forward_added is not None  # noqa: PT018 - for mypy
    added = np.stack([trace.attention_added[:, -1], trace.feed_forward_added[:, -1]], axis=1)
    return np.concatenate([trace.hidden[0, -1][None], added.reshape(-1, added.shape[-1])])
