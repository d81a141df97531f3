"""The compiled 4-bit decoder: its products, its order of weights, and the promise that nothing else changes a number."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.pretrained.causal_lm import LlamaModel, llama
from core.pretrained.causal_lm.linear import GROUP, DenseLinear, Q4Weight
from core.pretrained.cpu4bit import compiled
from core.pretrained.cpu4bit import decoder as q4_decoder
from core.pretrained.cpu4bit import step as q4_step
from core.pretrained.cpu4bit.inputs import LARGEST, DotInputs, new_inputs
from core.pretrained.cpu4bit.products import ARITHMETIC, TILES
from core.pretrained.cpu4bit.vectors import DOTS, LANES, exp
from core.pretrained.registry import load_folder
from core.progress import finish
from tests.core.pretrained.conftest import Pair, random_quantised, some_ids


def random_q4(outputs: int, inputs: int, seed: int = 0) -> Q4Weight:
    generator = torch.Generator().manual_seed(seed)
    scale = torch.rand(outputs, inputs // GROUP, generator=generator).half()
    codes = torch.randint(0, 256, (outputs, inputs // 2), generator=generator, dtype=torch.uint8)
    return Q4Weight(codes, scale, (-7.5 * scale).half())


def put(x: torch.Tensor) -> Any:
    inputs = new_inputs(*x.shape)
    q4_step.put_rows(x.numpy(), inputs)
    return inputs


def product(blocks: np.ndarray, x: torch.Tensor, threads: int = 1) -> torch.Tensor:
    y = torch.full((len(x), len(blocks) * TILES * LANES), torch.nan)
    q4_step.multiply(blocks, put(x), y.numpy(), blocks, threads)
    return y


def in_order(numbers: np.ndarray) -> np.ndarray:
    """Return what belongs to inputs in the order of x: (rows, groups, 32)."""
    eights = numbers.reshape(len(numbers), -1, 8)
    return eights[..., np.argsort(ARITHMETIC.eight)].reshape(len(numbers), -1, GROUP)


def upper_numbers(inputs: DotInputs) -> np.ndarray:
    return in_order(256 * inputs.high.astype(np.int64) + inputs.middle)


def whole_numbers(inputs: DotInputs) -> np.ndarray:
    return 256 * upper_numbers(inputs) + in_order(inputs.low)


def rounded(x: torch.Tensor) -> torch.Tensor:
    """Return x as the products see it, float64."""
    inputs = put(x)
    if not isinstance(inputs, DotInputs):
        return x.double()
    return torch.from_numpy(whole_numbers(inputs) * inputs.scale[..., None].astype(np.float64)).flatten(1)


# Inputs


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e4])
def test_inputs_are_three_bytes_of_a_group_s_largest_number(size: float) -> None:
    x = torch.randn(3, 96) * size
    inputs = put(x)
    if not isinstance(inputs, DotInputs):
        assert np.array_equal(inputs.numbers, x.numpy())
        np.testing.assert_allclose(inputs.sums, x.unflatten(1, (-1, GROUP)).sum(-1), rtol=1e-5)
        return
    whole = whole_numbers(inputs)
    assert (abs(abs(whole).max(-1) - LARGEST) <= 1).all()
    assert np.array_equal(inputs.sums, whole.sum(-1).astype(np.float32))
    assert np.array_equal(inputs.upper_sums, upper_numbers(inputs).sum(-1))
    assert np.array_equal(inputs.low_sums, in_order(inputs.low.astype(np.int64)).sum(-1))
    error = (rounded(x) - x).abs().unflatten(1, (-1, GROUP))
    # Half a step, and float32's own of the scale.
    assert (error <= 1.5 * torch.from_numpy(inputs.scale)[..., None]).all()


def test_the_highest_byte_never_turns_over() -> None:
    """The largest number of a group times what makes it `LARGEST` may be rounded up by one."""
    x = torch.randn(64, 64 * GROUP)
    inputs = put(x)
    if isinstance(inputs, DotInputs):
        torch.testing.assert_close(rounded(x), x.double(), rtol=0, atol=2e-6)
        assert abs(inputs.high.astype(int)).max() == 127


@pytest.mark.parametrize("number", [0.0, -0.0, 1e-38, 1e36, -1e36])
def test_a_group_of_one_number_is_that_number(number: float) -> None:
    """Nothing is divided by 0, and nothing overflows on the way."""
    x = torch.zeros(1, 64)
    x[0, 5], weight = number, random_q4(64, 64)
    found = product(q4_decoder.q4_blocks(weight), x)
    expected = (x.double() @ weight.dequantise().double().T).float()
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-30)


# Products


@pytest.mark.parametrize(("outputs", "inputs"), [(64, 32), (320, 192), (576, 576), (128, 1536), (70, 64), (1, 32)])
@pytest.mark.parametrize("rows", [1, 2, 3, 7, 8, 15, 16, 17])
def test_products_of_4_bits_are_plain_ones(outputs: int, inputs: int, rows: int) -> None:
    weight, x = random_q4(outputs, inputs), torch.randn(rows, inputs)
    found = product(q4_decoder.q4_blocks(weight), x)
    expected = F.linear(rounded(x), weight.dequantise().double()).float()
    torch.testing.assert_close(found[:, :outputs], expected, rtol=1e-5, atol=1e-4)
    assert (found[:, outputs:] == 0).all()  # what fills the last block up
    exact = F.linear(x.double(), weight.dequantise().double())
    assert (found[:, :outputs] - exact).abs().max() < 2e-6 * exact.abs().max()


@pytest.mark.parametrize("rows", [1, 2, 3, 8, 13])
def test_products_of_8_bits_are_plain_ones(rows: int) -> None:
    codes, scale = np.random.default_rng(0).integers(-128, 128, (192, 96)).astype(np.int8), torch.rand(192, 3).half()
    x = torch.randn(rows, 96)
    found = product(q4_decoder.q8_blocks(codes, scale.numpy()), x)
    dense = torch.from_numpy(codes).double() * scale.double().repeat_interleave(GROUP, 1)
    torch.testing.assert_close(found, F.linear(rounded(x), dense).float(), rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("bits", [4, 8])
def test_the_largest_codes_and_inputs_do_not_overflow(bits: int) -> None:
    """The sum of a group is largest where all 32 codes and all inputs are."""
    x = torch.full((9, 64), 2.0)
    x[1::2] *= -1
    if bits == 4:
        blocks = q4_decoder.q4_blocks(
            Q4Weight(torch.full((64, 32), 255, dtype=torch.uint8), torch.ones(64, 2).half(), torch.zeros(64, 2).half())
        )
    else:
        blocks = q4_decoder.q8_blocks(np.full((64, 64), -128, np.int8), np.ones((64, 2), np.float16))
    largest = 15 if bits == 4 else -128
    torch.testing.assert_close(product(blocks, x), 64 * largest * x[:, :1].expand(9, 64), rtol=1e-6, atol=0)


def test_a_row_s_product_does_not_depend_on_the_others_or_the_threads() -> None:
    blocks, x = q4_decoder.q4_blocks(random_q4(576, 576)), torch.randn(19, 576)
    alone = torch.cat([product(blocks, row[None]) for row in x])
    for threads in range(1, numba.config.NUMBA_NUM_THREADS + 1):
        q4_decoder.use_threads(threads)
        for first in range(19):
            assert torch.equal(product(blocks, x[first:], threads), alone[first:])
    q4_decoder.use_threads(1)


def test_subnormal_and_huge_scales_are_read_exactly() -> None:
    """A group's scale is a float16: the smallest is 6e-8, the largest 65504."""
    weight = random_q4(64, 32)
    weight.scale[:3, 0] = torch.tensor([6e-8, 65504.0, 0.0]).half()
    weight.minimum[:] = 0
    found = product(q4_decoder.q4_blocks(weight), torch.ones(1, 32))[0, :3]
    expected = weight.dequantise()[:3].double().sum(1).float()
    if DOTS:  # where the input 1 is a whole number times its rounded scale
        torch.testing.assert_close(found, expected, rtol=2e-7, atol=0)
    else:
        assert torch.equal(found, expected)


