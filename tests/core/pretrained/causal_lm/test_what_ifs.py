"""What a trace says of a model with heads off, edges cut and layers skipped: transformers' own modules, changed by hooks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.core.pretrained.conftest import SHAPES, Pair, some_ids

IDS, CLOSE = some_ids(12, 4), 1e-4


@contextmanager
def changed(theirs: Any, heads_off: list[Any], edges_cut: list[Any], layers: list[int] | None) -> Iterator[Any]:
    """Do to transformers' modules what the arguments of `trace` say, by hooks that are taken away again."""
    config, hooks = theirs.config, []
    heads, width = config.num_attention_heads, theirs.model.layers[0].self_attn.head_dim

    def cut(number: int) -> Callable[..., Any]:
        def hook(module: nn.Module, args: Any, kwargs: dict[str, Any]) -> Any:
            time = kwargs["hidden_states"].shape[1]
            mask = torch.zeros(1, heads, time, time).masked_fill(torch.ones(time, time).triu(1).bool(), -1e30)
            for layer, head, query, key in edges_cut:
                if layer in (None, number):
                    mask[0, slice(None) if head is None else head, query, key] = -1e30
            return args, kwargs | {"attention_mask": mask}

        return hook

    def silence(number: int) -> Callable[..., Any]:
        def hook(module: nn.Module, args: Any) -> Any:
            found = args[0].clone().unflatten(-1, (heads, width))
            for layer, head in heads_off:
                if layer in (None, number):
                    found[..., slice(None) if head is None else head, :] = 0
            return (found.flatten(-2),)

        return hook

    before, count = theirs.model.layers, config.num_hidden_layers
    for number, layer in enumerate(before):
        hooks.append(layer.self_attn.register_forward_pre_hook(cut(number), with_kwargs=True))
        hooks.append(layer.self_attn.o_proj.register_forward_pre_hook(silence(number)))
    try:
        if layers is not None:
            theirs.model.layers = nn.ModuleList([before[i] for i in layers])
            config.num_hidden_layers = len(layers)
        yield theirs
    finally:
        theirs.model.layers, config.num_hidden_layers = before, count
        for hook in hooks:
            hook.remove()


CASES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "one head": {"heads_off": [(1, 2)]},
    "all heads of a layer": {"heads_off": [(1, None)]},
    "one head of all layers": {"heads_off": [(None, 0)]},
    "one edge": {"edges_cut": [(0, 1, 7, 3)]},
    "an edge in all layers and heads": {"edges_cut": [(None, None, 7, 3), (1, 0, 5, 5)]},
    "both": {"heads_off": [(0, 1)], "edges_cut": [(1, None, 11, 2)]},
    "a layer skipped": {"layers": [1]},
    "a layer twice, one head off": {"layers": [0, 1, 1], "heads_off": [(1, 0)]},
    "upside down": {"layers": [1, 0]},
}


@pytest.mark.parametrize("shape", ["group of 1", "group of 2", "group of 3"])
@pytest.mark.parametrize("case", CASES)
def test_what_ifs_are_those_of_transformers(case: str, shape: str, pair: Callable[[str], Pair]) -> None:
    tiny, settings = pair(shape), CASES[case]
    model = tiny.ours()
    before = model.trace(IDS)
    found = model.trace(IDS, **settings)
    everything = {"heads_off": [], "edges_cut": [], "layers": None} | settings
    with changed(tiny.theirs, **everything) as theirs, torch.inference_mode():
        expected = theirs(torch.tensor([IDS]), output_attentions=True, output_hidden_states=True, use_cache=False)
    np.testing.assert_allclose(found.logits, expected.logits[0], atol=CLOSE, rtol=1e-4)
    np.testing.assert_allclose(found.attentions, torch.cat(expected.attentions), atol=CLOSE)
    np.testing.assert_allclose(found.hidden[:-1], torch.cat(expected.hidden_states[:-1]), atol=CLOSE, rtol=1e-4)
    assert (np.abs(found.logits - before.logits).max() > 0.01 if settings else True) or len(found.logits) == 1
    for name in ("attentions", "hidden", "logits", "attention_added", "feed_forward_added"):
        np.testing.assert_array_equal(getattr(model.trace(IDS), name), getattr(before, name))  # nothing stays behind


