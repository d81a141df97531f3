"""Which Marian models of the Hugging Face hub translate here, whether their files can be had, and getting them.

The list of pairs is short, and only safetensors are read: most of these repositories hold pickled weights, and beside
them, in a pull request that the hub's own bot opened, the same weights as safetensors. Those are taken. Nothing here
imports torch or transformers.
"""

from pathlib import Path

from core.pretrained.hub.files import TIMEOUT, Availability, HubError, ask, files_on_hub, line
from core.pretrained.tokens import visible

OWNER = "Helsinki-NLP/opus-mt-"
HUB_PAIRS = ("en-fr", "fr-en", "en-de", "de-en", "en-es", "es-en")
WEIGHTS = "model.safetensors"
NEEDED = ("config.json", "vocab.json", "source.spm", WEIGHTS)
WANTED = (*NEEDED, "generation_config.json")
BOT, BOT_TITLE = "SFconvertbot", "Adding `safetensors` variant of this model"


def availability(pair: str) -> Availability:
    """Return whether `pair` is in the local hub cache or can be had from the hub; answers within some seconds."""
    try:
        name = hub_name(pair)
        if cached(name):
            return Availability(name, True, "on this machine")
        _offered(name)
    except HubError as error:
        return Availability(OWNER + visible(pair[:80]), False, str(error))
    return Availability(name, True, "not on this machine yet: downloaded from the hub at first use")


def hub_name(pair: str) -> str:
    """Return the hub's name for a pair; raises `HubError` for one that is not in `HUB_PAIRS`."""
    if pair.removeprefix(OWNER) not in HUB_PAIRS:
        raise HubError(f"{visible(pair[:80])} is not a pair that can be translated here")
    return OWNER + pair.removeprefix(OWNER)


def cached(name: str) -> Path | None:
    """Return a folder of the local hub cache with the whole model, whichever revision it is, if there is one."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    snapshots = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model") / "snapshots"
    whole = (folder for folder in sorted(snapshots.glob("*")) if all((folder / file).is_file() for file in NEEDED))
    return next(whole, None)


def _offered(name: str) -> tuple[str | None, list[str]]:
    """Return the revision to take (None: the newest) and its files that are wanted; raises `HubError` if one lacks."""
    from huggingface_hub import HfApi

    revision, files = None, files_on_hub(name)
    if WEIGHTS not in files:
        open_ones = ask(
            lambda: list(
                HfApi().get_repo_discussions(name, author=BOT, discussion_type="pull_request", discussion_status="open")
            )
        )
        # The hub could ignore what was asked for: only the bot's own are taken.
        found = [each for each in open_ones if (each.author, each.title) == (BOT, BOT_TITLE)]
        revision = found[0].git_reference if found else None
        files = files_on_hub(name, revision) if found else files
    if lacks := next((file for file in NEEDED if file not in files), ""):
        raise HubError(f"the hub has no {lacks} for it, and nothing else is read (nothing is unpickled)")
    return revision, [file for file in WANTED if file in files]


def download(name: str) -> Path:
    """Return the folder of the local hub cache with the model, fetched from the hub; raises `HubError`."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HTTPError

    try:
        revision, wanted = _offered(name)
    except HubError as error:
        raise HubError(f"{name} can't be loaded: {error}") from error
    try:
        files = [hf_hub_download(name, file, revision=revision, etag_timeout=TIMEOUT) for file in wanted]
    except (OSError, HTTPError, ValueError) as error:
        raise HubError(f"{name} could not be downloaded: {line(error)}") from error
    return Path(files[0]).parent
