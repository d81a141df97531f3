"""Hub models against transformers itself, on small random checkpoints of the same architectures made here."""

import http.server
import itertools
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from core.device import DeviceError
from core.pretrained import hub, load_language_model
from core.pretrained.hub import HubError, HubModel, availability, load_hub_folder, load_hub_model
from core.pretrained.hub import files as hub_files
from core.pretrained.hub.progress import Meter
from core.pretrained.registry import fetch_language_model
from core.progress import finish

CONTEXT = 64
PADDED = 320  # rows of the embedding; the tokenizer has fewer
END = "<|endoftext|>"
SENTENCES = ["the cat sat on the mat", "a dog and a cat sat down", "naïve café, 東京 and 😀!"] * 20
ARCHITECTURES = ("gpt2", "llama", "gpt_neo")


def byte_level_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=[END], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return tokenizer


def piece_tokenizer() -> Tokenizer:
    """Spelled as SentencePiece does: a space is ▁, and what has no piece is written in bytes."""
    pieces = ["<s>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "c", "a", "t", "ca", "cat", "▁cat"]
    merges = [("c", "a"), ("ca", "t"), ("▁", "cat")]
    model = models.BPE({piece: n for n, piece in enumerate(pieces)}, merges, byte_fallback=True)
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback()])
    tokenizer.add_special_tokens(["<s>"])
    return tokenizer


def make(kind: str) -> Any:
    """Return a random model of two layers and four heads, the same at every call."""
    torch.manual_seed(1)
    model = untrained(kind)
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:  # fresh norms scale by 1: applied twice they would look like once
            torch.nn.init.normal_(parameter, mean=float(name.endswith("weight")), std=0.1)
    return model.eval()


def untrained(kind: str) -> Any:
    from transformers import (
        GPT2Config,
        GPT2LMHeadModel,
        GPTNeoConfig,
        GPTNeoForCausalLM,
        LlamaConfig,
        LlamaForCausalLM,
    )

    shared: dict[str, Any] = {"vocab_size": PADDED, "bos_token_id": 0, "eos_token_id": 0}
    # Random weights of the usual size give nearly uniform scores; these give a model that has opinions.
    wide: dict[str, Any] = {**shared, "initializer_range": 0.15}
    if kind == "gpt2":
        return GPT2LMHeadModel(GPT2Config(n_layer=2, n_head=4, n_embd=32, n_positions=CONTEXT, **wide))
    if kind == "gpt_neo":
        config = GPTNeoConfig(
            num_layers=2,
            num_heads=4,
            hidden_size=32,
            max_position_embeddings=CONTEXT,
            attention_types=[[["global", "local"], 1]],
            window_size=5,
            **wide,
        )
        return GPTNeoForCausalLM(config)
    config = LlamaConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        **wide,
    )
    return LlamaForCausalLM(config)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {}
    for kind in ARCHITECTURES:
        found[kind] = tmp_path_factory.mktemp(kind)
        make(kind).save_pretrained(found[kind])
        byte_level_tokenizer().save(str(found[kind] / "tokenizer.json"))
    return found


@pytest.fixture(scope="module")
def loaded(folders: dict[str, Path]) -> dict[str, HubModel]:
    return {kind: load_hub_folder(kind, folder, device="cpu", precision="fp32") for kind, folder in folders.items()}


@pytest.fixture(params=ARCHITECTURES)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def model(kind: str, loaded: dict[str, HubModel]) -> HubModel:
    return loaded[kind]


@pytest.fixture
def oracle(kind: str) -> Any:
    return make(kind)


def some_ids(length: int, seed: int = 0) -> list[int]:
    return np.random.default_rng(seed).integers(1, PADDED, length).tolist()


def copy_of(folder: Path, target: Path, **config: Any) -> Path:
    shutil.copytree(folder, target)
    file = target / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **config}))
    return target


# --- Scores


@torch.no_grad()
def test_logits_are_those_of_transformers_at_every_position(model: HubModel, oracle: Any) -> None:
    ids = some_ids(CONTEXT)
    expected = oracle(torch.tensor([ids])).logits[0].numpy()
    found = model.logits(ids)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(finish(model.exact_logits(ids, last_only=True)), expected[-1:], atol=1e-5)


