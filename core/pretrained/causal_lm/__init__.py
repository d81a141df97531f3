"""A causal language model that can be asked, looked into and run step by step.

`LanguageModel` is what the rest of the project knows; `LlamaModel` is our own decoder behind it, and
`core.pretrained.hub` puts models from the hub behind the same names.
"""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from core.device import Placement, trim_memory
from core.generation.decoding import Sampling, Step
from core.models.attention import scaled_dot_product
from core.models.what_ifs import Edge, HeadOff, WhatIfs
from core.pretrained.causal_lm.decoder import Cache
from core.pretrained.causal_lm.llama import Llama
from core.pretrained.tokens import Tokenizer
from core.progress import finish

if TYPE_CHECKING:
    from core.pretrained.cpu4bit.decoder import Q4Decoder

Result = TypeVar("Result")


@dataclass(frozen=True)
class Inside:
    """What every head of one layer computed, as detached CPU arrays in float32; a shared key head stands once a query head.

    - `queries`, `keys`: turned to their positions, a head's numbers in the checkpoint's order; `values`: as they are.
    - `scores`: query times key over the root of the head's width, before the mask.
    - `mixtures`: weights times values: what each head takes (0 where it is off).
    """

    layer: int
    queries: Float[np.ndarray, "heads time head"]
    keys: Float[np.ndarray, "heads time head"]
    values: Float[np.ndarray, "heads time head"]
    scores: Float[np.ndarray, "heads query key"]
    mixtures: Float[np.ndarray, "heads time head"]


@dataclass(frozen=True)
class Trace:
    """What happened inside while a text was read, as detached CPU arrays in float32, a row for each layer that ran.

    - `attentions`: the weight with which each query looks at each key; rows sum to 1.
    - `hidden`: the embedding, then the vector after each layer (before the final norm).
    - `logits`: the scores of the next token at each position.
    - `attention_added`, `feed_forward_added`: what the two parts of each layer added to the stream, so that the embedding
      and all of them sum to the last of `hidden`; None for a model from the hub.
    - `inside`: the layer that was asked for, the last time that it ran.
    """

    attentions: Float[np.ndarray, "layers heads queries keys"]
    hidden: Float[np.ndarray, "layers_and_one time width"]
    logits: Float[np.ndarray, "time vocabulary"]
    attention_added: Float[np.ndarray, "layers time width"] | None = None
    feed_forward_added: Float[np.ndarray, "layers time width"] | None = None
    inside: Inside | None = None


class LanguageModel(ABC):
    """A model that scores the next token. Never changed after loading, so that many may share it."""

    name: str
    placement: Placement
    end_tokens: tuple[int, ...]
    vocabulary: int
    """How many tokens there are; their numbers are 0 to one less."""
    context: int
    """The longest text in tokens, prompt and answer together."""

    @abstractmethod
    def encode(self, text: str) -> list[int]:
        """Return the token numbers of `text`; nothing in it is taken for a control token."""

    @abstractmethod
    def decode(self, ids: list[int]) -> str:
        """Return the text of `ids`."""

    @abstractmethod
    def label(self, token: int) -> str:
        """Return how `token` is shown, its spaces and line ends visible."""

    @abstractmethod
    def exact_logits(self, ids: list[int], *, last_only: bool = False) -> Generator[tuple[int, int], None, Tensor]:
        """Yield (steps done, steps) and return float32 scores (time, vocabulary), or (1, vocabulary) of the last.

        A generator, so that others can be served in between and a page can show how far it is.
        """

    @abstractmethod
    def trace(
        self,
        ids: list[int],
        *,
        heads_off: Sequence[HeadOff] = (),
        edges_cut: Sequence[Edge] = (),
        layers: Sequence[int] | None = None,
        inside: int | None = None,
    ) -> Trace:
        """Return attentions, hidden vectors and scores of `ids`, from the exact weights; nothing stays behind.

        - `heads_off` holds (layer, head): that head's output is zero. None for all layers or all heads.
        - `edges_cut` holds (layer, head, query, key): that key is masked for that query before the softmax, so that the
          weights of its other keys sum to 1 again; a query with no key left takes nothing. None as above.
        - `layers` are the layers to run, one after the other (skip one, run one twice); None is all of them in order.
        - `inside` is a layer whose heads are wanted in full.

        Raises `ValueError` when there are no tokens or too many, and for a layer, head or token that is not there.
        """

    @abstractmethod
    def new_cache(self, rows: int, length: int) -> Any:
        """Return memory for `rows` texts of at most `length` tokens, with `copy` as `Cache` has it."""

    @abstractmethod
    def prefill(self, ids: list[int], cache: Any, row: int) -> Generator[None, None, Tensor]:
        """Read `ids` into `row`, yielding now and then; return the next token's scores (1, vocabulary)."""

    @abstractmethod
    def step(self, ids: list[int], positions: list[int], cache: Any) -> Float[Tensor, "rows vocabulary"]:
        """Read one more token in each of the first len(ids) rows and return their next scores."""

    def use_threads(self, threads: int) -> None:
        """Let the calling thread compute with so many threads; the numbers may depend on them in their last bits."""
        torch.set_num_threads(threads)

    def logits(self, ids: list[int]) -> Float[np.ndarray, "time vocabulary"]:
        """Return the float32 scores of the next token after each of `ids`, from the exact weights.

        Raises `ValueError` when there are no tokens or more than `context`.
        """
        return finish(self.exact_logits(ids)).numpy(force=True)

    def stream(
        self,
        ids: list[int],
        *,
        max_new_tokens: int = 40,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        min_p: float = 0.0,
        seed: int = 0,
    ) -> Iterator[Step]:
        """Yield the tokens that follow `ids`, one at a time, each with its rivals.

        The same seed gives the same text. Raises `ValueError` when there are no tokens or no room for the answer.
        """
        self.check(ids, max_new_tokens)
        if max_new_tokens < 1:
            return
        policy = Sampling(temperature, top_k, top_p, min_p, seed, max_new_tokens, self.end_tokens)
        with torch.inference_mode():
            cache = self.new_cache(1, len(ids) + max_new_tokens)
            scores = finish(self.prefill(ids, cache, 0))
        position, done = len(ids), False
        while not done:
            with torch.inference_mode():
                move = policy.advance(scores)
                done = move.done
                if not done:
                    scores = self.step(list(move.tokens), [position], cache)
                    position += 1
            yield self.spell(policy.steps[-1])

    def spell(self, step: Step) -> Step:
        """Return `step` with the text of its token."""
        return replace(step, text=self.decode([step.token]))

    def check(self, ids: list[int], room: int = 0) -> None:
        """Raise `ValueError` when `ids` is empty or it and `room` more tokens do not fit."""
        if not ids:
            raise ValueError("no tokens: a model needs at least one to go on from")
        if len(ids) + room > self.context:
            raise ValueError(f"{len(ids)} tokens and {room} new ones are more than the {self.context} that fit")


