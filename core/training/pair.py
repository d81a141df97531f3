"""A causal and a bidirectional Transformer of equal size on equal text: `python -m core.training.pair NAME FOLDER`.

NAME is "tokenizer", then "causal" and "bidirectional". FOLDER holds the texts (see `core.data.general_text`). Both models
have the same parameters, start from the same numbers and read the same windows in the same order. The causal one is asked
for each next token (Radford et al. 2018), the bidirectional one for the tokens that were replaced by a mask (Devlin et al.
2019). A run is kept in FOLDER and goes on where it was when the command is given again.
"""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from torch import Tensor
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from core.assets.own import TRAINED, seal
from core.data.general_text import DATA, load_general_text
from core.models.saved import save
from core.models.transformer import TransformerLM
from core.pretrained.pair import CAUSAL, END, MASK, TOKENIZER, PairModel, load_pair_model, token_number
from core.training import facts
from core.training.loop import train

VOCABULARY, WIDTH, HEADS, LAYERS, LONGEST = 1024, 160, 5, 3, 64
LENGTHS = (16, 32, 64)  # tokens of a window: one length a batch, drawn anew
TOKENS, STEPS, RATE = 1024, 1_600, 4e-3  # tokens of a batch
SHARE = 0.3  # of the tokens that are masked: more than the usual 15 % teaches a small model faster (Wettig et al. 2023)
MEASURED = 2_000


def train_tokenizer(documents: Sequence[str]) -> Tokenizer:
    """Return a byte-level BPE tokenizer without capitals, trained on these documents."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        documents, trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=[MASK, END], initial_alphabet=alphabet)
    )
    return tokenizer


def stream(tokenizer: Tokenizer, documents: Sequence[str]) -> Int[np.ndarray, "tokens"]:
    """Return the documents one after the other, the mark of an end after each."""
    end = token_number(tokenizer, END)
    ids = [np.array([*encoding.ids, end], np.int64) for encoding in tokenizer.encode_batch(list(documents))]
    return np.concatenate(ids)


def batch_at(tokens: Int[np.ndarray, "tokens"], step: int, seed: int) -> tuple[Int[Tensor, "rows time"], np.ndarray]:
    """Return the windows of a step and a number between 0 and 1 for each token: the same for both models."""
    rng = np.random.default_rng((seed, step))
    length = int(rng.choice(LENGTHS))
    starts = rng.integers(0, len(tokens) - length, TOKENS // length)
    rows = tokens[starts[:, None] + np.arange(length)]
    return torch.as_tensor(rows), rng.random(rows.shape)


def loss_of(model: TransformerLM, rows: Int[Tensor, "rows time"], drawn: np.ndarray, mask: int) -> Tensor:
    """Return the cross-entropy of what the model is asked for, in nats a token."""
    # The fused attention's way back takes half of a step on a CPU; the plain one a fraction of it, at this size.
    with torch.autocast("cpu", torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
        if model.built["causal"]:
            scores = model(rows[:, :-1]).flatten(0, 1)
            answers = rows[:, 1:].flatten()
        else:
            masked = torch.as_tensor(drawn < SHARE)
            hidden = model.stack(model.embed(torch.where(masked, mask, rows)))
            scores, answers = model.score(hidden[masked][None])[0], rows[masked]
    return F.cross_entropy(scores.float(), answers)


def measure(model: PairModel, tokens: Int[np.ndarray, "tokens"], seed: int) -> dict[str, float]:
    """Return the perplexity of a held-out token in a window of 64: from the left side alone, and from both where it can.

    The token stands somewhere in the middle half. The bidirectional model is asked both ways: with the window cut after
    the blank, and whole.
    """
    rng = np.random.default_rng((seed, 3))
    starts = rng.integers(0, len(tokens) - LONGEST, MEASURED)
    at = rng.integers(LONGEST // 4, 3 * LONGEST // 4, MEASURED)
    windows = [(tokens[s : s + LONGEST].tolist(), int(a)) for s, a in zip(starts, at, strict=True)]
    found: dict[str, float] = {}
    for name in ("left",) if model.causal else ("left", "both"):
        logs, firsts = [], []
        for window, place in windows:
            after = window[place + 1 :] if name == "both" else []
            scores = model.log_probabilities(window[:place], after)
            logs.append(float(scores[window[place]]))
            firsts.append(int(scores.argmax()) == window[place])
        found[f"perplexity_{name}"] = round(float(np.exp(-np.mean(logs))), 2)
        found[f"top_1_{name}"] = round(float(np.mean(firsts)), 4)
    return found | {"tokens": MEASURED}


def make(name: str, texts: Path, seed: int, folder: Path = TRAINED) -> Path:
    """Run one of the three recipes, write what came out, and return the JSON file."""
    began = time.perf_counter()
    text = load_general_text(texts)
    call = f"pair {name} FOLDER --seed {seed}"
    if name == "tokenizer":
        tokenizer = train_tokenizer(text.train)
        metrics = {"tokens": tokenizer.get_vocab_size()}
        written = json.loads(tokenizer.to_str())
        return facts.write(TOKENIZER, call, DATA, time.perf_counter() - began, metrics=metrics, tokenizer=written)
    tokenizer = Tokenizer.from_str(json.dumps(json.loads(TOKENIZER.read_text("utf-8"))["tokenizer"]))
    tokens, held_out = (stream(tokenizer, part) for part in (text.train, text.held_out))
    model = TransformerLM(
        VOCABULARY,
        WIDTH,
        HEADS,
        LAYERS,
        positions="rotary",
        causal=name == CAUSAL,
        longest=LONGEST,
        tied=True,
        seed=seed,
    )
    mask = token_number(tokenizer, MASK)
    curve = []
    keep = texts / f"pair_{name}_{seed}.safetensors"
    for progress in train(
        model,
        lambda step: loss_of(model, *batch_at(tokens, step, seed), mask),
        steps=STEPS,
        rate=RATE,
        every=50,
        keep=keep,
        keep_every=100,
    ):
        curve.append((progress.step, round(progress.loss, 4)))
        print(f"{name} step {progress.step}: loss {progress.loss:.3f}, {progress.seconds:.0f} s", flush=True)
    path = folder / f"pair_{name}.safetensors"
    save(model, path)
    seal(folder)  # what is loaded is checked against its hash
    measured = measure(load_pair_model(name, folder), held_out, seed)
    return facts.write(
        path,
        call,
        DATA,
        time.perf_counter() - began,
        precision="bfloat16",
        cpu_seconds=round(time.process_time(), 1),
        steps=STEPS,
        tokens_a_step=TOKENS,
        tokens_of_text=len(tokens),
        parameters=sum(p.numel() for p in model.parameters()),
        loss_while_training=curve,
        metrics=measured,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["tokenizer", "causal", "bidirectional"])
    parser.add_argument("texts", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    made = make(wanted.name, wanted.texts, wanted.seed)
    seal(made.parent)
    print(made)
