"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from typing import Any

from core.data.toy import TaskName
from core.experiments import recurrence_vs_attention as lesson
from core.experiments.recurrence_vs_attention.results import (
    ARCHITECTURES,
    LENGTHS,
    SECONDS,
    SEEDS,
    WIDTHS,
    Race,
)
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

TEXT = (
    "A recurrent network carries one state from step to step. All that it read has to fit into that state, and no step can "
    "begin before the one before it has ended. In exchange it can keep count: one small change of the state a step is all "
    "that counting needs. **Attention** keeps every step and compares all pairs. What is far away costs it no more than what "
    "is near, and all steps are computed side by side; but it has no state, so what has to be carried from step to step, it "
    "has to work out anew from all of them. A **dense network** has a weight for every number at every position: what it has "
    "learned about one position it doesn’t know about the next."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.experiments.recurrence_vs_attention import racing, timing
    from core.models.answerers import Dense, RecurrentAnswerer

    return [
        Line(
            "A recurrent network answers from its state; with attention it also takes a mixture of all earlier states.",
            r"c_t = \sum_{j<t} \mathrm{softmax}_j(s_t^\top W h_j)\, h_j, \qquad z_t = V [s_t; c_t] + b",
            RecurrentAnswerer.forward,
            "s, h: states, 58 to 70 numbers each. c: what attention finds. z: a score for each possible answer.",
        ),
        Line(
            "A dense network reads all steps as one long input.",
            r"z = W_2 \max(0, W_1 [x_1; x_2; \ldots; x_T] + b_1) + b_2",
            Dense.forward,
            "W_1: as many columns as steps times numbers a step, so it grows with the length.",
        ),
        Line(
            "Every network trains on the same questions in the same order, until its seconds are used up.",
            r"\theta \leftarrow \theta - \eta\, \mathrm{Adam}(\nabla_\theta L)",
            racing.run,
            "η: the step size, the best of three for each network and task. 32 questions a step.",
        ),
        Line(
            "The time is that of one pass forward and backward.",
            r"t(T) = \min_{r} \big( t_{\mathrm{end}} - t_{\mathrm{begin}} \big)_r",
            timing.timed,
            "T: tokens of one sequence. r: the passes, after one to warm up.",
        ),
    ]


def _race(task: TaskName) -> Race:
    return ask(lesson.race, task, LENGTHS[task], SECONDS, SEEDS, True)


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    parity, copy = _race("parity"), _race("copy")
    one, other = parity.end("lstm"), parity.end("transformer")
    both = copy.end("lstm_attention")
    return [
        Question(
            "Which of the two says more often, after these seconds, whether the ones so far are odd or even?",
            ("The LSTM", "The Transformer"),
            0 if one > other else 1,
            f"{percent(one)} against {percent(other)}: one number in the state is flipped with every one.",
        ),
        Question(
            "Why does an LSTM with attention copy better than one without?",
            ("It doesn’t have to keep all symbols in its state", "It has more parameters"),
            0 if abs(copy.parameters[4] / copy.parameters[2] - 1) < 0.05 else 1,
            f"Both have about {copy.parameters[2]:,} parameters; with attention {percent(both)} are copied, without "
            f"{percent(copy.end('lstm'))}.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    copy, parity, timed, moved = _race("copy"), _race("parity"), ask(lesson.timed, WIDTHS[1]), ask(lesson.moved)
    one, other = (1000 * timed.of(name, 1024) for name in ("attention", "lstm"))
    return (
        f"In {copy.seconds[-1]:g} seconds of training a Transformer copied {percent(copy.end('transformer'))} of the symbols and "
        f"an LSTM {percent(copy.end('lstm'))}; at odd or even it was {percent(parity.end('transformer'))} against "
        f"{percent(parity.end('lstm'))}. At 1,024 tokens attention took {one:,.3g} ms and an LSTM {other:,.3g}; a dense network "
        f"changed {percent(moved.share('dense', 1))} of its verdicts when reviews began one position later."
    )


def try_next() -> list[Try]:
    """Return prepared states: a task for recurrence, the longest sequence, one second of training."""
    return [
        Try("Odd or even", "The task that attention learns slowest.", {"view": "Race", "task": "parity"}),
        Try("After one second", "Who learns fastest?", {"view": "Race", "task": "recall", "seconds": 1}),
        Try("8,192 tokens", "Where comparing all pairs gets dear.", {"view": "Time", "length": "8192"}),
    ]


def script_values(task: TaskName = "copy") -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`."""
    found = _race(task)
    lstm, transformer = (ARCHITECTURES.index(name) for name in ("lstm", "transformer"))
    return {
        "TASK": found.task, "LENGTH": found.length,
        "LSTM_RATE": found.rates[lstm], "TRANSFORMER_RATE": found.rates[transformer],
        "LSTM_SIZE": found.sizes[lstm], "TRANSFORMER_SIZE": found.sizes[transformer],
    }  # fmt: skip


SOURCES = (
    Source("Hochreiter and Schmidhuber", 1997, "Long short-term memory", "https://doi.org/10.1162/neco.1997.9.8.1735"),
    Source("Arjovsky, Shah and Bengio", 2016, "Unitary evolution recurrent neural networks", "https://arxiv.org/abs/1511.06464"),
    Source("Vaswani et al.", 2017, "Attention is all you need", "https://arxiv.org/abs/1706.03762"),
    Source("Hahn", 2020, "Theoretical limitations of self-attention in neural sequence models",
           "https://arxiv.org/abs/1906.06755"),
)  # fmt: skip
