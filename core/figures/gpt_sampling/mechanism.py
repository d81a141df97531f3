"""The machine as a sketch: text, tokens, network, scores, probabilities, a draw, with the numbers of this prompt."""

from core.experiments.gpt_sampling.results import Choice, NextToken
from core.figures import style
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import MONOSPACE, arrow, label, percent, plain

ROWS = 3  # of the likeliest tokens
LONGEST = 8  # letters of a token
WIDE, HIGH = 100.0, 10.0
HEAT = CATEGORY[1]


def mechanism(next_token: NextToken, choice: Choice) -> Picture:
    """Draw how a token comes about; what the temperature divides lights up where it is not 1."""
    temperature = choice.filters.temperature
    heat = TEXT if temperature == 1 else HEAT
    left, middle, names = 10.0, 33.5, 49.0
    words = [label(left, 9.4, "tokens", MUTED), label(99, 9.4, "score, probability", MUTED, xanchor="right")]
    read = [_short(one) for one in next_token.read]
    heights = [7.6, 5.9, 4.2]
    for height, one in zip(heights[-len(read) :], read, strict=True):
        words.append({**label(left, height, one), "font": {"size": 15, "color": TEXT, **MONOSPACE}})
    words.append(label(middle, 5.9, "network"))
    rows = list(zip(choice.labels, choice.logits, choice.probs, strict=True))[:ROWS]
    for height, (name, logit, probability) in zip(heights, rows, strict=False):
        words.append(
            {
                **label(names, height, _short(name), xanchor="left"),
                "font": {"size": 15, "color": TEXT, **MONOSPACE},
            }
        )
        words.append(label(82, height, f"{float(logit):.1f}", heat, xanchor="right"))
        words.append(label(99, height, percent(float(probability)), ACCENT, xanchor="right"))
    words.append(label(names, 2.7, f"… {choice.vocabulary - len(rows):,} more", MUTED, xanchor="left"))
    by = "the largest wins" if temperature == 0 else f"scores ÷ {temperature:g}, softmax"
    words.append(label(1, 0.8, by, heat, xanchor="left"))
    drawn = f"drawn: <b>{_short(choice.drawn, 2 * LONGEST)}</b>" if choice.drawn else "drawn: a rare one"
    words.append(label(99, 0.8, drawn, ACCENT, xanchor="right"))
    box = {
        "type": "rect",
        "x0": middle - 10.5,
        "x1": middle + 10.5,
        "y0": 4.6,
        "y1": 7.2,
        "line": {"color": TEXT, "width": 2},
    }
    arrows = [
        arrow((19, 5.9), (middle - 10.7, 5.9), TEXT, 2),
        arrow((middle + 10.5, 5.9), (names - 0.5, 5.9), TEXT, 2),
        arrow((92, 3.4), (92, 1.6), ACCENT),
    ]
    spec = style.sketch([*arrows, *words], [box], (0, WIDE), (0, HIGH))
    best, probability = choice.top
    alt = (
        f"Sketch of the machine: the last tokens of the text, {', '.join(next_token.read)}, go into the network; it gives "
        f"each of {choice.vocabulary:,} tokens a score, {best} the highest with {float(choice.logits[0]):.1f}; divided by the "
        f"temperature, {temperature:g}, the scores become probabilities, {percent(probability)} for {best}, and one is drawn."
    )
    return Picture(spec, alt)


def _short(text: str, letters: int = LONGEST) -> str:
    return plain(text if len(text) <= letters else text[: letters - 1] + "…")
