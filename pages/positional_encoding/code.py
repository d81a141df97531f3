"""The code: sines and cosines, rotary angles, and the notes' remark about the Fourier transform."""

import math
from functools import partial

from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding import results
from core.experiments.positional_encoding.results import HEADS, LAYERS, Codes, Undone
from core.figures import positional_encoding as figures
from core.figures.positional_encoding.common import tiny
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import percent
from pages.positional_encoding.shared import say_what_was_read, script_values, sentence

NAMES = {"waves": "Waves", "rotary": "Rotary", "fourier": "Fourier?"}
FAR = 64


def show(stage: Stage) -> Shown | Nothing:
    """Show one of the codes, or the comparison with the Fourier transform."""
    with stage.decide:
        kind = controls.choice("Code", tuple(NAMES), "waves", key="code", names=NAMES.__getitem__)
    if kind == "fourier":
        return _fourier(stage)
    with stage.more:
        label = "Position" if kind == "waves" else "Tokens apart"
        at = controls.slider(label, 1, FAR, 20, 1, key="position")
    codes = ask(lesson.position_codes)
    return _waves(codes, at) if kind == "waves" else _rotary(codes, at)


def _waves(codes: Codes, at: int) -> Shown:
    other, first, last = FAR if at != FAR else 1, *(2 * math.pi / codes.frequencies[[0, -1]])
    return Shown(
        verdict=judge_waves(codes, at),
        picture=draw(figures.table, codes, at - 1),
        mechanism=draw(figures.code_sketch, codes, at - 1),
        bet=Bet(
            question=f"Positions {at} and {at + 3} are {percent(_alike(codes, at, at + 3))} alike. How alike are {at} and "
            f"{other}, much farther apart?",
            answers=("more", "as much", "less"),
            change={"position": other},
            moved=f"position {other}",
            judge=partial(_outcome, at, other),
        ),
        numbers=[
            ("numbers in a code", f"{results.CODE_WIDTH}"),
            ("frequencies", f"{len(codes.frequencies)}"),
            ("largest error of “distance alone”", f"{max(codes.spread(d) for d in range(FAR)):.6f}"),
        ],
        caption=f"Each pair of numbers is one wave, as sine and cosine: the first repeats every {first:.1f} positions, the last "
        f"every {last:,.0f}. BERT and MiniLM are given no waves: they learn a vector for each "
        "position from their texts, and the last picture shows that these come out in waves as well.",
        further=[draw(figures.waves, codes), draw(figures.learned, codes)],
        values=script_values(POSITION=at),
    )


def _alike(codes: Codes, one: int, other: int) -> float:
    return float(codes.products[one - 1, other - 1] / codes.products[0, 0])


def judge_waves(codes: Codes, at: int) -> str:
    """Say what the product of two codes depends on, from the numbers shown."""
    near, far = _alike(codes, at, at + 3), _alike(codes, at, at + 60)
    start = f"Positions {at} and {at + 3} have codes {percent(near)} alike; {at} and {at + 60}, {percent(far)}."
    if codes.spread(3) < 1e-4 * codes.products[0, 0]:
        return f"{start} Any other two that stand as far apart are just as alike: the code tells distance."
    return f"{start} Elsewhere it is another number: the code does not tell distance."


def _outcome(at: int, other: int) -> tuple[str, str]:
    codes = ask(lesson.position_codes)
    near, far = _alike(codes, at, at + 3), _alike(codes, at, other)
    right = "more" if far > near + 0.005 else "less" if far < near - 0.005 else "as much"
    return right, f"{percent(far)}; three apart they are {percent(near)} alike."


def _rotary(codes: Codes, apart: int) -> Shown:
    other = 40 if apart != 40 else 4
    waves = codes.waves(apart).tolist()
    return Shown(
        verdict=judge_rotary(codes, apart),
        picture=draw(figures.rotary, codes, apart),
        mechanism=draw(figures.rotary_sketch, codes, apart),
        bet=Bet(
            question=f"{apart} tokens apart, {codes.round(apart)} of {len(waves)} pairs have been once round or more. How many "
            f"at {other}?",
            answers=("fewer", "as many", "more"),
            change={"position": other},
            moved=f"{other} tokens apart",
            judge=partial(_rounds, apart, other),
        ),
        numbers=[
            ("pairs once round or more", f"{codes.round(apart)} of {len(waves)}"),
            ("fastest pair", f"{waves[0]:.1f} turns"),
            ("slowest pair, once round after", f"{2 * math.pi / codes.rotary[-1]:,.0f} tokens"),
        ],
        caption="SmolLM2 adds nothing to its words. In every head it turns each pair of numbers of a query and of a key by an "
        "angle that grows with the position, each pair at its own speed. The product of the two then depends on the difference "
        "of their angles. The check: query and key both moved by 1,000 positions. All products stay as they were, within "
        f"{codes.shifted:.0e} of the largest.",
        values=script_values(POSITION=apart),
    )


