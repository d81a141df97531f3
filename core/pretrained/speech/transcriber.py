"""Speech to words with Whisper: what it writes, token by token, and when each word of it is said."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from core.assets.fetch import Progress, ensure
from core.data.mel import HOP, log_mel
from core.pretrained.held import held
from core.pretrained.speech.whisper import LONGEST, Kept, Whisper
from core.progress import Steps, finish

DEFAULT_SPEECH = "whisper-tiny.en"
ASSETS = {DEFAULT_SPEECH: "whisper-tiny-en"}
END, START, NOBODY, UNTIMED, TIME = 50_256, 50_257, 50_361, 50_362, 50_363  # tokens; from TIME on: 0.00 s, 0.02 s ...
LAST_TIME = TIME + 1_500
FIRST_BY = 50  # the text begins within the first second: the first token of time is at most this one
MOST = LONGEST // 2  # tokens of text


@dataclass(frozen=True)
class Transcript:
    """What was written for a sound.

    ids, tokens: the tokens of the text and what each reads. nobody: how likely, it says, nobody speaks. cross: the
    weights with which each token, and last the end of the text, attends to each 20 ms of the sound, as it is written.
    """

    text: str
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    nobody: float
    cross: Float[np.ndarray, "layers heads tokens frames"]

    @property
    def begins(self) -> list[int]:
        """Return with which token (from 0) each word begins, and last how many tokens there are."""
        return [*(n for n, token in enumerate(self.tokens) if token.startswith(" ") or not n), len(self.tokens)]

    @property
    def alignment(self) -> Float[np.ndarray, "tokens frames"]:
        """Return how each token of the text attends to the frames, the mean over all heads; rows sum to 1."""
        mean: np.ndarray = self.cross[:, :, :-1].mean((0, 1))
        return mean


class SpeechModel:
    """Whisper with its tokens and its rules; made once, shared by all."""

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.model = Whisper()
        self.model.load_state_dict(
            {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
        )
        self.model.requires_grad_(False).eval()
        self.aligned = tuple((layer, head) for layer, head in config["alignment_heads"])
        self.never = config["suppress_ids"]

    def transcribe(self, wave: Float[np.ndarray, "samples"]) -> Transcript:
        """Return what is said in 16 kHz sound, of which the first 30 seconds are heard; raises as `write`."""
        return finish(self.write(wave))

    def write(self, wave: Float[np.ndarray, "samples"]) -> Steps[Transcript]:
        """Do as `transcribe`, token by token, always the likeliest one. Yields (tokens written, the most there may be).

        Raises `ValueError` for no sound, and for values that are no numbers.
        """
        if not len(wave) or not np.isfinite(wave).all():
            raise ValueError("there is no sound to hear")
        yield 0, MOST
        kept = self.model.listen(torch.as_tensor(log_mel(wave)))
        ids: list[int] = []
        scores, _, state = self.model.read(torch.tensor([START]), kept)
        nobody = float(scores[-1].softmax(-1)[NOBODY])
        while len(ids) < MOST:
            yield len(ids), MOST
            chosen = int(self.allowed(scores[-1], ids).argmax())
            if chosen == END:
                break
            ids.append(chosen)
            scores, _, state = self.model.read(torch.tensor([chosen]), state)
        text = tuple(token for token in ids if token < END)
        frames = max(1, min(len(wave) // (2 * HOP), 1_500))
        return Transcript(
            self.tokenizer.decode(text).strip(), text, self._tokens(text), nobody, self._cross(text, kept, frames)
        )

    def allowed(self, scores: Float[Tensor, "vocabulary"], ids: Sequence[int]) -> Float[Tensor, "vocabulary"]:
        """Return the scores of the next token, minus infinity for what may not follow `ids`.

        The rules of Whisper: the text stands between times that go on; a time comes where all times together are likelier
        than any token of text. Source: openai/whisper, decoding.py (SuppressTokens, ApplyTimestampRules).
        """
        scores, never = scores.clone(), -torch.inf
        scores[self.never] = scores[UNTIMED] = scores[LAST_TIME + 1 :] = never
        times = [token for token in ids if token >= TIME]
        if not ids:
            scores[:TIME] = scores[TIME + FIRST_BY + 1 :] = never
            return scores
        if ids[-1] >= TIME:
            if len(ids) == 1 or ids[-2] >= TIME:
                scores[TIME:] = never  # two times in a row: now text
            else:
                scores[:END] = never  # one: the next part begins, or this is the end
        if times:  # no time goes back, and no part ends when it begins
            scores[TIME : times[-1] + (ids[-1] < TIME)] = never
        likely = scores.log_softmax(-1)
        if likely[TIME:].logsumexp(-1) > likely[:TIME].max():
            scores[:TIME] = never
        return scores

    def _cross(self, text: Sequence[int], kept: Kept, frames: int) -> Float[np.ndarray, "layers heads tokens frames"]:
        """Return the weights while each token of a text is written, and the end, over the frames that hold the sound."""
        found = self.model.trace(torch.tensor([START, UNTIMED, *text]), kept).cross[:, :, 1:, :frames]
        shared: np.ndarray = found / np.maximum(found.sum(-1, keepdims=True), 1e-30)
        return shared

    def _tokens(self, ids: Sequence[int]) -> tuple[str, ...]:
        """Return what each token adds to the text; where one character is several tokens, the last of them shows it."""
        decode = partial(self.tokenizer.decode, skip_special_tokens=False)
        ends = ["", *(decode(list(ids[: n + 1])).rstrip("\N{REPLACEMENT CHARACTER}") for n in range(len(ids)))]
        return tuple(after[len(before) :] for before, after in pairwise(ends))


def load_speech(name: str = DEFAULT_SPEECH, progress: Progress | None = None) -> SpeechModel:
    """Return the model, fetched first if it is not on this machine; raises `core.assets.fetch.AssetError`.

    Raises `KeyError` for a name that is not in `ASSETS`.
    """
    return held(SpeechModel)(ensure(ASSETS[name], progress=progress))
