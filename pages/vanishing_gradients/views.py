"""The four pictures of the lesson on vanishing gradients: computed or recorded, shown, judged."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from core.experiments.vanishing_gradients import (
    LIMIT,
    RATE,
    RECURRENT,
    Cliff,
    Comparison,
    Landscape,
    Settings,
    Spectrum,
    Wrt,
    recorded,
)
from pages.kit import cache, lab, tokens
from pages.kit.former import Picture, show, verdict
from pages.vanishing_gradients import judged, pictures, verdicts, words

GRADIENT, SPECTRUM, EXPLODING, BAND = VIEWS = ("Gradient", "Spectrum", "Exploding", "Where it can learn")


def unused(view: str, *, trained: bool, reads: bool) -> str:
    """Say which controls the picture on the screen does not look at."""
    trainings = ["clipping", "step size"]
    if view == EXPLODING:
        names = ["length", "weights", "input", "text", "with respect to", "last steps only"]
    elif view == BAND:
        names = ["forget-gate bias", "weights", "input", "text", "with respect to", "last steps only", *trainings]
    else:
        names = ["scale", "forget-gate bias", "units", "input"] if trained else []
        names += ["with respect to", "last steps only"] if view == SPECTRUM else []
        names += trainings
    said = f"This picture does not use: {', '.join(names)}."
    if trained and view in (GRADIENT, SPECTRUM):
        said += " Trained weights are what they are, and read your text."
    elif not reads and view == GRADIENT:
        said += " Your text only says how far back a step is."
    return said


def comparison(settings: Settings) -> tuple[Comparison, bool]:
    """Return the curves of all models, and whether they were computed and not recorded."""
    if not lab.ready(wait=settings != Settings()):
        return recorded.comparison(), False

    def work() -> Any:
        from core.experiments.vanishing_gradients import flow as _gradient_flow
        from core.experiments.vanishing_gradients import trained as _gradient_trained

        return (_gradient_trained if settings.trained else _gradient_flow).compare(settings)

    return lab.compute(("gradients", settings), work, "Following the gradient back", "model"), True


def gradient(found: Comparison, sentence: str, kind: str, wrt: Wrt) -> Picture:
    """Show what is left of the gradient at every step back, and over the text where there is one."""
    key = ("gradient picture", found.settings, wrt)
    picture = cache.remember(key, lambda: pictures.gradient(found, kind, wrt))
    show(picture, key="gradient")
    words.say_what_is_missing(found, kind, wrt)
    if found.read:
        _strip(found, kind, wrt)
    st.caption(
        "Steps back until no more than 1 % of the last step’s gradient is left (never: more is left at the first step):"
    )
    verdict(*judged.gradient(found, sentence, kind, wrt))
    return picture


def _strip(found: Comparison, kind: str, wrt: Wrt) -> None:
    """Show the text as the chosen model's gradient reaches it."""
    shaded = words.shades(found, kind, wrt)
    tokens.strip(
        [tokens.Token(character, note, weight=weight) for character, note, weight in shaded],
        key="reached",
        label="your text, shaded by how much gradient reaches each character",
    )
    st.caption(words.shading(found, kind))


def spectrum(settings: Settings, found: Comparison) -> Picture:
    """Show what each step's Jacobian can do to a gradient."""
    settings = replace(settings, window=0)
    spectrum: Spectrum
    if not lab.ready(wait=settings != Settings()):
        spectrum = recorded.spectrum()
        st.caption(words.RECORDED)
    else:

        def work() -> Any:
            from core.experiments.vanishing_gradients import flow as _gradient_flow
            from core.experiments.vanishing_gradients import trained as _gradient_trained

            return (_gradient_trained if settings.trained else _gradient_flow).spectrum(settings)

        spectrum = lab.compute(("spectrum", settings), work, "Taking the Jacobians apart")
    picture = cache.remember(("spectrum picture", settings), lambda: pictures.spectrum(spectrum))
    show(picture, key="spectrum")
    verdict(*verdicts.spectrum(spectrum))
    return picture


def exploding(settings: Settings, rate: float, limit: float) -> Picture:
    """Show a small training with and without clipping, and the cliff."""
    settings = replace(settings, length=Settings.length, window=0, text="", trained=False)
    cliff: Cliff
    if not lab.ready(wait=(settings, rate, limit) != (Settings(), RATE, LIMIT)):
        cliff = recorded.cliff()
        st.caption(words.RECORDED)
    else:

        def work() -> Any:
            from core.experiments.vanishing_gradients import cliff as _gradient_cliff

            return _gradient_cliff.cliff(settings, rate, limit)

        cliff = lab.compute(("cliff", settings, rate, limit), work, "Training", "update")
    if settings.scale is None:
        st.caption(words.moved(cliff.scale))
    key = ("cliff pictures", settings, rate, limit)
    walk, trainings = cache.remember(key, partial(pictures.cliff, cliff))
    left, right = st.columns(2)
    with left:
        show(walk, key="walk")
    with right:
        show(trainings, key="trainings")
    st.caption(words.task())
    verdict(*verdicts.cliff(cliff))
    return walk


def band(settings: Settings) -> Picture:
    """Show where a plain RNN can learn at all."""
    kind = "rnn_relu" if settings.kind == "rnn_relu" else "rnn_tanh"
    base = Settings(kind=kind, hidden_size=settings.hidden_size, seed=settings.seed)
    found: Landscape
    if not lab.ready(wait=base != Settings()):
        found = recorded.landscape()
        st.caption(words.RECORDED)
    else:

        def work() -> Any:
            from core.experiments.vanishing_gradients import band as _gradient_band

            return _gradient_band.landscape(base)

        found = lab.compute(("landscape", base), work, "Measuring every cell", "scale")
    if settings.kind in RECURRENT[2:]:
        st.caption("The map is of the tanh RNN, whichever gated model is chosen.")
    key = ("landscape picture", base, settings.scale, settings.length)
    picture = cache.remember(key, lambda: pictures.band(found, settings))
    show(picture, key="map")
    verdict(*verdicts.band(found, settings))
    return picture
