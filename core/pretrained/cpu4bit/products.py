"""The inner loop of the 4-bit decoder: rows of numbers times 16 outputs' weights, written for a processor's vectors.

Generating a token multiplies every weight of the model once. numba compiles loops for the processor it runs on, but
not into the one order that is fast here: keep the sums of several rows in registers while the codes stream by once.
So this one loop is spelt out, in LLVM's vectors, and in one of two arithmetics:

- `Floats`, on any processor: codes become float32 numbers, and 16 products and sums are one `fma`.
- `Dots`, where the processor multiplies 64 pairs of bytes and sums them by fours at once (AVX-512 VNNI): codes are
  such bytes already, and an input is three of them. Sums of a group are whole numbers, so nothing is rounded in them.
  Eight rows take two thirds of the time.

Everything is added in a fixed order: a row's result is the same to the last bit however many rows and threads there are.
"""

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any, no_type_check

from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

from core.pretrained.causal_lm.linear import GROUP
from core.pretrained.cpu4bit.vectors import BYTES, DOTS, FLOAT, FLOATS, FOURS, HALVES, INT, INTS, LANES, Writer, every

TILES = 4  # in a block: one row takes all at once, so that no sum waits for the one before
TILE_BYTES = GROUP * LANES // 8  # a bit of each code of a tile
BLOCK_BYTES = {4: TILES * (4 * TILE_BYTES + 4 * LANES), 8: TILES * (8 * TILE_BYTES + 2 * LANES)}
LINE = 64  # bytes that a processor fetches at once


class Floats:
    """float32 throughout; of a group, even and odd inputs are summed apart."""

    together = 1
    """How many bytes of an output's codes lie side by side, before those of the next output."""
    eight = tuple(range(8))
    """In which order 8-bit codes lie, of each eight inputs."""
    steps = GROUP // 2
    zeros = (every(FLOATS, 0.0),) * 2

    @no_type_check
    def __init__(self, write, builder, weights, bits, inputs):
        self._write, self._builder, self._weights, self._bits = write, builder, weights, bits
        self._numbers, self._sums = inputs

    @no_type_check
    def codes(self, tile, step):
        """Return the codes of inputs 2 * step and 2 * step + 1 of the tile at byte `tile`."""
        if self._bits == 8:
            places = [self._write.at(tile, 1, (2 * step + odd) * LANES) for odd in range(2)]
            wide = [self._builder.sext(self._write.load(self._weights, p, BYTES), INTS) for p in places]
        else:
            both = self._write.load(self._weights, self._write.at(tile, 1, step * LANES), BYTES)
            wide = [self._builder.zext(half, INTS) for half in _halves(self._builder, both)]
        return [self._builder.sitofp(codes, FLOATS) for codes in wide]

    @no_type_check
    def add(self, parts, codes, group, step):
        """Return the two sums of each tile, two more inputs of a row's group added."""
        places = [self._write.at(group, GROUP, 2 * step + odd) for odd in range(2)]
        numbers = [self._write.everywhere(self._write.load(self._numbers, p, FLOAT)) for p in places]
        return [
            [self._write.fma(*terms) for terms in zip(numbers, of_tile, sums, strict=True)]
            for of_tile, sums in zip(codes, parts, strict=True)
        ]

    @no_type_check
    def total(self, total, parts, factor, shift, group):
        """Return `total` with a group's products, by its scale, and with the group's inputs, by its minimum."""
        total = self._write.fma(factor, self._builder.fadd(*parts), total)
        if shift is None:
            return total
        return self._write.fma(shift, self._write.everywhere(self._write.load(self._sums, group, FLOAT)), total)


class Dots:
    """Bytes times bytes, summed by fours into int32; the three bytes of inputs are summed apart."""

    together = 4
    eight = 0, 2, 4, 6, 1, 3, 5, 7
    steps = GROUP // 8
    zeros = (every(INTS, 0),) * 3

    @no_type_check
    def __init__(self, write, builder, weights, bits, inputs):
        self._write, self._builder, self._weights, self._bits = write, builder, weights, bits
        *self._bytes, self._scale, self._sums, self._upper_sums, self._low_sums = inputs

    @no_type_check
    def codes(self, tile, step):
        """Return the codes of eight inputs of the tile at byte `tile`, from 0 to 255: of even inputs, of odd ones."""
        if self._bits == 4:
            both = self._write.load(self._weights, self._write.at(tile, 1, step * 4 * LANES), FOURS)
            return _halves(self._builder, both)
        places = [self._write.at(tile, 1, (2 * step + odd) * 4 * LANES) for odd in range(2)]
        # A number from -128 to 127 with its sign bit turned is 128 more, read without a sign.
        return [self._builder.xor(self._write.load(self._weights, p, FOURS), every(FOURS, 128)) for p in places]

    @no_type_check
    def add(self, parts, codes, group, step):
        """Return the three sums of each tile, eight more inputs of a row's group added."""
        for odd in range(2):
            place = self._write.at(group, GROUP, (2 * step + odd) * 4)
            fours = [self._write.everywhere(self._write.load(b, place, INT)) for b in self._bytes]
            parts = [
                [self._dot(total, of_tile[odd], four) for total, four in zip(sums, fours, strict=True)]
                for of_tile, sums in zip(codes, parts, strict=True)
            ]
        return parts

    @no_type_check
    def total(self, total, parts, factor, shift, group):
        """Return `total` with a group's products and inputs; those of the upper bytes are below 2^24 with 4 bits."""
        high, middle, low = parts
        upper = self._builder.add(self._builder.shl(high, every(INTS, 8)), middle)
        if self._bits == 8:  # without the 128 that each code was more
            upper, low = (
                self._builder.sub(products, self._builder.shl(self._everywhere(sums, group, INTS), every(INTS, 7)))
                for products, sums in ((upper, self._upper_sums), (low, self._low_sums))
            )
        upper, low = (self._builder.sitofp(products, FLOATS) for products in (upper, low))
        found = self._builder.fmul(factor, self._write.fma(upper, every(FLOATS, 256.0), low))
        if shift is not None:
            found = self._write.fma(shift, self._everywhere(self._sums, group, FLOATS), found)
        return self._write.fma(self._everywhere(self._scale, group, FLOATS), found, total)

    @no_type_check
    def _everywhere(self, numbers, group, kind):
        """Return a group's number in all lanes, as float32 or int32."""
        number = self._write.everywhere(self._write.load(numbers, group, FLOAT))
        return number if kind is FLOATS else self._builder.fptosi(number, kind)

    @no_type_check
    def _dot(self, total, codes, four):
        four = self._builder.bitcast(four, FOURS)
        return self._write.call("llvm.x86.avx512.vpdpbusd.512", total, codes, four)


