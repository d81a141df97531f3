"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import transformer_anatomy as lesson
from core.experiments.transformer_anatomy import results
from core.experiments.transformer_anatomy.machine import Machine, doubled
from core.experiments.transformer_anatomy.results import (
    BET_BLOCK,
    DEFAULT_TEXT,
    LAYERS,
    MODEL,
    OFFERED_IDS,
    EachBlock,
    Stream,
)
from pages.kit import language_models
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import code, percent

WORDS = (
    "One vector a token runs from the bottom to the top, and nothing is ever taken away: each block only adds. That sum is the "
    "**residual stream**. Before a part reads the stream, a **layer norm** brings it to one length, so that what "
    "was added long ago "
    "and what is new are read alike. Attention is the only part that carries something from one token to another; the "
    "feed-forward network works on each token alone. After the last block one more norm, then one product a token of the "
    "vocabulary: its **logit**. All of these are sums, so a logit is the sum of what each part brings to it. It "
    "does not follow that a "
    "part matters no more than that: later blocks read what it added, and without it they add something else."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.models import transformer
    from core.pretrained.causal_lm import decoder, llama

    return [
        Line(
            "A block adds twice: what attention finds in earlier tokens, then what the feed-forward network makes of it.",
            r"x \leftarrow x + \mathrm{att}(\mathrm{norm}(x)), \qquad x \leftarrow x + \mathrm{ffn}(\mathrm{norm}(x))",
            decoder.Decoder.run,
            "x: (time, 576), one vector a token, in SmolLM2 and through all of its 30 blocks.",
        ),
        Line(
            "The feed-forward network of this model lets one half decide how much of the other passes (SwiGLU).",
            r"\mathrm{ffn}(x) = W_{down}\,\big(\mathrm{silu}(W_{gate}\,x) \odot W_{up}\,x\big)",
            decoder.Decoder.feed_forward,
            "W_gate and W_up: (1536, 576). W_down: (576, 1536).",
        ),
        Line(
            "The last norm divides by one number, r, and what follows is linear: so each part has its share of every logit.",
            r"z_v = \frac{e_v \cdot (g \odot \sum_p x_p)}{r} = \sum_p \frac{e_v \cdot (g \odot x_p)}{r}",
            llama.Llama.unembed,
            "x_p: 61 parts of 576 numbers. e_v: a row of the output matrix (49,152, 576). z_v: the logit of token v.",
        ),
        Line(
            "One head: each query against each key before it, the softmax of a row, and the values in proportion.",
            r"a_{ij} = \mathrm{softmax}_j\,\frac{q_i \cdot k_j}{\sqrt{64}}, \qquad m_i = \sum_j a_{ij} v_j",
            results.written_out,
            "q, k, v: 64 numbers for each token and head, 9 heads.",
        ),
        Line(
            "The block as this course builds it, with the norm before each part or after it.",
            r"\text{pre: } x + f(\mathrm{norm}(x)), \qquad \text{post: } \mathrm{norm}(x + f(x))",
            transformer.TransformerBlock.forward,
            "x: (batch, time, width) in and out.",
        ),
    ]


def _stream() -> Stream:
    return language_models.ask(MODEL, lesson.stream, DEFAULT_TEXT, 0, False, ())


def _without() -> Stream:
    return language_models.ask(MODEL, lesson.stream, DEFAULT_TEXT, BET_BLOCK, False, OFFERED_IDS)


def _each() -> EachBlock:
    return language_models.ask(MODEL, lesson.each_block, DEFAULT_TEXT)


def questions() -> list[Question]:
    """Return questions whose right answers come from the recorded results."""
    each, made = _each(), Machine()
    stays = sum(each.stays_without)
    costs = [doubled(made, what) for what in ("length", "width", "depth")]
    found = _stream()
    late = found.effects(0)[1][:, 20:].sum() / found.effects(0)[1].sum()
    return [
        Question(
            f"One of {LAYERS} blocks is left out. In how many cases does {code(each.token)} stay the likeliest?",
            ("in none", "in fewer than half", "in more than half"),
            0 if stays == 0 else 1 if 2 * stays <= LAYERS else 2,
            f"In {stays} of {LAYERS}: the others go on with a stream that lacks one addition.",
        ),
        Question(
            f"How much of the score of {code(each.token)} is added in the last ten blocks?",
            ("about a third", "about half", "more than two thirds"),
            0 if late < 0.42 else 1 if late < 0.66 else 2,
            f"{percent(float(late))} of what all blocks add.",
        ),
        Question(
            "Which costs most in the machine of 2017, at 64 tokens: twice the length, the width or the depth?",
            ("length", "width", "depth"),
            costs.index(max(costs)),
            f"{costs[0]:.2f}, {costs[1]:.2f} and {costs[2]:.2f} times the work: matrices grow with the square of the width.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    found, without, each = _stream(), _without(), _each()
    number, part, most = found.largest(0)
    name = code(found.offered[0])
    return (
        f"The score of {name} after “{DEFAULT_TEXT}”, {float(found.scores[0]):.1f}, is the sum of "
        f"{1 + 2 * LAYERS} parts to within "
        f"{found.apart:.6f}, and {most:.1f} of it come from the {part} of block {number} alone; without that block its "
        f"{percent(float(found.probabilities[0]))} are {percent(float(without.probabilities[0]))}. It stays the "
        "likeliest without "
        f"{sum(each.stays_without)} of {LAYERS} blocks, one at a time, and with {sum(each.stays_twice)} of them run twice."
    )


def try_next() -> list[Try]:
    """Return prepared states, and where to go on."""
    each = _each()
    best = int(each.without.argmax()) + 1
    return [
        Try(
            f"A block whose loss helps: {best}",
            f"Without it {code(each.token)} becomes likelier. A large direct share is not the same as being needed.",
            {"view": "The stream", "block": best, "twice": False, "text": DEFAULT_TEXT},
        ),
        Try(
            "A sentence with two names",
            "“John gave a drink to”: the answer stands in the sentence, and attention has to bring it.",
            {"view": "The stream", "block": 0, "text": "When Mary and John went to the store, John gave a drink to"},
        ),
        Try(
            "The head that brings the country",
            "Layer 24, head 5: what “is” takes from “France”, product by product.",
            {"view": "One number", "layer": 24, "head": 5, "query": 5, "key": 4, "text": DEFAULT_TEXT},
        ),
    ]


SOURCES = (
    Source("Vaswani et al.", 2017, "Attention is all you need", "https://arxiv.org/abs/1706.03762"),
    Source("Elhage et al.", 2021, "A mathematical framework for Transformer circuits (the residual stream)",
           "https://transformer-circuits.pub/2021/framework/index.html"),
    Source("nostalgebraist", 2020, "Interpreting GPT: the logit lens",
           "https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru/interpreting-gpt-the-logit-lens"),
    Source("Xiong et al.", 2020, "On layer normalization in the Transformer architecture", "https://arxiv.org/abs/2002.04745"),
    Source("Shazeer", 2020, "GLU variants improve Transformer (SwiGLU)", "https://arxiv.org/abs/2002.05202"),
    Source("Ben Allal et al.", 2025, "SmolLM2: when smol goes big", "https://arxiv.org/abs/2502.02737"),
)  # fmt: skip
