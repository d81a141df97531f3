"""A Llama-style model whose weights stay in the file's own 4 and 8 bits, for reading and writing texts on a CPU.

The scores are those of `decoder.py` with the file's values, to float32's precision. The loops are in `q4_step` and
`q4_attention`, and the one inner loop that takes most of the time in `q4_products`.
"""

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import lru_cache

import numba
import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Float16, Int, Int8, Shaped, UInt8
from torch import Tensor

from core.device import generator
from core.pretrained.causal_lm.checkpoint import EMBEDDING, Checkpoint, DecoderConfig
from core.pretrained.causal_lm.decoder import Cache, Layer, rotations
from core.pretrained.causal_lm.linear import GROUP, Q4Weight
from core.pretrained.cpu4bit import compiled
from core.pretrained.cpu4bit import step as q4_step
from core.pretrained.cpu4bit.inputs import new_inputs
from core.pretrained.cpu4bit.products import ARITHMETIC, LINE, TILES
from core.pretrained.cpu4bit.step import Layers
from core.pretrained.cpu4bit.vectors import DOTS, LANES, has

LOOPS = 19 if DOTS else 21  # functions that are compiled the first time, some of them for 4 bits and for 8
PIECE = 16  # tokens of a text that are read at once: about as fast as all, and others wait no longer than 30 ms

Reorder = Callable[[Shaped[Tensor, "rows columns"]], Shaped[Tensor, "rows columns"]]


