"""Sets both machines to work: the translator there and back, the chat model through its template, greedily."""

from collections.abc import Sequence

import numpy as np
import torch
from sacrebleu.metrics import CHRF

from core.data.short_texts import QUESTIONS, SENTENCES, TEXTS
from core.experiments.seq2seq_tasks.results import (
    ANSWER_TOKENS,
    CHAT_TRANSLATION_TOKENS,
    MAX_PASSED_ON,
    ROUNDS,
    SUMMARY_TOKENS,
    SYSTEM,
    Drift,
    Rounds,
    Written,
    answer_request,
    summary_request,
)
from core.generation.decoding import Sampling
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.translation.translator import LONGEST, Translator, shared_translator
from core.progress import Steps, finish

START, END = 1, 2  # the numbers of <|im_start|> and <|im_end|>, which no text can spell


def chrf(text: str, other: str) -> float:
    """Return how much two texts agree in runs of 1 to 6 characters, 0 to 100 (chrF: Popović 2015)."""
    return float(CHRF().sentence_score(text, [other]).score) if text and other else 0.0


def _there_and_back(texts: Sequence[str]) -> Steps[list[tuple[list[str], list[str]]]]:
    found = []
    for number in range(ROUNDS):
        yield number, ROUNDS
        there = _texts(shared_translator("en-pt"), texts)
        texts = _texts(shared_translator("pt-en"), there)
        found.append((there, list(texts)))
    return found


def _texts(translator: Translator, texts: Sequence[str]) -> list[str]:
    """Translate texts; what grew too long is cut to what fits."""
    fitting = []
    for text in texts:
        text = text[:MAX_PASSED_ON]
        while len(translator.pieces.cut(text).pieces) >= LONGEST:
            text = text[: len(text) * 3 // 4]
        fitting.append(text)
    return [one.text for one in translator.translate_all(fitting)]


def rounds(sentence: str) -> Steps[Rounds]:
    """See `core.experiments.seq2seq_tasks.rounds`."""
    found = yield from _there_and_back([sentence])
    english = tuple(back for _, (back,) in found)
    scores = np.array([chrf(back, sentence) for back in english])
    unknown = "".join(sorted({sentence[place] for place in shared_translator("en-pt").unknown(sentence)}))
    return Rounds(sentence, tuple(there for (there,), _ in found), english, scores, unknown)


def drift() -> Steps[Drift]:
    """See `core.experiments.seq2seq_tasks.drift`."""
    found = yield from _there_and_back(SENTENCES)
    return _drift(found)


def _drift(found: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Drift:
    portuguese, english = zip(*found, strict=True)
    scores = [[chrf(each[n], sentence) for each in english] for n, sentence in enumerate(SENTENCES)]
    unrelated = np.mean([chrf(one, SENTENCES[n - 1]) for n, one in enumerate(SENTENCES)])
    return Drift(np.array(scores), tuple(map(tuple, portuguese)), tuple(map(tuple, english)), float(unrelated))


def chat_prompt(model: LanguageModel, request: str) -> list[int]:
    """Return the tokens of a request in the model's chat template; what the request holds is text, whatever it spells."""
    turns = [[START, *model.encode(f"{who}\n{what}"), END, *model.encode("\n")] for who, what in
             (("system", SYSTEM), ("user", request))]  # fmt: skip
    return [*turns[0], *turns[1], START, *model.encode("assistant\n")]


def write(model: LanguageModel, request: str, most: int) -> Steps[Written]:
    """Yield (tokens written, most) and return what the model writes to a request: always the likeliest token next."""
    ids = chat_prompt(model, request)
    policy = Sampling(temperature=0.0, max_new_tokens=most, end_tokens=model.end_tokens)
    with torch.inference_mode():
        cache = model.new_cache(1, len(ids) + most)
        scores = finish(model.prefill(ids, cache, 0))
    for position in range(len(ids), len(ids) + most):
        with torch.inference_mode():
            move = policy.advance(scores)
            if move.done:
                break
            scores = model.step(list(move.tokens), [position], cache)
        yield policy.length, most
    tokens = [step.token for step in policy.steps]
    ended = bool(tokens) and tokens[-1] in model.end_tokens
    text = model.decode([token for token in tokens if token not in model.end_tokens]).strip()
    marks = tuple(n for n, token in enumerate(ids) if token in (START, END))
    return Written(tuple(map(model.label, ids)), marks, text, len(tokens), ended)


def _all(model: LanguageModel, requests: Sequence[str], most: int) -> Steps[tuple[Written, ...]]:
    found: list[Written] = []
    for number, request in enumerate(requests):
        yield number, len(requests)
        steps = write(model, request, most)
        while len(found) == number:
            try:
                next(steps)
            except StopIteration as end:
                found.append(end.value)
            else:
                yield number, len(requests)
    return tuple(found)


def summaries(model: LanguageModel, style: str) -> Steps[tuple[Written, ...]]:
    """See `core.experiments.seq2seq_tasks.summaries`."""
    return _all(model, [summary_request(one.text, style) for one in TEXTS], SUMMARY_TOKENS)


def answers(model: LanguageModel, with_text: bool) -> Steps[tuple[Written, ...]]:
    """See `core.experiments.seq2seq_tasks.answers`."""
    requests = [answer_request(TEXTS[n].text if with_text else "", one.question) for n, one in QUESTIONS]
    return _all(model, requests, ANSWER_TOKENS)


def chat_drift(model: LanguageModel) -> Steps[Drift]:
    """See `core.experiments.seq2seq_tasks.chat_drift`."""
    requests = [f"Translate this sentence to Portuguese.\n\n{one}" for one in SENTENCES]
    there = [one.text for one in (yield from _all(model, requests, CHAT_TRANSLATION_TOKENS))]
    return _drift([(there, _texts(shared_translator("pt-en"), there))])
