"""What a language model answers: scores, what happened inside, and texts, next to transformers' own answers."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.device import DeviceError, Placement
from core.generation.decoding import RIVALS, BeamSearch, uniform
from core.generation.filters import next_token_distribution
from core.pretrained import registry
from core.pretrained.causal_lm import LlamaModel
from core.pretrained.registry import load_folder, load_language_model
from core.progress import finish
from tests.core.pretrained.conftest import SHAPES, Pair, random_llama, saved, some_ids

IDS = some_ids(33, 4)


# Inside


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("length", [1, 2, 33])
def test_trace_is_what_transformers_saw(shape: str, length: int, pair: Callable[[str], Pair]) -> None:
    tiny, ids = pair(shape), IDS[:length]
    before_the_norm: list[torch.Tensor] = []
    hook = tiny.theirs.model.layers[-1].register_forward_hook(
        lambda module, args, output: before_the_norm.append(output[0] if isinstance(output, tuple) else output)
    )
    try:
        with torch.inference_mode():
            theirs = tiny.theirs(torch.tensor([ids]), output_attentions=True, output_hidden_states=True)
    finally:
        hook.remove()
    found, config = tiny.ours().trace(ids), tiny.theirs.config
    layers = config.num_hidden_layers
    assert found.attentions.shape == (layers, config.num_attention_heads, length, length)
    assert found.hidden.shape == (layers + 1, length, config.hidden_size)
    np.testing.assert_allclose(found.attentions, torch.cat(theirs.attentions), atol=1e-5)
    np.testing.assert_allclose(found.hidden[:-1], torch.cat(theirs.hidden_states[:-1]), atol=1e-4, rtol=1e-4)
    # transformers' last hidden state is after the final norm, ours before it: compare both ways.
    last = before_the_norm[0].reshape(length, -1)
    np.testing.assert_allclose(found.hidden[-1], last, atol=1e-4, rtol=1e-4)
    normed = tiny.theirs.model.norm(torch.from_numpy(found.hidden[-1])).detach()
    np.testing.assert_allclose(normed, theirs.hidden_states[-1][0], atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(found.logits, theirs.logits[0], atol=1e-4, rtol=1e-4)


def test_trace_is_plain_arrays(pair: Callable[[str], Pair]) -> None:
    trace = pair("group of 2").ours().trace(IDS)
    for array in (trace.attentions, trace.hidden, trace.logits):
        assert type(array) is np.ndarray
        assert array.dtype == np.float32
    np.testing.assert_allclose(trace.attentions.sum(-1), 1, atol=1e-5)
    assert (np.triu(trace.attentions, 1) == 0).all()


@pytest.mark.parametrize("precision", ["fp32", "int8", "bf16"])
def test_trace_and_logits_agree_in_every_precision(precision: Any, quantised: Pair) -> None:
    model = quantised.ours(precision)
    np.testing.assert_allclose(model.trace(IDS).logits, model.logits(IDS), atol=1e-4)
    np.testing.assert_allclose(model.logits(IDS), quantised.their_logits(IDS), atol=1e-4, rtol=1e-4)


def test_exact_scores_say_how_far_they_are(quantised: Pair) -> None:
    model = quantised.ours("bf16")
    work, seen = model.exact_logits(IDS, last_only=True), []
    while True:
        try:
            seen.append(next(work))
        except StopIteration as end:
            scores = end.value
            break
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert scores.shape == (1, model.llama.config.vocabulary)
    np.testing.assert_allclose(scores[0], model.logits(IDS)[-1], atol=1e-4)


def test_looking_changes_nothing(quantised: Pair) -> None:
    """One model is shared by all readers: what one of them looks at must not change what another one gets."""
    model = quantised.ours("int4")
    before = [step.token for step in model.stream(IDS, max_new_tokens=8, seed=1)]
    model.trace(IDS[:5])
    model.logits(IDS[:30])
    list(model.stream(IDS[:2], max_new_tokens=3, seed=2))
    assert [step.token for step in model.stream(IDS, max_new_tokens=8, seed=1)] == before


# Limits


@pytest.mark.parametrize("call", ["logits", "trace", "stream", "prefill"])
def test_no_tokens(call: str, pair: Callable[[str], Pair]) -> None:
    model = pair("group of 1").ours()
    calls: dict[str, Callable[[], Any]] = {
        "logits": lambda: model.logits([]),
        "trace": lambda: model.trace([]),
        "stream": lambda: next(model.stream([])),
        "prefill": lambda: finish(model.prefill([], model.new_cache(1, 4), 0)),
    }
    with pytest.raises(ValueError, match="no tokens"):
        calls[call]()


def test_too_many_tokens(pair: Callable[[str], Pair]) -> None:
    model = pair("group of 1").ours()
    assert model.context == 1024
    ids = some_ids(1024)
    assert model.logits(ids).shape[0] == 1024
    for call in (model.logits, model.trace):
        with pytest.raises(ValueError, match="1025 tokens"):
            call([*ids, 5])
    with pytest.raises(ValueError, match="1024 tokens and 1 new"):
        next(model.stream(ids, max_new_tokens=1))
    assert len(list(model.stream(ids[:1020], max_new_tokens=4))) == 4


# Texts


@pytest.mark.parametrize("shape", SHAPES)
def test_greedy_text_is_transformers_own(shape: str, pair: Callable[[str], Pair]) -> None:
    tiny = pair(shape)
    expected = tiny.theirs.generate(
        torch.tensor([IDS[:6]]),
        attention_mask=torch.ones(1, 6, dtype=torch.long),
        do_sample=False,
        max_new_tokens=25,
        pad_token_id=0,
    )[0, 6:].tolist()
    assert [s.token for s in tiny.ours().stream(IDS[:6], max_new_tokens=25, temperature=0.0)] == expected


SETTINGS = {"temperature": 1.3, "top_k": 40, "top_p": 0.95, "min_p": 0.01}


def test_a_drawn_text_can_be_computed_again_by_an_outsider(pair: Callable[[str], Pair]) -> None:
    """From transformers' scores and the luck of each position: the whole chain that a shared link relies on."""
    tiny, ids = pair("group of 2"), list(IDS[:6])
    for step in tiny.ours().stream(ids, max_new_tokens=20, seed=5, **SETTINGS):
        scores = tiny.their_logits(ids)[-1].numpy()
        distribution = next_token_distribution(scores, **SETTINGS)
        reached = np.cumsum(distribution.probs)
        assert step.token == int(np.searchsorted(reached, uniform(5, len(ids) - 6) * reached[-1], side="right"))
        assert step.drawn == pytest.approx(distribution.probs[step.token], rel=1e-3)
        assert step.logprob == pytest.approx(np.log(distribution.base[step.token]), abs=1e-3)
        assert step.rank == int((scores > scores[step.token]).sum()) + 1
        order = [t for t in np.argsort(-scores)[:RIVALS].tolist() if t != step.token][: RIVALS - 1]
        assert [token for token, _ in step.rivals] == order
        ids.append(step.token)
    assert len(ids) == 26


