"""The shelf: bounded in bytes, least recently used out first, shared by threads."""

import threading
from collections import OrderedDict

from hypothesis import given
from hypothesis import strategies as st

from pages.kit import cache
from pages.kit.shelf import MISSING, Shelf, size_of


@given(st.integers(1, 5), st.lists(st.tuples(st.booleans(), st.integers(0, 7)), max_size=60))
def test_forgets_what_was_used_longest_ago(entries: int, steps: list[tuple[bool, int]]) -> None:
    shelf, model = Shelf(entries * 2 * size_of(0)), OrderedDict[int, int]()  # a key and a number take twice that
    for number, (put, key) in enumerate(steps):
        if put:
            shelf.put(key, number)
            model[key] = number
            model.move_to_end(key)
            if len(model) > entries:
                model.popitem(last=False)
        else:
            assert shelf.get(key) == model.get(key, MISSING)
            if key in model:
                model.move_to_end(key)
    assert {key: shelf.get(key) for key in range(8)} == {key: model.get(key, MISSING) for key in range(8)}


def test_threads_share_it() -> None:
    shelf = Shelf(10 * size_of(("key", 0, 0)))
    failures: list[BaseException] = []

    def work(start: int) -> None:
        try:
            for number in range(2000):
                shelf.put(("key", start, number % 20), number)
                found = shelf.get(("key", start, number % 20))
                assert found in (MISSING, number)
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert 0 < shelf.bytes <= shelf.most_bytes


def test_the_servers_shelves_are_bounded_and_their_own() -> None:
    assert cache.results() is cache.results()
    assert cache.results() is not cache.pictures()
    assert cache.results().most_bytes == cache.RESULT_BYTES
    assert cache.pictures().most_bytes == cache.PICTURE_BYTES
