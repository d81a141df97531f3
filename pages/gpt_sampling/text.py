"""Text: what is drawn token by token, coloured by rank, with another token put anywhere."""

from dataclasses import replace
from functools import partial

import streamlit as st

from core.experiments import gpt_sampling as lesson
from core.experiments.gpt_sampling.results import choose, other_temperature
from core.experiments.gpt_sampling.texts import Fork, Settings, Text, put_here
from core.figures import gpt_sampling as figures
from pages.gpt_sampling import branches, prompt, strips
from pages.gpt_sampling.prompt import Wanted
from pages.gpt_sampling.taken import values
from pages.kit import controls, language_models, streaming
from pages.kit.ask import derive, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import count, percent


def show(stage: Stage) -> Shown | Nothing:
    """Show the text as it is written, and let the reader put another token anywhere."""
    heat = prompt.temperature(stage)
    with stage.more:
        strategy = controls.choice("Strategy", ("sample", "greedy", "beam"), "sample", key="strategy")
        beams = int(controls.slider("Beams", 2, 8, 4, 1, key="beams"))
    tokens, seed = length(stage)
    given = prompt.choose(stage, heat)
    if isinstance(given, Nothing):
        return given
    settings = Settings(given.filters, strategy, beams, seed, tokens).essential()
    forks, chosen = branches.in_link(given, settings)
    place, stop = stage.ground.container(), stage.under.container()
    word = branches.chosen_word(settings)
    written: list[Text] = []

    def pick(index: int) -> None:
        if strategy != "beam":
            st.session_state["_word"] = index if index != word else None  # clicked once more, a token is let go
            st.rerun()

    for n in range(len(forks) + 1):
        fork = forks[n - 1] if n else None
        parent = written[fork.parent] if fork else None
        if fork and parent and fork.position >= len(parent.words):
            written.append(Text((), "", True))  # behind the end of its text
            continue
        seen = place if n == chosen else None
        wanted = Wanted(settings, seen, "strip", lineage=forks[:n], parent=parent, chosen=word, pick=pick)
        written += prompt.texts(given, [wanted], stop)
    if chosen and not written[chosen].words:
        stage.note(f"Branch {chosen} starts behind the end of its text: shown is the first draw.")
        chosen = 0
        prompt.texts(given, [Wanted(settings, place, "strip", chosen=word, pick=pick)], stop)
    text = written[chosen]
    _offer(stage, settings, forks, chosen, written)
    put = put_here(forks, chosen)
    others = sum(w.rank > 1 for w in text.words)
    return Shown(
        verdict=judge(text, strategy, put),
        picture=draw(figures.text, text),
        mechanism=draw(
            figures.mechanism, given.next_token, derive(choose, given.next_token, settings.drawn_with, seed)
        ),
        bet=bet(given, settings, text) if not forks else None,
        numbers=[
            ("typical probability of a token", percent(text.typical)),
            ("not the likeliest", percent(others / len(text.words)) if text.words else "no token"),
        ],
        caption="Typical is the geometric mean, under the model alone. Its product over all tokens is the whole text’s "
        "probability.",
        values=values(given, [("Your text", settings)], put),
    )


def length(stage: Stage) -> tuple[int, int]:
    """Let the reader choose how many tokens are written and with which seed; return both."""
    with stage.more:
        tokens = int(controls.slider("Tokens to write", 1, 200, 40, 1, key="tokens"))
        seed = int(controls.slider("Seed", 0, 999, 1, 1, key="seed"))
    return tokens, seed


def _offer(stage: Stage, settings: Settings, forks: tuple[Fork, ...], chosen: int, written: list[Text]) -> None:
    """Offer what can be done with the text, under it."""
    text = written[chosen]
    with stage.under:
        if settings.strategy == "beam":
            st.caption("Point at a token to see its rivals. A beam search has no branches: it chose among whole texts.")
        else:
            branches.offer_a_rival(text, forks, chosen, stage.under.container())
        if not text.finished:
            st.button("Write it again from the start", on_click=streaming.forget_all)
        elif settings.strategy == "sample":
            st.button("Draw again, with the next seed", on_click=_next_seed, args=(settings.seed,))
        if forks:
            st.caption("Every branch stays. Pick one to read it; how likely its tokens are stands at its right.")
            branches.offer_to_forget()
            other = strips.branch_tree(written, forks, chosen=chosen, key="tree")
            if other is not None and other != chosen:
                branches.go_to(other)


def _next_seed(seed: int) -> None:
    controls.move({"seed": (seed + 1) % 1000})
    st.session_state.pop("_word", None)


def judge(text: Text, strategy: str, forced: dict[int, int]) -> str:
    """Say how often a token is not the model's first choice, and whether that was luck, the beam or the reader."""
    if not text.words:
        return "It was stopped before its first token."
    total = len(text.words)
    others = sum(word.rank > 1 for word in text.words)
    lucky = sum(word.rank > 1 for i, word in enumerate(text.words) if i not in forced)
    stopped = "" if text.finished else " It was stopped before its end."
    if not lucky:
        put = ", but for what you put there" if others else ""
        return f"Every token is the likeliest at its position{put}: nothing was left to luck.{stopped}"
    words = (
        f"{others} of {count(total, 'token')} {'was' if others == 1 else 'were'} not the likeliest at their position"
    )
    if strategy == "beam":
        return f"{words}. No luck in it: the beam gave up a little there for more later.{stopped}"
    return f"{words}: the draw chose them.{stopped}"


FEWER, AS_MANY, MANY = "fewer", "as many", "more"


def bet(given: prompt.Given, settings: Settings, text: Text) -> Bet | None:
    """Ask what another temperature does to the number of likeliest tokens."""
    if settings.strategy != "sample" or not text.finished:
        return None
    other = other_temperature(given.filters.temperature)
    after = replace(settings, filters=replace(given.filters, temperature=other))
    now = sum(word.rank == 1 for word in text.words)
    return Bet(
        question=f"{now} of these {len(text.words)} tokens are the model’s first choice. Write the text at temperature "
        f"{other:g}: how many will there be?",
        answers=(FEWER, AS_MANY, MANY),
        change={"temperature": float(other)},
        moved=f"temperature {given.filters.temperature:g} to {other:g}",
        judge=partial(_outcome, given.model, given.prompt, settings, after),
    )


def _outcome(model: str, words: str, before: Settings, after: Settings) -> tuple[str, str]:
    now, then = (
        sum(w.rank == 1 for w in language_models.ask(model, lesson.write, words, each).words)
        for each in (before, after)
    )
    right = MANY if then > now else FEWER if then < now else AS_MANY
    return right, f"{count(now, 'token')} before, {then} now."


VIEW = View("Text", show)
