"""A small Transformer on characters, used as `core.models.char_lm.CharLM` is: ids in, scores of the next character out."""

from collections.abc import Sequence
from typing import Any

from jaxtyping import Float, Int
from torch import Tensor, nn

from core.models.char_lm import UNKNOWN
from core.models.transformer import TransformerLM


class CharTransformer(nn.Module):
    """Reads at most `longest` characters at once and scores the one after each (Vaswani et al. 2017, causal, pre-norm).

    It has no state: what it knows of the text is what stands in its window. `vocabulary` and ids are as in `CharLM`.
    """

    kind = "transformer"

    def __init__(
        self, vocabulary: Sequence[str], *, width: int, heads: int, layers: int, longest: int, seed: int = 0
    ) -> None:
        super().__init__()
        self.vocabulary = tuple(vocabulary)
        self.built: dict[str, Any] = {
            "vocabulary": self.vocabulary, "width": width, "heads": heads, "layers": layers, "longest": longest
        }  # fmt: skip
        self.body = TransformerLM(
            len(self.vocabulary) + 1, width, heads, layers, positions="learned", causal=True, longest=longest, seed=seed
        )
        self.longest = longest

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of these ids, with U+FFFD for the unknown character."""
        return "".join("\ufffd" if i == UNKNOWN else self.vocabulary[i - 1] for i in ids)

    def forward(
        self, ids: Int[Tensor, "batch time"], states: None = None
    ) -> tuple[Float[Tensor, "batch time vocabulary"], None]:
        """Return scores for the character after each, and no state; raises `ValueError` for more than `longest`."""
        return self.body(ids), None
