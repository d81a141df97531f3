"""Three keys: every number of the three steps, and the vectors in the plane."""

import math

import numpy as np
import streamlit as st

from core.experiments import attention_search as lesson
from core.experiments.attention_search import Look, Settings
from core.experiments.attention_search import keys as small
from core.figures import attention_search as figures
from core.figures.attention_search import vector
from pages.attention_search.library import rows
from pages.attention_search.settings import Asked
from pages.kit import cache
from pages.kit.former import Picture, show, verdict
from pages.kit.words import percent, signed

NAMES = ("K1", "K2", "K3")


def look_at(asked: Asked) -> tuple[small.Vectors, Look, Settings]:
    """Return the reader's vectors and the three steps over them."""
    vectors = small.read_vectors(asked.vectors)
    settings = Settings(asked.settings.match, asked.settings.scaled, asked.keys_temperature)
    found = lesson.look(
        np.array(asked.q), vectors.keys, vectors.values, settings, small.plain_additive(vectors.width)
    )  # fmt: skip
    return vectors, found, settings


def show_keys(asked: Asked) -> Picture:
    """Show the three steps with every number, then keys and values in the plane."""
    vectors, look, settings = look_at(asked)
    if vectors.trouble:
        st.warning(vectors.trouble)
    q = np.array(asked.q)
    key = (asked.q, asked.vectors, settings)
    columns = (
        "key",
        "similarity",
        "share (%)",
        "the mixture is like its value (cosine)",
        "a hard search's result is (cosine)",
    )
    picture = cache.remember(
        ("keys plane", *key),
        lambda: Picture(
            figures.keys_plane(q, vectors.keys, look), figures.describe_keys(q, look), columns, rows(look, NAMES)
        ),
    )
    names = ("V1", "V2", "V3", "mixture")
    table = [
        (name, *(round(float(v), 4) for v in numbers))
        for name, numbers in zip(names, [*vectors.values, look.mixed], strict=True)
    ]
    numbered = ("value", *(f"number {n + 1}" for n in range(vectors.values.shape[1])))
    values = cache.remember(
        ("values plane", *key),
        lambda: Picture(figures.values_plane(vectors.values, look), figures.describe_values(look), numbered, table),
    )
    left, right = st.columns(2)
    with left:
        show(picture, key="keys_plane")
    with right:
        show(values, key="values_plane")
    _steps(q, vectors, look, settings)
    verdict(*judge(vectors, look))
    if settings.match == "additive":
        st.caption(
            "Here the additive match has weights that nobody fitted: W and U leave the vectors as they are, v adds up. It then "
            "asks which key is large, not which is like the query: without training it means nothing."
        )
    return picture


def _steps(q: np.ndarray, vectors: small.Vectors, look: Look, settings: Settings) -> None:
    one, two, three = st.columns(3)
    powers = np.exp(look.scores / settings.temperature)
    with one:
        st.markdown("**Step 1: similarity**")
        for name, key, score in zip(NAMES, vectors.keys, look.scores, strict=True):
            st.markdown(f"{name}: {_match(q, key, float(score), settings)}")
    with two:
        st.markdown("**Step 2: mask**")
        over = "" if settings.temperature == 1 else f" / {settings.temperature:g}"
        for name, score, power, weight in zip(NAMES, look.scores, powers, look.weights, strict=True):
            exponent = f"{signed(float(score), 2)}{over}"
            st.markdown(
                f"{name}: exp({exponent}) = {_amount(power)}, of {_amount(powers.sum())}: **{percent(float(weight))}**"
            )
    with three:
        st.markdown("**Step 3: mixture**")
        for n, (value, weight) in enumerate(zip(vectors.values, look.weights, strict=True)):
            st.markdown(f"{percent(float(weight))} of V{n + 1} {vector(value)} = {vector(weight * value)}")
        st.markdown(f"in all: **{vector(look.mixed)}**")


def _match(q: np.ndarray, key: np.ndarray, score: float, settings: Settings) -> str:
    """Return the sum behind a similarity."""
    if settings.match == "additive":
        parts = " + ".join(f"tanh({signed(float(a + b), 2)})" for a, b in zip(q, key, strict=True))
        return f"{parts} = **{signed(score, 2)}**"
    parts = " + ".join(f"{_in_brackets(a)} × {_in_brackets(b)}" for a, b in zip(q, key, strict=True))
    product = float(q @ key)
    if settings.match == "cosine":
        lengths = f"{np.linalg.norm(q):.2f} × {np.linalg.norm(key):.2f}"
        return f"{parts} = {signed(product, 2)}, ÷ ({lengths}) = **{signed(score, 2)}**"
    if not settings.scaled:
        return f"{parts} = **{signed(product, 2)}**"
    return f"{parts} = {signed(product, 2)}, ÷ {math.sqrt(len(q)):.2f} = **{signed(score, 2)}**"


def _in_brackets(number: float) -> str:
    shown = signed(float(number), 2)
    return f"({shown})" if number < 0 else shown


def _amount(number: float) -> str:
    number = float(number)
    if not math.isfinite(number):
        return "more than can be written"
    return f"{number:.2f}" if 0.01 <= number < 10_000 else f"{number:.1e}" if number else "0"


def judge(vectors: small.Vectors, look: Look) -> tuple[str, list[tuple[str, str]]]:
    """Say what comes out of three keys, and how far it is from what a hard search would return."""
    best = look.best
    apart = float(np.linalg.norm(look.mixed - vectors.values[best]))
    numbers = [
        (f"share of V{best + 1}", percent(float(look.weights[best]))),
        ("keys that share it", f"{look.effective:.2f} of 3"),
        (f"distance from V{best + 1}", f"{apart:.2f}"),
    ]
    if look.kind == "one":
        text = f"Not here: K{best + 1} has all but {percent(float(1 - look.weights[best]))}, so V{best + 1} comes out."
    else:
        text = (
            f"K{best + 1} matches best, and a hard search returns V{best + 1} = {vector(vectors.values[best])}. What comes out "
            f"is {vector(look.mixed)}, {apart:.2f} away: no key's own value, but a place between the three."
        )
        if look.kind == "all":
            text += " The shares are nearly even, so the query hardly matters."
    return text, numbers
