"""The script of the lesson on LSTM gates: run where nothing of this project is, it prints the page's numbers."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.kit import cache
from tests.pages.alone import run_alone
from tests.pages.helpers import choose, metrics, open_drawer, sound

PAGE = Path(__file__).parents[3] / "pages" / "lstm_gates" / "page.py"
ODD = 'In 2024 π was 3.14159 and 🦜 said: "$TEXT" \\n ${x}\n  don\'t (you know it), and they left.'
LINKS: dict[str, dict[str, Any]] = {
    "default": {},
    "a part of the cells, and an odd text": {
        "text": ODD,
        "gate": "candidate",
        "candidate": 0.5,
        "which": "longest memory",
        "share": 60,
        "from": 20,
        "to": 40,
        "distance": 25,
        "trained_lstm": "2 to 200 steps",
        "seed": 5,
    },
    "one cell of a GRU": {"model": "GRU", "which": "one", "rank": 2, "value": 0.3},
}
PUBLIC = {"text": ODD, "model": "textgenrnn", "layer": "2", "value": 1.0, "which": "longest memory", "from": 10}


def printed(link: dict[str, Any], taken: dict[str, Callable[[], Any]], where: Path) -> tuple[AppTest, str]:
    """The page at this link, and what its script prints beside the files of weights that the page gives."""
    assert cache.workshop().wait(60)
    at = AppTest.from_file(str(PAGE), default_timeout=60)
    at.query_params.update({key: str(value) for key, value in {"length": 2, **link}.items()})
    sound(open_drawer(sound(at.run()), "Take it with you"))
    for name, make in taken.items():
        content = make() if name.endswith((".py", ".safetensors", ".json")) else ""
        (where / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    done = run(where)
    assert done.returncode == 0, done.stderr
    return at, done.stdout


def run(where: Path) -> "subprocess.CompletedProcess[str]":
    return run_alone(where / "lstm_gates.py", where)


def check(at: AppTest, out: str) -> None:
    shown = metrics(at)
    before, after = (float(value) for value in shown["surprise (bits a character)"].split(" → "))
    bits = re.search(r"surprise: ([\d.]+) bits a character, with \w+ at \S+ ([\d.]+)", out)
    assert bits, out
    assert [float(value) for value in bits.groups()] == pytest.approx([before, after], abs=0.011)
    shares = re.search(r"recall after \d+ steps: ([\d.]+) %, with \w+ at \S+ ([\d.]+) %", out)
    assert shares, out
    expected = [float(shown[name].split()[0]) for name in ("recalled, nothing held", "recalled with the hold")]
    assert [float(value) for value in shares.groups()] == pytest.approx(expected, abs=0.6)  # one answer of 200
    lives = re.search(r"half-life: longest ([\d.]+) characters, median ([\d.]+)", out)
    assert lives, out
    sound(choose(at, view="Gates"))
    for value, name in zip(lives.groups(), ("longest half-life", "median half-life"), strict=True):
        there = metrics(at)[name].split()[0]
        assert float(there) == pytest.approx(float(value), abs=0.51 if "." not in there else 0.06)


@pytest.mark.parametrize("name", LINKS)
def test_prints_the_numbers_of_the_page(name: str, taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    check(*printed(LINKS[name], taken, tmp_path))


@pytest.mark.real_weights
def test_prints_the_public_networks_numbers(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    check(*printed(PUBLIC, taken, tmp_path))


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    printed({}, taken, tmp_path)
    (tmp_path / "char_lstm.safetensors").unlink()
    done = run(tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip() == "char_lstm.safetensors is not here: the page where this script comes from gives it"
