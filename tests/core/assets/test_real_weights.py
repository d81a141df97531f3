"""The real SmolLM2 file against two readers that share no code with ours: transformers and llama.cpp."""

from __future__ import annotations

import json
import random
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from core.assets.convert import smollm2
from core.assets.manifest import load
from tests.core.assets.dequantise import dequantise
from tests.pages.alone import read_once_folder

pytestmark = pytest.mark.real_weights

TEXTS = [
    "Hello, world",
    "  two  spaces and a trailing one ",
    "tabs\t\tand\nnewlines\n\n\r\n mixed \n ",
    "In 2024, pi was still 3.14159",
    "a  1   22    333",
    "½ cup, Ⅷ, x², ٣٤٥, १२३, 一二三",
    "emoji 👩‍👩‍👧‍👦 🇫🇷 🏳️‍🌈 👋🏽",
    "שלום עולם, مرحبا بالعالم, \u202eoverridden\u202c",
    "\x00\x01\x02\x7f controls \x1b[31mred",
    "don't I'LL we've they'd it's 'S 'tis",
    "   ",
    "\n\n\n",
    "",
    "e\u0301 is not \u00e9",
    "\u00a0no-break\u2003em\u3000ideographic\u200b\u200d\ufeff",
    "<|im_end|> <|im_start|>user\nhi<|endoftext|> <repo_name>",
    "日本語テキスト 한국어",
    "def f(x):\n    return x  # ok\n",
    "ſtraße ΆΣΑΣ",
    "x" * 300,
]


@pytest.fixture(scope="module")
def folder(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("made")
    smollm2(gguf, made)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def llama_cpp(gguf: Path) -> Callable[[str, bool], list[int]]:
    """(text, whether control tokens are recognised in it) -> llama.cpp's ids."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(gguf)
    settings.n_ctx, settings.n_parallel, settings.warmup, settings.verbosity, settings.port = 64, 1, False, 0, 0
    server = xllamacpp.Server(settings)
    no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def encode(text: str, special: bool) -> list[int]:
        question = json.dumps({"content": text, "add_special": False, "parse_special": special}).encode()
        request = urllib.request.Request(
            server.listening_address + "/tokenize", data=question, headers={"Content-Type": "application/json"}
        )
        with no_proxy.open(request, timeout=60) as answer:
            return list(json.load(answer)["tokens"])

    return encode


def test_weights_equal_transformers_own_reading_exactly(
    gguf: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, modeling_gguf_pytorch_utils

    from tests.pages import read_once

    monkeypatch.setenv("READ_ONCE", str(read_once_folder(gguf)))
    monkeypatch.setattr(modeling_gguf_pytorch_utils, "load_gguf_checkpoint", read_once.remembered)
    theirs = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32).state_dict()
    ours = dequantise(load_file(folder / "model.safetensors"))
    assert theirs.keys() - ours.keys() == {"lm_head.weight"}  # tied to the embedding, not in the file
    assert ours.keys() <= theirs.keys()
    for name, weight in ours.items():
        np.testing.assert_array_equal(weight, theirs[name].numpy(), err_msg=name)


def test_sizes_are_those_of_the_manifest(folder: Path) -> None:
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert size == pytest.approx(load()["smollm2-135m"].installed_size, rel=0.01)
    config = json.loads((folder / "config.json").read_text())
    assert (config["num_hidden_layers"], config["hidden_size"], config["vocab_size"]) == (30, 576, 49152)


# llama.cpp is the oracle for ids. transformers' own GGUF tokenizer is not: it drops the rule that splits digits
# from what stands before them ("a  1" comes out as "a", " ", " ", "1" there), and the published tokenizer.json
# (Digits, then ByteLevel), llama.cpp's "smollm" rule and ours agree that two spaces before a digit are one token.


@pytest.mark.parametrize("special", [False, True])
def test_ids_equal_llama_cpp(folder: Path, llama_cpp: Callable[[str, bool], list[int]], special: bool) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = not special
    for text in TEXTS:
        assert tokenizer.encode(text).ids == llama_cpp(text, special), text
        assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) == text


def test_ids_equal_llama_cpp_on_random_text(folder: Path, llama_cpp: Callable[[str, bool], list[int]]) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    letters = [range(32, 127), range(0x80, 0x250), range(0x370, 0x700), range(0x900, 0xE00), range(0x2000, 0x2C00)]
    signs = [range(0x3000, 0x3200), range(0x1F300, 0x1F9FF), [32] * 5 + [10, 9, 13], range(48, 58)]
    rng = random.Random(0)
    for _ in range(500):
        text = "".join(chr(rng.choice(rng.choice([*letters, *signs]))) for _ in range(rng.randint(1, 25)))
        assert tokenizer.encode(text).ids == llama_cpp(text, False), repr(text)


def test_six_control_characters_have_no_token(folder: Path) -> None:
    """The published vocabulary lacks them, so they vanish: whoever shows token counts for typed text must know."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    lost = [code for code in range(128) if not tokenizer.encode(chr(code)).ids]
    assert lost == [0x04, 0x06, 0x13, 0x14, 0x16, 0x1D]
