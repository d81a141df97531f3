"""The converter of Whisper: on a small file in CTranslate2's format that is written here."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.assets.convert.whisper import OUTSIDE_LAYERS, read, whisper


def text(words: str) -> bytes:
    return struct.pack("<H", len(words) + 1) + words.encode() + b"\0"


def pack(arrays: dict[str, np.ndarray], version: int = 6, spec: str = "WhisperSpec") -> bytes:
    made = struct.pack("<I", version) + text(spec) + struct.pack("<2I", 3, len(arrays))
    for name, array in arrays.items():
        kind = {"float16": 4, "int8": 1, "int16": 2}[array.dtype.name]
        made += text(name) + struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
        made += struct.pack("<BI", kind, array.nbytes) + array.tobytes()
    return made + struct.pack("<I", 1) + text("decoder/projection/weight") + text("decoder/embeddings/weight")


def published(folder: Path) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    names = [*OUTSIDE_LAYERS, *(f"decoder/layer_1/attention/linear_{n}/{kind}" for n in range(3) for kind in ("weight", "bias")),
             "encoder/layer_0/ffn/layer_norm/gamma", "encoder/layer_0/self_attention/linear_0/weight"]  # fmt: skip
    arrays = {name: random.normal(size=(2, 3)).astype(np.float16) for name in names}
    arrays |= {"decoder/num_heads": np.array(6, np.int16), "decoder/pre_norm": np.array(1, np.int8)}
    (folder / "model.bin").write_bytes(pack(arrays))
    config = {"alignment_heads": [[1, 0]], "suppress_ids": [1], "suppress_ids_begin": [220], "lang_ids": [7]}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    return arrays


def test_names_say_where_an_array_belongs(tmp_path: Path) -> None:
    arrays = published(tmp_path)
    into = tmp_path / "made"
    into.mkdir()
    seen: list[tuple[int, int]] = []
    whisper(tmp_path, into, lambda done, total: seen.append((done, total)))
    made = load_file(into / "model.safetensors")
    assert (made["encoder.blocks.0.norm_2.weight"] == arrays["encoder/layer_0/ffn/layer_norm/gamma"]).all()
    assert (
        made["encoder.blocks.0.attention.qkv.weight"] == arrays["encoder/layer_0/self_attention/linear_0/weight"]
    ).all()
    both = [arrays[f"decoder/layer_1/attention/linear_{n}/bias"] for n in (0, 1)]
    assert (made["decoder.blocks.1.cross.qkv.bias"] == np.concatenate(both)).all()
    assert (made["embedding.weight"] == arrays["decoder/embeddings/weight"]).all()
    assert len(made) == len(OUTSIDE_LAYERS) + 4 + 2, "settings are left out"
    assert "lang_ids" not in json.loads((into / "config.json").read_text("utf-8"))
    assert (into / "tokenizer.json").read_text("utf-8") == "{}"
    assert seen == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize("content", [b"", pack({}, version=5), pack({}, spec="TransformerSpec"), pack({})[:20],
                                     pack({"a": np.zeros(9, np.float16)})[:-70]])  # fmt: skip
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(content)
    with pytest.raises(ValueError, match="is not Whisper"):
        read(tmp_path / "model.bin")
