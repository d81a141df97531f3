"""BERT's head for a masked word, on the encoder: what may stand in the blank, from both sides of it.

The last layer's vector of the blank goes through one more layer and is compared with the vector of every word piece:

    z = norm(gelu(W h + b))            score of piece v = E_v . z + c_v

E is the encoder's own table of piece vectors (tied, as in BERT). The published all-MiniLM-L6-v2 has no such head, and was
trained to give vectors of sentences: its own vectors keep little of a word that is masked. So `W`, `b`, the norm and `c` were
trained here together with a small change of each matrix in its layers (`python -m core.training.masked_head`). Sources:
Devlin et al. 2019, section 3.1 and appendix A.2; Hu et al. 2021 (low-rank adapters).
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from core.assets.fetch import Progress
from core.assets.own import TRAINED, read
from core.pretrained.encoder import LONGEST, Bert, Encoder, load_encoder
from core.pretrained.held import held

HEAD = TRAINED / "masked_head.safetensors"
MASK = "[MASK]"


class MaskedHead(nn.Module):
    """One layer, a norm, and a bias for every piece; the table of piece vectors is the encoder's and is given each time."""

    def __init__(self, width: int, vocabulary: int, *, epsilon: float = 1e-12, seed: int = 0) -> None:
        super().__init__()
        self.dense = nn.utils.skip_init(nn.Linear, width, width)
        self.norm = nn.LayerNorm(width, eps=epsilon)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        with torch.no_grad():
            self.dense.weight.normal_(0.0, 0.02, generator=torch.Generator().manual_seed(seed))
            self.dense.bias.zero_()

    def forward(
        self, hidden: Float[Tensor, "*rows width"], words: Float[Tensor, "vocabulary width"]
    ) -> Float[Tensor, "*rows vocabulary"]:
        """Return the score of every piece for these positions; words: the encoder's table of piece vectors."""
        # z = norm(gelu(W h + b))
        z = self.norm(F.gelu(self.dense(hidden)))
        # score_v = E_v . z + c_v
        return F.linear(z, words, self.bias)


