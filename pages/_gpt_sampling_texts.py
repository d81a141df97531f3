"""The two pictures of the lesson on GPT sampling that write text: step by step with branches, and four ways to draw."""

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.experiments import _recorded as recorded
from core.experiments._texts import MAX_FORKS, WAYS, Fork, Settings, Text, read_forks, write_forks
from core.experiments.gpt_sampling import Filters, NextToken
from core.figures import gpt_sampling as figures
from pages.kit import cache, controls, live
from pages.kit import texts as shown
from pages.kit.lesson import Picture, show, verdict
from pages.kit.words import count, percent, signed

if TYPE_CHECKING:
    from core.generation.engine import Engine
    from core.generation.work import Run

COLUMNS = ("position", "token", "rank", "chance (%)", "drawn with (%)", "log-probability (nats)")
WAY_COLUMNS = ("way", "log-probability per token (nats)", "repeated 3-grams (%)", "distinct-2", "tokens", "text")


def is_recorded(settings: Settings) -> bool:
    """Return whether what `settings` write after the default prompt ships with the app."""
    return settings == Settings(strategy=settings.strategy) and "branches" not in st.query_params


def step_by_step(engine: "Engine | None", next_token: NextToken, settings: Settings) -> Picture:
    """Show the text token by token as it is written, and let the reader put another token anywhere."""
    forks = controls.parameter("branches", (), read_forks) if engine and settings.strategy != "beam" else ()
    chosen = controls.parameter("branch", 0, lambda raw: range(len(forks) + 1).index(int(raw)))
    watch = live.Watch()
    if engine:
        written: list[Text] = []
        for n in range(len(forks) + 1):
            written.append(_branch(engine, next_token, settings, forks[:n], watch, n == chosen, written))
    else:
        written = [recorded.gpt_sampling_texts()[settings.strategy]]
    text = written[chosen]
    with watch.place:
        clicked = shown.strip(text, key="strip", chosen=st.session_state.get("_word"))
    if clicked is not None and clicked != st.session_state.get("_word"):
        st.session_state["_word"] = clicked
        st.rerun()
    if engine and not text.finished:
        st.button("Write it again from the start", on_click=live.forget_all)
    elif settings.strategy == "sample":
        st.button("Draw again, with the next seed", on_click=_next_seed, args=(settings.seed,))
    if engine and settings.strategy != "beam":
        _offer_a_rival(text, forks, chosen)
    if forks:
        st.caption("Every branch stays. Pick one to read it; its total log-probability stands at its right.")
        other = shown.branch_tree(written, forks, chosen=chosen, key="tree")
        if other is not None and other != chosen:
            _go_to(other)
    figure = figures.text_chances(text)
    picture = Picture(figure, figures.describe_text(text), COLUMNS, _rows(text))
    show(picture, key="chances")
    verdict(*_judge(text))
    return picture


def four_ways(engine: "Engine | None", next_token: NextToken, settings: Settings) -> Picture:
    """Show four texts after the same prompt, drawn in four ways, with the numbers that tell them apart."""
    if engine:
        key = ("ways", engine.placement, next_token.model, next_token.ids, settings)
        ways, nodes = cache.shelf().get(key) or _draw_four(engine, key, next_token, settings)
    else:
        ways, nodes = recorded.gpt_sampling_ways()
    for column, way in zip([c for _ in range(2) for c in st.columns(2)], ways, strict=True):
        with column.container(border=True):
            st.markdown(f"**{way.name}**")
            if way.name == WAYS[2] and settings.filters == Filters():
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
    picture = Picture(figures.beam_tree(nodes), figures.describe_beam(nodes), WAY_COLUMNS, rows)
    show(picture, key="beam")
    greedy, sampled, best = ways[0], ways[1], max(ways, key=lambda w: w.logprob_per_token)
    verdict(
        f"{best.name} found the likeliest text, {signed(best.logprob_per_token, 2)} nats a token. Greedy repeats "
        f"{percent(greedy.repeated_3grams)} of its 3-grams, pure sampling {percent(sampled.repeated_3grams)}: "
        + (
            "the likeliest words are not the liveliest text."
            if greedy.repeated_3grams > sampled.repeated_3grams
            else "not here the loops that greedy text is known for; write more tokens, or try another prompt."
        )
    )
    return picture


