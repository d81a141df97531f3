"""The script of the lesson on recurrent networks: with its weights and nothing of ours it prints the page's numbers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, open_drawer, sound

LINKS: dict[str, dict[str, Any]] = {
    "default": {},
    "another model and an odd text": {
        "text": 'In 2024 π was 3.14159 and 🦜 said: "$TEXT" \\n ${x}\n  don\'t you know it, and they left for good.',
        "model": "LSTM",
        "place": 70,
        "since": 5,
    },
}


def run(taken: dict[str, Callable[[], Any]], folder: Path, *, weights: bool = True) -> Any:
    for name, make in taken.items():
        if name.endswith(".py") or (weights and name.endswith(".safetensors")):
            content = make()
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return run_alone(folder / "rnn.py", folder)


@pytest.mark.parametrize("name", LINKS)
def test_prints_the_numbers_of_the_page(name: str, taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    at = sound(fresh("rnn", **LINKS[name]).run())
    verdict = at.header[0].value
    sound(open_drawer(at, "Take it with you"))
    memory = sound(fresh("rnn", view="Memory", **{k: v for k, v in LINKS[name].items() if k != "since"}).run())
    done = run(taken, tmp_path)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    numbers = [float(n) for n in re.findall(r"([\d.]+)\u00a0%", verdict)]
    printed = re.search(r"came: ([\d.]+) % with the state, ([\d.]+) % without", done.stdout)
    assert printed
    assert [float(n) for n in printed.groups()] == pytest.approx(numbers, abs=0.051)
    lost = re.search(r"loses ([\d.]+) % at the next character(?: and under a tenth after (\d+))?", done.stdout)
    assert lost
    shown = re.search(r"loses ([\d.]+)\u00a0% of its probability", memory.header[0].value)
    assert shown
    assert float(lost[1]) == pytest.approx(float(shown[1]), abs=0.051)
    healed = next(metric.value for metric in memory.metric if metric.label == "healed after")
    assert healed == (f"{lost[2]} character{'s' if lost[2] != '1' else ''}" if lost[2] else healed)


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("rnn").run()), "Take it with you"))
    done = run(taken, tmp_path, weights=False)
    assert done.returncode == 1
    assert "char_rnn_tanh.safetensors is not here" in done.stderr
    assert "Traceback" not in done.stderr
