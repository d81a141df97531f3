"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from typing import Any

from core.experiments import vanishing_gradients as lesson
from core.experiments.vanishing_gradients import results
from core.experiments.vanishing_gradients.results import HALF, LENGTH, LIMIT, NAMES, OPEN, THREE, clip_factor, steps_to
from core.figures.vanishing_gradients.numbers import part
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

WORDS = (
    "Training moves every weight a little in the direction in which the answer gets better. The **gradient** is that direction. "
    "To find it, one goes back from the answer through all the steps that were read: **backpropagation through time**. Each "
    "step back multiplies by how much one state depends on the state before it. Many factors below 1 leave nothing, a "
    "**vanishing gradient**; many above 1 make it huge, an **exploding gradient**. An LSTM has a way back on which the only "
    "factor is its **forget gate**: open, it is almost 1. Attention has no such product: the last step sees each step directly."
)


def script_values(**chosen: Any) -> dict[str, Any]:
    """Return what the script that is taken along needs to know; what the open view does not say is as it was first."""
    usual = {"LENGTH": LENGTH, "SEED": 0, "WINDOW": 0, "FORGET_BIAS": HALF, "SCALE": results.STEEP, "LIMIT": LIMIT}
    return {**usual, "KIND": NAMES["rnn_tanh"], "TEXT": "", "WEIGHTS": "", **chosen}


def how() -> list[Line]:
    """Return each equation with the code that computes it; imported here, because they bring torch."""
    from core.experiments.vanishing_gradients import chains

    return [
        Line(
            "How does the end depend on a state long before it? Through every step between them. A Jacobian J is the matrix "
            "that says how one state changes with the one before; the gradient is multiplied by one after the other.",
            r"\frac{\partial L}{\partial s_t} = \left(J_T J_{T-1} \cdots J_{t+1}\right)^\top \frac{\partial L}{\partial s_T}",
            chains.walk_back,
            "L: the number at the end. s: the state, of an LSTM h and c. T: the last step.",
        ),
        Line(
            "In an RNN each factor is the recurrent matrix, every row of it shrunk by the slope of tanh, which is at most 1.",
            r"J_t^\top g = W_{hh}^\top \left(\tanh'(a_t) \odot g\right)",
            chains.RNNChain.back,
            "g: the gradient that arrives. a: what tanh was taken of.",
        ),
        Line(
            "In an LSTM one way from cell to cell goes through the forget gate alone: where it is open, nearly all passes.",
            r"\frac{\partial L}{\partial c_{t-1}} = f_t \odot \frac{\partial L}{\partial c_t}",
            chains.LSTMChain.back,
            "f: the forget gate, from 0 to 1. c: the cell.",
        ),
        Line(
            "Against a gradient that explodes: keep its direction and cut its length.",
            r"g \leftarrow g \cdot \min\left(1, \frac{\text{limit}}{\|g\|}\right)",
            clip_factor,
            "g: the gradient of all weights together.",
        ),
    ]


def questions() -> list[Question]:
    """Return questions whose right answers are computed."""
    steps = {kind: steps_to(ask(lesson.curve, kind, LENGTH, HALF, 0, 0).left()) or LENGTH for kind in THREE}
    half, length = 0.5**40, (3.0**2 + 4.0**2) ** 0.5
    factor = clip_factor(length, 1.0)
    return [
        Question(
            "With the forget bias at 0, which model is the first to have no more than 1 % of the last step’s gradient?",
            tuple(NAMES[kind] for kind in THREE),
            THREE.index(min(THREE, key=steps.__getitem__)),
            "Steps back to 1 %: " + ", ".join(f"{NAMES[kind]} {n}" for kind, n in steps.items()) + ".",
        ),
        Question(
            "A forget gate that is half open keeps half of the cell at each step. How much of it is left after 40 steps?",
            ("1 part in 40", part(half), part(half**0.5)),
            1,
            f"0.5 multiplied by itself 40 times is {part(half)}: shrinking by a constant factor leaves nothing soon.",
        ),
        Question(
            "A gradient of (3, 4) has a length of 5. Clipped to a length of 1, what is it?",
            ("(1, 1)", f"({3 * factor:g}, {4 * factor:g})", "(0, 1)"),
            1,
            f"Every number is multiplied by 1 / {length:g}: the direction stays and only the length changes.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    rnn, closed, open_ = (
        ask(lesson.curve, kind, LENGTH, bias, 0, 0)
        for kind, bias in (("rnn_tanh", HALF), ("lstm", HALF), ("lstm", OPEN))
    )
    taught = [ask(lesson.training, kind, None, bias, LIMIT, 0) for kind, bias in (("rnn_tanh", HALF), ("lstm", OPEN))]
    ends = [percent(float(one.right[-1])) for one in taught]
    return (
        f"Forty steps back a plain RNN had {part(rnn.far)} of its gradient left, and an LSTM whose forget gate was half open "
        f"{part(closed.far)}; with the gate 95 % open it kept {part(open_.far)}. Trained to say what came 20 steps before, the "
        f"plain RNN ended at {ends[0]} for the right answer, a guess, and the LSTM with its gate open at {ends[1]}."
    )


def try_next() -> list[Try]:
    """Return states worth a look, and the next lesson's."""
    steep = ask(lesson.cliff, "rnn_tanh", results.STEEP, HALF, LIMIT, 0)
    return [
        Try(
            "The opposite: a gradient that explodes",
            f"With larger weights it grows to {steep.longest:.0f} times the limit, and without clipping nothing is learned.",
            {"view": "Exploding", "scale": results.STEEP},
        ),
        Try(
            "The gates, one by one",
            "What opens and closes them, and what is forgotten when one is held shut.",
            {},
            lesson="lstm_gates",
        ),
    ]


_RNNS = "On the difficulty of training recurrent neural networks (cliff, clipping)"
_OPEN = "An empirical exploration of recurrent network architectures (forget bias 1)"
_LONG = "Learning long-term dependencies with gradient descent is difficult"
_FIRST = "Untersuchungen zu dynamischen neuronalen Netzen (where the problem was found)"
_FOUND = "https://people.idsia.ch/~juergen/SeppHochreiter1991ThesisAdvisorSchmidhuber.pdf"
SOURCES = (
    Source("Hochreiter", 1991, _FIRST, _FOUND),
    Source("Bengio, Simard, Frasconi", 1994, _LONG, "https://doi.org/10.1109/72.279181"),
    Source("Hochreiter, Schmidhuber", 1997, "Long short-term memory", "https://doi.org/10.1162/neco.1997.9.8.1735"),
    Source("Pascanu, Mikolov, Bengio", 2013, _RNNS, "https://arxiv.org/abs/1211.5063"),
    Source("Jozefowicz, Zaremba, Sutskever", 2015, _OPEN, "https://proceedings.mlr.press/v37/jozefowicz15.html"),
    Source("Vaswani et al.", 2017, "Attention is all you need", "https://arxiv.org/abs/1706.03762"),
)
