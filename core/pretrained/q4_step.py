"""The decoder of `decoder.py` once more, as loops that numba compiles: what writes texts on a CPU.

The arithmetic is that of the PyTorch module, in float32 with the file's exact 4-bit and 8-bit weights. What differs is
the cost: a step of one token is about 1,300 operators in PyTorch, each of which takes longer to call than to compute,
and two calls here. All loops over `prange` are divided among numba's threads; no sum is ever divided, so the number of
threads changes nothing in the result.

A token is read with the keys and values of its text's earlier tokens, whether those were read just before, long
before or in this same call. So a prompt read at once, in pieces or token by token gives the same numbers to the last bit.
"""

import math
from typing import NamedTuple, no_type_check

import numpy as np
from numba import prange

from core.pretrained.compiled import compiled
from core.pretrained.linear import GROUP
from core.pretrained.q4_products import LANES, TILES, power_of_two, product

# Sums over a head or a vector may be taken in the processor's favourite order, which is the same for every row.
_SUMS = {"reassoc", "contract", "nsz", "arcp"}

_1x4, _2x2, _4x2, _8x1 = product(1, 4), product(2, 2), product(4, 2), product(8, 1)


class Tiles(NamedTuple):
    """A matrix, or one for each layer, in the order in which it is read: a group of 4 tiles of 16 outputs at a time.

    - `codes`: uint8 (…, fours, groups, 4, 16, 16), byte [i, j] holding inputs 2i (low half) and 2i + 1 of output j.
    - `scale`, `minimum`: float16 as uint16, (…, fours, groups, 4, 16).
    """

    codes: np.ndarray
    scale: np.ndarray
    minimum: np.ndarray


class Layers(NamedTuple):
    """The weights of all layers: see `core.pretrained.decoder.Layer`."""

    attention_norm: np.ndarray  # (layers, width)
    query_key_value: Tiles
    out: Tiles
    feed_forward_norm: np.ndarray
    gate_up: Tiles
    down: Tiles


@compiled(parallel=True)
@no_type_check
def multiply(codes, scale, minimum, x, sums, y):
    """Write x W^T into y: (rows, inputs) -> (rows, 64 * fours). `sums` are those of x over each group.

    With 8-bit codes, which have no minimum, `minimum` and `sums` are not read.
    """
    rows, groups = x.shape[0], codes.shape[1]
    for four in prange(codes.shape[0]):
        row = 0
        while row + 8 <= rows:
            for t in range(TILES):
                _8x1(codes, scale, minimum, x, sums, y, groups, row, four, t)
            row += 8
        if row + 4 <= rows:
            for t in range(0, TILES, 2):
                _4x2(codes, scale, minimum, x, sums, y, groups, row, four, t)
            row += 4
        if row + 2 <= rows:
            for t in range(0, TILES, 2):
                _2x2(codes, scale, minimum, x, sums, y, groups, row, four, t)
            row += 2
        if row < rows:
            _1x4(codes, scale, minimum, x, sums, y, groups, row, four, 0)


@compiled(fastmath=_SUMS)
@no_type_check
def _norm(x, scale, epsilon, normed, sums):
    """Write RMSNorm of one vector (Zhang and Sennrich 2019, eq. 4), and the sum over each group of its numbers."""
    squares = np.float32(0)
    for i in range(x.shape[0]):
        squares += x[i] * x[i]
    factor = np.float32(1 / math.sqrt(squares / np.float32(x.shape[0]) + epsilon))
    for i in range(x.shape[0]):
        normed[i] = x[i] * factor * scale[i]
    _sum_groups(normed, sums)


@compiled(fastmath=_SUMS)
@no_type_check
def _sum_groups(x, sums):
    for group in range(sums.shape[0]):
        total = np.float32(0)
        for i in range(GROUP):
            total += x[group * GROUP + i]
        sums[group] = total


@compiled(fastmath=_SUMS)
@no_type_check
def _rotate(heads, cosine, sine):
    """Turn each pair of neighbouring numbers of query and key heads by its angle: Su et al. 2021, eq. 34."""
    half = cosine.shape[0]
    for start in range(0, heads.shape[0], 2 * half):
        for j in range(half):
            a, b = heads[start + 2 * j], heads[start + 2 * j + 1]
            heads[start + 2 * j] = a * cosine[j] - b * sine[j]
            heads[start + 2 * j + 1] = a * sine[j] + b * cosine[j]


@compiled(fastmath={"contract"})
@no_type_check
def exp(x):
    """Return e^x to float32's precision, in steps that a processor can take for many numbers at once.

    e^x = 2^n e^r with |r| <= ln(2) / 2, and e^r from its series: Cody and Waite 1980, "Software manual for the
    elementary functions", chapter 6. x is held within -87 and 88, where the result is neither 0 nor infinite.
    """
    x = min(max(x, np.float32(-87)), np.float32(88))
    n = np.floor(x * np.float32(1.44269504) + np.float32(0.5))
    r = x - n * np.float32(0.693359375) - n * np.float32(-2.12194440e-4)  # ln(2) in two parts, the first one short
    series = np.float32(1 / 5040)
    for factor in (1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0, 1.0):
        series = series * r + np.float32(factor)
    return series * power_of_two(np.int32(n))


