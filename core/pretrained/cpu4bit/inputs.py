"""Rows of numbers as the products of `q4_products` want them: in float32, or as whole numbers of three bytes.

With three bytes, a group of 32 numbers shares one scale, its largest number divided by 8,323,072: what is lost is at most
half a step of that, about what float32 loses of the largest. Products with the file's codes are exact after that.
"""

from typing import Any, NamedTuple, no_type_check

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from core.pretrained.causal_lm.linear import GROUP
from core.pretrained.cpu4bit.compiled import SUMS, compiled
from core.pretrained.cpu4bit.vectors import DOTS, FLOAT, FLOATS, INT, INTS, LANES, Writer, every

LARGEST = (
    127 * 256 * 256
)  # lower bytes go from -128 to 127, so that the highest is 127 even if this is rounded up by one


class FloatInputs(NamedTuple):
    """The numbers (rows, inputs), and their sums over each group (rows, groups)."""

    numbers: np.ndarray
    sums: np.ndarray


class DotInputs(NamedTuple):
    """number = scale * (256 * (256 * high + middle) + low).

    - `high`, `middle`, `low`: int8 (rows, inputs). Of each eight inputs those at even places stand first, because two
      neighbours' codes share a byte.
    - `scale`: (rows, groups); `sums`: of each group's whole numbers; `upper_sums`: of 256 * high + middle, and `low_sums`,
      both exact. All float32.
    """

    high: np.ndarray
    middle: np.ndarray
    low: np.ndarray
    scale: np.ndarray
    sums: np.ndarray
    upper_sums: np.ndarray
    low_sums: np.ndarray


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
        high, middle, low, scale, sums, upper_sums, low_sums = write.arrays(signature.args[2], arguments[2])
        scales = write.array(signature.args[2][3], builder.extract_value(arguments[2], 3))
        here = write.at(line, builder.extract_value(scales.shape, 1), place)
        parts = [write.load(x, write.at(first, 1, offset), FLOATS) for offset in (0, LANES)]
        sizes = [write.call("llvm.fabs.v16f32", part) for part in parts]
        largest = write.call("llvm.vector.reduce.fmax.v16f32", write.call("llvm.maxnum.v16f32", *sizes), returns=FLOAT)
        # Of numbers that are all but 0 the factor would be infinite.
        any_size = builder.fcmp_ordered(">", largest, ir.Constant(FLOAT, 1e-30))
        factor = builder.fdiv(ir.Constant(FLOAT, LARGEST), largest)
        factor = write.everywhere(builder.select(any_size, factor, ir.Constant(FLOAT, 0)))
        scaled = [write.call("llvm.rint.v16f32", builder.fmul(part, factor)) for part in parts]
        evens_first = [8 * eight + 2 * i + odd for eight in range(4) for odd in range(2) for i in range(4)]
        order = ir.Constant(ir.VectorType(INT, GROUP), evens_first)
        whole = builder.shuffle_vector(*(builder.fptosi(part, INTS) for part in scaled), order)

        def without_lowest(number):
            """Return a number without its lowest byte, rounded, and that byte."""
            upper = builder.ashr(builder.add(number, every(number.type, 128)), every(number.type, 8))
            return upper, builder.sub(number, builder.shl(upper, every(number.type, 8)))

        def total(number):
            return builder.sitofp(write.call("llvm.vector.reduce.add.v32i32", number, returns=INT), FLOAT)

        upper, lows = without_lowest(whole)
        highs, middles = without_lowest(upper)
        for part, array in ((highs, high), (middles, middle), (lows, low)):
            write.store(builder.trunc(part, ir.VectorType(ir.IntType(8), GROUP)), array, write.at(here, GROUP, 0))
        for part, array in ((whole, sums), (upper, upper_sums), (lows, low_sums)):
            write.store(total(part), array, here)
        write.store(builder.fdiv(largest, ir.Constant(FLOAT, LARGEST)), scale, here)
        return context.get_dummy_value()

    return types.void(x, types.intp, inputs, types.intp, types.intp), emit


put = _quantise if DOTS else compiled(fastmath=SUMS)(_copy)
"""put(x, start, inputs, row, group): write x[start : start + 32] as one group of a row of inputs."""


@compiled()
@no_type_check
def put_row(x, inputs, row):
    """Write the numbers of x as a row of inputs."""
    for group in range(inputs.sums.shape[1]):
        put(x, group * GROUP, inputs, row, group)


@no_type_check
def _new_dot_inputs(rows, columns):
    high, middle, low = (
        np.empty((rows, columns), np.int8),
        np.empty((rows, columns), np.int8),
        np.empty((rows, columns), np.int8),
    )
    scale, sums, upper_sums, low_sums = (
        np.empty((rows, columns // GROUP), np.float32),
        np.empty((rows, columns // GROUP), np.float32),
        np.empty((rows, columns // GROUP), np.float32),
        np.empty((rows, columns // GROUP), np.float32),
    )
    return DotInputs(high, middle, low, scale, sums, upper_sums, low_sums)


@no_type_check
def _new_float_inputs(rows, columns):
    return FloatInputs(np.empty((rows, columns), np.float32), np.empty((rows, columns // GROUP), np.float32))


new_inputs = compiled()(_new_dot_inputs if DOTS else _new_float_inputs)
"""new_inputs(rows, columns): return room for so many numbers."""
