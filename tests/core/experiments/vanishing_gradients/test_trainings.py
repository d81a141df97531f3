"""The lesson on vanishing gradients where something is trained: the cliff, the trained character models, the recording."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from core.experiments.vanishing_gradients import (
    DEFAULT_TEXT,
    LIMIT,
    RATE,
    RECURRENT,
    STEEP,
    TASK_STEPS,
    UPDATES,
    Cliff,
    Settings,
    recorded,
    trained,
)
from core.experiments.vanishing_gradients import cliff as cliffs
from core.experiments.vanishing_gradients.band import landscape
from core.experiments.vanishing_gradients.flow import compare, spectrum
from core.models.char_lm import CharLM
from core.progress import finish

# The cliff


def by_torch(settings: Settings, rate: float, limit: float) -> tuple[list[float], list[float]]:
    """The same training with torch.nn.RNN, torch.optim.SGD and torch's own clipping."""
    task = cliffs.Task(settings)
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
    return finish(cliffs.cliff(Settings(), RATE, LIMIT))


@pytest.mark.parametrize("limit", [0.0, 0.05])
def test_the_training_is_torchs(limit: float) -> None:
    found = finish(cliffs.train(SMALL, 0.1, limit))
    losses, norms = by_torch(SMALL, 0.1, limit)
    # torch divides by the norm plus 1e-6, and chaos makes the last digits of anything grow
    assert found.losses[:20] == pytest.approx(losses[:20], rel=1e-3)
    assert found.norms[:20] == pytest.approx(norms[:20], rel=1e-3)
    assert found.losses[:3] == pytest.approx(losses[:3], rel=1e-6)
    assert len(found.losses) == len(found.norms) == UPDATES


def test_the_task_is_what_it_says() -> None:
    task = cliffs.Task(SMALL)
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
    found = finish(cliffs.cliff(Settings(scale=0.6, hidden_size=16), RATE, LIMIT))
    assert found.clipped.norms.max() < LIMIT
    assert found.clipped.losses == pytest.approx(found.free.losses, rel=1e-9)
    assert found.landing(clipped=True) == found.landing(clipped=False)


def test_a_training_that_stops_being_one() -> None:
    found = finish(cliffs.cliff(Settings("rnn_relu", scale=1.5), RATE, LIMIT))
    assert len(found.free.losses) < 10 < len(found.clipped.losses) == UPDATES
    assert np.isfinite(found.free.norms).all()
    assert not np.isnan(found.losses).any()


@pytest.mark.parametrize(
    ("kind", "rate", "limit"), [("attention", 0.1, 1.0), ("lstm", 0.0, 1.0), ("lstm", 0.1, 0.0), ("nobody", 0.1, 1.0)]
)
def test_cliffs_that_cannot_be(kind: str, rate: float, limit: float) -> None:
    with pytest.raises(ValueError, match=r"recurrent|positive|no kind"):
        finish(cliffs.cliff(Settings(kind), rate, limit))


# Trained weights


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> dict[str, CharLM]:
    """Small models in the place of the trained ones, of the same make."""
    made = {kind: CharLM(kind, "abcdefghij ", embedding=7, hidden=(9 + n,), seed=3) for n, kind in enumerate(RECURRENT)}
    monkeypatch.setattr(trained, "load_character_model", made.__getitem__)
    return made


TEXT = "a bad cab had a bag ha"


def loss_gradients(model: CharLM, text: str) -> tuple[np.ndarray, float]:
    """Norms of d(loss of the last character)/d(embedding) by autograd through the whole model, and that character's chance."""
    whole = CharLM(model.kind, model.vocabulary, embedding=7, hidden=(model.output.in_features,)).double()
    whole.load_state_dict(model.state_dict())
    ids = torch.tensor([model.encode(text)])
    x = whole.embedding(ids[:, :-1]).detach().requires_grad_()
    hidden, _ = whole.body(x)
    loss = cross_entropy(whole.output(hidden)[:, -1], ids[:, -1])
    (gradient,) = torch.autograd.grad(loss, x)
    return gradient[0].norm(dim=1).numpy(), float(torch.exp(-loss.detach()))


@pytest.mark.parametrize("length", [8, 60])
def test_the_loss_of_the_last_character(small: dict[str, CharLM], length: int) -> None:
    found = finish(trained.compare(Settings("gru", length=length, text=TEXT, trained=True, seed=5)))
    read = TEXT[-length - 1 :]
    assert (found.read, found.target) == (read[:-1], read[-1])
    for curves, models in (
        (found.curves, small),
        (found.before, {kind: trained.untrained(model, 5) for kind, model in small.items()}),
    ):
        assert [curve.kind for curve in curves] == list(RECURRENT)
        for curve in curves:
            norms, chance = loss_gradients(models[curve.kind], read)
            assert curve.norms == pytest.approx(norms, rel=1e-9, abs=0)
            assert curve.chance == pytest.approx(chance, rel=1e-9)
    assert [curve.bound is not None for curve in found.curves] == [kind == "gru" for kind in RECURRENT]
    bounded = found.curve("gru")
    assert bounded is not None
    assert bounded.bound is not None
    assert (bounded.bound >= bounded.norms * (1 - 1e-12)).all()


