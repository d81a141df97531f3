"""The word model against torch's own layers."""

import pytest
import torch
from torch import nn

from core.models.saved import load, save
from core.models.word_lm import WordLM

LAYERS = {"rnn_tanh": nn.RNN, "lstm": nn.LSTM}


@pytest.mark.parametrize("kind", LAYERS)
def test_is_torch_s_layer_between_one_table(kind: str, tmp_path) -> None:
    model = WordLM(kind, 30, embedding=6, hidden=9, seed=1).eval()
    layer = LAYERS[kind](6, 9, batch_first=True)
    layer.load_state_dict(model.layer.state_dict())
    ids = torch.randint(0, 30, (3, 5), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        hidden, _ = layer(model.embedding.weight[ids])
        expected = (hidden @ model.narrow.weight.T + model.narrow.bias) @ model.embedding.weight.T + model.bias
        torch.testing.assert_close(model(ids), expected, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(model.after(ids.tolist()), expected[:, -1], atol=1e-5, rtol=1e-4)
        first, state = model.read(ids[:, :2])
        second, _ = model.read(ids[:, 2:], state)
        torch.testing.assert_close(model.score(torch.cat([first, second], 1)), expected, atol=1e-5, rtol=1e-4)
    save(model, tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors")
    torch.testing.assert_close(again(ids), expected, atol=0.02, rtol=0.02)
    with pytest.raises(ValueError, match="no word"):
        model.after([])


def test_dropout_acts_in_training_alone() -> None:
    torch.manual_seed(0)
    model = WordLM("lstm", 30, embedding=6, hidden=9, dropout=0.5)
    ids = torch.zeros(1, 4, dtype=torch.long)
    assert not torch.equal(model(ids), model(ids))
    torch.testing.assert_close(model.eval()(ids), model(ids))
