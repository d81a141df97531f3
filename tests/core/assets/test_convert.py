"""The converter on a tiny GGUF file written here: exact values, transformers' row order, tokenizer, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFWriter, quants
from safetensors.numpy import load_file
from tokenizers import Tokenizer, pre_tokenizers

from core.assets.convert import smollm2
from tests.core.assets.dequantise import dequantise

WIDTH, HEADS, GROUPS, INNER = 64, 4, 2, 96
HEAD = WIDTH // HEADS
ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())
TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *ALPHABET, "he", "Ġhe", "ĠĠ"]
MERGES = ["h e", "Ġ he", "Ġ Ġ"]


def to_llama_cpp(rows: np.ndarray, heads: int) -> np.ndarray:
    """transformers' row order -> llama.cpp's, as convert_hf_to_gguf.py writes it."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


class Tiny:
    """A GGUF file of one layer, and what its tensors are worth, by Hugging Face's names."""

    def __init__(self, path: Path, **changes: object) -> None:
        rng = np.random.default_rng(0)
        self.path, self.values = path, {}
        writer = GGUFWriter(path, str(changes.get("architecture", "llama")))
        writer.add_name("tiny")
        writer.add_block_count(1)
        writer.add_context_length(128)
        writer.add_embedding_length(WIDTH)
        writer.add_feed_forward_length(INNER)
        writer.add_head_count(HEADS)
        writer.add_head_count_kv(GROUPS)
        writer.add_rope_freq_base(10_000.0)
        writer.add_layer_norm_rms_eps(1e-5)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(str(changes.get("pre", "smollm")))
        writer.add_token_list(TOKENS)
        writer.add_token_types([3, 3, 3] + [1] * (len(TOKENS) - 3))
        writer.add_token_merges(changes.get("merges", MERGES))  # type: ignore[arg-type]
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_pad_token_id(2)
        writer.add_chat_template("{{ messages }}")
        self.writer = writer
        kind = changes.get("kind", GGMLQuantizationType.Q4_1)

        def add(name: str, full_name: str, shape: tuple[int, ...], kind: object, heads: int = 0) -> None:
            values = rng.normal(size=shape).astype(np.float32)
            if kind is None:
                writer.add_tensor(name, values)
            else:
                data = quants.quantize(values, kind)
                values = quants.dequantize(data, kind)
                data = to_llama_cpp(data, heads) if heads else data
                writer.add_tensor(name, data, raw_dtype=kind)
            self.values[full_name] = values

        layer = "model.layers.0."
        add("token_embd.weight", "model.embed_tokens.weight", (len(TOKENS), WIDTH), GGMLQuantizationType.Q8_0)
        add("output_norm.weight", "model.norm.weight", (WIDTH,), None)
        add("blk.0.attn_norm.weight", layer + "input_layernorm.weight", (WIDTH,), None)
        add("blk.0.ffn_norm.weight", layer + "post_attention_layernorm.weight", (WIDTH,), None)
        add("blk.0.attn_q.weight", layer + "self_attn.q_proj.weight", (WIDTH, WIDTH), kind, HEADS)
        add("blk.0.attn_k.weight", layer + "self_attn.k_proj.weight", (GROUPS * HEAD, WIDTH), kind, GROUPS)
        add("blk.0.attn_v.weight", layer + "self_attn.v_proj.weight", (GROUPS * HEAD, WIDTH), kind)
        add("blk.0.attn_output.weight", layer + "self_attn.o_proj.weight", (WIDTH, WIDTH), kind)
        add("blk.0.ffn_gate.weight", layer + "mlp.gate_proj.weight", (INNER, WIDTH), kind)
        add("blk.0.ffn_up.weight", layer + "mlp.up_proj.weight", (INNER, WIDTH), kind)
        add("blk.0.ffn_down.weight", layer + "mlp.down_proj.weight", (WIDTH, INNER), kind)
        if "extra" in changes:
            writer.add_tensor(str(changes["extra"]), rng.normal(size=(len(TOKENS), WIDTH)).astype(np.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


@pytest.fixture
def made(tmp_path: Path) -> tuple[Tiny, Path]:
    tiny, folder = Tiny(tmp_path / "tiny.gguf"), tmp_path / "made"
    folder.mkdir()
    smollm2(tiny.path, folder)
    return tiny, folder


def test_the_values_are_the_file_s_own_in_transformers_order(made: tuple[Tiny, Path]) -> None:
    tiny, folder = made
    weights = dequantise(load_file(folder / "model.safetensors"))
    assert weights.keys() == tiny.values.keys()
    for name, values in tiny.values.items():
        np.testing.assert_array_equal(weights[name], values, err_msg=name)


def test_the_layout_is_the_documented_one(made: tuple[Tiny, Path]) -> None:
    arrays = load_file(made[1] / "model.safetensors")
    name = "model.layers.0.mlp.down_proj.weight"
    found = {key.removeprefix(name): (array.dtype.name, array.shape) for key, array in arrays.items() if name in key}
    blocks = (WIDTH, INNER // 32)
    assert found == {
        ".codes": ("uint8", (WIDTH, INNER // 2)),
        ".scale": ("float16", blocks),
        ".minimum": ("float16", blocks),
    }
    # One value by hand: column 35 is the high half of byte 17, in block 1.
    code = arrays[name + ".codes"][5, 17] >> 4
    value = np.float32(code) * np.float32(arrays[name + ".scale"][5, 1]) + np.float32(arrays[name + ".minimum"][5, 1])
    assert value == made[0].values[name][5, 35]
    embedding = "model.embed_tokens.weight"
    assert arrays[embedding + ".codes"].dtype == np.int8
    assert arrays[embedding + ".codes"].shape == (len(TOKENS), WIDTH)
    assert arrays[embedding + ".scale"].shape == (len(TOKENS), WIDTH // 32)
    assert arrays["model.norm.weight"].dtype == np.float32


def test_the_configuration(made: tuple[Tiny, Path]) -> None:
    assert json.loads((made[1] / "config.json").read_text()) == {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "name": "tiny",
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "num_hidden_layers": 1,
        "num_attention_heads": HEADS,
        "num_key_value_heads": GROUPS,
        "head_dim": HEAD,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-05,
        "rope_theta": 10_000.0,
        "max_position_embeddings": 128,
        "vocab_size": len(TOKENS),
        "tie_word_embeddings": True,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 2,
    }
    assert json.loads((made[1] / "tokenizer_config.json").read_text()) == {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|im_end|>",
        "chat_template": "{{ messages }}",
    }


def test_an_output_matrix_of_its_own_is_kept(tmp_path: Path) -> None:
    smollm2(Tiny(tmp_path / "untied.gguf", extra="output.weight").path, tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["tie_word_embeddings"] is False
    assert "lm_head.weight" in load_file(tmp_path / "model.safetensors")


def test_the_tokenizer_splits_digits_and_keeps_control_tokens(made: tuple[Tiny, Path]) -> None:
    tokenizer = Tokenizer.from_file(str(made[1] / "tokenizer.json"))
    assert tokenizer.get_vocab_size() == len(TOKENS)
    assert tokenizer.encode(" he  12").tokens == ["Ġhe", "ĠĠ", "1", "2"]
    assert tokenizer.encode("he<|im_end|>").ids == [TOKENS.index("he"), 2]
    assert tokenizer.decode(tokenizer.encode("é <b> 👋").ids) == "é <b> 👋"
    tokenizer.encode_special_tokens = True  # how a caller keeps a reader's "<|im_end|>" plain text
    assert 2 not in tokenizer.encode("he<|im_end|>").ids


def test_the_same_file_gives_the_same_bytes(made: tuple[Tiny, Path], tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    smollm2(made[0].path, again)
    for path in made[1].iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_progress_counts_tensors(made: tuple[Tiny, Path], tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    smollm2(made[0].path, tmp_path, lambda done, total: seen.append((done, total)))
    assert seen == [(done, 11) for done in range(12)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"architecture": "mamba"}, "not a Llama-type file"),
        ({"pre": "llama-bpe"}, "has no converter here"),
        ({"kind": GGMLQuantizationType.Q4_0}, "has type Q4_0"),
        ({"extra": "blk.0.attn_q.bias"}, "has no place"),
        ({"merges": ["h e", "three part s"]}, "is not two parts"),
    ],
)
def test_another_kind_of_file_is_refused(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        smollm2(Tiny(tmp_path / "other.gguf", **changes).path, tmp_path)
