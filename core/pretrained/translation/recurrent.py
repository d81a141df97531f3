"""The recurrent translators that were trained here, behind the same names as Marian, so that they can be compared.

They learned from what Marian writes (sequence-level distillation, Kim and Rush 2016), the French one from verses:
`core/training/translation.py` is the recipe, `core/assets/trained` holds what came out.
"""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.assets.own import TRAINED, read
from core.generation.decoding import BeamSearch
from core.models.saved import half
from core.models.seq2seq import END, START, Carry, Encoded, Seq2Seq, Seq2SeqTrace, pad
from core.pretrained.held import held
from core.pretrained.translation.subwords import Subwords
from core.pretrained.translation.translator import Translation, Translator, in_batches

RECURRENT = ("none_en_pt", "additive_en_pt", "dot_en_pt", "additive_en_fr")
LONGEST = 80  # pieces of a source, its end included
MOST_WRITTEN = 120
BATCH = 64


class RecurrentTranslator(Translator):
    """A `Seq2Seq` and its subwords. Without attention, alignments have no columns and nothing can be hidden."""

    def __init__(self, name: str, pair: str, model: Seq2Seq, pieces: Subwords) -> None:
        self.name, self.pair, self.model, self.pieces = name, pair, model, pieces

    def translate_all(
        self, texts: Sequence[str], *, beams: int = 1, hidden: Sequence[Collection[int]] | None = None
    ) -> list[Translation]:
        """See `Translator.translate_all`; a text has at most `LONGEST` pieces."""
        read_as, hidden = self._read(texts, hidden, beams)

        def some(rows: list[int]) -> list[Translation]:
            sources = [read_as[row][0] for row in rows]
            encoded = self._encode(sources, [hidden[row] for row in rows])
            written = self._written(encoded, [limit(len(source)) for source in sources], beams)
            return [self._translation(read_as[row][1], *each) for row, each in zip(rows, written, strict=True)]

        return in_batches([len(numbers) for numbers, _ in read_as], max(BATCH // beams, 1), some)

    def follow_all(
        self,
        texts: Sequence[str],
        targets: Sequence[Sequence[str]],
        *,
        hidden: Sequence[Collection[int]] | None = None,
    ) -> list[Translation]:
        """See `Translator.follow_all`."""
        read_as, hidden = self._read(texts, hidden, 1)
        wanted = self._numbers(targets)

        def some(rows: list[int]) -> list[Translation]:
            encoded = self._encode([read_as[row][0] for row in rows], [hidden[row] for row in rows])
            followed = follow(self.model, encoded, [wanted[row] for row in rows])
            return [self._translation(read_as[row][1], *each) for row, each in zip(rows, followed, strict=True)]

        return in_batches([len(numbers) for numbers, _ in read_as], BATCH, some)

    def trace(self, text: str, target: Sequence[str]) -> Seq2SeqTrace:
        """Return the inside of the model while `text` is read and `target` written; raises `ValueError` as `follow` does."""
        read_as, _ = self._read([text], None, 1)
        (wanted,) = self._numbers([target])
        return self.model.trace(read_as[0][0], wanted)

    def summaries(self, texts: Sequence[str]) -> Float[np.ndarray, "texts wide"]:
        """Return the one vector that the encoder makes of each text; raises `ValueError` as `translate` does."""
        read_as, hidden = self._read(texts, None, 1)
        return self._encode([numbers for numbers, _ in read_as], hidden).vector.cpu().numpy()

    def write_from(
        self, summaries: Float[np.ndarray, "texts wide"], *, beams: int = 1, most: int = MOST_WRITTEN
    ) -> list[Translation]:
        """Return what the decoder writes when it is given these vectors; `source` is empty.

        Only without attention, where the vector is all there is: raises `ValueError` for another model.
        """
        if self.model.look != "none":
            raise ValueError("a model with attention needs more than one vector")
        vector = torch.as_tensor(summaries, dtype=torch.float32, device=self.model.bias.device)
        none = vector[:, None, :0].new_zeros(len(vector), 0, self.model.wide)
        encoded = self.model.prepare(none, vector, torch.ones(len(vector), 0, dtype=torch.bool, device=vector.device))
        return [self._translation([], *written) for written in self._written(encoded, [most] * len(vector), beams)]

    def _read(
        self, texts: Sequence[str], hidden: Sequence[Collection[int]] | None, beams: int
    ) -> tuple[list[tuple[list[int], list[str]]], Sequence[Collection[int]]]:
        read_as = [self.pieces.encode(text) for text in texts]
        hidden = [()] * len(texts) if hidden is None else hidden
        self._check([numbers for numbers, _ in read_as], hidden, beams, LONGEST)
        if self.model.look == "none" and any(map(len, hidden)):
            raise ValueError("without attention the decoder looks at no place that could be hidden")
        return read_as, hidden

    @torch.inference_mode()
    def _encode(self, sources: Sequence[Sequence[int]], hidden: Sequence[Collection[int]]) -> Encoded:
        source = pad(sources, device=self.model.bias.device)
        visible = torch.ones_like(source, dtype=torch.bool)
        for row, places in enumerate(hidden):
            visible[row, list(places)] = False
        return self.model.encode(source, visible)

    def _written(self, encoded: Encoded, limits: Sequence[int], beams: int) -> "list[Written]":
        if beams == 1:
            return greedy(self.model, encoded, limits)
        rows = torch.arange(len(limits), device=encoded.vector.device)
        best = [beam(self.model, encoded.rows(rows[row : row + 1]), most, beams) for row, most in enumerate(limits)]
        return follow(self.model, encoded, best)

    def _translation(
        self, shown: Sequence[str], pieces: list[int], logprobs: list[float], weights: list[Tensor]
    ) -> Translation:
        looked = len(shown) if self.model.look != "none" else 0
        alignment = np.zeros((len(pieces), looked), np.float32)
        if looked:
            alignment[:] = torch.stack(weights)[:, :looked].cpu().numpy()
        return Translation(
            source=tuple(shown),
            target=tuple(self.pieces.written(pieces)),
            text=self.pieces.text(pieces),
            alignment=alignment,
            logprobs=np.array(logprobs, dtype=np.float32),
        )


Written = tuple[list[int], list[float], list[Tensor]]
"""A translation's pieces with its end (unless it was cut), their log-probabilities, and their weights on the source."""


def limit(source: int) -> int:
    """Return how many pieces the translation of so many may have, both with their ends."""
    return min(2 * source + 10, MOST_WRITTEN)


@torch.inference_mode()
def greedy(model: Seq2Seq, encoded: Encoded, limits: Sequence[int]) -> list[Written]:
    """Write the likeliest piece at every step, in each row until its end or so many pieces as `limits` says."""
    found: list[Written] = [([], [], []) for _ in limits]
    live = torch.arange(len(limits), device=encoded.vector.device)
    carry, before = model.start(encoded), torch.full_like(live, START)
    while len(live):
        y = model.target(before)
        carry, _, weights = model.step(y, carry, encoded)
        chances = _chances(model, carry, y)
        best, before = chances.max(-1)
        going = []
        for row, (number, piece, chance) in enumerate(zip(live.tolist(), before.tolist(), best.tolist(), strict=True)):
            pieces, logprobs, looked = found[number]
            pieces.append(piece)
            logprobs.append(chance)
            if weights is not None:
                looked.append(weights[row])
            if piece != END and len(pieces) < limits[number]:
                going.append(row)
        if len(going) < len(live):  # what is finished is not computed any more
            left = torch.tensor(going, dtype=torch.long, device=live.device)
            live, before, carry, encoded = live[left], before[left], carry.rows(left), encoded.rows(left)
    return found


@torch.inference_mode()
def beam(model: Seq2Seq, encoded: Encoded, most: int, beams: int) -> list[int]:
    """Return the text with the highest log-probability a piece among the `beams` that were kept, of the only row."""
    search = BeamSearch(beams, max_new_tokens=most, end_tokens=(END,))
    encoded = encoded.rows(torch.zeros(beams, dtype=torch.long, device=encoded.vector.device))
    carry = model.start(encoded)
    before = torch.full((beams,), START, device=encoded.vector.device)
    done = False
    while not done:
        y = model.target(before)
        carry, _, _ = model.step(y, carry, encoded)
        move = search.advance(_chances(model, carry, y)[: max(len(search.live), 1)])
        tokens, parents = [*move.tokens], [*move.parents]
        spare = beams - len(tokens)
        before = torch.tensor([*tokens, *[END] * spare], device=before.device)
        carry = carry.rows(torch.tensor([*parents, *[0] * spare], dtype=torch.long, device=before.device))
        done = move.done
    return search.best_by_mean()


def follow(model: Seq2Seq, encoded: Encoded, targets: Sequence[Sequence[int]]) -> list[Written]:
    """Return what the model makes of given translations: their log-probabilities and where it looked."""
    with torch.inference_mode():
        padded = pad(targets, device=encoded.vector.device)
        y = model.target(torch.cat([torch.full_like(padded[:, :1], START), padded[:, :-1]], 1))
        carry, chances, looked = model.start(encoded), [], []
        for place, one in enumerate(y.unbind(1)):
            carry, _, weights = model.step(one, carry, encoded)
            chances.append(_chances(model, carry, one).gather(1, padded[:, place : place + 1])[:, 0])
            looked.append(weights)
    found: list[Written] = []
    for row, target in enumerate(targets):
        logprobs = [float(chances[place][row]) for place in range(len(target))]
        found.append((list(target), logprobs, [each[row] for each in looked[: len(target)] if each is not None]))
    return found


def _chances(model: Seq2Seq, carry: Carry, y: Tensor) -> Float[Tensor, "rows vocabulary"]:
    """The logarithm of every piece's chance; none of padding and of the start."""
    scores = model.score(carry.state, carry.context, y)
    scores[:, :END] = -torch.inf
    return scores.log_softmax(-1)


def save(model: Seq2Seq, pieces: Subwords, pair: str, path: Path) -> None:
    """Write a translator in float16, with its subwords, in one file; `load` makes it anew."""
    built = {
        "vocabulary": model.vocabulary,
        "look": model.look,
        "reads": model.reads,
        "embedding": model.embedding,
        "hidden": model.hidden,
        "units": model.units,
    }
    tensors = {name: half(value) for name, value in model.state_dict().items()}
    header = {"class": "Seq2Seq", "built": json.dumps(built), "pair": pair, "subwords": pieces.to_json()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata=header)


def load(path: Path, device: torch.device | None = None) -> RecurrentTranslator:
    """Return the translator in a file that `save` wrote, in float32.

    Raises `OSError` where there is none and `ValueError` for a file that holds something else.
    """
    with safe_open(path, framework="pt") as file:
        header = file.metadata() or {}
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dictionary
    if header.get("class") != "Seq2Seq":
        raise ValueError(f"{path.name} holds no translator of ours")
    model = Seq2Seq(**json.loads(header["built"]))
    model.load_state_dict(tensors)
    model = model.requires_grad_(False).eval().to(device)
    return RecurrentTranslator(path.stem, header["pair"], model, Subwords(header["subwords"]))


@held
def load_recurrent(name: str) -> RecurrentTranslator:
    """Return one of `RECURRENT` or of `core.assets.own.ONE_WAY`; raises as `core.assets.own.read` does."""
    return read(TRAINED / f"{name}.safetensors", load)
