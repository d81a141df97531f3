"""The same gradients in the character models that were trained here, and in those models before their training."""

import copy
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from core.experiments.vanishing_gradients.chains import Chain
from core.experiments.vanishing_gradients.flow import chain_of, follow
from core.experiments.vanishing_gradients.results import MAX_LENGTH, THREE, Curve, Reading
from core.models.char_lm import FORGET_BIAS, UNKNOWN, CharLM
from core.models.lstm import LSTM
from core.models.recurrent import Recurrent
from core.pretrained.characters import load_character_model
from core.progress import Steps


def load(kind: str) -> CharLM:
    """Return the trained model of that kind; raises `TypeError` for one with more than one layer."""
    model = load_character_model(kind)
    if not isinstance(model, CharLM) or len(model.body.layers) != 1:
        raise TypeError(f"{kind} is not a character model with one recurrent layer")
    return model


def untrained(model: CharLM, seed: int = 0) -> CharLM:
    """Return a model of the same make with the weights that `seed` draws: what training begins from."""
    width = model.output.in_features
    fresh = CharLM(model.kind, model.vocabulary, embedding=model.embedding.embedding_dim, hidden=(width,), seed=seed)
    (layer,) = fresh.body.layers
    if isinstance(layer, LSTM):
        layer.set_forget_bias(FORGET_BIAS)
    return fresh


@torch.no_grad()
def run(model: CharLM, text: str) -> tuple[Chain, Float[Tensor, "hidden"], Float[Tensor, "hidden"] | None, float]:
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
    given = (weight @ chain.hidden[-1] + model.output.bias.double()).softmax(0)
    # dL/dz = p - 1[target];  dL/dh_T = W^T dL/dz
    wrong = given.clone()
    wrong[ids[-1]] -= 1.0
    return chain, wrong @ weight, gate, float(given[ids[-1]])


def reading(text: str) -> Steps[Reading]:
    """Yield (models done, models) and return the curves of the three trained models and of the same before training.

    The last 201 characters are taken: 200 to read and one to predict. Raises `ValueError` as `run` does.
    """
    text = text[-MAX_LENGTH - 1 :]
    curves: list[Curve] = []
    before: list[Curve] = []
    unknown: tuple[str, ...] = ()
    for number, kind in enumerate(THREE):
        model = load(kind)
        unknown = tuple(dict.fromkeys(c for c, i in zip(text, model.encode(text), strict=True) if i == UNKNOWN))
        for one, found in ((model, curves), (untrained(model), before)):
            chain, g, gate, given = run(one, text)
            found.append(replace(follow(kind, chain, g, gate), probability=given))
            yield 2 * number + 1 + (found is before), 2 * len(THREE)
    return Reading(text[:-1], text[-1], tuple(curves), tuple(before), unknown)
