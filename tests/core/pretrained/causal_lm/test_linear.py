"""Stored weights against gguf's own reading of them, kernels against plain arithmetic."""

from typing import Any

import gguf
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.assets.convert import _unpack
from core.pretrained.causal_lm.checkpoint import dequantise_q8, embedding_rows
from core.pretrained.causal_lm.linear import GROUP, DenseLinear, Int8Linear, PackedLinear, Q4Weight, works
from tests.core.pretrained.conftest import Pair, kl, some_ids


def blocks(rows: int, groups: int, kind: str, seed: int) -> np.ndarray:
    """Return random bytes in the file format of `kind`, scales and minima finite float16 of both signs."""
    rng = np.random.default_rng(seed)
    headers = {"Q4_1": 2, "Q8_0": 1}[kind]
    half = (rng.normal(size=(rows, groups, headers)) * 10 ** rng.uniform(-3, 1, (rows, groups, 1))).astype(np.float16)
    codes = rng.integers(0, 256, (rows, groups, {"Q4_1": 16, "Q8_0": 32}[kind]), dtype=np.uint8)
    return np.concatenate([half.view(np.uint8), codes], axis=-1).reshape(rows, -1)


def parts(data: np.ndarray, kind: str) -> list[torch.Tensor]:
    return [torch.from_numpy(array) for array in _unpack(kind, data, "x").values()]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (64, 6), (257, 18)])
def test_q4_is_what_gguf_reads(shape: tuple[int, int], seed: int) -> None:
    data = blocks(*shape, "Q4_1", seed)
    expected = gguf.quants.dequantize(data, gguf.GGMLQuantizationType.Q4_1)
    found = Q4Weight(*parts(data, "Q4_1")).dequantise()
    assert found.dtype == torch.float32
    np.testing.assert_array_equal(found.numpy(), expected)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (64, 6), (257, 18)])
def test_q8_is_what_gguf_reads(shape: tuple[int, int], seed: int) -> None:
    data = blocks(*shape, "Q8_0", seed)
    expected = gguf.quants.dequantize(data, gguf.GGMLQuantizationType.Q8_0)
    codes, scale = parts(data, "Q8_0")
    np.testing.assert_array_equal(dequantise_q8(codes, scale).numpy(), expected)
    ids = torch.tensor([0, shape[0] - 1, 0])
    np.testing.assert_array_equal(embedding_rows(codes, scale, ids).numpy(), expected[ids])


def test_stacked_rows_are_the_rows_of_the_parts() -> None:
    weights = [Q4Weight(*parts(blocks(rows, 3, "Q4_1", rows), "Q4_1")) for rows in (4, 1, 9)]
    stacked = Q4Weight.stack(weights).dequantise()
    assert torch.equal(stacked, torch.cat([weight.dequantise() for weight in weights]))


def test_reading_changes_nothing_in_the_file_s_tensors() -> None:
    """`dequantise` multiplies in place: it must do so on its own copy."""
    weight = Q4Weight(*parts(blocks(8, 2, "Q4_1", 0), "Q4_1"))
    before = [part.clone() for part in (weight.codes, weight.scale, weight.minimum)]
    first, second = weight.dequantise(), weight.dequantise()
    assert torch.equal(first, second)
    assert all(torch.equal(a, b) for a, b in zip(before, (weight.codes, weight.scale, weight.minimum), strict=True))
    codes, scale = torch.ones(2, GROUP, dtype=torch.int8), torch.full((2, 1), 2.0)
    dequantise_q8(codes, scale)
    assert (codes == 1).all()
    assert (scale == 2).all()


# Kernels. Bounds are relative errors of the whole product, from what is rounded: bf16 keeps 8 bits, so one
# rounding of inputs, weights and outputs each is 2^-9 at most and about 0.0017 in the mean; int8 codes of normal
# weights err by about 0.007 of a weight.

KERNELS: dict[str, tuple[Any, float]] = {
    "dense": (DenseLinear, 1e-6),
    "packed": (PackedLinear, 0.005),
    "int8": (Int8Linear, 0.015),
}
SHAPES = [(192, 320), (576, 960), (576, 3072), (1536, 576)]  # inputs, outputs: those of SmolLM2 among them