def test_exp_is_exp() -> None:
    x = np.linspace(-87, 88, 400_001).astype(np.float32)
    found = np.array([exp(value) for value in x[::97]], dtype=np.float64)
    expected = np.exp(x[::97].astype(np.float64))
    assert (np.abs(found - expected) / expected).max() < 1.2e-7  # half a step of float32 is 6e-8
    assert exp(np.float32(0)) == 1
    assert exp(np.float32(-np.inf)) == pytest.approx(np.exp(-87))
    assert exp(np.float32(1e30)) == pytest.approx(np.exp(88))


# The whole decoder; that its scores are transformers' is in test_decoder, with every other precision


def test_a_prompt_may_be_read_in_any_pieces(quantised: Pair) -> None:
    """Several texts at once, prompts beside steps: the same to the last bit."""
    model = quantised.ours("int4")
    texts = [some_ids(length, length) for length in (1, 15, 16, 17, 40)]
    alone = [finish(model.exact_logits(text)) for text in texts]
    q4, cache = model.llama.q4, model.new_cache(len(texts), 64)
    assert q4 is not None
    ids = [token for text in texts for token in text]
    rows = [row for row, text in enumerate(texts) for _ in text]
    positions = [place for text in texts for place in range(len(text))]
    found = model.llama.decoder.logits(q4.read(ids, rows, positions, cache))
    assert torch.equal(found, torch.cat(alone))


