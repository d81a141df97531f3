"""What the views of this lesson share: the reader's prompt, the model that reads it, the filters, and texts that it writes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamlit.delta_generator import DeltaGenerator

from core.experiments import gpt_sampling as lesson
from core.experiments.gpt_sampling.results import DEFAULT_PROMPT, Filters, NextToken, ends_in_blank
from core.experiments.gpt_sampling.texts import Fork, Settings, Text
from pages.gpt_sampling import strips
from pages.kit import ask as results
from pages.kit import controls, language_models, streaming
from pages.kit.compute import LEASE_SECONDS
from pages.kit.lesson import Nothing, Stage
from pages.kit.shelf import MISSING
from pages.kit.words import count

if TYPE_CHECKING:
    from core.serving.engine import Engine
    from core.serving.work import Run


@dataclass(frozen=True)
class Given:
    """The reader's prompt and filters, and the scores of every next token after it."""

    model: str
    prompt: str
    filters: Filters
    next_token: NextToken


def temperature(stage: Stage) -> float:
    """Draw the control that decides."""
    with stage.decide:
        return float(controls.slider("Temperature", 0.0, 2.0, 1.0, 0.05, key="temperature"))


def choose(stage: Stage, heat: float) -> Given | Nothing:
    """Let the reader type a prompt and choose filters and a model; say what of the prompt is not read as it looks."""
    with stage.more:
        prompt = controls.text_area("Your prompt", DEFAULT_PROMPT, key="prompt", height=98, max_chars=20_000)
        top_k = controls.slider("Top-k: keep the k likeliest (0 is off)", 0, 200, 0, 1, key="top_k")
        top_p = controls.slider(
            "Top-p: keep the likeliest up to this share (1 is off)", 0.0, 1.0, 1.0, 0.01, key="top_p"
        )
        min_p = controls.slider(
            "Min-p: drop what is this much rarer than the best (0 is off)", 0.0, 1.0, 0.0, 0.01, key="min_p"
        )
        name = language_models.choose()
    if not prompt:
        return Nothing("Type something under “More”: with no token at all there is nothing to continue.")
    next_token = language_models.ask(name, lesson.next_token, prompt)
    if next_token.lost:
        stage.note(f"The model has no token for {count(next_token.lost, 'character')} of your text: it reads the rest.")
    if next_token.dropped:
        read = len(next_token.ids)
        stage.note(f"Your text has {read + next_token.dropped:,} tokens: the model reads the last {read} of them.")
    if ends_in_blank(prompt):
        stage.note(
            "Your text ends in a blank. A word’s token brings its own blank, so what can follow here is what follows a "
            "blank without being a word’s beginning: take it away, and these are other probabilities."
        )
    return Given(name, prompt, Filters(heat, int(top_k), float(top_p), float(min_p)), next_token)


@dataclass(frozen=True)
class Wanted:
    """A text that is needed: what it is drawn with, the branches that lead to it, and where it is shown, if it is."""

    settings: Settings
    place: DeltaGenerator | None
    key: str
    lineage: tuple[Fork, ...] = ()
    parent: Text | None = None
    label: str = strips.LABEL
    legend: bool = True
    chosen: int | None = None
    pick: Callable[[int], None] = lambda index: None  # what a click on a token does


def texts(given: Given, wanted: Sequence[Wanted], stop: DeltaGenerator) -> list[Text]:
    """Return texts, shown; those that are not there yet are followed as they are written, a stop button in `stop`.

    One that was stopped is returned as far as it came. Raises `compute.NotHere`.
    """
    found = [results.known(lesson.write, _named(given, one)) for one in wanted]
    engine = language_models.engine(given.model) if MISSING in found else None
    growing: dict[int, tuple[streaming.Growing, Callable[[], Text]]] = {}
    for number, (one, text) in enumerate(zip(wanted, found, strict=True)):
        clicked = None
        if text is MISSING and engine:
            growing[number] = _growing(engine, given, one)
            clicked = growing[number][0].draw()
        elif one.place is not None:
            with one.place:
                clicked = strips.strip(text, key=one.key, label=one.label, chosen=one.chosen, legend=one.legend)
        if clicked is not None:
            one.pick(clicked)
    if engine:
        streaming.follow(
            engine, [grown for grown, _ in growing.values()], stop, wanted[0].settings.tokens, slot=_slot(wanted[0])
        )
    for number, (_, read) in growing.items():
        found[number] = read()
        if found[number].finished:
            results.keep(lesson.write, _named(given, wanted[number]), found[number])
    return found


def _named(given: Given, one: Wanted) -> tuple[object, ...]:
    """Return what a text is called on the shelf and in the record: the arguments of `lesson.write`, and its branches."""
    named = (given.model, given.prompt, one.settings.essential())
    return (*named, one.lineage) if one.lineage else named


def _slot(one: Wanted) -> str:
    return f"{one.key}{len(one.lineage)}"


def _growing(engine: "Engine", given: Given, one: Wanted) -> tuple[streaming.Growing, Callable[[], Text]]:
    from core.experiments.gpt_sampling import writing

    ids = given.next_token.ids

    def start() -> "Run":
        if one.parent is not None:
            return writing.begin_branch(engine, ids, one.settings, one.parent, one.lineage[-1], LEASE_SECONDS)
        return writing.begin(engine, ids, one.settings, LEASE_SECONDS)

    run = streaming.run(_slot(one), _named(given, one), start)
    so_far = Text((), "", False)

    def read() -> Text:
        nonlocal so_far
        so_far = writing.written(engine, run, so_far.words)
        return so_far

    legend = strips.LEGEND if one.legend else ()
    grown = streaming.Growing(
        run, lambda: strips.row(read()), one.place, key=one.key, label=one.label, chosen=one.chosen, legend=legend
    )
    return grown, read
