"""What the server does once, in the background, right after it started: heavy imports, the model, a throw-away figure.

The first pages are served meanwhile, from recorded results. At the end all that is loaded is taken out of the
garbage collector's sight: Streamlit collects after every rerun, and going through torch's objects each time would
cost more than the rerun (98 ms against 10 ms for a page with one chart).
"""

import gc
import logging
import os
import threading
import time

from pages.kit import cache, delivery, language_models
from pages.kit.language_models import DEFAULT, Offers

log = logging.getLogger(__name__)
_DELAY_SECONDS = 0.3  # lets a first page that somebody is already waiting for be served before torch is imported
_STOPPED = threading.Event()


def start() -> None:
    """Begin to warm up, unless `UNROLLED_WARMUP=0`."""
    if os.environ.get("UNROLLED_WARMUP", "1") != "0":
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()


def stop() -> None:
    """Leave off as soon as possible."""
    _STOPPED.set()


def state() -> tuple[str, str]:
    """Return "idle" (nobody has asked for the model yet), "loading", "ready" or "failed", and one line more about it."""
    loading = language_models.started(DEFAULT)
    if loading is None:
        return "idle", "the first page that needs the model starts it"
    if not loading.wait(0):
        return "loading", loading.progress[0]
    if loading.error or loading.engine is None or loading.engine.placement is None:
        return "failed", loading.error
    return "ready", loading.engine.placement.describe()


def _warm_up() -> None:
    if _STOPPED.wait(_DELAY_SECONDS):
        return
    began = time.monotonic()
    from core.figures.export import warm_up

    delivery.prepare()
    warm_up()  # before torch is imported, which takes the processor from a first page that draws its figure now
    loading = language_models.model(DEFAULT)
    cache.workshop()
    loading.wait(None)
    if loading.error:
        log.error("The model can't be had: %s", loading.error)
    gc.collect()
    gc.freeze()
    log.info("warm after %.1f s", time.monotonic() - began)
    cache.only(Offers).get(wait=True)
