"""Your text: the same gradient in character models that were trained, over the text of the reader."""

import math
from functools import partial

from core.experiments import vanishing_gradients as lesson
from core.experiments.characters import visible
from core.experiments.vanishing_gradients.results import DEFAULT_TEXT, MAX_LENGTH, NAMES, THREE, Reading, steps_to
from core.figures import vanishing_gradients as figures
from core.figures.vanishing_gradients.numbers import part
from pages.kit import controls, export, tokens
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, count, percent
from pages.vanishing_gradients.below import script_values

SHADES = 6  # powers of ten between the darkest and no shade
UNKNOWN = ((3, "not known to the models: read as one sign for “unknown”"),)


def show(stage: Stage) -> Shown | Nothing:
    """Show how much gradient of the last character's loss reaches each character before it."""
    with stage.decide:
        kind = controls.choice("Model", THREE, "rnn_tanh", key="kind", names=NAMES.__getitem__)
    with stage.more:
        typed = controls.text_area("Your text", DEFAULT_TEXT, key="text", height=98, max_chars=20_000)
    text = typed[-MAX_LENGTH - 1 :]
    if len(text) < 2:
        return Nothing("Type at least two characters under “More”: one to read and one to predict.")
    if len(typed) > len(text):
        stage.note(f"Your text has {len(typed):,} characters: the last {MAX_LENGTH + 1} are read.")
    found = ask(lesson.reading, text)
    if found.unknown:
        stage.note(f"The models do not know {count(len(found.unknown), 'character')} of your text (coloured below).")
    _strip(stage, found, kind)
    after, _ = found.pair(kind)
    file = f"char_{kind}.safetensors"
    return Shown(
        verdict=judge(found, kind),
        picture=draw(figures.reading, found, kind),
        mechanism=draw(figures.trained, found, kind),
        bet=bet(found, text, kind),
        numbers=[(f"{NAMES[each.kind]}: 1 % is left", _reach(steps_to(each.left()))) for each in found.curves],
        caption=f"The end is the last character, {code(visible(found.target))}: the model gave it "
        f"{percent(after.probability or 0.0)}, and the gradient is of how much it was surprised. The stronger a character "
        "is coloured, the more of that gradient it gets, from all of it down to a millionth.",
        values=script_values(TEXT=text, WEIGHTS=file),
        downloads=[export.own_weights(file)],
    )


def _strip(stage: Stage, found: Reading, kind: str) -> None:
    left = [float(value) for value in found.pair(kind)[0].left()[::-1]]
    row = [
        tokens.Token(
            text=character,
            note=f"{count(len(left) - 1 - at, 'character')} back: {part(value)}",
            band=3 if character in found.unknown else -1,
            weight=round(max(0.0, 1 + math.log10(min(value, 1.0)) / SHADES), 3) if value > 0 else 0.0,
        )
        for at, (character, value) in enumerate(zip(found.read, left, strict=True))
    ]
    said = "your text, coloured by how much gradient reaches each character"
    with stage.under:
        tokens.strip(row, key="reached", label=said, legend=UNKNOWN if found.unknown else ())


def judge(found: Reading, kind: str) -> str:
    """Say what training did to the gradient of the chosen model, from the numbers shown."""
    after, before = found.pair(kind)
    said = (
        f"{count(after.reach, 'character')} back the trained {NAMES[kind]} has {part(after.far)} of the gradient left; before "
        f"its training it had {part(before.far)}."
    )
    if after.wide is None or before.wide is None or after.wide <= before.wide:
        return said
    gate = "forget gate" if kind == "lstm" else "update gate"
    return f"{said} Training opened the {gate} of {after.wide} of its {after.units} units above 90 %."


def _reach(steps: int | None) -> str:
    return "beyond your text" if steps is None else f"{count(steps, 'character')} back"


NEARER, FURTHER, FAR = "no further", "up to twice as far", "more than twice as far"


def bet(found: Reading, text: str, kind: str) -> Bet:
    """Ask how much further back another model's gradient reaches."""
    other = "rnn_tanh" if kind == "lstm" else "lstm"
    return Bet(
        question=f"In the trained {NAMES[kind]} 1 % is left {_reach(steps_to(found.pair(kind)[0].left()))}. Take the "
        f"{NAMES[other]}, trained on the same texts. How far back does its 1 % lie?",
        answers=(NEARER, FURTHER, FAR),
        change={"kind": other},
        moved=f"the model: the {NAMES[other]}",
        judge=partial(_outcome, text, kind, other),
    )


def _outcome(text: str, kind: str, other: str) -> tuple[str, str]:
    found = ask(lesson.reading, text)
    now, then = (steps_to(found.pair(each)[0].left()) for each in (kind, other))
    one, two = (len(found.read) if steps is None else steps for steps in (now, then))
    right = NEARER if two <= one else FURTHER if two <= 2 * one else FAR
    return right, f"{_reach(then)}, against {_reach(now)}."


VIEW = View("Your text", show)
