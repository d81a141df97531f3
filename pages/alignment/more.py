"""What stands below the experiment in the lesson on alignment: how it works, questions, sources."""

import numpy as np

from core.experiments import alignment as lesson
from core.experiments.alignment import Look, recorded
from core.experiments.alignment import study as many
from pages.kit.former import Line, Question, Source
from pages.kit.words import code, percent


def how(model: str) -> list[Line]:
    """Return each equation of the chosen model with the code that computes it; that code imports torch."""
    from core.experiments.alignment import attention as looking
    from core.models import attention

    kind = lesson.MODELS[model].kind
    scores = {
        "guided": Line(
            "The decoder asks with a query, each source piece answers with a key: their product says how well they match. The "
            "softmax makes shares of the scores, and the shares weigh the values.",
            r"\begin{gathered} e_{ij} = \frac{q_i \cdot k_j}{\sqrt{d}} \\ a_{ij} = \frac{e^{e_{ij}}}{\sum_m e^{e_{im}}} \\ "
            r"c_i = \sum_j a_{ij} v_j \end{gathered}",
            attention.scaled_dot_product,
            "q: one vector a step. k, v: one vector a source piece, of as many numbers as one head has.",
        ),
        "additive": Line(
            "A small network marks how well the decoder's state fits each source place.",
            r"e_{ij} = v^\top \tanh(W s_{i-1} + U h_j + b)",
            attention.AdditiveAttention.scores,
            "s: the decoder's state before the step. h_j: what the encoder made of place j, from both sides.",
        ),
        "dot": Line(
            "The score is a product of the decoder's state and each source place, after one matrix.",
            r"e_{ij} = s_i^\top W h_j",
            attention.DotAttention.scores,
            "s: the decoder's state after the step. h_j: what the encoder made of place j, from both sides.",
        ),
    }
    mixture = Line(
        "The softmax makes shares of the scores, and the decoder gets the places in these shares.",
        r"\begin{gathered} a_{ij} = \frac{e^{e_{ij}}}{\sum_m e^{e_{im}}} \\ c_i = \sum_j a_{ij} h_j \end{gathered}",
        attention.take,
        "a: one row for each step, which sums to 1. c: one vector a step.",
    )
    return [
        scores[kind],
        *([] if kind == "guided" else [mixture]),
        Line(
            "Models read pieces of words. To show words, a word's columns are added and the rows of its pieces averaged: rows "
            "still sum to 1.",
            r"A_{uw} = \frac{1}{|u|} \sum_{i \in u} \sum_{j \in w} a_{ij}",
            lesson.merged,
            "u: the pieces of a target word. w: those of a source word.",
        ),
        Line(
            "Looking is not needing. So each source word is hidden from the attention in turn, the same translation is read "
            "again, and the loss of each of its words is counted.",
            r"\mathrm{loss}(i, w) = \ln p(y_i) - \ln p(y_i \mid w\ \mathrm{hidden})",
            looking.looking,
            "One row for each target piece, one column for each source word, in nats.",
        ),
        Line(
            "Words of one sentence hang together, so whole sentences are drawn again to see how far the share could be off.",
            r"[\,q_{0.025},\ q_{0.975}\,]",
            many.mean_of,
            f"{many.RESAMPLES:,} drawings of as many sentences as there are.",
        ),
    ]


def questions(look: Look) -> list[Question]:
    """Return questions whose right answers are computed from this sentence."""
    table = look.words
    totals = look.weights.sum(1)
    narrow = int(np.argmax(table.weights.max(1)))
    felt = int((table.losses.max(0) >= lesson.FELT).sum())
    sizes = sorted({felt, len(table.source), max(felt // 2, 1) if felt != 1 else 0})
    study = recorded.studies()[lesson.DEFAULT_MODEL].shares()["looked"].value
    bands = ("under a half", "half to nine tenths", "over nine tenths", "always")
    return [
        Question(
            f"What do the weights of one step sum to, over the {len(look.source)} source pieces?",
            ("1", f"{len(look.source)}", "it depends on the word"),
            0,
            f"Softmax makes shares: here every row sums to 1 within {float(abs(totals - 1).max()):.0e}. The sharpest row "
            f"belongs to {code(table.target[narrow])}, with {percent(float(table.weights[narrow].max()))} in one place.",
        ),
        Question(
            f"Without how many of its {len(table.source)} source words (the end is one) does this translation lose "
            f"{lesson.FELT:g} nats or more somewhere?",
            tuple(str(size) for size in sizes),
            sizes.index(felt),
            f"{felt} of {len(table.source)}. The others it could have done without: the encoder spreads what a word says over "
            "its neighbours, too.",
        ),
        Question(
            f"Over many sentences, how often is the word that {lesson.MODELS[lesson.DEFAULT_MODEL].label} looked at most the one "
            "that mattered most?",
            bands,
            0 if study < 0.5 else 1 if study < 0.9 else 2 if study < 1 else 3,
            f"In {percent(study)} of target words. A weight says where the decoder looked; only hiding says what it needed.",
        ),
    ]


SOURCES = (
    Source(
        "Bahdanau, Cho, Bengio",
        2014,
        "Neural machine translation by jointly learning to align and translate",
        "https://arxiv.org/abs/1409.0473",
    ),
    Source(
        "Luong, Pham, Manning",
        2015,
        "Effective approaches to attention-based neural machine translation",
        "https://arxiv.org/abs/1508.04025",
    ),
    Source(
        "Garg et al.",
        2019,
        "Jointly learning to align and translate with Transformer models (one head trained as alignment)",
        "https://arxiv.org/abs/1909.02074",
    ),
    Source(
        "Koehn, Knowles",
        2017,
        "Six challenges for neural machine translation (attention is not always alignment)",
        "https://arxiv.org/abs/1706.03872",
    ),
    Source("Jain, Wallace", 2019, "Attention is not explanation", "https://arxiv.org/abs/1902.10186"),
    Source("Wiegreffe, Pinter", 2019, "Attention is not not explanation", "https://arxiv.org/abs/1908.04626"),
    Source(
        "Kim, Rush",
        2016,
        "Sequence-level knowledge distillation (how the recurrent models were taught)",
        "https://arxiv.org/abs/1606.07947",
    ),
)