@compiled(fastmath=_SUMS)
@no_type_check
def _attend(query, keys, values, seen, weights, found):
    """Write what one head's query finds in the first `seen` tokens: Vaswani et al. 2017, eq. 1."""
    width = query.shape[0]
    scale, largest = np.float32(1 / math.sqrt(width)), np.float32(-np.inf)
    for t in range(seen):
        score = np.float32(0)
        for j in range(width):
            score += query[j] * keys[t, j]
        weights[t] = score * scale
        largest = max(largest, weights[t])
    total = np.float32(0)
    for t in range(seen):
        weights[t] = exp(weights[t] - largest)
        total += weights[t]
    found[:] = 0
    for t in range(seen):
        share = weights[t] / total
        for j in range(width):
            found[j] += share * values[t, j]


@compiled(fastmath=_SUMS)
@no_type_check
def _swiglu(gate, up, inner):
    """Write silu(gate) * up: Shazeer 2020, eq. 6."""
    for i in range(gate.shape[0]):
        inner[i] = gate[i] / (np.float32(1) + exp(-gate[i])) * up[i]


@compiled(parallel=True)
@no_type_check
def _add_and_norm(x, added, scale, epsilon, normed, sums):
    """Add to each token's vector what the last part of a layer found, then norm it for the next."""
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += added[i, j]
        _norm(x[i], scale, epsilon, normed[i], sums[i])


@compiled(parallel=True)
@no_type_check
def _remember(qkv, rows, positions, cosine, sine, heads, cache):
    """Turn queries and keys to their positions, and write keys and values into one layer's cache."""
    for i in prange(qkv.shape[0]):
        row, position, width = rows[i], positions[i], cache.shape[3]
        _rotate(qkv[i, : (heads + cache.shape[1] // 2) * width], cosine[position], sine[position])
        for h in range(cache.shape[1]):
            start = (heads + h) * width
            cache[row, h, position] = qkv[i, start : start + width]


@compiled(parallel=True)
@no_type_check
def _attend_all(qkv, rows, positions, heads, cache, weights, found):
    """Let each query look at the keys of its text; some queries share a key head (Ainslie et al. 2023)."""
    key_heads, width = cache.shape[1] // 2, cache.shape[3]
    for item in prange(qkv.shape[0] * heads):
        i, h = item // heads, item % heads
        keys = cache[rows[i], h // (heads // key_heads)]
        values = cache[rows[i], key_heads + h // (heads // key_heads)]
        here = slice(h * width, (h + 1) * width)
        _attend(qkv[i, here], keys, values, positions[i] + 1, weights[item], found[i, here])


@compiled(parallel=True)
@no_type_check
def _sum_all(x, sums):
    for i in prange(x.shape[0]):
        _sum_groups(x[i], sums[i])


@compiled(parallel=True)
@no_type_check
def _swiglu_all(gate_up, inner, sums):
    """Let each gate decide how much of its number passes, a group at a time."""
    width, groups = inner.shape[1], sums.shape[1]
    for item in prange(inner.shape[0] * groups):
        i, group = item // groups, item % groups
        here, up = slice(group * GROUP, (group + 1) * GROUP), slice(width + group * GROUP, width + (group + 1) * GROUP)
        _swiglu(gate_up[i, here], gate_up[i, up], inner[i, here])
        _sum_groups(inner[i, here], sums[i, group : group + 1])


@compiled()
@no_type_check
def read(x, rows, positions, layers, cosine, sine, heads, epsilon, cache):
    """Read tokens: x (tokens, width) is replaced by the vectors after the last layer.

    Token i is at positions[i] of the text in row rows[i] of `cache` (layers, rows, keys then values, time, head
    width), which takes up its key and value. `cosine` and `sine` are (positions, half a head's width).
    """
    tokens, width = x.shape
    joined, inner_width = layers.out.codes.shape[2] * GROUP, layers.down.codes.shape[2] * GROUP
    qkv = _rows(tokens, layers.query_key_value.codes.shape[1] * TILES * LANES)
    gate_up = _rows(tokens, layers.gate_up.codes.shape[1] * TILES * LANES)
    added = np.zeros((tokens, layers.out.codes.shape[1] * TILES * LANES), np.float32)
    normed, found, inner = _rows(tokens, width), _rows(tokens, joined), _rows(tokens, inner_width)
    sums, found_sums, inner_sums = (
        _rows(tokens, width // GROUP),
        _rows(tokens, joined // GROUP),
        _rows(tokens, inner_width // GROUP),
    )
    weights = _rows(tokens * heads, positions.max() + 1)
    for layer in range(cache.shape[0]):
        _add_and_norm(x, added, layers.attention_norm[layer], epsilon, normed, sums)
        w = layers.query_key_value
        multiply(w.codes[layer], w.scale[layer], w.minimum[layer], normed, sums, qkv)
        _remember(qkv, rows, positions, cosine, sine, heads, cache[layer])
        _attend_all(qkv, rows, positions, heads, cache[layer], weights, found)
        _sum_all(found, found_sums)
        w = layers.out
        multiply(w.codes[layer], w.scale[layer], w.minimum[layer], found, found_sums, added)
        _add_and_norm(x, added, layers.feed_forward_norm[layer], epsilon, normed, sums)
        w = layers.gate_up
        multiply(w.codes[layer], w.scale[layer], w.minimum[layer], normed, sums, gate_up)
        _swiglu_all(gate_up, inner, inner_sums)
        w = layers.down
        multiply(w.codes[layer], w.scale[layer], w.minimum[layer], inner, inner_sums, added)
    x += added[:, :width]


@compiled()
@no_type_check
def _rows(rows, columns):
    return np.empty((rows, columns), np.float32)
