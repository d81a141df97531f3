"""The decoder against transformers: its parts one by one, all scores, and the promise about shared batches."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from transformers.models.llama.modeling_llama import (
    LlamaMLP,
    LlamaRMSNorm,
    LlamaRotaryEmbedding,
    apply_rotary_pos_emb,
    eager_attention_forward,
)

from core.pretrained.causal_lm import LlamaModel
from core.pretrained.causal_lm.checkpoint import DecoderConfig
from core.pretrained.causal_lm.decoder import LENGTHS, Cache, rms_norm, rotations
from core.pretrained.causal_lm.linear import DenseLinear, Int8Linear, PackedLinear, works
from core.pretrained.causal_lm.llama import Llama
from core.progress import finish
from tests.core.pretrained.conftest import CPU, SHAPES, VOCABULARY, Pair, kl, some_ids

PROMPTS = [some_ids(1, 1), some_ids(2, 2), some_ids(16, 3), some_ids(64, 4), some_ids(90, 5)]
CLOSE = {"atol": 1e-4, "rtol": 1e-4}


# Parts


@pytest.mark.parametrize("epsilon", [1e-6, 1e-5, 0.5])
def test_rms_norm(epsilon: float) -> None:
    x, scale = torch.randn(7, 48) * 3, torch.randn(48)
    expected = torch.nn.RMSNorm(48, eps=epsilon)
    expected.weight.data = scale
    torch.testing.assert_close(rms_norm(x, scale, epsilon), expected(x))
    theirs = LlamaRMSNorm(48, eps=epsilon)
    theirs.weight.data = scale
    torch.testing.assert_close(rms_norm(x, scale, epsilon), theirs(x))
    assert torch.equal(rms_norm(torch.zeros(1, 48), scale, epsilon), torch.zeros(1, 48))


@pytest.mark.parametrize("shape", SHAPES)
def test_rotations(shape: str, pair: Callable[[str], Pair]) -> None:
    """transformers rotates number j of a head together with number j + half; ours are neighbours after pairing."""
    tiny = pair(shape)
    config = DecoderConfig.read(tiny.folder)
    heads, keys, width, time = config.heads, config.key_value_heads, config.head_width, 300
    query, key = torch.randn(1, heads, time, width), torch.randn(1, keys, time, width)
    value = torch.randn(1, keys, time, width)
    cos, sin = LlamaRotaryEmbedding(tiny.theirs.config)(query, torch.arange(time)[None])
    rotated = torch.cat([*apply_rotary_pos_emb(query, key, cos, sin), value], dim=1)[0]

    def paired(x: torch.Tensor) -> torch.Tensor:
        return x.unflatten(-1, (2, width // 2)).transpose(-1, -2).flatten(-2)

    ours = torch.cat([paired(query), paired(key), value], dim=1)[0].transpose(0, 1)
    pairs = torch.view_as_complex(ours.unflatten(-1, (width // 2, 2)).contiguous())
    found = torch.view_as_real(pairs * rotations(config, CPU)[:time]).flatten(2).transpose(0, 1)
    expected = torch.cat([paired(rotated[: heads + keys]), rotated[heads + keys :]])
    # An angle of 300 radians in float32 is known to 3e-5, and the two take the power of theta differently.
    torch.testing.assert_close(found, expected, atol=2e-4, rtol=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_feed_forward(shape: str, pair: Callable[[str], Pair]) -> None:
    tiny = pair(shape)
    layer, theirs = tiny.ours().llama.layers[0], tiny.theirs.model.layers[0].mlp
    assert isinstance(theirs, LlamaMLP)
    x = torch.randn(6, tiny.theirs.config.hidden_size)
    gate, up = layer.gate_up(x).chunk(2, dim=-1)
    torch.testing.assert_close(layer.down(F.silu(gate) * up), theirs(x), **CLOSE)


@pytest.mark.parametrize("shape", SHAPES)
@torch.inference_mode()
def test_grouped_attention(shape: str, pair: Callable[[str], Pair]) -> None:
    """Both ways in which ours attends (exact and trace) against the eager function with repeated key heads."""
    model = pair(shape).ours()
    config, time = model.llama.config, 40
    heads, keys, width = config.heads, config.key_value_heads, config.head_width
    qkv = torch.randn(time, heads + 2 * keys, width)
    query, key, value = qkv.transpose(0, 1)[None].split([heads, keys, keys], dim=1)
    module = torch.nn.Module()
    module.num_key_value_groups = heads // keys
    mask = torch.full((time, time), -torch.inf).triu(1)[None, None]
    expected, _ = eager_attention_forward(module, query, key, value, mask, scaling=width**-0.5)
    found = model._attend_to_itself(0, qkv)
    torch.testing.assert_close(found, expected[0].flatten(1), **CLOSE)


# The whole


def stepped(model: LlamaModel, ids: list[int], start: int, length: int | None = None) -> torch.Tensor:
    """Return the scores after ids[start - 1], ids[start], ..., read with a prefill of `start` and single steps."""
    cache = model.new_cache(1, length or len(ids))
    scores = [finish(model.prefill(ids[:start], cache, 0))]
    scores += [model.step([token], [start + i], cache) for i, token in enumerate(ids[start:])]
    return torch.cat(scores)


@pytest.mark.parametrize("ids", PROMPTS, ids=len)
@pytest.mark.parametrize("shape", SHAPES)
def test_scores_without_a_cache(shape: str, ids: list[int], pair: Callable[[str], Pair]) -> None:
    tiny = pair(shape)
    found = torch.from_numpy(tiny.ours().logits(ids))
    assert found.shape == (len(ids), VOCABULARY)
    torch.testing.assert_close(found, tiny.their_logits(ids), **CLOSE)


@pytest.mark.parametrize("start", [1, 5, 64, 89, 90])
@pytest.mark.parametrize("shape", SHAPES)
def test_scores_with_a_cache(shape: str, start: int, pair: Callable[[str], Pair]) -> None:
    tiny, ids = pair(shape), PROMPTS[-1]
    torch.testing.assert_close(stepped(tiny.ours(), ids, start), tiny.their_logits(ids)[start - 1 :], **CLOSE)


def test_scores_across_the_lengths_that_attention_runs_over(pair: Callable[[str], Pair]) -> None:
    tiny, ids = pair("group of 2"), some_ids(270, 9)
    for length in (270, 1024):
        torch.testing.assert_close(stepped(tiny.ours(), ids, 120, length), tiny.their_logits(ids)[119:], **CLOSE)


def test_the_last_position_that_fits(pair: Callable[[str], Pair]) -> None:
    tiny, ids = pair("group of 1"), some_ids(1024, 3)
    model = tiny.ours()
    torch.testing.assert_close(stepped(model, ids, 1022), tiny.their_logits(ids)[1021:], **CLOSE)


def batch(model: LlamaModel, texts: list[list[int]], starts: list[int], length: int) -> list[torch.Tensor]:
    """Read each text as `stepped` does, but all in one batch; row i has starts[i] tokens before the first step."""
    cache = model.new_cache(len(texts), length)
    rows = [[finish(model.prefill(t[:s], cache, i))] for i, (t, s) in enumerate(zip(texts, starts, strict=True))]
    steps = len(texts[0]) - starts[0]
    assert all(len(t) - s == steps for t, s in zip(texts, starts, strict=True))
    for step in range(steps):
        positions = [start + step for start in starts]
        scores = model.step([t[p] for t, p in zip(texts, positions, strict=True)], positions, cache)
        for row, score in zip(rows, scores, strict=True):
            row.append(score[None])
    return [torch.cat(row) for row in rows]


@pytest.mark.parametrize("shape", SHAPES)
def test_scores_of_rows_with_different_lengths(shape: str, pair: Callable[[str], Pair]) -> None:
    tiny = pair(shape)
    starts = [3, 60, 1, 24, 124]
    texts = [some_ids(start + 8, start) for start in starts]
    for text, start, found in zip(texts, starts, batch(tiny.ours(), texts, starts, 140), strict=True):
        torch.testing.assert_close(found, tiny.their_logits(text)[start - 1 :], **CLOSE)


# Mean KL in nats over all positions against transformers on the same file's float32 values. These random
# networks exaggerate errors: on SmolLM2 itself (test_real_weights) the same kernels lose ten times less.
LOSSES = {"fp32": 1e-8, "bf16": 4e-3, "int8": 1.2e-2, "int4": 1e-8}


@pytest.mark.parametrize("precision", LOSSES)
@pytest.mark.parametrize("start", [1, 64])
def test_every_precision_is_close(precision: Any, start: int, quantised: Pair) -> None:
    model, ids = quantised.ours(precision), some_ids(100, 8)
    loss = kl(quantised.their_logits(ids)[start - 1 :], stepped(model, ids, start))
    assert loss < LOSSES[precision]


@pytest.mark.parametrize("precision", ["bf16", "int8"])
@pytest.mark.parametrize("shape", ["group of 1", "group of 2", "group of 3"])
def test_every_precision_of_a_plain_file_is_close(shape: str, precision: Any, pair: Callable[[str], Pair]) -> None:
    model, ids = pair(shape).ours(precision), some_ids(60, 8)
    assert kl(pair(shape).their_logits(ids), stepped(model, ids, 1)) < LOSSES[precision]


@pytest.mark.parametrize("precision", LOSSES)
def test_exact_scores_are_exact_whatever_the_precision(precision: Any, quantised: Pair, pair: Any) -> None:
    for tiny in (quantised, pair("group of 2")):
        if precision == "int4" and tiny is not quantised:
            continue
        model, ids = tiny.ours(precision), some_ids(50, 6)
        torch.testing.assert_close(torch.from_numpy(model.logits(ids)), tiny.their_logits(ids), **CLOSE)
        last = finish(model.exact_logits(ids, last_only=True))
        torch.testing.assert_close(last, tiny.their_logits(ids)[-1:], **CLOSE)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_all_weights_are_on_the_device(precision: Any, quantised: Pair, pair: Any) -> None:
    """On torch's "meta" device, which every machine has: it stands for any that is not the CPU."""
    meta = torch.device("meta")
    for tiny in (quantised, pair("group of 2")):
        llama = Llama(tiny.folder, meta, precision)
        for layer in [*llama.layers, *llama.exact()]:
            assert {layer.attention_norm.device, layer.feed_forward_norm.device} == {meta}
            for product in (layer.query_key_value, layer.out, layer.gate_up, layer.down):
                assert product(torch.zeros(2, product.weight.shape[1], device=meta)).device == meta
        ids = torch.tensor([1, 2], device=meta)
        assert llama.decoder.turns.device == meta
        assert llama.decoder.logits(llama.decoder.embed(ids)).shape == (2, VOCABULARY)
        assert llama.exact_logits(llama.decoder.embed(ids)).device == meta


