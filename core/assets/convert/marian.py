"""The converter for Marian's tiny translation models: from intgemm files to safetensors laid out as torch.nn's."""

from __future__ import annotations

import json
import math
import re
import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

Report = Callable[[int, int], None]

PAIRS = ("en-pt", "pt-en")
FLOAT32, INT8, BYTES = 0x404, 0x4101, 0x101  # Marian's codes for the types that such a file holds
SHORTLIST_MAGIC = 0xF11A48D5013417F5

# What the reader's code takes for granted: a model that was trained in another way is refused.
TRAINED_AS = {
    "type": "transformer",
    "dec-cell": "ssru",
    "transformer-decoder-autoreg": "rnn",
    "tied-embeddings-all": "true",
    "transformer-ffn-activation": "relu",
    "transformer-ffn-depth": "2",
    "transformer-preprocess": '""',
    "transformer-postprocess": "dan",
    "transformer-postprocess-top": '""',
    "transformer-train-position-embeddings": "false",
    "transformer-no-projection": "false",
    "transformer-guided-alignment-layer": "last",
}

# Marian's names inside a layer -> those of `core.pretrained.translation.marian.Marian`.
NORM = {"ln_scale": "weight", "ln_bias": "bias"}
ATTENTION = {
    **{f"{letter}{c}": f"attention.{name}.{kind}"
       for c, name in (("q", "query"), ("k", "key"), ("v", "value"), ("o", "merge"))
       for letter, kind in (("W", "weight"), ("b", "bias"))},
    **{f"Wo_{theirs}": f"attention_norm.{ours}" for theirs, ours in NORM.items()},
}  # fmt: skip
INSIDE_LAYER = {
    "self": ATTENTION,
    "context": ATTENTION,
    "rnn": {
        "W": "unit.candidate.weight",
        "Wf": "unit.forget.weight",
        "bf": "unit.forget.bias",
        **{f"ffn_{theirs}": f"unit_norm.{ours}" for theirs, ours in NORM.items()},
    },
    "ffn": {
        "W1": "widen.weight",
        "b1": "widen.bias",
        "W2": "narrow.weight",
        "b2": "narrow.bias",
        **{f"ffn_{theirs}": f"feed_forward_norm.{ours}" for theirs, ours in NORM.items()},
    },
}
OUTSIDE_LAYERS = {"Wemb": "embedding.weight", "decoder_ff_logit_out_b": "output_bias"}


def marian(source: Path, folder: Path, report: Report) -> None:
    """Write a folder for each of `PAIRS` from the folder that holds the published models, enpt-NUMBER and pten-NUMBER.

    In each: `model.safetensors`, `shortlist.safetensors`, `config.json` and the package's own `tokenizer.json`.

    - Weights under the names of `translation.marian.Marian`. A float32 tensor as NAME; an int8 one, rounded no second time, as
      `NAME.codes` int8 and `NAME.multiplier` float32 (1,): value = code / multiplier. Matrices are (out, in) as
      in torch.nn.Linear, the embedding (vocabulary, width). The multipliers of activations are left out: they are for
      arithmetic in int8, and here as in the package's own engine it is float32.
    - Shortlist: `offsets` int32 (vocabulary + 1), `words` int32; the target words that are likely beside the source
      word i are words[offsets[i] : offsets[i + 1]]. `config.json` has `always`, how many of the first words always are.

    `report` gets the number of tensors done and their total. Raises `ValueError` for files that are no such models.
    Source of the formats: Marian, src/common/binary.cpp (version 1) and src/data/shortlist.h (binary lexical shortlist).
    """
    from safetensors.numpy import save_file

    found = [_published(source, pair) for pair in PAIRS]
    tensors = [list(read(place / f"model.{key}.intgemm.alphas.bin")) for place, key in found]
    done, total = 0, sum(map(len, tensors))
    report(done, total)
    for pair, (place, key), held in zip(PAIRS, found, tensors, strict=True):
        into = folder / pair
        into.mkdir()
        config = _config(held)
        arrays: dict[str, np.ndarray] = {}
        for tensor in held:
            arrays |= _converted(tensor)
            done += 1
            report(done, total)
        if missing := _expected(config) - {name.removesuffix(".codes") for name in arrays}:
            raise ValueError(f"the {pair} model lacks {', '.join(sorted(missing)[:3])}")
        always, shortlist = read_shortlist(place / f"lex.50.50.{key}.s2t.bin", config["vocabulary"])
        save_file(arrays, into / "model.safetensors", metadata={"format": "pt"})
        save_file(shortlist, into / "shortlist.safetensors", metadata={"format": "pt"})
        shutil.copyfile(place / "tokenizer.json", into / "tokenizer.json")
        content = json.dumps({**config, "always": always}, indent=2) + "\n"
        (into / "config.json").write_text(content, "utf-8")


