"""The public character model against its published weights, evaluated here with numpy in float64 as Keras would."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

from core.assets.fetch import ensure
from core.models.clamp import Clamp
from core.pretrained.characters.textgenrnn import MARK, TextgenReading, TextgenRNN, load_textgenrnn

pytestmark = pytest.mark.real_weights

TEXT = "“You could have sent the boy,” he said, without looking up. She put 42 crates of cod on the desk: it creaked."
MARK_ID = 464
Held = Mapping[int, Sequence[Clamp]]


@pytest.fixture(scope="module")
def model() -> TextgenRNN:
    return load_textgenrnn()


class Published:
    """The published files, and what textgenrnn's code does with them; nothing of it goes through core."""

    def __init__(self, folder: Path) -> None:
        self.ids = json.loads((folder / "textgenrnn_vocab.json").read_text("utf-8"))
        self.arrays: dict[str, np.ndarray] = {}
        with h5py.File(folder / "textgenrnn_weights.hdf5", "r") as file:
            for layer in file:
                for name, values in file[layer].get(layer, {}).items():
                    self.arrays[f"{layer}/{name}"] = values[()].astype(np.float64)

    def window(self, text: str) -> list[int]:
        """The ids that textgenrnn_generate feeds after `text`: encoded, the last 40, padded on the left."""
        ids = [self.ids.get(character, 0) for character in ["<s>", *text]][-40:]
        return [0] * (40 - len(ids)) + ids

    def layer(self, name: str, x: np.ndarray, hold: Callable[[str, int, np.ndarray], np.ndarray]) -> dict[str, Any]:
        """One LSTM over (place, in), gate by gate, its kernels read as Keras reads those of a CuDNNLSTM."""
        kernel, recurrent = (np.hsplit(self.arrays[f"{name}/{kind}:0"], 4) for kind in ("kernel", "recurrent_kernel"))
        bias = np.split(self.arrays[f"{name}/bias:0"], 8)
        names = ("input", "forget", "candidate", "output")
        h = c = np.zeros(128)
        found: dict[str, list[np.ndarray]] = {key: [] for key in (*names, "cell", "hidden")}
        for place, row in enumerate(x):
            now = {}
            for n, gate in enumerate(names):
                a = row @ kernel[n].T.reshape(kernel[n].shape, order="F") + h @ recurrent[n].T + bias[n] + bias[n + 4]
                now[gate] = hold(gate, place, np.tanh(a) if gate == "candidate" else 1 / (1 + np.exp(-a)))
            c = now["forget"] * c + now["input"] * now["candidate"]
            h = now["output"] * np.tanh(c)
            for key, value in (now | {"cell": c, "hidden": h}).items():
                found[key].append(value)
        return {key: np.array(values) for key, values in found.items()}

    def evaluate(self, ids: list[int], held: Held | None = None, first: int = 0) -> dict[str, Any]:
        """Scores, attention and both layers of one window; `held` by layer, its steps minus `first` being places."""

        def holder(number: int) -> Callable[[str, int, np.ndarray], np.ndarray]:
            def hold(gate: str, place: int, value: np.ndarray) -> np.ndarray:
                for clamp in (held or {}).get(number, ()):
                    step = place + first
                    if clamp.gate == gate and clamp.start <= step and (clamp.stop is None or step < clamp.stop):
                        value = value.copy()
                        value[list(clamp.units) if clamp.units else slice(None)] = clamp.value
                return value

            return hold

        x = self.arrays["embedding/embeddings:0"][ids]
        one = self.layer("rnn_1", x, holder(0))
        two = self.layer("rnn_2", one["hidden"], holder(1))
        features = np.hstack([x, one["hidden"], two["hidden"]])
        scores = (features @ self.arrays["attention/attention_W:0"])[:, 0]
        weights = np.exp(scores - scores.max())
        weights = weights / (weights.sum() + 1e-7)
        logits = weights @ features @ self.arrays["output/kernel:0"] + self.arrays["output/bias:0"]
        return {"logits": logits, "attention": weights, "layers": (one, two)}


@pytest.fixture(scope="module")
def published(textgenrnn_files: Path) -> Published:
    return Published(textgenrnn_files)


@pytest.fixture(scope="module")
def reviews() -> list[str]:
    rows = json.loads((ensure("hutto-snippets") / "movie_reviews.json").read_text("utf-8"))
    return [text for _, _, text in rows]


@pytest.fixture(scope="module")
def reviewed(model: TextgenRNN, reviews: list[str]) -> tuple[list[int], TextgenReading]:
    """The first 4,000 characters of the film reviews, with blanks between the reviews, and how the windows read them."""
    ids = model.encode(" ".join(reviews)[:4000])
    return ids, model.read(ids)


def log_softmax(scores: np.ndarray) -> np.ndarray:
    return torch.from_numpy(scores).double().log_softmax(-1).numpy()


def surprise(logits: np.ndarray, ids: list[int]) -> float:
    """Bits a character, the first one left out."""
    return -float(log_softmax(logits[:-1])[np.arange(len(ids) - 1), ids[1:]].mean() / np.log(2))


