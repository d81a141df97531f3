"""What the views of this lesson share: what fills the script that the reader takes along."""

from typing import Any

from core.data import spellings
from core.data.senses import PAIRS
from core.experiments.word_vectors import results


def script_values(**own: Any) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`: the open view's own, and what the others show first."""
    bank = PAIRS[0]
    found: dict[str, Any] = {"WINDOW": results.DEFAULT_WINDOW, "NEGATIVES": results.DEFAULT_NEGATIVES}
    found |= {
        "WIDTH": results.DEFAULT_WIDTH,
        "SHUFFLED": False,
        "TEXT": "",
        "PAIRS": results.PAIRS_LEARNED,
        "SPLIT": spellings.SPLIT,
    }
    found |= {"ASKED": results.read_words(results.DEFAULT_WORDS), "FUNCTION": tuple(sorted(spellings.FUNCTION))}
    found |= {"WORD": bank.word, "SENTENCES": bank.sentences, "CUES": bank.cues}
    return found | own
