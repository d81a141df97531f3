"""With UNROLLED_OFFLINE=1 nothing opens a socket or looks up a name, whoever asks; and no failure is kept."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.assets.fetch import offline_mode
from core.pretrained import hub, load_language_model, load_translator
from core.pretrained.hub import HubError, files
from core.pretrained.registry import fetch_language_model
from core.pretrained.translation import marian_hub, marian_hub_files
from tests.core.pretrained.conftest import random_llama

PAIR = "en-fr"
NAMES = (*files.HUB_MODELS, "somebody/else")


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Return the list of addresses that somebody tried to reach; the hub's library is in no offline mode of its own."""
    from huggingface_hub import constants

    found: list[str] = []

    def refuse(*address: Any, **settings: Any) -> Any:
        found.append(str(address))
        raise ConnectionRefusedError(111, "Connection refused")

    for name in ("getaddrinfo", "create_connection", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(files, "TIMEOUT", 1.0)
    monkeypatch.setenv("UNROLLED_HUB_MODELS", NAMES[-1])
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return found


WAYS: dict[str, Callable[[], Any]] = {
    "availability": lambda: [files.availability(name) for name in files.hub_names()],
    "fetching": lambda: fetch_language_model("gpt2"),
    "fetching with progress": lambda: files.download("gpt2", lambda stage, done, total: None),
    "loading": lambda: load_language_model("gpt2"),
    "loading at the hub": lambda: hub.load_hub_model(NAMES[-1]),
    "a pair's availability": lambda: [marian_hub_files.availability(pair) for pair in marian_hub_files.HUB_PAIRS],
    "a pair's files": lambda: marian_hub_files.download(marian_hub_files.hub_name(PAIR)),
    "a pair": lambda: load_translator(PAIR),
    "a pair at the hub": lambda: marian_hub.load_hub_translator(PAIR),
}


def asked(way: str) -> list[Any]:
    """Return what came of it, in words."""
    try:
        found = WAYS[way]()
    except HubError as error:
        return [str(error)]
    return [each.reason for each in found]


@pytest.mark.parametrize("way", WAYS)
def test_nobody_is_asked(way: str, attempts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_OFFLINE", "1")
    assert offline_mode()
    reasons = asked(way)
    assert reasons
    assert all("the hub could not be reached: UNROLLED_OFFLINE is set" in reason for reason in reasons)
    assert attempts == []


@pytest.mark.parametrize("way", WAYS)
def test_without_it_somebody_is_asked_and_asked_again_after_a_failure(
    way: str, attempts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count above counts something; and what could not be reached once is not taken for unreachable."""
    monkeypatch.delenv("UNROLLED_OFFLINE", raising=False)
    assert all("could not be reached" in reason for reason in asked(way))
    first = len(attempts)
    assert first > 0
    asked(way)
    assert len(attempts) > first


def test_what_is_here_is_loaded_without_asking(
    attempts: list[str], tmp_path: Path, tokenizer_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLED_OFFLINE", "1")
    random_llama(hidden_size=32, num_attention_heads=2, num_hidden_layers=1).save_pretrained(tmp_path / "model")
    (tmp_path / "model" / "tokenizer.json").write_bytes(tokenizer_file.read_bytes())
    model = hub.load_hub_folder("somebody/else", tmp_path / "model", device="cpu")
    assert model.logits(model.encode("the")).shape[-1] == model.vocabulary
    assert attempts == []
