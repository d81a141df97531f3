"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import characters, rnn
from core.experiments.rnn.results import DEFAULT_MODEL, DEFAULT_POSITION, DEFAULT_TEXT, KINDS, compare, falls_under
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import count, percent

WORDS = (
    "At every character the network mixes two things: the character that comes in and the **hidden state**, the numbers that "
    "the step before left behind. The same three **weight matrices** do it each time. One makes numbers of the character, one "
    "carries the state on, one makes a score for every character that may come next; the **softmax** turns scores into "
    "probabilities. Nothing else goes from one step to the next, so what the state does not hold is lost."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.models.char_lm import CharLM
    from core.models.recurrent import Recurrent
    from core.models.rnn import RNN

    w_ih, w_hh, w_ho = ask(rnn.read, DEFAULT_MODEL, DEFAULT_TEXT).matrices
    return [
        Line(
            "A step mixes the new character with what the step before left.",
            r"h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})",
            RNN.step,
            f"x: {w_ih.columns} numbers that stand for a character. h: {w_hh.columns}. W_ih: {w_ih.rows} × {w_ih.columns}, "
            f"W_hh: {w_hh.rows} × {w_hh.columns}.",
        ),
        Line(
            "The same step runs for every character. Unrolled, the loop is a chain as long as the text.",
            r"h_t = \mathrm{step}(x_t, h_{t-1}), \quad t = 1, \ldots, T",
            Recurrent.forward,
            "T steps, one after another: step t needs the state of step t − 1.",
        ),
        Line(
            "A third matrix turns the state into one score for each character that may come next.",
            r"z_t = W_{ho} h_t + b_{ho}",
            CharLM.forward,
            f"z: {w_ho.rows} scores. W_ho: {w_ho.rows} × {w_ho.columns}.",
        ),
        Line(
            "Softmax makes probabilities of the scores.",
            r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
            characters.log_probabilities,
            f"p: {w_ho.rows - 1} probabilities that add up to 1; the sign for “unknown” gets none.",
        ),
        Line(
            "How far are two predictions apart? The divergence is 0 for equal ones; 1 − exp(−KL) is the share of probability "
            "that is lost for what the undamaged network expects.",
            r"\mathrm{KL}(p \| q) = \sum_i p_i \ln \frac{p_i}{q_i}",
            characters.divergence,
            "p: undamaged, q: damaged probabilities, one pair a step.",
        ),
    ]


def questions() -> list[Question]:
    """Return questions whose right answers come from the models."""
    read = ask(rnn.read, DEFAULT_MODEL, DEFAULT_TEXT)
    same, hidden = f"{read.parameters:,}", read.states.shape[1]
    lasting = {name: float(ask(rnn.averages, name).erased.sum()) for name in KINDS}
    longest = max(lasting, key=lambda name: lasting[name])
    sizes = sorted({hidden, read.matrices[0].columns * len(read.text), read.parameters})
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
            "Which of the four models of equal size loses most when its state is erased, added up over what follows?",
            tuple(KINDS.values()),
            list(KINDS).index(longest),
            "Who had more in the state loses more. It is healed after "
            + ", ".join(f"{falls_under(ask(rnn.averages, n).erased) or 'many'} ({words})" for n, words in KINDS.items())
            + " characters on average.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    read = ask(rnn.read, DEFAULT_MODEL, DEFAULT_TEXT)
    step = compare(read, ask(rnn.erased, DEFAULT_MODEL, DEFAULT_TEXT, DEFAULT_POSITION, 1))
    healed = falls_under(ask(rnn.averages, DEFAULT_MODEL).erased)
    return (
        f"{read.states.shape[1]} numbers are all that goes from one character to the next: without them the network gave the "
        f"character that came {percent(step.erased)} instead of {percent(step.kept)}. On average it has read itself back into "
        f"the text after {healed} characters, which is also how far back it remembers."
    )


def try_next() -> list[Try]:
    """Return the three limits of the recurrent network, measured, and where each is looked into."""
    told = dict(zip((a := ask(rnn.averages, DEFAULT_MODEL)).distances, a.recalled, strict=True))
    speed = ask(rnn.speed, DEFAULT_MODEL)
    last = falls_under(a.swapped)
    return [
        Try(
            "A bottleneck: what keeps it longer",
            f"From the state a linear reader names the last character in {percent(told[0])} of all positions, the twentieth "
            f"before it in {percent(told[20])} (guessing: {percent(a.guessed)}).",
            {"view": "Recall"},
            lesson="lstm_gates",
        ),
        Try(
            "One after another: what training costs",
            f"{speed.lengths[-1]:,} characters take {1000 * speed.seconds[-1]:.0f} ms, but {1000 * speed.side_by_side:.0f} ms "
            f"as {speed.lanes} texts side by side, which one text can't have ({speed.where}).",
            {"view": "Speed"},
            lesson="lstm_gates",
        ),
        Try(
            "No long memory: why it is not learned",
            f"A swapped state no longer shows after {count(last, 'character') if last else 'more than was measured'}, on "
            "average.",
            {},
            lesson="vanishing_gradients",
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
