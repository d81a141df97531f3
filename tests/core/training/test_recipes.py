"""What the recipes made, measured again; and each recipe run for a moment, so that it can still be run."""

import itertools
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from core.assets import own
from core.data import texts_to_learn
from core.data.prose import load_prose, vocabulary_of
from core.data.recall import CHANCE
from core.models.char_lm import CharLM
from core.models.recaller import Recaller
from core.models.saved import load
from core.pretrained import readers
from core.pretrained.translation.recurrent import RECURRENT
from core.training import recipes
from core.training.lanes import carried

CHARACTERS = ("char_gru", "char_lstm", "char_rnn_relu", "char_rnn_tanh")
WRITERS = tuple(f"writer_{name}" for name in texts_to_learn.TEXTS)  # see test_characters.py
RECALLERS = tuple(f"{name}_{seed}" for name in recipes.RECIPES if name.startswith("recall") for seed in range(3))
SENTIMENT = tuple(f"sentiment_{name}" for name in readers.EVERY)  # see tests/core/experiments/sentiment
POSITIONS = tuple(f"positions_{kind}" for kind in ("learned", "none", "rotary", "sinusoidal"))  # see test_lengths
PIXELS = ("pixels_columns", "pixels_dense", "pixels_rows", "pixels_shuffle")  # see tests/core/experiments/why_order
FOUR_SHAPES = ("captions", "students", "tweets_bag", "tweets_gru")  # see tests/core/experiments/four_shapes
DIGITS = ("digits_backwards", "digits_forwards")  # see tests/core/experiments/listening
WORDS = ("word_lstm", "word_rnn", "word_text")  # see tests/core/experiments/language_model
TABLES = tuple(f"{recipes.BY_DISTANCE}_{seed}" for seed in range(3))
GPT_AND_BERT = ("masked_head", "pair_bidirectional", "pair_causal", "pair_tokenizer")  # see test_gpt_and_bert.py
MOVED = ("moved_dense", "moved_lstm")  # see tests/core/experiments/recurrence_vs_attention


def test_every_file_says_how_it_was_made() -> None:
    known = {
        *PIXELS,
        *DIGITS,
        *FOUR_SHAPES,
        *CHARACTERS,
        *RECALLERS,
        *TABLES,
        *RECURRENT,
        *own.ONE_WAY,
        *POSITIONS,
        *GPT_AND_BERT,
        *MOVED,
        *SENTIMENT,
        *WORDS,
        *WRITERS,
    }
    assert set(own.names()) == known
    for name in (*CHARACTERS, *RECALLERS, *TABLES):
        facts = own.facts(name)
        recipe, _, seed = facts["command"].removeprefix("python -m core.training.recipes ").partition(" --seed ")
        assert name in (recipe, f"{recipe}_{seed}")
        assert facts["seconds"] > 0
        assert facts["where"]
        assert facts["data"]
        assert facts["metrics"]
        assert (own.TRAINED / f"{name}.safetensors").is_file() == (name not in TABLES)


def test_all_of_it_is_small() -> None:
    files = list(own.TRAINED.iterdir())
    assert {path.suffix for path in files} == {".json", ".safetensors", ".xz"}
    translators = [path for path in files if path.stem.endswith(("_en_pt", "_en_fr"))]
    assert sum(path.stat().st_size for path in translators) < 45_000_000
    others = [
        path for path in files if path not in translators and path.stem not in (*GPT_AND_BERT, *FOUR_SHAPES, *WORDS)
    ]
    assert sum(path.stat().st_size for path in others) < 10_000_000
    assert sum(path.stat().st_size for path in files if path.stem in GPT_AND_BERT) < 7_000_000
    assert sum(path.stat().st_size for path in files if path.stem in FOUR_SHAPES) < 2_500_000
    assert sum(path.stat().st_size for path in files if path.stem in WORDS) < 6_200_000


@pytest.mark.parametrize("name", [*CHARACTERS, *RECALLERS])
def test_files_hold_what_their_facts_say(name: str) -> None:
    facts, model = own.facts(name), load(own.TRAINED / f"{name}.safetensors")
    assert sum(p.numel() for p in model.parameters()) == facts["parameters"]
    assert not any(p.requires_grad for p in model.parameters())


def test_kinds_are_of_equal_size() -> None:
    for names in (CHARACTERS, RECALLERS):
        counts = [own.facts(name)["parameters"] for name in names]
        assert max(counts) / min(counts) < 1.02


@pytest.mark.real_weights
@pytest.mark.parametrize("name", CHARACTERS)
def test_bits_a_character_are_those_on_text_that_was_held_out(name: str) -> None:
    """Measured again with torch's own loss on a part of it: far better than the characters' frequencies alone."""
    prose = load_prose()
    model = load(own.TRAINED / f"{name}.safetensors")
    assert isinstance(model, CharLM)
    assert model.vocabulary == vocabulary_of(prose.train)
    ids = torch.tensor(model.encode(prose.held_out[:20_000])).view(20, 1000)
    scores, _ = model(ids[:, :-1])
    bits = float(cross_entropy(scores.flatten(0, 1), ids[:, 1:].flatten())) / math.log(2)
    said = own.facts(name)["metrics"]["held_out_bits_per_character"]
    assert bits == pytest.approx(said, abs=0.12)
    counts = torch.bincount(ids.flatten()).double()
    shares = counts[counts > 0] / counts.sum()
    by_frequency = float(-(shares * shares.log2()).sum())
    assert bits < 0.65 * by_frequency


