"""A character model that learns to write one text from nothing: it can pause at any step, show what it can do, and go on.

`python -m core.training.characters NAME` (`novel` or `speeches`) is a long run on a text that ships: it writes
writer_NAME.safetensors and, beside it, the command, the time, and what the model wrote at each moment of its training.
"""

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.assets.own import TRAINED, seal
from core.data.texts_to_learn import TEXTS, parts_of
from core.models.char_lm import FORGET_BIAS, UNKNOWN, CharLM
from core.models.char_transformer import CharTransformer
from core.models.fused import fused
from core.models.lstm import LSTM
from core.models.saved import load, save
from core.progress import Steps, finish
from core.training import facts
from core.training.lanes import Lanes, log_frequencies
from core.training.loop import Progress, train

Writer = CharLM | CharTransformer
LANES = 16  # places of the text that are read side by side
EMBEDDING, HEAD, LAYERS = 32, 32, 2  # numbers for a character; of the Transformer: numbers in a head, blocks
WARM_UP, STEADY = 50, 500  # steps until the full rate, and after which it falls
FRESH = 0.02  # of the lanes start anew at each step, so that the model knows what a beginning is
ENDLESS = 10_000_000  # steps: whoever trains stops asking

SIZE, WINDOW, RATE = 256, 64, 6e-3  # of the long runs
FULL, FIRST = 2**23, 2**12  # characters that they read; at which the model first writes, and then at each doubling
SAMPLES, SAMPLE = 12, 500  # texts that it writes each time, and their characters
PROMPTS = {"novel": "the white w", "speeches": "the American p"}


