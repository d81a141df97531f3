"""What GloVe answers: the nearest words, analogies, and where words lie between "he" and "she"."""

import time

import numpy as np
from jaxtyping import Float

from core.data.occupations import GENDERS, JOBS, THINGS
from core.experiments.encoder import bring
from core.experiments.word_vectors.results import TOP, Leaning, Near
from core.pretrained.word_vectors import NAME, WordVectors, load_word_vectors
from core.progress import Steps


def glove() -> Steps[WordVectors]:
    """Return GloVe, fetched first where it is not here; yields and raises as `bring` does."""
    yield from bring(NAME)
    return load_word_vectors()


def near(asked: tuple[str, ...]) -> Steps[Near]:
    """Return the nearest words; see `core.experiments.word_vectors.near`."""
    if len(asked) not in (1, 3):
        raise ValueError("one word, or three")
    vectors = yield from glove()
    unknown = tuple(word for word in asked if word not in vectors)
    if unknown:
        return Near(asked, (), np.zeros((0, 2), np.float32), 0.0, len(vectors.words), 0.0, unknown)
    vectors.neighbours("the", 1)  # the first search makes all lengths 1, once
    began = time.perf_counter()
    found = vectors.neighbours(asked[0], TOP) if len(asked) == 1 else vectors.analogy(asked[0], asked[1], asked[2], TOP)
    took = 1000 * (time.perf_counter() - began)
    words = [*asked, *(word for word, _ in found)]
    places, kept = plane(np.stack([unit(vectors.vector(word)) for word in words]))
    return Near(asked, found, places, kept, len(vectors.words) - len(set(asked)), took)


def plane(vectors: Float[np.ndarray, "words width"]) -> tuple[Float[np.ndarray, "words two"], float]:
    """Return where vectors lie on the plane of most variance among them, and its share of the variance (Pearson 1901)."""
    # X - mean = U S V^T; the first two columns of U S are the places
    left, sizes, _ = np.linalg.svd(vectors - vectors.mean(0), full_matrices=False)
    variance = np.square(sizes)
    places = left[:, :2] * sizes[:2]
    places *= np.where(
        places[np.argmax(abs(places), 0), (0, 1)] < 0, -1, 1
    )  # a sign that does not depend on the library
    return places.astype(np.float32), float(variance[:2].sum() / max(variance.sum(), 1e-12))


def unit(vector: Float[np.ndarray, "width"]) -> Float[np.ndarray, "width"]:
    """Return a vector brought to length 1."""
    found: np.ndarray = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return found


def leaning() -> Steps[Leaning]:
    """Return where occupations and neutral words lie on the mean of six directions from "he" to "she".

    Source: Bolukbasi et al. 2016, section 4, with the mean of the differences in place of their first component.
    """
    vectors = yield from glove()
    # g = mean of (she - he), ..., each of length 1; a word's lean is its cosine with g
    direction = unit(np.mean([unit(vectors.vector(b)) - unit(vectors.vector(a)) for a, b in GENDERS], 0))
    jobs, things = (
        tuple(sorted(((word, float(unit(vectors.vector(word)) @ direction)) for word in words), key=lambda one: one[1]))
        for words in (JOBS, THINGS)
    )
    return Leaning(GENDERS, jobs, things)