@dataclass(frozen=True)
class Stored:
    """One tensor as the file has it: `data` is its bytes."""

    name: str
    kind: int
    shape: tuple[int, ...]
    data: bytes


def read(path: Path) -> Iterator[Stored]:
    """Yield the tensors of a Marian file, version 1; raises `ValueError` for one that is broken or of another kind.

    The file: u64 version, u64 count; for each tensor four u64 (length of its name, type, length of its shape, length of
    its data); the names, each with a zero at its end; the shapes, int32; u64 and so many bytes of padding; the data.
    """
    content = memoryview(path.read_bytes())
    try:
        version, count = struct.unpack_from("<2Q", content)
        if version != 1 or count > 10_000:
            raise ValueError(f"{path.name} is not a Marian file of version 1")
        headers = [struct.unpack_from("<4Q", content, 16 + 32 * i) for i in range(count)]
        at = 16 + 32 * count
        names = []
        for length, *_ in headers:
            names.append(bytes(content[at : at + length - 1]).decode("utf-8"))
            at += length
        shapes = []
        for _, _, dimensions, _ in headers:
            shapes.append(struct.unpack_from(f"<{dimensions}i", content, at))
            at += 4 * dimensions
        (padding,) = struct.unpack_from("<Q", content, at)
        at += 8 + padding
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is not a Marian file of version 1 ({error})") from error
    if at + sum(length for *_, length in headers) != len(content):
        raise ValueError(f"{path.name} is not as long as it says")
    for name, shape, (_, kind, _, length) in zip(names, shapes, headers, strict=True):
        yield Stored(name, kind, shape, bytes(content[at : at + length]))
        at += length


def read_shortlist(path: Path, vocabulary: int) -> tuple[int, dict[str, np.ndarray]]:
    """Return how many words are always in the list, and `offsets` and `words`; raises `ValueError` as `read` does.

    The file: u64 magic number, checksum, always, most words for one, count of offsets, count of words; the offsets, u64;
    the words, u32.
    """
    import numpy as np

    content = path.read_bytes()
    if len(content) < 48:
        raise ValueError(f"{path.name} is not a shortlist")
    magic, _, always, _, offsets, words = struct.unpack_from("<6Q", content)
    if magic != SHORTLIST_MAGIC or len(content) != 48 + 8 * offsets + 4 * words:
        raise ValueError(f"{path.name} is not a shortlist")
    starts = np.frombuffer(content, "<u8", offsets, 48)
    listed = np.frombuffer(content, "<u4", words, 48 + 8 * offsets)
    rises = (starts[1:] >= starts[:-1]).all() and starts[-1] == words
    if offsets != vocabulary + 1 or not rises or (listed >= vocabulary).any() or always > vocabulary:
        raise ValueError(f"{path.name} is not a shortlist for {vocabulary} words")
    return int(always), {"offsets": starts.astype(np.int32), "words": listed.astype(np.int32)}


