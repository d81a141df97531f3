"""The figure of 2017: encoder, decoder or both by their parts, and what grows when the machine does."""

from functools import partial
from typing import cast, get_args

import streamlit as st

from core.experiments import transformer_anatomy as lesson
from core.experiments.transformer_anatomy.machine import Grown, Kind, Machine, doubled, half_from
from core.experiments.transformer_anatomy.results import DEPTHS, SEED
from core.figures import transformer_anatomy as figures
from pages.kit import controls
from pages.kit.ask import ask, derive, draw
from pages.kit.lesson import Bet, Shown, Stage, View, drawer
from pages.kit.words import percent
from pages.transformer_anatomy.text import script_values

WORDS = {"length": "Twice the text", "width": "The stream twice as wide", "depth": "Twice as many blocks"}
NEAR = ("under 2.5", "2.5 to 3.5", "more")


def show(stage: Stage) -> Shown:
    """Show the machine by its parts, and the work of each part as one of its sizes grows."""
    with stage.decide:
        what = cast(Grown, controls.choice("What grows", get_args(Grown), "length", key="grows"))
    with stage.more:
        kind = cast(Kind, controls.choice("Machine", get_args(Kind), "both", key="machine"))
    made = Machine(kind=kind)
    if not controls.presented():
        with stage.under:
            code_of_parts()
    work = made.multiply_adds()
    return Shown(
        verdict=judge(made, what),
        picture=draw(figures.machine, made, what),
        mechanism=draw(figures.mechanism_machine, made),
        bet=bet(made, what),
        numbers=[
            ("parameters", f"{sum(made.parameters().values()) / 1e6:.1f} M"),
            ("multiply-adds for 64 tokens", f"{sum(work.values()) / 1e9:.2f} billion"),
            ("products are half of it from", f"{half_from(made):,} tokens"),
        ],
        caption=f"Every arrow of the sketch carries {made.length} vectors of {made.width} "
        f"numbers.\n\n{about_norms()}\n\nTranslators such as Marian and the speech recogniser Whisper are encoder "
        "and decoder; SmolLM2, in the other two views, is the decoder’s half without its view of an encoder.",
        values=script_values(KIND=kind),
    )


def code_of_parts() -> None:
    """Offer the code of each part, as it runs."""
    with drawer("The code of these parts") as is_open:
        if is_open:
            import inspect

            from core.models import attention, positional, transformer

            for name, part in (
                ("Positions", positional.sinusoidal),
                ("Attention, of a text to itself or to the encoder’s", attention.MultiHeadAttention),
                ("A block", transformer.TransformerBlock),
                ("The whole", transformer.Transformer),
            ):
                st.markdown(f"**{name}**")
                st.code(inspect.getsource(part), language="python", wrap_lines=True)


def judge(made: Machine, what: Grown) -> str:
    """Say what doubling costs, and why."""
    times = derive(doubled, made, what)
    work = made.multiply_adds()
    share = percent(work["attention: products"] / sum(work.values()))
    if what == "length":
        return (
            f"{WORDS[what]} is {times:.2f} times the work: only the products between tokens grow fourfold, and they are "
            f"{share} of the work here, half of it from {half_from(made):,} tokens on."
        )
    if what == "width":
        return f"{WORDS[what]} is {times:.2f} times the work: its matrices grow with the square of the width."
    return f"{WORDS[what]} are {times:.2f} times the work: each block costs the same" + (
        "." if made.kind == "encoder" else ", the output matrix comes once."
    )


def bet(made: Machine, what: Grown) -> Bet:
    """Ask what another size costs when it doubles."""
    other: Grown = "width" if what != "width" else "length"
    return Bet(
        question=f"{WORDS[other]}: how many times the work is that?",
        answers=NEAR,
        change={"grows": other},
        moved=f"{other} grows instead of {what}",
        judge=partial(_outcome, made, other),
    )


def _outcome(made: Machine, what: Grown) -> tuple[str, str]:
    times = derive(doubled, made, what)
    return NEAR[0 if times < 2.5 else 1 if times < 3.5 else 2], f"It is {times:.2f} times the work."


def about_norms() -> str:
    """Say what was measured with the norm before each part and after it."""
    low, high = (ask(lesson.norms, layers, SEED) for layers in DEPTHS)
    times = [float(one.gradients[1, -1] / one.gradients[0, -1]) for one in (low, high)]
    (a, b, c, d), (_, e, _, f) = ([f"{float(bits):.2f}" for bits in one.held_out] for one in (low, high))
    return (
        "**Where the layer norm stands.** In 2017 after each part (post-norm), today before it (pre-norm). We "
        "built small stacks both "
        f"ways. Before any training, the gradient of the last block’s matrix is {times[0]:.1f} times as long with post-norm in "
        f"{DEPTHS[0]} blocks, {times[1]:.1f} times in {DEPTHS[1]}. After the same 200 steps on film reviews, "
        f"held-out text costs {a} bits "
        f"per character with pre-norm and {c} with post-norm in {DEPTHS[0]} blocks; with a warm-up of the "
        f"learning rate {b} and {d}. In "
        f"{DEPTHS[1]} blocks, with the warm-up, it is {e} and {f}."
    )


IDEA = (
    "The first **Transformer**, of 2017, has an **encoder** that reads and a **decoder** that writes. We count "
    "its **parameters** and its work, part by part, and let the text, its vectors or its number of blocks grow."
)
VIEW = View("The whole", show, IDEA)