def build(kind: str, vocabulary: Sequence[str], size: int, window: int, ids: Sequence[int], seed: int = 0) -> Writer:
    """Return an untrained model that expects each character as often as it stands in `ids`; `size` is its width."""
    model: Writer
    if kind == "transformer":
        model = CharTransformer(
            vocabulary, width=size, heads=max(1, size // HEAD), layers=LAYERS, longest=window, seed=seed
        )
        return model
    model = CharLM(kind, vocabulary, embedding=EMBEDDING, hidden=(size,), seed=seed)  # type: ignore[arg-type]
    if isinstance(model.body.layers[0], LSTM):
        model.body.layers[0].set_forget_bias(FORGET_BIAS)
    with torch.no_grad():
        model.output.bias.copy_(log_frequencies(torch.tensor(ids), len(vocabulary) + 1))
    return model


def share_of_rate(step: int) -> float:
    """Return what part of the full rate a step gets: a linear rise, then level, then as the inverse square root.

    Vaswani et al. 2017, section 5.3, with a level part: it knows no end, so that training may stop anywhere and go on.
    """
    return min((step + 1) / WARM_UP, 1.0, math.sqrt(STEADY / max(step, 1)))


def forward(
    model: Writer, ids: Int[Tensor, "batch time"], states: Any
) -> tuple[Float[Tensor, "batch time vocabulary"], Any]:
    """Return what `model(ids, states)` does, with torch's own loop over time in place of ours: three times as fast."""
    if isinstance(model, CharTransformer):
        return model(ids)
    x, last = fused(model.body, model.embedding(ids), states)
    return model.output(x), last


class Learner:
    """A model and its training, at the point that it has come to. `read` counts characters.

    `seconds` is what its thread trained, without measuring, and without waiting for whoever else uses the machine.
    """

    def __init__(self, model: Writer, ids: Sequence[int], *, window: int, rate: float, seed: int = 0) -> None:
        self.model, self.window = model, window
        self.read, self.seconds, self.loss = 0, 0.0, math.nan
        text = torch.tensor(ids, dtype=torch.int16)  # a visit keeps it: four times smaller
        self.lanes = max(1, min(LANES, len(text) // (2 * window)))
        lanes = Lanes(text, self.lanes, window=window, fresh=FRESH, seed=seed)
        self._steps: Iterator[Progress] = train(
            model, lambda step: lanes.loss(step, partial(forward, model)),
            steps=ENDLESS, rate=rate, every=1, schedule=share_of_rate,
        )  # fmt: skip

    @property
    def step_characters(self) -> int:
        """Return how many characters a step reads."""
        return self.lanes * self.window

    def step(self) -> None:
        """Make one step of training; raises `FloatingPointError` when the loss is no number any more."""
        began = time.thread_time()
        self.loss = next(self._steps).loss / math.log(2)
        self.seconds += time.thread_time() - began
        self.read += self.step_characters


@torch.no_grad()
def held_out_bits(model: Writer, ids: Sequence[int], lanes: int = 20) -> float:
    """Return the cross-entropy on a text, in bits a character.

    A recurrent model reads it in `lanes` pieces, each from an empty state. A Transformer reads windows that overlap by half
    and is judged by the second halves, so that it always has something to go by.
    """
    text = torch.tensor(ids)
    if isinstance(model, CharTransformer):
        windows = text.unfold(0, model.longest + 1, max(1, model.longest // 2))
        scores, _ = forward(model, windows[:, :-1], None)
        late = slice(model.longest // 2, None)
        scores, wanted = scores[:, late], windows[:, 1:][:, late]
    else:
        lanes = max(1, min(lanes, len(text) // 100))
        length = len(text) // lanes
        pieces = text[: lanes * length].view(lanes, length)
        (scores, _), wanted = forward(model, pieces[:, :-1], None), pieces[:, 1:]
    return float(cross_entropy(scores.flatten(0, 1), wanted.flatten())) / math.log(2)


def write(model: Writer, starts: Sequence[int], length: int, seed: int = 0) -> Steps[list[str]]:
    """Return a text of `length` characters for each start, drawn at temperature 1 and never the unknown character.

    `starts`: the id of the character before each text. Yields (characters written, length), so that others get their turn.
    """
    generator = torch.Generator().manual_seed(seed)
    ids = torch.tensor(list(starts))[:, None]
    states: Any = None
    for done in range(length):
        seen = ids[:, -model.longest :] if isinstance(model, CharTransformer) else ids[:, -1:]
        with torch.no_grad():
            scores, states = forward(model, seen, states)
        chances = scores[:, -1].softmax(-1)
        chances[:, UNKNOWN] = 0.0
        ids = torch.cat([ids, torch.multinomial(chances, 1, generator=generator)], 1)
        yield done + 1, length
    return [model.decode(cast(list[int], row)) for row in ids[:, 1:].tolist()]


@torch.no_grad()
def next_probabilities(model: Writer, ids: Sequence[int]) -> dict[str, float]:
    """Return the probability of each character after a text, by character, the likeliest first."""
    longest = model.longest if isinstance(model, CharTransformer) else len(ids)
    scores, _ = forward(model, torch.tensor([list(ids)[-longest:]]), None)
    chances = scores[0, -1, 1:].softmax(-1).tolist()
    return dict(sorted(zip(model.vocabulary, chances, strict=True), key=lambda pair: -pair[1]))


def make(name: str, seed: int = 0, *, characters: int = FULL, folder: Path = TRAINED) -> Path:
    """Train an LSTM on one of the texts that ship, write it, and return the JSON file beside it.

    On the way, at ever larger distances, it writes: the samples and the bits a character at each moment are in that file.
    """
    began = time.perf_counter()
    parts = parts_of(name)
    ids, apart = parts.encode(parts.train), parts.encode(parts.held_out)
    learner = Learner(
        build("lstm", parts.vocabulary, SIZE, WINDOW, ids, seed), ids, window=WINDOW, rate=RATE, seed=seed
    )
    starts = [ids[0]] * SAMPLES
    prompt = parts.encode(PROMPTS[name])
    moments: list[dict[str, Any]] = []

    def look() -> None:
        bits = held_out_bits(learner.model, apart)
        moments.append({
            "read": learner.read, "seconds": round(learner.seconds, 1), "bits": round(bits, 4),
            "next": {c: round(p, 4) for c, p in list(next_probabilities(learner.model, prompt).items())[:5]},
            "samples": finish(write(learner.model, starts, SAMPLE, seed=len(moments))),
        })  # fmt: skip
        print(f"{learner.read:,} characters, {learner.seconds:.0f} s: {bits:.3f} bits", flush=True)

    look()
    due = FIRST
    while learner.read < characters:
        learner.step()
        if learner.read >= min(due, characters):
            look()
            due *= 2
    path = folder / f"writer_{name}.safetensors"
    save(cast(CharLM, learner.model), path)
    stored = cast(CharLM, load(path))
    return facts.write(
        path,
        f"characters {name} --seed {seed}",
        f"core/data/texts/{name}.txt.xz: {TEXTS[name]}",
        time.perf_counter() - began,
        hidden=SIZE,
        window=WINDOW,
        rate=RATE,
        parameters=sum(p.numel() for p in stored.parameters()),
        prompt=PROMPTS[name],
        moments=moments,
        metrics={"held_out_bits_per_character": round(held_out_bits(stored, apart), 4)},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=tuple(TEXTS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--characters", type=int, default=FULL)
    parser.add_argument("--folder", type=Path, default=TRAINED)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    made = make(wanted.name, wanted.seed, characters=wanted.characters, folder=wanted.folder)
    seal(made.parent)
    print(made)
