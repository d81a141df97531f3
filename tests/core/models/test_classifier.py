"""The recurrent classifier against torch's own layers."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.models.char_lm import Kind
from core.models.classifier import SequenceClassifier
from core.models.saved import load, save

THEIRS = {
    "lstm": torch.nn.LSTM,
    "gru": torch.nn.GRU,
    "rnn_tanh": torch.nn.RNN,
    "rnn_relu": lambda *sizes, **options: torch.nn.RNN(*sizes, nonlinearity="relu", **options),
}
GENERATOR = torch.Generator().manual_seed(3)
NUMBERS = torch.randn(5, 9, 3, generator=GENERATOR, dtype=torch.float64)
IDS = torch.randint(0, 11, (5, 9), generator=GENERATOR)
LENGTHS = torch.tensor([9, 1, 4, 9, 2])


def expected(model: SequenceClassifier, x: torch.Tensor) -> torch.Tensor:
    """Return the scores after every step as torch's own layers compute them."""
    sizes = model.built["hidden"]
    theirs = THEIRS[model.kind](x.shape[-1], sizes[0], num_layers=len(sizes), batch_first=True).double()
    state = {}
    for number, layer in enumerate(model.body.layers):
        state |= {name.replace("_l0", f"_l{number}"): value for name, value in layer.state_dict().items()}
    theirs.load_state_dict(state)
    with torch.no_grad():
        return theirs(x)[0] @ model.output.weight.T + model.output.bias


@pytest.mark.parametrize("hidden", [(8,), (8, 8)])
@pytest.mark.parametrize("kind", list(THEIRS))
def test_scores_are_torchs_after_every_step_and_at_each_end(kind: Kind, hidden: tuple[int, ...]) -> None:
    model = SequenceClassifier(kind, 4, features=3, hidden=hidden, seed=1).double()
    right = expected(model, NUMBERS)
    torch.testing.assert_close(model.scores(NUMBERS), right, rtol=0, atol=1e-12)
    torch.testing.assert_close(model(NUMBERS), right[:, -1], rtol=0, atol=1e-12)
    torch.testing.assert_close(model(NUMBERS, LENGTHS), right[torch.arange(5), LENGTHS - 1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(model.trace(NUMBERS[2]).probabilities, right[2].softmax(-1).numpy(), atol=1e-12)


def test_ids_are_read_by_their_vectors_and_dropout_is_for_training_alone() -> None:
    model = SequenceClassifier("gru", 3, vocabulary=11, embedding=6, hidden=(7,), dropout=0.5, seed=2).double()
    assert model.embedding is not None
    right = expected(model, model.embedding.weight[IDS].detach())[:, -1]
    torch.manual_seed(0)
    assert not torch.allclose(model.train()(IDS), right)
    torch.testing.assert_close(model.eval()(IDS), right, rtol=0, atol=1e-12)


def test_a_file_brings_the_model_back(tmp_path: Path) -> None:
    model = SequenceClassifier("lstm", 4, features=3, hidden=(8, 5), seed=4).half().float()
    save(model, tmp_path / "reader.safetensors")
    again = load(tmp_path / "reader.safetensors")
    assert isinstance(again, SequenceClassifier)
    assert torch.equal(again(NUMBERS.float()), model(NUMBERS.float()))


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="either"):
        SequenceClassifier("lstm", 2)
    with pytest.raises(ValueError, match="either"):
        SequenceClassifier("lstm", 2, features=1, vocabulary=1)
    with pytest.raises(ValueError, match="no step"):
        SequenceClassifier("lstm", 2, features=1).trace(torch.zeros(0, 1))
