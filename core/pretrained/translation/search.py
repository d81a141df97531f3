"""From a source to its translation, many at once: greedily, by beam search, or along a translation that is given."""

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from safetensors.numpy import load_file
from torch import Tensor

from core.generation.decoding import BeamSearch
from core.pretrained.translation.marian import ALIGNED_HEAD, END, LENGTH_FACTOR, START, Marian, Memory


@dataclass(frozen=True)
class Shortlist:
    """Which target pieces are likely beside each source piece: the rest need not be scored.

    A lexical shortlist (Junczys-Dowmunt et al. 2018, section 4; Bogoychev et al. 2020) comes from a word alignment of the
    training text. The first `always` pieces are always in it; those of source piece i are
    words[offsets[i] : offsets[i + 1]].
    """

    always: int
    offsets: Int[np.ndarray, "vocabulary_and_one"]
    words: Int[np.ndarray, "words"]

    @classmethod
    def load(cls, folder: Path) -> "Shortlist":
        """Return the list in a folder that `core.assets.convert.marian` made."""
        arrays = load_file(folder / "shortlist.safetensors")
        return cls(json.loads((folder / "config.json").read_text("utf-8"))["always"], **arrays)

    def of(self, source: Sequence[int]) -> Int[np.ndarray, "chosen"]:
        """Return the target pieces for a source, in order, filled up to a multiple of eight as Marian does."""
        likely = [self.words[self.offsets[piece] : self.offsets[piece + 1]] for piece in source]
        chosen = np.unique(np.concatenate([np.arange(self.always), *likely]))
        filler = np.arange(self.always, self.always + len(chosen) + 8)
        spare = np.setdiff1d(filler, chosen)[: -len(chosen) % 8]
        return np.union1d(chosen, spare)


@dataclass(frozen=True)
class Choice:
    """The pieces that may be written: their numbers, in order, their rows of the output matrix and their biases.

    `words` is None where they are the whole vocabulary, `allowed` where every row may write all of them.
    """

    weight: Float[Tensor, "words width"]
    bias: Float[Tensor, "words"]
    words: Int[Tensor, "words"] | None = None
    allowed: Bool[Tensor, "rows words"] | None = None

    def scores(self, hidden: Float[Tensor, "rows width"]) -> Float[Tensor, "rows words"]:
        """Return the scores of the words (before the softmax), minus infinity for those that a row may not write."""
        # z = y E^T + b: the output matrix is the embedding
        scores = F.linear(hidden, self.weight, self.bias)
        return scores if self.allowed is None else scores.masked_fill(~self.allowed, -torch.inf)

    def pieces(self, places: Int[Tensor, "rows"]) -> Int[Tensor, "rows"]:
        """Return the numbers of the pieces that stand at these places of the scores."""
        return places if self.words is None else self.words[places]

    def rows(self, chosen: Int[Tensor, "new"]) -> "Choice":
        """Return the choice of these rows, which may repeat."""
        return self if self.allowed is None else replace(self, allowed=self.allowed[chosen])


@dataclass
class Written:
    """A translation's pieces with its end (unless it was cut), their log-probabilities and weights on the source."""

    pieces: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    weights: list[Float[Tensor, "source"]] = field(default_factory=list)


def limit(source: Sequence[int]) -> int:
    """Return how many pieces the translation of a source may have, both with their ends."""
    return math.ceil(LENGTH_FACTOR * len(source))


def read(model: Marian, sources: Sequence[Sequence[int]], hidden: Sequence[Collection[int]]) -> Memory:
    """Read the sources, each with its end, and return what the decoder can look at.

    The decoder does not look at the places in `hidden`, one collection a source; the encoder has seen them.
    """
    device, longest = model.output_bias.device, max(map(len, sources))
    padded = torch.tensor([[*source, *[END] * (longest - len(source))] for source in sources], device=device)
    lengths = torch.tensor([len(source) for source in sources], device=device)
    real = torch.arange(longest, device=device) < lengths[:, None]
    encoded, _ = model.encode(padded, None if bool(real.all()) else real)
    visible = real.clone()
    for row, places in enumerate(hidden):
        visible[row, list(places)] = False
    return model.remember(encoded, None if bool(visible.all()) else visible)


