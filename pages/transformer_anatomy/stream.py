"""The stream: what each block adds to the score of a next token, and what happens without a block."""

from functools import partial

from core.experiments import transformer_anatomy as lesson
from core.experiments.transformer_anatomy.results import DEFAULT_TEXT, LAYERS, MODEL, Stream
from core.figures import transformer_anatomy as figures
from pages.kit import controls, language_models
from pages.kit.ask import draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, percent
from pages.transformer_anatomy.text import EMPTY, choose, say_what_was_read, script_values

WHOLE = {"attention": "attention", "feed-forward": "feed-forward network"}
LESS, MORE = "less likely", "more likely"
STAYS, FALLS = "it stays on top", "another takes over"


def show(stage: Stage) -> Shown | Nothing:
    """Show the sum that a next token's score is; a block can be left out of it, or run twice."""
    with stage.decide:
        block = int(controls.slider("Block left out (0: none)", 0, LAYERS, 0, 1, key="block"))
    with stage.more:
        text = choose()
        twice = controls.toggle("Run that block twice instead of leaving it out", key="twice")
        place = int(controls.slider("Next token to follow, by its rank", 1, 5, 1, 1, key="rank"))
    if not text:
        return EMPTY
    usual = language_models.ask(MODEL, lesson.stream, text, 0, False, ())
    found = usual if not block else language_models.ask(MODEL, lesson.stream, text, block, twice, usual.ids)
    say_what_was_read(stage, text, len(found.tokens), found.dropped)
    stage.note(f"It goes on with {code(text if len(text) < 60 else '…' + text[-58:])}; a dot (·) stands for a blank.")
    token = place - 1
    shown = block or usual.largest(token)[0]
    further = [draw(figures.lens, found)]
    if text == DEFAULT_TEXT:
        further.append(draw(figures.each_block, language_models.ask(MODEL, lesson.each_block, text)))
    return Shown(
        verdict=judge(usual, found, token, block, twice),
        picture=draw(figures.stream, found, usual, token),
        mechanism=draw(figures.mechanism_stream, found, shown, token),
        bet=None if block else bet(text, usual, token),
        numbers=[
            (f"probability of {found.offered[token]}", percent(float(found.probabilities[token]))),
            ("the sum misses the model’s score by", f"{found.apart:.6f}"),
            ("length of the stream, first and last", f"{found.norms[0]:.0f} → {found.norms[-1]:.0f}"),
        ],
        caption="A score is how far a token’s logit lies above the mean of all 49,152. The last norm divides the whole "
        "stream by one "
        "number, so each part’s share of the score can be told exactly. Below: the likeliest next token if the model ended early "
        "(nostalgebraist’s “logit lens”).",
        further=further,
        values=script_values(TEXT=text, BLOCK=block, TWICE=twice, TOKEN=place),
    )


def judge(usual: Stream, found: Stream, token: int, block: int, twice: bool) -> str:
    """Say what the parts add up to, or what became of the token without a block."""
    name = code(found.offered[token])
    number, part, most = found.largest(token)
    if not block:
        return (
            f"The embedding and {2 * len(found.order)} additions sum to {float(found.scores[token]):.1f}, the score of {name}; "
            f"the largest, {most:.1f}, is the {WHOLE[part]} of block {number}."
        )
    before, after = (percent(float(one.probabilities[token])) for one in (usual, found))
    what = f"With block {block} run twice" if twice else f"Without block {block}"
    top = "" if found.top[0] == usual.top[0] else f"; the likeliest is now {code(found.top[0])}"
    return f"{what}, {name} has {after}; with every block once, {before}{top}."


def bet(text: str, usual: Stream, token: int) -> Bet:
    """Ask whether the token survives without the block that brings it most."""
    number, part, most = usual.largest(token)
    name = code(usual.offered[token])
    return Bet(
        question=f"Leave out block {number}, which brings {name} most: {most:.1f} by its {WHOLE[part]} alone. What becomes "
        f"of {name}?",
        answers=(STAYS, FALLS) if token == 0 else (LESS, MORE),
        change={"block": number, "twice": False},
        moved=f"block {number} left out",
        judge=partial(_outcome, text, token, number),
    )


def _outcome(text: str, token: int, block: int) -> tuple[str, str]:
    usual = language_models.ask(MODEL, lesson.stream, text, 0, False, ())
    found = language_models.ask(MODEL, lesson.stream, text, block, False, usual.ids)
    before, after = (float(one.probabilities[token]) for one in (usual, found))
    said = f"It went from {percent(before)} to {percent(after)}; the likeliest is {code(found.top[0])}."
    if token:
        return (MORE if after > before else LESS), said
    return (STAYS if found.top[0] == usual.offered[0] else FALLS), said


VIEW = View("The stream", show)
