"""Our Marian against torch's own layers and against the formulas written out with numpy in float64."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.pretrained.translation import marian
from core.pretrained.translation.layers import SSRU, EncoderLayer, sinusoids
from core.pretrained.translation.marian import LONGEST, MOST_WRITTEN, START, Marian, Memory
from tests.core.pretrained.small_marian import CONFIG, small_marian

SOURCE, TARGET = [5, 9, 3, 17, 8, 0], [4, 22, 7, 11, 0]


@pytest.fixture(scope="module")
def model() -> Marian:
    return small_marian()


def remembered(model: Marian, source: list[int]) -> Memory:
    return model.remember(model.encode(torch.tensor([source]))[0])


def before(target: list[int]) -> torch.Tensor:
    return torch.tensor([[START, *target[:-1]]])


# The layers


@pytest.mark.parametrize("padded", [False, True])
def test_an_encoder_layer_is_torch_s(padded: bool, model: Marian) -> None:
    ours = model.encoder[0]
    assert isinstance(ours, EncoderLayer)
    theirs = torch.nn.TransformerEncoderLayer(
        16, 2, 24, dropout=0.0, activation="relu", layer_norm_eps=1e-6, batch_first=True, norm_first=False
    )
    look = ours.attention
    parts = (look.query, look.key, look.value)
    theirs.load_state_dict(
        {
            "self_attn.in_proj_weight": torch.cat([part.weight for part in parts]),
            "self_attn.in_proj_bias": torch.cat([part.bias for part in parts]),
            "self_attn.out_proj.weight": look.merge.weight,
            "self_attn.out_proj.bias": look.merge.bias,
            "linear1.weight": ours.widen.weight,
            "linear1.bias": ours.widen.bias,
            "linear2.weight": ours.narrow.weight,
            "linear2.bias": ours.narrow.bias,
            "norm1.weight": ours.attention_norm.weight,
            "norm1.bias": ours.attention_norm.bias,
            "norm2.weight": ours.feed_forward_norm.weight,
            "norm2.bias": ours.feed_forward_norm.bias,
        }
    )
    x = torch.randn(3, 5, 16)
    real = torch.tensor([[True] * 5, [True] * 3 + [False] * 2, [True] * 4 + [False]])
    found, weights = ours(x, real if padded else None)
    with torch.no_grad():
        expected = theirs(x, src_key_padding_mask=~real if padded else None)
    np.testing.assert_allclose(found[real], expected[real], atol=1e-5)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
    assert (weights[1, ..., 3:] == 0).all() == padded


def test_the_unit_keeps_and_adds(model: Marian) -> None:
    unit = SSRU(3)
    with torch.no_grad():
        for parameter in unit.parameters():
            torch.nn.init.normal_(parameter)
    x, cell = torch.randn(1, 4, 3), torch.randn(1, 3)
    with torch.no_grad():
        outputs, forget, cells = unit(x, cell)
    c = cell[0].numpy().astype(np.float64)
    w, wf, bf = (t.detach().numpy() for t in (unit.candidate.weight, unit.forget.weight, unit.forget.bias))
    for t, row in enumerate(x[0].numpy()):
        f = 1 / (1 + np.exp(-(wf @ row + bf)))
        c = f * c + (1 - f) * (w @ row)
        np.testing.assert_allclose(forget[0, t], f, atol=1e-6)
        np.testing.assert_allclose(cells[0, t], c, atol=1e-6)
        np.testing.assert_allclose(outputs[0, t], np.maximum(c, 0), atol=1e-6)


def test_places_are_sines_then_cosines() -> None:
    found = sinusoids(40, 256).numpy()
    assert found.shape == (40, 256)
    for place, i in [(0, 0), (1, 0), (7, 5), (39, 127), (23, 64)]:
        angle = place / 10000 ** (i / 127)
        assert found[place, i] == pytest.approx(math.sin(angle), abs=1e-5)
        assert found[place, 128 + i] == pytest.approx(math.cos(angle), abs=1e-5)


# The whole


class Written:
    """The model once more, a vector at a time in float64, from the equations at the head of translation.marian."""

    def __init__(self, model: Marian) -> None:
        self.w = {name: t.detach().numpy().astype(np.float64) for name, t in model.state_dict().items()}

    def norm(self, name: str, x: np.ndarray) -> np.ndarray:
        spread = np.sqrt(((x - x.mean()) ** 2).mean() + 1e-6)
        return (x - x.mean()) / spread * self.w[f"{name}.weight"] + self.w[f"{name}.bias"]

    def linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return self.w[f"{name}.weight"] @ x + self.w.get(f"{name}.bias", 0.0)

    def attend(self, name: str, x: np.ndarray, others: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
        heads, weights, size = [], [], CONFIG.width // CONFIG.heads
        for head in range(CONFIG.heads):
            own = slice(head * size, (head + 1) * size)
            q = self.linear(f"{name}.query", x)[own]
            scores = np.array([q @ self.linear(f"{name}.key", o)[own] for o in others]) / np.sqrt(size)
            a = np.exp(scores) / np.exp(scores).sum()
            heads.append(sum(a_i * self.linear(f"{name}.value", o)[own] for a_i, o in zip(a, others, strict=True)))
            weights.append(a)
        return self.linear(f"{name}.merge", np.concatenate(heads)), weights

    def feed_forward(self, name: str, x: np.ndarray) -> np.ndarray:
        inner = np.maximum(self.linear(f"{name}.widen", x), 0)
        return self.norm(f"{name}.feed_forward_norm", x + self.linear(f"{name}.narrow", inner))

    def embed(self, piece: int, place: int) -> np.ndarray:
        half = CONFIG.width // 2
        angles = place / 10000 ** (np.arange(half) / (half - 1))
        vector = 0.0 if piece == START else self.w["embedding.weight"][piece] * np.sqrt(CONFIG.width)
        return vector + np.concatenate([np.sin(angles), np.cos(angles)])

    def run(self, source: list[int], target: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Log-probabilities (target, vocabulary), and weights of the last layer (heads, target, source)."""
        xs = [self.embed(piece, place) for place, piece in enumerate(source)]
        for layer in range(CONFIG.encoder_layers):
            name = f"encoder.{layer}"
            seen = [x + self.attend(f"{name}.attention", x, xs)[0] for x in xs]
            xs = [self.feed_forward(name, self.norm(f"{name}.attention_norm", x)) for x in seen]
        cells = [np.zeros(CONFIG.width)] * CONFIG.decoder_layers
        chances, looked = [], []
        for place, piece in enumerate([START, *target[:-1]]):
            y = self.embed(piece, place)
            for layer in range(CONFIG.decoder_layers):
                name = f"decoder.{layer}"
                f = 1 / (1 + np.exp(-self.linear(f"{name}.unit.forget", y)))
                cells[layer] = f * cells[layer] + (1 - f) * self.linear(f"{name}.unit.candidate", y)
                y = self.norm(f"{name}.unit_norm", y + np.maximum(cells[layer], 0))
                seen, weights = self.attend(f"{name}.attention", y, xs)
                y = self.feed_forward(name, self.norm(f"{name}.attention_norm", y + seen))
            z = self.w["embedding.weight"] @ y + self.w["output_bias"]
            chances.append(z - np.log(np.exp(z).sum()))
            looked.append(weights)
        return np.array(chances), np.array(looked).swapaxes(0, 1)


