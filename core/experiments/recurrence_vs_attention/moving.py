"""What a few empty steps before a sentence do to a dense network, and to an LSTM of the same size."""

import numpy as np
import torch

from core.data.reviews import load_reviews, words_of
from core.experiments.recurrence_vs_attention.results import KEPT, READERS, SHIFTS, Moved, Sentence
from core.pretrained.verdicts import Reader, encode, load_reader, positive, vocabulary
from core.progress import Steps


def moved() -> Steps[Moved]:
    """Yield (shifts done, shifts) and return both readers' verdicts on held-out reviews for every number of empty steps.

    Of each review the first `KEPT` words are taken, so that no word is lost by moving them.
    """
    reviews = load_reviews().held_out
    ids = vocabulary()
    right = np.array([review.is_positive for review in reviews])
    found = np.zeros((len(READERS), SHIFTS + 1, len(reviews)))
    for shift in range(SHIFTS + 1):
        rows = torch.stack([encode(review.words[:KEPT], ids, shift) for review in reviews])
        for number, kind in enumerate(READERS):
            found[number, shift] = positive(load_reader(kind), rows)
        yield shift + 1, SHIFTS + 1
    said = found > 0.5
    return Moved(
        reviews=len(reviews),
        correct=(said == right).sum(-1),
        changed=(said != said[:, :1]).sum(-1),
        parameters=tuple(_body(kind) for kind in READERS),
    )


def sentence(text: str) -> Sentence:
    """Return both readers' verdicts on a reader's own text, for every number of empty steps before it."""
    ids = vocabulary()
    words = words_of(text)
    kept = words[:KEPT]
    rows = torch.stack([encode(kept, ids, shift) for shift in range(SHIFTS + 1)])
    unknown = tuple(dict.fromkeys(word for word in kept if word not in ids))
    said = [positive(load_reader(kind), rows) for kind in READERS]
    return Sentence(kept, len(words) - len(kept), unknown, np.stack(said).astype(float))


def _body(kind: Reader) -> int:
    """Return the parameters besides the words' vectors."""
    model = load_reader(kind)
    return sum(value.numel() for name, value in model.named_parameters() if not name.startswith("embedding"))
