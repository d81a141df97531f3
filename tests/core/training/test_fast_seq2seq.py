"""The fast loss against autograd through the model as it is written to be read."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from core.models.seq2seq import END, PAD, START, Look, Reads, Seq2Seq, pad
from core.training import fast_seq2seq


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
