"""Rows of numbers as the products of `q4_products` want them: in float32, or as whole numbers of 16 bits.

With 16 bits, a group of 32 numbers shares one scale, its largest number divided by 32,639: what is lost is at most
half a step of that, a 65,000th of the group's largest. Products with the file's codes are exact after that.
"""

from typing import Any, NamedTuple, no_type_check

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from core.pretrained.compiled import compiled
from core.pretrained.linear import GROUP
from core.pretrained.vectors import DOTS, FLOAT, FLOATS, INT, INTS, LANES, Writer, every

LARGEST = 127 * 256 + 127  # with a low byte of -128 to 127, the high one is never above 127


class FloatInputs(NamedTuple):
    """The numbers (rows, inputs), and their sums over each group (rows, groups)."""

    numbers: np.ndarray
    sums: np.ndarray


class DotInputs(NamedTuple):
    """number = scale * (256 * high + low).

    - `high`, `low`: int8 (rows, inputs). Of each eight inputs those at even places stand first, because two
      neighbours' codes share a byte.
    - `scale`: (rows, groups); `sums`: of each group's whole numbers, exact in float32.
    """

    high: np.ndarray
    low: np.ndarray
    scale: np.ndarray
    sums: np.ndarray


@no_type_check
def _copy(x, start, inputs, row, group):
    """Write one group of FloatInputs: x[start : start + 32]."""
    total = np.float32(0)
    for i in range(GROUP):
        inputs.numbers[row, group * GROUP + i] = x[start + i]
        total += x[start + i]
    inputs.sums[row, group] = total


@intrinsic
@no_type_check
def _quantise(typing: Any, x, start, inputs, row, group):
    """Write one group of DotInputs: x[start : start + 32], rounded to a multiple of the scale."""

    def emit(context, builder, signature, arguments):
        write, (_, first, _, line, place) = Writer(context, builder), arguments
        x = write.array(signature.args[0], arguments[0]).data
        high, low, scale, sums = write.arrays(signature.args[2], arguments[2])
        groups = builder.extract_value(
            write.array(signature.args[2][2], builder.extract_value(arguments[2], 2)).shape, 1
        )
        here = write.at(line, groups, place)
        parts = [write.load(x, write.at(first, 1, offset), FLOATS) for offset in (0, LANES)]
        sizes = [write.call("llvm.fabs.v16f32", part) for part in parts]
        largest = write.call("llvm.vector.reduce.fmax.v16f32", write.call("llvm.maxnum.v16f32", *sizes), returns=FLOAT)
        # Of numbers that are all but 0 the factor would be infinite.
        any_size = builder.fcmp_ordered(">", largest, ir.Constant(FLOAT, 1e-30))
        factor = builder.fdiv(ir.Constant(FLOAT, LARGEST), largest)
        factor = write.everywhere(builder.select(any_size, factor, ir.Constant(FLOAT, 0)))
        scaled = [write.call("llvm.rint.v16f32", builder.fmul(part, factor)) for part in parts]
        first_half, second_half = (builder.fptosi(part, INTS) for part in scaled)
        evens_first = [8 * eight + 2 * i + odd for eight in range(4) for odd in range(2) for i in range(4)]
        whole = builder.shuffle_vector(first_half, second_half, ir.Constant(ir.VectorType(INT, GROUP), evens_first))
        highs = builder.ashr(builder.add(whole, every(whole.type, 128)), every(whole.type, 8))
        lows = builder.sub(whole, builder.shl(highs, every(whole.type, 8)))
        for part, array in ((highs, high), (lows, low)):
            write.store(builder.trunc(part, ir.VectorType(ir.IntType(8), GROUP)), array, write.at(here, GROUP, 0))
        total = write.call("llvm.vector.reduce.add.v16i32", builder.add(first_half, second_half), returns=INT)
        write.store(builder.sitofp(total, FLOAT), sums, here)
        write.store(builder.fdiv(largest, ir.Constant(FLOAT, LARGEST)), scale, here)
        return context.get_dummy_value()

    return types.void(x, types.intp, inputs, types.intp, types.intp), emit


put = _quantise if DOTS else compiled(fastmath={"reassoc", "contract", "nsz", "arcp"})(_copy)
"""put(x, start, inputs, row, group): write x[start : start + 32] as one group of a row of inputs."""


@compiled()
@no_type_check
def put_row(x, inputs, row):
    """Write the numbers of x as a row of inputs."""
    for group in range(inputs.sums.shape[1]):
        put(x, group * GROUP, inputs, row, group)


@no_type_check
def _new_dot_inputs(rows, columns):
    high, low = np.empty((rows, columns), np.int8), np.empty((rows, columns), np.int8)
    groups = (rows, columns // GROUP)
    return DotInputs(high, low, np.empty(groups, np.float32), np.empty(groups, np.float32))


@no_type_check
def _new_float_inputs(rows, columns):
    return FloatInputs(np.empty((rows, columns), np.float32), np.empty((rows, columns // GROUP), np.float32))


new_inputs = compiled()(_new_dot_inputs if DOTS else _new_float_inputs)
"""new_inputs(rows, columns): return room for so many numbers."""
