"""Records what ships with the lesson on alignment: its default, and the study over 100 sentences that no model of ours saw.

`.venv/bin/python -m core.experiments.record alignment`
"""

import time
from collections.abc import Sequence

import torch

from core.data.pairs import HELD_OUT, natural_sentences
from core.experiments.alignment import DEFAULT_HIDE, DEFAULT_MODEL, DEFAULT_TEXTS, MODELS, recorded
from core.experiments.alignment.attention import hide, inside, look, study, translator
from core.experiments.alignment.study import Study
from core.progress import finish

SENTENCES, SHORTEST, LONGEST = 100, 6, 16  # words
STUDIED = ("marian_en_pt", "marian_pt_en", "additive_en_pt", "dot_en_pt")


def held_out(count: int = SENTENCES) -> list[str]:
    """Return natural English sentences of 6 to 16 words that our recurrent models were not trained on.

    Raises `AssetError` where the asset "hutto-snippets" can't be had.
    """
    apart = natural_sentences()[: HELD_OUT["natural"]]
    return [sentence for sentence in apart if SHORTEST <= len(sentence.split()) <= LONGEST][:count]


def studies(sentences: Sequence[str]) -> tuple[dict[str, Study], dict[str, str]]:
    """Return the study of every model that is here, and of the others why not.

    From Portuguese, the sources are what Marian writes for the English sentences.
    """
    found, missing = {}, {}
    portuguese = [each.text for each in translator("marian_en_pt").translate_all(sentences)]
    for model in STUDIED:
        try:
            translator(model)
        except OSError as error:
            missing[model] = f"{MODELS[model].label}: {type(error).__name__}"
            continue
        found[model] = finish(study(model, portuguese if MODELS[model].reads == "Portuguese" else sentences))
    return found, missing


def record() -> None:
    """Run the page at its defaults, and the study; write both."""
    torch.set_num_threads(1)
    seen = finish(look(DEFAULT_MODEL, DEFAULT_TEXTS["English"]))
    opened = inside(seen)
    if opened is None:
        raise RuntimeError("the default model's inside is not open")
    sentences = held_out()
    found, missing = studies(sentences)
    made = {
        "command": "python -m core.experiments.record alignment",
        "when": time.strftime("%Y-%m-%d"),
        "sentences": f"the first {len(sentences)} held-out snippets of {SHORTEST} to {LONGEST} words",
        "missing": missing,
    }
    recorded.write(seen, opened, hide(seen, DEFAULT_HIDE - 1), found, made)
