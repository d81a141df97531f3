"""The word models of the lesson on language models: `python -m core.training.words NAME FOLDER [--seed N]`.

NAME is `text` (make it first: it fixes the vocabulary and what is counted), then `rnn` and `lstm`. FOLDER holds speeches and
a novel (see `core.data.general_text`). Both models have equally many parameters and read the same windows in the same
order, each from a state of zeros, so that they are trained to go on from 1, 2, ... 64 words.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd import Function

from core.assets.own import TRAINED, seal
from core.data.general_text import DATA, load_general_text
from core.data.word_text import SINCE, TEXT, WordText, load_text, passages, units_of, write_text
from core.models.char_lm import Kind
from core.models.saved import load, save
from core.models.word_lm import WordLM
from core.training import facts
from core.training.lanes import log_frequencies
from core.training.loop import train
from core.training.recipes import seed_dropout

KINDS: dict[str, Kind] = {"rnn": "rnn_tanh", "lstm": "lstm"}
HIDDEN = {"rnn": 378, "lstm": 180}  # with which both have 0.99 million parameters
RATES = {"rnn": 2e-3, "lstm": 4e-3}
WINDOW, BATCH, EPOCHS, DROPOUT = 64, 32, 2, 0.1
ROWS = 128  # scored at a time: their scores fit the processor's cache


class NextWord(Function):
    """Cross-entropy of the next words, in nats a word: scores and their gradients, a few rows at a time.

    All scores at once, (rows, vocabulary), would be read and written several times; so they are made once and forgotten
    (the idea of Wijmans et al. 2025, "Cut your losses"). Scores are in bfloat16, sums in float32.
    """

    @staticmethod
    def forward(
        ctx: Any, vectors: Float[Tensor, "rows width"], weight: Tensor, bias: Tensor, wanted: Int[Tensor, "rows"]
    ) -> Tensor:
        """Return the mean loss; what goes back is computed here, too."""
        table, levels = weight.bfloat16(), bias.bfloat16()
        d_vectors, d_weight, d_bias = torch.empty_like(vectors), torch.zeros_like(weight), torch.zeros_like(bias)
        total = torch.zeros((), dtype=torch.float32)
        for start in range(0, len(vectors), ROWS):
            part, right = vectors[start : start + ROWS].bfloat16(), wanted[start : start + ROWS, None]
            errors = torch.addmm(levels, part, table.T).softmax(1)
            given = errors.gather(1, right)
            total -= given.float().log().sum()
            errors.scatter_(1, right, given - 1)  # the gradient of the scores: p - 1 at the right word, p elsewhere
            d_vectors[start : start + ROWS] = errors @ table
            d_weight += errors.T @ part
            d_bias += (torch.ones(1, len(part), dtype=errors.dtype) @ errors)[0]
        ctx.save_for_backward(d_vectors / len(vectors), d_weight / len(vectors), d_bias / len(vectors))
        return total / len(vectors)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of vectors, weight and bias."""
        return (*(gradients[0] * kept for kept in ctx.saved_tensors), None)


def learn(name: str, text: WordText, seed: int, folder: Path | None, *, epochs: int = EPOCHS) -> WordLM:
    """Return a model trained on windows that begin anywhere, drawn anew in each round; the run is kept in `folder`."""
    seed_dropout(seed)
    model = WordLM(KINDS[name], len(text.vocabulary), hidden=HIDDEN[name], dropout=DROPOUT, seed=seed).train()
    ids = torch.as_tensor(text.ids.astype(np.int64))
    with torch.no_grad():
        model.bias.copy_(log_frequencies(ids, len(text.vocabulary)))
    steps = epochs * (len(ids) // (WINDOW * BATCH))

    def loss(step: int) -> Tensor:
        rng = np.random.default_rng((seed, step))
        starts = torch.as_tensor(rng.integers(0, len(ids) - WINDOW - 1, BATCH))
        rows = ids[starts[:, None] + torch.arange(WINDOW + 1)]
        with torch.autocast("cpu", torch.bfloat16):
            vectors, _ = model.read(rows[:, :-1])
        found: Tensor = NextWord.apply(
            vectors.float().flatten(0, 1), model.embedding.weight, model.bias, rows[:, 1:].flatten()
        )
        return found

    keep = folder and folder / f"word_{name}_{seed}.safetensors"
    for progress in train(model, loss, steps=steps, rate=RATES[name], every=100, keep=keep):
        print(
            f"step {progress.step} of {progress.steps}: loss {progress.loss:.3f}, {progress.seconds:.0f} s", flush=True
        )
    return model


@torch.no_grad()
def perplexity(model: WordLM, ids: Int[np.ndarray, "units"]) -> float:
    """Return the perplexity of a text's units, cut into windows that are each read from a state of zeros."""
    rows = torch.as_tensor(ids[: len(ids) // (WINDOW + 1) * (WINDOW + 1)].astype(np.int64)).view(-1, WINDOW + 1)
    losses = [
        torch.nn.functional.cross_entropy(model(part[:, :-1]).flatten(0, 1), part[:, 1:].flatten())
        for part in rows.split(BATCH)
    ]
    return float(torch.stack(losses).mean().exp())


def make(name: str, texts: Path, seed: int = 0, *, epochs: int = EPOCHS, folder: Path = TRAINED) -> Path:
    """Run one of the three recipes, write what came out, and return the JSON file beside it."""
    began = time.perf_counter()
    documents = load_general_text(texts, since=SINCE)
    data = f"{DATA}; speeches since {SINCE}"
    path = folder / (TEXT.name if name == "text" else f"word_{name}.safetensors")
    call = f"words {name} FOLDER --seed {seed}"
    if name == "text":
        write_text(documents.train, path)
        facts.write(path, call, data, time.perf_counter() - began)
        seal(folder)
        text = load_text(path)
        asked = passages(
            documents.held_out[:-1], frozenset(text.vocabulary), seed=seed
        )  # the last holds short snippets
        return facts.write(
            path, call, data, time.perf_counter() - began,
            units=len(text.ids), words=len(text.vocabulary), unknown=round(float(np.mean(text.ids == 0)), 4),
            passages=[(passage.text, passage.asked) for passage in asked],
        )  # fmt: skip
    text = load_text(folder / TEXT.name)
    model = learn(name, text, seed, texts, epochs=epochs)
    save(model, path)
    stored = load(path)
    assert isinstance(stored, WordLM)
    held_out = np.array(text.encode(unit for document in documents.held_out for unit in units_of(document)))
    return facts.write(
        path, call, data, time.perf_counter() - began, precision="bfloat16",
        epochs=epochs, hidden=HIDDEN[name], parameters=sum(p.numel() for p in model.parameters()),
        metrics={"perplexity": round(perplexity(stored, held_out), 2), "units": len(held_out)},
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["text", *KINDS])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    made = make(wanted.name, wanted.folder, wanted.seed)
    seal()
    print(made, json.loads(made.read_text("utf-8")).get("metrics"))
