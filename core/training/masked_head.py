"""The masked-word head on the encoder: `python -m core.training.masked_head FOLDER [--seed N]`.

The encoder stays as it was published; only the head learns. So its vectors of the masked positions are computed once, and
what is trained on them is two layers. FOLDER holds the texts (see `core.data.general_text`) and keeps those vectors. As in
BERT, 15 % of the pieces are left out at once, here each of them replaced by [MASK]; one at a time when the head is measured.
"""

import argparse
import json
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from core.assets.own import TRAINED, seal
from core.data.general_text import DATA, load_general_text
from core.models.saved import half
from core.pretrained.encoder import Encoder, load_encoder
from core.pretrained.encoder.masked import Blank, MaskedHead, MaskedModel, load_head
from core.training.loop import train

SHARE = 0.15  # of a text's pieces that are left out at once
LONGEST_LINE = 40  # pieces
LINES, MEASURED = 8_000, 500
STEPS, BATCH, RATE = 400, 256, 4e-3


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


def hidden_of_masked(
    model: MaskedModel, lines: Sequence[Sequence[int]], rng: np.random.Generator, batch: int = 64
) -> tuple[Float[Tensor, "masked width"], Int[Tensor, "masked"]]:
    """Return the encoder's last vectors at masked positions, in bfloat16, and the pieces that stood there."""
    vectors, answers = [], []
    order = sorted(range(len(lines)), key=lambda n: len(lines[n]))
    for start in range(0, len(order), batch):
        rows = [[model.begin, *lines[n], model.end] for n in order[start : start + batch]]
        longest = max(map(len, rows))
        pieces = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        lengths = torch.tensor([len(row) for row in rows])[:, None]
        inside = (torch.arange(longest) > 0) & (torch.arange(longest) < lengths - 1)
        masked = inside & torch.as_tensor(rng.random(pieces.shape) < SHARE)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            seen = torch.where(masked, model.mask, pieces)
            vectors.append(model.hidden(seen, torch.arange(longest) < lengths)[masked].bfloat16())
        answers.append(pieces[masked])
    return torch.cat(vectors).clone(), torch.cat(answers)


def fit(
    model: MaskedModel, hidden: Float[Tensor, "masked width"], answers: Int[Tensor, "masked"], seed: int
) -> Iterator[str]:
    """Train the head of `model`; yield a line now and then."""
    rng = np.random.default_rng((seed, 1))
    with torch.no_grad():  # it starts with the pieces' frequencies, and scores of moderate size
        model.head.bias.copy_(frequencies(answers, len(model.head.bias)))
        model.head.norm.weight.fill_(0.3)
    words = model.words.clone().bfloat16()
    order = rng.permutation(len(answers))

    def loss(step: int) -> Tensor:
        at = [order[n % len(order)] for n in range((step - 1) * BATCH, step * BATCH)]
        with torch.autocast("cpu", torch.bfloat16):
            scores = model.head(hidden[at].float(), words)
        return F.cross_entropy(scores.float(), answers[at])

    for progress in train(model.head, loss, steps=STEPS, rate=RATE, every=50):
        yield f"step {progress.step} of {progress.steps}: loss {progress.loss:.3f}, {progress.seconds:.0f} s"


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
    """Run the recipe, write the head and its facts, and return the JSON file."""
    began = time.perf_counter()
    encoder, rng = load_encoder(), np.random.default_rng(seed)
    config = encoder.model.config
    model = MaskedModel(encoder, MaskedHead(config.width, config.vocabulary, seed=seed))
    text = load_general_text(texts)
    lines = read_lines(encoder, lines_of(text.train, rng)[:LINES])
    held_out = [line for line in read_lines(encoder, lines_of(text.held_out, rng)[:MEASURED]) if line]
    kept = texts / f"masked_hidden_{seed}.safetensors"
    if not kept.exists():
        save_file(dict(zip(("hidden", "answers"), hidden_of_masked(model, lines, rng), strict=True)), kept)
    stored_vectors = load_file(kept)
    hidden, answers = stored_vectors["hidden"], stored_vectors["answers"]
    print(f"{len(answers)} masked pieces in {len(lines)} texts, {time.perf_counter() - began:.0f} s", flush=True)
    for said in fit(model, hidden, answers, seed):
        print(said, flush=True)
    path = folder / "masked_head.json"
    save_file({n: half(v) for n, v in model.head.state_dict().items()}, path.with_suffix(".safetensors"))
    stored = MaskedModel(encoder, load_head(path.with_suffix(".safetensors")))
    content = {
        "command": f"python -m core.training.masked_head FOLDER --seed {seed}",
        "where": f"cpu, torch {torch.__version__}, {torch.get_num_threads()} threads, bfloat16",
        "seconds": round(time.perf_counter() - began, 1),
        "data": DATA,
        "steps": STEPS,
        "batch": BATCH,
        "masked_pieces": len(answers),
        "parameters": sum(p.numel() for p in stored.head.parameters()),
        "metrics": measure(stored, held_out, frequencies(answers, config.vocabulary), seed),
    }
    path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    made = make(wanted.texts, wanted.seed)
    seal(made.parent)
    print(made, made.read_text("utf-8"))
