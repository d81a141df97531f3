"""The masked-word head on the encoder: `python -m core.training.masked_head FOLDER [--seed N]`.

The published weights stay as they are; what learns is the head and a change of low rank of each matrix in the layers.
FOLDER holds the texts (see `core.data.general_text`) and keeps the run, which goes on where it was when the command is
given again. Of a text's pieces 20 % are left out at once, each of them replaced by [MASK] (Devlin et al. 2019 leave out
15 %); one at a time when the head is measured.
"""

import argparse
import re
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from core.assets.own import TRAINED, seal
from core.data.general_text import DATA, load_general_text
from core.models.saved import half
from core.pretrained.encoder import Encoder, load_encoder
from core.pretrained.encoder.masked import Adapters, Blank, MaskedHead, MaskedModel, load_path
from core.training import facts
from core.training.loop import train

SHARE = 0.2  # of a text's pieces that are left out at once
LONGEST_LINE = 40  # pieces
MEASURED = 500
LINES = 60_000  # texts to train on, at most
RANK, STEPS, BATCH, RATE = 12, 1_400, 48, 2e-3


def lines_of(documents: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Return the documents cut into texts of one or two sentences, in random order."""
    found: list[str] = []
    for document in documents:
        sentences = re.findall(r"[^\n]+?(?:[.!?][\"')]*(?=\s)|$)", document, re.MULTILINE)
        at = 0
        while at < len(sentences):
            count = int(rng.integers(1, 3))
            found.append(" ".join(each.strip() for each in sentences[at : at + count]))
            at += count
    return [found[n] for n in rng.permutation(len(found)) if len(found[n]) > 20]


def read_lines(encoder: Encoder, lines: Sequence[str]) -> list[list[int]]:
    """Return the pieces of every text, without its ends, at most `LONGEST_LINE`."""
    return [encoder.pieces(line)[0][1:-1][:LONGEST_LINE] for line in lines]


class Learner(nn.Module):
    """The head and the changes of the encoder's matrices, as one module to train."""

    def __init__(self, encoder: Encoder, usual: Float[Tensor, "vocabulary"], seed: int) -> None:
        super().__init__()
        config = encoder.model.config
        self.head = MaskedHead(config.width, config.vocabulary, seed=seed)
        self.adapters = Adapters(encoder.model, RANK, seed=seed + 1)
        with torch.no_grad():  # it starts with the pieces' frequencies, and scores of moderate size
            self.head.bias.copy_(usual)
            self.head.norm.weight.fill_(0.3)


def loss_at(learner: Learner, model: MaskedModel, lines: Sequence[Sequence[int]], step: int, seed: int) -> Tensor:
    """Return the cross-entropy, in nats a masked piece, of the batch of a step."""
    rng = np.random.default_rng((seed, step))
    rows = [[model.begin, *lines[n], model.end] for n in rng.integers(0, len(lines), BATCH)]
    longest = max(map(len, rows))
    pieces = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    lengths = torch.tensor([len(row) for row in rows])[:, None]
    places = torch.arange(longest)
    masked = (places > 0) & (places < lengths - 1) & torch.as_tensor(rng.random(pieces.shape) < SHARE)
    seen = torch.where(masked, model.mask, pieces)
    bert = model.encoder.model
    with torch.autocast("cpu", torch.bfloat16):
        arguments = (seen, places[None], places < lengths)
        hidden = functional_call(bert, learner.adapters.weights(bert), arguments)[0][-1]
        scores = learner.head(hidden[masked], model.words)
    return F.cross_entropy(scores.float(), pieces[masked])


def frequencies(answers: Int[Tensor, "masked"], vocabulary: int) -> Float[Tensor, "vocabulary"]:
    """Return the log of how often each piece stood there; of one that never did, as if it had a tenth of a time."""
    counts = torch.bincount(answers, minlength=vocabulary) + 0.1
    return (counts / counts.sum()).log()


def measure(
    model: MaskedModel, lines: Sequence[Sequence[int]], usual: Float[Tensor, "vocabulary"], seed: int
) -> dict[str, float]:
    """Return accuracy and perplexity on one masked piece of each text, the rest of it in sight on both sides.

    And those of a guess that knows only how often each piece is seen, from its log frequencies `usual`.
    """
    rng = np.random.default_rng((seed, 2))
    blanks, answers = [], []
    for line in lines:
        at = int(rng.integers(len(line)))
        blanks.append(Blank(tuple(line[:at]), tuple(line[at + 1 :])))
        answers.append(line[at])
    found = np.concatenate([model.log_probabilities(blanks[n : n + 50]) for n in range(0, len(blanks), 50)])
    right = found[np.arange(len(answers)), answers]
    rank = (found > right[:, None]).sum(1)
    return {
        "top_1": round(float((rank < 1).mean()), 4),
        "top_5": round(float((rank < 5).mean()), 4),
        "perplexity": round(float(np.exp(-right.mean())), 2),
        "top_1_by_frequency": round(float(np.mean([answer == int(usual.argmax()) for answer in answers])), 4),
        "perplexity_by_frequency": round(float(np.exp(-float(usual[answers].mean()))), 2),
        "blanks": len(answers),
    }


def make(texts: Path, seed: int, folder: Path = TRAINED) -> Path:
    """Run the recipe, write the head, the changes and the facts, and return the JSON file."""
    began = time.perf_counter()
    encoder, rng, text = load_encoder(), np.random.default_rng(seed), load_general_text(texts)
    lines = [line for line in read_lines(encoder, lines_of(text.train, rng)[:LINES]) if line]
    held_out = [line for line in read_lines(encoder, lines_of(text.held_out, rng)[:MEASURED]) if line]
    answers = torch.tensor([piece for line in lines for piece in line])
    usual = frequencies(answers, encoder.model.config.vocabulary)
    learner = Learner(encoder, usual, seed)
    model = MaskedModel(encoder, learner.head)
    keep = texts / f"masked_{seed}.safetensors"

    def loss(step: int) -> Tensor:
        return loss_at(learner, model, lines, step, seed)

    curve = []
    for progress in train(learner, loss, steps=STEPS, rate=RATE, every=50, keep=keep, keep_every=100):
        curve.append((progress.step, round(progress.loss, 4)))
        print(f"step {progress.step} of {STEPS}: loss {progress.loss:.3f}, {progress.seconds:.0f} s", flush=True)
    path = folder / "masked_head.safetensors"
    save_file({name: half(value) for name, value in learner.state_dict().items()}, path)
    seal(folder)  # what is loaded is checked against its hash
    metrics = measure(load_path(path), held_out, usual, seed)
    return facts.write(
        path,
        f"masked_head FOLDER --seed {seed}",
        DATA,
        time.perf_counter() - began,
        precision="bfloat16",
        steps=STEPS,
        batch=BATCH,
        texts=len(lines),
        rank=RANK,
        parameters=sum(p.numel() for p in learner.parameters()),
        loss_while_training=curve,
        metrics=metrics,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    made = make(wanted.texts, wanted.seed)
    seal(made.parent)
    print(made, made.read_text("utf-8"))
