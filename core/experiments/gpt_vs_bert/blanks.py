"""Fill the blank: a masked model from both sides, a causal one from the left side or by the whole sentence."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.data.prose import load_prose
from core.experiments.gpt_vs_bert.results import (
    BOTH,
    GREEDY,
    LEFT,
    WHOLE,
    CausalBlank,
    HeldOut,
    Ranked,
    Sentence,
)
from core.generation.scores import log_probabilities
from core.generation.seeds import checked
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.encoder.masked import MaskedModel, load_masked_model
from core.progress import Steps, finish

SHOWN, NEXT = 8, 200  # next words that are kept, of so many tokens
SENTENCES, SHORTEST, LONGEST = 60, 8, 18  # words
OPTIONS = 6


def masked(model: MaskedModel, before: str, after: str, candidates: Sequence[str]) -> Ranked:
    """Return the candidates by how likely the masked model finds them between two texts; shares over the candidates."""
    return _shares(candidates, [model.candidate(before, word, after) for word in candidates])


def causal(model: LanguageModel, before: str, after: str, candidates: Sequence[str]) -> Steps[CausalBlank]:
    """Return the likeliest next words after `before`, and the candidates by the left side and by the whole sentence."""
    before, after = before.rstrip(), after.lstrip()
    ids = model.encode(before) if before else [model.end_tokens[0]]
    logs = log_probabilities(model.logits(ids)[-1])
    named = [(model.decode([int(n)]), float(logs[n])) for n in np.argsort(-logs)[:NEXT]]
    glue = " " if before else ""
    known = [(text.strip(), log) for text, log in named if text.strip().isalpha() and text == glue + text.strip()]
    known = (known or [(named[0][0].strip() or "?", named[0][1])])[:SHOWN]  # after some signs no word follows
    greedy = Ranked(tuple(text for text, _ in known), np.exp([log for _, log in known]).astype(np.float32))
    yield 1, len(candidates) + 1
    left, whole = [], []
    for step, word in enumerate(candidates):
        middle = model.encode(glue + word)
        right = model.encode((" " if after[:1].isalnum() or after[:1] in "\"'(" else "") + after) if after else []
        table, text = model.logits([*ids, *middle, *right]), [*middle, *right]
        parts = [float(log_probabilities(table[len(ids) - 1 + n])[token]) for n, token in enumerate(text)]
        left.append(sum(parts[: len(middle)]))
        whole.append(sum(parts))
        yield step + 2, len(candidates) + 1
    return CausalBlank(greedy, _shares(candidates, left), _shares(candidates, whole))


def sentences(seed: int = 0) -> tuple[Sentence, ...]:
    """Return held-out sentences of reviews and editorials, each with one word in its middle left out, and its options."""
    rng = np.random.default_rng(checked(seed))
    found: list[Sentence] = []
    lines = load_prose().held_out.splitlines()
    for n in rng.permutation(len(lines)):
        words = lines[n].split()
        if not SHORTEST <= len(words) <= LONGEST or not lines[n][:1].isupper() or not lines[n].endswith("."):
            continue
        inside = [p for p in range(len(words) // 4, len(words) - 2) if words[p].isalpha() and words[p].islower()]
        if inside:
            at = int(rng.choice(inside))
            found.append(Sentence(" ".join(words[:at]), words[at], " ".join(words[at + 1 :])))
    found = found[:SENTENCES]
    for n, one in enumerate(found):
        others = sorted({each.word for each in found if each.is_small == one.is_small} - {one.word})
        drawn = [str(word) for word in rng.choice(others, OPTIONS - 1, replace=False)]
        found[n] = replace(one, options=tuple(sorted([one.word, *drawn])))
    return tuple(found)


def held_out(model: LanguageModel) -> Steps[HeldOut]:
    """Let each of four ways choose among the options of every held-out sentence."""
    reader, chosen = load_masked_model(), sentences()
    rows: dict[str, list[str]] = {way: [] for way in (GREEDY, WHOLE, LEFT, BOTH)}
    for n, one in enumerate(chosen):
        mine = finish(causal(model, one.before, one.after, one.options))
        rows[GREEDY].append(mine.left.words[0])
        rows[WHOLE].append(mine.whole.words[0])
        rows[LEFT].append(masked(reader, one.before, "", one.options).words[0])
        rows[BOTH].append(masked(reader, one.before, one.after, one.options).words[0])
        yield n + 1, len(chosen)
    return HeldOut(chosen, tuple(rows), tuple(map(tuple, rows.values())))


def _shares(words: Sequence[str], logs: Sequence[float]) -> Ranked:
    powers = np.exp(np.array(logs) - max(logs))
    order = np.argsort(-powers, kind="stable")
    return Ranked(tuple(words[int(n)] for n in order), (powers / powers.sum())[order].astype(np.float32))