@pytest.mark.parametrize("precision", ["fp32", "int4", "bf16"])
def test_what_ifs_do_not_depend_on_how_weights_are_kept(precision: Any, quantised: Pair) -> None:
    settings: dict[str, Any] = {"heads_off": [(1, 2)], "edges_cut": [(None, None, 7, 3)], "layers": [0, 2, 2]}
    found = quantised.ours(precision).trace(IDS, **settings)
    with changed(quantised.theirs, **settings) as theirs, torch.inference_mode():
        expected = theirs(torch.tensor([IDS]), output_attentions=True, use_cache=False)
    np.testing.assert_allclose(found.logits, expected.logits[0], atol=CLOSE, rtol=1e-4)
    np.testing.assert_allclose(found.attentions, torch.cat(expected.attentions), atol=CLOSE)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_parts_of_the_stream_are_their_modules_outputs(shape: str, pair: Callable[[str], Pair]) -> None:
    tiny, parts = pair(shape), []
    names = [(layer, part) for part in ("self_attn", "mlp") for layer in range(tiny.theirs.config.num_hidden_layers)]
    hooks = [
        getattr(tiny.theirs.model.layers[layer], part).register_forward_hook(
            lambda module, args, output: parts.append((module, output[0] if isinstance(output, tuple) else output))
        )
        for layer, part in names
    ]
    try:
        tiny.their_logits(IDS)
    finally:
        for hook in hooks:
            hook.remove()
    outputs = dict(parts)
    found = tiny.ours().trace(IDS)
    assert found.attention_added is not None
    assert found.feed_forward_added is not None
    for layer, part in names:
        ours = (found.attention_added if part == "self_attn" else found.feed_forward_added)[layer]
        theirs = outputs[getattr(tiny.theirs.model.layers[layer], part)]
        np.testing.assert_allclose(ours, theirs.reshape(ours.shape), atol=CLOSE, rtol=1e-4)
    total = found.hidden[0] + found.attention_added.sum(0) + found.feed_forward_added.sum(0)
    np.testing.assert_allclose(total, found.hidden[-1], atol=CLOSE)


def test_the_inside_of_a_layer_is_the_equations(pair: Callable[[str], Pair]) -> None:
    from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

    tiny = pair("group of 2")
    inside = tiny.ours().trace(IDS, inside=1).inside
    assert inside is not None
    trace = tiny.ours().trace(IDS)
    layer = tiny.theirs.model.layers[1]
    with torch.inference_mode():
        x = layer.input_layernorm(torch.from_numpy(trace.hidden[1])[None])
        heads = [
            projection(x).unflatten(-1, (-1, layer.self_attn.head_dim)).transpose(1, 2)
            for projection in (layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj)
        ]
        cos, sin = tiny.theirs.model.rotary_emb(x, torch.arange(len(IDS))[None])
        queries, keys = apply_rotary_pos_emb(heads[0], heads[1], cos, sin)
    for ours, theirs in ((inside.queries, queries), (inside.keys, keys), (inside.values, heads[2])):
        whole = theirs[0].repeat_interleave(len(ours) // theirs.shape[1], dim=0)
        np.testing.assert_allclose(ours, whole, atol=CLOSE)
    scores = inside.queries @ inside.keys.swapaxes(1, 2) / inside.queries.shape[-1] ** 0.5
    np.testing.assert_allclose(inside.scores, scores, atol=CLOSE)
    np.testing.assert_allclose(inside.mixtures, trace.attentions[1] @ inside.values, atol=CLOSE)


def test_a_query_with_no_key_left_takes_nothing(pair: Callable[[str], Pair]) -> None:
    found = pair("group of 1").ours().trace(IDS, edges_cut=[(None, None, 0, 0)])
    assert found.attention_added is not None
    assert (found.attentions[:, :, 0] == 0).all()
    assert (found.attention_added[:, 0] == 0).all()
    np.testing.assert_allclose(found.attentions[:, :, 1:].sum(-1), 1, atol=1e-5)


def test_what_is_not_there(pair: Callable[[str], Pair]) -> None:
    model = pair("group of 1").ours()
    wrong: list[dict[str, Any]] = [{"layers": []}, {"layers": [2]}, {"layers": [-1]}, {"inside": 2}]
    for settings in wrong:
        with pytest.raises(ValueError, match="layers are numbers from 0 to 1"):
            model.trace(IDS, **settings)
    for settings in ({"heads_off": [(0, 4)]}, {"edges_cut": [(2, None, 1, 0)]}):
        with pytest.raises(ValueError, match="2 layers of 4 heads"):
            model.trace(IDS, **settings)
    with pytest.raises(ValueError, match="12 queries"):
        model.trace(IDS, edges_cut=[(0, 0, 12, 0)])
