"""Two small Transformers of equal size, trained here on equal text: one sees the left side only, the other both.

They read and write without capitals, in at most 64 tokens. `python -m core.training.pair` made them.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from tokenizers import Tokenizer
from torch.nn import functional as F

from core.assets.own import TRAINED, read
from core.generation.seeds import checked
from core.models.saved import load
from core.models.transformer import TransformerLM
from core.pretrained.held import held
from core.pretrained.tokens import whole

CAUSAL, BIDIRECTIONAL = "causal", "bidirectional"
MASK, END = "[mask]", "[end]"
TOKENIZER = TRAINED / "pair_tokenizer.json"


def token_number(tokenizer: Tokenizer, name: str) -> int:
    """Return the number of a token; raises `KeyError` for what is none."""
    number = tokenizer.token_to_id(name)
    if number is None:
        raise KeyError(name)
    return int(number)


class PairModel:
    """One of the two with its tokens. Never changed after loading, so that many may share it."""

    def __init__(self, model: TransformerLM, tokenizer: Tokenizer) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.causal = bool(model.built["causal"])
        self.mask, self.end = (token_number(tokenizer, name) for name in (MASK, END))

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text, in which "[mask]" is these six characters."""
        ids: list[int] = self.tokenizer.encode(whole(text)).ids
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of tokens, without capitals."""
        text: str = self.tokenizer.decode(list(ids))
        return text.strip()

    @torch.inference_mode()
    def log_probabilities(self, before: Sequence[int], after: Sequence[int] = ()) -> Float[np.ndarray, "vocabulary"]:
        """Return the log probability (natural) of every token between two runs of tokens; what does not fit is left out.

        The causal model sees only what stands before. The mark of the mask itself has none.
        """
        longest = self.model.longest
        if self.causal:
            ids = list(before)[-longest:] or [self.end]
            scores = self.model(torch.tensor([ids]))[0, -1]
        else:
            right = list(after)[: longest // 2]
            left = list(before)[-(longest - 1 - len(right)) :]
            scores = self.model(torch.tensor([[*left, self.mask, *right]]))[0, len(left)]
        scores = scores.clone()
        scores[self.mask] = -torch.inf
        return F.log_softmax(scores, -1).numpy(force=True)

    def write(self, before: Sequence[int], tokens: int, *, temperature: float = 0.8, seed: int = 0) -> Iterator[int]:
        """Yield so many tokens after these, each drawn: the bidirectional model fills a mask put behind the text."""
        rng = np.random.default_rng(checked(seed))
        ids = list(before)
        for _ in range(tokens):
            ids.append(self.draw(self.log_probabilities(ids), temperature, rng))
            yield ids[-1]

    def draw(self, logs: Float[np.ndarray, "vocabulary"], temperature: float, rng: np.random.Generator) -> int:
        """Return a token drawn from log probabilities at a temperature; never the mark of an end."""
        scaled = logs.astype(np.float64) / temperature
        scaled[self.end] = -np.inf
        powers = np.exp(scaled - scaled.max())
        return int(rng.choice(len(powers), p=powers / powers.sum()))


@held
def load_pair_model(name: str, folder: Path = TRAINED) -> PairModel:
    """Return "causal" or "bidirectional". Raises `AssetError` or `FileNotFoundError` for a damaged or missing file."""
    content = read(TOKENIZER, lambda path: json.loads(path.read_text("utf-8"))["tokenizer"])
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokenizer.encode_special_tokens = True
    return PairModel(cast(TransformerLM, read(folder / f"pair_{name}.safetensors", load)), tokenizer)
