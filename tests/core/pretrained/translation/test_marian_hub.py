"""Marian models of the hub: on a small random checkpoint made here, against transformers itself, and on a small hub."""

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.pretrained import load_translator
from core.pretrained.hub.files import HubError
from core.pretrained.translation.marian_hub import HubTranslator, availability, load_hub_folder, load_hub_translator
from core.pretrained.translation.translator import by_words
from tests.core.pretrained.small_pieces import sentencepiece_file

NAME = "Helsinki-NLP/opus-mt-en-fr"
WORDS = ["▁the", "▁cat", "▁sees", "▁a", "▁dog", "▁le", "▁chat", "▁voit", "▁un", "▁chien", "s", ".", "▁"]
LETTERS = [letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in WORDS]
# Numbers of their own, not those of the SentencePiece file; the padding comes last, as in the published models.
NUMBERS = {piece: n for n, piece in enumerate(["</s>", "<unk>", *WORDS, *LETTERS, "<pad>"])}
END, PAD = 0, len(NUMBERS) - 1
TEXTS = ["the cat sees a dog.", "dogs", "", "a cat sees the xylophone and the dogs a 😀 cat."]


def make(seed: int = 5) -> Any:
    """Return a random model of two layers and four heads, the same at every call."""
    from transformers import MarianConfig, MarianMTModel

    torch.manual_seed(seed)
    model = MarianMTModel(
        MarianConfig(
            vocab_size=len(NUMBERS),
            d_model=32,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=48,
            decoder_ffn_dim=48,
            max_position_embeddings=64,
            scale_embedding=True,
            pad_token_id=PAD,
            eos_token_id=END,
            decoder_start_token_id=PAD,
            forced_eos_token_id=None,
            init_std=0.5,
            attn_implementation="eager",
        )
    )
    model.final_logits_bias.normal_(std=2.0)
    model.final_logits_bias[0, END] = 9.0  # or it would hardly ever end
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                torch.nn.init.normal_(parameter, mean=float("norm.weight" in name), std=0.2)
    return model.eval()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("opus")
    make().save_pretrained(made)
    scores = {piece: -1.0 - n / 10 for n, piece in enumerate(WORDS)} | dict.fromkeys(LETTERS, -6.0)
    (made / "source.spm").write_bytes(sentencepiece_file(scores))
    (made / "vocab.json").write_text(json.dumps(NUMBERS), "utf-8")
    return made


@pytest.fixture(scope="module")
def translator(folder: Path) -> HubTranslator:
    return load_hub_folder("en-fr", folder)


@pytest.fixture(scope="module")
def oracle() -> Any:
    return make()


def copy_of(folder: Path, target: Path, **config: Any) -> Path:
    shutil.copytree(folder, target)
    file = target / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **config}))
    return target


def numbers_of(translator: HubTranslator, text: str) -> torch.Tensor:
    return torch.tensor([translator.pieces.encode(text)[0]])


@torch.no_grad()
def step(oracle: Any, source: torch.Tensor, target: list[int]) -> Any:
    """Transformers' own answer for a text read whole, no caches and no padding."""
    before = torch.tensor([[PAD, *target]])
    return oracle(input_ids=source, decoder_input_ids=before, output_attentions=True, use_cache=False)


# Translations


def test_pieces_have_the_model_s_numbers(translator: HubTranslator) -> None:
    numbers, shown = translator.pieces.encode("the cats 😀 q")
    assert shown == ["▁the", "▁cat", "s", "▁", "😀", "▁", "q", "</s>"]
    assert numbers == [2, 3, 12, 14, 1, 14, NUMBERS["q"], 0]
    assert translator.pieces.text([7, 8, 12]) == "le chats"
    assert (translator.pair, translator.name) == ("en-fr", NAME)


def test_greedy_is_the_likeliest_piece_each_time(translator: HubTranslator, oracle: Any) -> None:
    written = set()
    for text, found in zip(TEXTS, translator.translate_all(TEXTS), strict=True):
        source, target = numbers_of(translator, text), []
        most = min(int(np.ceil(2.5 * source.shape[1])), 63)
        while END not in target and len(target) < most:
            scores = step(oracle, source, target).logits[0, -1]
            scores[PAD] = -torch.inf
            target.append(int(scores.argmax()))
        assert [translator.pieces.number(piece) for piece in found.target] == target
        written |= set(target)
    assert END in written
    assert len(written) > 3  # not a model that says one word for ever


@pytest.mark.parametrize("beams", [1, 3])
def test_a_translation_is_what_transformers_does(beams: int, translator: HubTranslator, oracle: Any) -> None:
    for text, found in zip(TEXTS, translator.translate_all(TEXTS, beams=beams), strict=True):
        target = [translator.pieces.number(piece) for piece in found.target]
        expected = step(oracle, numbers_of(translator, text), target[:-1])
        np.testing.assert_allclose(found.alignment, expected.cross_attentions[-1][0, 0], atol=1e-5)
        np.testing.assert_allclose(found.alignment.sum(-1), 1, atol=1e-5)
        scores = expected.logits[0]
        scores[:, PAD] = -torch.inf
        chances = scores.log_softmax(-1)[range(len(target)), target]
        np.testing.assert_allclose(found.logprobs, chances, atol=1e-4)
        assert found.source[-1] == "</s>"
        assert found.alignment.shape == (len(found.target), len(found.source))
        assert "<pad>" not in found.target
        words = by_words(found)
        np.testing.assert_allclose(words.alignment.sum(-1), 1, atol=1e-5)