def test_exact_logits_say_how_far_they_are(model: HubModel) -> None:
    assert list(model.exact_logits([1, 2])) == [(2, 2)]


def test_greedy_stream_is_that_of_generate(model: HubModel, oracle: Any) -> None:
    prompt = some_ids(7)
    steps = list(model.stream(prompt, max_new_tokens=30, temperature=0.0))
    expected = oracle.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, 7),
        max_new_tokens=30,
        do_sample=False,
        pad_token_id=0,
    )
    assert [step.token for step in steps] == expected[0, 7:].tolist()
    assert len({step.token for step in steps}) > 2  # not a model that says one word for ever


def test_same_seed_same_text(model: HubModel) -> None:
    def draw(seed: int) -> list[int]:
        return [step.token for step in model.stream([1, 2, 3], max_new_tokens=12, seed=seed)]

    assert draw(3) == draw(3) != draw(4)


@pytest.mark.parametrize("chunk", [1, 4, 256])
def test_cached_steps_are_the_whole_text(model: HubModel, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "CHUNK", chunk)
    ids, start = some_ids(CONTEXT), 11
    whole = model.logits(ids)
    cache = model.new_cache(1, CONTEXT)
    reading = model.prefill(ids[:start], cache, 0)
    assert len(list(reading)) == -(-start // chunk)
    found = [finish(model.prefill(ids[:start], cache, 0))]
    found += [model.step([ids[at]], [at], cache) for at in range(start, CONTEXT)]
    np.testing.assert_allclose(torch.cat(found), whole[start - 1 :], atol=1e-5)


def test_rows_of_different_lengths_are_as_alone(model: HubModel) -> None:
    texts = [some_ids(length, seed) for seed, length in enumerate([3, 17, 9])]
    together, alone = model.new_cache(3, CONTEXT), [model.new_cache(1, CONTEXT) for _ in texts]
    for row, text in enumerate(texts):
        finish(model.prefill(text, together, row))
        finish(model.prefill(text, alone[row], 0))
    for turn in range(4):
        ids = [20 + turn, 30 + turn, 40 + turn]
        positions = [len(text) + turn for text in texts]
        found = model.step(ids, positions, together)
        for row in range(3):
            assert torch.equal(found[row], model.step([ids[row]], [positions[row]], alone[row])[0])


def test_copied_rows_go_their_own_ways(model: HubModel) -> None:
    one, other = some_ids(10, 1), some_ids(12, 2)
    cache = model.new_cache(3, CONTEXT)
    finish(model.prefill(one, cache, 0))
    finish(model.prefill(other, cache, 1))
    cache.copy([1, 0, 0], [0, 1, 2], 8)  # the first two change places: all sources are read before any is written
    branches = [[*other[:8], 5], [*one[:8], 6], [*one[:8], 7]]
    found = model.step([5, 6, 7], [8, 8, 8], cache)
    for row, text in enumerate(branches):
        np.testing.assert_allclose(found[row], model.logits(text)[-1], atol=1e-5)
    model.step([9], [9], cache)  # row 0 alone goes on, the others stay
    again = model.step([1, 1, 1], [9, 9, 9], cache)
    for row, text in enumerate(branches):
        np.testing.assert_allclose(again[row], model.logits([*text, 1])[-1], atol=1e-5)


def test_a_row_goes_back_to_a_branch(model: HubModel) -> None:
    ids = some_ids(10)
    cache = model.new_cache(1, CONTEXT)
    finish(model.prefill(ids, cache, 0))
    cache.copy([0], [0], 4)
    np.testing.assert_allclose(model.step([9], [4], cache)[0], model.logits([*ids[:4], 9])[-1], atol=1e-5)


# --- Looking inside


@torch.no_grad()
def test_trace_holds_what_happened(model: HubModel, oracle: Any, kind: str) -> None:
    ids = some_ids(9)
    trace = model.trace(ids)
    assert trace.attentions.shape == (2, 4, 9, 9)
    assert trace.hidden.shape == (3, 9, 32)
    assert {trace.attentions.dtype, trace.hidden.dtype, trace.logits.dtype} == {np.dtype("float32")}
    np.testing.assert_allclose(trace.attentions.sum(-1), 1, atol=1e-6)
    assert not np.triu(trace.attentions, 1).any()
    np.testing.assert_allclose(trace.logits, model.logits(ids), atol=1e-6)
    # The last vectors are before the final norm: with it and the output layer they give the scores.
    norm = {"gpt2": "transformer.ln_f", "llama": "model.norm", "gpt_neo": "transformer.ln_f"}[kind]
    after = oracle.get_submodule(norm)(torch.from_numpy(trace.hidden[-1]))
    np.testing.assert_allclose(oracle.lm_head(after).numpy(), trace.logits, atol=1e-5)
    expected = oracle(torch.tensor([ids]), output_hidden_states=True).hidden_states
    np.testing.assert_allclose(trace.hidden[:-1], torch.cat(expected[:-1]).numpy(), atol=1e-5)


def test_trace_leaves_the_model_as_it_was(model: HubModel) -> None:
    before = model.logits([4, 5, 6])
    first, second = model.trace([1, 2, 3]), model.trace([1, 2, 3])
    assert np.array_equal(first.hidden, second.hidden)
    assert np.array_equal(model.logits([4, 5, 6]), before)


def test_only_our_own_models_can_be_taken_apart(model: HubModel) -> None:
    for settings in ({"heads_off": [(0, 0)]}, {"edges_cut": [(0, 0, 1, 0)]}, {"layers": [0]}, {"inside": 0}):
        with pytest.raises(HubError, match="only our own models"):
            model.trace([1, 2, 3], **settings)


def test_a_generator_left_open_leaves_inference_mode(model: HubModel) -> None:
    work = model.prefill(some_ids(5), model.new_cache(1, 8), 0)
    next(work)
    assert not torch.is_inference_mode_enabled()
    work.close()


def test_what_does_not_fit_is_said(model: HubModel) -> None:
    cache = model.new_cache(2, 8)
    finish(model.prefill([1, 2], cache, 0))
    for call in (
        lambda: model.logits([]),
        lambda: model.logits(some_ids(CONTEXT + 1)),
        lambda: model.trace([PADDED]),
        lambda: model.step([-1], [2], cache),
        lambda: model.step([1], [3], cache),  # after a gap
        lambda: model.step([1], [8], cache),
        lambda: finish(model.prefill(some_ids(9), cache, 0)),
        lambda: next(model.stream([1], max_new_tokens=CONTEXT)),
    ):
        with pytest.raises(ValueError, match=r"token|no place"):
            call()


# --- Text


def test_typed_text_holds_no_control_token(loaded: dict[str, HubModel]) -> None:
    model = loaded["gpt2"]
    assert model.end_tokens == (0,)
    ids = model.encode(f"the cat{END} naïve 東京")
    assert 0 not in ids
    assert model.decode(ids) == f"the cat{END} naïve 東京"
    assert model.decode([0]) == END
    assert model.label(model.encode(" cat")[0]).startswith("·")
    assert model.context == CONTEXT


def test_numbers_that_only_pad_the_embedding_have_no_text(loaded: dict[str, HubModel]) -> None:
    model = loaded["gpt2"]
    assert model.decode([PADDED - 1, *model.encode("cat")]) == "cat"
    assert model.label(PADDED - 1) == f"[{PADDED - 1}]"


def test_pieces_with_spaces_of_their_own(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = copy_of(folders["llama"], tmp_path / "pieces")
    piece_tokenizer().save(str(folder / "tokenizer.json"))
    model = load_hub_folder("pieces", folder)
    ids = model.encode("cat cat<s>\né")
    assert model.decode(ids) == "cat cat<s>\né"
    assert 0 not in ids
    assert [model.label(token) for token in ids[:2]] == ["cat", "·cat"]


def test_padding_and_cutting_in_a_tokenizer_file_are_ignored(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = copy_of(folders["gpt2"], tmp_path / "cut")
    tokenizer = byte_level_tokenizer()
    tokenizer.enable_truncation(2)
    tokenizer.enable_padding(length=40)
    tokenizer.save(str(folder / "tokenizer.json"))
    model = load_hub_folder("cut", folder)
    assert model.decode(model.encode("the cat sat")) == "the cat sat"


# --- Precision


def test_bf16_is_for_writing_only(folders: dict[str, Path], loaded: dict[str, HubModel]) -> None:
    model = load_hub_folder("gpt2", folders["gpt2"], device="cpu", precision="bf16")
    ids = some_ids(9)
    assert model.placement.precision == "bf16"
    np.testing.assert_array_equal(model.logits(ids), loaded["gpt2"].logits(ids))
    scores = finish(model.prefill(ids, model.new_cache(1, 20), 0))
    assert scores.dtype == torch.float32
    assert 0 < np.abs(scores.numpy() - model.logits(ids)[-1:]).max() < 0.5


@pytest.mark.parametrize("precision", ["int8", "int4", "fp8"])
def test_other_precisions_are_refused(folders: dict[str, Path], precision: str) -> None:
    with pytest.raises(DeviceError):
        load_hub_folder("gpt2", folders["gpt2"], device="cpu", precision=precision)


# --- What is not loaded


def test_pickled_weights_are_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = copy_of(folders["gpt2"], tmp_path / "pickled")
    (folder / "model.safetensors").unlink()
    torch.save(make("gpt2").state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(HubError, match=r"^gpt2 can't be loaded: it has no model\.safetensors.*unpickled\)$"):
        load_hub_folder("gpt2", folder)
    (folder / hub_files.INDEX).write_text(json.dumps({"weight_map": {"lm_head": "pytorch_model.bin"}}))
    with pytest.raises(HubError, match=r"pytorch_model\.bin, which is not a file of weights"):
        load_hub_folder("gpt2", folder)


def test_shards_are_read(folders: dict[str, Path], loaded: dict[str, HubModel], tmp_path: Path) -> None:
    folder = copy_of(folders["gpt2"], tmp_path / "shards")
    (folder / "model.safetensors").unlink()
    make("gpt2").save_pretrained(folder, max_shard_size="50KB")
    shards = sorted(folder.glob("model-*.safetensors"))
    assert len(shards) > 1
    np.testing.assert_array_equal(load_hub_folder("gpt2", folder).logits([1, 2, 3]), loaded["gpt2"].logits([1, 2, 3]))
    shards[0].unlink()
    with pytest.raises(HubError, match=f"it has no {shards[0].name}"):
        load_hub_folder("gpt2", folder)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"architectures": ["BertForMaskedLM"], "model_type": "bert"}, "BertForMaskedLM is not a causal"),
        ({"architectures": None}, "no named architecture"),
        ({"n_layer": 3}, "lack the weights"),
        ({"n_embd": 64}, "can't be loaded"),
        ({"model_type": "unheard_of", "auto_map": {"AutoConfig": "evil.Config"}}, "can't be loaded"),
        ({"transformers_weights": "adapter_model.bin"}, "weights of its own choice"),
    ],
)
def test_other_models_are_refused_in_one_line(
    folders: dict[str, Path], tmp_path: Path, config: dict[str, Any], said: str
) -> None:
    folder = copy_of(folders["gpt2"], tmp_path / "other", **config)
    (folder / "evil.py").write_text("raise SystemExit('code from a repository ran')")
    with pytest.raises(HubError, match=said) as caught:
        load_hub_folder("other", folder)
    assert "\n" not in str(caught.value)


