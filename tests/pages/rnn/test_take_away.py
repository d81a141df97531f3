"""The script of the lesson on recurrent networks: run outside the app, it prints the page's numbers."""

import ast
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments.rnn import DEFAULT_TEXT, KINDS
from pages.kit import cache
from tests.pages.alone import run_alone
from tests.pages.helpers import charts, choose, metrics, open_drawer, sound, token_texts

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"(?P<character>'.*'|\".*\") +(?P<chance>[\d.]+) %")
OFF = re.compile(
    r"(erased|swapped): ([\d.]+) nats after 1 more character, (?:under 0.1 after (\d+)|not under .*) of (\d+)"
)
LINKS: dict[str, dict[str, Any]] = {
    "default": {},
    "another model and an odd text": {
        "text": 'In 2024 π was 3.14159 and 🦜 said: "$TEXT" \\n ${x}\n  don\'t you know it, and they left for good.',
        "model": "LSTM",
        "place": 40,
        "track": "blank",
        "rank": 2,
        "temperature": 0,
        "length": 30,
        "other": "Nobody knew.",
    },
}


def run(script: str, where: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script in a folder, with no more of this environment than a shell has anyway."""
    path = where / "rnn.py"
    path.write_text(script, "utf-8")
    return run_alone(path, folder)


@pytest.mark.parametrize("name", LINKS)
def test_prints_the_numbers_of_the_page(name: str, taken: dict[str, Callable[[], str]], tmp_path: Path) -> None:
    link = LINKS[name]
    assert cache.workshop().wait(60)
    at = AppTest.from_file(str(ROOT / "pages" / "rnn.py"), default_timeout=60)
    at.query_params.update({key: str(value) for key, value in link.items()})
    sound(at.run())
    r = metrics(at)["r on held-out text"]
    sound(open_drawer(at, "Take it with you"))
    done = run(taken["rnn.py"](), tmp_path, ROOT)
    assert done.returncode == 0, done.stderr
    out = done.stdout

    model = next(kind for kind, words in KINDS.items() if words == link.get("model", "RNN tanh"))
    track = link.get("track", "word")
    assert re.search(rf"(unit|cell) \d+ follows '{track}' with r = {re.escape(r.replace('−', '-'))}\n", out)
    assert f"{model} expects" in out

    sound(choose(at, view="Step by step"))
    bars = charts(at)[1]
    printed = [match for line in out.splitlines() if (match := ROW.fullmatch(line.strip()))]
    labels = [{" ": "␣", "\n": "⏎"}.get(c, c) for c in (ast.literal_eval(row["character"]) for row in printed)]
    shown = [label.replace("&lt;", "<").replace("&amp;", "&") for label in bars["layout"]["yaxis"]["ticktext"]]
    assert labels == shown[:8]
    assert [float(row["chance"]) for row in printed] == pytest.approx(bars["data"][0]["x"][:8], abs=0.01)

    said = {match[0]: match[1:] for match in OFF.findall(out)}
    for damage, control in (("erased", "erase it"), ("swapped", "swap it")):
        sound(choose(at, view="Memory", damage=control))
        first, lasts, _ = said[damage]
        chosen = next(one for one in charts(at)[0]["data"] if one["name"] == KINDS[model])
        assert float(first) == pytest.approx(chosen["y"][0], abs=1.1e-3)
        if lasts:
            assert metrics(at)["damaged for"].split()[0] == lasts
        else:
            assert metrics(at)["damaged for"].startswith("over ")

    sound(choose(at, view="Write"))
    goes_on = ast.literal_eval(out.strip().splitlines()[-1].removeprefix("it goes on: "))
    written = "".join(token_texts(at, "written"))
    assert len(goes_on) == link.get("length", 200)
    assert written.endswith(goes_on)
    assert len(written) == len(goes_on) + min(60, link.get("place", 52))


def test_says_what_is_missing(taken: dict[str, Callable[[], str]], tmp_path: Path) -> None:
    assert cache.workshop().wait(60)
    at = AppTest.from_file(str(ROOT / "pages" / "rnn.py"), default_timeout=60)
    sound(open_drawer(sound(at.run()), "Take it with you"))
    done = run(taken["rnn.py"](), tmp_path, tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("core is not here: run this in the project's checkout")
    assert "Traceback" not in done.stderr
    assert len(DEFAULT_TEXT) > 150
