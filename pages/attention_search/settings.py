"""The controls of the lesson on attention as search: each picture's own stand beside it, the others wait behind a button."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.experiments import attention_search as lesson
from core.experiments.attention_search import Fitted, Settings, scaling
from core.experiments.attention_search import keys as small
from pages.kit import controls

SEARCH, KEYS, DIVIDE, HEAD = VIEWS = ("Search", "Three keys", "Why divide", "A real head")
MATCHES = {shown: name for name, shown in lesson.MATCHES.items()}


@dataclass(frozen=True)
class Asked:
    """What the controls say; layer, head and place are counted from 1. `vectors` are the reader's lines."""

    query: Fitted
    settings: Settings
    vectors: str
    q: tuple[float, ...]
    keys_temperature: float
    width: int
    keys: int
    seed: int
    text: Fitted
    layer: int
    head: int
    picker: DeltaGenerator  # where the query piece is chosen, once it is known how many there are

    @property
    def head_settings(self) -> Settings:
        """Return how a real head matches: with the reader's choice of the division, else as the model does."""
        return Settings("dot", self.settings.scaled, lesson.HEAD_SETTINGS.temperature)

    def is_default(self, view: str) -> bool:
        """Return whether what `view` shows can be shown before anything can be computed."""
        if view == SEARCH:
            return self.query.text == lesson.DEFAULT_QUERY
        return view != HEAD or (self.text.text, self.layer) == (lesson.DEFAULT_TEXT, lesson.DEFAULT_LAYER)


def choose(view: str) -> Asked:
    """Show all controls, those of `view` in sight, and return what they say."""
    main = st.container()
    with st.popover("More controls", width="stretch"):
        near = st.container()
        st.caption("For the other pictures:")
        far = st.container()

    def place(*views: str) -> DeltaGenerator:
        return main if view in views else far

    def close(*views: str) -> DeltaGenerator:
        return near if view in views else far

    usual = Settings()
    with place(SEARCH):
        query = controls.text_area("Your query", lesson.DEFAULT_QUERY, key="query", height=80, max_chars=2_000)
        temperature = controls.slider(
            "Temperature", 0.01, 1.0, usual.temperature, 0.01, key="temperature", help="Low: the best alone. High: all."
        )
    with close(SEARCH, KEYS, HEAD):
        match = MATCHES[controls.choice("Match", tuple(MATCHES), lesson.MATCHES["dot"], key="match")]
        scaled = controls.choice("Divide a dot product by √d", ("on", "off"), "on", key="scale") == "on"
    with close(KEYS):
        own = controls.slider("Three keys: temperature", 0.05, 5.0, 1.0, 0.05, key="keys_temperature")
        lines = controls.text_area(
            "Three keys and their values",
            small.DEFAULT_VECTORS,
            key="vectors",
            height=190,
            max_chars=400,
            help="Two numbers each, or three. The query has as many as a key.",
        )
    size = small.read_vectors(lines).width
    with place(KEYS):
        q = tuple(
            float(
                controls.slider(f"Query, {nth} number", -3.0, 3.0, small.DEFAULT_QUERY[n], 0.1, key=f"q{n + 1}")
            )
            for n, nth in enumerate(("first", "second", "third")[:size])
        )  # fmt: skip
    with place(HEAD):
        text = controls.text_area("Your sentence", lesson.DEFAULT_TEXT, key="text", height=80, max_chars=2_000)
    picker = place(HEAD).container()
    with close(HEAD, DIVIDE):
        layer = controls.slider("A real head: layer", 1, lesson.LAYERS, lesson.DEFAULT_LAYER, 1, key="layer")
        head = controls.slider("A real head: head", 1, lesson.HEADS, lesson.DEFAULT_HEAD, 1, key="head")
    with place(DIVIDE):
        width = controls.slider("Width d", 1, scaling.WIDEST, scaling.DEFAULT_WIDTH, 1, key="width")
    with close(DIVIDE):
        keys = controls.slider("Why divide: keys", 2, scaling.MOST_KEYS, scaling.DEFAULT_KEYS, 1, key="keys")
        seed = controls.slider("Why divide: seed", 0, 999, scaling.DEFAULT_SEED, 1, key="seed")
    return Asked(
        lesson.fit_words(query),
        Settings(match, scaled, temperature),
        lines,
        q,
        own,
        width,
        keys,
        seed,
        lesson.fit_words(text),
        layer,
        head,
        picker,
    )
