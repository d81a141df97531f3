"""The vector damaged on its way: what the decoder then writes, and how fast the translation goes."""

from typing import Any

import streamlit as st

from core.experiments import encoder_decoder as lesson
from core.figures import encoder_decoder as figures
from pages.kit.former import Picture, show, verdict
from pages.kit.words import code

HELP = {
    "noise": "A random vector is added that is so many times as long as the vector itself.",
    "zero": "So large a share of its units is set to 0.",
    "swap": "So large a share of its units gets what they are in the other sentence's vector.",
    "blend": "The vector is moved so far towards the other sentence's.",
}


def show_damage(damage: lesson.Damage, amount: float) -> Picture:
    """Show the translation before and after, the vector, and the agreement at every amount."""
    at = damage.at(amount)
    two = damage.kind in ("swap", "blend")
    after = lesson.hurt(damage.vector, damage.other, damage.kind, amount, which=damage.which, seed=damage.seed)
    strips = [("your sentence's vector", damage.vector)]
    strips += [("the other sentence's", damage.other)] if two else []
    strips.append((f"what the decoder gets (amount {amount:g})", after))
    show(
        Picture(
            figures.vectors(strips),
            figures.describe_vectors(strips),
            ("number", *(name for name, _ in strips)),
            [(n + 1, *(round(float(one[n]), 3) for _, one in strips)) for n in range(len(after))],
        ),
        key="vectors",
    )
    lines = [f"- **Before**: {_said(damage.before)}", f"- **Damaged**: {_said(damage.texts[at])}"]
    if two:
        lines.append(f"- **The other sentence**: {_said(damage.other_before)}")
    st.markdown("\n".join(lines))
    st.caption(HELP[damage.kind])
    columns: tuple[str, ...] = ("amount", "chrF with its own", "written in the first draw")
    rows: list[tuple[Any, ...]] = [
        (amount, round(float(damage.chrf.mean(0)[n]), 2), damage.texts[n]) for n, amount in enumerate(lesson.AMOUNTS)
    ]
    if two:
        columns = (*columns, "chrF with the other's")
        rows = [(*row, round(float(damage.other_chrf.mean(0)[n]), 2)) for n, row in enumerate(rows)]
    picture = Picture(figures.damage_curve(damage, amount), figures.describe_curve(damage, amount), columns, rows)
    show(picture, key="curve")
    verdict(*judge(damage, amount))
    return picture


def _said(text: str) -> str:
    return code(text) if text else "nothing"


def judge(damage: lesson.Damage, amount: float) -> tuple[str, list[tuple[str, str]]]:
    """Say what the damage did, from the numbers shown."""
    at = damage.at(amount)
    own, other = float(damage.chrf[0, at]), float(damage.other_chrf[0, at])
    numbers = [("chrF with its own", f"{own:.0f}")]
    if damage.kind in ("swap", "blend"):
        numbers.append(("chrF with the other's", f"{other:.0f}"))
    numbers.append(("under half from", "never" if damage.half is None else f"{damage.half:g}"))
    changed = damage.texts[at] != damage.before
    if not amount:
        text = "Not here: nothing is damaged yet. "
    elif not changed:
        text = f"Not here: at {amount:g} the decoder writes the same, to the letter. There is room in the vector. "
    elif damage.kind in ("swap", "blend") and damage.texts[at] == damage.other_before:
        text = (
            "The decoder writes the other sentence's translation, to the letter, with yours still in the encoder: the vector "
            "is all that it knows. "
        )
    elif own >= lesson.HALF:
        text = "Part of the sentence is gone, and nothing else can bring it back: the decoder has no other look at it. "
    elif damage.kind in ("swap", "blend") and other > own:
        text = "The decoder is nearer to the other sentence than to yours, with yours still in the encoder. "
    else:
        text = "The decoder goes on writing, but no longer about your sentence. "
    if damage.half is None:
        text += "Over all draws, the agreement never stays under half of what it was."
    else:
        text += f"On average the agreement stays under half of what it was from {damage.half:g} on."
    return text, numbers


ANSWERS = {"own": "mostly yours", "other": "mostly the other", "neither": "neither of the two"}


def prediction(blend: lesson.Damage, other: str) -> dict[str, Any]:
    """Return the page's question, its answers, the right one and how it comes out."""
    at = blend.at(0.5)
    own, others = float(blend.chrf[0, at]), float(blend.other_chrf[0, at])
    right = "neither" if max(own, others) < lesson.HALF else "own" if own >= others else "other"
    return {
        "question": (
            "**Predict:** the decoder gets a vector half way between your sentence's and that of "
            f"{code(other)}. What will it write?"
        ),
        "answers": ANSWERS,
        "right": right,
        "outcome": f"It agrees with your translation to chrF {own:.0f}, with the other's to {others:.0f}.",
        "change": {"view": "Damage", "kind": lesson.KINDS["blend"], "amount": 0.5},
    }
