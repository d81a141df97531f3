"""The calls of the lesson on GPT and BERT whose results ship with the app: what its views and bets show first."""

from core.experiments import gpt_vs_bert as lesson
from core.experiments import recording
from core.experiments.gpt_vs_bert.results import (
    DEFAULT_BLANK,
    DEFAULT_CANDIDATES,
    DEFAULT_PROMPT,
    DEFAULT_TEXT,
    DEFAULT_WORD,
    candidates_of,
    gap_of,
)
from core.experiments.recording import Call, call

DEFAULT_MODEL = "smollm2-135m"
_CHANGES = [(DEFAULT_TEXT, place, DEFAULT_WORD) for place in range(len(DEFAULT_TEXT.split()))]
_GAP = gap_of(DEFAULT_BLANK)
_BLANKS = [(_GAP.before, _GAP.after(seen)) for seen in range(len(_GAP.right) + 1)] if _GAP else []
_LONG = "thousands of readings; tests/core/experiments/gpt_vs_bert computes some of its blanks again"
_READING = "two readings of a language model each; tests/core/experiments/gpt_vs_bert computes the first one again"


_WORDS = candidates_of(DEFAULT_CANDIDATES)


def _writings() -> list[Call]:
    written = recording.find(lesson.write, DEFAULT_PROMPT)
    written = recording.run(lesson.write, DEFAULT_PROMPT) if written is recording.MISSING else written
    judged = [call(lesson.judge, DEFAULT_MODEL, DEFAULT_PROMPT, text) for text in (written.causal, written.both)]
    return [call(lesson.write, DEFAULT_PROMPT), *judged]


CALLS: tuple[Call, ...] = (
    *(call(lesson.change_causal, DEFAULT_MODEL, *change, costly=_READING) for change in _CHANGES),
    *(call(lesson.change_both, *change) for change in _CHANGES),
    *(call(lesson.fill_masked, *sides, _WORDS) for sides in _BLANKS),
    *(call(lesson.fill_causal, DEFAULT_MODEL, *sides, _WORDS, costly=_READING) for sides in _BLANKS),
    *_writings(),
    call(lesson.fill_held_out, DEFAULT_MODEL, costly=_LONG),
    call(lesson.pair_facts),
    call(lesson.head_facts),
)
