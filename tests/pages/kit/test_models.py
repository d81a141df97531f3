"""Models on their way into memory: what goes wrong there is said, holds nobody up, and can be tried again."""

import builtins
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from core.generation.decoding import Sampling
from core.pretrained import registry
from core.serving.device_lock import DeviceLock
from pages.kit import cache, language_models, warmup
from pages.kit.language_models import DEFAULT, Loading, Offer, Offers
from tests.core.serving.fake_model import PATIENCE, FakeModel, Gate


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModel]:
    """The model that is found under every name, after nothing had to be fetched."""
    model = FakeModel()
    monkeypatch.setattr(registry, "fetch_language_model", lambda name, progress: None)
    monkeypatch.setattr(registry, "load_language_model", lambda name, device, progress: model)
    yield model
    model.gate.open()


def over(loading: Loading) -> Loading:
    assert loading.wait(PATIENCE)
    return loading


def ended(loading: Loading) -> bool:
    assert loading.engine is not None
    loading.engine._thread.join(PATIENCE)
    return not loading.engine._thread.is_alive()


def test_a_model_is_there(found: FakeModel) -> None:
    loading = over(Loading("any", DeviceLock()))
    assert loading.engine is not None
    assert (loading.engine.model, loading.error) == (found, "")
    loading.close()
    assert ended(loading)


def test_a_module_that_can_not_be_imported_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread died before, and the page said "loading" for ever."""
    plain = builtins.__import__

    def broken(name: str, *rest: Any, **more: Any) -> Any:
        if name == "core.serving.engine" and threading.current_thread().name == "load any":
            raise ImportError("libtorch_cpu.so: file too short")
        return plain(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", broken)
    loading = over(Loading("any", DeviceLock()))
    assert loading.engine is None
    assert loading.error == r"libtorch\_cpu.so: file too short"  # Markdown: what is not our own line has no code in it
    loading.close()


@pytest.mark.parametrize("where", ["fetch_language_model", "load_language_model"])
def test_what_can_not_be_had_is_said(where: str, found: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("any (90 MB to download): no network")

    monkeypatch.setattr(registry, where, fail)
    loading = over(Loading("any", DeviceLock()))
    assert loading.engine is None
    assert loading.error == "any (90 MB to download): no network"


def test_while_a_model_is_fetched_another_one_writes(found: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the one that is being fetched can be given up without waiting for it: that happens inside a lock of the cache."""
    turn, gate = DeviceLock(), Gate()
    first = over(Loading("first", turn))
    assert first.engine is not None
    gate.shut()
    monkeypatch.setattr(registry, "fetch_language_model", lambda name, progress: gate.pass_through())
    second = Loading("second", turn)
    assert first.engine.submit([1], Sampling(max_new_tokens=3)).wait(PATIENCE)
    began = time.monotonic()
    second.close()
    assert time.monotonic() - began < 1
    assert not second.wait(0)
    gate.open()
    assert ended(over(second))  # nobody wants it any more
    first.close()
    assert ended(first)


def test_who_writes_with_a_model_that_makes_room_is_served_to_the_end(found: FakeModel) -> None:
    loading = over(Loading("any", DeviceLock()))
    assert loading.engine is not None
    found.gate.shut()
    run = loading.engine.submit([1], Sampling(max_new_tokens=3))
    found.gate.one()
    loading.close()
    assert not run.over
    found.gate.open()
    assert run.wait(PATIENCE)
    assert run.state == "finished"
    assert ended(loading)


def test_an_engine_that_dies_is_said(found: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    few = cache.Few(2)
    monkeypatch.setattr(cache, "models", lambda: few)
    assert warmup.state() == ("idle", "the first page that needs the model starts it")
    loading = over(Loading("any", DeviceLock()))
    few.get(DEFAULT, lambda: loading)
    assert warmup.state()[0] == "ready"
    assert loading.engine is not None

    def dies(*_: Any) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(loading.engine, "_round", dies)
    assert ended(loading)
    assert loading.error == "the disk is gone"
    assert warmup.state() == ("failed", "the disk is gone")
    few.forget(DEFAULT)
    assert warmup.state()[0] == "idle"


def test_health_starts_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    few = cache.Few(2)
    monkeypatch.setattr(cache, "models", lambda: few)
    assert warmup.state()[0] == "idle"
    assert few.held(DEFAULT) is None


def test_two_models_are_kept_and_the_one_not_used_for_longest_makes_room() -> None:
    closed: list[str] = []
    few = cache.Few(2)

    def get(name: str) -> Any:
        return few.get(name, lambda: SimpleNamespace(name=name, close=lambda: closed.append(name)))

    one, two = get("one"), get("two")
    assert get("one") is one
    get("three")
    assert closed == ["two"]
    assert few.held("two") is None
    assert get("one") is one
    assert get("two") is not two
    assert closed == ["two", "three"]
    few.forget("one")
    few.forget("one")
    assert closed == ["two", "three", "one"]


# The list of models


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> "Hub":
    return Hub(monkeypatch)


class Hub:
    """What the hub answers, when, and how often it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reason, self.asked, self.now, self.gate = "the hub is away", 0, 1000.0, Gate()
        monkeypatch.setattr(language_models, "offers", self.answer)
        monkeypatch.setattr(language_models, "time", SimpleNamespace(monotonic=lambda: self.now))

    def answer(self) -> tuple[Offer, ...]:
        self.asked += 1
        self.gate.pass_through()
        return Offer(DEFAULT), Offer("gpt2", self.reason)


def asked(offers: Offers) -> None:
    assert offers._asking is not None
    offers._asking.join(PATIENCE)


def test_until_the_hub_has_answered_there_is_the_default(hub: Hub) -> None:
    offers = Offers()
    hub.gate.shut()
    assert offers.get(wait=False) == (Offer(DEFAULT),)
    assert offers.get(wait=False) == (Offer(DEFAULT),)
    hub.gate.open()
    asked(offers)
    assert offers.get(wait=False)[1] == Offer("gpt2", "the hub is away")
    assert hub.asked == 1


def test_who_needs_the_list_waits_for_the_answer_that_is_on_its_way(hub: Hub) -> None:
    offers = Offers()
    hub.gate.shut()
    offers.get(wait=False)
    answers: list[tuple[Offer, ...]] = []
    waiting = [threading.Thread(target=lambda: answers.append(offers.get(wait=True))) for _ in range(2)]
    for one in waiting:
        one.start()
    hub.gate.open()
    for one in waiting:
        one.join(PATIENCE)
    assert answers == [(Offer(DEFAULT), Offer("gpt2", "the hub is away"))] * 2
    assert hub.asked == 1


def test_a_hub_that_was_away_is_asked_again(hub: Hub) -> None:
    offers = Offers()
    assert offers.get(wait=True)[1].reason == "the hub is away"
    hub.reason = ""
    hub.now += language_models.FRESH_SECONDS - 1
    offers.get(wait=True)
    assert hub.asked == 1
    hub.now += 2
    hub.gate.shut()
    assert offers.get(wait=True)[1].reason == "the hub is away"  # nobody waits for what is only newer
    hub.gate.open()
    asked(offers)
    assert offers.get(wait=False)[1].reason == ""
    assert hub.asked == 2


def test_the_server_has_one_list() -> None:
    assert cache.only(Offers) is cache.only(Offers)
