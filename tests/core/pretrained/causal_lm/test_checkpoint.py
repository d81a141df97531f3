"""What is read from a folder: its shape as transformers wrote it, its tensors as they were stored."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.numpy import load_file, save_file

from core.pretrained.causal_lm.checkpoint import Checkpoint, CheckpointError, DecoderConfig
from core.pretrained.causal_lm.llama import MAX_CONTEXT, Llama
from tests.core.pretrained.conftest import CPU, SHAPES, Pair, random_llama

QUERY = "model.layers.0.self_attn.q_proj.weight"
EMBEDDING = "model.embed_tokens.weight"


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shape_is_the_one_transformers_wrote(shape: str, pair: Callable[[str], Pair]) -> None:
    config, found = pair(shape).theirs.config, DecoderConfig.read(pair(shape).folder)
    assert found == DecoderConfig(
        layers=config.num_hidden_layers,
        width=config.hidden_size,
        heads=config.num_attention_heads,
        key_value_heads=config.num_key_value_heads,
        head_width=config.head_dim,
        feed_forward=config.intermediate_size,
        vocabulary=config.vocab_size,
        norm_epsilon=config.rms_norm_eps,
        rope_theta=config.rope_parameters["rope_theta"],
        max_positions=config.max_position_embeddings,
        end_tokens=(),
    )


def written(folder: Path, **changes: Any) -> Path:
    """Write a config.json of the older kind, without `rope_parameters` and `head_dim`, and with `changes`."""
    config = {
        "model_type": "llama",
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 1,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-5,
        "max_position_embeddings": 128,
        "vocab_size": 10,
        "tie_word_embeddings": True,
    } | changes
    (folder / "config.json").write_text(json.dumps({key: value for key, value in config.items() if value != "absent"}))
    return folder


@pytest.mark.parametrize(("stored", "found"), [("absent", ()), (None, ()), (2, (2,)), (0, (0,)), ([2, 5], (2, 5))])
def test_end_tokens(tmp_path: Path, stored: Any, found: tuple[int, ...]) -> None:
    assert DecoderConfig.read(written(tmp_path, eos_token_id=stored)).end_tokens == found


def test_what_an_older_file_leaves_out(tmp_path: Path) -> None:
    from transformers import LlamaConfig

    for changes in ({}, {"rope_theta": 123.0}, {"rope_parameters": {"rope_type": "default", "rope_theta": 7.0}}):
        found = DecoderConfig.read(written(tmp_path, **changes))
        theirs = LlamaConfig.from_pretrained(tmp_path)
        assert found.rope_theta == theirs.rope_parameters["rope_theta"]
        assert found.head_width == theirs.head_dim == 16


@pytest.mark.parametrize(
    "changes",
    [
        {"model_type": "gpt2"},
        {"model_type": "absent"},
        {"tie_word_embeddings": False},
        {"tie_word_embeddings": "absent"},
    ],
    ids=str,
)
def test_another_architecture_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError, match=tmp_path.name):
        DecoderConfig.read(written(tmp_path, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"rope_parameters": {"rope_type": "linear", "rope_theta": 1e4, "factor": 2.0}},
        {"rope_scaling": {"rope_type": "llama3", "factor": 8.0}},
        {"attention_bias": True},
        {"mlp_bias": True},
        {"hidden_act": "gelu"},
    ],
    ids=str,
)
def test_a_variant_that_the_decoder_would_compute_wrongly_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError, match=tmp_path.name):
        DecoderConfig.read(written(tmp_path, **changes))


def test_tensors_as_transformers_has_them(pair: Callable[[str], Pair]) -> None:
    tiny = pair("group of 3")
    with Checkpoint(tiny.folder) as checkpoint:
        for name, weight in tiny.theirs.named_parameters():
            assert torch.equal(checkpoint.dense(name), weight), name
            assert not checkpoint.is_q4(name)
            assert not checkpoint.is_q8(name)


def test_quantised_tensors_have_the_values_of_their_layout(quantised: Pair) -> None:
    # The other side is numpy arithmetic on the layout (conftest), held in transformers' model.
    with Checkpoint(quantised.folder) as checkpoint:
        for name, weight in quantised.theirs.named_parameters():
            assert torch.equal(checkpoint.dense(name), weight), name
        assert checkpoint.is_q4(QUERY)
        assert not checkpoint.is_q8(QUERY)
        assert checkpoint.is_q8(EMBEDDING)
        assert not checkpoint.is_q4(EMBEDDING)
        assert not checkpoint.is_q8("model.norm.weight")


def test_half_precision_is_read_as_float32(tmp_path: Path) -> None:
    model = random_llama(**SHAPES["group of 1"]).to(torch.bfloat16)
    model.save_pretrained(tmp_path)
    with Checkpoint(tmp_path) as checkpoint:
        assert checkpoint.dense(QUERY).dtype == torch.float32
        assert torch.equal(checkpoint.dense(QUERY), model.state_dict()[QUERY].float())


def test_a_tensor_that_is_not_there_is_named(tmp_path: Path, quantised: Pair) -> None:
    with Checkpoint(quantised.folder) as checkpoint, pytest.raises(CheckpointError, match=r"lm_head\.weight"):
        checkpoint.dense("lm_head.weight")
    arrays = load_file(quantised.folder / "model.safetensors")
    del arrays["model.layers.1.mlp.down_proj.weight.codes"]
    save_file(arrays, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_bytes((quantised.folder / "config.json").read_bytes())
    with pytest.raises(Exception, match=r"model\.layers\.1\.mlp\.down_proj\.weight"):
        Llama(tmp_path, CPU, "fp32")


def test_what_was_read_outlives_the_file(tmp_path: Path, quantised: Pair) -> None:
    """A new conversion that is moved over the file, or a cache that is emptied, changes nothing in a running app."""
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((quantised.folder / name).read_bytes())
    with Checkpoint(tmp_path) as checkpoint:
        read = {name: checkpoint.dense(name) for name in (QUERY, EMBEDDING, "model.norm.weight")}
    (tmp_path / "new").write_bytes(bytes((tmp_path / "model.safetensors").stat().st_size))
    (tmp_path / "new").replace(tmp_path / "model.safetensors")
    assert all(torch.equal(weight, quantised.theirs.state_dict()[name]) for name, weight in read.items())


def test_a_long_context_is_cut_to_what_the_app_shows(tmp_path: Path) -> None:
    random_llama(**SHAPES["group of 1"], max_position_embeddings=8192).save_pretrained(tmp_path)
    assert DecoderConfig.read(tmp_path).max_positions == 8192
    llama = Llama(tmp_path, CPU, "fp32")
    assert llama.config.max_positions == len(llama.decoder.turns) == MAX_CONTEXT