def test_alone_as_in_a_batch_and_followed(translator: HubTranslator) -> None:
    together = translator.translate_all(TEXTS[:2])
    again = translator.follow_all(TEXTS[:2], [each.target for each in together])
    for text, one, other in zip(TEXTS[:2], together, again, strict=True):
        alone = translator.follow(text, one.target)
        assert one.text == other.text == alone.text
        np.testing.assert_allclose(one.alignment, alone.alignment, atol=1e-5)
        np.testing.assert_allclose(one.logprobs, other.logprobs, atol=1e-4)
    assert translator.translate_all([]) == []


def test_more_beams_find_likelier_texts(translator: HubTranslator) -> None:
    greedy, found = (translator.translate_all(TEXTS, beams=beams) for beams in (1, 8))
    gains = [a.logprobs.mean() - b.logprobs.mean() for a, b in zip(found, greedy, strict=True)]
    assert max(gains) > 0.01


def test_what_is_hidden_is_not_looked_at(translator: HubTranslator, oracle: Any) -> None:
    free = translator.translate(TEXTS[0])
    found = translator.follow(TEXTS[0], free.target, hidden=[1, 4])
    assert (found.alignment[:, [1, 4]] == 0).all()
    np.testing.assert_allclose(found.alignment.sum(-1), 1, atol=1e-5)
    assert np.abs(found.logprobs - free.logprobs).max() > 1e-3
    # The encoder still reads them: masked for it as well, the model answers something else again.
    source, target = numbers_of(translator, TEXTS[0]), [translator.pieces.number(piece) for piece in free.target]
    seen = torch.ones_like(source)
    seen[0, [1, 4]] = 0
    with torch.no_grad():
        unread = oracle(input_ids=source, attention_mask=seen, decoder_input_ids=torch.tensor([[PAD, *target[:-1]]]))
    scores = unread.logits[0]
    scores[:, PAD] = -torch.inf
    other = scores.log_softmax(-1)[range(len(target)), target].numpy()
    assert np.abs(found.logprobs - other).max() > 1e-3
    assert (translator.translate(TEXTS[0], hidden=[1, 4]).alignment[:, [1, 4]] == 0).all()


def test_what_can_t_be_translated(translator: HubTranslator) -> None:
    for call, words in [
        (lambda: translator.translate("the " * 64), "65 pieces: 64 are the most"),
        (lambda: translator.translate("the", beams=0), "beams must be at least 1"),
        (lambda: translator.translate("the", hidden=[2]), "places to hide"),
        (lambda: translator.follow("the", ["▁nowhere"]), "not a piece"),
        (lambda: translator.follow("the", []), "at least its end"),
        (lambda: translator.follow("the", ["▁un"] * 65), "64 are the most"),
    ]:
        with pytest.raises(ValueError, match=words):
            call()


def test_odd_texts(translator: HubTranslator) -> None:
    for text in ["", " \n", "\x00", "\ud800", "</s> <pad>", "日本語", "the\nthe"]:
        found = translator.translate(text)
        np.testing.assert_allclose(found.alignment.sum(-1), 1, atol=1e-5)
    assert NUMBERS["<pad>"] not in translator.pieces.encode("<pad></s>")[0]
    assert translator.pieces.encode("<pad></s>")[0].count(END) == 1


# What is not loaded


def test_pickled_weights_are_refused(folder: Path, tmp_path: Path) -> None:
    pickled = copy_of(folder, tmp_path / "pickled")
    (pickled / "model.safetensors").unlink()
    torch.save(make().state_dict(), pickled / "pytorch_model.bin")
    with pytest.raises(HubError, match=rf"^{NAME} can't be loaded: it has no model\.safetensors.*unpickled\)$"):
        load_hub_folder("en-fr", pickled)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"architectures": ["MarianForCausalLM"]}, "is not MarianMTModel"),
        ({"architectures": None}, "is not MarianMTModel"),
        ({"decoder_layers": 3}, "lack the weights"),
        ({"d_model": 64}, "can't be loaded"),
        ({"transformers_weights": "adapter_model.bin"}, "weights of its own choice"),
    ],
)
def test_other_models_are_refused_in_one_line(folder: Path, tmp_path: Path, config: dict[str, Any], said: str) -> None:
    with pytest.raises(HubError, match=said) as caught:
        load_hub_folder("en-fr", copy_of(folder, tmp_path / "other", **config))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", b"{"),
        ("source.spm", b"{}"),
        ("vocab.json", b'{"a": 1}'),
        ("vocab.json", json.dumps({**NUMBERS, "more": 99}).encode()),
        ("model.safetensors", b"\0" * 100),
    ],
)
def test_broken_files_are_refused_in_one_line(file: str, content: bytes, folder: Path, tmp_path: Path) -> None:
    broken = copy_of(folder, tmp_path / "broken")
    (broken / file).write_bytes(content)
    with pytest.raises(HubError, match=r"can't be loaded: [^\n]+$"):
        load_hub_folder("en-fr", broken)


