"""The word models of the lesson on language models: n-grams, an RNN and an LSTM, all from the same 1.5 million words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from core.assets.own import TRAINED, read
from core.data.word_text import WordText, load_text
from core.models.ngram import LONGEST, NGrams
from core.pretrained.held import held

if TYPE_CHECKING:
    from core.models.word_lm import WordLM

ORDERS = {f"{order}-gram": order for order in range(2, LONGEST + 1)}
RECURRENT = {"RNN": "word_rnn", "LSTM": "word_lstm"}
SMALL = (*ORDERS, *RECURRENT)


@dataclass(frozen=True)
class WordModels:
    """The text, what was counted in it, and the two networks that learned from it."""

    text: WordText
    ngrams: NGrams
    rnn: "WordLM"
    lstm: "WordLM"

    def distributions(self, name: str, contexts: Sequence[Sequence[int]]) -> Float[np.ndarray, "rows vocabulary"]:
        """Return the probability of every next word after each context; contexts are equally long and not empty."""
        if name in ORDERS:
            return np.array([self.ngrams.distribution(context, ORDERS[name]) for context in contexts])
        logits = (self.rnn if name == "RNN" else self.lstm).after(contexts)
        found: np.ndarray = logits.double().softmax(-1).numpy(force=True)
        return found


@held
def load_word_models() -> WordModels:
    """Return the models, after counting for some seconds; raises as `core.assets.own.read` does."""
    from core.models.saved import load
    from core.models.word_lm import WordLM

    text = load_text()
    found = [read(TRAINED / f"{file}.safetensors", load) for file in RECURRENT.values()]
    rnn, lstm = (model for model in found if isinstance(model, WordLM))
    return WordModels(text, NGrams(text.ids, len(text.vocabulary)), rnn, lstm)
