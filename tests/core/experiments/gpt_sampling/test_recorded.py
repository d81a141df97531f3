"""What ships with the app is what the lesson computes: whole, at one with itself, and what the real model says today."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from core.experiments.gpt_sampling import DEFAULT_PROMPT, LABELLED, recorded
from core.experiments.gpt_sampling.texts import WAYS, Settings
from core.experiments.gpt_sampling.writing import measure_ways
from core.pretrained import load_language_model
from core.pretrained.causal_lm import LanguageModel

CACHED = (recorded.gpt_sampling_next, recorded.gpt_sampling_texts, recorded.gpt_sampling_ways)


def test_how_it_was_made_is_written_down() -> None:
    made = recorded.made()
    assert made["command"] == "python -m core.experiments.record"
    assert made["model"] == recorded.gpt_sampling_next().model == "smollm2-135m"
    assert made["where"]
    assert "seed 1" in made["settings"]
    assert Settings().seed == 1


def test_the_texts_are_at_one_with_the_four_ways() -> None:
    """At the defaults the filters are off: pure sampling, your filters and the first text are one and the same."""
    texts = recorded.gpt_sampling_texts()
    ways, _ = recorded.gpt_sampling_ways()
    assert set(texts) == {"sample", "greedy", "beam"}
    four = [texts["greedy"], texts["sample"], texts["sample"], texts["beam"]]
    assert tuple(way.name for way in ways) == WAYS
    for way, expected in zip(ways, measure_ways(four), strict=True):
        assert (way.text, way.tokens) == (expected.text, expected.tokens)
        assert way.logprob_per_token == pytest.approx(expected.logprob_per_token, rel=1e-5)
        assert way.repeated_3grams == pytest.approx(expected.repeated_3grams)
        assert way.distinct_2 == pytest.approx(expected.distinct_2)


def test_the_texts_are_whole() -> None:
    for name, text in recorded.gpt_sampling_texts().items():
        assert text.finished
        assert text.string
        assert text.string == "".join(word.text for word in text.words)
        assert len(text.words) == Settings().tokens or name == "beam"
        assert all(len(word.rivals) == 5 for word in text.words)
        assert all(word.chance == pytest.approx(np.exp(word.logprob)) for word in text.words)
    assert all(word.rank == 1 for word in recorded.gpt_sampling_texts()["greedy"].words)


def test_the_tree_is_the_beams() -> None:
    text = recorded.gpt_sampling_texts()["beam"]
    _, nodes = recorded.gpt_sampling_ways()
    best = [node for node in nodes if node.best]
    assert [node.label for node in best] == [word.label for word in text.words]
    assert best[-1].total == pytest.approx(text.logprob, abs=1e-6)
    assert all(node.parent < n for n, node in enumerate(nodes))
    assert all(nodes[node.parent].depth == node.depth - 1 for node in nodes if node.depth)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder of its own to record in; what was read before is forgotten, before and after."""
    monkeypatch.setattr(recorded, "FOLDER", tmp_path / "recorded")
    yield tmp_path / "recorded"
    monkeypatch.undo()
    for function in CACHED:
        function.cache_clear()


def test_what_is_written_is_read(elsewhere: Path) -> None:
    next_token, texts = recorded.gpt_sampling_next(), recorded.gpt_sampling_texts()
    ways, tree = recorded.gpt_sampling_ways()
    made = {"command": "none", "model": "made up"}
    recorded.write_gpt_sampling(next_token, texts, tree, ways, made)
    for function in CACHED:
        function.cache_clear()
    again = recorded.gpt_sampling_next()
    assert sorted(file.name for file in elsewhere.iterdir()) == ["gpt_sampling.json", "gpt_sampling.npz"]
    assert again is not next_token
    assert np.array_equal(again.logits, next_token.logits)
    assert np.array_equal(again.order, next_token.order)
    assert (again.ids, again.labels) == (next_token.ids, next_token.labels)
    assert recorded.gpt_sampling_texts() == texts
    assert recorded.gpt_sampling_ways() == (ways, tree)
    assert recorded.made() == made


# The real model


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return load_language_model(device="cpu")


@pytest.mark.real_weights
def test_the_recorded_scores_are_what_the_model_gives_now(model: LanguageModel) -> None:
    """Exact scores: the file's values in float32, whatever precision it decodes in."""
    found = recorded.gpt_sampling_next()
    ids = model.encode(DEFAULT_PROMPT)
    assert list(found.ids) == ids
    assert np.abs(model.logits(ids)[-1] - found.logits).max() < 1e-3
    assert found.labels == tuple(model.label(int(token)) for token in found.order)
    assert len(found.labels) == LABELLED


@pytest.mark.real_weights
@pytest.mark.parametrize("strategy", ["sample", "greedy", "beam"])
def test_the_recorded_texts_are_what_the_model_would_write(model: LanguageModel, strategy: str) -> None:
    """Every word's log-probability by exact scores of the whole text; decoding in 4 bits differs by 0.0007 nats in KL."""
    text, ids = recorded.gpt_sampling_texts()[strategy], model.encode(DEFAULT_PROMPT)
    tokens = [word.token for word in text.words]
    scores = torch.from_numpy(model.logits([*ids, *tokens])[len(ids) - 1 : -1]).double().log_softmax(-1)
    exact = scores[range(len(tokens)), tokens].numpy()
    off = np.array([word.logprob for word in text.words]) - exact
    assert np.abs(off).mean() < 0.05
    assert np.abs(off).max() < 0.25
    assert [model.label(token) for token in tokens] == [word.label for word in text.words]
    assert text.string == model.decode(tokens)
