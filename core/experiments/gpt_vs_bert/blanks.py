"""Fill the blank: a masked model from both sides, a causal one from the left side or by the whole sentence."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.data.prose import load_prose
from core.experiments.gpt_vs_bert.results import (
    BOTH,
    GREEDY,
    LEFT,
    OFFERED,
    WHOLE,
    CausalBlank,
    HeldOut,
    Ranked,
    Sentence,
)
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.encoder.masked import MaskedModel, load_masked_model
from core.progress import Steps, finish

SHOWN = 8
CANDIDATES = 6  # of the likeliest next tokens, for the probability of the whole sentence
SENTENCES, SHORTEST, LONGEST = 100, 8, 18  # words


def masked(model: MaskedModel, before: str, after: str, count: int = SHOWN) -> Ranked:
    """Return the whole words that the masked model finds likeliest between two texts; probabilities over whole words."""
    logs = model.log_probabilities([model.blank(before, after)])[0].astype(np.float64)
    known = model.whole_words
    powers = np.exp(logs[known] - logs[known].max())
    return _top([model.encoder.piece_name(int(n)) for n in known], powers / powers.sum(), count)


def causal(model: LanguageModel, before: str, after: str, offered: Sequence[str]) -> Steps[CausalBlank]:
    """Return the likeliest next tokens after `before`, and candidates by the probability of the whole sentence.

    Candidates are `offered` and the likeliest next tokens that are words.
    """
    before, after = before.rstrip(), after.lstrip()
    ids = model.encode(before) if before else [model.end_tokens[0]]
    logs = _log_softmax(model.logits(ids)[-1])
    order = np.argsort(-logs)[:400]
    named = [(model.decode([int(n)]), float(logs[n])) for n in order]
    glue = " " if before else ""
    known = [(text.strip(), log) for text, log in named if text.strip().isalpha() and text == glue + text.strip()]
    greedy = Ranked(tuple(t for t, _ in known[:SHOWN]), np.exp([log for _, log in known[:SHOWN]]).astype(np.float32))
    seen: dict[str, str] = {}
    for word in (*offered, *greedy.words[:CANDIDATES]):
        seen.setdefault(word.lower(), word)
    candidates = list(seen.values())
    yield 1, len(candidates) + 1
    totals = []
    for step, word in enumerate(candidates):
        middle = model.encode(glue + word)
        right = model.encode((" " if after[:1].isalnum() or after[:1] in "\"'(" else "") + after) if after else []
        table = model.logits([*ids, *middle, *right])
        text = [*middle, *right]
        totals.append(sum(float(_log_softmax(table[len(ids) - 1 + n])[token]) for n, token in enumerate(text)))
        yield step + 2, len(candidates) + 1
    powers = np.exp(np.array(totals) - max(totals))
    return CausalBlank(greedy, _top(candidates, powers / powers.sum(), SHOWN))


def sentences(seed: int = 0) -> tuple[Sentence, ...]:
    """Return held-out sentences of reviews and editorials, each with one word in its middle half left out."""
    rng = np.random.default_rng(seed)
    found = []
    lines = load_prose().held_out.splitlines()
    for n in rng.permutation(len(lines)):
        words = lines[n].split()
        if not SHORTEST <= len(words) <= LONGEST or not lines[n][:1].isupper() or not lines[n].endswith("."):
            continue
        inside = [p for p in range(len(words) // 4, len(words) - 2) if words[p].isalpha()]
        if inside:
            at = int(rng.choice(inside))
            found.append(Sentence(" ".join(words[:at]), words[at], " ".join(words[at + 1 :])))
    return tuple(found[:SENTENCES])


def held_out(model: LanguageModel) -> Steps[HeldOut]:
    """Fill the blank of every held-out sentence in four ways."""
    reader, chosen = load_masked_model(), sentences()
    rows: dict[str, list[str]] = {way: [] for way in (GREEDY, WHOLE, LEFT, BOTH)}
    for n, one in enumerate(chosen):
        both = masked(reader, one.before, one.after)
        mine = finish(causal(model, one.before, one.after, both.words[:OFFERED]))
        rows[LEFT].append(masked(reader, one.before, "").words[0])
        rows[BOTH].append(both.words[0])
        rows[GREEDY].append(mine.greedy.words[0])
        rows[WHOLE].append(mine.whole.words[0])
        yield n + 1, len(chosen)
    return HeldOut(chosen, tuple(rows), tuple(map(tuple, rows.values())))


def _top(words: Sequence[str], probabilities: Float[np.ndarray, "words"], count: int) -> Ranked:
    order = np.argsort(-probabilities, kind="stable")[:count]
    return Ranked(tuple(words[int(n)] for n in order), probabilities[order].astype(np.float32))


def _log_softmax(scores: Float[np.ndarray, "vocabulary"]) -> Float[np.ndarray, "vocabulary"]:
    shifted = scores.astype(np.float64) - float(scores.max())
    logs: np.ndarray = shifted - np.log(np.exp(shifted).sum())
    return logs