@pytest.mark.parametrize("name", RECALLERS)
def test_accuracy_is_what_it_says(name: str) -> None:
    model, said = load(own.TRAINED / f"{name}.safetensors"), own.facts(name)["metrics"]["accuracy"]
    assert isinstance(model, Recaller)
    assert set(said) == {str(distance) for distance in recipes.DISTANCES}
    for distance in (2, 40):
        # 400 fresh sequences against the 400 that were counted then: three standard errors of the difference
        again = recipes.accuracy(model, distance, seed=77)
        p = (again + said[str(distance)]) / 2
        assert abs(again - said[str(distance)]) <= 3 * math.sqrt(2 * p * (1 - p) / 400) + 0.01


@pytest.mark.parametrize("name", TABLES)
def test_what_failed_twice_was_not_tried_further(name: str) -> None:
    for rows in own.facts(name)["metrics"].values():
        failed = [row["accuracy"] < 0.5 for row in rows]
        assert not any(a and b for a, b in itertools.pairwise(failed[:-1]))
        assert [row["distance"] for row in rows] == [2, 5, 10, 20, 40, 80, 120, 200][: len(rows)]
        assert len(rows) == 8 or failed[-2:] == [True, True]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop gives up after two reports."""
    whole = recipes.train

    def first(*given: Any, **named: Any) -> Iterator[Any]:
        return itertools.islice(whole(*given, **{**named, "every": 1}), 2)

    monkeypatch.setattr(recipes, "train", first)
    monkeypatch.setattr(recipes, "DISTANCES", (2, 3))


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("name", ["recall_rnn_tanh", "recall_lstm", "recall_gru", "recall_lstm_bias_0"])
def test_a_recall_recipe_runs(name: str, tmp_path: Path) -> None:
    steps: list[int] = []
    path = recipes.make(name, 5, torch.device("cpu"), lambda progress: steps.append(progress.step), tmp_path)
    assert steps == [1, 2]
    facts = json.loads(path.read_text("utf-8"))
    assert facts["command"] == f"python -m core.training.recipes {name} --seed 5"
    assert [step for step, _ in facts["accuracy_at_40_while_training"]] == [0, 1, 2]
    assert all(abs(share - CHANCE) < 0.15 for _, share in facts["accuracy_at_40_while_training"])  # nothing learned yet
    model = load(path.with_suffix(".safetensors"))
    assert isinstance(model, Recaller)
    hidden = model.hidden
    if name.startswith("recall_lstm"):
        forget = (model.body.bias_ih_l0 + model.body.bias_hh_l0)[hidden : 2 * hidden]
        assert float(forget.mean()) == pytest.approx(0.0 if "bias_0" in name else 1.0, abs=0.02)


@pytest.mark.usefixtures("short")
def test_a_seed_means_one_model(tmp_path: Path) -> None:
    made = [
        load(
            recipes.make("recall_gru", seed, torch.device("cpu"), lambda p: None, tmp_path / str(n)).with_suffix(
                ".safetensors"
            )
        )
        for n, seed in enumerate((3, 3, 4))
    ]
    weights = [model.body.weight_hh_l0 for model in made]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.usefixtures("short")
@pytest.mark.real_weights
def test_a_character_recipe_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "held_out_bits", lambda model: 6.25)
    losses: list[float] = []
    path = recipes.make("char_lstm", 0, torch.device("cpu"), lambda progress: losses.append(progress.loss), tmp_path)
    # Before it has learned anything it knows how frequent each character is, and no more.
    ids = torch.tensor(CharLM("lstm", vocabulary_of(load_prose().train)).encode(load_prose().train))
    shares = torch.bincount(ids).double() / len(ids)
    assert losses[0] == pytest.approx(float(-(shares * shares.clamp_min(1e-12).log()).sum()), abs=0.1)
    assert json.loads(path.read_text("utf-8"))["metrics"] == {"held_out_bits_per_character": 6.25}
    assert isinstance(load(path.with_suffix(".safetensors")), CharLM)


def test_streams_that_begin_anew_have_an_empty_state() -> None:
    h, c = torch.ones(3, 2, requires_grad=True), torch.full((3, 2), 2.0, requires_grad=True)
    keep = torch.tensor([[True], [False], [True]])
    ((kept_h, kept_c),) = carried([(h, c)], lambda state: state.detach() * keep)
    assert kept_h.tolist() == [[1, 1], [0, 0], [1, 1]]
    assert kept_c.tolist() == [[2, 2], [0, 0], [2, 2]]
    assert not kept_h.requires_grad
    assert carried(None, lambda state: state * keep) is None


def test_distances_are_drawn_over_the_whole_range(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    real = recipes.recall_batch

    def note(distance: int, batch: int, rng: np.random.Generator) -> Any:
        drawn.append(distance)
        return real(2, batch, rng)

    monkeypatch.setattr(recipes, "recall_batch", note)
    monkeypatch.setattr(recipes, "accuracy", lambda *given, **named: 0.5)
    monkeypatch.setattr(recipes, "train", lambda model, loss, **named: iter([loss(1) for _ in range(300)][:0]))
    recipes.recall("gru", 0, torch.device("cpu"), lambda progress: None)
    assert min(drawn) == 2
    assert 150 < max(drawn) <= 200
    assert 10 < float(np.median(drawn)) < 35  # even on a log scale: the middle is 20
