"""Marian models of the Hugging Face hub (OPUS-MT), run by `transformers` behind the names of `Translator`.

Which ones, and where their files come from, stands in `marian_hub_files`. transformers takes seconds to
import, so that waits until a model is loaded.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.pretrained.hub import one_line
from core.pretrained.hub.files import HubError, read_json
from core.pretrained.translation.marian import ALIGNED_HEAD, LONGEST
from core.pretrained.translation.marian_hub_files import HUB_PAIRS as HUB_PAIRS
from core.pretrained.translation.marian_hub_files import NEEDED, OWNER, cached, download, hub_name
from core.pretrained.translation.marian_hub_files import availability as availability
from core.pretrained.translation.pieces import END_PIECE, HubPieces
from core.pretrained.translation.search import limit
from core.pretrained.translation.translator import BATCH, Translation, Translator, in_batches


def load_hub_translator(pair: str, *, device: torch.device | None = None) -> "HubTranslator":
    """Return the translator for one of `HUB_PAIRS`, downloaded first if it is not in the local hub cache.

    On the CPU when `device` is None. Raises `HubError` for another pair, and for files that can't be reached or loaded.
    """
    name = hub_name(pair)
    return load_hub_folder(pair.removeprefix(OWNER), cached(name) or download(name), device=device)


def load_hub_folder(pair: str, folder: Path, *, device: torch.device | None = None) -> "HubTranslator":
    """Return the translator in `folder`, laid out as on the hub; raises as `load_hub_translator` does."""
    with one_line(OWNER + pair):
        if lacks := next((file for file in NEEDED if not (folder / file).is_file()), ""):
            raise HubError(f"it has no {lacks}, and nothing else is read (nothing is unpickled)")
        pieces, model = HubPieces(folder), _read(folder)
        if pieces.size > model.config.vocab_size:
            raise HubError("its vocabulary has more pieces than its embedding has rows")
    return HubTranslator(pair, model.to(device), pieces)


class HubTranslator(Translator):
    """A Marian model of transformers.

    The alignment is head 0 of the last decoder layer here too: the models of these pairs were trained as Marian's
    "transformer-align" (their cards say so; Tiedemann and Thottingal 2020), with that head guided by a word aligner
    (Marian, src/models/transformer.h, collectOneHead), and the hub's files keep the order of the heads.
    """

    def __init__(self, pair: str, model: Any, pieces: HubPieces) -> None:
        self.pair, self.name, self.model, self.pieces = pair, OWNER + pair, model, pieces
        config = model.config
        self._start, self._end, self._pad = config.decoder_start_token_id, pieces.number(END_PIECE), config.pad_token_id
        self._longest = min(config.max_position_embeddings, LONGEST)

    def translate_all(
        self, texts: Sequence[str], *, beams: int = 1, hidden: Sequence[Collection[int]] | None = None
    ) -> list[Translation]:
        """See `Translator.translate_all`."""
        read_as, hidden = self._read(texts, hidden, beams)

        def some(rows: list[int]) -> list[list[int]]:
            return self._write([read_as[row][0] for row in rows], [hidden[row] for row in rows], beams)

        wanted = in_batches([len(numbers) for numbers, _ in read_as], max(BATCH // beams, 1), some)
        return self._follow(read_as, wanted, hidden)

    def follow_all(
        self,
        texts: Sequence[str],
        targets: Sequence[Sequence[str]],
        *,
        hidden: Sequence[Collection[int]] | None = None,
    ) -> list[Translation]:
        """See `Translator.follow_all`."""
        read_as, hidden = self._read(texts, hidden)
        wanted = self._numbers(targets)
        if (most := max(map(len, wanted), default=0)) > self._longest:
            raise ValueError(f"a translation of {most} pieces: {self._longest} are the most")
        return self._follow(read_as, wanted, hidden)

    def _read(
        self, texts: Sequence[str], hidden: Sequence[Collection[int]] | None, beams: int = 1
    ) -> tuple[list[tuple[list[int], list[str]]], Sequence[Collection[int]]]:
        """Return the pieces of the texts, and what is hidden of each; raises `ValueError` as `translate_all` does."""
        read_as = [self.pieces.encode(text) for text in texts]
        hidden = [()] * len(texts) if hidden is None else hidden
        self._check([numbers for numbers, _ in read_as], hidden, beams, self._longest)
        return read_as, hidden

    @torch.inference_mode()
    def _encode(self, sources: list[list[int]], hidden: list[Collection[int]]) -> tuple[Any, Tensor]:
        """Return what the encoder made of the sources, and where the decoder may look: 1, else 0."""
        numbers, real = self._padded(sources)
        encoded = self.model.get_encoder()(numbers, attention_mask=real)
        visible = real.clone()
        for row, places in enumerate(hidden):
            visible[row, list(places)] = 0
        return encoded, visible

    @torch.inference_mode()
    def _write(self, sources: list[list[int]], hidden: list[Collection[int]], beams: int) -> list[list[int]]:
        encoded, visible = self._encode(sources, hidden)
        limits = [min(limit(source), self._longest - 1) for source in sources]
        written = self.model.generate(
            encoder_outputs=encoded,
            attention_mask=visible,
            num_beams=beams,
            do_sample=False,
            max_new_tokens=max(limits),
            bad_words_ids=[[self._pad]],  # it stands for the start here, and is never to be written
        )
        rows = zip(written[:, 1:].tolist(), limits, strict=True)
        return [self._cut(row)[:most] for row, most in rows]  # none goes on because another one in the batch may

    def _cut(self, numbers: list[int]) -> list[int]:
        return numbers[: numbers.index(self._end) + 1] if self._end in numbers else numbers

    def _follow(
        self, read_as: list[tuple[list[int], list[str]]], wanted: list[list[int]], hidden: Sequence[Collection[int]]
    ) -> list[Translation]:
        def some(rows: list[int]) -> list[Translation]:
            encoded, visible = self._encode([read_as[row][0] for row in rows], [hidden[row] for row in rows])
            targets = [wanted[row] for row in rows]
            weights, logprobs = self._looked(encoded, visible, targets)
            found = []
            for n, (row, target) in enumerate(zip(rows, targets, strict=True)):
                shown, last = read_as[row][1], len(target)
                text = self.pieces.text([number for number in target if number != self._end])
                found.append(
                    Translation(
                        source=tuple(shown),
                        target=tuple(self.pieces.written(target)),
                        text=text,
                        alignment=weights[n, :last, : len(shown)],
                        logprobs=logprobs[n, :last],
                    )
                )
            return found

        return in_batches([len(numbers) for numbers, _ in read_as], BATCH, some)

    @torch.inference_mode()
    def _looked(
        self, encoded: Any, visible: Tensor, targets: list[list[int]]
    ) -> tuple[Float[np.ndarray, "rows target source"], Float[np.ndarray, "rows target"]]:
        """Return weights on the source and log-probabilities of given targets."""
        numbers, _ = self._padded(targets)
        start = torch.full_like(numbers[:, :1], self._start)
        found = self.model(
            encoder_outputs=encoded,
            attention_mask=visible,
            decoder_input_ids=torch.cat([start, numbers[:, :-1]], 1),
            output_attentions=True,
            use_cache=False,
        )
        scores = found.logits.float()
        scores[..., self._pad] = -torch.inf
        logprobs = scores.log_softmax(-1).gather(2, numbers[..., None])[..., 0]
        return found.cross_attentions[-1][:, ALIGNED_HEAD].float().numpy(force=True), logprobs.numpy(force=True)

    def _padded(self, rows: list[list[int]]) -> tuple[Tensor, Tensor]:
        """Return the rows as one tensor, and where it holds them: 1, else 0."""
        longest, device = max(map(len, rows)), self.model.device
        numbers = torch.tensor([[*row, *[self._pad] * (longest - len(row))] for row in rows], device=device)
        lengths = torch.tensor([len(row) for row in rows], device=device)
        return numbers, (torch.arange(longest, device=device) < lengths[:, None]).long()


def _read(folder: Path) -> Any:
    """Return the model in `folder`, on the CPU in float32; raises `HubError` when it is not a Marian model."""
    from transformers import MarianMTModel

    config = read_json(folder / "config.json")
    if config.get("transformers_weights") is not None:  # read in their place, pickled ones too
        raise HubError("its config points to weights of its own choice")
    if config.get("architectures") != ["MarianMTModel"]:
        raise HubError(f"{config.get('architectures')} is not MarianMTModel")
    model, notes = MarianMTModel.from_pretrained(
        folder,
        dtype=torch.float32,
        attn_implementation="eager",  # the one that can show its weights
        use_safetensors=True,
        local_files_only=True,
        output_loading_info=True,
    )
    if notes["missing_keys"]:
        raise HubError(f"its files lack the weights {', '.join(sorted(notes['missing_keys'])[:3])}")
    return model.eval().requires_grad_(False)