def test_broken_files_are_refused_in_one_line(folders: dict[str, Path], tmp_path: Path) -> None:
    for file, content in [
        ("config.json", b"{"),
        ("config.json", b"[]"),
        ("tokenizer.json", b"{}"),
        ("model.safetensors", b"\0" * 100),
    ]:
        folder = copy_of(folders["gpt2"], tmp_path / "broken")
        (folder / file).write_bytes(content)
        with pytest.raises(HubError, match=r"^broken can't be loaded: [^\n]+$"):
            load_hub_folder("broken", folder)
        shutil.rmtree(folder)


def test_a_model_that_looks_ahead_is_refused(tmp_path: Path) -> None:
    from transformers import BertConfig, BertLMHeadModel

    config = BertConfig(
        vocab_size=PADDED,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        initializer_range=0.15,
    )
    BertLMHeadModel(config).save_pretrained(tmp_path)
    byte_level_tokenizer().save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(HubError, match="continued from its cache"):
        load_hub_folder("bert", tmp_path)


# --- Names


def test_names_are_the_list_and_what_the_variable_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNROLLED_HUB_MODELS", raising=False)
    assert hub.hub_names() == ("gpt2", "distilgpt2")
    assert hub.ignored_names() == ()
    monkeypatch.setenv("UNROLLED_HUB_MODELS", " EleutherAI/pythia-14m, gpt2,,roneneldan/TinyStories-1M ")
    assert hub.hub_names()[2:] == ("EleutherAI/pythia-14m", "roneneldan/TinyStories-1M")
    assert hub.ignored_names() == ()


