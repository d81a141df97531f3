"""The encoder that several lessons read with, and any other asset, brought to this machine where it is not here yet."""

import time
from concurrent.futures import ThreadPoolExecutor

from core.assets import fetch, manifest
from core.pretrained.encoder import DEFAULT_ENCODER, Encoder, load_encoder
from core.progress import Steps

FRAME_SECONDS = 0.1


def encoder() -> Steps[Encoder]:
    """Return the encoder, fetched first where it is not here; yields and raises as `bring` does."""
    yield from bring(DEFAULT_ENCODER)
    return load_encoder()


def bring(name: str) -> Steps[None]:
    """Bring the asset `name` to this machine where it is not here: yields (megabytes here, megabytes).

    Raises `core.assets.fetch.AssetError` where it can't be had.
    """
    size = manifest.load()[name].package_size // 1_000_000
    at = [0]

    def report(stage: str, done: int, total: int) -> None:
        if stage in ("download", "wait"):
            at[0] = done // 1_000_000

    if fetch.status(name) is not None:
        pool = ThreadPoolExecutor(1)
        try:
            coming = pool.submit(fetch.ensure, name, progress=report)
            while not coming.done():
                yield at[0], size
                time.sleep(FRAME_SECONDS)
            coming.result()
        finally:
            # Who stops waiting does not stop the others in this thread; the next one finds it there.
            pool.shutdown(wait=False)
    yield size, size