@no_type_check
def _halves(builder, both):
    """Return the low and the high 4 bits of bytes."""
    return builder.and_(both, every(both.type, 15)), builder.lshr(both, every(both.type, 4))


ARITHMETIC: type[Dots] | type[Floats] = Dots if DOTS else Floats


@no_type_check
def product(rows: int, tiles: int) -> Callable[..., None]:
    """Return a function for numba's code that multiplies `rows` rows with `tiles` tiles of a block.

    It is called as `f(weights, inputs, y, row, block, tile, ahead)` and writes y[row, 16 * (4 * block + tile) ...] from
    the first row and the first tile on. `weights` are those of `core.pretrained.cpu4bit.decoder.q4_blocks` (uint8) or
    `q8_blocks` (int8), `inputs` those of `core.pretrained.cpu4bit.inputs`, and `ahead` is the address of the weights that are
    wanted next: they are fetched from memory meanwhile.
    """

    @intrinsic
    def multiply_tiles(typing: Any, weights, inputs, y, row, block, tile, ahead):
        if any(array.layout != "C" for array in (weights, *inputs, y)):
            raise TypingError("products are for arrays whose numbers lie one after another")
        signature = types.void(weights, inputs, y, *(types.intp,) * 4)
        return signature, partial(_emit, rows, tiles, 8 if weights.dtype == types.int8 else 4)

    return multiply_tiles


@no_type_check
def _emit(rows, tiles, bits, context, builder, signature, arguments):
    """Write the loop into LLVM's code; what stands in Python's loops here is unrolled there."""
    write = Writer(context, builder)
    weights, y = (write.array(signature.args[i], arguments[i]) for i in (0, 2))
    arithmetic = ARITHMETIC(write, builder, weights.data, bits, write.arrays(signature.args[1], arguments[1]))
    row, block, tile, ahead = arguments[3:]
    groups, size = builder.extract_value(weights.shape, 1), BLOCK_BYTES[bits]
    ahead = builder.inttoptr(ahead, weights.data.type)
    row_of = [write.at(row, 1, r) for r in range(rows)]
    tile_of = [write.at(tile, 1, t) for t in range(tiles)]
    totals = {
        place: cgutils.alloca_once_value(builder, every(FLOATS, 0.0))
        for place in itertools.product(range(rows), range(tiles))
    }
    with cgutils.for_range(builder, groups) as loop:
        lines = size // TILES * tiles // LINE
        for line in range(lines):
            place = write.at(loop.index, size, write.at(tile, size // TILES, line * LINE))
            write.fetch(ahead, place)
        start = write.at(write.at(block, groups, loop.index), size, 0)
        group_of_row = [write.at(r, groups, loop.index) for r in row_of]
        parts = [[arithmetic.zeros] * tiles] * rows
        for step in range(arithmetic.steps):
            codes = [arithmetic.codes(write.at(t, bits * TILE_BYTES, start), step) for t in tile_of]
            parts = [arithmetic.add(parts[r], codes, group_of_row[r], step) for r in range(rows)]
        for t in range(tiles):
            place = write.at(tile_of[t], 2 * LANES, write.at(start, 1, TILES * bits * TILE_BYTES))
            factor = builder.fpext(write.load(weights.data, place, HALVES), FLOATS)
            shift = None
            if bits == 4:
                place = write.at(place, 1, TILES * 2 * LANES)
                shift = builder.fpext(write.load(weights.data, place, HALVES), FLOATS)
            for r in range(rows):
                before = builder.load(totals[r, t])
                builder.store(arithmetic.total(before, parts[r][t], factor, shift, group_of_row[r]), totals[r, t])
    outputs = builder.extract_value(y.shape, 1)
    for (r, t), total in totals.items():
        place = write.at(row_of[r], outputs, write.at(write.at(block, TILES, tile_of[t]), LANES, 0))
        write.store(builder.load(total), y.data, place)
    return context.get_dummy_value()
