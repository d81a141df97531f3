"""What reads digits: the facts beside the files, and the recipe run for a moment."""

from pathlib import Path

import pytest

from core.assets import own
from core.training import pixels


def test_facts_say_how_they_were_made() -> None:
    for name in ("rows", "columns", "shuffle", "dense"):
        facts = own.facts(f"pixels_{name}")
        assert facts["command"] == f"python -m core.training.pixels {name} --seed 0"
        assert facts["metrics"]["held_out"] == 1000


@pytest.mark.real_weights
@pytest.mark.parametrize("what", ["columns", "dense"])
def test_the_recipe_runs(what: str, tmp_path: Path) -> None:
    assert pixels.make(what, steps=2, folder=tmp_path).stem == f"pixels_{what}"
