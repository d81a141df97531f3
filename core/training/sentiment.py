"""Models that tell good film snippets from bad ones: `python -m core.training.sentiment KIND [--seed N] [--about tweets]`.

KIND is `bag` (make it first: it fixes the vocabulary), `rnn_tanh`, `lstm` or `gru`. All learn from the same snippets and words;
the recurrent ones start with GloVe's vectors. A recipe writes sentiment_KIND.safetensors and, beside it, the command, the
data, the time and what came out, measured on the file as it is stored. With `--about tweets` they learn from tweets instead.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from core.assets.own import TRAINED, seal
from core.data.reviews import Snippet, load_reviews, load_tweets
from core.models.char_lm import Kind
from core.models.classifier import SequenceClassifier
from core.models.saved import half, save
from core.pretrained.readers import BAG, KINDS, encode, load_folder, numbered
from core.pretrained.word_vectors import load_word_vectors
from core.training import facts
from core.training.loop import train
from core.training.recipes import seed_dropout

LEAST = 3  # a word of the vocabulary stands in the training part at least so often
HIDDEN, DROPOUT, FORGOTTEN = 64, 0.5, 0.1  # numbers in the state; left out of vectors; words read as unknown
BATCH, EPOCHS = 32, 7
RATES = {"rnn_tanh": 4e-3, "lstm": 2e-3, "gru": 2e-3}
PENALTIES = (0.3, 1.0, 3.0, 10.0)  # of the regression on words, by the snippet; the tuning part chooses
KINDS_OF_TEXT = {"sentiment": (load_reviews, "film snippets"), "tweets": (load_tweets, "tweets")}
LEARNT_AS = 0.5  # the size of GloVe's numbers when training starts, so that they can still be moved


def vocabulary_of(snippets: Sequence[Snippet]) -> tuple[str, ...]:
    """Return the words that stand in the snippets often enough, the most frequent first."""
    counts = Counter(word for snippet in snippets for word in snippet.words)
    return tuple(word for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if count >= LEAST)


def bag_of_words(
    rows: Sequence[Sequence[int]], labels: Float[Tensor, "rows"], words: int, penalty: float
) -> tuple[Float[Tensor, "words"], float]:
    """Return a weight for each word and a bias: a logistic regression on how often each word (from 1) stands in a row.

    It has the least total loss + penalty / 2 |w|^2, found by L-BFGS (Liu and Nocedal 1989).
    """
    flat = torch.tensor([word for row in rows for word in row])
    starts = torch.tensor(np.cumsum([0, *(len(row) for row in rows[:-1])]))
    table = torch.zeros(words + 1, 1, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([table, bias], max_iter=300, tolerance_grad=1e-7, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        # z = b + sum of the words' weights; word 0, unknown, has none
        scores = F.embedding_bag(flat, table, starts, mode="sum", padding_idx=0)[:, 0] + bias
        loss = F.binary_cross_entropy_with_logits(scores, labels.double(), reduction="sum")
        total: Tensor = loss + penalty / 2 * (table[1:] ** 2).sum()
        total.backward()
        return total

    optimizer.step(closure)
    return table.detach()[1:, 0], float(bias.detach())


def batches(lengths: Sequence[int], rng: random.Random) -> list[list[int]]:
    """Return the numbers of all sequences in batches in which they are about equally long, in random order."""
    order = list(range(len(lengths)))
    rng.shuffle(order)
    large = [sorted(order[i : i + 50 * BATCH], key=lengths.__getitem__) for i in range(0, len(order), 50 * BATCH)]
    found = [part[i : i + BATCH] for part in large for i in range(0, len(part), BATCH)]
    rng.shuffle(found)
    return found


def start(kind: Kind, vocabulary: Sequence[str], seed: int) -> SequenceClassifier:
    """Return a classifier of that kind whose word vectors are GloVe's, made smaller; unknown words have random ones."""
    glove = load_word_vectors()
    model = SequenceClassifier(
        kind, 2, vocabulary=len(vocabulary) + 1, embedding=glove.vectors.shape[1], hidden=(HIDDEN,),
        dropout=DROPOUT, seed=seed,
    )  # fmt: skip
    rng, unit = np.random.default_rng(seed), LEARNT_AS / glove.vectors[:20_000].std()
    rows = [glove.vector(w) * unit if w in glove else rng.normal(size=glove.vectors.shape[1]) / 2 for w in vocabulary]
    assert model.embedding is not None
    with torch.no_grad():
        model.embedding.weight[0] = 0.0
        model.embedding.weight[1:] = torch.tensor(np.array(rows), dtype=torch.float32)
    return model


