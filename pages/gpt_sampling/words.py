"""The words of the lesson on GPT sampling: verdicts, questions and explanations, computed from what is on the screen."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.experiments import gpt_sampling as lesson
from core.experiments.gpt_sampling.texts import WAYS, Settings, four_settings
from core.figures import gpt_sampling as figures
from pages.kit import live
from pages.kit.former import Picture
from pages.kit.words import code, count, percent

if TYPE_CHECKING:
    from core.serving.engine import Engine

Verdict = tuple[str, list[tuple[str, str]]]


def read(engine: "Engine", name: str, ids: list[int]) -> lesson.NextToken:
    """Let the model read a prompt; return the exact scores after it."""
    key = ("next", name, engine.placement, *ids)
    found: lesson.NextToken = live.job(key, engine, lambda model: lesson.next_token(model, ids), "Reading your prompt")
    return found


def say_what_was_read(next_token: lesson.NextToken, *, recorded: bool, lost: int = 0) -> None:
    """Say when the prompt was cut or has characters without a token, and when what is shown was recorded."""
    if lost:
        st.caption(f"The model has no token for {count(lost, 'character')} of your text: it reads the rest.")
    if next_token.dropped:
        st.caption(
            f"Your text has {len(next_token.ids) + next_token.dropped:,} tokens: the model reads the last "
            f"{len(next_token.ids)} of them."
        )
    if recorded:
        st.caption("Recorded from the model while it loads; yours takes over in a moment.")


def next_picture(choice: lesson.Choice) -> Picture:
    """Return the bars of the likeliest tokens."""
    rows = [
        (label, round(100 * float(b), 4), round(100 * float(p), 4), "yes" if k else choice.out)
        for label, b, p, k in zip(choice.labels, choice.base, choice.probs, choice.kept, strict=True)
    ]
    columns = ("token", "model's own chance (%)", "drawn from (%)", "kept")
    return Picture(figures.may_come_next(choice), figures.describe_next(choice), columns, rows)


def notes_picture() -> Picture:
    """Return the course notes' numbers for the same prompt."""
    alt = f"Bar chart of another model's chances after the same prompt, from the course notes: {lesson.NOTES[0][0]} leads."
    return Picture(figures.from_the_notes(), alt, ("token", "chance (%)"), lesson.NOTES)


def next_verdict(choice: lesson.Choice, strategy: str = "sample") -> Verdict:
    """Say whether there is a choice to make here, from the numbers shown."""
    label, chance = choice.top
    numbers = [
        ("entropy", f"{choice.entropy:.2f} bits"),
        ("effective choices", f"{choice.effective_choices:,.1f}"),
        # Temperature 0 is no filter, but takes as much away: all that the others' chances were.
        ("cut by the filters", percent(choice.removed_mass))
        if choice.filters.temperature
        else ("left out at temperature 0", percent(1 - float(choice.base[0]))),
    ]
    if strategy == "beam":
        text = (
            f"Beam search draws nothing: it goes on from the likeliest tokens at once, {code(label)} with "
            f"{percent(chance)} first, and keeps the texts that turn out likeliest. No filter acts on it."
        )
    elif choice.kept_count == 1:
        text = f"Not here: only {code(label)} is left to draw, so every draw gives the same token."
    elif chance >= 0.9:
        text = f"Hardly here: {code(label)} takes {percent(chance)}, and the rest share {percent(1 - chance)}."
    else:
        text = (
            f"{code(label)} is the likeliest with {percent(chance)}, and still a draw gives something else "
            f"{percent(1 - chance)} of the time. {count(choice.kept_count, 'token')} of {choice.vocabulary:,} can be drawn."
        )
    return text, numbers


def sweep_picture(swept: lesson.Sweep, choice: lesson.Choice) -> Picture:
    """Return entropy against temperature."""
    rows = [
        (float(t), round(float(a), 4), round(float(b), 4))
        for t, a, b in zip(swept.temperatures, swept.plain, swept.filtered, strict=True)
    ]
    alt = (
        f"Line chart: entropy rises from {swept.plain[0]:.2f} bits at temperature {swept.temperatures[0]:.2f} to "
        f"{swept.plain[-1]:.2f} bits at {swept.temperatures[-1]:.2f}; your setting has {choice.entropy:.2f} bits."
    )
    figure = figures.temperature_sweep(swept, choice.filters.temperature, choice.entropy)
    return Picture(figure, alt, ("temperature", "entropy, temperature alone (bits)", "with your filters (bits)"), rows)


def sweep_verdict(swept: lesson.Sweep, choice: lesson.Choice) -> Verdict:
    """Say what temperature does to the uncertainty of this prompt."""
    low, high = float(swept.plain[0]), float(swept.plain[-1])
    rises = bool((swept.plain[1:] >= swept.plain[:-1] - 1e-9).all())
    text = (
        f"For this prompt the entropy goes from {low:.2f} bits, {count(2**low, 'effective choice')}, to {high:.2f} bits, "
        f"{count(2**high, 'effective choice')}" + (", and never falls on the way." if rises else ", but not steadily.")
    )
    saved = float(swept.plain[-1] - swept.filtered[-1])
    if saved > 0.05:
        text += f" Your other filters take {saved:.2f} bits of that away at the highest temperature."
    return text, [("entropy at your setting", f"{choice.entropy:.2f} bits")]


def prediction(
    next_token: lesson.NextToken, used: lesson.Filters, filters: lesson.Filters, *, sampled: bool
) -> dict[str, Any]:
    """Return the page's question for this very distribution, its answers, the right one and how it comes out.

    `used` makes what is on the screen. Where that is not what the reader's `filters` make, because nothing is `sampled`,
    temperature changes nothing, so the change that is asked about is to sampling.
    """
    other = lesson.other_temperature(used.temperature)
    now, then, right = lesson.predict_change(next_token, used, replace(filters, temperature=other))
    verb = "rises" if not used.temperature else "doubles" if other > used.temperature else "is halved"
    change = f"the temperature {verb} to {other:g}" if sampled else f"you sample at temperature {other:g} instead"
    label = code(next_token.labels[0])
    return {
        "question": f"**Predict:** when {change}, what becomes of {label}’s chance?",
        "answers": {"less than half": "under half", "less": "less", "same": "the same", "more": "more"},
        "right": right,
        "outcome": f"{label} went from {percent(now)} to {percent(then)} as the temperature went to {other:g}.",
        "change": {"temperature": float(other), **({} if sampled else {"strategy": "sample"})},
    }


def script(prompt: str, model: str, settings: Settings, view: str, put: dict[int, int]) -> tuple[dict[str, Any], str]:
    """Return what the script that is taken away needs to know, and what it does in words.

    `model` is a name on the hub, empty for the default one; `put` are tokens that the reader put into the text.
    """
    texts = {"Text": [("Your text", settings)], "Four ways": zip(WAYS, four_settings(settings), strict=True)}.get(
        view, []
    )
    values = {
        "PROMPT": prompt,
        "MODEL": model,
        **{name.upper(): value for name, value in vars(settings.drawn_with).items()},
        "TEXTS": [(name, each.strategy, *vars(each.drawn_with).values()) for name, each in texts],
        "TOKENS": settings.tokens,
        "SEED": settings.seed,
        "BEAMS": settings.beams,
        "FORCED": put,
    }
    does = {"Text": "writes this text", "Four ways": "writes these texts"}.get(view, "prints the next token’s chances")
    return values, f"A script that {does}"