def test_the_whole_model_is_its_equations(model: Marian) -> None:
    hidden, _, inside = model.decode(before(TARGET), model.start(1), remembered(model, SOURCE))
    chances, looked = Written(model).run(SOURCE, TARGET)
    scores = hidden[0] @ model.embedding.weight.T + model.output_bias
    np.testing.assert_allclose(scores.log_softmax(-1), chances, atol=1e-4)
    np.testing.assert_allclose(inside[-1].weights[0], looked, atol=1e-5)


def test_piece_by_piece_is_all_at_once(model: Marian) -> None:
    memory = remembered(model, SOURCE)
    whole, after, inside = model.decode(before(TARGET), model.start(1), memory)
    state = model.start(1)
    for place, piece in enumerate(before(TARGET)[0]):
        assert state.place == place
        hidden, state, step = model.decode(piece[None, None], state, memory)
        np.testing.assert_allclose(hidden[:, 0], whole[:, place], atol=1e-5)
        np.testing.assert_allclose(step[1].weights[..., 0, :], inside[1].weights[..., place, :], atol=1e-6)
    for one, other in zip(state.cells, after.cells, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_nothing_looks_ahead(model: Marian) -> None:
    memory = remembered(model, SOURCE)
    first, *_ = model.decode(before(TARGET), model.start(1), memory)
    other, *_ = model.decode(before([*TARGET[:2], 1, 2, 0]), model.start(1), memory)
    np.testing.assert_allclose(first[:, :3], other[:, :3], atol=1e-6)
    assert (first[:, 3] - other[:, 3]).abs().max() > 1e-3


def test_rows_of_memory_and_state(model: Marian) -> None:
    sources = torch.tensor([[5, 9, 0], [7, 2, 0]])
    memory, chosen = model.remember(model.encode(sources)[0]), torch.tensor([1, 1, 0])
    _, state, _ = model.decode(torch.tensor([[START], [START]]), model.start(2), memory)
    hidden, *_ = model.decode(torch.tensor([[4], [4]]), state, memory)
    again, *_ = model.decode(torch.tensor([[4], [4], [4]]), state.rows(chosen), memory.rows(chosen))
    np.testing.assert_allclose(again, hidden[chosen], atol=1e-6)
    assert state.rows(chosen).place == 1


# Looking inside


def test_a_trace_adds_up(model: Marian) -> None:
    trace = model.trace(SOURCE, TARGET)
    _, _, inside = model.decode(before(TARGET), model.start(1), remembered(model, SOURCE))
    assert trace.encoder.shape == (2, 2, 6, 6)
    assert trace.attention.shape == (2, 2, 5, 6)
    np.testing.assert_allclose(trace.encoder.sum(-1), 1, atol=1e-6)
    np.testing.assert_allclose(trace.attention[1], inside[1].weights[0], atol=1e-6)
    scores = trace.queries @ trace.keys.swapaxes(-1, -2) / np.sqrt(8)
    expected = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    np.testing.assert_allclose(trace.attention, expected, atol=1e-5)
    assert trace.values.shape == trace.keys.shape == (2, 2, 6, 8)
    assert trace.cells.shape == trace.forget.shape == (2, 5, 16)
    assert ((trace.forget > 0) & (trace.forget < 1)).all()
    for array in vars(trace).values():
        assert type(array) is np.ndarray
        assert array.dtype == np.float32


@pytest.mark.parametrize(
    ("source", "target"),
    [([], TARGET), (SOURCE, []), ([1] * (LONGEST + 1), TARGET), (SOURCE, [1] * (MOST_WRITTEN + 1))],
)
def test_a_trace_needs_places(source: list[int], target: list[int], model: Marian) -> None:
    with pytest.raises(ValueError, match="no place for"):
        model.trace(source, target)


# Files


def stored(folder: Path, model: Marian, **config: Any) -> Path:
    """The model's weights as the converter lays them out, matrices in int8, rounded to what that can hold."""
    tensors = {}
    for name, weight in model.state_dict().items():
        if weight.ndim == 2:
            tensors[f"{name}.codes"] = (weight * 50).round().clamp(-127, 127).to(torch.int8)
            tensors[f"{name}.multiplier"] = torch.tensor([50.0])
        else:
            tensors[name] = weight.clone()
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({**asdict(CONFIG), "always": 3, **config}), "utf-8")
    return folder


def test_weights_come_out_of_eight_bits(model: Marian, tmp_path: Path) -> None:
    found = marian.load(stored(tmp_path, model))
    assert found.config == CONFIG
    for name, weight in found.state_dict().items():
        expected = model.state_dict()[name]
        rounded = (expected * 50).round().clamp(-127, 127) / 50 if expected.ndim == 2 else expected
        torch.testing.assert_close(weight, rounded)
    assert not any(parameter.requires_grad for parameter in found.parameters())


def test_weights_of_another_model_are_refused(model: Marian, tmp_path: Path) -> None:
    for wrong in ({"encoder_layers": 3}, {"inner": 25}, {"decoder_layers": 1}):
        with pytest.raises(RuntimeError, match="Error"):
            marian.load(stored(tmp_path, model, **wrong))
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(OSError, match=r"model\.safetensors"):
        marian.load(tmp_path)


def test_loading_leaves_shared_random_numbers_alone(model: Marian, tmp_path: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    marian.load(stored(tmp_path, model))
    torch.testing.assert_close(torch.rand(3), expected)