def choose(model: Marian, lists: Sequence[Int[np.ndarray, "_"]] | None) -> Choice:
    """Return the choice that gives each row the pieces of its own list, or everything where there are no lists."""
    weight, bias = model.embedding.weight, model.output_bias
    if lists is None:
        return Choice(weight, bias)
    listed = np.unique(np.concatenate(lists))
    words = torch.from_numpy(listed).to(bias.device)
    if len(lists) == 1:  # every word is on its list
        return Choice(weight[words], bias[words], words)
    allowed = torch.from_numpy(np.stack([np.isin(listed, each) for each in lists])).to(bias.device)
    return Choice(weight[words], bias[words], words, allowed)


def greedy(model: Marian, memory: Memory, choice: Choice, limits: Sequence[int]) -> list[Written]:
    """Write the likeliest piece at every step, in each row until its end or so many pieces as `limits` says."""
    found = [Written() for _ in limits]
    live = torch.arange(len(limits), device=model.output_bias.device)
    state, before = model.start(len(limits)), torch.full_like(live, START)
    while len(live):
        hidden, state, inside = model.decode(before[:, None], state, memory)
        scores = choice.scores(hidden[:, 0])
        best, places = scores.max(-1)
        logprobs = (best - scores.logsumexp(-1)).tolist()
        before, weights = choice.pieces(places), inside[-1].weights[:, ALIGNED_HEAD, 0]
        going = []
        for row, (number, piece) in enumerate(zip(live.tolist(), before.tolist(), strict=True)):
            written = found[number]
            written.pieces.append(piece)
            written.logprobs.append(logprobs[row])
            written.weights.append(weights[row])
            if piece != END and len(written.pieces) < limits[number]:
                going.append(row)
        if len(going) < len(live):  # what is finished is not computed any more
            left = torch.tensor(going, dtype=torch.long, device=live.device)
            live, before, choice = live[left], before[left], choice.rows(left)
            memory, state = memory.rows(left), state.rows(left)
    return found


def beam(model: Marian, memory: Memory, choice: Choice, limits: Sequence[int], beams: int) -> list[list[int]]:
    """Return for each row the best of the `beams` texts that were kept to the end.

    While they grow, texts are compared by their log-probability (`BeamSearch`); at the end by its mean over their pieces,
    as the model's own settings have it (`normalize: 1.0`; Wu et al. 2016, eq. 14, with alpha = 1), or short ones would win.
    """
    count, device = len(limits), model.output_bias.device
    every = torch.arange(count, device=device).repeat_interleave(beams)
    # The scores' first place is piece 0, the end, in every choice.
    searches = [BeamSearch(beams, max_new_tokens=most, end_tokens=(END,)) for most in limits]
    memory, choice, state = memory.rows(every), choice.rows(every), model.start(count * beams)
    before, parents = torch.full_like(every, START), torch.arange(count * beams, device=device)
    running = dict(enumerate(searches))
    while running:
        hidden, state, _ = model.decode(before[:, None], state, memory)
        scores = choice.scores(hidden[:, 0])
        places = torch.zeros_like(before)
        for number, search in list(running.items()):
            first = number * beams
            move = search.advance(scores[first : first + max(len(search.live), 1)])
            for row, (place, parent) in enumerate(zip(move.tokens, move.parents, strict=True), start=first):
                places[row], parents[row] = place, first + parent
            if move.done:
                del running[number]
        before, state = choice.pieces(places), state.rows(parents)
    return [choice.pieces(torch.tensor(search.best_by_mean(), device=device)).tolist() for search in searches]


def follow(model: Marian, memory: Memory, choice: Choice, targets: Sequence[Sequence[int]]) -> list[Written]:
    """Return what the model makes of given translations, all their pieces at once: log-probabilities and weights."""
    device, longest = model.output_bias.device, max(map(len, targets))
    padded = torch.tensor([[*target, *[END] * (longest - len(target))] for target in targets], device=device)
    before = torch.cat([torch.full_like(padded[:, :1], START), padded[:, :-1]], 1)
    hidden, _, inside = model.decode(before, model.start(len(targets)), memory)
    weights = inside[-1].weights[:, ALIGNED_HEAD]
    found = []
    for row, target in enumerate(targets):
        own = choice.rows(torch.tensor([row], device=device))
        chances = own.scores(hidden[row, : len(target)]).log_softmax(-1)
        pieces = torch.tensor(list(target), device=device)
        places = pieces if choice.words is None else torch.searchsorted(choice.words, pieces)
        logprobs = chances.gather(1, places[:, None])[:, 0].tolist()
        found.append(Written(list(target), logprobs, list(weights[row, : len(target)])))
    return found