def test_the_shared_model_stays_as_it_is(small: dict[str, CharLM]) -> None:
    before = {name: value.clone() for name, value in small["lstm"].state_dict().items()}
    finish(trained.compare(Settings("lstm", text=TEXT, trained=True)))
    after = small["lstm"].state_dict()
    assert all(torch.equal(after[name], value) and value.dtype == torch.float32 for name, value in before.items())


def test_unknown_characters_are_named(small: dict[str, CharLM]) -> None:
    found = finish(trained.compare(Settings(text="aé bad X é cab", trained=True)))
    assert found.unknown == ("é", "X")
    assert finish(trained.compare(Settings(text=TEXT, trained=True))).unknown == ()


@pytest.mark.parametrize("text", ["", "a"])
def test_too_little_to_read(small: dict[str, CharLM], text: str) -> None:
    with pytest.raises(ValueError, match="to predict"):
        finish(trained.compare(Settings(text=text, trained=True)))


def test_the_trained_spectrum(small: dict[str, CharLM]) -> None:
    found = finish(trained.spectrum(Settings("lstm", 12, text=TEXT, trained=True)))
    assert found.size == 2 * 11
    assert found.back.tolist() == list(range(12))
    assert (found.factor <= found.largest * (1 + 1e-9)).all()


@pytest.mark.parametrize("kind", RECURRENT)
def test_what_was_trained_can_be_looked_into(kind: str) -> None:
    """The models that ship: one layer each, which know the default text."""
    model = trained.load(kind)
    assert model.kind == kind
    assert 0 not in model.encode(DEFAULT_TEXT)
    chain, g, kept, chance = trained.reading(model, DEFAULT_TEXT)
    assert len(chain.hidden) == len(DEFAULT_TEXT) - 1
    assert g.isfinite().all()
    assert 0 < chance < 1
    assert (kept is not None) is (kind in ("lstm", "gru"))


def test_training_opens_the_gates() -> None:
    """On the models that ship: more gradient is left than before training; a few units' open gates carry an LSTM's."""
    found = finish(trained.compare(Settings(text=DEFAULT_TEXT, trained=True)))
    after = {curve.kind: curve for curve in found.curves}
    before = {curve.kind: curve for curve in found.before}
    for kind in ("rnn_tanh", "lstm", "gru"):
        assert after[kind].left()[40] > 10 * before[kind].left()[40]
    assert before["lstm"].kept == pytest.approx(1 / (1 + np.exp(-1)), abs=0.02)  # a forget bias of 1
    assert before["lstm"].wide == 0
    chain, _, gate, _ = trained.reading(trained.load("lstm"), DEFAULT_TEXT)
    assert gate is not None
    assert after["lstm"].wide == int((gate > 0.9).sum()) >= 5
    assert after["lstm"].units == 234
    assert after["lstm"].left()[40] < 0.2
    assert len(chain.hidden) == len(DEFAULT_TEXT) - 1


# What ships with the app


def same(one: Any, other: Any, off: float = 1e-6) -> None:
    """The same numbers in two results, whatever they are made of, up to a relative `off`."""
    if hasattr(one, "__dataclass_fields__"):
        assert type(one) is type(other)
        for field in fields(one):
            same(getattr(one, field.name), getattr(other, field.name), off)
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b, off)
    elif isinstance(one, (float, np.ndarray)):
        assert one == pytest.approx(other, rel=off, abs=0)
    else:
        assert one == other


def test_what_ships_is_what_is_computed_now(steep: Cliff) -> None:
    same(recorded.comparison(), finish(compare(Settings())))
    same(recorded.spectrum(), finish(spectrum(Settings())))
    same(recorded.landscape(), finish(landscape(Settings())), 1e-3)  # chaos at its upper edge
    shipped = recorded.cliff()
    assert (shipped.kind, shipped.scale, shipped.rate, shipped.limit) == ("rnn_tanh", STEEP, RATE, LIMIT)
    same(shipped.clipped.losses[:10], steep.clipped.losses[:10])
    assert len(shipped.free.losses) == UPDATES
    assert recorded.made()["command"] == "python -m core.experiments.record"


CACHED = (recorded.comparison, recorded.spectrum, recorded.cliff, recorded.landscape)


def test_what_is_written_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = [function() for function in CACHED]
    monkeypatch.setattr(recorded, "FOLDER", tmp_path / "recorded")
    try:
        path = recorded.write(*kept, {"command": "none"})
        assert path == tmp_path / "recorded" / "vanishing_gradients.json"
        assert json.loads(path.read_text("utf-8"))["made"] == {"command": "none"} == recorded.made()
        for one, function in zip(kept, CACHED, strict=True):
            function.cache_clear()
            again = function()
            assert again is not one
            same(again, one)
    finally:
        monkeypatch.undo()
        for function in CACHED:
            function.cache_clear()
