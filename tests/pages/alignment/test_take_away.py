"""The script of the lesson on alignment: run outside the app, it prints the page's numbers."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.assets import store
from pages.kit import cache
from tests.pages.alone import run_alone
from tests.pages.helpers import charts, choose, metrics, open_drawer, sound, token_texts

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.real_weights
LINKS: dict[str, dict[str, Any]] = {
    "default": {},
    "another direction and an odd text": {
        "model": "Marian pt-en",
        "text": 'O $TEXT ${x} \\n 🦜 "gato" dorme.',
        "step": 3,
        "hide": 2,
    },
}


def run(script: str, where: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script in a folder, with no more of this environment than a shell has anyway, and the fetched assets."""
    path = where / "alignment.py"
    path.write_text(script, "utf-8")
    return run_alone(path, folder, UNROLLED_HOME=str(store.root().parent))


@pytest.mark.parametrize("name", LINKS)
def test_prints_the_numbers_of_the_page(name: str, taken: dict[str, Callable[[], str]], tmp_path: Path) -> None:
    link = LINKS[name]
    assert cache.workshop().wait(60)
    at = AppTest.from_file(str(ROOT / "pages" / "alignment.py"), default_timeout=60)
    at.query_params.update({key: str(value) for key, value in link.items()})
    said = metrics(sound(at.run()))
    words = token_texts(at, "target")
    sound(open_drawer(at, "Take it with you"))
    done = run(taken["alignment.py"](), tmp_path, ROOT)
    assert done.returncode == 0, done.stderr
    out = done.stdout

    assert out.splitlines()[0].endswith(" ".join(words))
    rows = re.findall(r"^  .+ looked at .+ with ([\d.]+) %; without .+ it loses (-?[\d.]+) nats$", out, re.MULTILINE)
    figure = charts(at)[0]["data"][0]
    assert [float(weight) for weight, _ in rows] == pytest.approx([max(row) for row in figure["z"]], abs=0.11)
    assert f"looked at = mattered most: {said['looked at = mattered most']}\n" in out
    if "crossed words right" in said:
        assert f"crossed words right: {said['crossed words right']}\n" in out

    sound(choose(at, view="Step"))
    written = re.search(r"step (\d+) writes .+ with a chance of ([\d.]+) %", out)
    assert written is not None
    assert written[1] == str(link.get("step", 5))
    assert float(written[2]) == pytest.approx(float(metrics(at)["chance of what it wrote"].split()[0]), abs=0.11)
    begins = re.search(r"the mixture begins (.+)", out)
    assert begins is not None
    assert [float(n) for n in begins[1].split()] == pytest.approx(charts(at)[1]["data"][0]["z"][-1], abs=0.011)

    sound(choose(at, view="Hide a word"))
    again = re.search(r"^without .+ it writes: (.*)$", out, re.MULTILINE)
    assert again is not None
    assert again[1] == " ".join(token_texts(at, "after"))
    lost = re.search(r"loses most, (-?[\d.]+) nats; words that changed: (\d+)", out)
    assert lost is not None
    assert f"{lost[1]} nats" == metrics(at)["largest loss"].replace("−", "-")
    assert lost[2] == metrics(at)["words that changed"]


def test_says_what_is_missing(taken: dict[str, Callable[[], str]], tmp_path: Path) -> None:
    assert cache.workshop().wait(60)
    at = AppTest.from_file(str(ROOT / "pages" / "alignment.py"), default_timeout=60)
    sound(open_drawer(sound(at.run()), "Take it with you"))
    done = run(taken["alignment.py"](), tmp_path, tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("core is not here: run this in the project's checkout")
    assert "Traceback" not in done.stderr
