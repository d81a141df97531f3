"""The two pictures of the lesson on GPT sampling that write text: step by step with branches, and four ways to draw."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.experiments.gpt_sampling import NextToken, recorded
from core.experiments.gpt_sampling.texts import Fork, Settings, Text, put_here
from core.figures import gpt_sampling as figures
from pages.gpt_sampling import branches
from pages.kit import cache, jobs, writing
from pages.kit import texts as shown
from pages.kit.former import Picture, show, verdict
from pages.kit.words import count, percent, signed

if TYPE_CHECKING:
    from core.serving.engine import Engine
    from core.serving.work import Run

COLUMNS = ("position", "token", "rank", "chance (%)", "drawn with (%)", "log-probability (nats)")


def is_recorded(settings: Settings) -> bool:
    """Return whether what `settings` write after the default prompt ships with the app."""
    return settings.essential() == Settings(strategy=settings.strategy) and "branches" not in st.query_params


def step_by_step(engine: "Engine | None", next_token: NextToken, settings: Settings) -> tuple[Picture, dict[int, int]]:
    """Show the text token by token as it is written, and let the reader put another token anywhere.

    Returns its picture, and the tokens that the reader put into it, by position.
    """
    settings = settings.essential()
    forks, chosen = branches.in_link(engine, next_token, settings)
    watch = writing.Watch()
    if engine:
        written: list[Text] = []
        for n in range(len(forks) + 1):
            written.append(_branch(engine, next_token, settings, forks[:n], watch, n == chosen, written))
    else:
        written = [recorded.gpt_sampling_texts()[settings.strategy]]
    if chosen and not written[chosen].words:
        st.caption(f"Branch {chosen} starts behind the end of its text: shown is the first draw.")
        chosen = 0
    text = written[chosen]
    word = branches.chosen_word(settings)
    with watch.place:
        clicked = shown.strip(text, key="strip", chosen=word)
    if clicked is not None and settings.strategy != "beam":
        st.session_state["_word"] = clicked if clicked != word else None  # clicked once more, a word is let go
        st.rerun()
    if engine and not text.finished:
        st.button("Write it again from the start", on_click=writing.forget_all)
    elif settings.strategy == "sample":
        st.button("Draw again, with the next seed", on_click=_next_seed, args=(settings.seed,))
    if settings.strategy == "beam":
        st.caption("Point at a word to see its rivals. A beam search has no branches: it chose among whole texts.")
    elif engine:
        branches.offer_a_rival(text, forks, chosen)
    if forks:
        st.caption("Every branch stays. Pick one to read it; its total log-probability stands at its right.")
        branches.offer_to_forget()
        other = shown.branch_tree(written, forks, chosen=chosen, key="tree")
        if other is not None and other != chosen:
            branches.go_to(other)
    picture = _picture(text)
    if text.words:
        show(picture, key="chances")
    put = put_here(forks, chosen)
    verdict(*_judge(text, settings.strategy, put))
    return picture, put


@cache.kept  # of a text that is read again, by this visit or another, nothing is drawn again
def _picture(text: Text) -> Picture:
    return Picture(figures.text_chances(text), figures.describe_text(text), COLUMNS, _rows(text))


def _branch(
    engine: "Engine",
    next_token: NextToken,
    settings: Settings,
    lineage: tuple[Fork, ...],
    watch: writing.Watch,
    is_shown: bool,
    written: list[Text],
) -> Text:
    """Return the text after the last fork of `lineage` (the first text where there is none), written if need be."""
    from core.experiments.gpt_sampling import writing as _writing

    key = ("text", engine.placement, next_token.model, next_token.ids, settings, lineage)
    found = cache.shelf(cache.TEXTS).get(key)
    if found is None:
        ids, lease = next_token.ids, jobs.LEASE_SECONDS
        if lineage and lineage[-1].position >= len(written[lineage[-1].parent].words):
            return Text((), "", True)

        def start() -> "Run":
            if not lineage:
                return _writing.write(engine, ids, settings, lease)
            return _writing.write_branch(engine, ids, settings, written[lineage[-1].parent], lineage[-1], lease)

        run = writing.run(f"branch {len(lineage)}", key, start)

        def draw() -> None:
            text = _writing.text_of(engine, run)
            if is_shown and text.words:
                with watch.place:
                    shown.strip(text, key="strip", chosen=branches.chosen_word(settings), busy=not run.over)

        watch.follow([run], draw, settings.tokens)
        found = _writing.text_of(engine, run)
        if found.finished:
            cache.shelf(cache.TEXTS).put(key, found)
    return found


def _next_seed(seed: int) -> None:
    st.session_state["seed"] = (seed + 1) % 1000
    st.session_state.pop("_word", None)


def _rows(text: Text) -> list[tuple[Any, ...]]:
    return [
        (i + 1, w.label, w.rank, round(100 * w.chance, 4), round(100 * w.drawn, 4), round(w.logprob, 4))
        for i, w in enumerate(text.words)
    ]


def _judge(text: Text, strategy: str, forced: dict[int, int]) -> tuple[str, list[tuple[str, str]]]:
    """Say how often a token is not the model's first choice, and whether that was luck, the beam or the reader."""
    if not text.words:
        return "It was stopped before its first token.", []
    total = len(text.words)
    others = sum(word.rank > 1 for word in text.words)
    lucky = sum(word.rank > 1 for i, word in enumerate(text.words) if i not in forced)
    words = f"{others} of {count(total, 'token')} {'was' if others == 1 else 'were'} not the likeliest at their place. "
    if not lucky:
        words = "Not here: every token is the likeliest at its place, nothing was left to luck. "
        if others:
            words = "Every token is the likeliest at its place, but for what you put there: nothing was left to luck. "
    elif strategy == "beam":
        words += "No luck in it: the beam gave up a little there for more later. "
    elif text.finished:
        words += f"Luck decided {percent(lucky / total)} of this text; another seed writes another one."
    if not text.finished:
        words += "It was stopped before its end."
    return words, [
        ("log-probability", f"{signed(text.logprob)} nats"),
        ("per token", f"{signed(text.logprob / total, 2)} nats"),
        ("not the likeliest", percent(others / total)),
    ]
