"""Small random checkpoints: saved by transformers itself, or in the 4-bit layout of core.assets.convert."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from core.device import Placement, Precision
from core.pretrained.causal_lm import LlamaModel

VOCABULARY = 320
CPU = torch.device("cpu")
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

# Each has something that the others lack: how many queries share a key head, a head width that is not
# width / heads, tied or not tied positions, one layer or more.
SHAPES: dict[str, dict[str, Any]] = {
    "group of 1": {"hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 4, "num_hidden_layers": 2},
    "group of 2": {"hidden_size": 96, "num_attention_heads": 6, "num_key_value_heads": 3, "num_hidden_layers": 3},
    "group of 3": {"hidden_size": 192, "num_attention_heads": 3, "num_key_value_heads": 1, "num_hidden_layers": 2},
    "wide heads": {
        "hidden_size": 64,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "num_hidden_layers": 1,
        "rms_norm_eps": 1e-2,
        "rope_parameters": {"rope_type": "default", "rope_theta": 500.0},
    },
}


def random_llama(seed: int = 0, **settings: Any) -> Any:
    """Return a LlamaForCausalLM with weights large enough that attention and chances are far from uniform."""
    from transformers import LlamaConfig, LlamaForCausalLM

    defaults = {
        "vocab_size": VOCABULARY,
        "intermediate_size": 160,
        "max_position_embeddings": 1024,
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": None,
        "pad_token_id": None,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0},
    }
    config = LlamaConfig(**(defaults | settings), attn_implementation="eager")
    torch.manual_seed(seed)
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim == 1:
                weight.copy_(1 + 0.3 * torch.randn_like(weight))
            elif "embed" in name:
                weight.copy_(0.3 * torch.randn_like(weight))
            else:
                weight.copy_(1.2 * torch.randn_like(weight) / weight.shape[1] ** 0.5)
    return model


@pytest.fixture(scope="session")
def tokenizer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a byte-level tokenizer.json: three markers, 256 bytes and as many merges as fill the vocabulary."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("t", "h"), ("th", "e"), ("Ġ", "the"), ("Ċ", "Ċ")]
    pairs = [(a, b) for a in "xyz" for b in "abcdefghijklmnopqrstuvwxyz"]
    merges += pairs[: VOCABULARY - len(SPECIAL) - len(letters) - len(merges)]
    vocabulary = {token: n for n, token in enumerate(SPECIAL + letters + [a + b for a, b in merges])}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    file = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer.save(str(file))
    return file


@dataclass(frozen=True)
class Pair:
    """The same weights twice: transformers' model and the folder that ours is read from."""

    theirs: Any
    folder: Path

    def ours(self, precision: Precision = "fp32") -> LlamaModel:
        return LlamaModel("tiny", self.folder, Placement(CPU, precision, 1))

    @torch.inference_mode()
    def their_logits(self, ids: list[int]) -> torch.Tensor:
        return self.theirs(torch.tensor([ids])).logits[0]


def saved(model: Any, folder: Path, tokenizer_file: Path) -> Pair:
    model.save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes(tokenizer_file.read_bytes())
    return Pair(model, folder)


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory, tokenizer_file: Path) -> Callable[[str], Pair]:
    """Return a function from a name in SHAPES to its pair, each made once."""
    made: dict[str, Pair] = {}

    def get(shape: str) -> Pair:
        if shape not in made:
            made[shape] = saved(random_llama(**SHAPES[shape]), tmp_path_factory.mktemp("tiny"), tokenizer_file)
        return made[shape]

    return get


def random_quantised(folder: Path, tokenizer_file: Path, seed: int = 0) -> Pair:
    """Write Q4_1 layers and a Q8_0 embedding of random codes, and read their values into transformers' model.

    The values are computed here with numpy from the documented layout: value = code * scale + minimum.
    """
    from transformers import LlamaConfig, LlamaForCausalLM

    config = {
        "model_type": "llama",
        "hidden_size": 192,
        "intermediate_size": 256,
        "num_hidden_layers": 3,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10_000.0,
        "max_position_embeddings": 1024,
        "vocab_size": VOCABULARY,
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "pad_token_id": None,
    }
    rng = np.random.default_rng(seed)
    theirs = LlamaForCausalLM(LlamaConfig(**config, attn_implementation="eager")).eval()
    arrays: dict[str, np.ndarray] = {}
    values: dict[str, torch.Tensor] = {}
    for name, weight in theirs.named_parameters():
        rows, columns = (*weight.shape, 0)[:2]
        if weight.ndim == 1:
            arrays[name] = (1 + 0.3 * rng.normal(size=rows)).astype(np.float32)
            values[name] = torch.from_numpy(arrays[name])
            continue
        groups = columns // 32
        spread = 0.3 if "embed" in name else 1.2 / columns**0.5
        scale = (spread * rng.uniform(0.5, 1.5, (rows, groups)) / (73 if "embed" in name else 4.6)).astype(np.float16)
        arrays[f"{name}.scale"] = scale
        wide = np.repeat(scale.astype(np.float32), 32, axis=1)
        if "embed" in name:
            codes = rng.integers(-127, 128, (rows, columns)).astype(np.int8)
            arrays[f"{name}.codes"] = codes
            value = codes * wide
        else:
            codes = rng.integers(0, 16, (rows, columns)).astype(np.uint8)
            minimum = (-7.5 * scale * rng.uniform(0.9, 1.1, scale.shape)).astype(np.float16)
            arrays[f"{name}.codes"] = codes[:, ::2] | codes[:, 1::2] << 4
            arrays[f"{name}.minimum"] = minimum
            value = codes * wide + np.repeat(minimum.astype(np.float32), 32, axis=1)
        values[name] = torch.from_numpy(value.astype(np.float32))
    save_file(arrays, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_bytes(tokenizer_file.read_bytes())
    theirs.load_state_dict(values, strict=False)
    return Pair(theirs, folder)


@pytest.fixture(scope="session")
def quantised(tmp_path_factory: pytest.TempPathFactory, tokenizer_file: Path) -> Pair:
    return random_quantised(tmp_path_factory.mktemp("quantised"), tokenizer_file)


def some_ids(length: int, seed: int = 0) -> list[int]:
    return np.random.default_rng(seed).integers(3, VOCABULARY, length).tolist()


def kl(exact: torch.Tensor, approximate: torch.Tensor) -> float:
    """Return the mean over rows of KL(softmax(exact) || softmax(approximate)) in nats."""
    p, q = (scores.double().log_softmax(-1) for scores in (exact, approximate))
    return float((p.exp() * (p - q)).sum(-1).mean())
