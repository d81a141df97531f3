"""Pairs: what is held out stays out, and where each set comes from."""

import json
import sqlite3
from pathlib import Path

import pytest

from core.data import pairs
from core.data.pairs import HELD_OUT, Pair, clauses, held_out_controlled, natural_sentences, read_pairs, verses


def snippets(folder: Path) -> Path:
    for name, count in (("movie_reviews", 40), ("editorials", 20), ("product_reviews", 20)):
        rows = [[f"{n}", 0.5, f"The {name}  number {n} isn’t long."] for n in range(count)]
        rows += [["x", 0.0, "short"], ["y", 0.0, "word " * 41]]
        (folder / f"{name}.json").write_text(json.dumps(rows), "utf-8")
    return folder


def test_natural_sentences_are_tidy_shuffled_and_of_3_to_40_words(tmp_path: Path) -> None:
    found = natural_sentences(snippets(tmp_path))
    assert len(found) == 80
    assert found == natural_sentences(tmp_path)
    assert found != sorted(found)
    assert found != natural_sentences(tmp_path, seed=1)
    assert all(3 <= len(sentence.split()) <= 40 and "’" not in sentence for sentence in found)


@pytest.mark.real_weights
def test_the_natural_sentences_of_the_asset() -> None:
    found = natural_sentences()
    assert 18_000 < len(found) == len(set(found))


def test_controlled_sentences_that_are_held_out_are_not_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "CONTROLLED", 400)
    monkeypatch.setitem(pairs.HELD_OUT, "controlled", 150)  # of 1,200: each word is checked for its type in tests
    trained = set(pairs.controlled_sentences())
    everything = held_out_controlled(set())
    assert len(trained) == 400
    assert len(everything) == HELD_OUT["controlled"]
    taken = set(everything[:10])
    assert taken.isdisjoint(held_out_controlled(taken))
    assert max(len(sentence.split()) for sentence in held_out_controlled(trained, longest=9)) == 9


def test_pairs_are_read_line_by_line(tmp_path: Path) -> None:
    lines = [["natural", "A cat.", "Um gato."], ["controlled", "Two dogs.", "Dois cães."]]
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert read_pairs(tmp_path / "pairs.jsonl") == [Pair(*line) for line in lines]
    with pytest.raises(OSError, match="missing"):
        read_pairs(tmp_path / "missing.jsonl")


def test_verses_are_joined_by_their_place(tmp_path: Path) -> None:
    path = tmp_path / "bible.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE bible (bbName, bNumber, cNumber, vNumber, vText)")
        for verse in range(1, 9):
            database.execute("INSERT INTO bible VALUES ('4', 1, 1, ?, ?)", (verse, f"In the {verse} beginning"))
            database.execute("INSERT INTO bible VALUES ('l', 1, 1, ?, ?)", (verse, f"Au {verse} commencement"))
            database.execute("INSERT INTO bible VALUES ('k', 1, 1, ?, 'another version')", (verse,))
            database.execute("INSERT INTO bible VALUES ('a', 1, 1, ?, ?)", (verse, f"No {verse} princípio"))
        database.execute("INSERT INTO bible VALUES ('4', 1, 3, 1, 'He didn`t go there')")
        database.execute("INSERT INTO bible VALUES ('l', 1, 3, 1, '(22:1)  Il n’y alla pas')")
        database.execute("INSERT INTO bible VALUES ('4', 1, 2, 1, 'Too short')")
        database.execute("INSERT INTO bible VALUES ('l', 1, 2, 1, 'Trop court')")
    found = verses(path)
    assert found == verses(path)
    assert Pair("verse", "He didn't go there", "Il n'y alla pas") in found
    genesis = [pair for pair in found if "beginning" in pair.source]
    assert len(genesis) == len(found) - 1 == 8
    assert genesis != sorted(genesis, key=lambda pair: pair.source)
    assert all(
        pair.target == pair.source.replace("In the", "Au").replace("beginning", "commencement") for pair in genesis
    )
    assert {pair.target for pair in verses(path, "pt")} == {f"No {verse} princípio" for verse in range(1, 9)}
    with pytest.raises(sqlite3.Error):
        verses(tmp_path / "missing.db")


def test_clauses_are_the_pieces_between_marks() -> None:
    found = clauses(
        [
            "It's clever, spooky and dull; it works (on its own terms) -- mostly.",
            "No marks at all here.",
            "It works for me, too... and for the U.S. Army. So it goes on and on!",
        ]
    )
    assert found == [
        "spooky and dull",
        "on its own terms",
        "No marks at all here",
        "It works for me",
        "and for the U.S",
        "So it goes on and on",
    ]
