"""The lesson on vanishing gradients where something is trained: the task, the cliff, the trained character models."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from core.experiments import vanishing_gradients as lesson
from core.experiments.recording import find
from core.experiments.vanishing_gradients import models
from core.experiments.vanishing_gradients import task as tasks
from core.experiments.vanishing_gradients.recorded import LEARNERS
from core.experiments.vanishing_gradients.results import (
    DEFAULT_TEXT,
    DRAWN,
    LIMIT,
    MAX_LENGTH,
    RATE,
    RECURRENT,
    STEEP,
    TASK_STEPS,
    THREE,
    UPDATES,
    Cliff,
    Settings,
)
from core.models.char_lm import CharLM
from core.progress import finish

# The cliff


def by_torch(settings: Settings, rate: float, limit: float) -> tuple[list[float], list[float]]:
    """The same training with torch.nn.RNN, torch.optim.SGD and torch's own clipping."""
    task = tasks.Task(settings)
    layer = torch.nn.RNN(16, settings.hidden_size, batch_first=True, dtype=torch.float64)
    layer.load_state_dict(task.layer.state_dict())
    readout = torch.nn.Parameter(task.readout.detach().clone())
    optimizer = torch.optim.SGD([*layer.parameters(), readout], lr=rate)
    losses, norms = [], []
    for _ in range(UPDATES):
        optimizer.zero_grad()
        hidden, _ = layer(task.inputs)
        loss = torch.nn.functional.binary_cross_entropy(torch.sigmoid(hidden[:, -1] @ readout), task.answers)
        loss.backward()
        norm = clip_grad_norm_([*layer.parameters(), readout], limit if limit else 1e300)
        losses.append(float(loss.detach()))
        norms.append(float(norm))
        optimizer.step()
    return losses, norms


SMALL = Settings(hidden_size=16, scale=1.0, seed=1)


@pytest.fixture(scope="module")
def steep() -> Cliff:
    return finish(tasks.cliff(Settings(scale=STEEP), RATE, LIMIT))


@pytest.mark.parametrize("limit", [0.0, 0.05])
def test_the_training_is_torchs(limit: float) -> None:
    found = finish(tasks.train(SMALL, 0.1, limit))
    losses, norms = by_torch(SMALL, 0.1, limit)
    # torch divides by the norm plus 1e-6, and chaos makes the last digits of anything grow
    assert found.losses[:20] == pytest.approx(losses[:20], rel=1e-3)
    assert found.norms[:20] == pytest.approx(norms[:20], rel=1e-3)
    assert found.losses[:3] == pytest.approx(losses[:3], rel=1e-6)
    assert len(found.losses) == len(found.norms) == UPDATES


def test_the_task_is_what_it_says() -> None:
    task = tasks.Task(SMALL)
    assert task.inputs.shape == (32, TASK_STEPS, 16)
    assert (task.inputs[:, 1:] == 0).all()
    assert (task.answers == (task.inputs[:, 0, 0] > 0)).all()
    assert 0 < float(task.answers.mean()) < 1


def test_an_unclipped_update_falls_off_the_cliff(steep: Cliff) -> None:
    """At the page's defaults: one update without clipping raises the loss, one with it lowers it; only one training learns."""
    (short, low), (far, high) = steep.landing(clipped=True), steep.landing(clipped=False)
    assert steep.scale == STEEP
    assert low < steep.start < high
    assert short == pytest.approx(RATE * LIMIT)
    assert far == pytest.approx(RATE * steep.norm)
    assert steep.clipped.losses[-1] < 0.05 < 0.2 < steep.free.losses[-1]
    assert steep.norm == steep.clipped.norms.max() > 5


def test_the_walk_ends_where_an_update_ends(steep: Cliff) -> None:
    _, low = steep.landing(clipped=True)
    assert low == pytest.approx(steep.clipped.losses[steep.at + 1], rel=1e-3)
    assert steep.distances[0] < steep.landing(clipped=True)[0] < steep.landing(clipped=False)[0] < steep.distances[-1]
    assert steep.losses[0] == pytest.approx(steep.start, rel=0.15)  # hardly gone anywhere yet
    assert (np.diff(steep.distances) > 0).all()


def test_where_nothing_explodes_clipping_does_nothing() -> None:
    found = finish(tasks.cliff(Settings(scale=0.6, hidden_size=16), RATE, LIMIT))
    assert found.clipped.norms.max() < LIMIT
    assert found.clipped.losses == pytest.approx(found.free.losses, rel=1e-9)
    assert found.landing(clipped=True) == found.landing(clipped=False)


def test_a_training_that_stops_being_one() -> None:
    found = finish(tasks.cliff(Settings("rnn_relu", scale=1.5), RATE, LIMIT))
    assert len(found.free.losses) < 10 < len(found.clipped.losses) == UPDATES
    assert np.isfinite(found.free.norms).all()
    assert not np.isnan(found.losses).any()


@pytest.mark.parametrize(
    ("kind", "rate", "limit"), [("attention", 0.1, 1.0), ("lstm", 0.0, 1.0), ("lstm", 0.1, 0.0), ("nobody", 0.1, 1.0)]
)
def test_cliffs_that_cannot_be(kind: str, rate: float, limit: float) -> None:
    with pytest.raises(ValueError, match=r"recurrent|positive|no kind"):
        finish(tasks.cliff(Settings(kind, scale=1.0), rate, limit))


