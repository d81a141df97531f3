"""g2p-en, a public model that spells English words as phonemes: one GRU reads the letters, another writes the sounds.

All that goes from the one to the other is the encoder's last state: an encoder-decoder as in Cho et al. 2014.
Source: Kyubyong Park and Jongseok Kim, g2p-en 2.1.0 (Apache-2.0). Its phonemes are those of CMUdict (ARPAbet, with the
stress of a vowel behind it: 1 main, 2 second, 0 none).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from safetensors.torch import load_file
from torch import Tensor, nn

from core.assets.fetch import Progress, ensure
from core.models import unfilled
from core.models.gru import GRU
from core.models.seq2seq import pad
from core.pretrained.held import held

LETTERS = ("<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz")
SOUNDS = (
    "AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 B CH D DH EH0 EH1 EH2 ER0 ER1 ER2 EY0 EY1 EY2 "
    "F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG OW0 OW1 OW2 OY0 OY1 OY2 P R S SH T TH UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH"
)
PHONEMES = ("<pad>", "<unk>", "<s>", "</s>", *SOUNDS.split())
UNKNOWN_LETTER, LETTERS_END = 1, 2
START, END = 2, 3  # among the phonemes
MOST_WRITTEN = 20  # phonemes, as published
BATCH = 256


@dataclass(frozen=True)
class Spelling:
    """A word and the phonemes that the model wrote for it, with its inside.

    - `letters`: what was read, the end "</s>" included; `phonemes`: what was written, with its end unless it was cut at
      `MOST_WRITTEN`.
    - `read`: the encoder's state after each letter; the last one is all that the decoder gets.
    - `states`: the decoder's state at each step; `logits`: the scores of all phonemes there.
    """

    word: str
    letters: tuple[str, ...]
    phonemes: tuple[str, ...]
    read: Float[np.ndarray, "letters hidden"]
    states: Float[np.ndarray, "steps hidden"]
    logits: Float[np.ndarray, "steps phonemes"]


class G2P(nn.Module):
    """Two GRUs with our own step, whose reset gate stands behind the product: that is how this model was trained, too."""

    def __init__(self, *, embedding: int = 256, hidden: int = 256) -> None:
        super().__init__()
        # Not drawn: `load` fills them, and drawing first would disturb other people's random numbers.
        self.letters = unfilled.embedding(len(LETTERS), embedding)
        self.phonemes = unfilled.embedding(len(PHONEMES), embedding)
        self.encoder, self.decoder = GRU(embedding, hidden), GRU(embedding, hidden)
        self.output = unfilled.linear(hidden, len(PHONEMES))

    def encode(self, word: str) -> list[int]:
        """Return the ids of a word's letters and of its end; everything but a to z (capitals, too) is unknown."""
        return [LETTERS.index(c) if c in LETTERS else UNKNOWN_LETTER for c in word] + [LETTERS_END]

    def read(
        self, words: Sequence[str]
    ) -> tuple[Float[Tensor, "words time hidden"], Float[Tensor, "words hidden"], Int[Tensor, "words"]]:
        """Return the state after each letter, the last one of each word, and the words' lengths with their ends."""
        rows = [self.encode(word) for word in words]
        lengths = torch.tensor([len(row) for row in rows], device=self.output.bias.device)
        states, _ = self.encoder(self.letters(pad(rows, device=lengths.device)))
        return states, states[torch.arange(len(rows), device=lengths.device), lengths - 1], lengths

    def score(self, states: Float[Tensor, "*batch hidden"]) -> Float[Tensor, "*batch phonemes"]:
        """Return the scores of all phonemes: z = W h + b."""
        scores: Tensor = self.output(states)
        return scores

    @torch.inference_mode()
    def spell_all(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the phonemes of each word, without an end, as the published `predict` writes them."""
        found: list[tuple[str, ...]] = []
        for start in range(0, len(words), BATCH):
            summaries = self.read(words[start : start + BATCH])[1]
            written = self._write(summaries)[0]
            found += [tuple(PHONEMES[number] for number in row if number != END) for row in written]
        return found

    @torch.inference_mode()
    def spell(self, word: str) -> Spelling:
        """Return one word's phonemes with what happened on the way."""
        states, summary, _ = self.read([word])
        (numbers,), decoded, logits = self._write(summary)
        return Spelling(
            word=word,
            letters=(*word, LETTERS[LETTERS_END]),
            phonemes=tuple(PHONEMES[number] for number in numbers),
            read=states[0].cpu().numpy(),
            states=decoded[0, : len(numbers)].cpu().numpy(),
            logits=logits[0, : len(numbers)].cpu().numpy(),
        )

    def _write(
        self, summaries: Float[Tensor, "words hidden"]
    ) -> tuple[list[list[int]], Float[Tensor, "words steps hidden"], Float[Tensor, "words steps phonemes"]]:
        """Write the likeliest phoneme at every step until all words have ended; rows end with `END`, if they do."""
        state = summaries  # s_0 = h_T: the word, in one vector
        before = torch.full((len(summaries),), START, device=summaries.device)
        open_ = torch.ones_like(before, dtype=torch.bool)
        states: list[Tensor] = []
        logits: list[Tensor] = []
        chosen: list[Tensor] = []
        while len(chosen) < MOST_WRITTEN and bool(open_.any()):
            # s_t = GRU(E[y_(t-1)], s_(t-1)), then the likeliest phoneme
            state, _ = self.decoder.step(self.decoder.weigh_input(self.phonemes(before)), state)
            scores = self.score(state)
            before = scores.argmax(-1)
            states.append(state)
            logits.append(scores)
            chosen.append(before)
            open_ = open_ & (before != END)
        rows = torch.stack(chosen, 1).tolist()
        rows = [row[: row.index(END) + 1] if END in row else row for row in rows]
        return rows, torch.stack(states, 1), torch.stack(logits, 1)


def load(folder: Path, device: torch.device | None = None) -> G2P:
    """Return the model in a folder that `core.assets.convert.g2p` made; raises `OSError` where it is missing."""
    weights = load_file(folder / "model.safetensors")
    embedding, hidden = weights["letters.weight"].shape[1], weights["output.weight"].shape[1]
    model = G2P(embedding=embedding, hidden=hidden)
    model.load_state_dict(weights)
    return model.requires_grad_(False).eval().to(device)


def load_g2p(progress: Progress | None = None) -> G2P:
    """Return the model, fetched first if it is not on this machine; raises `AssetError` when it can't be had."""
    return held(load)(ensure("g2p-en", progress=progress))
