"""What the lesson on attention as search asks before a change, and where it leads: order, attention, self-attention."""

from typing import Any

import numpy as np
import streamlit as st

from core.data.library import LIBRARY
from core.experiments import attention_search as lesson
from core.experiments.attention_search import HeadRead, Look, Settings, recorded, scaling
from core.experiments.attention_search import keys as small
from core.figures.attention_search import amount, vector
from pages.attention_search import keys, results
from pages.attention_search.settings import SEARCH, Asked
from pages.kit.words import count

HOW_MANY = {"one": "one", "few": "2 to 4", "some": "5 to 19", "many": "20 or more"}
ORDER = (2, 0, 1)  # in which the three items are put


def ask_sharing(now: Look, then: Look, settings: Settings, other: Settings, width: int, what: str) -> dict[str, Any]:
    """Ask how many share the mixture when the division by the root of the width is switched over."""
    verb = "divided by" if other.scaled else "no longer divided by"
    if settings.match != "dot":
        verb = "used instead, divided by" if other.scaled else "used instead, not divided by"
    return {
        "question": f"**Predict:** when the dot product is {verb} √{width}, how many {what} share what comes out?",
        "answers": HOW_MANY,
        "right": lesson.sharing(then),
        "outcome": f"{now.effective:.1f} shared it before, {then.effective:.1f} then (2 to the power of the mask's entropy).",
        "change": {"scale": "on" if other.scaled else "off", "match": lesson.MATCHES["dot"]},
    }


def ask_order(asked: Asked) -> dict[str, Any]:
    """Ask what becomes of the mixture when the three items change places."""
    vectors, look, settings = keys.look_at(asked)
    rows = list(ORDER)
    moved = lesson.look(
        np.array(asked.q), vectors.keys[rows], vectors.values[rows], settings, small.plain_additive(vectors.width)
    )
    apart = float(np.linalg.norm(moved.mixed - look.mixed))
    return {
        "question": "**Predict:** the three items change places (3, 1, 2), each key with its value. What does the mixture do?",
        "answers": {"stays": "stays where it is", "moves": "moves a little", "jumps": "jumps to another value"},
        "right": "stays" if apart < 1e-9 else "moves" if apart < 1 else "jumps",
        "outcome": f"It was at {vector(look.mixed)} and is at {vector(moved.mixed)}.",
        "change": {"vectors": small.write_vectors(vectors, ORDER)},
    }


def ask_width(asked: Asked) -> dict[str, Any]:
    """Ask what a width four times as large, or a quarter, does to the variance of the products."""
    wider = asked.width * 4 <= scaling.WIDEST
    other = asked.width * 4 if wider else asked.width // 4
    now, then = (
        results.measured(asked.keys, asked.seed, w).at(w)["variance"][0] for w in (asked.width, other)
    )  # fmt: skip
    factor = then / now if wider else now / then
    answers = {"1": "stays", "2": "2 times", "4": "4 times", "16": "16 times"}
    what = "as large" if wider else "as small"
    return {
        "question": f"**Predict:** when the width goes from {asked.width:,} to {other:,}, by how much does the variance of "
        f"q · k {'grow' if wider else 'shrink'}?",
        "answers": answers,
        "right": min(answers, key=lambda name: abs(np.log(float(name)) - np.log(factor))),
        "outcome": f"It went from {now:,.1f} to {then:,.1f}, {factor:.2f} times {what}.",
        "change": {"width": other},
    }


def show_way_on(changes: tuple[float, float], read: HeadRead | None, view: str) -> None:
    """Show the three words that lead on, each with a number of this page."""
    st.markdown("**Where this leads: three words**")
    places, attention, self_attention = st.columns(3)
    order = recorded.order()
    many = f"the {len(LIBRARY)} items" if view == SEARCH else "the pieces" if read else "the three items"
    with places:
        st.markdown(
            f"**Positional encoding.** Nothing in the three steps knows about order: shuffle {many}, and the mixture changes by "
            f"{_tiny(changes[1])}. So each piece of a text gets a mark of its place added to its vector. “{order.texts[0]}” and "
            f"“{order.texts[1]}” are {order.alike[0]:.3f} alike to the encoder; with the marks taken away they are the same, to "
            f"{_tiny(order.apart[1])}."
        )
    with attention:
        st.markdown(
            "**Attention.** One sentence asks another: a translator's next word is the query, the words of the source are keys "
            "and values. The mixture is what the decoder looks at before it writes."
        )
    with self_attention:
        shown = count(len(read.tokens), "piece") if read else "16 pieces"
        size = len(read.tokens) if read else 16
        st.markdown(
            f"**Self-attention.** A sentence asks itself: each of its {shown} is query, key and value at once, so a head has "
            f"{size} × {size} = {size * size:,} shares. All are computed at the same time; no piece waits for the one before."
        )


def _tiny(number: float) -> str:
    return amount(number) if number else "exactly 0"
