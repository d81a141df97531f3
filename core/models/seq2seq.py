"""Encoder and decoder: one network reads a sentence, another one writes it in other words (Cho et al. 2014).

Without attention, all that the decoder ever learns of the source is one vector. With it, the decoder looks back at
the source places at every step and takes a mixture of them (Bahdanau et al. 2014).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.models.attention import AdditiveAttention, DotAttention, linear, take
from core.models.gru import GRU

Look = Literal["none", "additive", "dot"]
Reads = Literal["both", "forwards", "backwards"]
PAD, START, END = 0, 1, 2


@dataclass(frozen=True)
class Encoded:
    """What the encoder leaves: a state for each source place, and the one vector that sums the sentence up.

    `mask` is False where there is only padding, or where the decoder shall not look. `keys` is None without attention.
    """

    places: Float[Tensor, "batch source wide"]
    vector: Float[Tensor, "batch wide"]
    mask: Bool[Tensor, "batch source"]
    keys: Float[Tensor, "batch source size"] | None

    def rows(self, chosen: Int[Tensor, "new"]) -> "Encoded":
        """Return these rows, which may repeat."""
        keys = None if self.keys is None else self.keys[chosen]
        return Encoded(self.places[chosen], self.vector[chosen], self.mask[chosen], keys)


@dataclass(frozen=True)
class Carry:
    """What one step of the decoder leaves to the next: its state, and the context that it saw last."""

    state: Float[Tensor, "batch hidden"]
    context: Float[Tensor, "batch wide"]

    def rows(self, chosen: Int[Tensor, "new"]) -> "Carry":
        """Return these rows, which may repeat."""
        return Carry(self.state[chosen], self.context[chosen])


@dataclass(frozen=True)
class Seq2SeqTrace:
    """The inside of one translation, as detached CPU arrays.

    - `places`: the encoder's states, `vector` their summary; `states`: the decoder's, after each step.
    - `scores`, `weights`: how well each source place matched at each step, and the softmax of it; no columns without
      attention. `contexts`: the mixture of places that a step took, or the one vector again and again.
    - `logits`: the scores of every subword at every step.
    """

    places: Float[np.ndarray, "source wide"]
    vector: Float[np.ndarray, "wide"]
    states: Float[np.ndarray, "target hidden"]
    scores: Float[np.ndarray, "target looked"]
    weights: Float[np.ndarray, "target looked"]
    contexts: Float[np.ndarray, "target wide"]
    logits: Float[np.ndarray, "target vocabulary"]


class Seq2Seq(nn.Module):
    """A GRU encoder and a GRU decoder over one vocabulary of subwords, whose ids 0 to 2 are `PAD`, `START` and `END`.

    look: "none": the decoder gets the encoder's summary at every step, and nothing else (Cho et al. 2014, section 2.2).
      "additive": it takes a mixture of places before each step, by the state before it (Bahdanau et al. 2014, section 3).
      "dot": after each step, by the state after it, and hands the mixture on to the next (Luong et al. 2015; they hand on
      the readout instead).
    reads: "both": two encoders, one from each side, side by side. "forwards", "backwards": one of them alone; backwards
      is the reversed source of Sutskever et al. 2014.
    units: of the small network that matches, in additive attention.
    """

    def __init__(
        self,
        vocabulary: int,
        *,
        look: Look,
        reads: Reads = "both",
        embedding: int = 256,
        hidden: int = 256,
        units: int = 128,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.look, self.reads = look, reads
        self.vocabulary, self.embedding, self.hidden, self.units = vocabulary, embedding, hidden, units
        self.wide = hidden * (2 if reads == "both" else 1)
        generator = torch.Generator().manual_seed(seed)
        self.source = _embedding(vocabulary, embedding, generator)
        self.target = _embedding(vocabulary, embedding, generator)
        self.forwards = GRU(embedding, hidden, seed=seed + 1) if reads != "backwards" else None
        self.backwards = GRU(embedding, hidden, seed=seed + 2) if reads != "forwards" else None
        self.first = linear(hidden, hidden, generator=generator)
        self.decoder = GRU(embedding + self.wide, hidden, seed=seed + 3)
        self.attention: AdditiveAttention | DotAttention | None = None
        if look == "additive":
            self.attention = AdditiveAttention(hidden, self.wide, units, seed=seed + 4)
        elif look == "dot":
            self.attention = DotAttention(hidden, self.wide, seed=seed + 4)
        self.readout = linear(hidden + self.wide + embedding, embedding, generator=generator)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def encode(
        self, source: Int[Tensor, "batch source"], visible: Bool[Tensor, "batch source"] | None = None
    ) -> Encoded:
        """Read sources, each ending with `END` and padded with `PAD` behind it.

        visible: False where the decoder shall not look (the encoder reads there all the same).
        """
        mask = source != PAD
        lengths = mask.sum(1)
        x = self.source(source)
        states, last = [], []
        if self.forwards is not None:
            there, _ = self.forwards(x)
            states.append(there)
            last.append(there[torch.arange(len(source), device=source.device), lengths - 1])
        if self.backwards is not None:
            back = _reversed(self.backwards(_reversed(x, lengths))[0], lengths)
            states.append(back)
            last.append(back[:, 0])
        # h_j = [forward h_j ; backward h_j], and the summary is each direction's state when it has read everything
        return self.prepare(torch.cat(states, -1), torch.cat(last, -1), mask if visible is None else mask & visible)

    def prepare(
        self,
        places: Float[Tensor, "batch source wide"],
        vector: Float[Tensor, "batch wide"],
        mask: Bool[Tensor, "batch source"],
    ) -> Encoded:
        """Return what the decoder needs of these states."""
        return Encoded(places, vector, mask, None if self.attention is None else self.attention.keys(places))

    def start(self, encoded: Encoded) -> Carry:
        """Return what the decoder starts from: s_0 = tanh(W b + v), b the last `hidden` numbers of the summary.

        They are the backward encoder's, where there is one (Bahdanau et al. 2014, A.2.2).
        """
        state = torch.tanh(self.first(encoded.vector[:, -self.hidden :]))
        return Carry(state, encoded.vector if self.attention is None else torch.zeros_like(encoded.vector))

    def step(
        self, y: Float[Tensor, "batch embedding"], carry: Carry, encoded: Encoded
    ) -> tuple[Carry, Float[Tensor, "batch source"] | None, Float[Tensor, "batch source"] | None]:
        """Read one subword's embedding; return what is handed on, the scores of the source places, and their weights."""
        state, context, scores, weights = carry.state, carry.context, None, None
        if self.look == "additive":
            # c_t from s_(t-1), then s_t = GRU([y_(t-1) ; c_t], s_(t-1))
            context, scores, weights = self._look(state, encoded)
        state, _ = self.decoder.step(self.decoder.weigh_input(torch.cat([y, context], -1)), state)
        if self.look == "dot":
            # s_t = GRU([y_(t-1) ; c_(t-1)], s_(t-1)), then c_t from s_t
            context, scores, weights = self._look(state, encoded)
        return Carry(state, context), scores, weights

    def _look(self, state: Tensor, encoded: Encoded) -> tuple[Tensor, Tensor, Tensor]:
        if self.attention is None or encoded.keys is None:
            raise ValueError("this model has no attention")
        scores = self.attention.scores(state, encoded.keys)
        context, weights = take(scores, encoded.places, encoded.mask)
        return context, scores, weights

    def score(
        self,
        states: Float[Tensor, "*batch hidden"],
        contexts: Float[Tensor, "*batch wide"],
        y: Float[Tensor, "*batch embedding"],
    ) -> Float[Tensor, "*batch vocabulary"]:
        """Return the scores of all subwords: z = E tanh(W [s ; c ; y] + u) + b, with E the target embedding."""
        read = torch.tanh(self.readout(torch.cat([states, contexts, y], -1)))
        return nn.functional.linear(read, self.target.weight, self.bias)

    def forward(
        self, source: Int[Tensor, "batch source"], before: Int[Tensor, "batch target"]
    ) -> Float[Tensor, "batch target vocabulary"]:
        """Return the scores of what follows each place of `before`, which begins with `START` (teacher forcing)."""
        encoded = self.encode(source)
        carry = self.start(encoded)
        y = self.target(before)
        if self.attention is None:  # nothing but the state goes from step to step: the rest is computed at once
            contexts = encoded.vector[:, None].expand(-1, before.shape[1], -1)
            states, _ = self.decoder(torch.cat([y, contexts], -1), carry.state)
            return self.score(states, contexts, y)
        carries = []
        for one in y.unbind(1):
            carry, _, _ = self.step(one, carry, encoded)
            carries.append(carry)
        states = torch.stack([each.state for each in carries], 1)
        return self.score(states, torch.stack([each.context for each in carries], 1), y)

    @torch.no_grad()
    def trace(self, source: Sequence[int], target: Sequence[int]) -> Seq2SeqTrace:
        """Return the inside while `source` is read and `target` written, both with their `END`; raises `ValueError` for none."""
        if not source or not target:
            raise ValueError("nothing to read or nothing to write")
        device = self.bias.device
        encoded = self.encode(torch.tensor([list(source)], device=device))
        carry, y = self.start(encoded), self.target(torch.tensor([[START, *target[:-1]]], device=device))
        states, contexts, scores, weights = [], [], [], []
        nothing = encoded.vector.new_zeros(1, 0)
        for one in y.unbind(1):
            carry, matched, looked = self.step(one, carry, encoded)
            states.append(carry.state)
            contexts.append(carry.context)
            scores.append(nothing if matched is None else matched)
            weights.append(nothing if looked is None else looked)
        logits = self.score(torch.stack(states, 1), torch.stack(contexts, 1), y)
        return Seq2SeqTrace(
            places=encoded.places[0].cpu().numpy(),
            vector=encoded.vector[0].cpu().numpy(),
            states=torch.cat(states).cpu().numpy(),
            scores=torch.cat(scores).cpu().numpy(),
            weights=torch.cat(weights).cpu().numpy(),
            contexts=torch.cat(contexts).cpu().numpy(),
            logits=logits[0].cpu().numpy(),
        )


def _embedding(vocabulary: int, size: int, generator: torch.Generator) -> nn.Embedding:
    return nn.Embedding(vocabulary, size, _weight=0.1 * torch.randn(vocabulary, size, generator=generator))


def _reversed(x: Float[Tensor, "batch time width"], lengths: Int[Tensor, "batch"]) -> Float[Tensor, "batch time width"]:
    """Return each row backwards up to its length; what is behind it stays where it is."""
    place = torch.arange(x.shape[1], device=x.device)[None]
    source = torch.where(place < lengths[:, None], lengths[:, None] - 1 - place, place)
    return x.gather(1, source[..., None].expand_as(x))


def pad(rows: Sequence[Sequence[int]], *, multiple: int = 1, device: torch.device | None = None) -> Tensor:
    """Return rows of ids as one tensor (rows, longest), with `PAD` behind, as wide as a multiple of `multiple`."""
    width = -(-max(len(row) for row in rows) // multiple) * multiple
    return torch.tensor([[*row, *[PAD] * (width - len(row))] for row in rows], device=device)
