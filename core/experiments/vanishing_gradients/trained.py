"""The same gradients in the character models that were trained here, and in those models before their training."""

import copy
from collections.abc import Generator
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from core.experiments.vanishing_gradients import RECURRENT, Comparison, Curve, Settings, Spectrum
from core.experiments.vanishing_gradients.chains import Chain
from core.experiments.vanishing_gradients.flow import chain_of, follow, opened
from core.experiments.vanishing_gradients.spectrum import Progress
from core.experiments.vanishing_gradients.spectrum import spectrum as spectrum_of
from core.models.char_lm import FORGET_BIAS, UNKNOWN, CharLM
from core.models.lstm import LSTM
from core.models.recurrent import Recurrent
from core.pretrained.characters import load_character_model


def load(kind: str) -> CharLM:
    """Return the trained model of that kind; raises `TypeError` for one with more than one layer."""
    model = load_character_model(kind)
    if not isinstance(model, CharLM) or len(model.body.layers) != 1:
        raise TypeError(f"{kind} is not a character model with one recurrent layer")
    return model


def untrained(model: CharLM, seed: int) -> CharLM:
    """Return a model of the same make with the weights that `seed` draws: what training began from."""
    width = model.output.in_features
    fresh = CharLM(model.kind, model.vocabulary, embedding=model.embedding.embedding_dim, hidden=(width,), seed=seed)
    (layer,) = fresh.body.layers
    if isinstance(layer, LSTM):
        layer.set_forget_bias(FORGET_BIAS)
    return fresh


@torch.no_grad()
def reading(model: CharLM, text: str) -> tuple[Chain, Float[Tensor, "hidden"], Float[Tensor, "hidden"] | None, float]:
    """Read all but the last character, in float64; return the chain, dL/dh of the last step, each unit's gate, and p(last).

    L = -log p(last character), the model's loss there. Raises `ValueError` for a text of fewer than two characters.
    """
    if len(text) < 2:
        raise ValueError("a loss needs a character to read and one to predict")
    ids = model.encode(text)
    (layer,) = model.body.layers
    assert isinstance(layer, Recurrent)
    layer = copy.deepcopy(layer).double()  # the model itself is shared and stays as it is
    inputs = model.embedding(torch.tensor(ids[:-1])).double().numpy()
    chain, gate = chain_of(layer, inputs)
    weight = model.output.weight.double()
    chances = (weight @ chain.hidden[-1] + model.output.bias.double()).softmax(0)
    # dL/dz = p - 1[target];  dL/dh_T = W^T dL/dz
    wrong = chances.clone()
    wrong[ids[-1]] -= 1.0
    return chain, wrong @ weight, gate, float(chances[ids[-1]])


def compare(settings: Settings) -> Generator[Progress, None, Comparison]:
    """Yield (models done, models) and return the curves of the four trained models and of the same before training."""
    text = settings.text[-settings.length - 1 :]
    curves: list[Curve] = []
    before: list[Curve] = []
    total = 2 * len(RECURRENT)
    unknown: tuple[str, ...] = ()
    for number, kind in enumerate(RECURRENT):
        model = load(kind)
        unknown = tuple(dict.fromkeys(c for c, i in zip(text, model.encode(text), strict=True) if i == UNKNOWN))
        for place, (one, curves_of) in enumerate([(model, curves), (untrained(model, settings.seed), before)]):
            chain, g, gate, chance = reading(one, text)
            bounded = kind == settings.kind and one is model
            mark = (2 * number + place + 1, total)
            curve = yield from follow(kind, chain, g, gate, window=settings.window, bounded=bounded, mark=mark)
            curves_of.append(replace(curve, chance=chance))
    found = Comparison(settings, tuple(curves), tuple(before), text[:-1], text[-1:], unknown)
    return replace(found, opened=opened(settings, found.reach))


def spectrum(settings: Settings) -> Generator[Progress, None, Spectrum]:
    """Yield (steps done, steps) and return the spectrum of the chosen trained model's Jacobians."""
    chain, g, _, _ = reading(load(settings.kind), settings.text[-settings.length - 1 :])
    return (yield from spectrum_of(settings.kind, chain, chain.last(g)))
