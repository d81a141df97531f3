"""The pictures of the lesson on three jobs."""

from dataclasses import replace

from core.data.short_texts import TEXTS
from core.experiments import seq2seq_tasks as lesson
from core.experiments.recording import find
from core.experiments.seq2seq_tasks.results import DEFAULT_SENTENCE, MODEL, Counts, counts, first_sentence
from core.figures import seq2seq_tasks as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends, and with a hostile text."""
    marian, chat, own = find(lesson.drift), find(lesson.chat_drift, MODEL), find(lesson.rounds, DEFAULT_SENTENCE)
    odd = replace(own, sentence=HOSTILE, english=(HOSTILE,) * 6, portuguese=(HOSTILE,) * 6)
    model = [
        counts(one.text, text.text) for one, text in zip(find(lesson.summaries, MODEL, "plain"), TEXTS, strict=True)
    ]
    rule = [counts(first_sentence(text.text), text.text) for text in TEXTS]
    answers = find(lesson.answers, MODEL, True)
    return {
        **{f"drift, {at}": figures.drift(marian, chat, own, at) for at in (1, 6)},
        "drift, hostile": figures.drift(marian, chat, odd, 3),
        "summaries": figures.summaries(model, rule, rule, model[0], "the summary below"),
        "summaries, nothing written": figures.summaries(model, rule, rule, Counts(0, 0, 0, 0), HOSTILE),
        "answers": figures.answers(answers, True),
        "answers, without": figures.answers(find(lesson.answers, MODEL, False), False),
        "answers, hostile": figures.answers([replace(one, text=HOSTILE) for one in answers], True),
        "translators": figures.translators(marian, chat),
        "mechanism": figures.mechanism(
            (("English", "a"), ("Portuguese", "b"), ("English", "")), ("one", "two"), 2, "62 of 100"
        ),
        "mechanism, hostile": figures.mechanism((("text", HOSTILE),) * 3, (HOSTILE,) * 2, 0, HOSTILE),
    }
