"""The verdicts on the lesson's other pictures, each from the numbers of its picture; each can say "not here"."""

import math

import numpy as np

from core.experiments.vanishing_gradients import DRAWN, NAMES, SHARE, Cliff, Landscape, Settings, Spectrum
from core.figures.vanishing_gradients import amount, is_cliff
from pages.kit.words import count

Verdict = tuple[str, list[tuple[str, str]]]
CHANCE = math.log(2)  # nats: the loss of one who knows nothing of two equally likely answers


def spectrum(found: Spectrum) -> Verdict:
    """Say what a step could do to a gradient and what it did."""
    largest, median = float(np.median(found.largest)), float(np.median(found.median))
    met = found.factor[found.factor > 0]
    factor = float(np.exp(np.log(met).mean())) if len(met) else 0.0
    numbers = [
        ("largest singular value", f"{largest:.2f}"),
        ("the gradient, a step", f"× {factor:.2f}"),
        ("spectral radius", f"{float(np.median(found.radius)):.2f}"),
    ]
    name = NAMES[found.kind]
    if float(found.largest.max()) < 1:
        said = f"No step of this {name} can make any gradient larger: all singular values are below 1."
    else:
        said = (
            f"A step of this {name} could make some gradients larger: its largest singular value is {largest:.2f} at a "
            f"typical step, though half of them are below {median:.2f}."
        )
    if factor >= 1:
        return f"Not here: {said[0].lower()}{said[1:]} And this gradient does grow, by {factor:.2f} a step.", numbers
    if not factor:
        return f"{said} This gradient is exactly 0 before it has gone one step.", numbers
    return f"{said} This one was multiplied by {factor:.2f} a step: by {amount(factor**40)} in forty.", numbers


def cliff(found: Cliff) -> Verdict:
    """Say what one update did to the loss with and without clipping, and what became of the two trainings."""
    (_, low), (_, high) = found.landing(clipped=True), found.landing(clipped=False)
    numbers = [
        ("gradient norm", amount(found.norm)),
        ("loss before", f"{found.start:.2f}"),
        ("loss, clipped", _nats(low)),
        ("loss, unclipped", _nats(high)),
    ]
    top = max(float(found.clipped.norms.max()), float(found.free.norms.max()))
    if top <= found.limit:
        return (
            f"Not here: at scale {found.scale:.2f} the gradient’s norm never passes {amount(top)}, so a limit of "
            f"{found.limit:g} clips nothing and both trainings are the same.",
            numbers,
        )
    start = f"one update takes the loss from {found.start:.2f} to"
    if is_cliff(found):
        said = f"Over the cliff: {start} {_nats(high)} nats without clipping, and to {_nats(low)} with it."
    else:
        said = f"Not a cliff here: {start} {_nats(high)} nats without clipping, and to {_nats(low)} with it."
    ends = [amount(float(run.losses[-1])) for run in (found.clipped, found.free)]
    if len(found.free.losses) < len(found.clipped.losses):
        ends[1] = f"no number any more after {count(len(found.free.losses), 'update')}"
    if found.norm > found.limit:
        said += f" Clipping cut the gradient’s norm to {found.limit:g}."
    return (
        f"{said} At the end of training it is {ends[0]} with clipping and {ends[1]} without; chance is {CHANCE:.2f}.",
        numbers,
    )


def _nats(loss: float) -> str:
    return "no number" if not math.isfinite(loss) else f"{loss:.2f}" if loss < 100 else amount(loss)


def band(found: Landscape, settings: Settings) -> Verdict:
    """Say between which scales a gradient arrives over the reader's length, and whether theirs is one of them."""
    column = int(np.abs(found.lengths - settings.length).argmin())
    inside = (found.left >= SHARE) & (found.left <= 1 / SHARE)
    steps, scale = int(found.lengths[column]), settings.scale or DRAWN
    scales = found.scales[inside[:, column]]
    row = int(np.abs(found.scales - scale).argmin())
    numbers = [
        (f"scales for {steps} steps", _span(scales)),
        (f"scales for {int(found.lengths[-1])} steps", _span(found.scales[inside[:, -1]])),
        ("cells in the band", f"{int(inside.sum())} of {inside.size}"),
    ]
    here = float(found.left[row, column])
    what = (
        f"t scale {found.scales[row]:.1f} and {steps} steps, the cell nearest to your setting, the first step has "
        f"{amount(here)} of the last one’s gradient"
    )
    if inside[row, column]:
        return f"Not here: a{what}, enough to learn from. The band narrows as the sequence grows.", numbers
    return f"A{what}: {'too little' if here < SHARE else 'too much'} to learn from.", numbers


def _span(scales: np.ndarray) -> str:
    if not len(scales):
        return "none"
    return f"{scales[0]:.1f}" if len(scales) == 1 else f"{scales[0]:.1f} to {scales[-1]:.1f}"
