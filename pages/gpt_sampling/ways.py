"""Four ways to draw after the same prompt, side by side, and the tree of the beam search."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.experiments.gpt_sampling import Filters, NextToken, recorded
from core.experiments.gpt_sampling.texts import WAYS, Settings, Way, four_settings
from core.figures import gpt_sampling as figures
from pages.kit import cache, jobs, writing
from pages.kit.former import Picture, show, verdict
from pages.kit.words import percent, signed

if TYPE_CHECKING:
    from core.serving.engine import Engine

LEVEL = 1e-4  # nats a token within which texts are as likely as one another
COLUMNS = ("way", "log-probability per token (nats)", "repeated 3-grams (%)", "distinct-2", "tokens", "text")


def is_recorded(settings: Settings) -> bool:
    """Return whether the four texts of `settings` after the default prompt ship with the app; all strategies are shown."""
    return replace(settings, strategy="sample") == Settings()


def four_ways(engine: "Engine | None", next_token: NextToken, settings: Settings) -> Picture:
    """Show four texts after the same prompt, drawn in four ways, with the numbers that tell them apart."""
    if engine:
        key = ("ways", engine.placement, next_token.model, next_token.ids, settings)
        ways, nodes, finished = cache.shelf(cache.TEXTS).get(key) or _draw_four(engine, key, next_token, settings)
    else:
        ways, nodes, finished = *recorded.gpt_sampling_ways(), True
    for column, way in zip([c for _ in range(2) for c in st.columns(2)], ways, strict=True):
        with column.container(border=True):
            st.markdown(f"**{way.name}**")
            if finished and way.name == WAYS[2] and settings.filters == Filters():
                st.caption("Your filters are off, so this is pure sampling. Move temperature, top-k, top-p or min-p.")
            st.text(way.text)
            st.caption(
                f"{signed(way.logprob_per_token, 2)} nats a token, {percent(way.repeated_3grams)} repeated 3-grams, "
                f"distinct-2 {way.distinct_2:.2f}"
            )
    rows = [
        (
            w.name,
            round(w.logprob_per_token, 4),
            round(100 * w.repeated_3grams, 2),
            round(w.distinct_2, 4),
            w.tokens,
            w.text,
        )
        for w in ways
    ]
    picture = Picture(figures.beam_tree(nodes), figures.describe_beam(nodes), COLUMNS, rows)
    show(picture, key="beam")
    if finished:
        verdict(_judge(ways))
    else:
        verdict("Stopped: texts that have not come to their end can’t be compared.")
    return picture


def _judge(ways: Sequence[Way]) -> str:
    """Say whose text is likeliest, token by token, and whether greedy text repeats itself."""
    greedy, sampled = ways[0], ways[1]
    best = max(way.logprob_per_token for way in ways)
    names = [way.name for way in ways if best - way.logprob_per_token < LEVEL]
    leaders = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return (
        f"The likeliest tokens, {signed(best, 2)} nats each, are those of {leaders}. Greedy repeats "
        f"{percent(greedy.repeated_3grams)} of its 3-grams, pure sampling {percent(sampled.repeated_3grams)}: "
        + (
            "the likeliest words are not the liveliest text."
            if greedy.repeated_3grams > sampled.repeated_3grams
            else "not here the loops that greedy text is known for; write more tokens, or try another prompt."
        )
    )


def _draw_four(engine: "Engine", key: Any, next_token: NextToken, settings: Settings) -> Any:
    """Write the four texts in one batch; return their numbers and the beam's tree."""
    from core.experiments.gpt_sampling import writing as _writing

    runs = [
        writing.run(f"way {n}", (*key, n), partial(_writing.write, engine, next_token.ids, each, jobs.LEASE_SECONDS))
        for n, each in enumerate(four_settings(settings))
    ]
    watch = writing.Watch()
    watch.follow(runs, lambda: None, settings.tokens)
    ways = _writing.measure_ways([_writing.text_of(engine, run) for run in runs])
    finished = all(run.state == "finished" for run in runs)
    result = ways, _writing.tree_of(engine, runs[3])[1], finished
    if finished:
        cache.shelf(cache.TEXTS).put(key, result)
    else:
        st.button("Write them again", on_click=writing.forget_all)
    return result