def judge_rotary(codes: Codes, apart: int) -> str:
    """Say how far the fastest and the slowest pair have turned, from the numbers shown."""
    waves = codes.waves(apart)
    held = "their product is the same" if codes.shifted < 1e-9 else "their product changes"
    return (
        f"{apart} tokens apart, SmolLM2’s fastest pair has turned {float(waves[0]):.1f} times round, its slowest by "
        f"{360 * float(waves[-1]):.3f}°. Wherever the two stand, {held}."
    )


def _rounds(apart: int, other: int) -> tuple[str, str]:
    codes = ask(lesson.position_codes)
    now, then = codes.round(apart), codes.round(other)
    return "fewer" if then < now else "more" if then > now else "as many", f"{then}; before, {now}."


def _fourier(stage: Stage) -> Shown | Nothing:
    with stage.more:
        text = sentence(stage)
        layer = controls.slider("Layer", 1, LAYERS, results.DEFAULT_LAYER, 1, key="layer")
        head = controls.slider("Head", 1, HEADS, results.DEFAULT_HEAD, 1, key="head")
    if not text.strip():
        return Nothing("Type a sentence under “More”.")
    found = ask(lesson.undo_head, text, layer, head)
    say_what_was_read(stage, found.tokens, found.is_cut)
    return Shown(
        verdict=judge_fourier(found),
        picture=draw(figures.undone, found),
        mechanism=draw(figures.undo_sketch, found),
        bet=Bet(
            question="Put the same sentence through head 3 of the first layer instead, and undo it. How far off will it be?",
            answers=("less than now", "about as much", "more than now"),
            change={"layer": 1, "head": 3},
            moved="layer 1, head 3",
            judge=partial(_undoing, text, layer, head),
        )
        if (layer, head) != (1, 3)
        else None,
        numbers=[
            ("rank of the head’s map", f"{found.rank} of {len(found.tokens)}"),
            ("its weakest direction is multiplied by", f"{float(found.factors[-1]):.1g}"),
            ("of the map moves, words in reverse", percent(found.changed)),
        ],
        caption="The course notes call attention “akin to a Fourier transform”, lossless. What is alike: a position’s code is a "
        "set of frequencies, and either is one multiplication by a matrix over the whole sentence. What is not: the Fourier "
        "matrix is fixed, and each direction comes out as long as it went in. A head’s matrix is made of the sentence, and "
        "shrinks some directions so much that rounding to three digits (which is done to both here) hides them. And a head takes "
        f"{results.HEAD_WIDTH} of a piece’s {results.WIDTH} numbers: {percent(found.lost)} of the vectors, by squared length, "
        "are not in them. The twelve heads of a layer and the stream around them carry the rest.",
        values=script_values(TEXT=text, LAYER=layer, HEAD=head),
    )


def judge_fourier(found: Undone) -> str:
    """Say what comes back of the sentence, from the numbers shown."""
    transform, head = found.errors
    name = f"head {found.head_number} of layer {found.layer}"
    if head > 10 * transform:
        start = f"Not lossless: undone, the Fourier transform is {tiny(transform)} off, {name} is {tiny(head)} off"
    else:
        start = f"Mixing loses little here: undone, the Fourier transform is {tiny(transform)} off, {name} is {tiny(head)} off"
    return f"{start}; and the head had left out {percent(found.lost)} of what it was given."


def _undoing(text: str, layer: int, head: int) -> tuple[str, str]:
    now, then = (ask(lesson.undo_head, text, *at).errors[1] for at in ((layer, head), (1, 3)))
    right = "more than now" if then > 1.5 * now else "less than now" if then < now / 1.5 else "about as much"
    return right, f"{tiny(then)} off; before, {tiny(now)}."


IDEA = (
    "A **positional encoding** writes each position as numbers taken from waves, fast ones and slow ones. We "
    "compare the codes of two positions, and look at what their distance does to them, and at other ways to write "
    "positions."
)
VIEW = View("The code", show, IDEA)
