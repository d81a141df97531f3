"""The pictures of the lesson on attention as search."""

from dataclasses import replace

from core.experiments import attention_search as lesson
from core.experiments.attention_search.results import DEFAULT_LAYER, DEFAULT_QUERY, DEFAULT_TEXT, MATCHES
from core.experiments.attention_search.three_keys import DEFAULT_LINES, read_vectors
from core.experiments.recording import find
from core.figures import attention_search as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends, and with a hostile text."""
    query, shelf = find(lesson.read_query, DEFAULT_QUERY), find(lesson.library)
    read = find(lesson.read_layer, DEFAULT_TEXT, DEFAULT_LAYER)
    odd = replace(read, tokens=tuple(HOSTILE for _ in read.tokens))
    usual, same = (
        read_vectors(DEFAULT_LINES),
        read_vectors("\n".join(f"{name} 9 9" for name in ["Q", "K1", "K2", "K3", "V1", "V2", "V3"])),
    )
    scaling = find(lesson.random_products)
    return {
        **{f"three keys, {t}": figures.three_keys(usual, t) for t in (0.05, 1.0, 5.0)},
        "three keys, all the same": figures.three_keys(same, 0.05),
        **{f"library, {match}": figures.library(query, shelf, match, 0.1) for match in MATCHES},
        "library, hostile": figures.library(replace(query, text=HOSTILE), shelf, "dot product", 1.0),
        "temperatures": figures.temperatures(query, shelf, "cosine"),
        "head": figures.head(read, 1, 10),
        "head, hostile": figures.head(odd, 0, 0),
        "all heads": figures.all_heads(read, 1, 10),
        **{f"shared, {width}": figures.shared(scaling, width) for width in (1, 64, 1000)},
        "trained heads": figures.trained_heads(find(lesson.trained)),
        "mechanism": figures.mechanism(
            "it", ("animal", "[CLS]", "it"), (3.8, 1.9, -1.5), (0.7, 0.2, 0.1), "head 2", "a mixture"
        ),
        "mechanism, hostile": figures.mechanism(HOSTILE, (HOSTILE,) * 3, (0, 0, 0), (1, 0, 0), HOSTILE, "a mixture"),
        "mechanism, division": figures.division(scaling, 64),
    }
