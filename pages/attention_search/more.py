"""What stands below the experiment in the lesson on attention as search: how it works, questions, sources."""

import io

import numpy as np

from core.data.library import LIBRARY
from core.experiments import attention_search as lesson
from core.experiments.attention_search import Look, recorded, scaling
from core.experiments.attention_search import keys as small
from pages.attention_search import results
from pages.attention_search.settings import Asked
from pages.kit.former import Download, Line, Question, Source
from pages.kit.words import percent


def how() -> list[Line]:
    """Return each equation with the code that computes it, for the page and for the model."""
    from core.models.attention import AdditiveAttention, scaled_dot_product
    from core.pretrained.encoder import mean_pool

    return [
        Line(
            "Step 1: how well does each key match? A dot product is large where query and key point the same way. Its variance "
            "grows with the width, so it is divided by the root of the width.",
            r"s_i = \frac{q \cdot k_i}{\sqrt{d}}",
            lesson.similarity,
            f"q: 384 numbers (32 in a head). k: as many for each of {len(LIBRARY)} items. s: one a key.",
        ),
        Line(
            "Step 2: matches become shares. Every share is positive and they add up to 1; a temperature below 1 gives more to "
            "the best.",
            r"a_i = \frac{e^{s_i / T}}{\sum_j e^{s_j / T}}",
            lesson.mask,
            "a: one share a key, the mask. T: temperature, 1 in a model.",
        ),
        Line(
            "Step 3: the values are added up by their shares.", r"c = \sum_i a_i v_i", lesson.mixture,
            "v: 384 numbers an item (32 in a head). c: as many.",
        ),
        Line(
            "In a model the three steps are two products of matrices and a softmax, for all queries at once.",
            r"\mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}}\right) V",
            scaled_dot_product,
            "Q, K, V: a row for each piece of the text, 12 heads side by side, 6 layers.",
        ),
        Line(
            "The additive match asks a small network instead: it came first, and has weights of its own to learn.",
            r"s_i = v^\top \tanh(W q + U k_i + b)",
            AdditiveAttention.scores,
            "W, U: 32 × 384 for the library. v, b: 32.",
        ),
        Line(
            "Titles, contents and your query become vectors as the mean over their pieces, after six layers of such heads.",
            r"\bar{x} = \frac{1}{T} \sum_t x_t",
            mean_pool,
            "x: 384 numbers a piece. Values are brought to length 1; keys and the query keep their length.",
        ),
    ]  # fmt: skip


def questions(look: Look | None) -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    at = results.measured(scaling.DEFAULT_KEYS, scaling.DEFAULT_SEED, scaling.DEFAULT_WIDTH)
    ratio = at.at(256)["variance"][0] / at.at(64)["variance"][0]
    factors = (1, 2, 4, 16)
    right = min(range(4), key=lambda n: abs(factors[n] - ratio))
    asked = [
        Question(
            "Keys and queries get four times as wide, with numbers of the same size. What becomes of the variance of q · k?",
            ("It stays", "It doubles", "It is four times as large", "It is sixteen times as large"),
            right,
            f"Measured on random vectors from 64 to 256 numbers: {ratio:.2f} times. Each number adds its own share.",
        ),
        Question(
            "The items of the library are put in another order, each with its key and its value. What changes in the result?",
            ("Nothing", "The mask, not the mixture", "Both"),
            0,
            "A sum does not ask in which order its terms come. What is to know the order needs a mark of the place in the "
            "vectors themselves.",
        ),
    ]
    if look is not None:
        cold = lesson.mask(look.scores, 0.01)
        hot = lesson.mask(look.scores, 100.0)
        asked.append(
            Question(
                "What does the temperature do at its two ends?",
                ("Low: the best alone. High: the mean of all", "Low: the mean of all. High: the best alone", "Nothing"),
                0 if cold.max() > hot.max() else 1,
                f"For your query the best match has {percent(float(cold.max()))} at 0.01 and {percent(float(hot.max()))} at 100, "
                f"where {percent(1 / len(LIBRARY))} is an even share.",
            )
        )
    return asked


def script_values(asked: Asked, place: int) -> dict[str, object]:
    """Return what the script that is taken away needs to know."""
    vectors = small.read_vectors(asked.vectors)
    return {
        "LIBRARY": tuple((item.title, item.content) for item in LIBRARY),
        "QUERY": asked.query.text,
        "MATCH": asked.settings.match,
        "SCALED": asked.settings.scaled,
        "TEMPERATURE": asked.settings.temperature,
        "Q": asked.q,
        "K": tuple(map(tuple, vectors.keys.tolist())),
        "V": tuple(map(tuple, vectors.values.tolist())),
        "KEYS_TEMPERATURE": asked.keys_temperature,
        "WIDTH": asked.width,
        "KEYS": asked.keys,
        "SEED": asked.seed,
        "TEXT": asked.text.text,
        "LAYER": asked.layer,
        "HEAD": asked.head,
        "PLACE": place,
    }


def fitted_match() -> list[Download]:
    """Offer the weights of the additive match, which the script needs for it."""

    def make() -> bytes:
        out = io.BytesIO()
        parts = vars(recorded.fitting().weights)
        np.savez(out, **{name: parts[name].astype(np.float16) for name in recorded.MATCH_PARTS})
        return out.getvalue()

    return [Download("The fitted match (NPZ)", "attention_search_match.npz", make, "application/octet-stream")]


SOURCES = (
    Source("Bahdanau, Cho, Bengio", 2014, "Neural machine translation by jointly learning to align and translate (the "
           "additive match)", "https://arxiv.org/abs/1409.0473"),
    Source("Graves, Wayne, Danihelka", 2014, "Neural Turing machines (looking up by cosine)", "https://arxiv.org/abs/1410.5401"),
    Source("Luong, Pham, Manning", 2015, "Effective approaches to attention-based neural machine translation (the dot "
           "product)", "https://arxiv.org/abs/1508.04025"),
    Source("Vaswani et al.", 2017, "Attention is all you need (queries, keys, values; why divide: section 3.2.1)",
           "https://arxiv.org/abs/1706.03762"),
    Source("Reimers, Gurevych", 2019, "Sentence-BERT: sentence embeddings using siamese BERT-networks",
           "https://arxiv.org/abs/1908.10084"),
    Source("Wang et al.", 2020, "MiniLM: deep self-attention distillation", "https://arxiv.org/abs/2002.10957"),
)  # fmt: skip
