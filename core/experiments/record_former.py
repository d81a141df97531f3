"""Records the default of each lesson: `python -m core.experiments.record [LESSON…]`.

Run it again when a model or a default changes; timings are recorded, too, so on a machine that does nothing else.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.experiments.alignment import record as _alignment_record
from core.experiments.encoder_decoder import record as _bottleneck_record
from core.experiments.gpt_sampling import DEFAULT_PROMPT
from core.experiments.gpt_sampling import recorded as _recorded
from core.experiments.gpt_sampling.texts import Settings, four_settings
from core.experiments.gpt_sampling.writing import ask_next, measure_ways, text_of, tree_of, write
from core.experiments.lstm_gates import record as _gates_record
from core.pretrained.registry import DEFAULT_MODEL, load_language_model
from core.serving.engine import Engine


def record_gpt_sampling() -> Path:
    """Run the lesson at its defaults on the real model, write what it shows, and return the folder."""
    engine = Engine(lambda device: load_language_model(DEFAULT_MODEL, device=device))
    engine.ready(None)
    if engine.model is None:
        raise RuntimeError("the model did not load")
    ids = engine.model.encode(DEFAULT_PROMPT)
    job = ask_next(engine, ids)
    job.wait()
    settings = Settings()
    by_strategy = {name: write(engine, ids, Settings(strategy=name)) for name in ("sample", "greedy", "beam")}
    four = [write(engine, ids, each) for each in four_settings(settings)]
    for run in [*by_strategy.values(), *four]:
        run.wait()
    texts = {name: text_of(engine, run) for name, run in by_strategy.items()}
    ways = measure_ways([text_of(engine, run) for run in four])
    made = {
        "command": "python -m core.experiments.record",
        "model": engine.model.name,
        "where": engine.model.placement.describe(),
        "settings": "the page's defaults, seed 1",
    }
    _recorded.write_gpt_sampling(job.result, texts, tree_of(engine, four[3])[1], ways, made)
    engine.close()
    return _recorded.FOLDER


RECORDERS: dict[str, Callable[[], Any]] = {
    "lstm_gates": _gates_record.record,
    "encoder_decoder": _bottleneck_record.record,
    "alignment": _alignment_record.record,
    "gpt_sampling": record_gpt_sampling,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "lessons", nargs="*", metavar="LESSON", help=f"any of {', '.join(RECORDERS)}; all when none is given"
    )
    chosen = parser.parse_args().lessons
    if unknown := set(chosen) - set(RECORDERS):
        parser.error(f"no lesson named {', '.join(sorted(unknown))}")
    for lesson in chosen or RECORDERS:
        RECORDERS[lesson]()
        print(f"{lesson}: recorded in {_recorded.FOLDER}")