# The promise: a text's scores are the same to the last bit whoever shares the batch. Readers share one model;
# without this a link would show another text when the server is busy.

LONG = [3, 30, 90, 125, 200, 254, 400, 700]


GROUPS = [range(7, -1, -1), [0, 7], [0, 1, 2], [3, 4], [5, 5, 5, 2], [*range(5)] * 3 + [7]]


@pytest.mark.parametrize(
    ("precision", "threads", "groups"),
    [("fp32", 1, GROUPS), ("bf16", 1, GROUPS), ("int8", 1, GROUPS), ("int4", 1, GROUPS), ("int4", 2, [[0, 3, 7]])],
    ids=["fp32", "bf16", "int8", "int4", "int4 on two threads"],
)
def test_scores_do_not_depend_on_the_batch(precision: Any, threads: int, groups: Any, quantised: Pair) -> None:
    model = quantised.ours(precision)
    model.use_threads(threads)
    texts = [some_ids(start + 4, start) for start in LONG]
    used = sorted({i for group in groups for i in group})
    alone = {i: batch(model, [texts[i]], [LONG[i]], 768)[0] for i in used}
    # The promise is one of the packed kernels. Plain products choose another order of summing for another number
    # of rows, so where a processor has no such kernel (and in fp32) scores agree to rounding only.
    plain = any(isinstance(product, DenseLinear) for product in products(model))
    for group in groups:
        together = batch(model, [texts[i] for i in group], [LONG[i] for i in group], 768)
        for place, i in enumerate(group):
            where = f"{LONG[i]} tokens in place {place} of {list(group)}"
            if not plain:
                assert torch.equal(together[place], alone[i]), where
            elif precision == "fp32":
                torch.testing.assert_close(together[place], alone[i], **CLOSE, msg=where)
            else:
                assert kl(alone[i], together[place]) < LOSSES[precision], where


