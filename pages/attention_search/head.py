"""The same three steps in one head of a real model, computed anew and compared with what the model computed."""

from functools import partial

import streamlit as st

from core.experiments import attention_search as lesson
from core.experiments.attention_search import results
from core.experiments.attention_search.results import HEADS, LAYERS, Attention, HeadRead
from core.figures import attention_search as figures
from pages.attention_search.shared import EMPTY, say_what_was_read, script_values, sketch
from pages.kit import controls, tokens
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, count, percent

SAME, OTHER = "yes, from the same piece", "no, from another"


def show(stage: Stage) -> Shown | Nothing:
    """Show the three steps for one piece of a text in one head, beside what the model computed."""
    with stage.decide:
        slot = st.container(width="stretch")  # to be filled when it is known how many pieces there are
    with stage.more:
        typed = controls.text_area("Your sentence", results.DEFAULT_TEXT, key="text", height=80, max_chars=2_000)
        layer = controls.slider("Layer", 1, LAYERS, results.DEFAULT_LAYER, 1, key="layer")
        head = controls.slider("Head", 1, HEADS, results.DEFAULT_HEAD + 1, 1, key="head") - 1
    text, dropped = results.fit_words(typed)
    if not text.strip():
        return Nothing(EMPTY)
    read = ask(lesson.read_layer, text, layer)
    with slot:
        piece = controls.position("Piece that asks", len(read.tokens), results.DEFAULT_PIECE + 1, key="place") - 1
    say_what_was_read(stage, "sentence", read.tokens, dropped, read.is_cut)
    found = read.attend(head, piece)
    _strip(stage, read, found, piece)
    best, size = [int(item) for item in found.order[:3]], len(read.tokens)
    dial, note = f"layer {layer}, head {head + 1}", f"the best three of {size} are drawn"
    return Shown(
        verdict=judge(read, found, head, piece),
        picture=draw(figures.head, read, head, piece),
        mechanism=sketch(found, best, read.tokens[piece], read.tokens, dial, note),
        bet=bet(read, head, piece),
        numbers=[
            ("weight of the best match", percent(float(found.weights[found.best]))),
            ("pieces that share it", f"{found.effective:.1f} of {size}"),
            ("weights in this head", f"{size} × {size} = {size * size:,}"),
        ],
        caption="Every piece is query, key and value at once: a sentence asks itself, which is called self-attention. All its "
        "weights are computed at the same time; no piece waits for the one before. `[CLS]` and `[SEP]` mark the two ends, `##` "
        "goes on with a word. Below, the same piece in every head: point at one to see it alone.",
        further=[draw(figures.all_heads, read, head, piece)],
        values=script_values(TEXT=text, LAYER=layer, HEAD=head + 1, PIECE=piece + 1),
    )


def _strip(stage: Stage, read: HeadRead, found: Attention, piece: int) -> None:
    row = [
        tokens.Token(token, f"piece {n + 1}: {percent(float(weight))} of the mixture", weight=round(float(weight), 4))
        for n, (token, weight) in enumerate(zip(read.tokens, found.weights, strict=True))
    ]
    with stage.under:
        clicked = tokens.strip(row, key="strip", label=f"what piece {piece + 1} takes from each", chosen=piece)
    if clicked is not None and clicked != piece:
        controls.move_to("place", clicked + 1)


def judge(read: HeadRead, found: Attention, head: int, piece: int) -> str:
    """Say what comes out for this piece, and whether it is what the model computed."""
    best, asking = found.best, code(read.tokens[piece])
    share, source = percent(float(found.weights[best])), code(read.tokens[best])
    if found.kind == "one":
        text = f"{asking} takes {share} from {source} alone, as a hard search does."
    elif found.kind == "all":
        text = f"Hardly a search: {asking} takes nearly the same from all {len(read.tokens)} pieces."
    else:
        text = f"{asking} takes {share} from {source} and mixes in {count(len(read.tokens) - 1, 'other piece')}."
    agree = f", to within {apart:.7f}" if (apart := read.difference(head)) >= 5e-8 else ""
    return f"{text} The three steps give the model’s own numbers{agree}."


def bet(read: HeadRead, head: int, piece: int) -> Bet:
    """Ask whether another head of the layer takes most from the same piece."""
    other = (head + 4) % HEADS
    best = read.tokens[read.attend(head, piece).best]
    return Bet(
        question=f"Let head {other + 1} of the same layer do it. Will {code(read.tokens[piece])} still take most from "
        f"{code(best)}?",
        answers=(SAME, OTHER),
        change={"head": other + 1},
        moved=f"head {other + 1} instead of {head + 1}",
        judge=partial(_outcome, read.text, read.layer, head, other, piece),
    )


def _outcome(text: str, layer: int, head: int, other: int, piece: int) -> tuple[str, str]:
    read = ask(lesson.read_layer, text, layer)
    before, after = (read.attend(each, piece) for each in (head, other))
    most = percent(float(after.weights[after.best]))
    return SAME if before.best == after.best else OTHER, f"It takes {most} from {code(read.tokens[after.best])}."


VIEW = View("A real head", show)
