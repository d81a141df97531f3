"""The script of the lesson on vanishing gradients: with torch.nn and numpy alone it prints the page's numbers."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pages.alone import run_alone
from tests.pages.helpers import charts, computed, metrics, open_drawer, sound

LINKS: list[dict[str, Any]] = [
    {},
    {"length": 45, "forget": 1.0, "seed": 5, "window": 42},
    {"view": "Exploding", "scale": 1.5, "kind": "ReLU RNN"},
    {"view": "Your text", "kind": "LSTM", "text": 'In 2024 π was 3.14159 and 🦜 said: "$TEXT" \\n ${x}\n  don\'t you'},
]
LEFT = re.compile(r"(plain RNN|LSTM|GRU) +([\d.e+-]+) +(\d+|never)")
TRAINED = re.compile(r"(clipped|not clipped) +([\d.e+-]+) +(\d+) +([\d.]+)")


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_prints_the_numbers_of_the_page(
    link: dict[str, Any], taken: dict[str, Callable[[], str]], tmp_path: Path
) -> None:
    at = computed("vanishing_gradients", **link)
    sound(open_drawer(at, "Take it with you"))
    script = taken["vanishing_gradients.py"]()
    modules = {n.names[0].name for n in ast.walk(ast.parse(script)) if isinstance(n, (ast.Import, ast.ImportFrom))}
    assert modules == {"numpy", "torch", "json", "safe_open"}
    for name in set(taken) - {f"vanishing_gradients.{ending}" for ending in ("csv", "html", "py")}:
        (tmp_path / name).write_bytes(taken[name]())
    path = tmp_path / "vanishing_gradients.py"
    path.write_text(script, "utf-8")
    done = run_alone(path, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    shown = charts(at)[1]["data"]
    if "text" in link:
        (left,) = re.findall(r"char_lstm.*: ([\d.e+-]+)$", done.stdout.strip().splitlines()[-1])
        (line,) = [trace["y"] for trace in shown if trace.get("name") == "LSTM"]
        assert float(left) == pytest.approx(line[40], rel=1e-3)
        return
    if "view" in link:
        printed = {name: rest for name, *rest in TRAINED.findall(done.stdout)}
        for name, right, norms in (("clipped", *shown[:2]), ("not clipped", *shown[2:])):
            assert int(printed[name][1]) == len(right["y"])
            if len(right["y"]) < 60 or max(norms["y"]) <= 2:  # else chaos: the last digits are the processor's
                assert float(printed[name][0]) == pytest.approx(max(norms["y"]), rel=1e-2)
        assert "nan" not in done.stdout
        return
    reach = min(40, link.get("length", 60) - 1)
    rows = LEFT.findall(done.stdout)
    assert len(rows) == 3
    for name, left, steps in rows:
        (line,) = [trace["y"] for trace in shown if trace.get("name") == name]
        assert float(left) == pytest.approx(line[reach], rel=1e-3)
        assert metrics(at)[f"{name}: 1 % is left"].startswith(steps)
