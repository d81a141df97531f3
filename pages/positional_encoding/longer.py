"""Longer than ever seen: four small models, trained on 64 characters at a time, read up to 256."""

from collections.abc import Sequence
from functools import partial

from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding.results import KINDS, LONGEST, TRAINED, Longer
from core.figures import positional_encoding as figures
from core.figures.positional_encoding.longer import NAMES, bits_at
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.export import own_weights
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.positional_encoding.shared import script_values

WORSE = 0.15  # bits a character: less than that is no loss worth a word


def show(stage: Stage) -> Shown:
    """Show the bits a character of the four models, up to and beyond the length that they were trained on."""
    with stage.decide:
        length = controls.slider("Characters read", 16, LONGEST, LONGEST, 16, key="length")
    with stage.more:
        only_last = controls.toggle(f"Read the last {TRAINED} characters alone", key="last")
    found = ask(lesson.longer_losses)
    return Shown(
        verdict=judge(found, length, only_last),
        picture=draw(figures.longer, found, length, only_last),
        mechanism=draw(figures.length_sketch, found, length, only_last),
        bet=bet(found, length, only_last),
        numbers=[
            (
                f"{NAMES[kind]}: at {TRAINED}, at {LONGEST}",
                f"{found.at(TRAINED)[n]:.2f}, {found.at(LONGEST)[n]:.2f} bits",
            )
            for n, kind in enumerate(KINDS)
            if kind != "sinusoidal"
        ],
        caption="Four models of equal build read the same batches of film reviews and editorials, 64 characters at a time, and "
        f"are measured on {found.held_out:,} characters that they have not seen. A **bit a character** is one question with "
        "yes or no that is left, on average, before the next character is known; 2.3 bits are a probability of about a fifth "
        "for the right one, and less is better. Who knows only how common each character is needs "
        f"{found.frequencies:.2f} (“letter counts alone”): above that line, a model is worse than no model. "
        "The check, under “More”: given only the last 64 characters, counted from 1 again, they read on as in training, "
        f"with {_listed(found.window.tolist())} bits. So it is the positions that fail, not the text. {say_none(found)}",
        values=script_values(),
        downloads=[own_weights(f"positions_{kind}.safetensors") for kind in KINDS],
    )


def judge(found: Longer, length: int, only_last: bool) -> str:
    """Say what each way to mark positions costs at this length, from the numbers shown."""
    now, base = bits_at(found, length, only_last), bits_at(found, TRAINED, False)
    listed = _listed(now)
    before = f"{min(base):.1f} to {max(base):.1f}"
    if length <= TRAINED:
        return f"Within the {TRAINED} characters that they were trained on: {listed} bits a character."
    lost = [NAMES[kind] for kind, a, b in zip(KINDS, now, base, strict=True) if a > b + WORSE]
    kept = [NAMES[kind] for kind in KINDS if NAMES[kind] not in lost]
    if only_last:
        end = "all as good as in training" if not lost else f"{_join(lost)} worse than in training"
        return f"Counted from 1 again over the last {TRAINED} characters: {listed} bits a character, {end}."
    times = f"At {length / TRAINED:g} times the trained length"
    if not kept:
        return f"{times} all four fail: from {before} bits a character to {listed}."
    return f"{times} only {_join(kept)} hold{'' if len(kept) > 1 else 's'}: {listed} bits a character."


def _listed(bits: Sequence[float]) -> str:
    return _join([f"{each:.1f} ({NAMES[kind]})" for kind, each in zip(KINDS, bits, strict=True)])


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def say_none(found: Longer) -> str:
    """Say what the model without positions knows of order, from the text whose characters were shuffled."""
    none = KINDS.index("none")
    base, mixed = bits_at(found, TRAINED, False)[none], float(found.shuffled[none])
    start = (
        "The model without positions reads from left to right, and each character sees only those before it; with all but the "
        f"last one shuffled it needs {mixed:.2f} bits at {TRAINED} in place of {base:.2f}"
    )
    if mixed > base + WORSE:
        return f"{start}: it has learned something of the order from that one-sided view alone, as the encoder can’t."
    return f"{start}: it has learned next to nothing of the order."


def bet(found: Longer, length: int, only_last: bool) -> Bet:
    """Ask which model holds best at four times the length; or, once that is seen, what a window changes."""
    if length < LONGEST or only_last:
        return Bet(
            question=f"Let all of them read on to {LONGEST} characters. Which one needs the fewest bits a character there?",
            answers=tuple(NAMES.values()),
            change={"length": LONGEST, "last": False},
            moved=f"{LONGEST} characters are read",
            judge=_best,
        )
    return Bet(
        question=f"Let them read the last {TRAINED} of the {LONGEST} characters alone, counted from 1 again. How many of the "
        "four will be as good as in training?",
        answers=("none", "some", "all"),
        change={"last": True},
        moved=f"the last {TRAINED} characters are read alone",
        judge=partial(_windowed, length),
    )


def _best() -> tuple[str, str]:
    far = bits_at(ask(lesson.longer_losses), LONGEST, False)
    return NAMES[KINDS[far.index(min(far))]], f"{_listed(far)} bits a character."


def _windowed(length: int) -> tuple[str, str]:
    found = ask(lesson.longer_losses)
    now = bits_at(found, length, True)
    good = sum(a <= b + WORSE for a, b in zip(now, bits_at(found, TRAINED, False), strict=True))
    return {0: "none", len(KINDS): "all"}.get(good, "some"), f"{_listed(now)} bits a character."


IDEA = (
    "Four small models learned to read 64 characters, each with another **positional encoding** or with none. Now "
    "they read on, further than ever before. **Bits** say how unsure each is of the next character: less is "
    "better."
)
VIEW = View("Longer", show, IDEA)
