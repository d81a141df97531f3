"""Every picture of the lesson on vanishing gradients: at its defaults, and of what is odd."""

import numpy as np

from core.experiments import vanishing_gradients as lesson
from core.experiments.recording import find
from core.experiments.vanishing_gradients.recorded import LEARNERS
from core.experiments.vanishing_gradients.results import (
    DEFAULT_TEXT,
    DRAWN,
    KINDS,
    LIMIT,
    STEEP,
    THREE,
    Cliff,
    Curve,
    Reading,
    Training,
)
from core.figures import vanishing_gradients as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE

LABELS = ("plain RNN", "GRU", "LSTM, gate half open", "LSTM, gate 95 % open")


def curves(*kinds: str, bias: float = 0.0) -> tuple[Curve, ...]:
    return tuple(find(lesson.curve, kind, 60, bias if kind == "lstm" else 0.0, 0, 0) for kind in kinds)


def made_up(kind: str, *left: float) -> Curve:
    """A model whose gradient has these norms, the last step first."""
    return Curve(kind, np.array(left[::-1]), kept=0.5)


DEAD = tuple(made_up(kind, 1.0, 1e-20, 1e-300, 0.0, 0.0) for kind in THREE)
GROWING = tuple(made_up(kind, *(10.0**n for n in range(8))) for kind in THREE)
ODD = tuple(made_up(kind, *(0.5**n for n in range(len(HOSTILE)))) for kind in THREE)
TEXT = Reading(HOSTILE, "x", ODD, ODD, ("&",))
RUN = Training(np.array([1.0, 2.0, 1e-9]), np.array([1.0, 1e30, 1e-3]))
BROKEN = Cliff(
    "rnn_relu",
    1.5,
    0.3,
    1.0,
    Training(RUN.losses[:2], RUN.norms[:2]),
    RUN,
    1,
    np.geomspace(0.01, 10, 3),
    np.array([2.0, 1e30, np.inf]),
)


def steep() -> Cliff:
    found: Cliff = find(lesson.cliff, "rnn_tanh", STEEP, 0.0, LIMIT, 0)
    return found


def pictures() -> dict[str, Picture]:
    shipped = curves(*KINDS)
    rnn, lstm = curves("rnn_tanh", "lstm")
    reading: Reading = find(lesson.reading, DEFAULT_TEXT)
    flat: Cliff = find(lesson.cliff, "rnn_tanh", DRAWN, 0.0, LIMIT, 0)
    learned = [find(lesson.training, kind, None, bias, LIMIT, 0) for kind, bias in LEARNERS]
    return {
        "gradient": figures.gradient(curves(*THREE)),
        "gradient, all": figures.gradient(shipped),
        "gradient, open": figures.gradient(curves(*THREE, bias=4.0)),
        "gradient, dead": figures.gradient(DEAD),
        "gradient, growing": figures.gradient(GROWING),
        "gradient, one step": figures.gradient([made_up("lstm", 1.0)]),
        "gradient, nothing": figures.gradient([made_up("lstm", 0.0, 0.0)]),
        "mechanism": figures.mechanism(rnn, lstm),
        "mechanism, short": figures.mechanism(made_up("rnn_tanh", 1.0, 0.5), made_up("lstm", 1.0, 0.5)),
        "learning": figures.learning(learned, LABELS),
        "trainings": figures.trainings(steep()),
        "trainings, flat": figures.trainings(flat),
        "trainings, broken": figures.trainings(BROKEN),
        "walk": figures.walk(steep()),
        "walk, broken": figures.walk(BROKEN),
        "mechanism, clipping": figures.clipping(steep()),
        "mechanism, clipping, broken": figures.clipping(BROKEN),
        "reading": figures.reading(reading, "lstm"),
        "reading, hostile": figures.reading(TEXT, "gru"),
        "mechanism, trained": figures.trained(reading, "rnn_tanh"),
    }