def products(model: LlamaModel) -> list[Any]:
    names = ("query_key_value", "out", "gate_up", "down")
    return [model.llama.decoder.head, *(getattr(layer, name) for layer in model.llama.layers for name in names)]


@pytest.mark.parametrize("length", [106, 128, 300, 768, 1024])
def test_scores_do_not_depend_on_the_room_in_the_cache(length: int, quantised: Pair) -> None:
    model = quantised.ours("int4")
    text = some_ids(106, 1)
    assert torch.equal(stepped(model, text, 100, length), stepped(model, text, 100, 512))


def test_what_lay_in_a_row_before_does_not_matter(quantised: Pair) -> None:
    model = quantised.ours("int4")
    text = some_ids(40, 1)
    cache = model.new_cache(2, 256)
    finish(model.prefill(some_ids(250, 2), cache, 0))
    finish(model.prefill(some_ids(250, 3), cache, 1))
    finish(model.prefill(text[:30], cache, 0))
    found = [model.step([token], [30 + i], cache) for i, token in enumerate(text[30:])]
    assert torch.equal(torch.cat(found), stepped(model, text, 30, 256)[1:])


# The cache


def test_rows_are_copied_all_at_once() -> None:
    config = DecoderConfig(2, 8, 2, 1, 4, 8, 10, 1e-5, 1e4, 64, ())
    cache = Cache(config, 4, 16, CPU)
    assert cache.kv.shape == (2, 4, 2, 64, 4)
    cache.kv.copy_(torch.randn(cache.kv.shape))
    before = cache.kv.clone()
    cache.copy([1, 0, 1, 3], [0, 1, 2, 3], 10)  # two rows change places, one is doubled, one stays
    for target, source in enumerate([1, 0, 1, 3]):
        assert torch.equal(cache.kv[:, target, :, :10], before[:, source, :, :10])
        assert torch.equal(cache.kv[:, target, :, 10:], before[:, target, :, 10:])
    cache.copy([2], [2], 16)
    cache.copy([], [], 16)
    with pytest.raises(ValueError, match="zip"):
        cache.copy([1], [0, 2], 4)