def test_malformed_names_are_listed_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = ["../x", "a/b/c", "-x", "x/..", "a--b", "é", "a b", "http://x", "/x", "a/", "a\nb", "y" * 5000 + "!"]
    monkeypatch.setenv("UNROLLED_HUB_MODELS", ",".join([*bad, "good/one"]))
    assert hub.hub_names() == (*hub.HUB_MODELS, "good/one")
    ignored = hub.ignored_names()
    assert len(ignored) == len(bad)
    for entry in ignored:
        assert not entry.available
        assert "hub id" in entry.reason
        assert len(entry.name) <= 90
        assert "\n" not in entry.name


def test_only_so_many_names_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_HUB_MODELS", ",".join(f"owner/m{n}" for n in range(23)))
    assert len(hub.hub_names()) == 22
    assert [(entry.name, entry.reason) for entry in hub.ignored_names()] == [
        (f"owner/m{n}", "UNROLLED_HUB_MODELS adds 20 models at most") for n in (20, 21, 22)
    ]


def test_a_name_that_is_not_allowed_is_refused() -> None:
    for name in ("owner/other", "../../etc", "x" * 1000):
        assert not availability(name).available
        with pytest.raises(HubError, match="not allowed here"):
            load_language_model(name)  # what is in no other list comes here


