"""LLVM's vectors for numba's code: loops that must be spelt out to be fast are written with these few words.

LLVM turns a vector of 16 float32 numbers into one register with AVX-512, two with AVX2 and four on Arm.
"""

from typing import Any, no_type_check

import llvmlite.binding
import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.pretrained.cpu4bit.compiled import compiled

LANES = 16

INDEX, INT, FLOAT = ir.IntType(64), ir.IntType(32), ir.FloatType()
FLOATS, INTS = (ir.VectorType(kind, LANES) for kind in (FLOAT, INT))
BYTES, HALVES = (ir.VectorType(kind, LANES) for kind in (ir.IntType(8), ir.HalfType()))
FOURS = ir.VectorType(ir.IntType(8), 4 * LANES)  # as many bits as FLOATS and INTS


@no_type_check
def every(kind, number):
    """Return the constant vector of type `kind` that holds `number` in all lanes."""
    return ir.Constant(kind, [number] * kind.count)


class Writer:
    """Writes LLVM's code for finding, reading and writing numbers."""

    @no_type_check
    def __init__(self, context, builder):
        self._context, self._builder = context, builder

    @no_type_check
    def array(self, kind, value):
        """Return numba's array `value` with its `data` (a pointer) and `shape`."""
        return self._context.make_array(kind)(self._context, self._builder, value)

    @no_type_check
    def arrays(self, kind, value):
        """Return pointers to the numbers of the arrays in a tuple."""
        return [self.array(k, self._builder.extract_value(value, i)).data for i, k in enumerate(kind)]

    @no_type_check
    def at(self, *terms):
        """Return a * b + c from (a, b, c), each a number or a value of LLVM's."""
        a, b, c = (ir.Constant(INDEX, t) if isinstance(t, int) else t for t in terms)
        return self._builder.add(self._builder.mul(a, b), c)

    @no_type_check
    def load(self, pointer, index, kind):
        """Return what stands at `index`, counted in the array's own numbers, as a `kind`."""
        place = self._builder.bitcast(self._builder.gep(pointer, [index]), kind.as_pointer())
        return self._builder.load(place, align=1)

    @no_type_check
    def store(self, value, pointer, index):
        """Write `value` at `index`."""
        place = self._builder.bitcast(self._builder.gep(pointer, [index]), value.type.as_pointer())
        self._builder.store(value, place, align=1)

    @no_type_check
    def fetch(self, pointer, index):
        """Let the processor bring what stands at `index` nearer, while it goes on; any address will do."""
        hints = (ir.Constant(INT, hint) for hint in (0, 2, 1))  # to be read, soon, from the cache of data
        place = self._builder.gep(pointer, [index])
        self.call("llvm.prefetch.p0", place, *hints, returns=ir.VoidType())

    @no_type_check
    def everywhere(self, number):
        """Return `number` in all lanes."""
        empty = ir.Constant(ir.VectorType(number.type, LANES), ir.Undefined)
        first = self._builder.insert_element(empty, number, ir.Constant(INT, 0))
        return self._builder.shuffle_vector(first, empty, every(INTS, 0))

    @no_type_check
    def call(self, name, *arguments, returns=None):
        """Return what LLVM's function `name` makes of the arguments, of the first one's type unless told otherwise."""
        kind = ir.FunctionType(returns or arguments[0].type, [a.type for a in arguments])
        return self._builder.call(cgutils.get_or_insert_function(self._builder.module, kind, name), arguments)

    @no_type_check
    def sum(self, vector):
        """Return the sum of 16 float32 numbers, halves added to halves."""
        for half in (8, 4, 2, 1):
            lanes = [(lane + half) % (2 * half) for lane in range(LANES)]
            other = self._builder.shuffle_vector(vector, vector, ir.Constant(INTS, lanes))
            vector = self._builder.fadd(vector, other)
        return self._builder.extract_element(vector, ir.Constant(INT, 0))

    @no_type_check
    def fma(self, a, b, c):
        """Return a * b + c for 16 numbers, rounded once."""
        return self.call("llvm.fma.v16f32", a, b, c)


@intrinsic
@no_type_check
def power_of_two(typing: Any, n):
    """Return 2^n as float32 for a whole number of -126 to 127, by writing n where a float has its exponent."""

    def emit(context, builder, signature, arguments):
        exponent = builder.add(arguments[0], ir.Constant(INT, 127))
        return builder.bitcast(builder.shl(exponent, ir.Constant(INT, 23)), FLOAT)

    return types.float32(types.int32), emit


@intrinsic
@no_type_check
def address(typing: Any, array, index):
    """Return where array[index] is in memory, whether the array has such a place or not."""

    def emit(context, builder, signature, arguments):
        found = Writer(context, builder).array(signature.args[0], arguments[0])
        step = builder.extract_value(found.strides, 0)
        return builder.add(builder.ptrtoint(found.data, INDEX), builder.mul(step, arguments[1]))

    return types.intp(array, types.intp), emit


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


def has(feature: str) -> bool | None:
    """Return whether numba's code may use a feature of the processor; None where that is not known.

    LLVM's names: https://llvm.org/docs, `llc -mattr=help`. NUMBA_CPU_FEATURES ("+avx2,+fma") overrules what is there.
    """
    asked: str | None = numba.config.CPU_FEATURES
    if asked is not None:
        return f"+{feature}" in asked.split(",")
    found: bool | None = llvmlite.binding.get_host_cpu_features().get(feature)
    return found


DOTS = bool(has("avx512vnni"))
"""Whether the processor multiplies 64 pairs of bytes and sums them by fours in one instruction."""
