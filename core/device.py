"""Where tensors live: which device, how many threads, which precision, and what happens when memory runs out.

Nothing else in the project decides any of this; every function that puts tensors somewhere takes the device
that `pick` returned.
"""

import ctypes
import math
import mmap
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, cast, get_args

import torch

Precision = Literal["fp32", "bf16", "int8", "int4"]
T = TypeVar("T")


class DeviceError(ValueError):
    """Raised for a device or precision that is unknown or not on this machine."""


@dataclass(frozen=True)
class Placement:
    """Where a model runs, and in what.

    `notice` is one sentence for the reader when this is not what was asked for, else empty.
    """

    device: torch.device
    precision: Precision
    threads: int
    notice: str = ""

    def describe(self) -> str:
        """Return the placement in words, for a page's footer: "CPU, 2 threads, int4"."""
        if self.device.type == "cpu":
            plural = "" if self.threads == 1 else "s"
            return f"CPU, {self.threads} thread{plural}, {self.precision}"
        name = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else self.device.type.upper()
        return f"{name}, {self.precision}"


def pick(preference: str = "auto") -> torch.device:
    """Return the device to compute on: CUDA, then MPS, then the CPU.

    The environment variable `UNROLLED_DEVICE` overrides `preference`. Raises `DeviceError` when a device is
    asked for by name and this machine does not have it.
    """
    wanted = os.environ.get("UNROLLED_DEVICE", "").strip() or preference
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(kind for kind, there in available.items() if there))
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise DeviceError(f"unknown device {wanted!r}: use auto, cuda, mps or cpu") from error
    if not available.get(device.type, False):
        there = ", ".join(kind for kind, is_there in available.items() if is_there)
        raise DeviceError(f"device {wanted!r} is not on this machine, which has {there}")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(f"device {wanted!r} is not on this machine, which has {torch.cuda.device_count()} GPUs")
    return device


def thread_count() -> int:
    """Return how many threads a model should use: the processors this process may use, at most eight.

    `UNROLLED_THREADS` overrides it. More than eight threads make the small products of these models slower,
    because the threads wait for one another longer than they compute. Raises `DeviceError` when the
    variable is not a whole number of at least one.
    """
    wanted = os.environ.get("UNROLLED_THREADS", "").strip()
    if wanted:
        if not (wanted.isascii() and wanted.isdigit() and int(wanted) >= 1):
            raise DeviceError(f"UNROLLED_THREADS must be a whole number of at least 1, not {wanted!r}")
        return int(wanted)
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    return min(allowed, 8)


def choose_precision(device: torch.device, requested: str = "auto", *, quantised: bool = False) -> Precision:
    """Return the precision that `device` is fast at, or the requested one.

    On a CPU a checkpoint that is stored in 4 bits is read from those bits where the compiled loops work
    (`quantised`), with float32 sums; anything else runs in fp32. GPUs with bf16 arithmetic use it. Raises `DeviceError` for an
    unknown name and for a weight-only kernel on a device that has none.
    """
    if requested != "auto":
        if requested not in get_args(Precision):
            raise DeviceError(f"unknown precision {requested!r}: use auto, {', '.join(get_args(Precision))}")
        if requested in ("int4", "int8") and device.type != "cpu":
            raise DeviceError(f"{requested} weights run on a CPU only here; use bf16 or fp32 on {device.type}")
        if requested == "int4" and not quantised:
            raise DeviceError("int4 needs a checkpoint that is stored in 4 bits, and numba; use int8, bf16 or fp32")
        return cast(Precision, requested)
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    if device.type == "cpu" and quantised:
        return "int4"
    return "fp32"


def with_fallback(build: Callable[[torch.device], T], device: torch.device) -> tuple[T, str]:
    """Return `build(device)`, or `build(cpu)` and one sentence that says so when the accelerator is out of memory.

    Running out on the CPU itself is not caught: there is nowhere else to go.
    """
    try:
        return build(device), ""
    except RuntimeError as error:
        if device.type == "cpu" or not is_out_of_memory(error):
            raise
    release_memory(device)
    return build(torch.device("cpu")), f"{device.type.upper()} ran out of memory: running on the CPU instead."


def is_out_of_memory(error: Exception) -> bool:
    """Return whether `error` says that a device has no memory left."""
    # MPS has no class of its own for it: torch raises a plain RuntimeError there (MPSAllocator.mm).
    return isinstance(error, torch.OutOfMemoryError) or "MPS backend out of memory" in str(error)


def release_memory(device: torch.device) -> None:
    """Give cached blocks of an accelerator's memory back, so that a smaller attempt can follow a failed one."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps" and torch.backends.mps.is_available():
        torch.mps.empty_cache()


def trim_memory() -> None:
    """Give freed memory of the CPU back to the system, where the C library keeps it for later (glibc does).

    Unpacking weights layer by layer frees hundreds of megabytes that would otherwise count as ours for ever.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def lazy_zeros(shape: tuple[int, ...]) -> torch.Tensor:
    """Return float32 zeros on the CPU that take up memory only where they are written, 4 kB at a time.

    torch writes all its zeros at once, and large pages fill 2 MB for every number: room for sixteen long texts
    would be half a gigabyte before the first one comes.
    """
    numbers = math.prod(shape)
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    memory = mmap.mmap(-1, max(4 * numbers, 1), **private)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return torch.frombuffer(memory, dtype=torch.float32, count=numbers).view(shape)


def generator(seed: int, device: torch.device | None = None) -> torch.Generator:
    """Return a torch generator on `device` (the CPU when not given) that starts from `seed`."""
    return torch.Generator(device=device or torch.device("cpu")).manual_seed(seed)
