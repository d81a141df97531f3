"""Skip-gram trained on a text in which words were split at random: do the two spellings' vectors meet?

A split word is written in a second way at half of its places, drawn by chance. Both spellings then keep the same
company, and nothing else tells the model that they belong together.
"""

from collections import Counter

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from core.data.spellings import MARK, choose, passage, trouble, words_of, write_twice
from core.experiments.word_vectors.results import PAIRS_LEARNED, STAGES, Learned
from core.models.skip_gram import SkipGram, new, step
from core.progress import Steps
from core.training.skip_gram import batches

NEAREST = 5
RARE = 10  # a word that occurs less often has no vector; in a short text 3

PASSES = 80  # at most
RATE, BATCH = 0.1, 512
COMMON = 1e-3  # share of the text above which a word is left out now and then (Mikolov et al. 2013, equation 5)


def learn(
    text: str, window: int, negatives: int, width: int, shuffled: bool, pairs: int = PAIRS_LEARNED
) -> Steps[Learned]:
    """Train; yields (steps, all steps). See `core.experiments.word_vectors.learn`; `pairs` is how much work to do."""
    rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
    tokens = words_of(text or _built_in())
    if line := text and trouble(text):
        raise ValueError(line)
    split = choose(tokens)
    tokens = write_twice(tokens, split, rng)
    if shuffled:
        tokens = [tokens[at] for at in rng.permutation(len(tokens))]
    counts = Counter(tokens)
    rare = RARE if len(tokens) > 50_000 else 3
    known = [word for word, count in counts.most_common() if count >= rare or word.rstrip(MARK) in split]
    at = {word: number for number, word in enumerate(known)}
    ids = np.array([at[word] for word in tokens if word in at])
    shares = np.array([counts[word] for word in known]) / len(ids)
    kept = np.minimum(1.0, np.sqrt(COMMON / shares) + COMMON / shares)
    noise = torch.from_numpy((shares**0.75 / (shares**0.75).sum()).astype(np.float32))
    drawable = torch.multinomial(noise, 1_000_000, replacement=True, generator=generator)
    pairs = int(pairs * min(1.0, 6 * 50 / ((1 + negatives) * max(width, 10))))
    batch = min(BATCH, max(16, len(known) // 6))  # in a small vocabulary one step must not move a word many times
    steps = max(STAGES, min(pairs, PASSES * int(kept[ids].sum()) * (window + 1)) // batch)
    model = new(len(known), width, generator)
    rows = [(at[word], at[word + MARK]) for word in split]
    stages, probabilities, near = [_measure(model, rows)], np.zeros((STAGES + 1, 2)), None
    sums, seen, stream, passes = torch.zeros(2), 0, batches(ids, kept, window, batch, rng), 0
    for number in range(1, steps + 1):
        passes, middle, other = next(stream)
        drawn = drawable[torch.randint(len(drawable), (len(middle), negatives), generator=generator)]
        rate = RATE * max(0.02, 1 - number / steps)
        found = step(model, middle, torch.cat([other[:, None], drawn], 1), rate)
        sums, seen = sums + torch.stack([found[:, 0].mean(), found[:, 1:].mean()]), seen + 1
        if number % max(1, steps // 400) == 0:
            yield number, steps
        if number == (len(stages) * steps) // STAGES:
            probabilities[len(stages)] = sums.numpy() / seen
            stages.append(_measure(model, rows))
            sums, seen = torch.zeros(2), 0
    probabilities[0] = 0.5  # every product is 0 before the first step
    if not bool(torch.isfinite(model.middles).all()):
        raise FloatingPointError("the vectors grew without end: take fewer numbers a word, or more text")
    ranks, near = (np.stack(part) for part in zip(*stages, strict=True))
    used, near = np.unique(near, return_inverse=True)
    around, drawn_words = passage(tokens, split[0])
    return Learned(
        len(known), len(tokens), passes, split, ranks.astype(np.int32), near.reshape(STAGES + 1, len(split), -1).astype(np.int32),
        tuple(known[number] for number in used), probabilities.astype(np.float32), around, drawn_words,
    )  # fmt: skip


def _built_in() -> str:
    from core.data.prose import load_prose

    return load_prose().train


def _measure(
    model: SkipGram, rows: list[tuple[int, int]]
) -> tuple[Int[np.ndarray, "split"], Int[np.ndarray, "split near"]]:
    """Return the rank of each split word's other spelling among all words by cosine, and the nearest other words."""
    units: Tensor = torch.nn.functional.normalize(model.middles, dim=1)
    own, other = (torch.tensor(part) for part in zip(*rows, strict=True))
    cosines = units[own] @ units.T
    number = torch.arange(len(rows))
    there = cosines[number, other][:, None]
    cosines[number, own] = -2
    ranks = 1 + (cosines > there).sum(1)
    cosines[number, other] = -2
    return ranks.numpy(), cosines.topk(min(NEAREST, len(units) - 2), dim=1)[1].numpy()
