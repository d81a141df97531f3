"""Speech as words: what each word attended to in the sound, and how well that says when it is said."""

from typing import Any

import numpy as np

from core.data.sound import STARTS, WORDS
from core.experiments.listening.results import LAYERS, STEP_SECONDS, WordScores, Written
from core.experiments.word_errors import matched
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import outline, scale
from core.figures.picture import Picture
from core.figures.style import HOVER, layout, plain, shorten, swatch

SAID, GUESS = CATEGORY[1], CATEGORY[2]
COLUMNS, ROWS = 400, 11  # of the heat map: a longer sound shows means; of more words, not all have a name
NAMES = {
    "all": "all four layers", **{layer: f"layer {layer}" for layer in LAYERS[1:]},
    "picked": "8 heads OpenAI picked", "letters": "guess: by letters", "even": "guess: evenly",
}  # fmt: skip
Places = list[tuple[int, float]]  # a row, and a second


def words(written: Written, layer: str, clip: str, word: int) -> Picture:
    """Draw the attention of each word of a text over the sound; `clip` is empty where nobody knows what was said.

    A box says when each word begins and ends by that attention; `word` is the chosen one, from 0.
    """
    shown, seconds, rows = written.attention[LAYERS.index(layer)].astype(float), written.seconds, len(written.words)
    every = -(-shown.shape[1] // COLUMNS)
    shown = np.add.reduceat(shown, np.arange(0, shown.shape[1], every), axis=1)
    names = [plain(shorten(name, 14)) for name in written.words]
    times = (np.arange(shown.shape[1]) + 0.5) * every * STEP_SECONDS
    each = f"{1000 * every * STEP_SECONDS:.0f} ms"
    heat = {
        "type": "heatmap", "x": times.round(3).tolist(), "y": list(range(rows)), "z": (100 * shown).round(1).tolist(),
        "zmin": 0, "zmax": round(max(float(np.quantile(100 * shown, 0.995)), 0.1), 2), "colorscale": scale(SEQUENTIAL),
        "showscale": False, "customdata": [[name] * len(times) for name in names],
        "hovertemplate": f"“%{{customdata}}”: %{{z:.1f}} % of its attention is on {each} at %{{x:.2f}} s<extra></extra>",
    }  # fmt: skip
    said, guess = _truth(written, clip)
    key = f"{swatch(TEXT)} by attention" + (f"   {swatch(SAID)} said   {swatch(GUESS)} guess" if said else "")
    axis: dict[str, Any] = {"fixedrange": True, "showgrid": False, "zeroline": False}
    apart = -(-rows // ROWS)
    named = range(word % apart, rows, apart)
    drawn = layout(
        f"When is each word said? {'All layers' if layer == 'all' else f'Layer {layer}'}", key, height=346,
        margin={"l": 8, "r": 10, "t": 60, "b": 44}, showlegend=False,
        xaxis={**axis, "title": {"text": "time (s)"}, "range": [0, seconds], "anchor": "y"},
        yaxis={**axis, "domain": [0.0, 0.86], "range": [rows - 0.5, -0.5], "tickmode": "array", "tickvals": list(named),
               "ticktext": [f"<b>{names[n]}</b>" if n == word else names[n] for n in named], "automargin": True},
        yaxis2={**axis, "domain": [0.88, 1.0], "visible": False},
    )  # fmt: skip
    boxes = [written.box(layer, n) for n in range(rows)]
    data = [
        {**outline(written.low, written.high, STEP_SECONDS), "yaxis": "y2"},
        heat,
        _boxes([(n, *box) for n, box in enumerate(boxes)], 1.5),
        _boxes([(word, *boxes[word])], 4),
        _marks(guess, GUESS, "circle", "a guess from the letters puts “{}” at {:.2f} s", names),
        _marks(said, SAID, "diamond", "“{}” is said from {:.2f} s on", names),
    ]
    true = dict(said)
    rows_of = [
        (name, *(round(one, 2) for one in box), round(true[n], 2) if n in true else "", round(100 * written.inside(layer, n), 1))
        for n, (name, box) in enumerate(zip(written.words, boxes, strict=True))
    ]  # fmt: skip
    alt = (
        f"Heat map of {rows} words over {seconds:.1f} seconds of sound: each word’s attention, and when it is said by it, "
        f"“{written.words[word]}” from {boxes[word][0]:.2f} to {boxes[word][1]:.2f} seconds."
    )
    columns = ("word", "from (s)", "to (s)", "said from (s)", "attention inside (%)")
    return Picture({"data": data, "layout": drawn}, alt, columns, rows_of)


def _truth(written: Written, clip: str) -> tuple[Places, Places]:
    """Return where the right words of a clip are said, and where the guess puts them."""
    if not clip:
        return [], []
    pairs, guessed = matched(written.words, WORDS[clip].split()).pairs, written.guessed()
    return [(i, STARTS[clip][j] / 100) for i, j in pairs], [(i, float(guessed[i])) for i, _ in pairs]


def _boxes(boxes: list[tuple[int, float, float]], width: float) -> dict[str, Any]:
    """Return a frame round each word's piece of its row, all as one line with gaps."""
    x = [one for _, start, end in boxes for one in (start, end, end, start, start, None)]
    y = [one for n, _, _ in boxes for one in (n - 0.48, n - 0.48, n + 0.48, n + 0.48, n - 0.48, None)]
    line = {"color": TEXT, "width": width}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _marks(places: Places, colour: str, symbol: str, says: str, names: list[str]) -> dict[str, Any]:
    marker = {"symbol": symbol, "size": 10, "color": colour, "line": {"color": GROUND, "width": 1}}
    return {
        "type": "scatter", "mode": "markers", "x": [round(at, 3) for _, at in places], "y": [n for n, _ in places],
        "marker": marker, "customdata": [says.format(names[n], at) for n, at in places], "hovertemplate": HOVER,
    }  # fmt: skip


def placed(scores: WordScores) -> Picture:
    """Draw by how much the beginning of a word is wrong, by each layer's attention and by guesses without the sound."""
    means = {reader: scores.mean(reader) for reader in scores.readers}
    colours = {"picked": CATEGORY[3], "letters": GUESS, "even": MUTED}
    said = [f"{NAMES[r]}: {m:.3f} s off, 95 % interval ± {half:.3f} s" for r, (m, half) in means.items()]
    bars = {
        "type": "bar", "orientation": "h", "y": [NAMES[reader] for reader in means],
        "x": [round(mean, 4) for mean, _ in means.values()],
        "marker": {"color": [colours.get(reader, ACCENT) for reader in means]}, "customdata": said, "hovertemplate": HOVER,
        "error_x": {"type": "data", "array": [round(half, 4) for _, half in means.values()], "color": TEXT, "thickness": 2},
    }  # fmt: skip
    drawn = layout(
        "How far off is the beginning of a word?", f"{scores.off.shape[1]} words of {scores.clips} clips, mean", height=360,
        showlegend=False, xaxis={"title": {"text": "seconds off"}, "fixedrange": True, "rangemode": "tozero"},
        yaxis={"fixedrange": True, "autorange": "reversed", "automargin": True, "title": {"text": "said by"}},
    )  # fmt: skip
    alt = (
        f"Bar chart: by the attention of all four layers a word’s beginning is {means['all'][0]:.2f} s off, by layer 1 "
        f"{means['1'][0]:.2f} s, by a guess from the letters {means['letters'][0]:.2f} s."
    )
    rows = [(NAMES[reader], round(m, 3), round(half, 3)) for reader, (m, half) in means.items()]
    return Picture({"data": [bars], "layout": drawn}, alt, ("by", "seconds off", "interval ± (s)"), rows)
