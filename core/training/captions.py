"""What writes captions in the lesson on four shapes: `python -m core.training.captions [--seed N]`.

Trained on Noto's pictures and their names in English and French; what it makes of new combinations, of new things and of
another artist's pictures stands in captions.json beside captions.safetensors. The network's layers and the rate of dropout
were chosen in short trials by the new combinations and the other artist's pictures, so its numbers there flatter it a little.
"""

import argparse
import json
import math
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from core.assets.own import TRAINED, seal
from core.data.emoji import ARTISTS, LANGUAGES, Emoji, load_emoji
from core.models.captioner import END, PAD, Captioner
from core.models.saved import save
from core.pretrained.captions import MARKS, Captions, as_input, load_folder
from core.training import facts
from core.training.loop import train
from core.training.recipes import seed_dropout

PRECISION = "bfloat16 where it helps"
BATCH, EPOCHS, RATE, DROPOUT = 64, 160, 2e-3, 0.2
TURNED, SIZE, MOVED, TINTED = math.radians(8), 0.12, 0.12, 0.1  # how much a picture is changed in training, at most


def vocabulary_of(emoji: Emoji) -> tuple[str, ...]:
    """Return what the model can write: the marks, then the words of the training names of both languages."""
    counts = Counter(word for language in LANGUAGES for i in emoji.of("train") for word in emoji.names[language][i])
    return (*MARKS, *sorted(counts, key=lambda word: (-counts[word], word)))


def changed(
    pictures: Float[Tensor, "batch 3 side side"], generator: torch.Generator
) -> Float[Tensor, "batch 3 side side"]:
    """Return pictures turned, moved, made larger or smaller and tinted a little, each in its own way, on white paper."""
    count = len(pictures)

    def upto(most: float, *shape: int) -> Tensor:
        return most * (2 * torch.rand(count, *shape, generator=generator) - 1)

    angle, size, moves = upto(TURNED), 1 + upto(SIZE), upto(MOVED, 2)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], 1).view(-1, 2, 2) / size.view(-1, 1, 1)
    grid = F.affine_grid(torch.cat([turn, moves[:, :, None]], 2), list(pictures.shape), align_corners=False)
    ink = F.grid_sample(1 - pictures, grid, align_corners=False)
    return 1 - (ink * (1 + upto(TINTED, 3, 1, 1))).clamp(0, 1)


def learn(emoji: Emoji, vocabulary: tuple[str, ...], seed: int, epochs: int, keep: Path | None = None) -> Captioner:
    """Train a captioner on the training part of the first artist's pictures.

    Each picture is seen once and named in both languages. `keep`: a file in which the run is kept, to go on from there.
    """
    seed_dropout(seed)
    model = Captioner(len(vocabulary), dropout=DROPOUT, seed=seed).train()
    chosen = emoji.of("train")
    pictures = as_input(emoji.pictures["noto"][chosen])
    numbers = {word: number for number, word in enumerate(vocabulary)}
    rows = [
        [2 + at, *(numbers[word] for word in emoji.names[language][i]), END]
        for i in chosen
        for at, language in enumerate(LANGUAGES)
    ]
    names = pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=PAD)
    names = names.view(len(chosen), len(LANGUAGES), -1)
    every = math.ceil(len(chosen) / BATCH)

    def loss(step: int) -> Tensor:
        epoch, batch = divmod(step - 1, every)
        order = torch.randperm(len(chosen), generator=_drawing(seed, epoch))
        rows = order[batch * BATCH :][:BATCH]
        ids = names[rows].flatten(0, 1)
        ids = ids[:, : int((ids != PAD).sum(1).max())]
        wanted = ids[:, 1:]
        shown = changed(pictures[rows], _drawing(seed, epoch, 1 + batch))
        with torch.autocast("cpu", torch.bfloat16):
            states = model.see(shown.contiguous(memory_format=torch.channels_last)).float()
            scores = model.write(states.repeat_interleave(len(LANGUAGES), 0), ids[:, :-1], wanted != PAD)
        return F.cross_entropy(scores.float(), wanted[wanted != PAD])

    for progress in train(model, loss, steps=epochs * every, rate=RATE, every=every, keep=keep):
        if progress.step % (10 * every) == 0:
            print(f"epoch {progress.step // every}: {progress.loss:.3f} nats, {progress.seconds:.0f} s", flush=True)
    return model.eval()


def _drawing(*numbers: int) -> torch.Generator:
    """Return the generator of these numbers: what is drawn depends on nothing else, wherever a run goes on."""
    return torch.Generator().manual_seed(int(np.random.SeedSequence(numbers).generate_state(1)[0]))


def measured(captions: Captions, emoji: Emoji) -> dict[str, Any]:
    """Return how many names are wholly right, for each language, artist and part."""
    found: dict[str, Any] = {}
    for language in LANGUAGES:
        for artist in ARTISTS:
            for part in ("train", "pairs", "things"):
                chosen = emoji.of(part)
                written = captions.names(emoji.pictures[artist][chosen], language)
                right = sum(a == emoji.names[language][i] for a, i in zip(written, chosen, strict=True))
                found[f"{language} {artist} {part}"] = [right, len(chosen)]
    return found


def make(seed: int = 0, *, epochs: int = EPOCHS, folder: Path = TRAINED, keep: Path | None = None) -> Path:
    """Train, write, and return the JSON file beside the weights; see `learn`."""
    began = time.perf_counter()
    emoji = load_emoji()
    vocabulary = vocabulary_of(emoji)
    path = folder / "captions.safetensors"
    model = learn(emoji, vocabulary, seed, epochs, keep)
    save(model, path)
    call, data = f"captions --seed {seed}", "core/data/emoji_pictures: the training part of Noto's, in 2 languages"
    count = sum(parameter.numel() for parameter in model.parameters())
    own: dict[str, Any] = {"precision": PRECISION, "epochs": epochs, "parameters": count, "vocabulary": vocabulary}
    facts.write(path, call, data, time.perf_counter() - began, **own)
    seal(folder)  # what is loaded is checked against its hash
    metrics = measured(load_folder(folder), emoji)
    return facts.write(path, call, data, time.perf_counter() - began, **own, metrics=metrics)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--folder", type=Path, default=TRAINED)
    parser.add_argument("--keep", type=Path, help="a file in which the run is kept, to go on from there")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    made = make(wanted.seed, epochs=wanted.epochs, folder=wanted.folder, keep=wanted.keep)
    seal(made.parent)
    print(made, json.loads(made.read_text("utf-8"))["metrics"])
