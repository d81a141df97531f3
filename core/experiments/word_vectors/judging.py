"""GloVe on public analogies and people's judgements (`core.data.word_questions`). Run when it is recorded."""

import numpy as np

from core.data.word_questions import ANALOGIES, NAMES, SETS, folder, read_analogies, spearman
from core.experiments.intervals import middle
from core.experiments.word_vectors.asking import glove
from core.experiments.word_vectors.results import Group, Judged, Judgement
from core.pretrained.word_vectors import WordVectors
from core.progress import Steps

BATCH, BINS, DRAWS = 128, 10, 1000


def judged() -> Steps[Judged]:
    """Measure all three; yields (questions, all questions)."""
    files = folder()
    questions = read_analogies((files / ANALOGIES).read_text("utf-8"))
    vectors = yield from glove()
    groups, total, done = [], sum(map(len, questions.values())), 0
    for name, rows in questions.items():
        groups.append(ask_group(vectors, NAMES.get(name, name), rows))
        done += len(rows)
        yield done, total
    sets = tuple(judge(vectors, name, asked, (files / file).read_text("utf-8")) for name, asked, file in SETS)
    return Judged(tuple(groups), sets)


def ask_group(vectors: WordVectors, name: str, rows: list[tuple[str, ...]]) -> Group:
    """Ask one group's questions, as `WordVectors.analogy` answers them, many at a time; one without a vector is wrong."""
    units = vectors.directions
    known = np.array([[vectors.at[word] for word in row] for row in rows if all(word in vectors for word in row)])
    right = 0
    for start in range(0, len(known), BATCH):
        a, b, c, wanted = known[start : start + BATCH].T
        cosines = (units[b] - units[a] + units[c]) @ units.T
        cosines[np.arange(len(a))[:, None], np.stack([a, b, c], 1)] = -9
        right += int((cosines.argmax(1) == wanted).sum())
    return Group(len(rows), right, name, " ".join(rows[0]), len(known))


def judge(vectors: WordVectors, name: str, asked: str, text: str) -> Judgement:
    """Compare people's judgements (two words and a number a line) with cosines."""
    lines = [line.lower().split("\t") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    pairs = [(a, b, float(score)) for a, b, score in lines]
    both = [(a, b, score) for a, b, score in pairs if a in vectors and b in vectors]
    units = vectors.directions
    people = np.array([score for _, _, score in both])
    cosines = np.array([float(units[vectors.at[a]] @ units[vectors.at[b]]) for a, b, _ in both])
    rng = np.random.default_rng(0)
    again = [
        spearman(people[rows], cosines[rows])
        for rows in (rng.integers(len(both), size=len(both)) for _ in range(DRAWS))
    ]
    low, high = middle(again)
    parts = np.array_split(np.argsort(people, kind="stable"), BINS)
    bins = np.array([[people[p].mean(), cosines[p].mean(), *np.percentile(cosines[p], [10, 90])] for p in parts])
    rho = spearman(people, cosines)
    return Judgement(name, asked, len(pairs), len(both), rho, float(low), float(high), bins.astype(np.float32))