class Adapters(nn.Module):
    """A change of low rank for each matrix in the layers of an encoder; the published weights stay as they are.

    Source: Hu et al. 2021, eq. 3. `rank`: columns of A and rows of B; with B = 0, as at first, nothing is changed.
    """

    def __init__(self, model: Bert, rank: int, *, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.names = tuple(name for name, value in model.layers.named_parameters() if value.ndim == 2)
        sizes = [model.layers.get_parameter(name).shape for name in self.names]
        self.down = nn.ParameterList(torch.randn(rank, n, generator=generator) * n**-0.5 for _, n in sizes)
        self.up = nn.ParameterList(torch.zeros(n, rank) for n, _ in sizes)

    def weights(self, model: Bert) -> dict[str, Tensor]:
        """Return the changed matrices by the names that `model` has for them."""
        # W + B A
        parts = zip(self.names, self.down, self.up, strict=True)
        return {f"layers.{name}": model.layers.get_parameter(name) + up @ down for name, down, up in parts}

    def layers(self, model: Bert) -> nn.ModuleList:
        """Return a copy of the layers of `model` with the changed matrices."""
        changed = copy.deepcopy(model.layers)
        with torch.no_grad():
            for name, value in self.weights(model).items():
                changed.get_parameter(name.removeprefix("layers.")).copy_(value)
        return changed


@dataclass(frozen=True)
class Blank:
    """A text with one piece left out: the pieces before and after it, as numbers."""

    before: tuple[int, ...]
    after: tuple[int, ...]


class MaskedModel:
    """The encoder with its head: never changed after loading, so that many may share it.

    `model`: what reads, the encoder's own model unless another is given.
    """

    def __init__(self, encoder: Encoder, head: MaskedHead, model: Bert | None = None) -> None:
        self.encoder, self.head, self.model = encoder, head, model or encoder.model
        self.begin, self.end, self.mask = (encoder.piece_number(name) for name in ("[CLS]", "[SEP]", MASK))

    def blank(self, before: str, after: str) -> Blank:
        """Return the blank between two texts; the halves keep what stands nearest to it where they are too long."""
        room = (LONGEST - 3) // 2
        left, right = (self.encoder.pieces(text)[0][1:-1] for text in (before, after))
        return Blank(tuple(left[-room:]), tuple(right[:room]))

    @torch.inference_mode()
    def log_probabilities(self, blanks: Sequence[Blank]) -> Float[np.ndarray, "blanks vocabulary"]:
        """Return the log probability (natural) of every piece in each blank."""
        rows = [[self.begin, *b.before, self.mask, *b.after, self.end] for b in blanks]
        longest = max(map(len, rows), default=0)
        pieces = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        visible = torch.arange(longest) < torch.tensor([len(row) for row in rows])[:, None]
        at = torch.tensor([len(b.before) + 1 for b in blanks])
        hidden = self.hidden(pieces, visible)[torch.arange(len(rows)), at]
        return F.log_softmax(self.head(hidden, self.words), -1).numpy(force=True)

    def candidate(self, before: str, word: str, after: str) -> float:
        """Return the log probability (natural) of a word in a blank; of one of several pieces, named one after another.

        Each piece is named with those before it in sight and those after it masked. A word without a piece has none: 0.
        """
        blank, pieces = self.blank(before, after), self.encoder.pieces(word)[0][1:-1]
        rows = [
            Blank((*blank.before, *pieces[:n]), (*[self.mask] * (len(pieces) - n - 1), *blank.after))
            for n in range(len(pieces))
        ]
        found = self.log_probabilities(rows) if rows else np.zeros((0, 1))
        return float(sum(row[piece] for row, piece in zip(found, pieces, strict=True)))

    def hidden(
        self, pieces: Int[Tensor, "rows time"], visible: Bool[Tensor, "rows time"] | None = None
    ) -> Float[Tensor, "rows time width"]:
        """Return the last layer's vectors."""
        positions = torch.arange(pieces.shape[1])[None]
        return self.model(pieces, positions, visible)[0][-1]

    @property
    def words(self) -> Float[Tensor, "vocabulary width"]:
        """Return the encoder's table of piece vectors, which the head's output is tied to."""
        return self.encoder.model.embeddings.words.weight


def load_masked_model(*, progress: Progress | None = None) -> MaskedModel:
    """Return the encoder with the head that was trained here, on the CPU.

    Raises as `load_encoder` does, and `AssetError` or `FileNotFoundError` where the head's file is damaged or missing.
    """
    load_encoder(progress=progress)  # fetched where a page can show how far it is
    return load_path(HEAD)


def load_path(path: Path) -> MaskedModel:
    """Return the encoder with the head and the changes in a file, in float32. Raises as `core.assets.own.read` does."""
    encoder = load_encoder()
    head, layers = load_changes(path)
    return MaskedModel(encoder, head, with_layers(encoder.model, layers))


@held
def load_changes(path: Path) -> tuple[MaskedHead, nn.ModuleList]:
    """Return what a file has besides the encoder: the head, and the layers with their changed matrices.

    Kept without the encoder, which counts for itself. Raises as `core.assets.own.read` does.
    """
    model, stored = load_encoder().model, read(path, load_file)
    parts: dict[str, dict[str, Tensor]] = {"head": {}, "adapters": {}}
    for name, value in stored.items():
        part, _, rest = name.partition(".")
        parts[part][rest] = value.float()
    head = MaskedHead(parts["head"]["dense.weight"].shape[0], parts["head"]["bias"].shape[0])
    head.load_state_dict(parts["head"])
    adapters = Adapters(model, parts["adapters"]["down.0"].shape[0])
    adapters.load_state_dict(parts["adapters"])
    return head.eval().requires_grad_(False), adapters.layers(model).eval().requires_grad_(False)


def with_layers(model: Bert, layers: nn.ModuleList) -> Bert:
    """Return a model with other layers, which shares all else with `model`."""
    changed = copy.copy(model)
    changed._modules = {**model._modules, "layers": layers}
    return changed
