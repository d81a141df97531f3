"""The inner loop of the 4-bit decoder: rows of numbers times 16 outputs' weights, written for any processor's vectors.

Generating a token multiplies every weight of the model once. numba compiles loops for the processor it runs on, but
not into the one order that is fast here: keep the sums of several rows in registers while the codes stream by once.
So this one loop is spelt out, in LLVM's vectors of 16 float32 numbers, which LLVM turns into one register with
AVX-512, two with AVX2 and four on Arm. Every multiplication and addition is one `fma` in a fixed order: a row's
result is the same to the last bit however many rows and threads there are.
"""

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any, no_type_check

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

from core.pretrained.linear import GROUP

LANES = 16  # outputs whose weights lie side by side: a tile
TILES = 4  # tiles whose groups lie side by side: one row takes all at once, so that no sum waits for the one before

_INDEX, _FLOAT = ir.IntType(64), ir.FloatType()
_FLOATS, _INTS = (ir.VectorType(kind, LANES) for kind in (_FLOAT, ir.IntType(32)))
_BYTES, _HALVES = (ir.VectorType(kind, LANES) for kind in (ir.IntType(8), ir.HalfType()))
_ZERO = ir.Constant(_FLOATS, [0.0] * LANES)


@intrinsic
@no_type_check
def power_of_two(typing: Any, n):
    """Return 2^n as float32 for a whole number of -126 to 127, by writing n where a float has its exponent."""

    def emit(context, builder, signature, arguments):
        exponent = builder.add(arguments[0], ir.Constant(ir.IntType(32), 127))
        return builder.bitcast(builder.shl(exponent, ir.Constant(ir.IntType(32), 23)), _FLOAT)

    return types.float32(types.int32), emit


@no_type_check
def product(rows: int, tiles: int) -> Callable[..., None]:
    """Return a function for numba's code that multiplies `rows` rows with `tiles` tiles of codes.

    It is called as `f(codes, scale, minimum, x, sums, y, groups, row, four, tile)`, with the first row, the four tiles
    that lie together and the first tile of these, and writes y[row, 16 * (4 * four + tile) ...]; the arrays are those
    of `core.pretrained.q4_step.Tiles`, uint8 codes being 4-bit pairs and int8 codes 8-bit numbers. In a group codes are
    multiplied with inputs and summed, even and odd inputs apart; then y += scale * sum and, with 4 bits,
    y += minimum * (sum of the group's inputs).
    """

    @intrinsic
    def multiply_tiles(typing: Any, codes, scale, minimum, x, sums, y, groups, row, four, tile):
        if any(array.layout != "C" for array in (codes, scale, minimum, x, sums, y)):
            raise TypingError("products are for arrays whose numbers lie one after another")
        signature = types.void(codes, scale, minimum, x, sums, y, *(types.intp,) * 4)
        return signature, partial(_emit, rows, tiles, 8 if codes.dtype == types.int8 else 4)

    return multiply_tiles


@no_type_check
def _emit(rows, tiles, bits, context, builder, signature, arguments):
    """Write the loop into LLVM's code; what stands in Python's loops here is unrolled there."""
    kinds = (ir.IntType(8), ir.IntType(16), ir.IntType(16), _FLOAT, _FLOAT, _FLOAT)
    arrays = [context.make_array(signature.args[i])(context, builder, arguments[i]) for i in range(6)]
    pointers = [builder.bitcast(a.data, k.as_pointer()) for a, k in zip(arrays, kinds, strict=True)]
    codes, scale, minimum, x, sums, y = pointers
    groups, row, four, tile = arguments[6:]
    outputs = builder.extract_value(arrays[5].shape, 1)
    fma = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_FLOATS, [_FLOATS] * 3), "llvm.fma.v16f32")

    def at(*terms):
        """Return a * b + c from (a, b, c), each a number or a value of LLVM's."""
        a, b, c = (ir.Constant(_INDEX, t) if isinstance(t, int) else t for t in terms)
        return builder.add(builder.mul(a, b), c)

    def load(pointer, index, vector):
        return builder.load(builder.bitcast(builder.gep(pointer, [index]), vector.as_pointer()), align=1)

    def everywhere(pointer, index):
        """Return the number that stands there in all lanes."""
        empty, number = ir.Constant(_FLOATS, ir.Undefined), builder.load(builder.gep(pointer, [index]))
        first = builder.insert_element(empty, number, ir.Constant(ir.IntType(32), 0))
        return builder.shuffle_vector(first, empty, ir.Constant(_INTS, [0] * LANES))

    def weights(group, pair):
        """Return the codes of inputs 2 * pair and 2 * pair + 1 of a group, as float32."""
        if bits == 8:
            places = [at(group, GROUP * LANES, (2 * pair + odd) * LANES) for odd in range(2)]
            return [builder.sitofp(builder.sext(load(codes, p, _BYTES), _INTS), _FLOATS) for p in places]
        both = load(codes, at(group, GROUP * LANES // 2, pair * LANES), _BYTES)
        low = builder.and_(both, ir.Constant(_BYTES, [15] * LANES))
        high = builder.lshr(both, ir.Constant(_BYTES, [4] * LANES))
        return [builder.sitofp(builder.zext(half, _INTS), _FLOATS) for half in (low, high)]

    places = list(itertools.product(range(rows), range(tiles)))
    totals = {place: cgutils.alloca_once_value(builder, _ZERO) for place in places}
    with cgutils.for_range(builder, groups) as loop:
        parts = {(*place, odd): _ZERO for place in places for odd in range(2)}
        first = at(at(four, groups, loop.index), TILES, tile)
        group = [builder.add(first, ir.Constant(_INDEX, t)) for t in range(tiles)]
        group_of_row = [at(builder.add(row, ir.Constant(_INDEX, r)), groups, loop.index) for r in range(rows)]
        for pair in range(GROUP // 2):
            codes_of = [weights(group[t], pair) for t in range(tiles)]
            for r, odd in itertools.product(range(rows), range(2)):
                number = everywhere(x, at(group_of_row[r], GROUP, 2 * pair + odd))
                for t in range(tiles):
                    parts[r, t, odd] = builder.call(fma, [number, codes_of[t][odd], parts[r, t, odd]])
        for t in range(tiles):
            place = at(group[t], LANES, 0)
            factor = builder.fpext(load(scale, place, _HALVES), _FLOATS)
            shift = builder.fpext(load(minimum, place, _HALVES), _FLOATS) if bits == 4 else None
            for r in range(rows):
                whole = builder.fadd(parts[r, t, 0], parts[r, t, 1])
                total = builder.call(fma, [factor, whole, builder.load(totals[r, t])])
                if shift is not None:
                    total = builder.call(fma, [shift, everywhere(sums, group_of_row[r]), total])
                builder.store(total, totals[r, t])
    for r, t in places:
        start = at(builder.add(row, ir.Constant(_INDEX, r)), outputs, at(at(four, TILES, tile), LANES, t * LANES))
        builder.store(
            builder.load(totals[r, t]),
            builder.bitcast(builder.gep(y, [start]), _FLOATS.as_pointer()),
            align=1,
        )
    return context.get_dummy_value()