def test_the_seed_is_the_text(quantised: Pair) -> None:
    model = quantised.ours("int4")

    def text(seed: int, length: int = 12) -> list[int]:
        return [step.token for step in model.stream(IDS, max_new_tokens=length, seed=seed, temperature=1.5)]

    model = replace_end_tokens(model, ())
    assert text(1) == text(1)
    assert len({tuple(text(seed)) for seed in range(10)}) == 10
    assert text(3, 5) == text(3)[:5]


def replace_end_tokens(model: LlamaModel, ends: tuple[int, ...]) -> LlamaModel:
    model.end_tokens = ends
    return model


def test_a_text_stops_at_the_model_s_end_token(tmp_path: Path, tokenizer_file: Path) -> None:
    free = saved(random_llama(**SHAPES["group of 1"]), tmp_path, tokenizer_file).ours()
    tokens = [step.token for step in free.stream(IDS, max_new_tokens=20, temperature=0.0)]
    end = tokens[4]
    tiny = saved(random_llama(**SHAPES["group of 1"], eos_token_id=[end, 1]), tmp_path, tokenizer_file)
    assert tiny.ours().end_tokens == (end, 1)
    stopped = [step.token for step in tiny.ours().stream(IDS, max_new_tokens=20, temperature=0.0)]
    assert stopped == tokens[: tokens.index(end) + 1]


def test_steps_are_spelled(pair: Callable[[str], Pair]) -> None:
    model = pair("group of 1").ours()
    model_ids = model.encode("the thé 😀")
    assert model.decode(model_ids) == "the thé 😀"
    assert [model.label(i) for i in model.encode("the\n")] == ["the", "⏎"]
    for step in model.stream(model_ids, max_new_tokens=5):
        assert step.text == model.decode([step.token])
    spelled = model.spell(replace(step, token=model.encode("the")[0], text=""))
    assert spelled.text == "the"


