"""Four small Transformers that differ in how they mark positions: `python -m core.training.lengths KIND [--seed N]`.

Each is trained on 64 characters of prose at a time, in the same batches; how well they read more is measured in
`core.experiments.positional_encoding`. The recipe writes positions_KIND.safetensors and, beside it, the command, the data,
the time and what came out, measured on the file as it is stored.
"""

import argparse
import time
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.assets.own import TRAINED, seal
from core.data.prose import load_prose, vocabulary_of
from core.models.saved import save
from core.models.transformer import Positions, TransformerLM
from core.pretrained.position_models import bits_by_position, encode, load_path
from core.training import facts
from core.training.loop import train

WIDTH, HEADS, LAYERS = 96, 4, 3
LONGEST = 256  # positions that the model has room for; those after `LENGTH` are never trained
LENGTH, BATCH, STEPS, RATE = 64, 32, 1400, 3e-3


def make(
    kind: Positions, seed: int = 0, *, steps: int = STEPS, folder: Path = TRAINED, keep: Path | None = None
) -> Path:
    """Train a model that marks positions in the way `kind`, write it, and return the JSON file beside it.

    `keep`: a file in which the run is kept, to go on from there.
    """
    began = time.perf_counter()
    text = load_prose().train
    vocabulary = vocabulary_of(text)
    model = TransformerLM(
        len(vocabulary) + 1, WIDTH, HEADS, LAYERS, positions=kind, causal=True, longest=LONGEST, seed=seed
    )
    ids = encode(text, vocabulary)

    def loss(step: int) -> Tensor:
        # The batch depends on seed and step alone: every kind reads the same ones.
        starts = torch.as_tensor(np.random.default_rng((seed, step)).integers(0, len(ids) - LENGTH, BATCH))
        batch = ids[starts[:, None] + torch.arange(LENGTH + 1)]
        return cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())

    for progress in train(model, loss, steps=steps, rate=RATE, every=50, keep=keep, keep_every=100):
        print(
            f"{kind}: step {progress.step} of {steps}: {progress.loss:.3f} nats, {progress.seconds:.0f} s", flush=True
        )
    path = folder / f"positions_{kind}.safetensors"
    save(model, path)
    stored = load_path(path)
    bits = bits_by_position(stored, encode(load_prose().held_out, vocabulary), LONGEST)
    return facts.write(
        path,
        f"lengths {kind} --seed {seed}",
        "asset hutto-snippets: film reviews and editorials",
        time.perf_counter() - began,
        steps=steps,
        batch=BATCH,
        length=LENGTH,
        parameters=sum(p.numel() for p in model.parameters()),
        vocabulary="".join(vocabulary),
        metrics={
            "held_out_bits_within_64": round(float(bits[:LENGTH].mean()), 4),
            "held_out_bits_193_to_256": round(float(bits[3 * LENGTH :].mean()), 4),
        },
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=get_args(Positions))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=TRAINED)
    parser.add_argument("--keep", type=Path, help="a file in which the run is kept, to go on from there")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    made = make(wanted.kind, wanted.seed, folder=wanted.folder, keep=wanted.keep)
    seal(made.parent)
    print(made)
