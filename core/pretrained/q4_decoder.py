"""A Llama-style model whose weights stay in the file's own 4 and 8 bits, for reading and writing texts on a CPU.

Nothing is rounded but sums in float32: the scores are those of `decoder.py` with the file's values. The loops that
compute them are in `q4_step`, and the one inner loop that takes most of the time in `q4_products`.
"""

from collections.abc import Callable, Generator
from functools import lru_cache

import llvmlite.binding
import numba
import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from core.device import generator
from core.pretrained import q4_step
from core.pretrained.checkpoint import EMBEDDING, Checkpoint, DecoderConfig
from core.pretrained.decoder import Cache, rotations
from core.pretrained.linear import GROUP, Q4Weight
from core.pretrained.q4_products import LANES, TILES
from core.pretrained.q4_step import Layers, Tiles

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

        def tiles(*names: str, reorder: Reorder = lambda rows: rows) -> Tiles:
            layers = range(config.layers)
            parts = [Q4Weight.stack([checkpoint.q4(f"model.layers.{i}.{n}.weight") for n in names]) for i in layers]
            found = [q4_tiles(Q4Weight(reorder(p.codes), reorder(p.scale), reorder(p.minimum))) for p in parts]
            return Tiles(*(np.stack(arrays) for arrays in zip(*found, strict=True)))

        self._layers = Layers(
            attention_norm=norms("input"),
            query_key_value=tiles(*(f"self_attn.{part}_proj" for part in "qkv"), reorder=pair_rows),
            out=tiles("self_attn.o_proj"),
            feed_forward_norm=norms("post_attention"),
            gate_up=tiles("mlp.gate_proj", "mlp.up_proj"),
            down=tiles("mlp.down_proj"),
        )
        codes, scale = (part.numpy() for part in checkpoint.q8(EMBEDDING))
        self._table = _tiled(codes, GROUP), _tiled(scale, 1).view(np.uint16)[..., 0, :]
        turns = rotations(config, torch.device("cpu"))[:, 0].numpy()
        self._cosine, self._sine = turns.real.copy(), turns.imag.copy()
        # What is not compiled yet is compiled now, and not when the first reader waits for the first token.
        self.head(self.read([0], [0], [0], Cache(config, 1, 1, torch.device("cpu"))))

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
        )
        return x

    def read_text(self, ids: list[int], cache: Cache, row: int) -> Generator[Float[Tensor, "tokens width"], None, None]:
        """Read a whole text into row `row` of the cache, yielding the vectors of `PIECE` tokens at a time."""
        for start in range(0, len(ids), PIECE):
            piece = ids[start : start + PIECE]
            yield self.read(piece, [row] * len(piece), list(range(start, start + len(piece))), cache)

    def head(self, x: Float[Tensor, "tokens width"]) -> Float[Tensor, "tokens vocabulary"]:
        """Return the score of every token of the vocabulary after each (normed) vector, float32."""
        codes, scale = self._table
        y = torch.empty(len(x), len(codes) * TILES * LANES)
        rows = x.contiguous().numpy()
        q4_step.multiply(codes, scale, scale, rows, rows, y.numpy())
        return y[:, : self.config.vocabulary]

    def embed(self, ids: Int[Tensor, "tokens"]) -> Float[Tensor, "tokens width"]:
        """Return the rows of the output matrix, which is the embedding too."""
        four, tile, lane = np.unravel_index(ids.numpy(), (len(self._table[0]), TILES, LANES))
        codes, scale = (part[four, :, tile, ..., lane] for part in self._table)
        return torch.from_numpy((codes * scale.view(np.float16).astype(np.float32)[:, :, None]).reshape(len(ids), -1))


def use_threads(threads: int) -> None:
    """Let the calling thread's products use so many threads; one where numba has none that wait awake.

    Without OpenMP numba's threads sleep between two loops, and waking them takes longer than a loop (0.09 ms).
    """
    awake = works() and numba.threading_layer() != "workqueue"
    numba.set_num_threads(max(1, min(threads, numba.config.NUMBA_NUM_THREADS)) if awake else 1)


def q4_tiles(weight: Q4Weight) -> Tiles:
    """Return a matrix in the order of `Tiles`, padded with zeros to whole tiles."""
    scale, minimum = (
        _tiled(part.half().numpy(), 1).view(np.uint16)[..., 0, :] for part in (weight.scale, weight.minimum)
    )
    return Tiles(_tiled(weight.codes.numpy(), GROUP // 2), scale, minimum)


def _tiled(rows: Shaped[np.ndarray, "outputs columns"], group: int) -> Shaped[np.ndarray, "fours groups 4 group 16"]:
    """Return numbers that belong to an output each in the order of `Tiles`, `group` of a row's numbers together."""
    padded = np.pad(rows, ((0, -len(rows) % (TILES * LANES)), (0, 0)))
    tiles = padded.reshape(-1, TILES, LANES, rows.shape[1] // group, group)
    return np.ascontiguousarray(tiles.transpose(0, 3, 1, 4, 2))


@lru_cache
def works() -> bool:
    """Return whether this machine computes the products fast, and rightly, by small ones against `F.linear`."""
    # An x86 processor of before 2013 has no instruction for these two, and LLVM calls a function for each number.
    has = llvmlite.binding.get_host_cpu_features()
    if not all(has.get(feature, True) for feature in ("fma", "f16c")):
        return False
    random = generator(0)
    codes = torch.randint(0, 256, (TILES * LANES, GROUP), generator=random, dtype=torch.uint8)
    scale = torch.rand(len(codes), 2, generator=random).half()
    weight, x = Q4Weight(codes, scale, -8 * scale), torch.randn(15, 2 * GROUP, generator=random)
    sums, y = x.unflatten(1, (2, GROUP)).sum(-1), torch.empty(len(x), len(codes))
    q4_step.multiply(*q4_tiles(weight), x.numpy(), sums.numpy(), y.numpy())
    return torch.allclose(y, F.linear(x, weight.dequantise()), rtol=1e-4, atol=1e-4)