class Q4Decoder:
    """Embedding, layers and output of one model; knows nothing of files, text or sampling. Never changed after loading."""

    def __init__(self, checkpoint: Checkpoint, config: DecoderConfig, pair_rows: Reorder) -> None:
        """Read the weights; `pair_rows` brings the numbers that are rotated together side by side."""
        self.config = config

        def norms(name: str) -> np.ndarray:
            names = [f"model.layers.{i}.{name}_layernorm.weight" for i in range(config.layers)]
            return np.stack([checkpoint.dense(name).numpy() for name in names])

        def blocks(*names: str, reorder: Reorder = lambda rows: rows) -> np.ndarray:
            layers = range(config.layers)
            parts = [Q4Weight.stack([checkpoint.q4(f"model.layers.{i}.{n}.weight") for n in names]) for i in layers]
            return stacked([q4_blocks(Q4Weight(reorder(p.codes), reorder(p.scale), reorder(p.minimum))) for p in parts])

        self._layers = Layers(
            attention_norm=norms("input"),
            query_key_value=blocks(*(f"self_attn.{part}_proj" for part in "qkv"), reorder=pair_rows),
            out=blocks("self_attn.o_proj"),
            feed_forward_norm=norms("post_attention"),
            gate_up=blocks("mlp.gate_proj", "mlp.up_proj"),
            down=blocks("mlp.down_proj"),
        )
        self._table = stacked([q8_blocks(*(part.numpy() for part in checkpoint.q8(EMBEDDING)))])[0]
        turns = rotations(config, torch.device("cpu"))[:, 0].numpy()
        self._cosine, self._sine = turns.real.copy(), turns.imag.copy()
        # What is not compiled yet is compiled now, and not when the first reader waits for the first token.
        self.head(self.read([0], [0], [0], Cache(config, 1, 1, torch.device("cpu"))))
        compiled.tidy()

    def read(
        self, ids: list[int], rows: list[int], positions: list[int], cache: Cache
    ) -> Float[Tensor, "tokens width"]:
        """Read tokens into the cache, each at its position of the text in its row; return their last vectors.

        Tokens of one text stand in order; a token sees those of its text that were read earlier or stand before it.
        Raises `IndexError` for a place that the cache does not have, and `ValueError` for a token that is none.
        """
        room = cache.kv.shape[1], cache.kv.shape[3]
        # Compiled loops check no index: what is outside would be written over other memory.
        if not all(
            0 <= row < room[0] and 0 <= position < room[1] for row, position in zip(rows, positions, strict=True)
        ):
            raise IndexError(f"rows {rows} and positions {positions} do not all fit into {room[0]} rows of {room[1]}")
        x = self.embed(torch.tensor(ids))
        q4_step.read(
            x.numpy(),
            np.array(rows),
            np.array(positions),
            self._layers,
            self._cosine,
            self._sine,
            self.config.heads,
            np.float32(self.config.norm_epsilon),
            cache.kv.numpy(),
            max(positions) + 1,
            numba.get_num_threads(),
        )
        return x

    def read_text(self, ids: list[int], cache: Cache, row: int) -> Generator[Float[Tensor, "tokens width"], None, None]:
        """Read a whole text into row `row` of the cache, yielding the vectors of `PIECE` tokens at a time."""
        for start in range(0, len(ids), PIECE):
            piece = ids[start : start + PIECE]
            yield self.read(piece, [row] * len(piece), list(range(start, start + len(piece))), cache)

    def head(self, x: Float[Tensor, "tokens width"]) -> Float[Tensor, "tokens vocabulary"]:
        """Return the score of every token of the vocabulary after each (normed) vector, float32."""
        return BlockLinear(self._table, self.config.vocabulary)(x)

    def layers(self, order: Iterable[int]) -> Iterator[Layer]:
        """Yield the layers of these numbers one by one, to be looked into between their parts."""
        config, all_layers = self.config, self._layers
        joined = config.heads * config.head_width
        together = joined + 2 * config.key_value_heads * config.head_width
        for i in order:
            yield Layer(
                attention_norm=torch.from_numpy(all_layers.attention_norm[i]),
                query_key_value=BlockLinear(all_layers.query_key_value[i], together),
                out=BlockLinear(all_layers.out[i], config.width),
                feed_forward_norm=torch.from_numpy(all_layers.feed_forward_norm[i]),
                gate_up=BlockLinear(all_layers.gate_up[i], 2 * config.feed_forward),
                down=BlockLinear(all_layers.down[i], config.width),
            )

    def embed(self, ids: Int[Tensor, "tokens"]) -> Float[Tensor, "tokens width"]:
        """Return the rows of the output matrix, which is the embedding too."""
        block, tile, lane = np.unravel_index(ids.numpy(), (len(self._table), TILES, LANES))
        codes, scale = np.split(self._table[block], [TILES * GROUP * LANES], axis=2)
        text = np.arange(len(ids))
        fours = codes.reshape(*codes.shape[:2], TILES, -1, LANES, ARITHMETIC.together)[text, :, tile, :, lane]
        factors = np.ascontiguousarray(scale).view(np.float16).reshape(*codes.shape[:2], TILES, LANES)
        eights = fours.reshape(len(ids), -1, 8)[..., np.argsort(ARITHMETIC.eight)]
        rows = eights.reshape(len(ids), -1, GROUP) * factors[text, :, tile, lane].astype(np.float32)[..., None]
        return torch.from_numpy(rows.reshape(len(ids), -1))


class BlockLinear:
    """A matrix in the order of `q4_blocks` or `q8_blocks`, behind the call of `causal_lm.linear.Linear`."""

    def __init__(self, blocks: Shaped[np.ndarray, "blocks groups bytes"], outputs: int) -> None:
        self._blocks, self._outputs = blocks, outputs

    def __call__(self, x: Float[Tensor, "tokens inputs"]) -> Float[Tensor, "tokens outputs"]:
        """Return x W^T in float32."""
        inputs, y = new_inputs(*x.shape), torch.empty(len(x), len(self._blocks) * TILES * LANES)
        q4_step.put_rows(x.contiguous().numpy(), inputs)
        q4_step.multiply(self._blocks, inputs, y.numpy(), self._blocks, numba.get_num_threads())
        return y[:, : self._outputs]


def use_threads(threads: int) -> None:
    """Let the calling thread's products use so many threads; one where numba has none that wait awake.

    Without OpenMP numba's threads sleep between two loops, and waking them takes longer than a loop (0.09 ms).
    """
    awake = works() and numba.threading_layer() != "workqueue"
    numba.set_num_threads(max(1, min(threads, numba.config.NUMBA_NUM_THREADS)) if awake else 1)


