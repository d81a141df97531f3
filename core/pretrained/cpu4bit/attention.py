"""Attention of the 4-bit decoder: what one head's query finds among the keys and values of its text.

Written in vectors, because a sum over the 64 numbers of a head is too short for what a compiler does with loops.
"""

import math
from typing import Any, no_type_check

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.pretrained.cpu4bit.compiled import SUMS, compiled
from core.pretrained.cpu4bit.vectors import FLOAT, FLOATS, INDEX, LANES, Writer, every, exp

BLOCKS = 4  # vectors of a head's values that are summed beside each other, so that no sum waits for the one before


@compiled(fastmath=SUMS)
@no_type_check
def attend(query, keys, values, seen, weights, found):
    """Write what a query (width) finds in the first `seen` of keys and values (time, width): Vaswani et al. 2017, eq. 1.

    The width is a multiple of 16. `weights` is room for as many numbers as are seen.
    """
    _score(query, keys, seen, np.float32(1 / math.sqrt(query.shape[0])), weights)
    largest, total = np.float32(-np.inf), np.float32(0)
    for t in range(seen):
        largest = max(largest, weights[t])
    for t in range(seen):
        weights[t] = exp(weights[t] - largest)
        total += weights[t]
    for t in range(seen):
        weights[t] /= total
    _gather(weights, values, seen, found)


@intrinsic
@no_type_check
def _score(typing: Any, query, keys, seen, scale, weights):
    """Write scale * (query . key) for each key."""

    def emit(context, builder, signature, arguments):
        write = Writer(context, builder)
        query, keys, weights = (write.array(signature.args[i], arguments[i]) for i in (0, 1, 4))
        width = builder.extract_value(keys.shape, 1)
        blocks = builder.udiv(width, ir.Constant(INDEX, LANES))
        with cgutils.for_range(builder, arguments[2]) as time:
            product = cgutils.alloca_once(builder, FLOATS)
            builder.store(every(FLOATS, 0.0), product)
            with cgutils.for_range(builder, blocks) as block:
                here = builder.mul(block.index, ir.Constant(INDEX, LANES))
                pair = (
                    write.load(query.data, here, FLOATS),
                    write.load(keys.data, write.at(time.index, width, here), FLOATS),
                )
                builder.store(write.fma(*pair, builder.load(product)), product)
            total = write.sum(builder.load(product))
            write.store(builder.fmul(total, arguments[3]), weights.data, time.index)
        return context.get_dummy_value()

    return types.void(query, keys, seen, scale, weights), emit


@intrinsic
@no_type_check
def _gather(typing: Any, weights, values, seen, found):
    """Write the sum of the values, each by its weight."""

    def emit(context, builder, signature, arguments):
        write = Writer(context, builder)
        weights, values, found = (write.array(signature.args[i], arguments[i]) for i in (0, 1, 3))
        width, seen = builder.extract_value(values.shape, 1), arguments[2]

        def gather(first, blocks):
            """Write the values' numbers from block `first` on."""
            sums = [cgutils.alloca_once(builder, FLOATS) for _ in range(blocks)]
            places = [write.at(write.at(first, 1, b), LANES, 0) for b in range(blocks)]
            for total in sums:
                builder.store(every(FLOATS, 0.0), total)
            with cgutils.for_range(builder, seen) as time:
                weight = write.everywhere(write.load(weights.data, time.index, FLOAT))
                for place, total in zip(places, sums, strict=True):
                    value = write.load(values.data, write.at(time.index, width, place), FLOATS)
                    builder.store(write.fma(weight, value, builder.load(total)), total)
            for place, total in zip(places, sums, strict=True):
                write.store(builder.load(total), found.data, place)

        whole = builder.udiv(width, ir.Constant(INDEX, LANES * BLOCKS))
        with cgutils.for_range(builder, whole) as group:
            gather(builder.mul(group.index, ir.Constant(INDEX, BLOCKS)), BLOCKS)
        done = builder.mul(whole, ir.Constant(INDEX, BLOCKS))
        rest = builder.sub(builder.udiv(width, ir.Constant(INDEX, LANES)), done)
        with cgutils.for_range(builder, rest) as block:
            gather(builder.add(done, block.index), 1)
        return context.get_dummy_value()

    return types.void(weights, values, seen, found), emit
