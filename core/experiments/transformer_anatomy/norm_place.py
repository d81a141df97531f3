"""Where the layer norm stands: the same deep stack with it before each part and after, at the start and in training."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.data.prose import load_prose, vocabulary_of
from core.experiments.transformer_anatomy.results import Norms
from core.models.transformer import Norm, TransformerBlock, TransformerLM
from core.progress import Steps
from core.training.loop import train

WIDTH, HEADS, LENGTH, ROWS = 64, 4, 32, 16
STEPS, WARM_UP, RATE, EVERY = 200, 60, 1e-3, 20
KINDS: tuple[Norm, ...] = ("pre", "post")


def measure(layers: int, seed: int) -> Steps[Norms]:
    """Train each kind without warm-up and with it, on characters of film reviews; the start is measured first.

    Yields (steps done, steps). Raises `core.assets.fetch.AssetError` where the text can't be had.
    """
    prose = load_prose()
    letters = vocabulary_of(prose.train)
    ids = {letter: number + 1 for number, letter in enumerate(letters)}
    texts = [torch.tensor([ids.get(c, 0) for c in text]) for text in (prose.train, prose.held_out)]
    total, done = 2 * len(KINDS) * STEPS, 0
    norms, losses, held_out = [], [], []
    for kind in KINDS:
        norms.append(at_the_start(model(kind, len(letters) + 1, layers, seed), batch(texts[0], 0, seed)))
        for warm_up in (1, WARM_UP):
            made, seen = model(kind, len(letters) + 1, layers, seed), []

            def loss(step: int, made: nn.Module = made) -> Tensor:
                return surprise(made, batch(texts[0], step, seed))

            for progress in train(made, loss, steps=STEPS, rate=RATE, warm_up=warm_up, every=EVERY):
                seen.append(progress.loss)
                done += EVERY
                yield done, total
            losses.append(seen)
            with torch.no_grad():
                held = [surprise(made, batch(texts[1], step, seed + 1)).item() for step in range(8)]
            held_out.append(sum(held) / len(held))
    return Norms(torch.tensor(norms).numpy(), torch.tensor(losses).numpy(), torch.tensor(held_out).numpy(), EVERY)


def model(kind: Norm, vocabulary: int, layers: int, seed: int) -> TransformerLM:
    """Return the model of one kind, its matrices drawn as in both papers (Glorot and Bengio 2010)."""
    made = TransformerLM(
        vocabulary, WIDTH, HEADS, layers, positions="sinusoidal", causal=True, longest=LENGTH, norm=kind, seed=seed
    )
    generator = torch.Generator().manual_seed(seed)
    for block in made.stack.blocks:
        assert isinstance(block, TransformerBlock)
        matrices = [*block.attention.qkv.weight.chunk(3), block.attention.merge.weight]
        for weight in (*matrices, block.widen.weight, block.narrow.weight):
            with torch.no_grad():
                nn.init.xavier_uniform_(weight, generator=generator)
    return made


def batch(text: Tensor, step: int, seed: int) -> Tensor:
    """Return `ROWS` pieces of the text, each one token longer than what is read, the same for both kinds."""
    generator = torch.Generator().manual_seed(1_000_003 * seed + step)
    starts = torch.randint(0, len(text) - LENGTH - 1, (ROWS,), generator=generator)
    return torch.stack([text[start : start + LENGTH + 1] for start in starts])


def surprise(made: nn.Module, ids: Tensor) -> Tensor:
    """Return the mean cross-entropy of the next character, in bits."""
    return F.cross_entropy(made(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten()) / torch.tensor(2.0).log()


def at_the_start(made: TransformerLM, ids: Tensor) -> list[float]:
    """Return the length of the gradient of each block's last matrix, from the first block to the last (Xiong et al. 2020)."""
    surprise(made, ids).backward()
    found = [block.narrow.weight.grad for block in made.stack.blocks if isinstance(block, TransformerBlock)]
    return [float(gradient.norm()) for gradient in found if isinstance(gradient, Tensor)]
