"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

import numpy as np

from core.experiments import lstm_gates
from core.experiments.lstm_gates import results
from core.experiments.lstm_gates.recorded import REPEATS, SYMBOL
from core.experiments.lstm_gates.results import DEFAULT_HOLD, DEFAULT_LAYER, DEFAULT_TEXT, NETWORKS
from core.figures.lstm_gates import characters
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

FREE = {"view": "Hold a gate", "model": "LSTM", "value": 0.0}
WORDS = (
    "The **cell** is one number for each unit, and a step only multiplies it and adds to it. The **forget gate** says which "
    "share of it stays, the **input gate** which share of the new **candidate** comes in, the **output gate** which share the "
    "rest of the network gets to see as the **hidden state**. Each gate looks at the character and at the hidden state before "
    "it. Where the forget gate stays near 1, what was written long ago is still there, and in training the gradient comes back "
    "along the same line. A **GRU** does with two gates: what its update gate does not keep of the old, it takes of the new."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.models import clamp
    from core.models.gru import GRU
    from core.models.lstm import LSTM

    return [
        Line(
            "A cell is a number that is added to. Three gates between 0 and 1 decide how much of it stays, how much of the "
            "candidate comes in, and how much is shown to the rest of the network.",
            r"c_t = f_t\, c_{t-1} + i_t\, g_t, \quad h_t = o_t \tanh c_t",
            LSTM.step,
            "c, h, f, i, o, g: one number for each of the hidden units. a: four blocks of so many rows.",
        ),
        Line(
            "A GRU does with one state and two gates: what the update gate keeps of the old, it does not take of the new.",
            r"h_t = (1 - z_t)\, n_t + z_t\, h_{t-1}",
            GRU.step,
            "h, z, r, n: one number for each of the hidden units.",
        ),
        Line(
            "A held gate is replaced before it is used, for some steps. Nothing in the network is changed: the hold is handed to "
            "the reading and gone after it.",
            r"\tilde f_t = v \ \text{where held, else}\ f_t",
            clamp.holding,
            "value: (batch, hidden) at one step.",
        ),
        Line(
            "What a cell holds is multiplied by its forget gate at every character. The mean of the logarithms says after "
            "how many characters half is left.",
            r"t_{1/2} = \frac{\ln 2}{-\frac{1}{T} \sum_t \ln f_t}",
            results.half_lives,
            "f: gate values over a text of T characters, one column for each unit.",
        ),
    ]


def questions() -> list[Question]:
    """Return questions whose right answers are computed here."""
    steady = float(results.half_lives(np.full((10, 1), 0.9))[0])
    lives = ask(lstm_gates.read, DEFAULT_LAYER, DEFAULT_TEXT).half_lives
    share = float((lives > 5).mean())
    return [
        Question(
            "A forget gate stands at 0.9 at every character. After how many is half of the cell's content left?",
            ("about 2", f"about {steady:.0f}", "about 45", "never"),
            1,
            f"0.9 to the power {steady:.1f} is a half. At 0.99 it would take ten times as long.",
        ),
        Question(
            "On the text that this page opens with, how many cells keep half of what they hold for more than five characters?",
            ("fewer than a quarter", "a quarter to a half", "more than half"),
            0 if share < 0.25 else 1 if share <= 0.5 else 2,
            f"{int((lives > 5).sum())} of {len(lives)} do. The median half-life is {characters(float(np.median(lives)))}.",
        ),
        Question(
            "The output gate is held at 0 while a cell keeps its content. What can the network say of it?",
            ("All of it", "Nothing while the gate is shut", "Half of it"),
            1,
            "h = 0 times tanh c is 0, whatever c is: the memory is there, but nothing of it is shown.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    network = NETWORKS["lstm"]["alone"]
    free, held = ask(lstm_gates.recalled, network, None), ask(lstm_gates.recalled, network, DEFAULT_HOLD)
    speed, rnn = ask(lstm_gates.race, REPEATS), ask(lstm_gates.recall_table).fails_at("rnn_tanh")
    ratio = float(speed.of("transformer", 1)[-1] / speed.of("lstm", 1)[-1])
    return (
        f"With the forget gate shut for 21 of {results.STEPS} steps {percent(held.end.share)} of the symbols are recalled, with "
        f"nothing held {percent(free.end.share)} (guessing: 12.5 %). Trained on one distance alone, an RNN fails from {rnn:.0f} "
        f"steps on; but an LSTM's steps wait for one another, and a transformer block takes one text of "
        f"{speed.lengths[-1]} characters {ratio:.1f} times as fast."
    )


def try_next() -> list[Try]:
    """Return prepared states worth a look."""
    network, both = NETWORKS["lstm"]["alone"], NETWORKS["lstm"]["together"]
    symbol, held = ask(lstm_gates.recalled, network, SYMBOL).end, ask(lstm_gates.recalled, both, DEFAULT_HOLD).end
    return [
        Try(
            "Shut the input gate for one step",
            f"At step 1, when the symbol is read, that is enough: {percent(symbol.share)} are recalled.",
            {**FREE, "gate": "input", "from": 1, "to": 1, "trained": "one distance alone"},
        ),
        Try(
            "An LSTM that learned another way",
            f"Trained on all distances it carries the symbol in its hidden state too: {percent(held.share)} survive the shut "
            "forget gate.",
            {**FREE, "gate": "forget", "trained": "all distances", "from": 40, "to": 60},
        ),
    ]


_DOI = "https://doi.org/10."
SOURCES = (
    Source("Hochreiter, Schmidhuber", 1997, "Long short-term memory", f"{_DOI}1162/neco.1997.9.8.1735"),
    Source(
        "Gers, Schmidhuber, Cummins", 2000, "Learning to forget (the forget gate)", f"{_DOI}1162/089976600300015015"
    ),
    Source("Cho et al.", 2014, "Learning phrase representations (the GRU)", "https://arxiv.org/abs/1406.1078"),
    Source(
        "Jozefowicz, Zaremba, Sutskever",
        2015,
        "An empirical exploration of recurrent network architectures (the forget bias)",
        "https://proceedings.mlr.press/v37/jozefowicz15.html",
    ),
    Source(
        "Karpathy, Johnson, Fei-Fei",
        2015,
        "Visualizing and understanding recurrent networks",
        "https://arxiv.org/abs/1506.02078",
    ),
    Source("Strobelt et al.", 2018, "LSTMVis", "https://arxiv.org/abs/1606.07461"),
)