# Trained weights


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> dict[str, CharLM]:
    """Small models in the place of the trained ones, of the same make."""
    made = {kind: CharLM(kind, "abcdefghij ", embedding=7, hidden=(9 + n,), seed=3) for n, kind in enumerate(THREE)}
    monkeypatch.setattr(models, "load_character_model", made.__getitem__)
    return made


TEXT = "a bad cab had a bag ha"


def loss_gradients(model: CharLM, text: str) -> tuple[np.ndarray, float]:
    """Norms of d(loss of the last character)/d(embedding) by autograd through the whole model, and its probability."""
    whole = CharLM(model.kind, model.vocabulary, embedding=7, hidden=(model.output.in_features,)).double()
    whole.load_state_dict(model.state_dict())
    ids = torch.tensor([model.encode(text)])
    x = whole.embedding(ids[:, :-1]).detach().requires_grad_()
    hidden, _ = whole.body(x)
    loss = cross_entropy(whole.output(hidden)[:, -1], ids[:, -1])
    (gradient,) = torch.autograd.grad(loss, x)
    return gradient[0].norm(dim=1).numpy(), float(torch.exp(-loss.detach()))


@pytest.mark.parametrize("text", [TEXT, TEXT[-9:], TEXT * 12])
def test_the_loss_of_the_last_character(small: dict[str, CharLM], text: str) -> None:
    found, read = finish(models.reading(text)), text[-MAX_LENGTH - 1 :]
    assert (found.read, found.target) == (read[:-1], read[-1])
    assert found.unknown == ()
    before = {kind: models.untrained(model) for kind, model in small.items()}
    for curves, made in ((found.curves, small), (found.before, before)):
        assert [one.kind for one in curves] == list(THREE)
        for one in curves:
            norms, probability = loss_gradients(made[one.kind], read)
            assert one.norms == pytest.approx(norms, rel=1e-9, abs=0)
            assert one.probability == pytest.approx(probability, rel=1e-9)
    assert found.pair("gru") == (found.curves[2], found.before[2])


def test_the_shared_model_stays_as_it_is(small: dict[str, CharLM]) -> None:
    before = {name: value.clone() for name, value in small["lstm"].state_dict().items()}
    finish(models.reading(TEXT))
    after = small["lstm"].state_dict()
    assert all(torch.equal(after[name], value) and value.dtype == torch.float32 for name, value in before.items())


def test_unknown_characters_are_named(small: dict[str, CharLM]) -> None:
    assert finish(models.reading("aé bad X é cab")).unknown == ("é", "X")


@pytest.mark.parametrize("text", ["", "a"])
def test_too_little_to_read(small: dict[str, CharLM], text: str) -> None:
    with pytest.raises(ValueError, match="to predict"):
        finish(models.reading(text))


@pytest.mark.parametrize("kind", RECURRENT)
def test_what_was_trained_can_be_looked_into(kind: str) -> None:
    """The models that ship: one layer each, which know the default text."""
    model = models.load(kind)
    assert model.kind == kind
    assert 0 not in model.encode(DEFAULT_TEXT)
    chain, g, kept, probability = models.run(model, DEFAULT_TEXT)
    assert len(chain.hidden) == len(DEFAULT_TEXT) - 1
    assert g.isfinite().all()
    assert 0 < probability < 1
    assert (kept is not None) is (kind in ("lstm", "gru"))


def test_training_opens_the_gates() -> None:
    """On the models that ship: more gradient is left than before training; a few units' open gates carry an LSTM's."""
    found = finish(models.reading(DEFAULT_TEXT))
    for after, before in zip(found.curves, found.before, strict=True):
        assert after.far > 10 * before.far
    after, before = found.pair("lstm")
    assert before.kept == pytest.approx(1 / (1 + np.exp(-1)), abs=0.02)  # a forget bias of 1
    assert before.wide == 0
    _, _, gate, _ = models.run(models.load("lstm"), DEFAULT_TEXT)
    assert gate is not None
    assert after.wide == int((gate > 0.9).sum()) >= 5
    assert after.units == 234
    assert after.far < 0.2


# What ships with the app, where the test of all recordings does not compute it again


@pytest.mark.parametrize(("kind", "bias"), LEARNERS)
def test_only_an_open_gate_learns_what_came_before(kind: str, bias: float) -> None:
    """The claim's consequence: the recorded training is what is computed now, and only the LSTM with an open gate learns."""
    shipped = find(lesson.training, kind, None, bias, LIMIT, 0)
    now = finish(lesson.training(kind, None, bias, LIMIT, 0))
    assert shipped.losses[:10] == pytest.approx(now.losses[:10], rel=1e-6)
    assert now.right[-1] == pytest.approx(0.99 if bias else 0.5, abs=0.01)
    assert shipped.right[-1] == pytest.approx(now.right[-1], abs=0.005)


def test_the_recorded_cliffs(steep: Cliff) -> None:
    for shipped, now in (
        (find(lesson.cliff, "rnn_tanh", STEEP, 0.0, LIMIT, 0), steep),
        (find(lesson.cliff, "rnn_tanh", DRAWN, 0.0, LIMIT, 0), finish(lesson.cliff("rnn_tanh", DRAWN, 0.0, LIMIT, 0))),
    ):
        assert (shipped.kind, shipped.scale, shipped.rate, shipped.limit) == (now.kind, now.scale, RATE, LIMIT)
        assert shipped.clipped.losses[:10] == pytest.approx(now.clipped.losses[:10], rel=1e-6)
        assert len(shipped.free.losses) == UPDATES
    assert now.longest < 0.02  # nothing explodes
    assert now.clipped.right[-1] == pytest.approx(0.5, abs=0.005)  # and nothing is learned
