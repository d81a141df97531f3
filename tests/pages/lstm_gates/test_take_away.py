"""The script of the lesson on LSTM gates: with its weights and nothing of ours it prints the page's numbers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.experiments import lstm_gates as lesson
from core.experiments.lstm_gates.results import Layer
from core.experiments.recording import run as compute
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, metrics, open_drawer, sound

ODD = 'In 2024 π was 3.14159 and 🦜 said: "$TEXT" \\n ${x}\n  don\'t (you know it), and they left.'
LINKS: dict[str, dict[str, Any]] = {
    "default": {},
    "another LSTM, and an odd text": {
        "text": ODD, "gate": "output", "value": 0.5, "from": 20, "to": 81, "trained": "all distances",
    },
    "a GRU": {"model": "GRU", "gate_gru": "update", "value": 0.3},
    "one character": {"model": "GRU", "text": "a", "from": 1},
    "no text": {"text": ""},
}  # fmt: skip
PUBLIC = {"text": ODD, "model": "textgenrnn 2", "value": 1.0, "from": 10}


def printed(link: dict[str, Any], taken: dict[str, Callable[[], Any]], folder: Path, *, weights: bool = True) -> Any:
    for name, make in taken.items():
        if name.endswith(".py") or (weights and name.endswith((".safetensors", ".json"))):
            content = make()
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return run_alone(folder / "lstm_gates.py", folder)


def check(link: dict[str, Any], taken: dict[str, Callable[[], Any]], folder: Path) -> None:
    at = sound(fresh("lstm_gates", **link).run())
    sound(open_drawer(at, "Take it with you"))
    done, shown = printed(link, taken, folder), metrics(at)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert not re.search(r"\bnan\b|-0\.0", done.stdout)
    shares = re.search(r"recalled at step 81: ([\d.]+) %, with the .* ([\d.]+) %\n", done.stdout)
    assert shares, done.stdout
    expected = [float(shown[f"recalled at the end, {how}"].split()[0]) for how in ("nothing held", "with the hold")]
    assert [float(share) for share in shares.groups()] == pytest.approx(expected, abs=0.6)  # one answer of 200
    bits = re.search(r"surprise: ([\d.]+) bits per character, with the hold ([\d.]+)", done.stdout)
    surprise = shown.get("surprise of your text, bits per character", "")
    assert bool(bits) is bool(surprise)
    if bits:
        assert [float(b) for b in bits.groups()] == pytest.approx([float(b) for b in surprise.split(" → ")], abs=0.011)
    lives = re.search(r"half-life: longest ([\d.]+) characters, median ([\d.]+)", done.stdout)
    assert bool(lives) is bool(link.get("text", "any"))
    if lives and "text" not in link:
        found = compute(lesson.read, Layer(link.get("model", "LSTM").lower()), lesson.results.DEFAULT_TEXT).half_lives
        assert float(lives[1]) == pytest.approx(float(found.max()), rel=1e-3, abs=0.006)


@pytest.mark.parametrize("name", LINKS)
def test_prints_the_numbers_of_the_page(name: str, taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    check(LINKS[name], taken, tmp_path)


@pytest.mark.real_weights
def test_prints_the_public_networks_numbers(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    check(PUBLIC, taken, tmp_path)


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("lstm_gates").run()), "Take it with you"))
    done = printed({}, taken, tmp_path, weights=False)
    assert done.returncode == 1
    missing = "recall_lstm_at_40_1.safetensors is not here: the page where this script comes from gives it"
    assert done.stderr.strip() == missing