def _branch(
    engine: "Engine",
    next_token: NextToken,
    settings: Settings,
    lineage: tuple[Fork, ...],
    watch: live.Watch,
    is_shown: bool,
    written: list[Text],
) -> Text:
    """Return the text after the last fork of `lineage` (the first text where there is none), written if need be."""
    from core.experiments import _writing

    key = ("text", engine.placement, next_token.model, next_token.ids, settings, lineage)
    found = cache.shelf().get(key)
    if found is None:
        ids, lease = next_token.ids, live.LEASE_SECONDS
        if lineage and lineage[-1].position >= len(written[lineage[-1].parent].words):
            return Text((), "", True)

        def start() -> "Run":
            if not lineage:
                return _writing.write(engine, ids, settings, lease)
            return _writing.write_branch(engine, ids, settings, written[lineage[-1].parent], lineage[-1], lease)

        run = live.run(f"branch {len(lineage)}", key, start)

        def draw() -> None:
            text = _writing.text_of(engine, run)
            if is_shown and text.words:
                with watch.place:
                    shown.strip(text, key="strip", busy=not run.over)

        watch.follow([run], draw, settings.tokens)
        found = _writing.text_of(engine, run)
        if found.finished:
            cache.shelf().put(key, found)
    return found


def _draw_four(engine: "Engine", key: Any, next_token: NextToken, settings: Settings) -> Any:
    """Write the four texts in one batch; return their numbers and the beam's tree."""
    from core.experiments import _writing

    runs = [
        live.run(f"way {n}", (*key, n), partial(_writing.write, engine, next_token.ids, each, live.LEASE_SECONDS))
        for n, each in enumerate(_writing.four_settings(settings))
    ]
    watch = live.Watch()
    watch.follow(runs, lambda: None, settings.tokens)
    ways = _writing.measure_ways([_writing.text_of(engine, run) for run in runs])
    result = ways, _writing.tree_of(engine, runs[3])[1]
    if all(run.state == "finished" for run in runs):
        cache.shelf().put(key, result)
    else:
        st.button("Write them again", on_click=live.forget_all)
    return result


def _offer_a_rival(text: Text, forks: tuple[Fork, ...], chosen: int) -> None:
    """Let the reader put one of its rivals in the place of the word that was clicked: a new branch."""
    position = st.session_state.get("_word")
    if position is None or position >= len(text.words):
        st.caption("Point at a word to see its rivals; click it to put another in its place.")
        return
    token = shown.replace_word(text, position)
    if token is None:
        return
    if len(forks) >= MAX_FORKS:
        st.caption(f"{MAX_FORKS} branches are as many as fit in a link.")
        return
    controls.set_parameter("branches", write_forks([*forks, Fork(chosen, position, token)]))
    _go_to(len(forks) + 1)


def _next_seed(seed: int) -> None:
    st.session_state["seed"] = (seed + 1) % 1000
    st.session_state.pop("_word", None)


def _go_to(branch: int) -> None:
    controls.set_parameter("branch", str(branch) if branch else "")
    st.session_state.pop("_word", None)
    st.rerun()


def _rows(text: Text) -> list[tuple[Any, ...]]:
    return [
        (i + 1, w.label, w.rank, round(100 * w.chance, 4), round(100 * w.drawn, 4), round(w.logprob, 4))
        for i, w in enumerate(text.words)
    ]


def _judge(text: Text) -> tuple[str, list[tuple[str, str]]]:
    """Say how often the draw went against the model's first choice."""
    total = max(len(text.words), 1)
    others = sum(word.rank > 1 for word in text.words)
    words = f"{others} of {count(total, 'token')} {'was' if others == 1 else 'were'} not the likeliest at their place. "
    if not others:
        words = "Not here: every token is the likeliest at its place, nothing was left to luck. "
    elif text.finished:
        words += f"Luck decided {percent(others / total)} of this text; another seed writes another one."
    if not text.finished:
        words += "It was stopped before its end."
    return words, [
        ("log-probability", f"{signed(text.logprob)} nats"),
        ("per token", f"{signed(text.logprob / total, 2)} nats"),
        ("not the likeliest", percent(others / total)),
    ]
