"""A language model that reads a sentence in order, and one that gets its words as a bag: what do they expect next?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.experiments.why_order.results import SHOWN, SHUFFLES, Guess, distance, words_of
from core.generation.filters import softmax
from core.progress import Steps

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel


def guess(model: "LanguageModel", one: str, other: str, ending: str) -> Steps[Guess]:
    """Return the next word's probabilities; yields and raises as `why_order.guess` says."""
    pair = (one.strip(), other.strip())
    if not all(words_of(text) for text in pair):
        raise ValueError("each sentence needs a word")
    bags = [bag_of(pair[n], pair[1 - n]) for n in (0, 1)]
    prompts = [text + ending for text in pair] + [text + ending for bag in bags for text in orders(bag)]
    distinct = list(dict.fromkeys(prompts))
    found = {}
    for done, prompt in enumerate(distinct):
        yield done, len(distinct)
        found[prompt] = softmax(np.asarray(model.logits(model.encode(prompt)))[-1].astype(np.float64))
    ways = [found[prompt] for prompt in prompts]
    order = np.stack(ways[:2])
    bag = np.stack([np.mean(ways[2 + SHUFFLES * n : 2 + SHUFFLES * (n + 1)], axis=0) for n in (0, 1)])
    shown: list[int] = []
    names: list[str] = []
    for token in map(int, np.argsort(-order.max(0), kind="stable")[:200]):
        name = model.decode([token])
        if name.startswith(" ") and name.strip().isalpha() and len(shown) < SHOWN:
            shown.append(token)
            names.append(name.strip())
    change = np.abs(order[0, shown] - order[1, shown])
    by_change = [int(n) for n in np.argsort(-change, kind="stable")]  # what the order changes most stands first
    shown, names = [shown[n] for n in by_change], [names[n] for n in by_change]
    return Guess(pair, ending, tuple(names), order[:, shown], bag[:, shown], distance(*pair))


def bag_of(text: str, other: str) -> list[str]:
    """Return the words of a text in the order of the alphabet, a first word with a small letter unless it is a name.

    A name is what has a capital letter in the middle of either text.
    """
    named = {word for each in (text, other) for word in _bare(each)[1:]}
    words = _bare(text)
    if words[0] not in named:
        words[0] = words[0][:1].lower() + words[0][1:]
    return sorted(words)


def _bare(text: str) -> list[str]:
    return [word for word in (part.strip('.,;:!?"“”()') for part in text.split()) if word] or [text]


def orders(bag: Sequence[str]) -> list[str]:
    """Return random orders of the words, which depend on the bag alone."""
    drawn = [" ".join(bag[i] for i in np.random.default_rng((5, n)).permutation(len(bag))) for n in range(SHUFFLES)]
    return [text[:1].upper() + text[1:] for text in drawn]