def q4_blocks(weight: Q4Weight) -> UInt8[np.ndarray, "blocks groups bytes"]:
    """Return a matrix in the order in which it is read, padded with zeros to blocks of 64 outputs.

    A block of a group holds the codes of 4 tiles of 16 outputs, their 64 scales and their 64 minima (float16). In a tile
    byte k of output j, i-th turn, holds inputs 2(i n + k) (low half) and 2(i n + k) + 1, where n bytes stand together.
    """
    return _blocks(weight.codes.numpy(), weight.scale.half().numpy(), weight.minimum.half().numpy())


def q8_blocks(
    codes: Int8[np.ndarray, "outputs inputs"], scale: Float16[np.ndarray, "outputs groups"]
) -> Int8[np.ndarray, "blocks groups bytes"]:
    """Return a matrix of 8-bit codes as `q4_blocks` does, a byte for a code, without minima."""
    eights = codes.reshape(len(codes), -1, 8)[..., ARITHMETIC.eight].reshape(codes.shape)
    return _blocks(eights, scale).view(np.int8)


def _blocks(
    codes: Shaped[np.ndarray, "outputs columns"], *numbers: Float16[np.ndarray, "outputs groups"]
) -> UInt8[np.ndarray, "blocks groups bytes"]:
    groups = numbers[0].shape[1]

    def tiled(part: np.ndarray, together: int) -> np.ndarray:
        """Bring what belongs to a group of 64 outputs together, `together` bytes of an output at a time."""
        rows = np.pad(np.ascontiguousarray(part).view(np.uint8), ((0, -len(part) % (TILES * LANES)), (0, 0)))
        tiles = rows.reshape(-1, TILES, LANES, groups, rows.shape[1] // groups // together, together)
        return tiles.transpose(0, 3, 1, 4, 2, 5).reshape(len(tiles), groups, -1)

    return np.concatenate([tiled(codes, ARITHMETIC.together), *(tiled(part, 2) for part in numbers)], axis=2)


def stacked(matrices: list[Shaped[np.ndarray, "blocks groups bytes"]]) -> np.ndarray:
    """Return one array of matrices that begins where the processor's lines do, so that no read takes two of them."""
    size = sum(matrix.nbytes for matrix in matrices)
    room = np.empty(size + LINE, np.int8)
    aligned = room[-room.ctypes.data % LINE :][:size].view(matrices[0].dtype).reshape(len(matrices), *matrices[0].shape)
    return np.stack(matrices, out=aligned)


def watched(progress: Callable[[str, int, int], None]) -> contextlib.AbstractContextManager[None]:
    """Tell `progress` how far compiling is, inside the block: stage, functions done, all there are."""
    return compiled.watched(
        lambda done: progress("compiling its loops for this processor, once", done, max(done, LOOPS))
    )


def suits(config: DecoderConfig) -> bool:
    """Return whether the loops can read a model of this shape: its heads fill whole vectors."""
    return config.head_width % LANES == 0


@lru_cache
def works() -> bool:
    """Return whether this machine computes the products fast, and rightly, by small ones against `F.linear`."""
    # An x86 processor of before 2013 has no instruction for these two, and LLVM calls a function for each number.
    if has("fma") is False or has("f16c") is False:
        return False
    random = generator(0)
    codes = torch.randint(0, 256, (TILES * LANES, GROUP), generator=random, dtype=torch.uint8)
    scale = torch.rand(len(codes), 2, generator=random).half()
    weight, x = Q4Weight(codes, scale, -8 * scale), torch.randn(15, 2 * GROUP, generator=random)
    inputs, y, blocks = new_inputs(*x.shape), torch.empty(len(x), len(codes)), q4_blocks(weight)
    q4_step.put_rows(x.numpy(), inputs)
    q4_step.multiply(blocks, inputs, y.numpy(), blocks, 1)
    return torch.allclose(y, F.linear(x, weight.dequantise()), rtol=1e-4, atol=1e-4)