# The published way


@pytest.mark.parametrize("at", [1, 2, 20, 38, 39, 40, 41, 80, len(TEXT)])
def test_windows_are_the_published_model(at: int, model: TextgenRNN, published: Published) -> None:
    expected = published.evaluate(published.window(TEXT[:at]))
    ids = model.encode(TEXT)
    found = model.windowed_logits(ids)
    assert found.shape == (len(TEXT), 465)
    np.testing.assert_allclose(found[at - 1], expected["logits"], atol=1e-4, rtol=1e-5)
    np.testing.assert_allclose(log_softmax(found[at - 1]), log_softmax(expected["logits"]), atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("text", ["x", "Hi", "日本語", "\n\n"])
def test_short_and_strange_texts(text: str, model: TextgenRNN, published: Published) -> None:
    expected = published.evaluate(published.window(text))["logits"]
    np.testing.assert_allclose(model.windowed_logits(model.encode(text))[-1], expected, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("at", [3, 60])
def test_what_was_computed_in_a_window(at: int, model: TextgenRNN, published: Published) -> None:
    ids = model.encode(TEXT)[:at]
    expected = published.evaluate(published.window(TEXT[:at]))
    window, reading = model.look(ids), model.read(ids)
    assert list(window.ids) == published.window(TEXT[:at])
    np.testing.assert_allclose(window.logits, expected["logits"], atol=1e-4, rtol=1e-5)
    np.testing.assert_allclose(window.attention, expected["attention"], atol=1e-4, rtol=1e-5)
    np.testing.assert_allclose(reading.attention[-1], expected["attention"], atol=1e-4, rtol=1e-5)
    for layer, last, theirs in zip(window.layers, reading.layers, expected["layers"], strict=True):
        for name, values in theirs.items():
            np.testing.assert_allclose(getattr(layer, name)[0], values, atol=1e-4, err_msg=name)
            np.testing.assert_allclose(getattr(last, name)[0, -1], values[-1], atol=1e-4, err_msg=name)


def test_it_predicts_english(reviewed: tuple[list[int], TextgenReading]) -> None:
    """Two gates swapped, or a kernel the wrong way round, and it takes more than 9 bits."""
    ids, windowed = reviewed
    assert surprise(windowed.logits, ids) == pytest.approx(2.40, abs=0.02)


@pytest.mark.parametrize(
    "clamps",
    [
        {1: [Clamp("forget", 0.0)]},
        {0: [Clamp("input", 0.9, units=(3, 70), start=10, stop=30)], 1: [Clamp("output", 0.5, stop=60)]},
        {0: [Clamp("candidate", -0.3, start=45), Clamp("candidate", 0.6, units=(0,), start=50)]},
    ],
    ids=["a whole layer", "some units of two", "the later one wins"],
)
def test_gates_are_held_where_a_window_shows_the_step(
    clamps: dict[int, list[Clamp]], model: TextgenRNN, published: Published
) -> None:
    ids = model.encode(TEXT)
    free, found = model.windowed_logits(ids), model.windowed_logits(ids, clamps)
    for at in (5, 40, 62, len(TEXT)):
        expected = published.evaluate(published.window(TEXT[:at]), clamps, first=at - 40)
        np.testing.assert_allclose(found[at - 1], expected["logits"], atol=2e-4, rtol=1e-5)
        np.testing.assert_allclose(model.look(ids[:at], clamps).logits, expected["logits"], atol=2e-4, rtol=1e-5)
    assert np.abs(free - found).max() > 0.1


def test_the_steps_of_a_window_add_up(model: TextgenRNN) -> None:
    for layer in model.look(model.encode(TEXT)).layers:
        kept = layer.forget[0, 1:] * layer.cell[0, :-1] + layer.input[0, 1:] * layer.candidate[0, 1:]
        np.testing.assert_allclose(layer.cell[0, 1:], kept, atol=1e-5)
        np.testing.assert_allclose(layer.hidden, layer.output * np.tanh(layer.cell), atol=1e-6)


def test_it_has_learned_to_count_its_places(model: TextgenRNN, reviewed: tuple[list[int], TextgenReading]) -> None:
    """Why the text is not read in one pass: a window of another length and it has lost its place."""
    ids, reading = reviewed
    assert reading.attention[:, -1].mean() == pytest.approx(0.92, abs=0.01)
    assert np.exp(log_softmax(reading.logits)[:, 0]).mean() < 1e-4  # the padding is hardly ever predicted
    longer = model(torch.tensor(ids).unfold(0, 80, 16)).numpy()
    later = np.asarray(ids[80::16])
    bits = -log_softmax(longer[: len(later)])[np.arange(len(later)), later] / np.log(2)
    assert bits.mean() > 4


# Pieces, and gates that are held

CLAMPS = {0: Clamp("forget", 0.5, units=(1, 2), start=20, stop=35), 1: [Clamp("input", 0.1), Clamp("output", 0.3)]}


@pytest.mark.parametrize("cut", [1, 30, 70, len(TEXT) - 1])
def test_in_two_pieces_as_in_one(cut: int, model: TextgenRNN) -> None:
    read, ids = model.read, model.encode(TEXT)
    whole, first = read(ids), read(ids[:cut])
    second = read(ids[cut:], first.state)
    np.testing.assert_allclose(np.concatenate([first.logits, second.logits]), whole.logits, atol=1e-4, rtol=1e-5)
    np.testing.assert_allclose(np.concatenate([first.attention, second.attention]), whole.attention, atol=1e-5)
    for layer in range(2):
        cells = np.concatenate([part.layers[layer].cell for part in (first, second)], axis=1)
        np.testing.assert_allclose(cells, whole.layers[layer].cell, atol=1e-4, rtol=1e-5)


def test_clamps_are_carried_over_a_cut(model: TextgenRNN) -> None:
    """What was held in the first piece was held: a window of the second piece that shows it holds it again."""
    read, ids = model.read, model.encode(TEXT)
    whole, state, found = read(ids, clamp=CLAMPS), None, []
    for start, stop in ((0, 25), (25, 26), (26, 60), (60, len(ids))):
        moved = Clamp("forget", 0.5, units=(1, 2), start=max(20 - start, 0), stop=max(35 - start, 0))
        part = read(ids[start:stop], state, CLAMPS | {0: moved})
        found.append(part.logits)
        state = part.state
    np.testing.assert_allclose(np.concatenate(found), whole.logits, atol=1e-4, rtol=1e-5)


def test_a_state_keeps_no_more_than_it_needs(model: TextgenRNN) -> None:
    state = None
    for character in model.encode(TEXT[:60]):
        state = model.read([character], state, CLAMPS).state
    assert len(state.ids) == 39
    assert all(len(each) <= 2 * 39 for each in state.clamps.values())


def test_held_gates_hold(model: TextgenRNN) -> None:
    read, ids = model.read, model.encode(TEXT)
    free = read(ids)
    held = read(ids, clamp={1: Clamp("forget", 0.25, units=(5,), start=50, stop=60)})
    assert (held.layers[1].forget[0, 50:60, 5] == 0.25).all()
    assert (held.layers[1].forget[0, 50:60, 6] != 0.25).all()
    np.testing.assert_allclose(held.layers[1].forget[0, :50], free.layers[1].forget[0, :50], atol=1e-5)
    np.testing.assert_allclose(held.logits[:50], free.logits[:50], atol=1e-5)
    assert np.abs(held.logits[50:60] - free.logits[50:60]).max() > 1e-3
    np.testing.assert_allclose(read(ids).logits, free.logits, atol=1e-6)  # nothing stays held


@pytest.mark.parametrize(
    ("clamp", "words"),
    [
        ({2: Clamp("forget", 0.0)}, "no layer 2, only 2"),
        ({0: Clamp("reset", 0.0)}, "no gate 'reset'"),
        ({1: Clamp("forget", 0.0, units=(128,))}, "unit 128 is not one of the 128"),
    ],
)
def test_what_is_not_there_is_refused(clamp: Any, words: str, model: TextgenRNN) -> None:
    with pytest.raises(ValueError, match=words):
        model.read([1, 2], None, clamp)


@pytest.mark.parametrize("call", ["read", "windowed_logits", "look"])
def test_no_characters(call: str, model: TextgenRNN) -> None:
    with pytest.raises(ValueError, match="no character to read"):
        getattr(model, call)([])


def test_a_reading_is_plain_arrays(model: TextgenRNN) -> None:
    reading = model.read(model.encode(TEXT[:50]))
    for array in (reading.logits, reading.attention, *vars(reading.layers[0]).values()):
        assert type(array) is np.ndarray
        assert array.dtype == np.float32
    assert reading.layers[1].forget.shape == (1, 50, 128)
    assert reading.attention.shape == (50, 40)
    np.testing.assert_allclose(reading.attention.sum(-1), 1, atol=1e-5)


# Characters


def test_unknown_characters(model: TextgenRNN) -> None:
    assert model.encode("a\n語 b") == [9, 0, 0, 5, 55]
    assert model.decode([9, 0, 55]) == "a\ufffdb"
    assert model.decode(model.encode(TEXT)) == TEXT


def test_the_mark_can_be_predicted_but_not_typed(model: TextgenRNN) -> None:
    assert model.vocabulary[-1] == MARK
    assert len(model.vocabulary) == MARK_ID
    assert MARK_ID not in model.encode(f"{MARK} a {MARK}")
    assert model.decode([MARK_ID]) == MARK
    after = log_softmax(model.windowed_logits(model.encode("This is the end of the whole story.")))[-1]
    assert after[MARK_ID] > np.log(0.5)


def test_loading_leaves_shared_random_numbers_alone(model: TextgenRNN) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    again = load_textgenrnn()
    torch.testing.assert_close(torch.rand(3), expected)
    assert not any(parameter.requires_grad for parameter in again.parameters())
    for name, tensor in again.state_dict().items():
        torch.testing.assert_close(tensor, model.state_dict()[name])
