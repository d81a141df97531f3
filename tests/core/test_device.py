"""Where tensors live: the choice of device, threads and precision, and the way back when memory runs out."""

import os
from typing import Any

import pytest
import torch

from core.device import (
    DeviceError,
    Placement,
    choose_precision,
    generator,
    pick,
    release_memory,
    thread_count,
    with_fallback,
)

CPU, CUDA, MPS = torch.device("cpu"), torch.device("cuda"), torch.device("mps")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that pretends that this machine has so many GPUs of each kind."""

    def pretend(cuda: int = 0, mps: bool = False, bf16: bool = True) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: bf16)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"Card {device.index or 0}")
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    pretend()
    return pretend


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(0, False, "cpu"), (0, True, "mps"), (1, False, "cuda"), (1, True, "cuda")],
)
def test_auto_is_the_fastest_there_is(machine: Any, cuda: int, mps: bool, expected: str) -> None:
    machine(cuda, mps)
    assert pick() == torch.device(expected)
    assert pick("cpu") == CPU


def test_the_environment_overrides(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(cuda=2)
    monkeypatch.setenv("UNROLLED_DEVICE", "cpu")
    assert pick() == pick("cuda") == CPU
    monkeypatch.setenv("UNROLLED_DEVICE", " cuda:1 ")
    assert pick("cpu") == torch.device("cuda", 1)
    monkeypatch.setenv("UNROLLED_DEVICE", "auto")
    assert pick("cpu") == CUDA
    monkeypatch.setenv("UNROLLED_DEVICE", "  ")
    assert pick("cpu") == CPU


@pytest.mark.parametrize("name", ["", "gpu", "tpu9", "cuda:", "cuda:x", "cuda:-1", "auto ", "💥"])
def test_unknown_device(machine: Any, name: str) -> None:
    machine(cuda=1)
    with pytest.raises(DeviceError, match="unknown device"):
        pick(name)


@pytest.mark.parametrize("name", ["cuda", "mps", "cuda:0", "meta", "xpu"])
def test_absent_device_says_what_there_is(machine: Any, name: str) -> None:
    with pytest.raises(DeviceError, match=f"'{name}' is not on this machine, which has cpu$"):
        pick(name)


def test_a_gpu_too_many(machine: Any) -> None:
    machine(cuda=2)
    assert pick("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(DeviceError, match="has 2 GPUs"):
        pick("cuda:2")


def test_threads_are_those_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNROLLED_THREADS", raising=False)
    if hasattr(os, "sched_getaffinity"):
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(3)))
        assert thread_count() == 3
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(64)))
        assert thread_count() == 8
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)  # as on a Mac
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    assert thread_count() == 5
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert thread_count() == 1


def test_threads_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_THREADS", " 12 ")
    assert thread_count() == 12
    for wrong in ("0", "-1", "two", "1.5", "1_0", "٣", "²", "inf"):
        monkeypatch.setenv("UNROLLED_THREADS", wrong)
        with pytest.raises(DeviceError, match="UNROLLED_THREADS"):
            thread_count()


@pytest.mark.parametrize(
    ("device", "requested", "quantised", "bf16", "expected"),
    [
        (CPU, "auto", False, True, "fp32"),
        (CPU, "auto", True, True, "int4"),
        (CPU, "int4", True, True, "int4"),
        (CPU, "int4", False, True, DeviceError),
        (CPU, "int8", False, True, "int8"),
        (CPU, "bf16", False, True, "bf16"),
        (CPU, "fp32", True, True, "fp32"),
        (CUDA, "auto", False, True, "bf16"),
        (CUDA, "auto", True, True, "bf16"),
        (CUDA, "auto", True, False, "fp32"),
        (CUDA, "int4", True, True, DeviceError),
        (CUDA, "int8", False, True, DeviceError),
        (CUDA, "fp32", False, True, "fp32"),
        (MPS, "auto", True, True, "fp32"),
        (MPS, "int8", False, True, DeviceError),
        (MPS, "bf16", False, True, "bf16"),
        (CPU, "fp16", False, True, DeviceError),
        (CPU, "", False, True, DeviceError),
        (CPU, "INT4", True, True, DeviceError),
    ],
)
def test_precision(
    machine: Any, device: torch.device, requested: str, quantised: bool, bf16: bool, expected: Any
) -> None:
    machine(cuda=1, bf16=bf16)
    if expected is DeviceError:
        with pytest.raises(DeviceError):
            choose_precision(device, requested, quantised=quantised)
    else:
        assert choose_precision(device, requested, quantised=quantised) == expected


# torch raises this on CUDA, and a plain RuntimeError of these words on MPS (aten/src/ATen/mps/MPSAllocator.mm).
CUDA_FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1.00 GiB.")
MPS_FULL = RuntimeError("MPS backend out of memory (MPS allocated: 5 GB). Tried to allocate 768 MB on private pool.")


class Builder:
    """Fails on each device that has an error, and remembers where it was asked to build."""

    def __init__(self, errors: dict[str, Exception]) -> None:
        self.errors, self.asked = errors, list[str]()

    def __call__(self, device: torch.device) -> str:
        self.asked.append(device.type)
        if device.type in self.errors:
            raise self.errors[device.type]
        return f"model on {device.type}"


@pytest.mark.parametrize(("device", "error"), [(CUDA, CUDA_FULL), (MPS, MPS_FULL)], ids=["cuda", "mps"])
def test_out_of_memory_goes_to_the_cpu_and_says_so(device: torch.device, error: Exception) -> None:
    build = Builder({device.type: error})
    model, notice = with_fallback(build, device)
    assert model == "model on cpu"
    assert build.asked == [device.type, "cpu"]
    assert notice == f"{device.type.upper()} ran out of memory: running on the CPU instead."


def test_memory_is_given_back_between_the_two_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    build = Builder({"cuda": CUDA_FULL})
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: build.asked.append("released"))
    with_fallback(build, CUDA)
    assert build.asked == ["cuda", "released", "cpu"]


def test_no_notice_when_there_is_room() -> None:
    build = Builder({})
    assert with_fallback(build, CUDA) == ("model on cuda", "")
    assert build.asked == ["cuda"]


def test_out_of_memory_on_the_cpu_is_raised() -> None:
    build = Builder({"cpu": torch.OutOfMemoryError("no"), "cuda": CUDA_FULL})
    for device, asked in ((CPU, ["cpu"]), (CUDA, ["cuda", "cpu"])):
        build.asked.clear()
        with pytest.raises(torch.OutOfMemoryError, match=r"^no$"):
            with_fallback(build, device)
        assert build.asked == asked


@pytest.mark.parametrize("device", [CPU, CUDA, MPS], ids=str)
def test_another_error_is_raised(device: torch.device) -> None:
    build = Builder({device.type: RuntimeError("mat1 and mat2 shapes cannot be multiplied")})
    with pytest.raises(RuntimeError, match="mat1"):
        with_fallback(build, device)
    assert build.asked == [device.type]


def test_the_failed_attempt_is_let_go_before_the_next() -> None:
    """What the first build had allocated hangs on its traceback, so the second must not start inside `except`."""
    import gc
    import weakref

    class Weights:
        pass

    half_built: list[weakref.ref[Weights]] = []

    def build(device: torch.device) -> bool:
        if device.type == "cpu":
            gc.collect()
            return half_built[0]() is None
        weights = Weights()
        half_built.append(weakref.ref(weights))
        raise torch.OutOfMemoryError("full")

    assert with_fallback(build, CUDA)[0] is True


@pytest.mark.parametrize("device", [CPU, CUDA, MPS], ids=str)
def test_memory_can_be_released_on_any_machine(device: torch.device) -> None:
    release_memory(device)


def test_placement_in_words(machine: Any) -> None:
    assert Placement(CPU, "int4", 2).describe() == "CPU, 2 threads, int4"
    assert Placement(CPU, "fp32", 1).describe() == "CPU, 1 thread, fp32"
    assert Placement(MPS, "fp32", 8).describe() == "MPS, fp32"
    assert Placement(torch.device("cuda", 1), "bf16", 8).describe() == "Card 1, bf16"


def test_generator_is_its_seed() -> None:
    first, again, other = (torch.rand(4, generator=generator(seed)) for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(first, torch.rand(4, generator=torch.Generator().manual_seed(5)))
    assert generator(1).device == CPU
