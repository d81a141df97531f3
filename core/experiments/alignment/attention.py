"""The lesson on alignment, as far as it needs the models: translating, hiding words, and the inside of a step."""

import math
from collections.abc import Generator, Sequence
from functools import cache

import numpy as np

from core.experiments.alignment import MODELS, Hidden, Inside, Look, groups
from core.experiments.alignment.study import Study, gather
from core.pretrained.translation.marian import ALIGNED_HEAD
from core.pretrained.translation.recurrent import RecurrentTranslator, load_recurrent
from core.pretrained.translation.translator import MarianTranslator, Translator, by_words, shared_translator

AT_ONCE = 16  # words that are hidden in one go, so that others need not wait for the end of a long sentence
OUTSIDE = {"marian_en_pt": "en-pt", "marian_pt_en": "pt-en", "hub_en_fr": "en-fr"}


@cache  # six models at most, and none is ever changed
def translator(model: str) -> Translator:
    """Return one of `MODELS`.

    Raises `KeyError` for another name, `OSError` where weights of ours are missing, and `AssetError` or `HubError` where a
    public model can't be had.
    """
    if model not in MODELS:
        raise KeyError(model)
    return shared_translator(OUTSIDE[model]) if model in OUTSIDE else load_recurrent(model)


def look(model: str, text: str) -> Generator[tuple[int, int], None, Look]:
    """Yield (source words hidden, source words) and return the translation of a text with what hiding each word costs it.

    What has too many pieces for the model loses its end. Raises as `translator` does.
    """
    return (yield from looking(translator(model), model, text))


def looking(with_: Translator, model: str, text: str) -> Generator[tuple[int, int], None, Look]:
    """Do what `look` does with a translator that is at hand."""
    text = shortened(with_, text, MODELS[model].pieces)
    written = with_.translate(text)
    words = groups(written.source)
    costs = np.zeros((len(written.target), len(words)), np.float32)
    yield 1, len(words) + 1
    for start in range(0, len(words), AT_ONCE) if len(words) > 1 and len(written.target) else ():
        chosen = words[start : start + AT_ONCE]
        # The translation is given and only its chances are asked for; the first one is hidden nothing.
        followed = with_.follow_all(
            [text] * (len(chosen) + 1), [written.target] * (len(chosen) + 1), hidden=[(), *map(list, chosen)]
        )
        for number, one in enumerate(followed[1:], start):
            costs[:, number] = followed[0].logprobs - one.logprobs
        yield min(start + AT_ONCE, len(words)) + 1, len(words) + 1
    return Look(
        model=model,
        text=text,
        source=written.source,
        target=written.target,
        translation=written.text,
        weights=written.alignment.astype(np.float32),
        logprobs=written.logprobs.astype(np.float32),
        costs=costs,
    )


def shortened(with_: Translator, text: str, most: int) -> str:
    """Return a text without so many of its last words that it has at most `most` pieces; a single word loses letters."""
    while len(with_.pieces.encode(text)[0]) > most:
        words = text.split(" ")
        text = " ".join(words[:-1]) if len(words) > 1 else text[: len(text) * 3 // 4]
    return text


def hide(seen: Look, place: int) -> Hidden:
    """Return what the model writes when source word `place` (0 is the first) is hidden; raises `ValueError` for no such word."""
    words = groups(seen.source)
    if not 0 <= place < len(words):
        raise ValueError(f"no word {place} among {len(words)}")
    again = by_words(translator(seen.model).translate(seen.text, hidden=list(words[place])))
    kept = len(again.target) - (again.target[-1:] == ("</s>",))
    return Hidden(place, again.target[:kept], again.logprobs[:kept].astype(np.float32))


def inside(seen: Look) -> Inside | None:
    """Return the arithmetic of every step of a translation; None for a model whose inside is not open here."""
    with_ = translator(seen.model)
    return opened(with_, seen.text, seen.target)


def opened(with_: Translator, text: str, target: Sequence[str]) -> Inside | None:
    """Return what `inside` does for a text and its translation's pieces."""
    if isinstance(with_, MarianTranslator):
        trace = with_.trace(text, target)
        queries, keys, values = (part[-1, ALIGNED_HEAD] for part in (trace.queries, trace.keys, trace.values))
        weights, root = trace.attention[-1, ALIGNED_HEAD], math.sqrt(keys.shape[1])
        # e_ij = q_i k_j / sqrt(d), and the head hands on sum_j a_ij v_j
        return Inside(queries @ keys.T / np.float32(root), weights, values, weights @ values, root)
    if isinstance(with_, RecurrentTranslator):
        found = with_.trace(text, target)
        return Inside(found.scores, found.weights, found.places, found.contexts, 1.0)
    return None


def study(model: str, sentences: Sequence[str]) -> Generator[tuple[int, int], None, Study]:
    """Yield (sentences done, sentences) and return what they say together; sentences without a translation are left out."""
    looks = []
    for done, sentence in enumerate(sentences, 1):
        found = yield from _quietly(look(model, sentence), done, len(sentences))
        if found.steps:
            looks.append(found)
    return gather(looks)


def _quietly(
    work: Generator[tuple[int, int], None, Look], done: int, total: int
) -> Generator[tuple[int, int], None, Look]:
    """Do one sentence's work as one step of many."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: Look = end.value
            return found
        yield done, total