def test_every_row_of_the_embedding_is_the_file_s(quantised: Pair) -> None:
    model = quantised.ours("int4")
    table = quantised.theirs.get_input_embeddings().weight.detach()
    assert torch.equal(model.llama.decoder.embed(torch.arange(len(table))), table)


def test_nothing_but_the_vocabulary_is_scored(tmp_path: Path, tokenizer_file: Path) -> None:
    """320 tokens fill five tiles of 64; a vocabulary that leaves a tile half empty must not get tokens for it."""
    whole = random_quantised(tmp_path, tokenizer_file)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"vocab_size": 300}))
    scores = LlamaModel("tiny", tmp_path, whole.ours("int4").placement).logits([1, 2])
    assert scores.shape == (2, 300)
    np.testing.assert_allclose(scores, whole.their_logits([1, 2])[:, :300], atol=1e-4, rtol=1e-4)


def test_what_is_outside_the_cache_is_refused(quantised: Pair) -> None:
    """Compiled loops check no index, so this stands between a mistake and other memory."""
    q4, cache = quantised.ours("int4").llama.q4, quantised.ours("int4").new_cache(2, 16)
    assert q4 is not None
    length = cache.length
    q4.read([5], [1], [length - 1], cache)
    for row, position in ((2, 0), (-1, 0), (0, length), (0, -1)):
        with pytest.raises(IndexError, match="do not all fit"):
            q4.read([5, 5], [0, row], [0, position], cache)
    with pytest.raises(ValueError, match="zip"):
        q4.read([5, 5], [0, 0], [0], cache)
    for token in (-1, 320):
        with pytest.raises(ValueError, match="out of bounds"):
            q4.read([token], [0], [0], cache)


def test_arrays_with_gaps_are_refused_or_copied(quantised: Pair) -> None:
    blocks = q4_decoder.q4_blocks(random_q4(64, 128))
    with pytest.raises(numba.core.errors.TypingError, match="one after another"):
        q4_step.multiply(blocks[:, ::2], new_inputs(4, 64), torch.zeros(4, 64).numpy(), blocks, 1)
    q4 = quantised.ours("int4").llama.q4
    assert q4 is not None
    x = torch.randn(3, 2 * 192)
    assert torch.equal(q4.head(x[:, ::2]), q4.head(x[:, ::2].clone()))


def test_progress_is_in_tokens(quantised: Pair) -> None:
    model, ids = quantised.ours("int4"), some_ids(2 * q4_decoder.PIECE + 1)
    assert list(model.exact_logits(ids)) == [(16, 33), (32, 33), (33, 33)]
    assert len(list(model.prefill(ids, model.new_cache(1, 40), 0))) == 3


# Which files, and which machines

AVX2 = "+avx,+avx2,+bmi,+bmi2,+f16c,+fma,+popcnt,+sse4.2"  # a processor of 2013


