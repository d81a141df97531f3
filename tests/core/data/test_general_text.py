"""The texts to train on: split by document, nothing of the held-out ones in the others, and no text lost."""

import json
from pathlib import Path

import pytest

from core.data.general_text import HELD_OUT, GeneralText, load_general_text


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    for folder, name, count in (("sotu", "17{n:02}_washington.txt", 50), ("moby-dick", "chapter_{n}.txt", 33)):
        data = tmp_path / folder / "package" / "data"
        data.mkdir(parents=True)
        for n in range(count):
            (data / name.format(n=n)).write_text(f"{folder} {n}  speaks.\n\nOn ``two'' lines.\n", "utf-8")
    (tmp_path / "moby-dick" / "package" / "data" / "epilogue.txt").write_text("moby-dick epilogue.\n", "utf-8")
    snippets = tmp_path / "snippets"
    snippets.mkdir()
    for name in ("movie_reviews", "editorials"):
        (snippets / f"{name}.json").write_text(json.dumps([[f"{n}", 0.0, f"{name} {n}"] for n in range(40)]), "utf-8")
    return tmp_path


def load(texts: Path, seed: int = 0) -> GeneralText:
    return load_general_text(texts, seed=seed, snippets=texts / "snippets")


def test_documents_are_whole_and_on_one_side(texts: Path) -> None:
    found = load(texts)
    assert len(found.held_out) == round(50 * HELD_OUT) + round(34 * HELD_OUT) + 1
    assert len(found.train) + len(found.held_out) == 50 + 34 + 2
    first = {text.splitlines()[0] for text in found.train}
    assert not first & {text.splitlines()[0] for text in found.held_out}
    assert 'sotu 7 speaks.\nOn "two" lines.\n' in (*found.train, *found.held_out)


def test_the_split_is_the_seeds(texts: Path) -> None:
    assert load(texts) == load(texts)
    assert load(texts).held_out != load(texts, seed=1).held_out


def test_a_folder_without_texts_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"general_text\.py"):
        load_general_text(tmp_path)
