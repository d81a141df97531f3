"""Which models of the Hugging Face hub may be loaded, whether their files can be had, and getting them.

The list is short: `HUB_MODELS` and the variable `UNROLLED_HUB_MODELS` (ids with commas between them). A name in a link
can so never make a server download something else. Nothing here imports transformers.
"""

import json
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from core.assets.fetch import offline_mode
from core.pretrained.hub.progress import Meter, Progress
from core.pretrained.tokens import visible

HUB_MODELS = ("gpt2", "distilgpt2")
MOST_EXTRA = 20
TIMEOUT = 3.0  # seconds that the hub has to answer in
NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?", re.ASCII)
WEIGHTS = re.compile(r"model(-\d+-of-\d+)?\.safetensors")
INDEX = "model.safetensors.index.json"
WANTED = ("config.json", "generation_config.json", "tokenizer.json", INDEX)
T = TypeVar("T")


class HubError(RuntimeError):
    """Raised in one line when a model of the hub can't be had or can't be run here."""


@dataclass(frozen=True)
class Availability:
    """Whether the model `name` can be loaded; `reason` is a sentence without its capital and full stop."""

    name: str
    available: bool
    reason: str


def hub_names() -> tuple[str, ...]:
    """Return the names that `load_hub_model` takes: `HUB_MODELS` and what `UNROLLED_HUB_MODELS` adds."""
    return _read_names()[0]


def ignored_names() -> tuple[Availability, ...]:
    """Return the entries of `UNROLLED_HUB_MODELS` that are not used, each with its reason."""
    return _read_names()[1]


def _read_names() -> tuple[tuple[str, ...], tuple[Availability, ...]]:
    names, ignored = list(HUB_MODELS), []
    for entry in filter(None, map(str.strip, os.environ.get("UNROLLED_HUB_MODELS", "").split(","))):
        # The hub itself refuses two dots or dashes in a row; the first would also be a way out of a folder.
        if not NAME.fullmatch(entry) or ".." in entry or "--" in entry:
            shown = visible(entry[:80])
            ignored.append(Availability(shown, False, "not a hub id such as gpt2 or owner/name"))
        elif entry not in names and len(names) == len(HUB_MODELS) + MOST_EXTRA:
            reason = f"UNROLLED_HUB_MODELS adds {MOST_EXTRA} models at most"
            ignored.append(Availability(visible(entry[:80]), False, reason))
        elif entry not in names:
            names.append(entry)
    return tuple(names), tuple(ignored)


def availability(name: str) -> Availability:
    """Return whether `name` is in the local hub cache or the hub has it; answers within about `TIMEOUT` seconds."""
    try:
        check_allowed(name)
        if cached(name):
            return Availability(name, True, "on this machine")
        _files_on_hub(name)
    except HubError as error:
        return Availability(name, False, str(error))
    return Availability(name, True, "not on this machine yet: downloaded from the hub at first use")


def check_allowed(name: str) -> None:
    """Raise `HubError` for a name that is not in `hub_names()`."""
    if name not in hub_names():
        raise HubError(f"{visible(name[:80])} is not allowed here: only models in UNROLLED_HUB_MODELS are")


def cached(name: str) -> Path | None:
    """Return the folder of the local hub cache with the whole model, if there is one."""
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(name, "config.json")
    if not isinstance(config, str) or missing(Path(config).parent):
        return None
    return Path(config).parent


def missing(folder: Path) -> str:
    """Return the first file that `folder` lacks, or "" when it holds a whole model; raises `HubError`."""
    weights = ["model.safetensors"]
    if not (folder / weights[0]).is_file() and (folder / INDEX).is_file():
        shards = read_json(folder / INDEX).get("weight_map")
        weights = sorted({str(shard) for shard in shards.values()}) if isinstance(shards, dict) else weights
    if odd := next((file for file in weights if not WEIGHTS.fullmatch(file)), ""):
        raise HubError(f"{INDEX} names {visible(odd[:80])}, which is not a file of weights")
    needed = ["config.json", "tokenizer.json", *weights]
    return next((file for file in needed if not (folder / file).is_file()), "")


