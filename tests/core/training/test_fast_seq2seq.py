"""The fast loss against autograd through the model as it is written to be read."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from core.models.seq2seq import END, PAD, START, Look, Reads, Seq2Seq, pad
from core.training import fast_seq2seq
from core.training.fast_seq2seq import Dropout


@pytest.mark.parametrize("look", ["none", "additive", "dot"])
@pytest.mark.parametrize("reads", ["both", "forwards", "backwards"])
def test_loss_and_all_gradients_are_autograds(look: Look, reads: Reads) -> None:
    model = Seq2Seq(23, look=look, reads=reads, embedding=5, hidden=6, seed=3).double()
    source = pad([[5, 6, 7, END], [8, END], [9, 10, 11, 12, 13, END]], multiple=4)
    target = pad([[3, 4, END], [20, 21, 22, 4, END], [7, END]], multiple=4)
    before = torch.cat([torch.full_like(target[:, :1], START), target[:, :-1]], 1)

    plain = cross_entropy(model(source, before).flatten(0, 1), target.flatten(), ignore_index=PAD)
    plain.backward()
    expected = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    fast = fast_seq2seq.loss(model, source, before, target, packed=False)
    fast.backward()

    assert fast.item() == pytest.approx(plain.item(), abs=1e-12)
    found = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    assert found.keys() == expected.keys() == dict(model.named_parameters()).keys()
    for name, gradient in expected.items():
        assert float(gradient.abs().max()) > 0, name
        torch.testing.assert_close(found[name], gradient, atol=1e-12, rtol=1e-9, msg=name)


@pytest.mark.parametrize("look", ["none", "additive", "dot"])
def test_multiplying_in_bfloat16_changes_little(look: Look) -> None:
    model = Seq2Seq(200, look=look, embedding=32, hidden=32, seed=1)
    generator = torch.Generator().manual_seed(0)
    rows = torch.randint(3, 200, (8, 11), generator=generator)
    plain = fast_seq2seq.loss(model, rows, rows, rows, packed=False)
    packed = fast_seq2seq.loss(model, rows, rows, rows, packed=True)
    packed.backward()
    assert packed.item() == pytest.approx(plain.item(), rel=5e-3)
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("look", ["none", "additive", "dot"])
def test_gradients_with_dropout_are_the_slope_of_the_loss(look: Look) -> None:
    model = Seq2Seq(23, look=look, embedding=5, hidden=6, seed=3).double()
    rows = pad([[5, 6, 7, END], [8, END], [9, 10, 11, 12, 13, END]], multiple=4)
    dropout = Dropout(0.3, seed=4)

    def loss() -> torch.Tensor:
        return fast_seq2seq.loss(model, rows, rows, rows, packed=False, dropout=dropout)

    loss().backward()
    generator, step = torch.Generator().manual_seed(0), 1e-5
    ways = [torch.randn(p.shape, generator=generator, dtype=p.dtype) for p in model.parameters()]
    slope = sum(
        float((p.grad * way).sum()) for p, way in zip(model.parameters(), ways, strict=True) if p.grad is not None
    )
    ends = []
    for sign in (1, -2):  # forward from here, then as far back on the other side
        with torch.no_grad():
            for p, way in zip(model.parameters(), ways, strict=True):
                p += sign * step * way
            ends.append(float(loss()))
    assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(slope, rel=1e-6)


def test_dropout_drops_its_share_and_keeps_the_mean() -> None:
    x = torch.ones(200, 500)
    assert Dropout()(x, 0) is x
    dropped = Dropout(0.2, seed=7)(x, 1)
    assert float((dropped == 0).float().mean()) == pytest.approx(0.2, abs=0.01)
    assert dropped[dropped != 0].unique().tolist() == [1.25]
    assert torch.equal(dropped, Dropout(0.2, seed=7)(x, 1))
    for other in (Dropout(0.2, seed=8)(x, 1), Dropout(0.2, seed=7)(x, 2)):
        assert float((other == dropped).float().mean()) < 0.75