def learn(
    kind: Kind, vocabulary: Sequence[str], snippets: Sequence[Snippet], seed: int, epochs: int = EPOCHS
) -> tuple[SequenceClassifier, Iterator[Any]]:
    """Return a classifier, and the run that trains it on the snippets."""
    seed_dropout(seed)
    model = start(kind, vocabulary, seed)
    numbers = numbered(vocabulary)
    rows = [torch.tensor(encode(snippet.words, numbers)) for snippet in snippets]
    sizes = torch.tensor([len(row) for row in rows])
    labels = torch.tensor([int(snippet.is_positive) for snippet in snippets])
    rng, generator = random.Random(seed), torch.Generator().manual_seed(seed)
    every = len(batches([1] * len(rows), random.Random(0)))
    order: list[list[int]] = []

    def loss(step: int) -> Tensor:
        if (step - 1) % every == 0:
            order[:] = batches(sizes.tolist(), rng)
        chosen = order[(step - 1) % every]
        ids, lengths = pad_sequence([rows[number] for number in chosen], batch_first=True), sizes[chosen]
        ids = ids * (torch.rand(ids.shape, generator=generator) >= FORGOTTEN)
        return F.cross_entropy(model(ids, lengths), labels[chosen])

    return model, train(model.train(), loss, steps=epochs * every, rate=RATES[kind], every=every)


def make(kind: str, seed: int = 0, *, epochs: int = EPOCHS, folder: Path = TRAINED, about: str = "sentiment") -> Path:
    """Train one model, write it, and return the JSON file beside it; raises `KeyError` for a kind that there is not."""
    began = time.perf_counter()
    load, texts = KINDS_OF_TEXT[about]
    reviews = load()
    path = folder / f"{about}_{kind}.safetensors"
    path.parent.mkdir(parents=True, exist_ok=True)
    own: dict[str, Any] = {}
    if kind == BAG:
        vocabulary = vocabulary_of(reviews.train)
        numbers = numbered(vocabulary)
        rows, tuned = ([encode(s.words, numbers) for s in part] for part in (reviews.train, reviews.tune))
        labels, wanted = (torch.tensor([float(s.is_positive) for s in part]) for part in (reviews.train, reviews.tune))
        found = {penalty: bag_of_words(rows, labels, len(vocabulary), penalty) for penalty in PENALTIES}
        scores = {
            p: float(np.mean([(bias + float(w[np.array(r) - 1][np.array(r) > 0].sum()) > 0) == bool(y)
                              for r, y in zip(tuned, wanted, strict=True)]))
            for p, (w, bias) in found.items()
        }  # fmt: skip
        best = max(scores, key=lambda p: scores[p])
        weights, bias = found[best]
        save_file({"weights": half(weights), "bias": torch.tensor([bias])}, path)
        own = {"penalty": best, "parameters": len(vocabulary) + 1, "vocabulary": vocabulary}
    elif kind in KINDS:
        vocabulary = json.loads((folder / f"{about}_{BAG}.json").read_text("utf-8"))["vocabulary"]
        model, run = learn(kind, vocabulary, reviews.train, seed, epochs)  # type: ignore[arg-type]
        for progress in run:
            print(f"step {progress.step} of {progress.steps}: loss {progress.loss:.3f}, {progress.seconds:.0f} s")
        save(model, path)
        count = sum(parameter.numel() for parameter in model.parameters())
        own = {"epochs": epochs, "hidden": HIDDEN, "parameters": count}
    else:
        raise KeyError(kind)
    call = f"sentiment {kind} --seed {seed}" + ("" if about == "sentiment" else f" --about {about}")
    data = f"asset hutto-snippets: {len(reviews.train):,} {texts}"
    start_of = {} if kind == BAG else {"start": "asset glove-6b-50d"}
    facts.write(path, call, data, time.perf_counter() - began, **start_of, **own)  # the vocabulary is read from there
    seal(folder)  # what is loaded is checked against its hash
    reader = load_folder(folder, [kind] if kind in KINDS else [], about=about)
    metrics = {
        name: float(np.mean((reader.read(kind, [s.words for s in part]) > 0.5) == [s.is_positive for s in part]))
        for name, part in (("tune", reviews.tune), ("held_out", reviews.held_out))
    }
    return facts.write(path, call, data, time.perf_counter() - began, **start_of, **own, metrics=metrics)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=[BAG, *KINDS])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=TRAINED)
    parser.add_argument("--about", choices=KINDS_OF_TEXT, default="sentiment")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    made = make(wanted.kind, wanted.seed, folder=wanted.folder, about=wanted.about)
    seal(made.parent)
    print(made, json.loads(made.read_text("utf-8"))["metrics"])