def test_a_cache_has_one_of_few_lengths() -> None:
    """With the exact length, kernels sum in another order, and a text alone differs from the same text in company."""
    config = DecoderConfig(1, 8, 2, 1, 4, 8, 10, 1e-5, 1e4, 2000, ())
    asked_and_given = {1: 128, 128: 128, 129: 256, 204: 256, 700: 768, 1999: 2000, 2000: 2000, 9000: 2000}
    assert {length: Cache(config, 1, length, CPU).length for length in asked_and_given} == asked_and_given
    assert list(LENGTHS) == sorted(set(LENGTHS))


def test_a_copied_row_goes_on_as_its_source_would(pair: Callable[[str], Pair]) -> None:
    tiny = pair("group of 3")
    model, first, second = tiny.ours(), some_ids(20, 1), some_ids(20, 2)
    cache = model.new_cache(3, 40)
    finish(model.prefill(first, cache, 0))
    finish(model.prefill(second, cache, 1))
    cache.copy([1, 0, 0], [0, 1, 2], 20)
    found = model.step([7, 7, 9], [20, 20, 20], cache)
    for row, text in zip(found, ([*second, 7], [*first, 7], [*first, 9]), strict=True):
        torch.testing.assert_close(row, tiny.their_logits(text)[-1], **CLOSE)


def test_kernels_named_here_are_those_of_the_precisions(quantised: Pair) -> None:
    for precision, kind in (("bf16", PackedLinear), ("int8", Int8Linear)):
        layer = quantised.ours(precision).llama.layers[0]
        assert (type(layer.down) is kind) == works(kind)
