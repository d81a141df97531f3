"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.data.pronouns import PAIRS
from core.experiments import self_attention as lesson
from core.experiments.self_attention.results import DEFAULT_TEXT, HEAD, LAYER, NAMES, ROLES
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent
from pages.self_attention.tired import finding

WORDS = (
    "Each token of a sentence becomes three lists of numbers: a **query** (what it asks for), a **key** (what it offers) and a "
    "**value** (what it gives). A token’s query is compared with all keys, its own too; the **softmax** makes weights of the "
    "scores, and the token gets the values, each times its weight. That is one head. This model has six layers of twelve "
    "heads, each with matrices of its own, so each can attend to something else: the token before, the same word, a noun. A "
    "large weight does not prove that a token is needed. To learn that, its edge is cut: the key is masked for that one query, "
    "the other weights grow, and everything behind is computed again. A **probe** then reads from the vector what it still holds."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.experiments.self_attention import cutting
    from core.models import attention, logistic
    from core.pretrained.encoder.layers import SelfAttention

    return [
        Line("Every token asks every token, in twelve heads at once.",
             r"Q, K, V = X W_Q + b_Q,\; X W_K + b_K,\; X W_V + b_V", SelfAttention.forward,
             "X: 384 numbers for each token. Q, K, V: 12 heads, 32 numbers each."),
        Line("A cut edge is a key that the softmax does not see for one query. The other weights of the row sum to 1 again.",
             r"a_{ij} = \frac{m_{ij}\, e^{q_i \cdot k_j / \sqrt{d}}}{\sum_n m_{in}\, e^{q_i \cdot k_n / \sqrt{d}}}, \qquad "
             r"m_{ij} = 0 \text{ where cut, else } 1", attention.scaled_dot_product,
             "a: one row for each token, which sums to 1. d: 32."),
        Line("Each edge of the pronoun is cut in turn; how far does its vector move?",
             r"\frac{\lVert x'_{it} - x_{it} \rVert}{\lVert x_{it} \rVert}", cutting.cut_all,
             "x: the pronoun’s 384 numbers after the last layer."),
        Line("The probe: a logistic regression that says “living thing” or not.",
             r"p = \frac{1}{1 + e^{-(w \cdot x + b)}}", logistic.newton,
             "x: the pronoun’s vector, each number with mean 0 and variance 1. w: 384 numbers, learned."),
    ]  # fmt: skip


def questions() -> list[Question]:
    """Return questions whose right answers are computed."""
    measured, study, cut = ask(lesson.roles), ask(lesson.study), ask(lesson.cut_edges, DEFAULT_TEXT, 0, 0)
    best = [measured.order(role)[0] for role in ROLES[:3]]
    scores = [float(measured.scores[n, layer - 1, head - 1]) for n, (layer, head) in enumerate(best)]
    turned = int(study.turned[:, LAYER - 1, HEAD - 1].sum())
    noun, other = cut.tokens.index("animal"), cut.tokens.index("street")
    return [
        Question(
            "Which of these does some head do nearly all the time?",
            ("attend to the token before", "attend to the token after", "attend to the same token"),
            scores.index(max(scores)),
            ", ".join(f"{NAMES[role]}: at most {percent(score)}" for role, score in zip(ROLES, scores, strict=False))
            + ".",
        ),
        Question(
            f"In how many of {len(PAIRS)} pairs does head {LAYER}.{HEAD} give each noun more than the other when it is meant?",
            ("in most", "in about half", "in few"),
            0 if turned > 26 else 1 if turned > 13 else 2,
            f"In {turned}. It gives the two nouns most of its weight, but mostly the same one.",
        ),
        Question(
            "Two edges from `it` are cut in all heads, one at a time. Without which does the vector of `it` move further?",
            ("it → animal", "it → street"),
            int(cut.moved[other] > cut.moved[noun]),
            f"{percent(float(cut.moved[noun]))} without animal, {percent(float(cut.moved[other]))} without street.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    one, two, heads = finding()
    study, cut = ask(lesson.study), ask(lesson.cut_study)
    turned = int(study.turned[:, LAYER - 1, HEAD - 1].sum())
    first, _, other = cut.moved[1].mean(0)
    return (
        f"With “wide” for “tired”, `it` gives `animal` {percent(two)} instead of {percent(one)} in head {LAYER}.{HEAD}, but "
        f"turns to `street` in only {heads} of 72 heads; over {len(PAIRS)} such pairs head {LAYER}.{HEAD} turns in {turned}. "
        f"Attending is not idle: without its edge to the first noun, the vector of `it` moves by {percent(float(first))} of its "
        f"length on average, without another edge by {percent(float(other))}."
    )


def try_next() -> list[Try]:
    """Return prepared states, and the lesson before."""
    measured = ask(lesson.roles)
    layer, head = measured.order("ends")[0]
    score = float(measured.scores[ROLES.index("ends"), layer - 1, head - 1])
    return [
        Try("Heads that attend to nothing",
            f"Head {layer}.{head} gives {percent(score)} of its weight to the marks of both ends: where it finds nothing.",
            {"view": "One head", "role": "ends", "rank": 1}),
        Try("The wolf and the rabbit", "A pair in which head 4.2 does turn.",
            {"view": "One word", "pair": "wolf", "layer": LAYER, "head": HEAD}),
        Try("One head, number by number", "Scores, weights and mixture of one token.", {"view": "A real head"},
            "attention_search"),
    ]  # fmt: skip


_PAPERS = (
    ("Vaswani et al.", 2017, "Attention is all you need", "arxiv.org/abs/1706.03762"),
    ("Levesque, Davis, Morgenstern", 2012, "The Winograd schema challenge", "cdn.aaai.org/ocs/4492/4492-21843-1-PB.pdf"),
    ("Clark et al.", 2019, "What does BERT look at? An analysis of BERT’s attention", "arxiv.org/abs/1906.04341"),
    ("Jain, Wallace", 2019, "Attention is not explanation", "arxiv.org/abs/1902.10186"),
    ("Alain, Bengio", 2016, "Understanding intermediate layers using linear classifier probes", "arxiv.org/abs/1610.01644"),
    ("Wang et al.", 2020, "MiniLM: deep self-attention distillation", "arxiv.org/abs/2002.10957"),
    ("Pennington, Socher, Manning", 2014, "GloVe: global vectors for word representation", "aclanthology.org/D14-1162/"),
)  # fmt: skip
SOURCES = [Source(who, year, title, f"https://{place}") for who, year, title, place in _PAPERS]