@pytest.mark.skipif(not DOTS, reason="this processor has float32 products only: all tests here are about those")
def test_all_of_this_holds_on_a_processor_that_does_not_multiply_bytes() -> None:
    environment = os.environ | {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": AVX2}
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
    found = subprocess.run(tests, env=environment, capture_output=True, text=True, cwd=Path(__file__).parents[4])
    assert found.returncode == 0, found.stdout
    assert re.search(r"^\d+ passed, 1 skipped", found.stdout, re.MULTILINE), found.stdout


def test_a_file_of_4_bits_runs_in_4_bits_and_no_other(quantised: Pair, pair: Any, monkeypatch: Any) -> None:
    assert llama.best_precision_is_int4(quantised.folder)
    assert not llama.best_precision_is_int4(pair("group of 1").folder)
    config = quantised.ours("int4").llama.config
    assert [width for width in (8, 16, 24, 40, 64) if q4_decoder.suits(replace(config, head_width=width))] == [16, 64]
    monkeypatch.setattr(q4_decoder, "suits", lambda config: False)
    assert not llama.best_precision_is_int4(quantised.folder)
    monkeypatch.undo()
    monkeypatch.setattr(q4_decoder, "works", lambda: False)
    assert not llama.best_precision_is_int4(quantised.folder)


@pytest.mark.parametrize("lacks", ["numba", "a right result", "instructions"])
def test_without_compiled_loops_a_4_bit_file_runs_in_fp32(lacks: str, quantised: Pair, monkeypatch: Any) -> None:
    if lacks == "numba":  # which has no build for every processor
        monkeypatch.setitem(sys.modules, "core.pretrained.cpu4bit.decoder", None)
    elif lacks == "instructions":
        monkeypatch.setattr(numba.config, "CPU_FEATURES", "+sse2")
    else:
        monkeypatch.setattr(q4_step, "multiply", lambda blocks, inputs, y, following, threads: y.fill(0))
    q4_decoder.works.cache_clear()
    monkeypatch.setenv("UNROLLED_THREADS", "1")
    try:
        model = load_folder("tiny", quantised.folder, device="cpu")
    finally:
        q4_decoder.works.cache_clear()
    assert isinstance(model, LlamaModel)
    assert model.placement.precision == "fp32"
    assert {type(layer.down) for layer in model.llama.layers} == {DenseLinear}
    ids = some_ids(30)
    np.testing.assert_allclose(model.logits(ids), quantised.their_logits(ids), atol=1e-4)


def test_threads_that_would_sleep_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    q4_decoder.use_threads(2)
    assert numba.get_num_threads() == min(2, numba.config.NUMBA_NUM_THREADS)
    monkeypatch.setattr(numba, "threading_layer", lambda: "workqueue")
    q4_decoder.use_threads(2)
    assert numba.get_num_threads() == 1
    monkeypatch.undo()
    q4_decoder.use_threads(1000)
    assert numba.get_num_threads() == numba.config.NUMBA_NUM_THREADS
    q4_decoder.use_threads(1)


# What is compiled is kept


SUM = """
import sys
from core.pretrained.cpu4bit.compiled import compiled

@compiled()
def double(x):
    return 2 * x

assert double(21) == 42
print(sum(double.stats.cache_hits.values()), sum(double.stats.cache_misses.values()))
"""


LOADED = """
import json, sys
from pathlib import Path
from core.pretrained.cpu4bit.decoder import LOOPS, watched
from core.pretrained.registry import load_folder

told = []
with watched(lambda stage, done, total: told.append((done, total))):
    load_folder("tiny", Path(sys.argv[1]), device="cpu", precision="int4")
print(json.dumps({"loops": LOOPS, "told": told}))
"""


def run_twice(script: Path, home: Path, *arguments: str) -> list[str]:
    environment = {"UNROLLED_HOME": str(home), "PYTHONPATH": str(Path(compiled.__file__).parents[3]), "PATH": ""}
    command = [sys.executable, str(script), *arguments]
    runs = [subprocess.run(command, env=environment, capture_output=True, text=True) for _ in range(2)]
    assert [run.stderr for run in runs] == ["", ""]
    return [run.stdout.strip() for run in runs]


def test_what_is_compiled_once_is_found_by_the_next_process(tmp_path: Path) -> None:
    script, home = tmp_path / "double.py", tmp_path / "home"
    script.write_text(SUM)
    assert run_twice(script, home) == ["0 1", "1 0"]
    assert list((home / "compiled").rglob("*.nbi"))


def test_who_waits_for_the_first_compilation_is_told_how_far_it_is(tmp_path: Path, quantised: Pair) -> None:
    script, home = tmp_path / "load.py", tmp_path / "home"
    script.write_text(LOADED)
    first, second = (json.loads(found) for found in run_twice(script, home, str(quantised.folder)))
    loops = first["loops"]
    assert first["told"] == sorted(first["told"])
    assert first["told"][0] == [0, loops]
    assert first["told"][-1] == [loops, loops]
    assert {done for done, _ in first["told"]} == set(range(loops + 1))
    assert second["told"] == []


def test_the_name_of_the_folder_changes_with_every_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "cpu4bit"
    for name in compiled.SOURCES:
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(name)
    monkeypatch.setattr(compiled, "__file__", str(here / "compiled.py"))
    seen = {compiled.folder()}
    for name in compiled.SOURCES:
        (here / name).write_text("changed")
        seen.add(compiled.folder())
    monkeypatch.setattr(numba, "__version__", "0")
    seen.add(compiled.folder())
    assert len(seen) == len(compiled.SOURCES) + 2


def test_what_no_version_has_used_for_a_month_is_removed(
    tmp_path: Path, quantised: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLED_HOME", str(tmp_path))
    days = {"this": 40, "of last week": 7, "of last year": 400}
    folders = {name: compiled.folder().parent / name for name in days} | {"this": compiled.folder()}
    for name, folder in folders.items():
        folder.mkdir(parents=True)
        (folder / "loop.nbi").touch()
        os.utime(folder, (time.time() - 24 * 3600 * days[name],) * 2)
    load_folder("tiny", quantised.folder, device="cpu", precision="int4")
    assert {name: folder.exists() for name, folder in folders.items()} == {
        "this": True,
        "of last week": True,
        "of last year": False,
    }
    assert time.time() - folders["this"].stat().st_mtime < 3600