class LlamaModel(LanguageModel):
    """Our own decoder and its tokenizer, read from a folder that `core.assets.fetch.ensure` made."""

    def __init__(self, name: str, folder: Path, placement: Placement) -> None:
        self.name, self.placement = name, placement
        self.llama = Llama(folder, placement.device, placement.precision)
        trim_memory()
        self.end_tokens = self.llama.config.end_tokens
        self.context = self.llama.config.max_positions
        self.vocabulary = self.llama.config.vocabulary
        self._tokenizer = Tokenizer(folder / "tokenizer.json")

    def encode(self, text: str) -> list[int]:
        """See `LanguageModel.encode`."""
        return self._tokenizer.encode(text)

    def decode(self, ids: list[int]) -> str:
        """See `LanguageModel.decode`."""
        return self._tokenizer.decode(ids)

    def label(self, token: int) -> str:
        """See `LanguageModel.label`."""
        return self._tokenizer.label(token)

    def exact_logits(self, ids: list[int], *, last_only: bool = False) -> Generator[tuple[int, int], None, Tensor]:
        """See `LanguageModel.exact_logits`: from 4-bit codes a piece of the text at a time, else a layer at a time."""
        self.check(ids)
        if self.llama.q4:
            return (yield from self._logits_by_pieces(self.llama.q4, ids, last_only))
        decoder, layers = self.llama.decoder, self.llama.config.layers
        with torch.inference_mode():
            x = decoder.embed(torch.tensor(ids, device=self.llama.device))
            steps = decoder.run(x, decoder.turns[: len(ids)], self.llama.exact(), self._attend_to_itself)
        for done in range(1, layers + 1):
            with torch.inference_mode():
                x = next(steps)
            yield done, layers
        with torch.inference_mode():
            scores = self.llama.exact_logits(x[-1:] if last_only else x)
        trim_memory()
        return scores

    def trace(
        self,
        ids: list[int],
        *,
        heads_off: Sequence[HeadOff] = (),
        edges_cut: Sequence[Edge] = (),
        layers: Sequence[int] | None = None,
        inside: int | None = None,
    ) -> Trace:
        """See `LanguageModel.trace`."""
        self.check(ids)
        decoder, config, n = self.llama.decoder, self.llama.config, len(ids)
        order = list(range(config.layers) if layers is None else layers)
        if not order or not all(0 <= i < config.layers for i in (*order, *([] if inside is None else [inside]))):
            raise ValueError(f"layers are numbers from 0 to {config.layers - 1}, and at least one of them has to run")
        sizes = {"layers": config.layers, "heads": config.heads, "queries": n, "keys": n}
        what_ifs = WhatIfs.checked(heads_off, edges_cut, **sizes)
        past = torch.ones(n, n, dtype=torch.bool, device=self.llama.device).tril()
        weights, added, thought, seen = [], [], [], None
        with torch.inference_mode():
            hidden = [decoder.embed(torch.tensor(ids, device=self.llama.device))]
            for index, layer in zip(order, self.llama.exact(order), strict=True):
                query, key, value = self._split(decoder.heads(hidden[-1], decoder.turns[:n], layer))
                allowed = what_ifs.allowed(index, past, config.heads)
                mixtures, found = scaled_dot_product(query, key, value, allowed)
                mixtures = mixtures * what_ifs.on(index, config.heads, self.llama.device)[:, None, None]
                weights.append(found)
                added.append(layer.out(mixtures.transpose(0, 1).flatten(1)))
                middle = hidden[-1] + added[-1]
                thought.append(decoder.feed_forward(middle, layer))
                hidden.append(middle + thought[-1])
                if index == inside:
                    scores = query @ key.mT / config.head_width**0.5
                    tensors = (_unpaired(query), _unpaired(key), value, scores, mixtures)
                    seen = Inside(index, *(tensor.numpy(force=True) for tensor in tensors))
            logits = self.llama.exact_logits(hidden[-1]).numpy(force=True)
            arrays = [torch.stack(part).numpy(force=True) for part in (weights, hidden, added, thought)]
            return Trace(arrays[0], arrays[1], logits, arrays[2], arrays[3], seen)

    def new_cache(self, rows: int, length: int) -> Cache:
        """See `LanguageModel.new_cache`."""
        return Cache(self.llama.config, rows, length, self.llama.device)

    def prefill(self, ids: list[int], cache: Cache, row: int) -> Generator[None, None, Tensor]:
        """See `LanguageModel.prefill`."""
        self.check(ids)
        if self.llama.q4:
            for piece in self.llama.q4.read_text(ids, cache, row):
                x = piece
                yield
        else:
            steps = self.llama.decoder.prefill(ids, self.llama.layers, cache, row)
            for _ in range(self.llama.config.layers):
                with torch.inference_mode():
                    x = next(steps)
                yield
        with torch.inference_mode():
            return self.llama.decoder.logits(x[-1:])

    def step(self, ids: list[int], positions: list[int], cache: Cache) -> Float[Tensor, "rows vocabulary"]:
        """See `LanguageModel.step`."""
        with torch.inference_mode():
            if self.llama.q4:
                rows = list(range(len(ids)))
                return self.llama.decoder.logits(self.llama.q4.read(ids, rows, positions, cache))
            return self.llama.decoder.step(ids, positions, self.llama.layers, cache)

    def use_threads(self, threads: int) -> None:
        """See `LanguageModel.use_threads`; with numba's threads at work, torch's would only stand in their way."""
        if self.llama.q4:
            from core.pretrained.cpu4bit.decoder import use_threads

            use_threads(threads)
            threads = 1
        super().use_threads(threads)

    def _logits_by_pieces(
        self, q4: "Q4Decoder", ids: list[int], last_only: bool
    ) -> Generator[tuple[int, int], None, Tensor]:
        found: list[Tensor] = []
        for x in q4.read_text(ids, self.new_cache(1, len(ids)), 0):
            found.append(x)
            yield sum(map(len, found)), len(ids)
        with torch.inference_mode():
            return self.llama.decoder.logits(found[-1][-1:] if last_only else torch.cat(found))

    def _split(self, qkv: Float[Tensor, "time all head"]) -> tuple[Tensor, Tensor, Tensor]:
        """Return query, key and value, each (heads, time, head), keys and values repeated for their queries."""
        config = self.llama.config
        query, key, value = qkv.transpose(0, 1).split([config.heads, config.key_value_heads, config.key_value_heads])
        group = config.heads // config.key_value_heads
        return query, key.repeat_interleave(group, dim=0), value.repeat_interleave(group, dim=0)

    def _attend_to_itself(self, index: int, qkv: Float[Tensor, "time all head"]) -> Float[Tensor, "time joined"]:
        query, key, value = self._split(qkv)
        found = F.scaled_dot_product_attention(query[None], key[None], value[None], is_causal=True)
        return found[0].transpose(0, 1).flatten(1)


def _unpaired(x: Float[Tensor, "heads time head"]) -> Float[Tensor, "heads time head"]:
    """Bring a head's numbers back into the checkpoint's order, where number j turns together with number j + half."""
    return x.unflatten(-1, (-1, 2)).transpose(-1, -2).flatten(-2)
