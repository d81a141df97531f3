"""The network unrolled: below what goes in at each step, then the state, above what comes out and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.experiments.four_shapes.results import END, Caption, Translated, Tweet
from core.figures.four_shapes.png import link
from core.figures.four_shapes.sketch import OUT, SIMPLER, STATE
from core.figures.palette import MUTED
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, label, layout, percent, plain, shorten, swatch

BELOW = -17.0  # the height of the states, below 0 %
FEW, SOME = 3, 4  # up to so many steps words are level, and slanted a little
# up to so many steps: degrees, and pixels to the side; on a phone the words still don't touch
ANGLES = ((SOME, -25, -3), (9, -40, -5), (16, -60, -7), (20, -75, -8), (999, -90, -9))
LONGEST = 11  # letters of a word


@dataclass(frozen=True)
class Step:
    """A step: what goes in, and what comes out (empty: nothing) with its probability."""

    given: str
    out: str = ""
    share: float | None = None
    state: str = STATE
    colour: str = OUT
    said: str = ""


def _word(piece: str) -> str:
    """Return a word or a piece of one as it stands in a picture."""
    shown = piece.replace("▁", "") or "␣"
    return "end" if piece in (END, "</s>") else plain(shorten(shown, LONGEST))


def _unrolled(steps: Sequence[Step], title: str, subtitle: str, axis: str, **more: Any) -> dict[str, Any]:
    """Return the spec; `more` is of the layout, but `traces` and `notes` are added and `left` is room at the left."""
    traces, notes = list(more.pop("traces", ())), list(more.pop("notes", ()))
    left, count, slanted = more.pop("left", 0.0), len(steps), len(steps) > FEW
    crowded = slanted and sum(bool(step.out) for step in steps) > 1
    angle, shift = next((turn, by) for most, turn, by in ANGLES if count <= most)
    top = 118 if not crowded else 150 if count <= SOME else 210
    places = list(range(count))
    chain = {
        "type": "scatter", "mode": "lines+markers", "x": places, "y": [BELOW] * count, "showlegend": False,
        "line": {"color": STATE, "width": 2}, "hovertemplate": HOVER,
        "marker": {"symbol": "square", "size": 15, "color": [step.state for step in steps]},
        "customdata": [f"Step {n + 1}: “{step.given}” goes in, and the state is handed on" for n, step in enumerate(steps)],
    }  # fmt: skip
    answering = [n for n in places if steps[n].share is not None]
    bars = {
        "type": "bar", "x": answering, "y": [100 * float(steps[n].share or 0) for n in answering], "width": 0.5,
        "marker": {"color": [steps[n].colour for n in answering]}, "showlegend": False, "hovertemplate": HOVER,
        "customdata": [steps[n].said for n in answering],
    }  # fmt: skip
    for n in answering:
        if steps[n].out:
            height = 104 if crowded else 100 * float(steps[n].share or 0) + 2  # in one row, where words would touch
            turned: dict[str, Any] = {}
            if crowded:
                turned = {"textangle": angle, "xanchor": "left", "xshift": shift}
            elif slanted:  # the one answer, above the last of many steps: on a phone its end would be cut
                turned = {"xanchor": "right", "xshift": 12}
            notes.append(label(n, height, steps[n].out, yanchor="bottom", size=14, **turned))
    drawn = layout(
        title, subtitle, height=345, annotations=notes, bargap=0, margin={"l": 8, "r": 12, "t": 62, "b": 92 if slanted else 62},
        xaxis={"tickvals": places, "ticktext": [step.given for step in steps], "range": [-0.6 - left, count - 0.3],
               "tickangle": angle if slanted else 0, "fixedrange": True, "showgrid": False, "zeroline": False,
               "title": {"text": axis}},
        yaxis={"tickvals": [BELOW, 0, 50, 100], "ticktext": ["state", "0 %", "sure: 50 %", "100 %"], "fixedrange": True,
               "range": [-29, top], "automargin": True, "zeroline": False},
        **more,
    )  # fmt: skip
    return {"data": [bars, chain, *traces], "layout": drawn}


def tweet(read: Tweet) -> Picture:
    """Draw the belief after each word; the last one is the answer."""
    last = len(read.words) - 1
    shown = [_word(word) for word in read.words]
    steps = [
        Step(
            word if known else f"<i>{word}</i>",
            f"<b>{percent(float(p))}</b>" if n == last else "",
            float(p),
            colour=OUT if n == last else MUTED,
            said=f"After word {n + 1}, “{word}”: positive with {percent(float(p))}",
        )
        for n, (word, known, p) in enumerate(zip(shown, read.known, read.beliefs, strict=True))
    ]
    line = {
        "type": "scatter", "mode": "lines", "x": list(range(len(shown))), "y": [100 * float(p) for p in read.bag],
        "line": {"color": SIMPLER, "width": 2, "dash": "dash"}, "showlegend": False, "hovertemplate": HOVER,
        "customdata": [f"Bag of words, {n + 1} words in: {percent(float(p))}" for n, p in enumerate(read.bag)],
    }  # fmt: skip
    key = f"{swatch(OUT)} the answer, {swatch(MUTED)} on the way, {swatch(SIMPLER)} bag of words"
    spec = _unrolled(
        steps,
        "Positive? The belief after each word",
        key,
        "goes in: a word (italics: unknown)",
        traces=[line],
    )
    alt = (
        f"Bars: after {last + 1} words the network says positive with {percent(float(read.beliefs[-1]))}, "
        f"a bag of words with {percent(float(read.bag[-1]))}."
    )
    rows = [
        (n + 1, word, "yes" if known else "no", round(100 * float(p), 2), round(100 * float(b), 2))
        for n, (word, known, p, b) in enumerate(zip(read.words, read.known, read.beliefs, read.bag, strict=True))
    ]
    return Picture(spec, alt, ("step", "word", "known", "positive (%)", "bag of words (%)"), rows)


def caption(seen: Caption, language: str, title: str) -> Picture:
    """Draw the picture on its way in, and the words on their way out; each is the next step's input.

    title: what is new about the picture.
    """
    words = [step[0] for step in seen.likeliest]
    given = [language, *(_word(word) for word, _ in words[:-1])]
    steps = [
        Step(
            before,
            _word(word),
            share,
            colour=OUT if word in (*seen.name, END) else MUTED,
            said=f"Step {n + 1} writes “{_word(word)}” with {percent(share)}; then likeliest: "
            + ", ".join(f"“{_word(other)}” {percent(p)}" for other, p in seen.likeliest[n][1:]),
        )
        for n, (before, (word, share)) in enumerate(zip(given, words, strict=True))
    ]
    wide = max(1.3, 0.24 * len(steps))
    high = 90 if len(steps) <= FEW else 115 if len(steps) <= SOME else 150
    image = {
        "source": link(seen.picture), "xref": "x", "yref": "y", "x": -0.75 - wide / 2, "y": high / 2 + 5, "sizex": wide,
        "sizey": high, "xanchor": "center", "yanchor": "middle", "sizing": "contain",
    }  # fmt: skip
    notes = [arrow((-0.75 - wide / 2, 8), (-0.25, BELOW), STATE)]
    key = f"{swatch(OUT)} a word of its name, {swatch(MUTED)} another word"
    spec = _unrolled(
        steps, title, key, "goes in: language, then the word before", notes=notes, left=wide + 0.3,
        images=[image],
    )  # fmt: skip
    alt = f"The picture of “{' '.join(seen.name)}” goes in once; written is “{' '.join(seen.written)}”."
    rows = [
        (n + 1, before, word, round(100 * share, 2))
        for n, (before, (word, share)) in enumerate(zip(given, words, strict=True))
    ]
    return Picture(spec, alt, ("step", "goes in", "comes out", "probability (%)"), rows)


def translation(found: Translated) -> Picture:
    """Draw one network that reads and one that writes, side by side; between them goes one state."""
    reading = [Step(_word(piece), state=SIMPLER) for piece in found.source]
    before = ("start", *found.target[:-1])
    writing = [
        Step(_word(a), _word(b), float(p), said=f"“{_word(b)}” comes out with {percent(float(p))}")
        for a, b, p in zip(before, found.target, found.probabilities, strict=True)
    ]
    edge = len(reading) - 0.5
    line = {
        "type": "line",
        "x0": edge,
        "x1": edge,
        "y0": -29,
        "y1": 110,
        "line": {"color": MUTED, "width": 1.5, "dash": "dot"},
    }
    notes = [
        label(edge - 0.2, 100, "reads", SIMPLER, xanchor="right"),
        label(edge - 0.2, 70, "then writes", STATE, xanchor="right"),
    ]
    key = f"{swatch(SIMPLER)} the state while it reads, {swatch(STATE)} while it writes"
    spec = _unrolled(
        [*reading, *writing], "A sentence in, a sentence out", key, "goes in: a piece, then the piece before",
        notes=notes, shapes=[line],
    )  # fmt: skip
    alt = f"{len(found.source)} pieces go in, then {len(found.target)} come out: “{found.text}”."
    rows = [(n + 1, piece, "", "") for n, piece in enumerate(found.source)]
    rows += [
        (len(found.source) + n + 1, a, b, str(round(100 * float(p), 2)))
        for n, (a, b, p) in enumerate(zip(before, found.target, found.probabilities, strict=True))
    ]
    return Picture(spec, alt, ("step", "goes in", "comes out", "probability (%)"), rows)
