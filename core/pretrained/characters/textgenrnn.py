"""textgenrnn, a public character model trained on lines from the web, in a module of our own that can be looked into."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from jaxtyping import Float, Int
from safetensors.torch import load_file
from torch import Tensor, nn

from core.assets.fetch import Progress, ensure
from core.models import unfilled
from core.models.char_lm import UNKNOWN, Kind, Reading
from core.models.clamp import Clamps
from core.models.lstm import LSTM, LSTMTrace
from core.models.recurrent import Step
from core.models.stack import Stack
from core.pretrained.characters.windows import Held, WindowState, holding, on

WINDOW = 40  # places that the published model is shown
MARK = "<s>"  # stands before and after every text
BATCH = 256  # windows that are read at once, in about 200 MB


@dataclass(frozen=True)
class TextgenReading(Reading):
    """A `Reading` and where the model looked: attention[t, 39] is the weight of the t-th character itself,
    attention[t, 39 - n] that of the one n before it; before the text stand the mark and the padding. Rows sum to 1.
    """

    attention: Float[np.ndarray, "time window"]


@dataclass(frozen=True)
class TextgenWindow:
    """The inside of one window of the published model: its 40 ids (padding, mark, characters), what both LSTMs did at
    each place (arrays (1, 40, hidden)), the weight of each place, and the scores of the character after the last.
    """

    ids: tuple[int, ...]
    layers: tuple[LSTMTrace, ...]
    attention: Float[np.ndarray, "window"]
    logits: Float[np.ndarray, "vocabulary"]


class TextgenRNN(nn.Module):
    """Embedding, two LSTMs, and an attention that averages what all three said over the last 40 places.

    `vocabulary` lists the 464 characters with ids 1 to 464; the last one is `MARK`, which no text encodes to. Id 0 is
    the padding's. The published package feeds it for characters that the model does not know (line ends among them),
    too, so here as in `CharLM` it stands for the unknown character; it was never to be predicted and scores low.

    The model was trained on windows of 40 places, each read from an empty state, and it has learned to count them: its
    attention comes to rest on the 40th (92 % of the weight). Read on past a window's end it loses its place (6.7 bits a
    character instead of 2.4). So each character is scored after a window of its own, as published.

    Source: Max Woolf, textgenrnn 2.0.0 (MIT), model.py and AttentionWeightedAverage.py; the attention is that of
    Felbo et al. 2017, "DeepMoji", section 3.3.
    """

    def __init__(self, vocabulary: Sequence[str], *, embedding: int = 100, hidden: Sequence[int] = (128, 128)) -> None:
        super().__init__()
        self.kind: Kind = "lstm"
        self.vocabulary = tuple(vocabulary)
        self._ids = {character: i + 1 for i, character in enumerate(self.vocabulary)}
        size, sizes = len(self.vocabulary) + 1, [embedding, *hidden]
        # Not drawn: `load` fills them, and drawing first would disturb other people's random numbers.
        self.embedding = unfilled.embedding(size, embedding)
        self.body = Stack([LSTM(below, width) for below, width in zip(sizes, hidden, strict=False)])
        self.attention = unfilled.linear(sum(sizes), 1, bias=False)
        self.output = unfilled.linear(sum(sizes), size)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text's characters; 0 for one that the model does not know."""
        return [self._ids.get(character, UNKNOWN) for character in text]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of these ids, with U+FFFD for the unknown character and "<s>" for the mark."""
        return "".join("\ufffd" if i == UNKNOWN else self.vocabulary[i - 1] for i in ids)

    def forward(self, windows: Int[Tensor, "batch window"]) -> Float[Tensor, "batch vocabulary"]:
        """Return scores (before the softmax) for the character after each window, as the published model does."""
        features, _ = self._windows(windows, {})
        return self._look_back(self.attention(features)[..., 0], features)[0]

    def windowed_logits(
        self, ids: Sequence[int], clamp: Mapping[int, Clamps] | None = None
    ) -> Float[np.ndarray, "time vocabulary"]:
        """Return the scores after each character, each from its own window: `read` without the rest."""
        return self.read(ids, clamp=clamp).logits

    @torch.no_grad()
    def read(
        self, ids: Sequence[int], state: WindowState | None = None, clamp: Mapping[int, Clamps] | None = None
    ) -> TextgenReading:
        """Read a text as published: for each character a window of its own, with the mark and all characters up to it,
        the last 40 of these, padded with 0 on the left.

        `layers` holds what the LSTMs did at the last place of each window. A cell there does not follow from the
        character before it, which stands in another window: for steps that do, see `look`. `clamp` holds gates by
        layer from the bottom, in every window where the character of a step is seen; padding and mark are never held.
        Raises `ValueError` for a text without characters, and for gates, units and layers that are not there.
        """
        state = WindowState(self._before()) if state is None else state
        device = self.output.weight.device
        windows = torch.tensor([*state.ids, *_some(ids)], device=device).unfold(0, WINDOW, 1)  # (time, window)
        clamps = state.joined(clamp, self._layers)
        # The place j of window t holds the character of step t - 39 + j.
        steps = torch.arange(len(ids), device=device)[:, None] + torch.arange(1 - WINDOW, 1, device=device)
        logits, attention, last = [], [], []
        for rows in torch.arange(len(ids), device=device).split(BATCH):
            held = {layer: on(each, steps[rows]) for layer, each in clamps.items()}
            features, computed = self._windows(windows[rows], held)
            scored, weights = self._look_back(self.attention(features)[..., 0], features)
            logits.append(scored)
            attention.append(weights)
            last.append([places[-1] for places in computed])
        layers = [
            {name: torch.cat([step[name] for step in steps])[None] for name in LSTM.names}
            for steps in zip(*last, strict=True)
        ]
        return TextgenReading(
            logits=_array(torch.cat(logits)),
            layers=tuple(LSTMTrace(**{name: _array(value) for name, value in layer.items()}) for layer in layers),
            state=state.after(ids, clamps),
            attention=_array(torch.cat(attention)),
        )

    @torch.no_grad()
    def look(self, ids: Sequence[int], clamp: Mapping[int, Clamps] | None = None) -> TextgenWindow:
        """Return the inside of the window that ends with the last of `ids`; its steps follow from one another.

        `clamp` is as in `read`: steps are counted from the first of `ids`. Raises `ValueError` likewise.
        """
        start = WindowState(self._before())
        window = (*start.ids, *_some(ids))[-WINDOW:]
        tensor = torch.tensor([window], device=self.output.weight.device)
        steps = torch.arange(len(ids) - WINDOW, len(ids), device=tensor.device)[None]
        clamps = start.joined(clamp, self._layers)
        features, computed = self._windows(tensor, {layer: on(each, steps) for layer, each in clamps.items()})
        logits, attention = self._look_back(self.attention(features)[..., 0], features)
        layers = tuple(layer.as_trace(places) for layer, places in zip(self._layers, computed, strict=True))
        return TextgenWindow(window, layers, _array(attention[0]), _array(logits[0]))

    @property
    def _layers(self) -> list[LSTM]:
        return list(cast(Iterable[LSTM], self.body.layers))

    def _before(self) -> tuple[int, ...]:
        """Return the 39 ids before a text: padding, then the mark."""
        return (*[UNKNOWN] * (WINDOW - 2), self._ids[MARK])

    def _look_back(
        self, scores: Float[Tensor, "batch window"], features: Float[Tensor, "batch window width"]
    ) -> tuple[Float[Tensor, "batch vocabulary"], Float[Tensor, "batch window"]]:
        """Return the next character's scores and the attention, from u_s = w . f_s and f_s at each place s."""
        # a_s = exp(u_s) / sum_r exp(u_r)
        attention = scores.softmax(-1)
        # z = W (sum_s a_s f_s) + b
        return self.output(torch.bmm(attention[:, None], features)[:, 0]), attention

    def _windows(
        self, windows: Int[Tensor, "batch window"], held: Mapping[int, Held]
    ) -> tuple[Float[Tensor, "batch window width"], list[list[Step]]]:
        """Return the features at each place, every window read from an empty state, and each layer's steps."""
        # e_s = E[x_s];  h1_s = LSTM1(e_s, h1_(s-1));  h2_s = LSTM2(h1_s, h2_(s-1));  f_s = [e_s, h1_s, h2_s]
        below, computed = [self.embedding(windows)], []
        for number, layer in enumerate(self._layers):
            state, steps = layer.start(below[-1]), []
            for place, from_input in enumerate(layer.weigh_input(below[-1]).unbind(1)):
                state, values = layer.step(from_input, state, holding(held.get(number, ()), place))
                steps.append(values)
            below.append(torch.stack([values["hidden"] for values in steps], 1))
            computed.append(steps)
        return torch.cat(below, -1), computed


def load(folder: Path, *, device: torch.device | None = None) -> TextgenRNN:
    """Return the model in a folder that `core.assets.convert.textgenrnn` made; on the CPU when `device` is None.

    Raises `OSError` where a file is missing and `RuntimeError` for weights of another model.
    """
    model = TextgenRNN(json.loads((folder / "vocabulary.json").read_text("utf-8")))
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return model.to(device).eval().requires_grad_(False)


def load_textgenrnn(*, device: torch.device | None = None, progress: Progress | None = None) -> TextgenRNN:
    """Return the public model, fetched first if it is not on this machine; raises `core.assets.fetch.AssetError`."""
    return load(ensure("textgenrnn", progress=progress), device=device)


def _some(ids: Sequence[int]) -> list[int]:
    if not ids:
        raise ValueError("there is no character to read")
    return list(ids)


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.float().cpu().numpy()
