"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import attention_search as lesson
from core.experiments.attention_search import results
from core.experiments.attention_search.results import DEFAULT_QUERY, OTHER_QUERY, OTHER_TEXT, TITLES, Settings
from core.experiments.attention_search.three_keys import DEFAULT_LINES, read_vectors
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

WORDS = (
    "Query and keys are lists of numbers of the same length. Step 1 multiplies them number by number and adds up: the "
    "**score** is large where both point the same way. Step 2, the **softmax**, makes weights of the scores: positive, 1 in all. "
    "The course notes call the weights a mask. Step 3 adds up the values, each times its weight. Between two texts, such as "
    "a sentence and its translation, this is attention; where a sentence asks itself, it is **self-attention**. The order of the "
    "items plays no part in it, so a model adds a mark of its position to each piece: a **positional encoding**."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it, for the page and for the model."""
    from core.models.attention import AdditiveAttention, scaled_dot_product
    from core.pretrained.encoder import mean_pool

    return [
        Line("Step 1: how well does each key match? A dot product is large where query and key point the same way. Its variance "
             "grows with the width, so it is divided by the root of the width.",
             r"s_i = \frac{q \cdot k_i}{\sqrt{d}}", results.similarity,
             "q: 2 numbers for the three keys, 384 for the library, 32 in a head. k: as many for each item. s: one a key."),
        Line("Step 2: scores become weights. A temperature below 1 gives more to the best, one above 1 less.",
             r"a_i = \frac{e^{s_i / T}}{\sum_j e^{s_j / T}}", results.softmax,
             "a: one weight a key, 1 in all. T: temperature, 1 in a model."),
        Line("Step 3: the values are added up by their weights.", r"c = \sum_i a_i v_i", results.mixture,
             "v: 2, 384 or 32 numbers an item. c: as many."),
        Line("In a model the three steps are two products of matrices and a softmax, for all queries at once.",
             r"\mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}}\right) V", scaled_dot_product,
             "Q, K, V: a row for each piece of the text, 12 heads side by side, 6 layers."),
        Line("The first attention matched otherwise: it asked a small network, with weights of its own to learn (see Alignment).",
             r"s_i = v^\top \tanh(W q + U k_i + b)", AdditiveAttention.scores,
             "q, k: the decoder’s and the encoder’s states. W, U, v, b: learned."),
        Line("Titles, contents and your query become vectors as the mean over their pieces, after six layers of such heads.",
             r"\bar{x} = \frac{1}{T} \sum_t x_t", mean_pool,
             "x: 384 numbers a piece. Values are brought to length 1; keys and the query keep their length."),
    ]  # fmt: skip


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    variance = ask(lesson.random_products).variance[0]
    ratio, factors = float(variance[255] / variance[63]), (1, 2, 4, 16)
    query, shelf = ask(lesson.read_query, DEFAULT_QUERY), ask(lesson.library)
    moved = results.shuffled(query, shelf, Settings())
    order, scores = ask(lesson.word_order), results.search(query, shelf, Settings()).scores
    cold, hot = (float(results.softmax(scores, temperature).max()) for temperature in (0.01, 100.0))
    return [
        Question("What does the temperature do at its two ends?",
                 ("Low: the best alone. High: the mean of all", "Low: the mean of all. High: the best alone", "Nothing"),
                 0 if cold > hot else 1,
                 f"In the library the best match has {percent(cold)} at 0.01 and {percent(hot)} at 100, where "
                 f"{percent(1 / len(TITLES))} is an even share."),
        Question("The items of the library are put in another order, each with its key and its value. What changes in the "
                 "mixture?", ("Nothing", "A little", "Another item wins"), 0 if moved < 1e-9 else 1,
                 "A sum does not ask in which order its terms come. Only the mark of its position tells a piece from the same "
                 f"piece elsewhere: “{order.texts[0]}” and “{order.texts[1]}” have a cosine of {order.alike[0]:.3f} to the "
                 f"encoder, and with the marks taken away one of {order.alike[1]:.3f}."),
        Question("Keys and queries get four times as wide, with numbers of the same size. What becomes of the variance of q · k?",
                 ("It stays", "It doubles", "It is four times as large", "It is sixteen times as large"),
                 min(range(4), key=lambda n: abs(factors[n] - ratio)),
                 f"Measured on random vectors from 64 to 256 numbers: {ratio:.2f} times. Each number adds its own part."),
    ]  # fmt: skip


def seen() -> str:
    """Return two sentences with the measured numbers."""
    three = read_vectors(DEFAULT_LINES).attend(1.0)
    found = results.search(ask(lesson.read_query, DEFAULT_QUERY), ask(lesson.library), Settings())
    return (
        f"Of three values came a mixture, {percent(float(three.weights[three.best]))} of it the best key’s; among "
        f"{len(TITLES)} descriptions the best match gave {percent(float(found.weights[found.best]))}. A hard search would have "
        "returned that one alone, and so does attention at a temperature near 0."
    )


def try_next() -> list[Try]:
    """Return another query for the three keys, one for the library, and another sentence for the head."""
    away = DEFAULT_LINES.replace("Q   1.0   0.5", "Q  -1.0   0.5")
    wide = {"view": "A real head", "text": OTHER_TEXT, "layer": 4, "head": 2, "place": 11}
    return [
        Try("A query that points the other way", "The third key matches best now, and the mixture moves to its value.",
            {"view": "Three keys", "vectors": away}),
        Try("A search without a common word", f"“{OTHER_QUERY}” finds descriptions that share no word with it.",
            {"view": "Library", "query": OTHER_QUERY}),
        Try("Too wide instead of too tired", "One word is changed at the end, and “it” takes less from “animal”, more from "
            "“street”.", wide),
    ]  # fmt: skip


SOURCES = (
    Source("Bahdanau, Cho, Bengio", 2014, "Neural machine translation by jointly learning to align and translate (the additive "
           "match)", "https://arxiv.org/abs/1409.0473"),
    Source("Graves, Wayne, Danihelka", 2014, "Neural Turing machines (a cosine match)", "https://arxiv.org/abs/1410.5401"),
    Source("Luong, Pham, Manning", 2015, "Effective approaches to attention-based neural machine translation (the dot product)",
           "https://arxiv.org/abs/1508.04025"),
    Source("Vaswani et al.", 2017, "Attention is all you need (queries, keys, values; why divide: section 3.2.1)",
           "https://arxiv.org/abs/1706.03762"),
    Source("Reimers, Gurevych", 2019, "Sentence-BERT: sentence embeddings using siamese BERT-networks",
           "https://arxiv.org/abs/1908.10084"),
    Source("Wang et al.", 2020, "MiniLM: deep self-attention distillation", "https://arxiv.org/abs/2002.10957"),
)  # fmt: skip
