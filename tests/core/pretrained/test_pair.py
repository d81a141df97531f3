"""The pair of equal models: what each sees, what each says of held-out prose, and how they write."""

import itertools

import numpy as np
import pytest

from core.assets import own
from core.data.prose import load_prose
from core.pretrained.pair import BIDIRECTIONAL, CAUSAL, MASK, PairModel, load_pair_model

LEFT, RIGHT = "the people of this ", "have a right to know"


@pytest.fixture(scope="module", params=[CAUSAL, BIDIRECTIONAL])
def model(request: pytest.FixtureRequest) -> PairModel:
    return load_pair_model(request.param)


def test_they_are_of_equal_size() -> None:
    counts = [sum(p.numel() for p in load_pair_model(name).model.parameters()) for name in (CAUSAL, BIDIRECTIONAL)]
    assert counts[0] == counts[1] == own.facts("pair_causal")["parameters"]
    assert 1e6 < counts[0] < 4e6
    names = ("pair_causal", "pair_bidirectional", "masked_head")
    assert sum((own.TRAINED / f"{name}.safetensors").stat().st_size for name in names) < 12_000_000
    one, other = own.facts("pair_causal"), own.facts("pair_bidirectional")
    assert all(one[key] == other[key] for key in ("data", "steps", "tokens_a_step", "tokens_of_text"))


def test_only_one_of_them_sees_the_right_side(model: PairModel) -> None:
    before = model.encode(LEFT)
    alone, both = model.log_probabilities(before), model.log_probabilities(before, model.encode(RIGHT))
    assert np.exp(alone).sum() == pytest.approx(1, abs=1e-5)
    assert np.exp(both).sum() == pytest.approx(1, abs=1e-5)
    assert (alone == both).all() == model.causal


def test_perplexity_on_held_out_reviews_and_editorials(model: PairModel) -> None:
    """Measured again on the part of the held-out texts that is here: near what was written down for all of them."""
    ids = model.encode(load_prose().held_out[:60_000])
    rng = np.random.default_rng(1)
    logs = []
    for start in rng.integers(0, len(ids) - 64, 150):
        window, at = ids[start : start + 64], int(rng.integers(16, 48))
        logs.append(float(model.log_probabilities(window[:at], window[at + 1 :])[window[at]]))
    metrics = own.facts(f"pair_{CAUSAL if model.causal else BIDIRECTIONAL}")["metrics"]
    written = metrics["perplexity_left" if model.causal else "perplexity_both"]
    assert 0.5 < np.exp(-np.mean(logs)) / written < 2.5


def test_writing_is_the_seeds(model: PairModel) -> None:
    start = model.encode(LEFT)
    texts = [list(itertools.islice(model.write(start, 8, seed=seed), 8)) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert model.end not in texts[0]
    assert model.mask not in texts[0]
    assert isinstance(model.decode(texts[0]), str)


def test_any_text_can_be_read(model: PairModel) -> None:
    assert model.mask not in model.encode(f"{MASK} \ud83d 日本語")
    for before, after in (([], []), (model.encode("word " * 200), model.encode("other " * 200))):
        assert np.exp(model.log_probabilities(before, after)).sum() == pytest.approx(1, abs=1e-5)