# --- The hub, or none


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def ask_at(monkeypatch: pytest.MonkeyPatch, empty_cache: Path) -> Any:
    """Return a function that makes `address` the hub, outside offline mode."""
    from huggingface_hub import constants

    def use(address: str) -> None:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setenv("NO_PROXY", "*")

    return use


def expect_unreachable(why: str) -> None:
    started = time.monotonic()
    found = availability("gpt2")
    assert not found.available
    assert found.reason.startswith(f"not on this machine, and the hub could not be reached: {why}")
    assert "\n" not in found.reason
    with pytest.raises(HubError, match="could not be reached"):
        load_hub_model("gpt2")
    assert time.monotonic() - started < 5


def test_offline_mode_asks_nobody(ask_at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    ask_at("http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    expect_unreachable("HF_HUB_OFFLINE is set")


def test_a_hub_that_refuses_is_unreachable(ask_at: Any) -> None:
    with socket.socket() as taken:  # bound, not listening: every connection is refused
        taken.bind(("127.0.0.1", 0))
        ask_at(f"http://127.0.0.1:{taken.getsockname()[1]}")
        expect_unreachable("")


def test_a_hub_that_never_answers_is_not_waited_for(ask_at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_files, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ask_at(f"http://127.0.0.1:{silent.getsockname()[1]}")
        expect_unreachable("")


def test_an_address_that_is_looked_up_for_ever_is_not_waited_for(ask_at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import HfApi

    never = threading.Event()

    def ask(*args: Any, **more: Any) -> None:
        never.wait(30)
        raise OSError("no such host")

    monkeypatch.setattr(hub_files, "TIMEOUT", -0.9)
    monkeypatch.setattr(HfApi, "model_info", ask)
    ask_at("http://127.0.0.1:9")
    expect_unreachable("no answer in 0.1 seconds")
    never.set()


class Hub(http.server.BaseHTTPRequestHandler):
    """As much of the hub as loading a model needs: a list of files, and the files with their headers."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        folder: Path = self.server.folder  # type: ignore[attr-defined]
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        if self.server.portal:  # type: ignore[attr-defined]
            self.answer(self.server.portal)  # type: ignore[attr-defined]
        elif self.path.partition("?")[0] == "/api/models/gpt2":
            files: list[dict[str, Any]] = [
                {"rfilename": str(file.relative_to(folder)), "size": file.stat().st_size}
                for file in sorted(folder.rglob("*"))
                if file.is_file()
            ]
            if "blobs=" not in self.path or self.server.silent_on_sizes:  # type: ignore[attr-defined]
                files = [{"rfilename": file["rfilename"]} for file in files]
            self.answer(json.dumps({"id": "gpt2", "sha": "0" * 40, "siblings": files}).encode())
        elif self.path.startswith("/gpt2/resolve/"):
            self.answer((folder / self.path.split("/", 4)[4]).read_bytes())
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("ETag", f'"{sha256(body).hexdigest()}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def small_hub(ask_at: Any, folders: dict[str, Path], tmp_path: Path) -> Iterator[Any]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        server.folder = copy_of(folders["gpt2"], tmp_path / "repository")  # type: ignore[attr-defined]
        server.asked, server.portal, server.silent_on_sizes = [], b"", False  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        ask_at(f"http://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()


def test_a_model_is_downloaded_once_and_then_found_offline(
    small_hub: Any, loaded: dict[str, HubModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    torch.save({}, small_hub.folder / "pytorch_model.bin")
    (small_hub.folder / "evil.py").write_text("raise SystemExit")
    assert availability("gpt2") == hub.Availability(
        "gpt2", True, "not on this machine yet: downloaded from the hub at first use"
    )
    model = load_hub_model("gpt2", device="cpu", precision="fp32")
    np.testing.assert_array_equal(model.logits([1, 2, 3]), loaded["gpt2"].logits([1, 2, 3]))
    assert not [path for path in small_hub.asked if path.endswith((".bin", ".py"))]
    small_hub.asked.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert availability("gpt2") == hub.Availability("gpt2", True, "on this machine")
    load_hub_model("gpt2")
    assert small_hub.asked == []


# --- How far it is

FILES = ("config.json", "generation_config.json", "model.safetensors", "tokenizer.json")


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files come in pieces of 10 kB, as large ones come in pieces of 10 MB."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 10_000)


def bytes_of(folder: Path) -> int:
    return sum((folder / file).stat().st_size for file in FILES)


def downloaded(told: list[tuple[str, int, int]]) -> list[tuple[int, int]]:
    return [(done, total) for stage, done, total in told if stage == "download"]


@pytest.mark.usefixtures("in_pieces")
def test_who_waits_for_a_download_is_told_how_far_it_is(small_hub: Any, capfd: pytest.CaptureFixture[str]) -> None:
    (small_hub.folder / "pytorch_model.bin").write_bytes(bytes(100_000))  # is not fetched, and does not count
    told: list[tuple[str, int, int]] = []
    load_language_model("gpt2", device="cpu", progress=lambda *news: told.append(news))
    size = bytes_of(small_hub.folder)
    found = downloaded(told)
    assert {total for _, total in found} == {size}
    assert found == sorted(found)
    assert (found[0], found[-1]) == ((0, size), (size, size))
    assert max(later - earlier for (earlier, _), (later, _) in itertools.pairwise(found)) <= 10_000
    assert [stage for stage, *_ in told][len(found) - 1 :] == ["download", "loading"]
    assert "safetensors" not in "".join(capfd.readouterr())  # no bar is drawn
    told.clear()
    load_language_model("gpt2", device="cpu", progress=lambda *news: told.append(news))
    assert told == [("loading", 0, 1)]


@pytest.mark.usefixtures("in_pieces")
def test_sizes_that_the_hub_does_not_tell_are_known_when_files_come(small_hub: Any) -> None:
    small_hub.silent_on_sizes = True
    told: list[tuple[str, int, int]] = []
    hub_files.download("gpt2", lambda *news: told.append(news))
    found, size = downloaded(told), bytes_of(small_hub.folder)
    assert found == sorted(found, key=lambda news: news[0])
    assert (found[0], found[-1]) == ((0, 0), (size, size))
    assert all(done <= total for done, total in found)


def test_what_is_here_counts_as_done(small_hub: Any, empty_cache: Path) -> None:
    hub_files.download("gpt2")
    weights = next(empty_cache.glob("models--gpt2/snapshots/*/model.safetensors"))
    weights.resolve().unlink()
    weights.unlink()
    told: list[tuple[str, int, int]] = []
    fetch_language_model("gpt2", lambda *news: told.append(news))
    size, missing = bytes_of(small_hub.folder), (small_hub.folder / "model.safetensors").stat().st_size
    small = [(small_hub.folder / file).stat().st_size for file in FILES[:2]]
    assert (sum(small), size) in downloaded(told)  # before the weights
    assert (sum(small) + missing, size) in downloaded(told)
    assert told[-1] == ("download", size, size)


def test_bytes_of_xet_are_counted_once() -> None:
    """Xet's bytes come long before they are written, and fewer than the file has; both are told to one bar."""
    from huggingface_hub.utils._xet_progress_reporting import XetDownloadProgressReporter

    told: list[tuple[str, int, int]] = []
    meter = Meter({"config.json": 10, "model.safetensors": 1000}, lambda *news: told.append(news))
    meter.note("config.json", 10, 10)
    bar = meter.bar("model.safetensors")
    with XetDownloadProgressReporter(reconstruction_desc="", total=1000, log_level=30, tqdm_class=bar) as reporter:
        for received, written in [(300, 0), (800, 400), (850, 1000)]:
            reporter.update_progress(
                SimpleNamespace(
                    total_bytes=1000,
                    total_bytes_completed=written,
                    total_bytes_completion_rate=1.0,
                    total_transfer_bytes_completed=received,
                    total_transfer_bytes_completion_rate=None,
                )
            )
    assert {(stage, total) for stage, _, total in told} == {("download", 1010)}
    done = [done for _, done, _ in told]
    assert done == sorted(done)
    assert {0, 10, 310, 810, 1010} <= set(done)
    assert done[-1] == 1010


def test_a_download_that_begins_again_is_told_as_it_is() -> None:
    """A hub that does not go on where it stopped sends the file anew: the library takes back what it had counted."""
    told: list[tuple[str, int, int]] = []
    with Meter({"a": 100}, lambda *news: told.append(news)).bar("a")(total=100, initial=40) as bar:
        for count in (20, -60, 100):
            bar.update(count)
            bar.update_transfer(count)
    assert told[0] == ("download", 0, 100)
    assert told[1] == ("download", 40, 100)
    assert ("download", 0, 100) in told[2:]
    assert told[-1] == ("download", 100, 100)


def test_a_half_downloaded_model_is_not_on_this_machine(small_hub: Any, empty_cache: Path) -> None:
    load_hub_model("gpt2")
    next(empty_cache.glob("models--gpt2/snapshots/*/model.safetensors")).unlink()
    assert availability("gpt2").reason.startswith("not on this machine yet")
    load_hub_model("gpt2")


def test_a_repository_that_is_not_fit_is_refused_before_it_is_downloaded(
    small_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLED_HUB_MODELS", "owner/nothing")
    assert "no public model of this name" in availability("owner/nothing").reason
    (small_hub.folder / "model.safetensors").rename(small_hub.folder / "pytorch_model.bin")
    assert "the hub has no safetensors for it" in availability("gpt2").reason
    with pytest.raises(HubError, match=r"^gpt2 can't be loaded: the hub has no safetensors"):
        load_hub_model("gpt2")
    assert not [path for path in small_hub.asked if "resolve" in path]


@pytest.mark.parametrize("page", [b"<html>please log in</html>", b"{}", b"[]"])
def test_something_that_is_no_hub_is_unreachable(small_hub: Any, page: bytes) -> None:
    small_hub.portal = page
    expect_unreachable("")


def test_asking_what_is_there_imports_no_transformers() -> None:
    program = (
        "import sys; from core.pretrained import hub;"
        "hub.hub_names(); hub.availability('gpt2'); hub.availability('x/y');"
        "sys.exit('transformers' in sys.modules)"
    )
    root = Path(__file__).parents[4]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, timeout=60).returncode == 0
