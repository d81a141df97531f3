"""What models that were trained on 64 characters at a time make of up to 256, and of the last 64 of them alone."""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.data.prose import load_prose
from core.experiments.positional_encoding.results import KINDS, LONGEST, TRAINED, Longer
from core.models.transformer import TransformerLM
from core.pretrained.position_models import bits_by_position, encode, load_position_model, vocabulary

ENDS = range(TRAINED + 16, LONGEST + 1, 16)  # after so many characters a window ends
PIECES, SHUFFLED = 320, 1000  # of the held-out text, that windows and shuffled texts are measured on


def losses() -> Longer:
    """Return the bits a character at every position, of each kind."""
    found: list[Float[np.ndarray, longest]] = []
    windows, shuffled, sizes = [], [], []
    prose = load_prose()
    text = prose.held_out
    for kind in KINDS:
        model, ids = load_position_model(kind), encode(text, vocabulary(kind))
        found.append(bits_by_position(model, ids, LONGEST))
        pieces = spread(ids, LONGEST + 1, PIECES)
        windows.append(np.mean([last_bits(model, pieces[:, end - TRAINED : end + 1]) for end in ENDS]))
        mixed = spread(ids, TRAINED + 1, SHUFFLED)
        order = np.random.default_rng(0).permuted(np.tile(np.arange(TRAINED - 1), (SHUFFLED, 1)), axis=1)
        mixed[:, : TRAINED - 1] = mixed.gather(1, torch.as_tensor(order))
        shuffled.append(last_bits(model, mixed))
        sizes.append(sum(p.numel() for p in model.parameters()))
    return Longer(
        bits=np.array(found, np.float32),
        window=np.array(windows, np.float32),
        shuffled=np.array(shuffled, np.float32),
        frequencies=guess(*(encode(part, vocabulary(KINDS[0])) for part in (prose.train, text))),
        parameters=tuple(sizes),
        held_out=len(text),
    )


def guess(train: Int[Tensor, "characters"], held_out: Int[Tensor, "others"]) -> float:
    """Return the bits a character of the held-out text for who knows only how common each is in the other."""
    size = int(max(train.max(), held_out.max())) + 1
    counts = torch.bincount(train, minlength=size).double() + 1
    return -float((counts / counts.sum()).log2()[held_out].mean())


def spread(ids: Int[Tensor, "characters"], length: int, count: int) -> Int[Tensor, "pieces length"]:
    """Return so many pieces of this length, evenly spread over the text."""
    starts = torch.linspace(0, len(ids) - length, count).long()
    return ids[starts[:, None] + torch.arange(length)]


@torch.inference_mode()
def last_bits(model: TransformerLM, pieces: Int[Tensor, "pieces length"]) -> float:
    """Return the bits for the last character of each piece after all others: the mean."""
    scores = model(pieces[:, :-1])[:, -1]
    return float(cross_entropy(scores, pieces[:, -1])) / float(np.log(2))
