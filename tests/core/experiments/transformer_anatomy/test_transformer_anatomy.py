"""The claim's own numbers: the parts of the stream add up, one weight is the model's, the machine of 2017 counted anew."""

import functools

import numpy as np
import pytest
import torch
from torch import nn

from core.experiments import transformer_anatomy as lesson
from core.experiments.recording import find
from core.experiments.transformer_anatomy import norm_place
from core.experiments.transformer_anatomy.machine import PARTS, TIMES, Machine, doubled, growth, half_from
from core.experiments.transformer_anatomy.results import (
    BET_BLOCK,
    DEFAULT_LAYER,
    DEFAULT_TEXT,
    DEPTHS,
    LAYERS,
    MODEL,
    OFFERED_IDS,
    SEED,
    order_without,
    written_out,
)
from core.models.transformer import Transformer, TransformerStack
from core.pretrained.causal_lm import LlamaModel
from core.pretrained.registry import load_language_model
from core.progress import finish
from pages.kit.course import find as entry

USUAL = find(lesson.stream, MODEL, DEFAULT_TEXT, 0, False, ())
EACH = find(lesson.each_block, MODEL, DEFAULT_TEXT)


@pytest.fixture(scope="module")
def model() -> LlamaModel:
    found = load_language_model(MODEL, device="cpu", precision="fp32")
    assert isinstance(found, LlamaModel)
    return found


# What is recorded proves the title


def test_the_parts_add_up_to_the_score() -> None:
    assert USUAL.contributions.shape == (5, 1 + 2 * LAYERS)
    assert USUAL.apart < 1e-4
    assert USUAL.offered[0] == USUAL.top[0] == "·Paris"
    assert (USUAL.ids, USUAL.order) == (OFFERED_IDS, tuple(range(LAYERS)))
    first, effects = USUAL.effects(0)
    assert first + effects.sum() == pytest.approx(float(USUAL.scores[0]), abs=1e-4)
    assert USUAL.largest(0)[:2] == (BET_BLOCK, "attention")
    assert f"{float(USUAL.scores[0]):.1f} of “Paris”" in entry("transformer_anatomy").finding
    without = find(lesson.stream, MODEL, DEFAULT_TEXT, BET_BLOCK, False, OFFERED_IDS)
    for one in (USUAL, without):
        assert f"{100 * float(one.probabilities[0]):.1f} %" in entry("transformer_anatomy").finding
    assert without.order == order_without(BET_BLOCK, False)


def test_the_recorded_streams_agree_with_the_run_without_each_block() -> None:
    """Two recordings of the same 30 runs: the streams, and the probability of the likeliest token alone."""
    for block in range(1, LAYERS + 1):
        one = find(lesson.stream, MODEL, DEFAULT_TEXT, block, False, OFFERED_IDS)
        assert one.order == order_without(block, False)
        assert one.apart < 1e-4
        assert float(one.probabilities[0]) == pytest.approx(float(EACH.without[block - 1]), rel=1e-3)


def test_one_weight_is_the_models_own() -> None:
    layer = find(lesson.layer, MODEL, DEFAULT_TEXT, DEFAULT_LAYER)
    worst = 0.0
    for head in range(len(layer.weights)):
        for query in range(len(layer.tokens)):
            for key in range(query + 1):
                found = written_out(layer, head, query, key)
                worst = max(worst, found.apart)
                assert found.weight == pytest.approx(found.model_weight, abs=2e-6)
    assert worst < 1e-5
    with pytest.raises(ValueError, match="does not see"):
        written_out(layer, 0, 1, 2)


