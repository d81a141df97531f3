"""The decoder of `decoder.py` once more, as loops that numba compiles: what writes texts on a CPU.

It computes what the PyTorch module computes, with the file's exact 4-bit and 8-bit weights. What differs is the cost: a
step of one token is about 1,300 operators in PyTorch, each of which takes longer to call than to compute, and two
calls here. All loops over `prange` are divided among numba's threads; no sum is ever divided, so the number of threads
changes nothing in the result.

A token is read with the keys and values of its text's earlier tokens, whether those were read just before, long
before or in this same call. So a prompt read at once, in pieces or token by token gives the same numbers to the last bit.
"""

import math
from typing import NamedTuple, no_type_check

import numpy as np
from numba import prange

from core.pretrained.causal_lm.linear import GROUP
from core.pretrained.cpu4bit.attention import attend
from core.pretrained.cpu4bit.compiled import SUMS, compiled
from core.pretrained.cpu4bit.inputs import new_inputs, put, put_row
from core.pretrained.cpu4bit.products import TILES, product
from core.pretrained.cpu4bit.vectors import LANES, address, exp

PART = 8 * GROUP  # numbers that one thread takes at a time

_1x2, _1x4, _2x2, _4x2, _8x1 = product(1, 2), product(1, 4), product(2, 2), product(4, 2), product(8, 1)


class Layers(NamedTuple):
    """The weights of all layers (see `causal_lm.decoder.Layer`), matrices in blocks: (layers, blocks, groups, bytes)."""

    attention_norm: np.ndarray  # (layers, width)
    query_key_value: np.ndarray
    out: np.ndarray
    feed_forward_norm: np.ndarray
    gate_up: np.ndarray
    down: np.ndarray


