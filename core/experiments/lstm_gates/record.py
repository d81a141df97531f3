"""Records the default of the lesson on LSTM gates."""

from pathlib import Path
from typing import Any

from core.experiments import lstm_gates as lesson
from core.experiments.lstm_gates import Hold, recall, recorded, speed
from core.experiments.lstm_gates.reading import cell, gates, held, read, write_on
from core.progress import finish


def record() -> Path:
    """Run the lesson at its defaults, measure the speed on this machine, write all of it, and return the JSON file."""
    layer, hold, distance, seed = lesson.DEFAULT_LAYER, lesson.DEFAULT_HOLD, lesson.DISTANCE, lesson.SEED
    found = finish(read(layer, lesson.DEFAULT_TEXT))

    def write(one: Hold | None) -> Any:
        return finish(write_on(layer, found, one, length=lesson.LENGTH, temperature=lesson.TEMPERATURE, seed=seed))

    parts = {
        "read": found,
        "gates": finish(gates(layer, found, 0)),
        "cell": finish(cell(layer, found, 1, 0)),
        "held": finish(held(layer, found, hold)),
        "written_free": write(None),
        "written_held": write(hold),
        "speed": finish(speed.race(repeats=8)),
    }
    network = lesson.NETWORKS[layer.kind]["alone"]
    free = recall.free(network, distance, seed)
    length = len(found.text)
    asked = {"free": [free.recalled]}
    for name, one in (("held", hold), ("other", lesson.other_span(hold, length))):
        asked[name] = [recall.held(network, distance, seed, one, free.order, length)]
    asked |= {kind: list(each) for kind, each in finish(recall.all_kinds(distance, seed)).items()}
    made = {"command": "python -m core.experiments.record", "settings": "the page's defaults"}
    return recorded.write(parts, asked, made)
