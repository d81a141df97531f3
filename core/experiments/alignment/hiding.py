"""The lesson on alignment, as far as it needs the models: translating, hiding words, and the inside of a step."""

import math
from collections.abc import Generator, Sequence

import numpy as np

from core.assets.fetch import AssetError
from core.data.pairs import HELD_OUT, natural_sentences
from core.experiments.alignment.many import Study, gather
from core.experiments.alignment.results import END_PIECE, MODELS, Alignment, Hidden, Inside, groups
from core.pretrained.hub.files import HubError
from core.pretrained.translation import known
from core.pretrained.translation.marian import ALIGNED_HEAD
from core.pretrained.translation.recurrent import RecurrentTranslator, load_recurrent
from core.pretrained.translation.translator import MarianTranslator, Translator, by_words, shared_translator
from core.progress import Steps, finish

AT_ONCE = 16  # words that are hidden in one go, so that others need not wait for the end of a long sentence
OUTSIDE = {"marian_en_pt": "en-pt", "marian_pt_en": "pt-en", "hub_en_fr": "en-fr"}
SENTENCES, SHORTEST, LONGEST = 100, 6, 16  # of the study: how many, and their words
# Word for word: there is no model here from French to English.
FRENCH = {
    "l'accord": "the agreement", "sur": "on", "la": "the", "zone": "area", "économique": "economic",
    "européenne": "European", "a": "has", "été": "been", "signé": "signed", "en": "in", "août": "August", "et": "and",
    "le": "the", "roi": "king", "d'israël": "of Israel", "dit": "said", "à": "to", "ses": "his", "serviteurs": "servants",
    "l'espace": "the space", "signée": "signed", "les": "the", "de": "of", "du": "of the", "des": "of the",
}  # fmt: skip


def translator(model: str) -> Translator:
    """Return one of `MODELS`.

    Raises `KeyError` for another name and `RuntimeError` in words for a reader where the model can't be had.
    """
    label = MODELS[model].label
    try:
        return shared_translator(OUTSIDE[model]) if model in OUTSIDE else load_recurrent(model)
    except HubError:
        away = f"{label} is a public model that is not on this machine, and the model hub could not be reached"
        raise RuntimeError(f"{away}. Choose another model under “More”, or come back later.") from None
    except (OSError, AssetError):
        raise RuntimeError(f"the files of {label} are missing here. Choose another model under “More”.") from None


def aligned(model: str, text: str) -> Steps[Alignment]:
    """See `core.experiments.alignment.aligned`."""
    return (yield from align(translator(model), model, text))


def align(with_: Translator, model: str, text: str) -> Generator[tuple[int, int], None, Alignment]:
    """Do what `aligned` does with a translator that is at hand."""
    text = shortened(with_, text, MODELS[model].pieces)
    written = with_.translate(text)
    words = groups(written.source)
    costs = np.zeros((len(written.target), len(words)), np.float32)
    yield 1, len(words) + 1
    for start in range(0, len(words), AT_ONCE) if len(words) > 1 and len(written.target) else ():
        chosen = words[start : start + AT_ONCE]
        # The translation is given and only its probabilities are asked for; from the first one nothing is hidden.
        followed = with_.follow_all(
            [text] * (len(chosen) + 1), [written.target] * (len(chosen) + 1), hidden=[(), *map(list, chosen)]
        )
        for number, one in enumerate(followed[1:], start):
            # cost(i, w) = ln p(y_i) - ln p(y_i | w hidden)
            costs[:, number] = followed[0].logprobs - one.logprobs
        yield min(start + AT_ONCE, len(words)) + 1, len(words) + 1
    return Alignment(
        model=model,
        text=text,
        unknown=known.characters(text, with_.unknown(text)),
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


def hide(model: str, text: str, position: int) -> Hidden:
    """See `core.experiments.alignment.hidden`."""
    with_ = translator(model)
    words = groups(with_.pieces.encode(text)[1])
    if not 0 <= position < len(words):
        raise ValueError(f"no word {position} among {len(words)}")
    first, again = with_.translate(text), with_.translate(text, hidden=list(words[position]))
    joined = by_words(again)
    kept = len(joined.target) - (joined.target[-1:] == (END_PIECE,))
    english = glosses(MODELS[model].writes, (first.text, again.text))
    return Hidden(position, joined.target[:kept], joined.logprobs[:kept].astype(np.float32), english)


def inside(model: str, text: str) -> Inside | None:
    """See `core.experiments.alignment.inside`."""
    with_ = translator(model)
    return opened(with_, text, with_.translate(text).target)


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


def glosses(language: str, texts: tuple[str, str]) -> tuple[str, str]:
    """Return texts in English: Portuguese by Marian, French word for word, unknown words in brackets; "" for English."""
    if language == "French":
        first, second = (" ".join(map(_word_for_word, text.split())) for text in texts)
        return first, second
    if language == "English":
        return "", ""
    try:
        first, second = (each.text for each in translator("marian_pt_en").translate_all(texts))
    except RuntimeError:  # a gloss is a help: the page stands without it
        return "", ""
    return first, second


def _word_for_word(word: str) -> str:
    if not any(c.isalpha() for c in word):
        return word  # a number needs no gloss
    return FRENCH.get(word.lower().strip(".,:;!?"), f"[{word.strip('.,:;!?')}]")


def held_out(count: int = SENTENCES) -> list[str]:
    """Return natural English sentences of 6 to 16 words that our recurrent models were not trained on.

    Raises `AssetError` where the asset "hutto-snippets" can't be had.
    """
    apart = natural_sentences()[: HELD_OUT["natural"]]
    return [sentence for sentence in apart if SHORTEST <= len(sentence.split()) <= LONGEST][:count]


def study(model: str, count: int = SENTENCES) -> Steps[Study]:
    """See `core.experiments.alignment.study`. From Portuguese, the sources are what Marian writes for the English ones.

    Sentences without a translation are left out.
    """
    sentences = held_out(count)
    if MODELS[model].reads == "Portuguese":
        sentences = [each.text for each in translator("marian_en_pt").translate_all(sentences)]
    found = []
    for done, sentence in enumerate(sentences, 1):
        one = finish(aligned(model, sentence))
        found += [one] if one.steps else []
        yield done, len(sentences)
    return gather(found)
