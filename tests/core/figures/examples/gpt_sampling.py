"""Every picture of the lesson on GPT sampling: at its defaults, and with what a reader may make of it."""

import numpy as np

from core.experiments import gpt_sampling as lesson
from core.experiments import recording
from core.experiments.gpt_sampling.results import DEFAULT_MODEL, DEFAULT_PROMPT, Filters, NextToken, choose, sweep
from core.experiments.gpt_sampling.texts import METHODS, BeamNode, Settings, Text, Word, measure
from core.figures import gpt_sampling as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def recorded_next() -> NextToken:
    """The scores after the default prompt."""
    found: NextToken = recording.find(lesson.next_token, DEFAULT_MODEL, DEFAULT_PROMPT)
    return found


def hostile_next() -> NextToken:
    logits = np.linspace(4, 0, 30).astype(np.float32)
    labels = tuple(f"{n}{HOSTILE}" for n in range(30))
    return NextToken("made up", (1,), (HOSTILE, "#000001"), 0, 0, logits, np.arange(30), labels)


def text_of(*ranks: int, label: str = "a") -> Text:
    likely = [0.5**n for n in range(1, len(ranks) + 1)]
    words = tuple(
        Word(token=n, label=label, text=label, probability=p, logprob=float(np.log(p)), drawn=p, rank=rank)
        for n, (rank, p) in enumerate(zip(ranks, likely, strict=True))
    )
    return Text(words, label * len(ranks), True)


def tree(label: str = "a") -> tuple[BeamNode, ...]:
    """Two steps of a beam of two, and one pruned text."""
    rows = [(-1, 0, -1.0, True), (-1, 0, -1.5, False), (0, 1, -2.0, True), (0, 1, -2.25, True), (1, 1, -9.0, False)]
    return tuple(
        BeamNode(f"{label}{n}", parent, depth, total, survived, n in (0, 2))
        for n, (parent, depth, total, survived) in enumerate(rows)
    )


def pictures() -> dict[str, Picture]:
    """Every figure by a name of its own."""
    made = recorded_next()
    texts = {
        strategy: recording.find(lesson.write, DEFAULT_MODEL, DEFAULT_PROMPT, Settings(strategy=strategy))
        for strategy in ("greedy", "sample", "beam")
    }
    four = [texts["greedy"], texts["sample"], texts["sample"], texts["beam"]]
    found: dict[str, Picture] = {}
    for name, filters in {
        "defaults": Filters(),
        "filtered": Filters(0.7, 40, 0.9, 0.05),
        "cold": Filters(0.0),
        "hot": Filters(2.0),
        "one left": Filters(top_k=1),
    }.items():
        choice = choose(made, filters)
        found[f"next, {name}"] = figures.next_token(choice)
        found[f"mechanism, {name}"] = figures.mechanism(made, choice)
        found[f"sweep, {name}"] = figures.sweep(sweep(made, filters), filters.temperature, choice.entropy)
    hostile = hostile_next()
    found["next, hostile"] = figures.next_token(choose(hostile, Filters(top_k=5)))
    found["mechanism, hostile"] = figures.mechanism(hostile, choose(hostile, Filters()))
    found["notes"] = figures.notes()
    for strategy, text in texts.items():
        found[f"text, {strategy}"] = figures.text(text)
    found["text, hostile"] = figures.text(text_of(1, 5, 50, 500, label=HOSTILE))
    found["text, empty"] = figures.text(Text((), "", True))
    found["methods"] = figures.methods([measure(name, text) for name, text in zip(METHODS, four, strict=True)])
    found["beam"] = figures.beam(texts["beam"].tree)
    found["beam, hostile"] = figures.beam(tree(HOSTILE))
    found["beam, empty"] = figures.beam(())
    return found
