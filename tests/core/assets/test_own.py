"""The files of our own recipes: each is the one that was stored, and a broken one says so in one line, with a remedy."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.assets import own
from core.assets.manifest import AssetError
from core.models.saved import load

WEIGHTS, FACTS = "recall_gru_0.safetensors", "recall_gru_0.json"


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the shipped folder, with two of its files and their hashes, in the shipped one's place."""
    folder = tmp_path / "trained"
    folder.mkdir()
    for name in (WEIGHTS, FACTS):
        shutil.copy(own.TRAINED / name, folder)
    own.seal(folder)
    monkeypatch.setattr(own, "TRAINED", folder)
    return folder


def test_every_file_is_the_one_that_was_stored() -> None:
    """`python -m core.assets.own` after files were made anew elsewhere."""
    lines = own.TRAINED.with_name("trained.sha256").read_text("utf-8").splitlines()
    wanted = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    here = {f"trained/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in own.TRAINED.iterdir()}
    assert wanted == here


def test_whole_files_are_read(trained: Path) -> None:
    assert own.facts("recall_gru_0")["steps"] == 1500
    assert own.read(trained / WEIGHTS, load).kind == "gru"


def flip(at: float) -> Callable[[bytes], bytes]:
    """Return what flips the highest bit of the byte at this share of a file."""

    def damage(content: bytes) -> bytes:
        place = int(at * (len(content) - 1))
        return content[:place] + bytes([content[place] ^ 128]) + content[place + 1 :]

    return damage


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a byte of the head": flip(0.0),
    "a byte in the middle": flip(0.5),
    "the last byte": flip(1.0),
    "cut short": lambda content: content[: len(content) // 2],
    "one byte less": lambda content: content[:-1],
    "one byte more": lambda content: content + b" ",
    "empty": lambda content: b"",
    "another file": lambda content: b'{"something": "else"}',
}


BREAKING = ("a byte of the head", "cut short", "empty")  # seen without a hash, too: nothing can read what is left


@pytest.mark.parametrize("name", [WEIGHTS, FACTS])
@pytest.mark.parametrize(
    ("damage", "sealed"), [*((each, True) for each in DAMAGES), *((each, False) for each in BREAKING)]
)
def test_damage_is_told_with_the_file_and_the_remedy(damage: str, name: str, sealed: bool, trained: Path) -> None:
    path = trained / name
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    if not sealed:
        trained.with_name("trained.sha256").unlink()

    def read() -> Any:
        return own.facts(path.stem) if path.suffix == ".json" else own.read(path, load)

    with pytest.raises(AssetError) as caught:
        read()
    said = str(caught.value)
    assert said.startswith(f"{name}: it ")
    assert "is damaged: its sha256" in said or (not sealed and "can't be read" in said)
    assert f"Run: git checkout -- core/assets/trained/{name}" in said
    assert ("or make it again: python -m core.training.recipes recall_gru --seed 0" in said) == (name == WEIGHTS)
    assert "\n" not in said
    assert str(trained) not in said


def test_a_missing_file_is_told_in_the_same_words(trained: Path) -> None:
    (trained / WEIGHTS).unlink()
    with pytest.raises(FileNotFoundError) as caught:
        own.read(trained / WEIGHTS, load)
    assert str(caught.value).startswith(f"{WEIGHTS} is missing. Run: git checkout -- core/assets/trained/{WEIGHTS}")
    with pytest.raises(FileNotFoundError, match=r"^nothing\.json is missing\. Run: git checkout"):
        own.facts("nothing")


def test_facts_that_are_no_object(trained: Path) -> None:
    (trained / FACTS).write_text(json.dumps([1]), "utf-8")
    own.seal(trained)
    with pytest.raises(AssetError, match=r"recall_gru_0\.json: it can't be read \(ValueError: it holds no object\)"):
        own.facts("recall_gru_0")


@pytest.mark.parametrize("loader", ["recaller", "recaller's facts", "characters", "translator"])
def test_every_loader_of_ours_compares_first(loader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.pretrained import characters, recallers
    from core.pretrained.translation import recurrent

    names = {"recaller": "recall_lstm_1.safetensors", "recaller's facts": "recall_lstm_1.json",
             "characters": "char_gru.safetensors", "translator": "forwards_en_pt.safetensors"}  # fmt: skip
    folder = tmp_path / "trained"
    folder.mkdir()
    shutil.copy(own.TRAINED / names[loader], folder)
    own.seal(folder)
    (folder / names[loader]).write_bytes(flip(0.9)((folder / names[loader]).read_bytes()))
    for module in (own, recallers, characters, recurrent):
        monkeypatch.setattr(module, "TRAINED", folder)
    calls: dict[str, Callable[[], Any]] = {
        "recaller": lambda: recallers.load_recaller.__wrapped__("lstm", 1),
        "recaller's facts": lambda: recallers.recall_facts.__wrapped__("lstm", 1),
        "characters": lambda: characters.load_character_model.__wrapped__("gru"),
        "translator": lambda: recurrent.load_recurrent.__wrapped__("forwards_en_pt"),
    }
    with pytest.raises(AssetError, match=f"^{names[loader]}: it is damaged"):
        calls[loader]()
