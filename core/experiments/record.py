"""Records the default of each lesson: `python -m core.experiments.record`. Run it again when a model or a default changes."""

from pathlib import Path

from core.experiments import _recorded
from core.experiments._texts import Settings
from core.experiments._writing import ask_next, four_settings, measure_ways, text_of, tree_of, write
from core.experiments.gpt_sampling import DEFAULT_PROMPT
from core.generation.engine import Engine
from core.pretrained.registry import DEFAULT_MODEL, load_language_model


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


if __name__ == "__main__":
    print(f"recorded in {record_gpt_sampling()}")
