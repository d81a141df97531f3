"""What stands below the experiment in the lesson on vanishing gradients: how it works, questions, sources."""

from collections.abc import Sequence

from core.experiments.vanishing_gradients import NAMES, Comparison, clip_factor, steps_to
from core.figures.vanishing_gradients import amount
from pages.kit.former import Line, Question, Source


def questions(found: Comparison) -> list[Question]:
    """Return questions whose right answers come from these curves."""
    reaches = {curve.kind: steps_to(curve.left()) for curve in found.curves if curve.kind != "attention"}
    kinds = list(reaches)
    places = [found.steps if steps is None else steps for steps in reaches.values()]
    soonest = kinds[places.index(min(places))]
    said = ", ".join(
        f"{NAMES[kind]} {'never' if steps is None else f'after {steps}'}" for kind, steps in reaches.items()
    )
    half = 0.5**40
    length = (3.0**2 + 4.0**2) ** 0.5
    factor = clip_factor(length, 1.0)
    options = ("(1, 1)", f"({3 * factor:g}, {4 * factor:g})", "(0, 1)")
    return [
        Question(
            "Which of these models is the first to have no more than 1 % of the last step's gradient?",
            tuple(NAMES[kind] for kind in kinds),
            kinds.index(soonest),
            f"Steps back to 1 %: {said}.",
        ),
        Question(
            "A forget gate that is half open keeps half of the cell at each step. How much of it is left after 40 steps?",
            ("a fortieth", amount(half), amount(half**0.5)),
            1,
            f"0.5 multiplied by itself 40 times is {amount(half)}: shrinking by a constant factor leaves nothing soon.",
        ),
        Question(
            "A gradient of (3, 4) has norm 5. Clipped by norm to 1, what is it?",
            options,
            1,
            f"Every number is multiplied by 1 / {length:g}: the direction stays and only the length changes.",
        ),
    ]


def how() -> Sequence[Line]:
    """Return each equation with the code that computes it; imported here, because they bring torch."""
    from core.experiments.vanishing_gradients import chains
    from core.models.attention import scaled_dot_product
    from core.models.rnn import RNN

    return (
        Line(
            "One step of a plain RNN: the new state is made of the input and of the old state, through the same matrix "
            "every time.",
            r"h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})",
            RNN.step,
            "x: one input. h: the state, a number for each unit. W: the same at every step.",
        ),
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
            "A matrix can make a vector longer by its largest singular value at most. So the product of these values is a "
            "bound, the dotted grey line.",
            r"\left\|\frac{\partial L}{\partial s_t}\right\| \le \left\|\frac{\partial L}{\partial s_T}\right\| "
            r"\prod_{k>t} \sigma_{\max}(J_k)",
            chains.bounds,
            "σ: the largest singular value of a matrix. For an input, that of ds/dx comes on top.",
        ),
        Line(
            "Against a gradient that explodes: keep its direction and cut its length.",
            r"g \leftarrow g \cdot \min\left(1, \frac{\text{limit}}{\|g\|}\right)",
            clip_factor,
            "g: the gradient of all weights together.",
        ),
        Line(
            "Attention has no product of steps: the last step looks at every other one directly.",
            r"\text{softmax}\left(\frac{Q K^\top}{\sqrt{d}}\right) V",
            scaled_dot_product,
            "Q, K, V: a query, a key and a value for each step, d numbers each.",
        ),
    )


SOURCES = (
    Source(
        "Hochreiter",
        1991,
        "Untersuchungen zu dynamischen neuronalen Netzen (where the problem was found)",
        "https://people.idsia.ch/~juergen/SeppHochreiter1991ThesisAdvisorSchmidhuber.pdf",
    ),
    Source(
        "Bengio, Simard, Frasconi",
        1994,
        "Learning long-term dependencies with gradient descent is difficult",
        "https://doi.org/10.1109/72.279181",
    ),
    Source("Hochreiter, Schmidhuber", 1997, "Long short-term memory", "https://doi.org/10.1162/neco.1997.9.8.1735"),
    Source(
        "Pascanu, Mikolov, Bengio",
        2013,
        "On the difficulty of training recurrent neural networks (bound, cliff, clipping)",
        "https://arxiv.org/abs/1211.5063",
    ),
    Source(
        "Jozefowicz, Zaremba, Sutskever",
        2015,
        "An empirical exploration of recurrent network architectures (forget-gate bias 1)",
        "https://proceedings.mlr.press/v37/jozefowicz15.html",
    ),
    Source("Vaswani et al.", 2017, "Attention is all you need", "https://arxiv.org/abs/1706.03762"),
)
