"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import alignment
from core.experiments.alignment.many import Study
from core.experiments.alignment.results import DEFAULT_HIDE, DEFAULT_MODEL, DEFAULT_TEXT, HALF, MODELS, STUDIED
from pages.alignment.text import named
from pages.kit.ask import ask, derive
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

WORDS = (
    "The encoder leaves one vector for each piece of the source. Before the decoder writes a piece, it marks all of these "
    "vectors: a **score** says how well one fits what is to be written now. The **softmax** turns scores into **attention "
    "weights**, which sum to 1, and the decoder gets the sum of the vectors, each times its weight: the **context vector**. A "
    "weight says where the decoder looked, not what it needed. To learn that, a source word is hidden: its weight becomes 0, "
    "the others grow, and the probability of the very same translation is read again."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.experiments.alignment import hiding
    from core.models import attention

    return [
        Line(
            "Bahdanau: a small network marks how well the decoder's state fits each source place.",
            r"e_{ij} = v^\top \tanh(W s_{i-1} + U h_j + b)",
            attention.AdditiveAttention.scores,
            "s: the decoder's state before the step, 256 numbers. h_j: what the encoder made of piece j, from both sides.",
        ),
        Line(
            "The softmax makes weights of the scores, and the decoder gets the weighted sum of the encoder's states.",
            r"a_{ij} = \frac{e^{e_{ij}}}{\sum_m e^{e_{im}}}, \qquad c_i = \sum_j a_{ij} h_j",
            attention.take,
            "a: one row for each step, which sums to 1. c: one vector a step.",
        ),
        Line(
            "Luong: the score is a product of the two states, after one matrix.",
            r"e_{ij} = s_i^\top W h_j",
            attention.DotAttention.scores,
            "s: the decoder's state after the step.",
        ),
        Line(
            "Each source word is hidden in turn, and the same translation is read again.",
            r"\frac{p(y_i \mid w\ \mathrm{hidden})}{p(y_i)} = e^{-\mathrm{cost}(i, w)}",
            hiding.align,
            "One row for each target piece, one column for each source word. A cost of ln 2 is half of the probability.",
        ),
    ]


def questions() -> list[Question]:
    """Return questions whose right answers are computed from the default sentence and the study."""
    table = ask(alignment.aligned, DEFAULT_MODEL, DEFAULT_TEXT).words
    article = table.target.index("O")
    looked = int(table.looked[article])
    halves = [derive(Study.halved, ask(alignment.study, model))["most"].value for model in STUDIED]
    best = halves.index(max(halves))
    return [
        Question(
            "What do the weights of one step sum to, over all source pieces?",
            ("1", f"{len(table.source)}", "it depends on the word"),
            0,
            f"Softmax makes shares: {named('O')} gave {percent(float(table.weights[article, looked]))} to "
            f"{named(table.source[looked])}, and the rest to all others.",
        ),
        Question(
            f"{named('O')} looked most at {named(table.source[looked])}. Did it need it?",
            ("Yes: it looked there most.", "No: without it, it is as sure.", "That can't be known."),
            1 if table.costs[article, looked] <= HALF else 0,
            f"Its probability goes from {percent(float(table.before[article]))} to "
            f"{percent(float(table.after(looked)[article]))}. A weight says where the decoder looked; only hiding says what it "
            "needed.",
        ),
        Question(
            "Over 100 sentences, whose words lose half of their probability most often without the word they looked at most?",
            tuple(MODELS[model].label for model in STUDIED),
            best,
            "; ".join(f"{MODELS[m].label}: {percent(share)}" for m, share in zip(STUDIED, halves, strict=True)) + ".",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    table = ask(alignment.aligned, DEFAULT_MODEL, DEFAULT_TEXT).words
    row = int(table.weights[:, DEFAULT_HIDE].argmax())
    halved = derive(Study.halved, ask(alignment.study, DEFAULT_MODEL))
    return (
        f"{named(table.target[row])} looked most at {named(table.source[DEFAULT_HIDE])}, and without it fell from "
        f"{percent(float(table.before[row]))} to {percent(float(table.after(DEFAULT_HIDE)[row]))}. Over 100 sentences, "
        f"{percent(halved['most'].value)} of all words lose more than half of their probability without the word they looked "
        f"at most, {percent(halved['other'].value)} without another one: looking is mostly needing, and only hiding shows it."
    )


def try_next() -> list[Try]:
    """Return prepared states: two other kinds of attention, and what came before attention."""
    pairs = (("dot_en_pt", "Luong"), ("marian_pt_en", "Marian"))
    tables = {model: derive(Study.halved, ask(alignment.study, model))["most"].value for model, _ in pairs}
    return [
        Try(
            "Luong's attention: almost one word at a time",
            f"Its score is a product, and {percent(tables['dot_en_pt'])} of its words are halved without what they looked at.",
            {"view": "Map", "model": MODELS["dot_en_pt"].label},
        ),
        Try(
            "A head that was taught its answer",
            "Marian's head learned from a word aligner. From Portuguese, `August` looks at `de` and needs `Agosto`.",
            {"view": "Map", "model": MODELS["marian_pt_en"].label, "hide": 11},
        ),
        Try(
            "Without attention",
            "Where all that the decoder knows has to fit in one vector.",
            {},
            lesson="encoder_decoder",
        ),
    ]


_PAPERS = (
    (
        "Bahdanau, Cho, Bengio",
        2014,
        "Neural machine translation by jointly learning to align and translate",
        "1409.0473",
    ),
    ("Luong, Pham, Manning", 2015, "Effective approaches to attention-based neural machine translation", "1508.04025"),
    ("Garg et al.", 2019, "Jointly learning to align and translate with Transformer models", "1909.02074"),
    ("Koehn, Knowles", 2017, "Six challenges for neural machine translation", "1706.03872"),
    ("Jain, Wallace", 2019, "Attention is not explanation", "1902.10186"),
    ("Wiegreffe, Pinter", 2019, "Attention is not not explanation", "1908.04626"),
    ("Kim, Rush", 2016, "Sequence-level knowledge distillation", "1606.07947"),
)
SOURCES = [Source(who, year, title, f"https://arxiv.org/abs/{number}") for who, year, title, number in _PAPERS]