def _published(source: Path, pair: str) -> tuple[Path, str]:
    """The folder of a pair's model, and the pair as its files spell it: "en-pt" is "enpt"."""
    key = pair.replace("-", "")
    folders = sorted(source.glob(f"{key}-*"))
    if len(folders) != 1:
        raise ValueError(f"{len(folders)} folders {key}-NUMBER, where one is needed")
    return folders[0], key


def _config(held: list[Stored]) -> dict[str, Any]:
    """The sizes of the model, from the options that it carries in itself."""
    text = next((t.data.rstrip(b"\0").decode("utf-8") for t in held if t.name == "special:model.yml"), "")
    options = dict(re.findall(r"^([\w-]+): *(.*?) *$", text, re.MULTILINE))
    if wrong := [f"{name} {options.get(name)}" for name, value in TRAINED_AS.items() if options.get(name) != value]:
        raise ValueError(f"a model with {wrong[0]}, which is not supported")
    vocabulary = re.findall(r"^ +- (\d+) *$", text, re.MULTILINE)
    if len(set(vocabulary)) != 1:
        raise ValueError(f"vocabularies of {vocabulary} words, where source and target must share one")
    return {
        "vocabulary": int(vocabulary[0]),
        "width": int(options["dim-emb"]),
        "heads": int(options["transformer-heads"]),
        "inner": int(options["transformer-dim-ffn"]),
        "encoder_layers": int(options["enc-depth"]),
        "decoder_layers": int(options["dec-depth"]),
    }


def _converted(tensor: Stored) -> dict[str, np.ndarray]:
    """One tensor under our names; nothing for options and for multipliers of activations."""
    import numpy as np

    if tensor.name.startswith("special:") or tensor.name.endswith("_QuantMultA"):
        return {}
    name, count = our_name(tensor.name), math.prod(tensor.shape)
    if len(tensor.shape) != 2 or len(tensor.data) < (count + 4 if tensor.kind == INT8 else 4 * count):
        raise ValueError(f"tensor {tensor.name} has shape {tensor.shape} and {len(tensor.data)} bytes")
    if tensor.kind == FLOAT32:  # biases and norms, as one row
        return {name: np.frombuffer(tensor.data, "<f4", count)}
    if tensor.kind != INT8:
        raise ValueError(f"tensor {tensor.name} has type {tensor.kind:#x}, not float32 or int8")
    # The shape is (in, out), but a matrix stands in the file transposed; only the embedding does not.
    rows, columns = tensor.shape if tensor.name == "Wemb" else tensor.shape[::-1]
    codes = np.frombuffer(tensor.data, np.int8, count).reshape(rows, columns)
    return {f"{name}.codes": codes, f"{name}.multiplier": np.frombuffer(tensor.data, "<f4", 1, count)}


def our_name(name: str) -> str:
    """'encoder_l1_self_Wq' -> 'encoder.0.attention.query.weight'; raises `ValueError` for one that has no place."""
    if name in OUTSIDE_LAYERS:
        return OUTSIDE_LAYERS[name]
    parts = re.fullmatch(r"(encoder|decoder)_l(\d+)_(self|context|rnn|ffn)_(\w+)", name)
    if not parts or parts[4] not in INSIDE_LAYER[parts[3]]:
        raise ValueError(f"tensor {name!r} has no place in such a model")
    return f"{parts[1]}.{int(parts[2]) - 1}.{INSIDE_LAYER[parts[3]][parts[4]]}"


def _expected(config: dict[str, Any]) -> set[str]:
    """The names that a whole model has."""
    blocks = {"encoder": ("self", "ffn"), "decoder": ("rnn", "context", "ffn")}
    return set(OUTSIDE_LAYERS.values()) | {
        f"{side}.{layer}.{name}"
        for side, parts in blocks.items()
        for layer in range(config[f"{side}_layers"])
        for part in parts
        for name in INSIDE_LAYER[part].values()
    }