def read_json(file: Path) -> dict[str, Any]:
    """Return the object in `file`; raises `HubError` when there is none."""
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise HubError(f"{file.name} can't be read: {line(error)}") from error
    if not isinstance(content, dict):
        raise HubError(f"{file.name} can't be read: it holds no object")
    return content


def line(error: Exception) -> str:
    """Return what went wrong in one line."""
    return " ".join(str(error).split())[:300] or type(error).__name__


def ask(question: Callable[[], T]) -> T:
    """Return the hub's answer to a question that calls it.

    Raises `HubError` when there is none in about `TIMEOUT` seconds, or nobody may be asked.
    """
    from huggingface_hub import constants
    from huggingface_hub.errors import HTTPError, RepositoryNotFoundError

    away = "not on this machine, and the hub could not be reached"
    if offline_mode():
        raise HubError(f"{away}: UNROLLED_OFFLINE is set")
    if constants.is_offline_mode():
        raise HubError(f"{away}: HF_HUB_OFFLINE is set")
    answer: list[T | HubError] = []

    def wait() -> None:
        try:
            answer.append(question())
        except RepositoryNotFoundError:
            answer.append(HubError("not on this machine, and the hub has no public model of this name"))
        except (OSError, HTTPError, ValueError, LookupError, TypeError, AttributeError) as error:
            # The last three: a log-in page or a proxy answered in the hub's place.
            answer.append(HubError(f"{away}: {line(error)}"))

    # Looking up the hub's address obeys no timeout, so it is waited for from outside.
    asking = threading.Thread(target=wait, daemon=True)
    asking.start()
    asking.join(TIMEOUT + 1)
    found = answer[0] if answer else HubError(f"{away}: no answer in {TIMEOUT + 1:g} seconds")
    if isinstance(found, HubError):
        raise found
    return found


def files_on_hub(name: str, revision: str | None = None, *, sizes: bool = False) -> dict[str, int]:
    """Return the names of all files of `name`; raises `HubError` when the hub can't say.

    Each has its size in bytes, 0 where `sizes` are not asked for, which takes the hub longer, or it does not tell.
    """
    from huggingface_hub import HfApi

    def question() -> dict[str, int]:
        found = HfApi().model_info(name, revision=revision, timeout=TIMEOUT, files_metadata=sizes)
        return {file.rfilename: int(file.size or 0) for file in found.siblings or ()}

    return ask(question)


def _files_on_hub(name: str, *, sizes: bool = False) -> dict[str, int]:
    """Return the files of `name` that are wanted, as `files_on_hub` does; raises `HubError` where it lacks one, too."""
    found = files_on_hub(name, sizes=sizes)
    wanted = {file: size for file, size in found.items() if file in WANTED or WEIGHTS.fullmatch(file)}
    for needed, there in {
        "config.json": "config.json" in wanted,
        "tokenizer.json": "tokenizer.json" in wanted,
        "safetensors": any(WEIGHTS.fullmatch(file) for file in wanted),
    }.items():
        if not there:
            raise HubError(f"the hub has no {needed} for it, and nothing else is read (nothing is unpickled)")
    return wanted


def fetch(name: str, progress: Progress | None = None) -> Path:
    """Return the folder with the model `name`, downloaded where it is not in the local hub cache; raises `HubError`."""
    check_allowed(name)
    return cached(name) or download(name, progress)


def download(name: str, progress: Progress | None = None) -> Path:
    """Return the folder of the local hub cache with the model `name`, fetched from the hub; raises `HubError`.

    `progress` is told how many bytes of all files are here.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HTTPError

    try:
        wanted = _files_on_hub(name, sizes=progress is not None)
    except HubError as error:
        raise HubError(f"{name} can't be loaded: {error}") from error
    meter, files = Meter(wanted, progress) if progress else None, []
    try:
        for file in wanted:
            bar = meter.bar(file) if meter else None
            files.append(Path(hf_hub_download(name, file, etag_timeout=TIMEOUT, tqdm_class=bar)))
            if meter:  # no bar tells of a file that was here, or that another process fetched
                meter.note(file, files[-1].stat().st_size, files[-1].stat().st_size)
    except (OSError, HTTPError, ValueError) as error:
        raise HubError(f"{name} could not be downloaded: {line(error)}") from error
    return files[0].parent
