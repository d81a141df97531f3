"""Skip-gram against torch's own derivative."""

import torch
from torch.nn import functional as F

from core.models import skip_gram


def test_the_gradient_is_autograds() -> None:
    g = torch.Generator().manual_seed(1)
    u = torch.randn(7, 5, generator=g, dtype=torch.float64, requires_grad=True)
    v = torch.randn(7, 4, 5, generator=g, dtype=torch.float64, requires_grad=True)
    labels = torch.zeros(7, 4, dtype=torch.float64)
    labels[:, 0] = 1
    scores = torch.einsum("pd,pkd->pk", u, v)
    theirs = F.binary_cross_entropy_with_logits(scores, labels, reduction="sum")
    assert torch.allclose(skip_gram.loss(u, v), theirs)
    wanted = torch.autograd.grad(theirs, (u, v))
    in_u, in_v, probabilities = skip_gram.gradients(u.detach(), v.detach())
    assert torch.allclose(in_u, wanted[0])
    assert torch.allclose(in_v, wanted[1])
    assert torch.allclose(probabilities, scores.sigmoid())


def test_a_step_is_gradient_descent_on_both_tables() -> None:
    """A word that occurs twice in a batch, and as a neighbour of itself, gets the sum of its gradients."""
    model = skip_gram.new(6, 4, torch.Generator().manual_seed(2))
    model.neighbours.normal_(generator=torch.Generator().manual_seed(3))
    tables = [table.clone().requires_grad_() for table in (model.middles, model.neighbours)]
    middle, others = torch.tensor([0, 3, 0]), torch.tensor([[1, 2, 2], [0, 5, 1], [4, 0, 0]])
    F.embedding(middle, tables[0])
    skip_gram.loss(F.embedding(middle, tables[0]), F.embedding(others, tables[1])).backward()  # type: ignore[no-untyped-call]
    skip_gram.step(model, middle, others, 0.3)
    for found, table in zip((model.middles, model.neighbours), tables, strict=True):
        assert table.grad is not None
        assert torch.allclose(found, table.detach() - 0.3 * table.grad, atol=1e-6)