def test_a_stream_that_is_left_is_let_go(pair: Callable[[str], Pair]) -> None:
    stream = pair("group of 1").ours().stream(IDS, max_new_tokens=50)
    next(stream)
    stream.close()
    with pytest.raises(StopIteration):
        next(stream)


@pytest.mark.parametrize("count", [0, -3])
def test_no_room_for_an_answer_is_no_answer(count: int, pair: Callable[[str], Pair]) -> None:
    assert list(pair("group of 1").ours().stream(IDS, max_new_tokens=count)) == []


# Beams on the real cache: rows are copied to where their continuation goes.


@pytest.mark.parametrize("beams", [1, 2, 5])
@pytest.mark.parametrize("shape", SHAPES)
def test_beams_in_the_cache_are_transformers_own(shape: str, beams: int, pair: Callable[[str], Pair]) -> None:
    tiny, prompt, length = pair(shape), IDS[:7], 10
    model, policy = tiny.ours(), BeamSearch(beams, max_new_tokens=length)
    cache = model.new_cache(beams, len(prompt) + length)
    move = policy.advance(finish(model.prefill(prompt, cache, 0)))
    position = len(prompt)
    while not move.done:
        cache.copy(list(move.parents), list(range(len(move.parents))), position)
        move = policy.advance(model.step(list(move.tokens), [position] * len(move.tokens), cache))
        position += 1
    theirs = tiny.theirs.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        num_beams=beams,
        num_return_sequences=beams,
        do_sample=False,
        max_new_tokens=length,
        pad_token_id=0,
        return_dict_in_generate=True,
        output_scores=True,
        **({"length_penalty": 0.0, "early_stopping": "never"} if beams > 1 else {}),
    )
    texts = [[policy.nodes[node].token for node in policy.path(end)] for end in policy.live]
    assert texts == theirs.sequences[:, len(prompt) :].tolist()
    if beams > 1:
        totals = [policy.nodes[end].total for end in policy.live]
        assert totals == pytest.approx(theirs.sequences_scores.tolist(), abs=1e-3)


# Loading


def test_placement_says_what_was_chosen(pair: Callable[[str], Pair], quantised: Pair, monkeypatch: Any) -> None:
    monkeypatch.setenv("UNROLLED_THREADS", "1")
    monkeypatch.setenv("UNROLLED_DEVICE", "cpu")
    plain = load_folder("tiny", pair("group of 1").folder)
    assert plain.name == "tiny"
    assert plain.placement.describe() == "CPU, 1 thread, fp32"
    assert load_folder("tiny", quantised.folder).placement.describe() == "CPU, 1 thread, int4"
    assert load_folder("tiny", quantised.folder, precision="fp32").placement.precision == "fp32"
    assert torch.get_num_threads() == 1
    with pytest.raises(DeviceError, match="int4 needs"):
        load_folder("tiny", pair("group of 1").folder, precision="int4")
    with pytest.raises(DeviceError, match="fp8"):
        load_folder("tiny", quantised.folder, precision="fp8")
    monkeypatch.delenv("UNROLLED_DEVICE")
    with pytest.raises(DeviceError, match="abacus"):
        load_folder("tiny", quantised.folder, device="abacus")


def test_a_full_accelerator_is_noticed_and_told(quantised: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    cuda, tried = torch.device("cuda"), []
    load = LlamaModel.__init__

    def full(self: LlamaModel, name: str, folder: Path, placement: Placement) -> None:
        tried.append((placement.device.type, placement.precision))
        if placement.device == cuda:
            raise torch.OutOfMemoryError("CUDA out of memory")
        load(self, name, folder, placement)

    monkeypatch.setenv("UNROLLED_THREADS", "1")
    monkeypatch.setattr(registry, "pick", lambda preference: cuda)
    monkeypatch.setattr(LlamaModel, "__init__", full)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    model = load_folder("tiny", quantised.folder)
    assert tried == [("cuda", "bf16"), ("cpu", "int4")]
    assert model.placement.device == torch.device("cpu")
    assert model.placement.notice == "CUDA ran out of memory: running on the CPU instead."
    assert len(list(model.stream(IDS, max_new_tokens=2, temperature=0.0))) >= 1


def test_our_model_is_found_by_name(quantised: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setenv("UNROLLED_THREADS", "1")
    monkeypatch.setattr(registry, "ensure", lambda name, progress=None: asked.append(name) or quantised.folder)
    model = load_language_model()
    assert asked == [model.name] == ["smollm2-135m"]
    assert re.match(r"CPU, 1 thread, int4$", model.placement.describe())