def q4_like_a_model(inputs: int, outputs: int, seed: int = 0) -> Q4Weight:
    generator = torch.Generator().manual_seed(seed)
    scale = (torch.rand(outputs, inputs // GROUP, generator=generator) * 0.02 + 0.01).half()
    minimum = -7.5 * scale.float() * (0.9 + 0.2 * torch.rand(scale.shape, generator=generator))
    codes = torch.randint(0, 256, (outputs, inputs // 2), generator=generator, dtype=torch.uint8)
    return Q4Weight(codes, scale, minimum.half())


@pytest.mark.parametrize("kind", KERNELS)
@pytest.mark.parametrize(("inputs", "outputs"), SHAPES)
def test_products_are_close_to_plain_ones(kind: str, inputs: int, outputs: int) -> None:
    made, bound = KERNELS[kind]
    q4 = q4_like_a_model(inputs, outputs)
    dense = q4.dequantise()
    if made is not DenseLinear and not works(made):
        # A processor without the kernel never gets this far in the app (see the last tests here); what it uses
        # instead is held to the tightest of the bounds.
        made, bound = DenseLinear, 1e-6
    product = made(dense)
    for tokens in (1, 2, 5, 16, 33):
        x = torch.randn(tokens, inputs, generator=torch.Generator().manual_seed(tokens))
        expected = F.linear(x, dense)
        found = product(x).float()
        assert found.shape == expected.shape
        error = float((found - expected).norm() / expected.norm())
        assert error < bound, f"{kind}, {tokens} tokens: {error:.5f}"
        assert torch.equal(product(x).float(), found)


def test_a_dense_map_keeps_its_own_precision() -> None:
    weight, x = torch.randn(5, 7), torch.randn(3, 7)
    assert torch.equal(DenseLinear(weight)(x), F.linear(x, weight))
    half = DenseLinear(weight.bfloat16())(x)
    assert half.dtype == torch.bfloat16
    assert torch.equal(half, F.linear(x.bfloat16(), weight.bfloat16()))


def test_int8_of_a_row_of_zeros_is_zeros() -> None:
    weight = torch.randn(32, 64)
    weight[3] = 0
    product = Int8Linear(weight)
    assert product.codes[3].tolist() == [0] * 64
    assert product.codes.abs().amax(1)[:3].tolist() == [127] * 3
    assert torch.isfinite(product.scale).all()


# Where a kernel is missing


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that takes kernels away, as on another processor: they raise, and `works` finds out."""

    def take(*kinds: Any) -> None:
        for kind in kinds:

            def missing(self: Any, *args: Any) -> None:
                raise RuntimeError("not implemented on this processor")

            monkeypatch.setattr(kind, "__init__", missing)
        works.cache_clear()

    yield take
    monkeypatch.undo()
    works.cache_clear()


@pytest.mark.parametrize("kind", [PackedLinear, Int8Linear])
@pytest.mark.parametrize("error", [RuntimeError, NotImplementedError, AttributeError])
def test_a_kernel_that_raises_does_not_work(kind: Any, error: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any, x: torch.Tensor) -> torch.Tensor:
        raise error("no such operator")

    monkeypatch.setattr(kind, "__call__", fail)
    works.cache_clear()
    try:
        assert works(kind) is False
    finally:
        works.cache_clear()


@pytest.mark.parametrize("kind", [PackedLinear, Int8Linear])
@pytest.mark.parametrize("wrong", [lambda y: y * 1.05, lambda y: y.roll(1, 0), lambda y: y * float("nan")])
def test_a_kernel_that_computes_something_else_does_not_work(
    kind: Any, wrong: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights: dict[int, torch.Tensor] = {}

    def keep(self: Any, weight: Any) -> None:
        weights[id(self)] = weight.dequantise() if isinstance(weight, Q4Weight) else weight

    monkeypatch.setattr(kind, "__init__", keep)
    monkeypatch.setattr(kind, "__call__", lambda self, x: F.linear(x, weights[id(self)]).bfloat16())
    works.cache_clear()
    try:
        assert works(kind) is True
        monkeypatch.setattr(kind, "__call__", lambda self, x: wrong(F.linear(x, weights[id(self)])))
        works.cache_clear()
        assert works(kind) is False
    finally:
        works.cache_clear()


def raw_int8() -> bool:
    generator = torch.Generator().manual_seed(1)
    codes = torch.randint(-127, 128, (64, 64), generator=generator).to(torch.int8)
    scale, x = torch.full((64,), 0.5), torch.randint(-3, 4, (2, 64), generator=generator).float()
    found = torch.ops.aten._weight_int8pack_mm(x.bfloat16(), codes, scale.bfloat16()).float()
    return torch.allclose(found, x @ codes.float().T * 0.5, rtol=0.01, atol=0.5)


def raw_packed() -> bool:
    generator = torch.Generator().manual_seed(1)
    weight, x = (torch.randint(-3, 4, (n, 64), generator=generator).float() for n in (64, 2))
    packed = torch.ops.mkldnn._reorder_linear_weight(weight.bfloat16(), 1)
    found = torch.ops.mkldnn._linear_pointwise(x.bfloat16(), packed, None, "none", [], "").float()
    return torch.allclose(found, x @ weight.T, rtol=0.01, atol=0.5)


@pytest.mark.parametrize(("kind", "probe"), [(Int8Linear, raw_int8), (PackedLinear, raw_packed)])
def test_a_kernel_works_where_torch_s_operator_does(kind: Any, probe: Any) -> None:
    """Else a mistake of ours in packing would look like a processor without the kernel, and nobody would notice."""
    try:
        there = probe()
    except (RuntimeError, NotImplementedError, AttributeError):
        there = False
    works.cache_clear()
    assert works(kind) == there


def kinds_in(model: Any) -> set[Any]:
    names = ("query_key_value", "out", "gate_up", "down")
    products = [getattr(layer, name) for layer in model.llama.layers for name in names]
    return {type(product) for product in [*products, model.llama.decoder.head]}


@pytest.mark.parametrize("precision", ["int8", "bf16"])
def test_without_any_kernel_every_precision_still_runs(lacking: Any, quantised: Pair, precision: Any) -> None:
    """A kernel that is missing may make a model slower, never wrong and never impossible to load."""
    lacking(PackedLinear, Int8Linear)
    model = quantised.ours(precision)
    assert not {PackedLinear, Int8Linear} & kinds_in(model)
    ids = some_ids(30)
    scores = linear_prefill(model, ids)
    assert kl(quantised.their_logits(ids)[-1:], scores) < 0.01


def linear_prefill(model: Any, ids: list[int]) -> torch.Tensor:
    from core.progress import finish

    return finish(model.prefill(ids, model.new_cache(1, len(ids)), 0))


def test_the_feature_test_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    original = Int8Linear.__init__

    def count(self: Any, weight: torch.Tensor) -> None:
        made.append(1)
        original(self, weight)

    monkeypatch.setattr(Int8Linear, "__init__", count)
    works.cache_clear()
    assert works(Int8Linear) == works(Int8Linear)
    assert len(made) == 1
    works.cache_clear()
