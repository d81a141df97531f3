"""Converters: from the file that a package holds to the files that this app loads.

A converter is a function `(source file, empty folder, report) -> None` that writes plain data (safetensors,
JSON) into the folder and calls `report(done, total)` as it goes on; `CONVERTERS` gives it the name that an
entry of `manifest.toml` asks for. It runs once, after the download. Heavy imports stay inside the functions,
so that asking whether an asset is there costs milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.assets.convert.digits import digits
from core.assets.convert.g2p import g2p
from core.assets.convert.glove import glove
from core.assets.convert.marian import marian
from core.assets.convert.silero import silero
from core.assets.convert.textgenrnn import textgenrnn
from core.assets.convert.texts import hutto, vader
from core.assets.convert.whisper import whisper

if TYPE_CHECKING:
    import numpy as np
    from gguf import GGUFReader
    from tokenizers import Tokenizer

Report = Callable[[int, int], None]  # steps done, steps in all

BLOCK = 32  # values that share one scale, in Q4_1 and in Q8_0
HALF = BLOCK // 2
CONTROL_TOKEN = 3  # GGUF's token type for markers such as <|im_end|>

# llama.cpp's tensor names -> those of transformers' LlamaForCausalLM.
OUTSIDE_LAYERS = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
INSIDE_LAYER = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_norm": "input_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "ffn_norm": "post_attention_layernorm",
}


def _silent(done: int, total: int) -> None:
    """Report nothing: the default for a caller that shows no progress."""


def smollm2(gguf_path: Path, folder: Path, report: Report = _silent) -> None:
    """Write a Llama-type GGUF file as weights, configuration and tokenizer.

    Makes `model.safetensors`, `config.json`, `tokenizer.json` and `tokenizer_config.json` in `folder`. The
    first holds the file's own quantised values, rounded no second time, under the names and in the row order
    of transformers' LlamaForCausalLM. For a weight NAME of shape (rows, cols):

    - Q4_1: `NAME.codes` uint8 (rows, cols / 2), byte j of a row with column 2j in its low and 2j + 1 in its
      high four bits; `NAME.scale` and `NAME.minimum` float16 (rows, cols / 32).
      value = code * scale + minimum, in float32.
    - Q8_0: `NAME.codes` int8 (rows, cols); `NAME.scale` float16 (rows, cols / 32).
      value = code * scale, in float32.
    - F32: NAME itself, float32.

    `report` gets the number of tensors done and their total. Raises ValueError for a GGUF file of another
    architecture, tokenizer or tensor type.
    Source of the formats: llama.cpp, ggml/src/ggml-common.h (block_q4_1, block_q8_0) and gguf-py.
    """
    from gguf import GGUFReader
    from safetensors.numpy import save_file

    reader = GGUFReader(gguf_path)
    total = len(reader.tensors)
    report(0, total)
    config = _llama_config(reader)
    tokens = _value(reader, "tokenizer.ggml.tokens")
    _gpt2_tokenizer(reader, tokens).save(str(folder / "tokenizer.json"), pretty=False)
    _write_json(folder / "tokenizer_config.json", _tokenizer_config(reader, tokens, config))
    _write_json(folder / "config.json", config)
    heads = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}
    arrays: dict[str, np.ndarray] = {}
    for done, tensor in enumerate(reader.tensors, start=1):
        name, kind = _hugging_face_name(tensor.name)
        for suffix, array in _unpack(tensor.tensor_type.name, tensor.data, tensor.name).items():
            arrays[name + suffix] = _undo_rope_order(array, heads[kind]) if kind in heads else array
        report(done, total)
    save_file(arrays, folder / "model.safetensors", metadata={"format": "np"})


def _value(reader: GGUFReader, key: str) -> Any:
    """One metadata value. Raises ValueError where the file lacks it."""
    field = reader.get_field(key)
    if field is None:
        raise ValueError(f"the GGUF file has no metadata {key!r}")
    return field.contents()


def _llama_config(reader: GGUFReader) -> dict[str, Any]:
    """The metadata under the keys of Hugging Face's config.json."""
    import numpy as np

    if _value(reader, "general.architecture") != "llama":
        raise ValueError(f"not a Llama-type file: {_value(reader, 'general.architecture')!r}")
    width, heads = _value(reader, "llama.embedding_length"), _value(reader, "llama.attention.head_count")
    epsilon = np.float32(_value(reader, "llama.attention.layer_norm_rms_epsilon"))
    return {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "name": _value(reader, "general.name"),
        "hidden_size": width,
        "intermediate_size": _value(reader, "llama.feed_forward_length"),
        "num_hidden_layers": _value(reader, "llama.block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": _value(reader, "llama.attention.head_count_kv"),
        "head_dim": width // heads,
        "hidden_act": "silu",
        # The file holds float32: write the shortest decimal that is the same float32 (1e-05, not 9.99e-06).
        "rms_norm_eps": float(str(epsilon)),
        "rope_theta": float(_value(reader, "llama.rope.freq_base")),
        "max_position_embeddings": _value(reader, "llama.context_length"),
        "vocab_size": len(_value(reader, "tokenizer.ggml.token_type")),
        # No output matrix of its own: the embedding does both jobs.
        "tie_word_embeddings": all(tensor.name != "output.weight" for tensor in reader.tensors),
        "bos_token_id": _value(reader, "tokenizer.ggml.bos_token_id"),
        "eos_token_id": _value(reader, "tokenizer.ggml.eos_token_id"),
        "pad_token_id": _value(reader, "tokenizer.ggml.padding_token_id"),
    }


def _hugging_face_name(name: str) -> tuple[str, str]:
    """'blk.3.attn_q.weight' -> ('model.layers.3.self_attn.q_proj.weight', 'attn_q'); '' outside layers."""
    if name in OUTSIDE_LAYERS:
        return OUTSIDE_LAYERS[name], ""
    parts = name.split(".")
    if len(parts) != 4 or parts[0] != "blk" or parts[2] not in INSIDE_LAYER or parts[3] != "weight":
        raise ValueError(f"tensor {name!r} has no place in a Llama-type model")
    return f"model.layers.{parts[1]}.{INSIDE_LAYER[parts[2]]}.weight", parts[2]


def _unpack(kind: str, data: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """Split the blocks of one tensor into codes, scales and minima, keyed by suffix.

    data is uint8 (rows, bytes a row) for the quantised kinds, float32 of any shape for F32.
    """
    import numpy as np

    if kind == "F32":
        return {"": np.array(data, dtype=np.float32)}
    rows = data.shape[0]
    if kind == "Q8_0":  # a block: float16 scale, 32 int8 codes
        blocks = data.reshape(rows, -1, 2 + BLOCK)
        codes = np.ascontiguousarray(blocks[..., 2:]).view(np.int8).reshape(rows, -1)
        return {".codes": codes, ".scale": _half(blocks, 0)}
    if kind == "Q4_1":  # a block: float16 scale, float16 minimum, 16 bytes of codes
        blocks = data.reshape(rows, -1, 4 + HALF)
        packed = blocks[..., 4:]
        # Byte i of a block holds values i (low bits) and i + 16 (high bits); put neighbours in one byte.
        codes = np.concatenate([packed & 15, packed >> 4], axis=-1).reshape(rows, -1)
        return {
            ".codes": codes[:, 0::2] | (codes[:, 1::2] << 4),
            ".scale": _half(blocks, 0),
            ".minimum": _half(blocks, 2),
        }
    raise ValueError(f"tensor {name!r} has type {kind}, which has no unpacking here (F32, Q8_0 and Q4_1 have)")


def _half(blocks: np.ndarray, start: int) -> np.ndarray:
    """The float16 at byte `start` of every block: (rows, blocks, bytes) -> (rows, blocks)."""
    import numpy as np

    return np.ascontiguousarray(blocks[..., start : start + 2]).view(np.float16)[..., 0].copy()


def _undo_rope_order(array: np.ndarray, heads: int) -> np.ndarray:
    """Reorder the rows of a query or key matrix from llama.cpp's order to transformers'.

    The first rotates neighbours (0, 1), (2, 3), ...; the second rotates halves (0, d/2), (1, d/2 + 1), ...
    """
    import numpy as np

    rows, cols = array.shape
    pairs = array.reshape(heads, rows // heads // 2, 2, cols)
    return np.ascontiguousarray(pairs.swapaxes(1, 2)).reshape(rows, cols)


def _gpt2_tokenizer(reader: GGUFReader, tokens: list[str]) -> Tokenizer:
    """The byte-level BPE tokenizer as SmolLM2 was published: each digit on its own, then GPT-2's split."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    kind = (_value(reader, "tokenizer.ggml.model"), _value(reader, "tokenizer.ggml.pre"))
    if kind != ("gpt2", "smollm"):
        raise ValueError(f"tokenizer {kind} has no converter here, only ('gpt2', 'smollm') has")
    merges = [_merge(text) for text in _value(reader, "tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    types = _value(reader, "tokenizer.ggml.token_type")
    control = [token for token, kind in zip(tokens, types, strict=True) if kind == CONTROL_TOKEN]
    # Their text is in the vocabulary already, so each keeps the id that it has there.
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    return tokenizer


def _merge(text: str) -> tuple[str, str]:
    """'left right' -> its two parts. Byte-level parts hold no space of their own (it is written as 'Ġ')."""
    left, found, right = text.partition(" ")
    if not (left and found and right) or " " in right:
        raise ValueError(f"merge {text!r} is not two parts with one space between")
    return left, right


def _tokenizer_config(reader: GGUFReader, tokens: list[str], config: dict[str, Any]) -> dict[str, Any]:
    """The chat template and the texts of the special tokens, under Hugging Face's keys."""
    named = {f"{role}_token": tokens[config[f"{role}_token_id"]] for role in ("bos", "eos", "pad")}
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        **named,
        "chat_template": _value(reader, "tokenizer.chat_template"),
    }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


CONVERTERS: dict[str, Callable[[Path, Path, Report], None]] = {
    "smollm2": smollm2,
    "hutto": hutto,
    "vader": vader,
    "textgenrnn": textgenrnn,
    "marian": marian,
    "g2p": g2p,
    "glove": glove,
    "silero": silero,
    "digits": digits,
    "whisper": whisper,
}
