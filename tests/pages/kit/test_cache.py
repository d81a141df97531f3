"""The shelf: bounded, least recently used out first, shared by threads."""

import threading
from collections import OrderedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.kit import cache
from pages.kit.cache import Shelf


@given(
    st.integers(1, 5),
    st.lists(st.tuples(st.booleans(), st.integers(0, 7)), max_size=60),
)
def test_forgets_what_was_used_longest_ago(entries: int, steps: list[tuple[bool, int]]) -> None:
    shelf, model = Shelf(entries), OrderedDict[int, int]()
    for number, (put, key) in enumerate(steps):
        if put:
            shelf.put(key, number)
            model[key] = number
            model.move_to_end(key)
            if len(model) > entries:
                model.popitem(last=False)
        else:
            assert shelf.get(key) == model.get(key)
            if key in model:
                model.move_to_end(key)
    assert {key: shelf.get(key) for key in range(8)} == {key: model.get(key) for key in range(8)}


def test_threads_share_it() -> None:
    shelf = Shelf(10)
    failures: list[BaseException] = []

    def work(start: int) -> None:
        try:
            for number in range(2000):
                shelf.put(("key", start, number % 20), number)
                found = shelf.get(("key", start, number % 20))
                assert found in (None, number)
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(shelf._results) == 10


def test_the_servers_shelves_are_bounded_and_their_own() -> None:
    assert cache.shelf() is cache.shelf()
    assert cache.shelf()._entries == cache.RESULTS
    sizes = (cache.RESULTS, cache.TEXTS, cache.PROMPTS)
    shelves = [cache.shelf(entries) for entries in sizes]
    assert tuple(shelf._entries for shelf in shelves) == sizes
    assert [cache.shelf(entries) for entries in sizes] == shelves  # asked for in turn, none is made anew
    assert len(set(map(id, shelves))) == 3


def test_remember_computes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(2)
    monkeypatch.setattr(cache, "shelf", lambda: shelf)
    asked: list[str] = []

    def compute() -> str:
        asked.append("once")
        return "result"

    assert [cache.remember(("a", 1), compute) for _ in range(3)] == ["result"] * 3
    assert asked == ["once"]
    cache.remember(("b", 1), compute)
    cache.remember(("c", 1), compute)
    cache.remember(("a", 1), compute)
    assert len(asked) == 4