# The hub, or none


class Hub(http.server.BaseHTTPRequestHandler):
    """As much of the hub as a model needs whose safetensors are in a pull request only."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        server: Any = self.server
        server.asked.append(self.path)
        path = self.path.partition("?")[0].replace("%2F", "/")
        on_main = [
            file.name for file in server.folder.iterdir() if file.name != "model.safetensors" or server.converted
        ]
        in_request = [file.name for file in server.folder.iterdir()]
        if path == f"/api/models/{NAME}":
            self.json({"id": NAME, "sha": "0" * 40, "siblings": [{"rfilename": name} for name in on_main]})
        elif path == f"/api/models/{NAME}/revision/refs/pr/3":
            self.json({"id": NAME, "sha": "1" * 40, "siblings": [{"rfilename": name} for name in in_request]})
        elif path == f"/api/models/{NAME}/discussions":
            self.json({"discussions": server.requests, "count": len(server.requests), "start": 0})
        elif path.startswith(f"/{NAME}/resolve/"):
            revision, _, name = path.removeprefix(f"/{NAME}/resolve/").rpartition("/")
            self.answer((server.folder / name).read_bytes(), ("1" if revision == "refs/pr/3" else "0") * 40)
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def json(self, content: Any) -> None:
        self.answer(json.dumps(content).encode(), "0" * 40)

    def answer(self, body: bytes, commit: str) -> None:
        self.send_response(200)
        self.send_header("X-Repo-Commit", commit)
        self.send_header("ETag", f'"{sha256(body).hexdigest()}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def request_by(author: str, title: str = "Adding `safetensors` variant of this model") -> dict[str, Any]:
    return {
        "title": title,
        "num": 3,
        "author": {"name": author},
        "createdAt": "2023-03-01T10:00:00.000Z",
        "status": "open",
        "repo": {"name": NAME, "type": "model"},
        "isPullRequest": True,
    }


@pytest.fixture
def small_hub(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from huggingface_hub import constants

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        hub: Any = server
        hub.folder, hub.asked, hub.converted, hub.requests = folder, [], False, [request_by("SFconvertbot")]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", address)
        template = address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setenv("NO_PROXY", "*")
        yield hub
        server.shutdown()


@pytest.mark.parametrize("converted", [False, True])
def test_a_model_is_downloaded_once_and_then_found_offline(
    converted: bool, small_hub: Any, translator: HubTranslator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    small_hub.converted = converted
    found = availability("en-fr")
    assert found.available
    assert (found.name, found.reason) == (NAME, "not on this machine yet: downloaded from the hub at first use")
    loaded = load_translator("en-fr")
    assert isinstance(loaded, HubTranslator)
    assert loaded.translate(TEXTS[0]).text == translator.translate(TEXTS[0]).text
    assert any("discussions" in path for path in small_hub.asked) != converted
    assert any("resolve/refs%2Fpr%2F3/" in path for path in small_hub.asked) != converted
    small_hub.asked.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert availability("en-fr").reason == "on this machine"
    load_hub_translator(NAME)
    assert small_hub.asked == []


@pytest.mark.parametrize(
    "requests", [[], [request_by("somebody")], [request_by("SFconvertbot", "Adding something else")]]
)
def test_somebody_s_weights_are_not_taken(requests: list[dict[str, Any]], small_hub: Any) -> None:
    small_hub.requests = requests
    assert not availability("en-fr").available
    assert "the hub has no model.safetensors for it, and nothing else is read" in availability("en-fr").reason
    with pytest.raises(HubError, match=rf"^{NAME} can't be loaded: the hub has no model\.safetensors"):
        load_translator("en-fr")
    assert not [path for path in small_hub.asked if "resolve" in path]


def test_a_pair_that_the_hub_lacks(small_hub: Any) -> None:
    assert "no public model of this name" in availability("en-de").reason
    with pytest.raises(HubError, match="no public model of this name"):
        load_translator("en-de")


def test_without_a_hub_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    found = availability("en-fr")
    assert not found.available
    assert found.reason == "not on this machine, and the hub could not be reached: HF_HUB_OFFLINE is set"
    with pytest.raises(HubError, match="could not be reached"):
        load_translator("en-fr")


def test_a_name_that_is_not_offered() -> None:
    for pair in ("en-xx", "gpt2", "../../etc", "x" * 1000, "a\nb"):
        found = availability(pair)
        assert not found.available
        assert "is not a pair that can be translated here" in found.reason
        assert len(found.name) < 120
        assert "\n" not in found.name + found.reason