def test_the_norms_are_those_of_the_start() -> None:
    """The recorded runs take minutes: their gradients before training are computed again."""
    for layers in DEPTHS:
        found = find(lesson.norms, layers, SEED)
        assert found.gradients.shape == (2, layers)
        assert found.gradients[1, -1] > 1.5 * found.gradients[0, -1]  # post-norm's last block has the larger gradient
        pre, pre_warm, post, post_warm = found.held_out
        assert max(pre, pre_warm) < min(post, post_warm)
        assert found.losses.shape == (4, norm_place.STEPS // found.every)
    prose = norm_place.load_prose()
    letters = norm_place.vocabulary_of(prose.train)
    ids = {letter: number + 1 for number, letter in enumerate(letters)}
    text = torch.tensor([ids.get(c, 0) for c in prose.train])
    for kind, expected in zip(norm_place.KINDS, find(lesson.norms, DEPTHS[0], SEED).gradients, strict=True):
        made = norm_place.model(kind, len(letters) + 1, DEPTHS[0], SEED)
        np.testing.assert_allclose(norm_place.at_the_start(made, norm_place.batch(text, 0, SEED)), expected, rtol=1e-3)


# On the model itself


@pytest.mark.real_weights
def test_the_score_is_the_models_logit(model: LlamaModel) -> None:
    """Another text: parts from hooks-free arithmetic here, logits from the model's plain way of reading."""
    text = "When Mary and John went to the store, John gave a drink to"
    found = finish(lesson.stream(model, text, 0, False, ()))
    logits = model.logits(model.encode(text))[-1]
    assert found.offered[0] == "·Mary"
    np.testing.assert_allclose(found.scores, logits[list(found.ids)] - logits.mean(), atol=1e-3)
    np.testing.assert_allclose(found.contributions.sum(1), found.scores, atol=1e-4)
    np.testing.assert_allclose(found.lens[:, -1], found.probabilities, atol=1e-4)
    trace = model.trace(model.encode(text))
    np.testing.assert_allclose(found.norms, np.linalg.norm(trace.hidden[:, -1], axis=-1), rtol=1e-4)


@pytest.mark.real_weights
@pytest.mark.parametrize(("block", "twice"), [(1, False), (18, False), (30, True)])
def test_each_block_is_what_the_stream_says(block: int, twice: bool, model: LlamaModel) -> None:
    found = finish(lesson.stream(model, DEFAULT_TEXT, block, twice, OFFERED_IDS))
    recorded = (EACH.twice if twice else EACH.without)[block - 1]
    assert float(found.probabilities[0]) == pytest.approx(float(recorded), abs=1e-3)
    assert (found.top[0] == EACH.token) == (EACH.stays_twice if twice else EACH.stays_without)[block - 1]
    assert found.apart < 1e-4


@pytest.mark.real_weights
def test_long_and_empty_texts(model: LlamaModel) -> None:
    found = finish(lesson.layer(model, "one two three " * 60, 1))
    assert (len(found.tokens), found.dropped > 0) == (64, True)
    with pytest.raises(ValueError, match="no tokens"):
        finish(lesson.stream(model, "", 0, False, ()))


# The machine of 2017


@pytest.mark.parametrize("sizes", [{}, {"width": 64, "layers": 2, "vocabulary": 50}])
def test_parameters_are_those_of_the_modules(sizes: dict[str, int]) -> None:
    made = Machine(**(sizes or {"vocabulary": 10}))
    build = functools.partial(TransformerStack, made.width, made.heads, made.layers, norm="post")
    blocks = {"encoder": build(causal=False), "decoder": build(causal=True)}
    for kind, stack in blocks.items():
        theirs = sum(parameter.numel() for parameter in stack.parameters())
        counted = Machine(kind=kind, **(sizes or {"vocabulary": 10})).parameters()
        assert sum(counted.values()) - counted["embedding"] == theirs
    whole = Transformer(made.vocabulary, made.vocabulary, made.width, made.heads, made.layers)
    theirs = sum(p.numel() for name, p in whole.named_parameters() if not name.startswith("source"))
    assert sum(made.parameters().values()) == theirs  # one embedding for all, as in the paper
    base = nn.Transformer(512, 8, 6, 6, 2048, batch_first=True, device="meta")
    extra = sum(p.numel() for name, p in base.named_parameters() if name.startswith(("encoder.norm", "decoder.norm")))
    counted = Machine().parameters()
    assert sum(counted.values()) - counted["embedding"] == sum(p.numel() for p in base.parameters()) - extra


def test_multiply_adds_are_those_of_the_products() -> None:
    """Counted by torch while the modules run: two operations are one multiplication and its addition."""
    from torch.utils.flop_counter import FlopCounterMode

    made = Machine(width=64, layers=2, heads=4, vocabulary=50, length=12)
    model = Transformer(50, 50, 64, 4, 2).eval()
    ids = torch.zeros(1, 12, dtype=torch.long)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(ids, ids)
    work = made.multiply_adds()
    # what runs fused for a processor's attention is not counted by torch: the rest has to agree
    rest = sum(work.values()) - work["attention: products"]
    assert counter.get_total_flops() / 2 in (rest, rest + work["attention: products"])


def test_growth() -> None:
    made = Machine()
    rows = growth(made, "length")
    assert rows.shape == (len(PARTS), len(TIMES))
    products, feed_forward = rows[PARTS.index("attention: products")], rows[PARTS.index("feed-forward")]
    np.testing.assert_allclose(products[1:] / products[:-1], 4)
    np.testing.assert_allclose(feed_forward[1:] / feed_forward[:-1], 2)
    assert doubled(Machine("encoder"), "depth") == pytest.approx(2)
    at = half_from(made)
    for length, more in ((at, True), (at - 1, False)):
        work = Machine(length=length).multiply_adds()
        assert (2 * work["attention: products"] > sum(work.values())) == more


def test_orders() -> None:
    assert order_without(0, True) == tuple(range(LAYERS))
    assert order_without(1, False) == tuple(range(1, LAYERS))
    assert order_without(30, True)[-3:] == (28, 29, 29)
    assert len(order_without(5, False)) == LAYERS - 1
