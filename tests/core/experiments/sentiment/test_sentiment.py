"""The lesson on sentiment: its models against torch's own, its split, its baselines, a reader's file, and the claim's numbers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from core.assets import own
from core.assets.convert.texts import vader
from core.data.lexicon_rule import load_lexicon, total
from core.data.reviews import load_others, load_reviews, near_copies, split, words_of
from core.experiments import sentiment as lesson
from core.experiments.recording import find
from core.experiments.sentiment import files, reading, results
from core.experiments.sentiment.results import BAG, DEFAULT_TEXT, DEFAULT_TO, DEFAULT_WORD, IN_ORDER, MODELS, change
from core.pretrained.readers import KINDS, load_readers
from core.training import sentiment as recipe

HELD = find(lesson.held_out)
WORDS = results.fit(DEFAULT_TEXT)[0]
LAYERS = {"rnn_tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


# The models


@pytest.mark.parametrize("kind", KINDS)
def test_the_networks_are_torch_s(kind: str) -> None:
    readers = load_readers()
    stored = {name: value.float() for name, value in load_file(own.TRAINED / f"sentiment_{kind}.safetensors").items()}
    layer = LAYERS[kind](50, 64, batch_first=True)
    layer.load_state_dict({n.rsplit(".", 1)[1]: v for n, v in stored.items() if n.startswith("body.")})
    ids = torch.tensor(readers.encode(WORDS))
    with torch.no_grad():
        hidden = layer(stored["embedding.weight"][ids][None])[0][0]
        theirs = (hidden @ stored["output.weight"].T + stored["output.bias"]).softmax(-1)[:, 1].numpy()
    np.testing.assert_allclose(readers.beliefs(kind, WORDS), theirs, atol=1e-5)
    texts = [WORDS, ("dull",), WORDS[:3]]
    ends = [readers.beliefs(kind, words)[-1] for words in texts]
    np.testing.assert_allclose(readers.read(kind, texts), ends, atol=1e-5)


def test_the_bag_has_the_least_loss_and_knows_no_order() -> None:
    rng = np.random.default_rng(0)
    rows = [rng.integers(0, 6, size=5).tolist() for _ in range(60)]
    labels = torch.tensor(rng.integers(0, 2, 60).astype(float))
    weights, bias = recipe.bag_of_words(rows, labels, 5, 1.0)
    counts = torch.tensor([[row.count(word) for word in range(1, 6)] for row in rows]).double()
    off = torch.sigmoid(counts @ weights + bias) - labels.double()
    np.testing.assert_allclose((counts.T @ off + weights).numpy(), 0, atol=1e-4)  # the gradient, by hand
    assert float(off.sum()) == pytest.approx(0, abs=1e-4)
    readers = load_readers()
    assert readers.read("bag", [WORDS])[0] == pytest.approx(readers.read("bag", [WORDS[::-1]])[0], abs=1e-12)
    assert readers.beliefs("bag", WORDS)[-1] == pytest.approx(readers.read("bag", [WORDS])[0])


@pytest.mark.real_weights
def test_files_hold_what_their_facts_say() -> None:
    reviews, readers = load_reviews(), load_readers()
    for name in MODELS:
        facts = own.facts(f"sentiment_{name}")
        assert facts["seconds"] > 0
        assert facts["command"] == f"python -m core.training.sentiment {name} --seed 0"
        found = readers.read(name, [s.words for s in reviews.tune]) > 0.5
        assert np.mean(found == [s.is_positive for s in reviews.tune]) == pytest.approx(facts["metrics"]["tune"])
        row = results.rows(HELD.film)[list(MODELS).index(name)]
        assert row.share == pytest.approx(facts["metrics"]["held_out"], abs=1e-3)
    assert recipe.vocabulary_of(reviews.train) == readers.vocabulary
    assert sum(path.stat().st_size for path in own.TRAINED.glob("sentiment_*")) < 2_000_000


@pytest.mark.real_weights
def test_each_recipe_can_still_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_reviews()
    few = replace(whole, train=whole.train[:64], tune=whole.tune[:40], held_out=whole.held_out[:40])
    monkeypatch.setattr(recipe, "load_reviews", lambda: few)
    for kind in ("bag", "gru"):
        made = json.loads(recipe.make(kind, epochs=1, folder=tmp_path).read_text("utf-8"))
        assert 0 <= made["metrics"]["held_out"] <= 1
    with pytest.raises(KeyError):
        recipe.make("other", folder=tmp_path)


# The snippets


def test_words() -> None:
    assert words_of("Don’t! It’s CAN'T, isn't it?") == (
        "do", "n't", "!", "it", "'s", "ca", "n't", ",", "is", "n't", "it", "?"
    )  # fmt: skip
    assert split("  \n") == []
    assert near_copies([("a", "dull", "film"), ("one", "fine", "tale"), ("a", "dull", "film", ".")]) == {2}


@pytest.mark.real_weights
def test_the_parts_share_no_snippet() -> None:
    reviews = load_reviews()
    parts = [{s.words for s in part} for part in (reviews.train, reviews.tune, reviews.held_out)]
    assert not parts[0] & parts[2]
    assert not parts[0] & parts[1]
    assert (HELD.train, HELD.tune, len(HELD.film.positive)) == tuple(
        map(len, (reviews.train, reviews.tune, reviews.held_out))
    )
    assert [s.is_positive for s in reviews.held_out] == HELD.film.positive.tolist()
    assert [s.negates for s in load_others("tweets")] == HELD.tweets.negates.tolist()


@pytest.mark.real_weights
def test_what_was_recorded_of_the_held_out_snippets() -> None:
    """A part of it, one by one."""
    reviews, lexicon, readers = load_reviews(), load_lexicon(), load_readers()
    for number in range(0, 2000, 50):
        words = reviews.held_out[number].words
        alone = [readers.beliefs(name, words)[-1] for name in MODELS]
        np.testing.assert_allclose(HELD.film.beliefs[:, number], alone, atol=1e-4)
        assert HELD.film.rule[number] == (total(words, lexicon) > 0)
    assert abs(HELD.film.beliefs[BAG] - HELD.shuffled.beliefs[BAG]).max() < 1e-6


def test_word_scores_turn_round_behind_a_negation(tmp_path: Path) -> None:
    lexicon = {"good": 2.0, "bad": -2.0}
    assert total(("good",), lexicon) == 2
    assert total(("not", "a", "good"), lexicon) == pytest.approx(-1.48)
    assert total(("not", "at", "all", "so", "good"), lexicon) == 2
    source = tmp_path / "lexicon.txt"
    source.write_text("Good\t1.9\t0.9\t[2]\n:)\t2\t1\t[2]\n", "utf-8")
    vader(source, tmp_path, lambda done, every: None)
    assert load_lexicon(tmp_path) == {"good": 1.9, ":)": 2.0}
    source.write_text("\n", "utf-8")
    with pytest.raises(ValueError, match="no word"):
        vader(source, tmp_path, lambda done, every: None)


# What is said of it


def test_the_claim() -> None:
    before, after = (find(lesson.read, words) for words in (WORDS, change(WORDS, "moved", DEFAULT_WORD, DEFAULT_TO)[0]))
    assert results.turned(before, after) == ("RNN", "LSTM", "GRU")
    assert before.ends[BAG] == pytest.approx(after.ends[BAG], abs=1e-12)
    film, tweets, products = (results.rows(part) for part in (HELD.film, HELD.tweets, HELD.products))
    assert film[2].interval[0] > film[BAG].interval[1]
    assert film[0].share < film[BAG].share  # the plain RNN does not beat it
    for others in (tweets, products):
        assert max(others, key=lambda row: row.right).name == results.RULE
    assert results.apart(HELD.film, 2, BAG) == (168, 82)


def test_changes() -> None:
    words = ("a", "b", "c")
    assert change(words, "moved", 0, 2) == (("b", "c", "a"), 2)
    assert change(words, "left out", 1, 0) == (("a", "c"), None)
    assert change(words, "negated", 2, 0) == (("a", "b", "not", "c"), 2)
    assert change(("a",), "left out", 0, 0) == (("a",), 0)
    assert results.fit("word " * 50)[1] == 10
    worth = reading.worth(WORDS)
    without, whole = (reading.read(w).ends for w in (WORDS[1:], WORDS))
    np.testing.assert_allclose(worth.changes[:, 0], without - whole, atol=1e-5)
    weights = results.weights(reading.read(WORDS))
    np.testing.assert_allclose(weights[1:], load_readers().weight(WORDS)[1:], atol=1e-9)
    for read in (reading.read, reading.worth):
        with pytest.raises(ValueError, match="word"):
            read(())
    binned = results.by_length(HELD.film)
    assert sum(found[0].asked for _, found in binned) == len(HELD.film.positive)
    assert len(IN_ORDER) == BAG


# A reader's file


@pytest.mark.parametrize(
    ("name", "data", "texts", "labels"),
    [
        ("a.txt", b"Good.\n\n  Bad one \n", ("Good.", "Bad one"), (None, None)),
        (
            "a.csv", "\ufefftext,label\n\"Fine, really\",pos\nDull,0\nSo,maybe\n".encode(),
            ("Fine, really", "Dull", "So"), (True, False, None),
        ),
        ("a.csv", b"id;review;score\n1;Good;2.5\n2;Bad;-1\n3;--;0\n", ("Good", "Bad", "--"), (True, False, None)),
        ("a.tsv", b"1\tA long text here\n2\tAnother one\n", ("A long text here", "Another one"), (None, None)),
    ],
)  # fmt: skip
def test_a_file_is_read(name: str, data: bytes, texts: tuple[str, ...], labels: tuple[bool | None, ...]) -> None:
    found = files.read_lines(name, data)
    assert not found.trouble
    assert (found.texts, found.labels) == (texts, labels)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "Byte 1 of the file is not UTF-8"),
        (b"PK\x00\x03", "no text"),
        (b"x" * 1_000_001, "1.0 MB"),
        (b"  \n \n", "empty"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(data: bytes, said: str) -> None:
    found = files.read_lines("a.csv", data)
    assert said in found.trouble
    assert not found.texts


def test_what_of_a_file_is_left_out_is_said() -> None:
    rows = "text,label\n" + "fine,pos\n" * 1_005 + " ,pos\n" + "long " * 200 + ",pos\n"
    found = files.read_lines("a.csv", rows.encode())
    assert len(found.texts) == files.MOST_LINES
    said = " ".join(found.notes)
    assert "1,006 lines: the first 1,000" in said
    assert "verdicts from “label”" in said
