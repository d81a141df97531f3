"""Many to many: a sentence in, its translation out, by the model without attention of the lesson on the encoder-decoder."""

import numpy as np

from core.assets.evaluation import Sentences, samples
from core.experiments.four_shapes.results import Scores, Translated
from core.experiments.intervals import Counted
from core.pretrained.translation.recurrent import load_recurrent
from core.pretrained.translation.translator import shared_translator

NAME = "none_en_pt"
SENTENCES: Sentences = "controlled"


def translate(text: str) -> Translated:
    """Return what is written for a sentence."""
    found = load_recurrent(NAME).translate(text)
    return Translated(found.source, found.target, np.exp(found.logprobs.astype(np.float64)), found.text)


def scores() -> Scores:
    """Return how many of the simple sentences that were kept apart are translated as Marian, its teacher, does.

    The other way is word by word: Marian's translation of each word alone, in the order of the words.
    """
    sources, wanted = samples(SENTENCES)
    marian = shared_translator("en-pt")
    written = [each.text for each in load_recurrent(NAME).translate_all(sources)]
    words = sorted({word for text in sources for word in _words(text)})
    alone = dict(zip(words, (_bare(each.text) for each in marian.translate_all(words)), strict=True))
    plain = [" ".join(alone[word] for word in _words(text)) for text in sources]
    count = len(sources)
    return Scores(
        Counted(count, sum(_bare(a) == _bare(b) for a, b in zip(written, wanted, strict=True))),
        (("word by word", Counted(count, sum(a == _bare(b) for a, b in zip(plain, wanted, strict=True)))),),
    )


def _words(text: str) -> list[str]:
    return _bare(text).split()


def _bare(text: str) -> str:
    """Return a text in small letters without signs, as sentences are compared."""
    return " ".join("".join(c if c.isalnum() or c in "-’'" else " " for c in text.lower()).split())