@compiled(parallel=True)
@no_type_check
def multiply(weights, inputs, y, following, threads):
    """Write x W^T into y: (rows, inputs) -> (rows, 64 * blocks). `following` is the matrix that comes next."""
    # Matrices have as few as 9 blocks, so threads share them by halves.
    pairs = 2 * weights.shape[0]
    for thread in prange(threads):
        pair, end = thread * pairs // threads, (thread + 1) * pairs // threads
        after = address(following, thread * following.shape[0] // threads)
        while pair < end:
            block, first = pair // 2, pair % 2 * 2
            last = min(TILES, first + 2 * (end - pair))
            ahead = address(weights, block + 1) if pair + 2 < end else after
            _multiply_tiles(weights, inputs, y, block, first, last, ahead)
            pair += (last - first) // 2


@compiled()
@no_type_check
def _multiply_tiles(weights, inputs, y, block, first, last, ahead):
    """Let all rows take tiles `first` to `last`, both even, of a block."""
    row, rows = 0, y.shape[0]
    while row + 8 <= rows:
        for tile in range(first, last):
            _8x1(weights, inputs, y, row, block, tile, ahead)
        row += 8
    if row + 4 <= rows:
        for tile in range(first, last, 2):
            _4x2(weights, inputs, y, row, block, tile, ahead)
        row += 4
    if row + 2 <= rows:
        for tile in range(first, last, 2):
            _2x2(weights, inputs, y, row, block, tile, ahead)
        row += 2
    if row < rows:
        if last - first == TILES:
            _1x4(weights, inputs, y, row, block, 0, ahead)
        else:
            _1x2(weights, inputs, y, row, block, first, ahead)


@compiled(fastmath=SUMS)
@no_type_check
def _norm(x, scale, epsilon, normed):
    """Write RMSNorm of one vector (Zhang and Sennrich 2019, eq. 4)."""
    squares = np.float32(0)
    for i in range(x.shape[0]):
        squares += x[i] * x[i]
    factor = np.float32(1 / math.sqrt(squares / np.float32(x.shape[0]) + epsilon))
    for i in range(x.shape[0]):
        normed[i] = x[i] * factor * scale[i]


@compiled(fastmath=SUMS)
@no_type_check
def _rotate(heads, cosine, sine):
    """Turn each pair of neighbouring numbers of query and key heads by its angle: Su et al. 2021, eq. 34."""
    half = cosine.shape[0]
    for start in range(0, heads.shape[0], 2 * half):
        for j in range(half):
            a, b = heads[start + 2 * j], heads[start + 2 * j + 1]
            heads[start + 2 * j] = a * cosine[j] - b * sine[j]
            heads[start + 2 * j + 1] = a * sine[j] + b * cosine[j]


@compiled(fastmath=SUMS)
@no_type_check
def _swiglu(gate, up, inner):
    """Write silu(gate) * up: Shazeer 2020, eq. 6."""
    for i in range(gate.shape[0]):
        inner[i] = gate[i] / (np.float32(1) + exp(-gate[i])) * up[i]


@compiled(parallel=True)
@no_type_check
def _add_and_norm(x, added, scale, epsilon, normed, inputs):
    """Add to each token's vector what the last part of a layer found, then norm it for the next."""
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += added[i, j]
        _norm(x[i], scale, epsilon, normed[i])
        put_row(normed[i], inputs, i)


@compiled(parallel=True)
@no_type_check
def _remember(qkv, rows, positions, cosine, sine, heads, cache):
    """Turn queries and keys to their positions, and write keys and values into one layer's cache."""
    for i in prange(qkv.shape[0]):
        row, position, width = rows[i], positions[i], cache.shape[3]
        _rotate(qkv[i, : (heads + cache.shape[1] // 2) * width], cosine[position], sine[position])
        for h in range(cache.shape[1]):
            start = (heads + h) * width
            # An assignment of slices would bring numba's code for error messages, which takes 2 s to compile.
            for j in range(width):
                cache[row, h, position, j] = qkv[i, start + j]


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
        attend(qkv[i, here], keys, values, positions[i] + 1, weights[item], found[i, here])


@compiled(parallel=True)
@no_type_check
def put_rows(x, inputs):
    """Write all rows of x as inputs."""
    for i in prange(x.shape[0]):
        put_row(x[i], inputs, i)


@compiled(parallel=True)
@no_type_check
def _swiglu_all(gate_up, inner, inputs):
    """Let each gate decide how much of its number passes; the threads share what there is of one row, too."""
    width = inner.shape[1]
    parts = (width + PART - 1) // PART
    for item in prange(inner.shape[0] * parts):
        i, first = item // parts, item % parts * PART
        last = min(first + PART, width)
        row = inner[i]
        _swiglu(gate_up[i, first:last], gate_up[i, width + first : width + last], row[first:last])
        for group in range(first // GROUP, last // GROUP):
            put(row, group * GROUP, inputs, i, group)


@compiled()
@no_type_check
def read(x, rows, positions, layers, cosine, sine, heads, epsilon, cache, seen, threads):
    """Read tokens: x (tokens, width) is replaced by the vectors after the last layer.

    Token i is at positions[i] of the text in row rows[i] of `cache` (layers, rows, keys then values, time, head
    width), which takes up its key and value; none sees more than `seen` tokens. `cosine` and `sine` are (positions, half a
    head's width).
    """
    tokens, width = x.shape
    joined, inner_width = layers.out.shape[2] * GROUP, layers.down.shape[2] * GROUP
    qkv = _rows(tokens, layers.query_key_value.shape[1] * TILES * LANES)
    gate_up = _rows(tokens, layers.gate_up.shape[1] * TILES * LANES)
    added = np.zeros((tokens, layers.out.shape[1] * TILES * LANES), np.float32)
    normed, found, inner = _rows(tokens, width), _rows(tokens, joined), _rows(tokens, inner_width)
    inputs, found_inputs, inner_inputs = (
        new_inputs(tokens, width),
        new_inputs(tokens, joined),
        new_inputs(tokens, inner_width),
    )
    weights = _rows(tokens * heads, seen)
    for layer in range(cache.shape[0]):
        _add_and_norm(x, added, layers.attention_norm[layer], epsilon, normed, inputs)
        multiply(layers.query_key_value[layer], inputs, qkv, layers.out[layer], threads)
        _remember(qkv, rows, positions, cosine, sine, heads, cache[layer])
        _attend_all(qkv, rows, positions, heads, cache[layer], weights, found)
        put_rows(found, found_inputs)
        multiply(layers.out[layer], found_inputs, added, layers.gate_up[layer], threads)
        _add_and_norm(x, added, layers.feed_forward_norm[layer], epsilon, normed, inputs)
        multiply(layers.gate_up[layer], inputs, gate_up, layers.down[layer], threads)
        _swiglu_all(gate_up, inner, inner_inputs)
        multiply(layers.down[layer], inner_inputs, added, layers.query_key_value[(layer + 1) % cache.shape[0]], threads)
    x += added[:, :width]


@compiled()
@no_type_check
def _rows(rows, columns):
    return np.empty((rows, columns), np.float32)
