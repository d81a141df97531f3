"""What stands below the experiment in the lesson on LSTM gates: how it works, questions, sources, what to take along."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.assets.fetch import ensure
from core.assets.own import TRAINED, facts
from core.experiments import lstm_gates as lesson
from core.experiments.lstm_gates import Read
from core.figures.lstm_gates import characters
from pages.kit.former import Download, Line, Question, Source
from pages.lstm_gates.settings import Settings


def how() -> list[Line]:
    """Return the equations with the code that computes them; that code imports torch."""
    from core.models import clamp
    from core.models.gru import GRU
    from core.models.lstm import LSTM

    return [
        Line(
            "A cell is a number that is added to. Three gates between 0 and 1 decide how much of it stays, how much of the "
            "candidate comes in, and how much is shown to the rest of the network.",
            r"c_t = f_t\, c_{t-1} + i_t\, g_t, \quad h_t = o_t \tanh c_t",
            LSTM.step,
            "c, h, f, i, o, g: one number for each of the hidden units. a: four blocks of so many rows.",
        ),
        Line(
            "A GRU does with one state and two gates: what the update gate keeps of the old, it does not take of the new.",
            r"h_t = (1 - z_t)\, n_t + z_t\, h_{t-1}",
            GRU.step,
            "h, z, r, n: one number for each of the hidden units.",
        ),
        Line(
            "A held gate is replaced before it is used, for chosen units and steps. Nothing in the network is changed: the hold "
            "is handed to the reading and gone after it.",
            r"\tilde f_t = v \ \text{where held, else}\ f_t",
            clamp.holding,
            "value: (batch, hidden) at one step.",
        ),
        Line(
            "What a cell holds is multiplied by its forget gate at every character. The mean of the logarithms says after "
            "how many characters half is left.",
            r"t_{1/2} = \frac{\ln 2}{-\frac{1}{T} \sum_t \ln f_t}",
            lesson.half_lives,
            "f: gate values over a text of T characters, one column for each unit.",
        ),
    ]


def questions(read: Read) -> list[Question]:
    """Return questions whose right answers are computed here."""
    steady = float(lesson.half_lives(np.full((10, 1), 0.9))[0])
    lives = read.half_lives
    share = float((lives > 5).mean())
    shares = ("fewer than a quarter", "a quarter to a half", "more than half")
    return [
        Question(
            "A forget gate stands at 0.9 at every character. After how many is half of the cell's content left?",
            ("about 2", f"about {steady:.0f}", "about 45", "never"),
            1,
            f"0.9 to the power {steady:.1f} is a half. At 0.99 it would take ten times as long.",
        ),
        Question(
            "On the text above, how many cells keep half of what they hold for more than five characters?",
            shares,
            0 if share < 0.25 else 1 if share <= 0.5 else 2,
            f"{int((lives > 5).sum())} of {len(lives)} do. The median half-life is {characters(float(np.median(lives)))}.",
        ),
        Question(
            "The output gate is held at 0 while a cell keeps its content. What can the network say of it?",
            ("All of it", "Nothing while the gate is shut", "Half of it"),
            1,
            "h = 0 times tanh c is 0, whatever c is: the memory is there, but nobody can see it.",
        ),
    ]


PUBLIC = "textgenrnn"
SOURCES = (
    Source("Hochreiter, Schmidhuber", 1997, "Long short-term memory", "https://doi.org/10.1162/neco.1997.9.8.1735"),
    Source(
        "Gers, Schmidhuber, Cummins",
        2000,
        "Learning to forget: continual prediction with LSTM (the forget gate)",
        "https://doi.org/10.1162/089976600300015015",
    ),
    Source(
        "Cho et al.",
        2014,
        "Learning phrase representations using RNN encoder-decoder (the GRU)",
        "https://arxiv.org/abs/1406.1078",
    ),
    Source(
        "Jozefowicz, Zaremba, Sutskever",
        2015,
        "An empirical exploration of recurrent network architectures (the forget bias)",
        "https://proceedings.mlr.press/v37/jozefowicz15.html",
    ),
    Source(
        "Karpathy, Johnson, Fei-Fei",
        2015,
        "Visualizing and understanding recurrent networks",
        "https://arxiv.org/abs/1506.02078",
    ),
    Source(
        "Strobelt et al.",
        2018,
        "LSTMVis: a tool for visual analysis of hidden state dynamics",
        "https://arxiv.org/abs/1606.07461",
    ),
)


def footer(asked: Settings, *, live: bool) -> str:
    """Return where the numbers come from."""
    how = "live" if live else "recorded"
    if asked.layer.model == PUBLIC:
        named = f"{PUBLIC}, a public character model, layer {asked.layer.number + 1} of 2"
        return f"{named}, and a small recall network trained here; {how}."
    made = facts(f"char_{asked.layer.model}")
    return (
        f"{asked.layer.model.upper()} of {made['hidden']} cells, {made['parameters']:,} parameters, trained here on reviews and "
        f"editorials ({made['metrics']['held_out_bits_per_character']:.2f} bits a character on others), and a small recall "
        f"network; {how}."
    )


def weights(asked: Settings) -> list[Download]:
    """Offer the files of weights that the script reads."""
    names = [f"recall_{asked.network[0]}_{asked.network[1]}"]
    if asked.layer.model != PUBLIC:
        names.append(f"char_{asked.layer.model}")
    found = [_file(f"{name}.safetensors", lambda name=name: TRAINED / f"{name}.safetensors") for name in names]  # type: ignore[misc]
    if asked.layer.model == PUBLIC:
        found.append(_file(f"{PUBLIC}.safetensors", lambda: ensure(PUBLIC) / "model.safetensors"))
        found.append(_file(f"{PUBLIC}.vocabulary.json", lambda: ensure(PUBLIC) / "vocabulary.json"))
    return found


def _file(name: str, where: Callable[[], Path]) -> Download:
    return Download(f"Weights: {name}", name, lambda: where().read_bytes(), "application/octet-stream")


def script_values(asked: Settings) -> dict[str, Any]:
    """Return what the script that is taken away needs to know."""
    hold = asked.hold
    return {
        "TEXT": asked.text.text,
        "MODEL": asked.layer.model,
        "LAYER": asked.layer.number,
        "NETWORK": f"recall_{asked.network[0]}_{asked.network[1]}",
        "GATE": hold.gate,
        "VALUE": hold.value,
        "WHICH": hold.which,
        "SHARE": hold.share,
        "RANK": hold.rank,
        "START": hold.start,
        "STOP": hold.stop,
        "DISTANCE": asked.distance,
        "SEED": asked.seed,
    }
