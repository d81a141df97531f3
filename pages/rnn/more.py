"""What stands below the experiment in the lesson on recurrent networks: how it works, questions, sources."""

from core.experiments import characters as _characters
from core.experiments import rnn as lesson
from core.experiments.rnn import recorded
from pages.kit.lesson import Line, Question, Source

STEPS = {
    "rnn_tanh": r"h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})",
    "rnn_relu": r"h_t = \max(0,\ W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})",
    "gru": r"h_t = (1 - z_t)\, n_t + z_t\, h_{t-1}",
    "lstm": r"c_t = f_t\, c_{t-1} + i_t\, g_t, \quad h_t = o_t \tanh(c_t)",
}


def how(model: str) -> list[Line]:
    """Return each equation of the chosen model with the code that computes it."""
    from core.models.char_lm import CharLM
    from core.models.gru import GRU
    from core.models.lstm import LSTM
    from core.models.recurrent import Recurrent
    from core.models.rnn import RNN

    kinds: dict[str, type[RNN] | type[GRU] | type[LSTM]] = {"gru": GRU, "lstm": LSTM}
    w_ih, w_hh, w_ho = recorded.matrices(model)
    return [
        Line(
            "A step mixes the new character with what the step before left. That is the whole memory: there is no other way "
            "from one step to the next.",
            STEPS[model],
            kinds.get(model, RNN).step,
            f"x: {w_ih.columns} numbers that stand for a character. h: {w_hh.columns}. W_ih: {w_ih.rows} × {w_ih.columns}, "
            f"W_hh: {w_hh.rows} × {w_hh.columns}.",
        ),
        Line(
            "The same step runs for every character, with the same matrices. Unrolled, the loop is a chain as long as the text.",
            r"h_t = \mathrm{step}(x_t, h_{t-1}), \quad t = 1, \ldots, T",
            Recurrent.forward,
            "T steps, one after another: step t needs the state of step t - 1.",
        ),
        Line(
            "At each step a third matrix turns the state into one score for each character that may come next.",
            r"z_t = W_{ho} h_t + b_{ho}",
            CharLM.forward,
            f"z: {w_ho.rows} scores. W_ho: {w_ho.rows} × {w_ho.columns}.",
        ),
        Line(
            "Softmax makes chances of the scores. A temperature below 1 favours the likely ones when the network writes.",
            r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}",
            _characters.log_chances,
            f"p: {w_ho.rows - 1} chances that add up to 1; the sign for “unknown” gets none.",
        ),
        Line(
            "How far are two predictions apart? The divergence is 0 for equal ones, and counts in nats how much more surprised "
            "the damaged network is by what the undamaged one expects.",
            r"\mathrm{KL}(p \| q) = \sum_i p_i \ln \frac{p_i}{q_i}",
            _characters.divergence,
            "p: undamaged, q: damaged chances, one pair a step.",
        ),
    ]


def questions(read: lesson.Read) -> list[Question]:
    """Return questions whose right answers come from this model."""
    same, hidden = f"{read.parameters:,}", read.states.shape[1]
    lasting = {name: float(recorded.habits(name).erased.sum()) for name in lesson.KINDS}
    longest = max(lasting, key=lambda name: lasting[name])
    names = tuple(lesson.KINDS.values())
    sizes = sorted({hidden, read.matrices[0].columns * max(len(read.text), 20), read.parameters})
    return [
        Question(
            "How many parameters does it take to read a text that is twice as long?",
            (same, f"{2 * read.parameters:,}", f"{4 * read.parameters:,}"),
            0,
            f"The same {same}: every step uses the same matrices, only more often.",
        ),
        Question(
            f"How many numbers go from one step to the next after {len(read.text):,} characters?",
            tuple(f"{size:,}" for size in sizes),
            sizes.index(hidden),
            f"The state has {hidden:,} numbers after one character and after a million.",
        ),
        Question(
            "Which of the four models of equal size is hurt most when its state is erased, added up over what follows?",
            names,
            names.index(lesson.KINDS[longest]),
            "Mean divergence added up over held-out text: "
            + ", ".join(f"{lesson.KINDS[name]} {total:.1f} nats" for name, total in lasting.items())
            + ". Who had more in the state loses more.",
        ),
    ]


SOURCES = (
    Source("Elman", 1990, "Finding structure in time", "https://doi.org/10.1207/s15516709cog1402_1"),
    Source(
        "Mikolov et al.",
        2010,
        "Recurrent neural network based language model",
        "https://www.isca-archive.org/interspeech_2010/mikolov10_interspeech.html",
    ),
    Source("Graves", 2013, "Generating sequences with recurrent neural networks", "https://arxiv.org/abs/1308.0850"),
    Source(
        "Karpathy",
        2015,
        "The unreasonable effectiveness of recurrent neural networks",
        "https://karpathy.github.io/2015/05/21/rnn-effectiveness/",
    ),
    Source(
        "Karpathy, Johnson, Fei-Fei",
        2015,
        "Visualizing and understanding recurrent networks",
        "https://arxiv.org/abs/1506.02078",
    ),
    Source(
        "Alain, Bengio",
        2016,
        "Understanding intermediate layers using linear classifier probes (the linear reader)",
        "https://arxiv.org/abs/1610.01644",
    ),
)
