"""The recall model against torch's own layers, and its answers with a gate held."""

import numpy as np
import pytest
import torch

from core.data.recall import ALPHABET, SYMBOLS, recall_batch
from core.models.char_lm import Kind
from core.models.clamp import Clamp
from core.models.recaller import Recaller

THEIRS = {
    "lstm": torch.nn.LSTM,
    "gru": torch.nn.GRU,
    "rnn_tanh": torch.nn.RNN,
    "rnn_relu": lambda *sizes, **options: torch.nn.RNN(*sizes, nonlinearity="relu", **options),
}


def sequences(distance: int = 7, batch: int = 20) -> torch.Tensor:
    return torch.as_tensor(recall_batch(distance, batch, np.random.default_rng(5)).ids)


@pytest.mark.parametrize("kind", list(THEIRS))
def test_scores_are_torchs(kind: Kind) -> None:
    model = Recaller(kind, ALPHABET, SYMBOLS, 12, seed=3).double()
    theirs = THEIRS[kind](ALPHABET, 12, batch_first=True).double()
    theirs.load_state_dict(model.body.state_dict())
    ids = sequences()
    hidden, _ = theirs(torch.nn.functional.one_hot(ids, ALPHABET).double())
    expected = hidden[:, -1] @ model.output.weight.T + model.output.bias
    torch.testing.assert_close(model(ids), expected, rtol=0, atol=1e-12)
    assert (model.answer(ids) == expected.argmax(-1)).all()


def test_a_seed_means_the_same_weights() -> None:
    one, same, other = (Recaller("lstm", ALPHABET, SYMBOLS, 6, seed=seed).state_dict() for seed in (1, 1, 2))
    for name, value in one.items():
        assert (value == same[name]).all()
        assert name == "output.bias" or (value != other[name]).any()


def test_a_held_gate_is_for_this_answer_alone() -> None:
    model = Recaller("lstm", ALPHABET, SYMBOLS, 12, seed=1).requires_grad_(False)
    for parameter in model.parameters():
        parameter *= 6  # so that answers differ, untrained as it is
    ids, before = sequences(batch=200), {name: value.clone() for name, value in model.state_dict().items()}
    free = model.answer(ids)
    shut = model.answer(ids, Clamp("output", 0.0))
    # With the output gate shut nothing is seen: every answer is the one that the bias alone gives.
    assert (shut == model.output.bias.argmax()).all()
    assert len(set(free.tolist())) > 1
    assert (model.answer(ids) == free).all()
    assert all((value == before[name]).all() for name, value in model.state_dict().items())
    with pytest.raises(ValueError, match="no gate 'update'"):
        model.answer(ids, Clamp("update", 0.0))
