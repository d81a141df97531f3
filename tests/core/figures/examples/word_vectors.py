"""The pictures of the lesson on word vectors."""

from dataclasses import replace

from core.experiments import word_vectors as lesson
from core.experiments.recording import find
from core.experiments.word_vectors import results
from core.experiments.word_vectors.results import DEFAULT_NEGATIVES, DEFAULT_WIDTH, DEFAULT_WINDOW, STAGES
from core.figures import word_vectors as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends, and with a hostile text."""
    learned, shuffled = (
        find(lesson.learn, "", DEFAULT_WINDOW, DEFAULT_NEGATIVES, DEFAULT_WIDTH, which) for which in (False, True)
    )
    odd = replace(
        learned,
        split=tuple(HOSTILE + word for word in learned.split),
        known=tuple(HOSTILE for _ in learned.known),
        passage=tuple(HOSTILE for _ in learned.passage),
        drawn=tuple(HOSTILE for _ in learned.drawn),
    )
    analogy, one = (find(lesson.near, results.read_words(words)) for words in (results.DEFAULT_WORDS, "bank"))
    typed = replace(analogy, asked=(HOSTILE,) * 3, found=tuple((HOSTILE, value) for _, value in analogy.found))
    judged, leaning, study = find(lesson.judged), find(lesson.leaning), find(lesson.study)
    bank = results.of_study(study, "bank")
    strange = replace(bank, word=HOSTILE, sentences=(HOSTILE, HOSTILE), cues=(HOSTILE, HOSTILE), glove=None)
    return {
        **{f"spellings, {stage}": figures.spellings(learned, stage) for stage in (0, 1, STAGES)},
        "spellings, hostile": figures.spellings(odd, STAGES),
        "company": figures.company(learned),
        "company, hostile": figures.company(odd),
        "mechanism": figures.skip_gram(learned, 2, STAGES),
        "mechanism, wide": figures.skip_gram(shuffled, 8, 0),
        "mechanism, hostile": figures.skip_gram(odd, 1, 1),
        "near, three": figures.near(analogy),
        "near, one": figures.near(one),
        "near, hostile": figures.near(typed),
        "mechanism, chain": figures.chain((("a pair", "coffee\ncup"), ("people", "0 to 10"), ("GloVe", "cosine")), 2),
        "mechanism, chain, hostile": figures.chain(((HOSTILE, HOSTILE), ("b", HOSTILE)), 0),
        "groups": figures.groups(judged),
        "people": figures.people(judged),
        "leaning": figures.leaning(leaning),
        **{f"senses, {word}": figures.senses(study, results.of_study(study, word)) for word in ("bank", "server")},
        "senses, hostile": figures.senses(study, strange),
        "layers": figures.layers(study),
        "mechanism, senses": figures.two_sentences(bank),
        "mechanism, senses, hostile": figures.two_sentences(strange),
    }
