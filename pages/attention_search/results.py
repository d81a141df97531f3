"""Where the numbers of the lesson on attention as search come from: the encoder in the lab, or recorded until it is there."""

from typing import Any

from core.assets import fetch
from core.data.library import LIBRARY
from core.experiments import attention_search as lesson
from core.experiments.attention_search import HeadRead, Look, Query, Settings, recorded, scaling
from pages.kit import cache, lab

TITLES = tuple(item.title for item in LIBRARY)


ENCODER = "all-minilm-l6-v2"


def bring() -> None:
    """Bring the encoder to this machine where it is not there yet; a deployed copy meets it here for the first time."""
    if fetch.status(ENCODER) is None:
        return

    def work() -> Any:
        from core.experiments.attention_search import reading as _search_reading

        return _search_reading.fetch()

    lab.compute(("search fetch",), work, "Fetching the encoder", "megabyte")


def query(text: str, *, live: bool) -> Query:
    """Return a query as the encoder reads it."""
    if not live:
        return recorded.query()
    bring()

    def work() -> Any:
        from core.experiments.attention_search import reading as _search_reading

        return _search_reading.read_query(text)

    found: Query = lab.compute(("search query", text), work, "Reading your query")
    return found


def layer(text: str, number: int, *, live: bool) -> HeadRead:
    """Return what one layer of the encoder does on a text."""
    if not live:
        return recorded.head()
    bring()

    def work() -> Any:
        from core.experiments.attention_search import reading as _search_reading

        return _search_reading.read_layer(text, number)

    found: HeadRead = lab.compute(("search layer", text, number), work, "Reading your sentence", entries=cache.PROMPTS)
    return found


def search(asked: Query, settings: Settings) -> Look:
    """Return the three steps over the library."""
    found: Look = cache.remember(("search look", asked.vector.tobytes(), settings), lambda: _search(asked, settings))
    return found


def _search(asked: Query, settings: Settings) -> Look:
    shelves = recorded.shelves()
    return lesson.look(asked.vector, shelves.keys, shelves.values, settings, recorded.fitting().weights)


def search_shuffled(asked: Query, settings: Settings) -> tuple[float, float]:
    """Return by how much weights and mixture change when the library is shuffled."""
    shelves, weights = recorded.shelves(), recorded.fitting().weights
    found: tuple[float, float] = cache.remember(
        ("search shuffled", asked.vector.tobytes(), settings),
        lambda: lesson.shuffle_changes(asked.vector, shelves.keys, shelves.values, settings, weights),
    )
    return found


def swept(asked: Query) -> lesson.Sweep:
    """Return what the temperature does to a query's mask."""
    found: lesson.Sweep = cache.remember(
        ("search sweep", asked.vector.tobytes()),
        lambda: lesson.sweep(asked.vector, recorded.shelves().keys, recorded.fitting().weights),
    )
    return found


def mark(read: HeadRead) -> tuple[str, int, bytes]:
    """Return what tells one reading from another, the recorded one from the live one too."""
    return read.text, read.layer, read.queries.ravel()[:16].tobytes()


def head_look(read: HeadRead, head: int, place: int, settings: Settings) -> Look:
    """Return the page's own three steps for a query piece of a head, both from 1."""
    q, k, v = (part[head - 1] for part in (read.queries, read.keys, read.values))
    key = ("search head", *mark(read), head, place, settings)
    found: Look = cache.remember(key, lambda: lesson.look(q[place - 1], k, v, settings))
    return found


def measured(keys: int, seed: int, width: int) -> scaling.Scaling:
    """Return what the width does to random vectors, the reader's own width among the others."""
    usual: scaling.Scaling = cache.remember(("search scaling", keys, seed), lambda: scaling.measure(drawn(keys, seed)))
    if width in usual.widths:
        return usual
    found: scaling.Scaling = cache.remember(
        ("search scaling", keys, seed, width),
        lambda: scaling.joined(usual, scaling.measure(drawn(keys, seed), (width,))),
    )
    return found


def drawn(keys: int, seed: int) -> scaling.Drawn:
    """Return the random vectors of a seed, drawn once for the widest."""
    shelf = cache.shelf(cache.PROMPTS)
    found: scaling.Drawn | None = shelf.get(("search drawn", keys, seed))
    if found is None:
        found = scaling.draw(keys, seed)
        shelf.put(("search drawn", keys, seed), found)
    return found
