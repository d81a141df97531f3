"""The same three steps in one head of a real model, computed on this page and compared with what the model computed."""

import streamlit as st

from core.experiments import attention_search as lesson
from core.experiments.attention_search import HeadRead, Look
from core.figures import attention_search as figures
from core.figures.attention_search import amount
from pages.attention_search import results
from pages.attention_search.library import match_words, rows
from pages.attention_search.settings import Asked
from pages.kit import cache, controls, tokens
from pages.kit.former import Picture, show, verdict
from pages.kit.words import code, count, percent, signed

DIGITS = 6
COMPARED = 4  # numbers of the mixture that are shown one by one


def choose_place(read: HeadRead) -> int:
    """Let the reader choose the piece that asks, counted from 1; a click on the strip chooses one too."""
    return controls.position(
        "Piece that asks", len(read.tokens), lesson.DEFAULT_PLACE, key="place", help="Or click one."
    )


def kept_place() -> int:
    """Return the piece that was chosen, also while its control is not on the page."""
    raw = str(st.session_state.get("place") or st.query_params.get("place", ""))
    number = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 4 else 0
    return number or lesson.DEFAULT_PLACE


def show_head(read: HeadRead, asked: Asked, place: int) -> Picture:
    """Show the three steps for one piece of the text in one head, beside what the model computed."""
    settings = asked.head_settings
    look = results.head_look(read, asked.head, place, settings)
    row = [
        tokens.Token(token, f"piece {n + 1}: {percent(float(weight))} of the mixture", weight=round(float(weight), 4))
        for n, (token, weight) in enumerate(zip(read.tokens, look.weights, strict=True))
    ]
    name = f"what piece {place} looks at in layer {read.layer}, head {asked.head}"
    clicked = tokens.strip(row, key="strip", label=name, chosen=place - 1)
    if clicked is not None and clicked + 1 != place:
        controls.move_to("place", clicked + 1)
    st.caption(
        f"The encoder's pieces of your sentence, coloured by how much {code(read.tokens[place - 1])} takes from each in layer "
        f"{read.layer}, head {asked.head}. Click another to let it ask. `[CLS]` and `[SEP]` mark the two ends; `##` goes on with "
        "a word."
    )
    labels = tuple(f"{token} ({n})" for n, token in enumerate(read.tokens, 1))
    key = ("head picture", *results.mark(read), asked.head, place, settings)
    picture = cache.remember(
        key,
        lambda: Picture(
            figures.three_steps(look, labels, f"Piece {place} asks all {len(labels)}", match_words(settings, "32")),
            figures.describe_steps(look, labels, "pieces"),
            (
                "piece",
                "similarity",
                "share (%)",
                "the mixture is like its value (cosine)",
                "a hard search's result is (cosine)",
            ),
            rows(look, labels),
        ),
    )
    show(picture, key="steps")
    verdict(*judge(read, look, asked, place))
    _compare(read, look, asked, place)
    return picture


def judge(read: HeadRead, look: Look, asked: Asked, place: int) -> tuple[str, list[tuple[str, str]]]:
    """Say what comes out for this piece, and whether it is what the model computed."""
    best, share = look.best, float(look.weights[look.best])
    apart = _largest(read, asked)
    numbers = [
        ("on the best match", percent(share)),
        ("pieces that share it", f"{look.effective:.1f} of {len(read.tokens)}"),
        ("largest difference", amount(apart)),
    ]
    asking, found = code(read.tokens[place - 1]), code(read.tokens[best])
    if look.kind == "one":
        text = f"Not here: {asking} takes {percent(share)} from {found} alone, as a hard search does. "
    elif look.kind == "all":
        text = f"Hardly a search: {asking} takes nearly the same from all {len(read.tokens)} pieces. "
    else:
        text = (
            f"{asking} takes {percent(share)} from {found} and the rest from others: what it gets is "
            f"{look.closeness[best]:.2f} like the value of {found}. "
        )
    if asked.settings.scaled:
        text += (
            "Three steps and nothing else: over the whole text they give the model's own numbers, but for "
            f"{amount(apart)}, the rounding of its single precision."
        )
    else:
        text += f"Without the division it is not what the model does: its numbers are up to {amount(apart)} away."
    return text, numbers


def _largest(read: HeadRead, asked: Asked) -> float:
    key = ("head apart", *results.mark(read), asked.head, asked.head_settings)
    found: float = cache.remember(key, lambda: max(read.differences(asked.head - 1, asked.head_settings)))
    return found


def _compare(read: HeadRead, look: Look, asked: Asked, place: int) -> None:
    """Put the page's numbers and the model's side by side."""
    best = [int(item) for item in look.order[:COMPARED]]
    theirs = read.weights[asked.head - 1, place - 1], read.mixtures[asked.head - 1, place - 1]
    shown = {
        "number": [f"share of {code(read.tokens[n])}" for n in best]
        + [f"mixture, number {n + 1}" for n in range(COMPARED)],
        "this page's three steps": [_digits(look.weights[n]) for n in best]
        + [_digits(v) for v in look.mixed[:COMPARED]],
        "the model": [_digits(theirs[0][n]) for n in best] + [_digits(v) for v in theirs[1][:COMPARED]],
    }
    st.markdown("**The same numbers, twice**")
    st.table(shown)
    st.caption(
        f"The {COMPARED} largest shares and the first {COMPARED} of the mixture's {len(look.mixed)} numbers. The page computes "
        "in double precision from the head's queries, keys and values; the model in single precision, on its way through the "
        "text."
    )


def _digits(value: float) -> str:
    return signed(float(value), DIGITS)


def say_what_was_read(read: HeadRead, dropped: int) -> None:
    """Say when the text was cut, or holds what the encoder does not know."""
    if dropped:
        st.caption(
            f"Your sentence is longer than {lesson.MAX_WORDS} words: the last {count(dropped, 'word')} are left out."
        )
    if read.is_cut:
        st.caption(f"Your sentence has too many pieces for the encoder: it reads the first {len(read.tokens)}.")
    if len(read.tokens) <= 2:
        st.caption("The encoder finds nothing to read in your sentence: only the marks of its two ends are there.")
    elif unknown := read.tokens.count("[UNK]"):
        st.caption(f"The encoder does not know {count(unknown, 'piece')} of your sentence: each is read as “unknown”.")
