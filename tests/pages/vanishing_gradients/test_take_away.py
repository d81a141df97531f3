"""The script of the lesson on vanishing gradients: with torch.nn and numpy alone it prints the page's numbers."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.kit import cache
from tests.pages.helpers import charts, metrics, open_drawer, sound

PAGE = Path(__file__).parents[3] / "pages" / "vanishing_gradients" / "page.py"
LINKS: dict[str, dict[str, Any]] = {
    "default": {},
    "everything else": {"length": 45, "scale": 1.2, "forget": 1.0, "hidden": 24, "seed": 5, "window": 42},
    "the state, and an odd text": {
        "input": "text",
        "text": 'In 2024 π was 3.14159 and 🦜 said: "$TEXT" \\n ${x}\n  don\'t you',
        "wrt": "state",
        "length": 50,
    },
}
ROW = re.compile(r"(?P<name>[A-Za-z]+(?: RNN)?) +(?P<left>[\d.e+-]+) +(?P<steps>\d+|never)")


@pytest.mark.parametrize("name", LINKS)
def test_prints_the_numbers_of_the_page(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    offered: dict[str, Callable[[], str]] = {}
    monkeypatch.setattr(st, "download_button", lambda label, make, file, mime, **more: offered.update({file: make}))
    assert cache.workshop().wait(60)
    at = AppTest.from_file(str(PAGE), default_timeout=60)
    at.query_params.update({key: str(value) for key, value in LINKS[name].items()})
    sound(at.run())
    sound(open_drawer(at, "Take it with you"))
    script = offered["vanishing_gradients.py"]()
    imported = {
        node.names[0].name for node in ast.walk(ast.parse(script)) if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert imported == {"numpy", "torch"}

    (tmp_path / "vanishing_gradients.py").write_text(script, "utf-8")
    clean = {key: os.environ[key] for key in ("PATH", "LANG", "LD_LIBRARY_PATH") if key in os.environ}
    done = subprocess.run(
        [sys.executable, "vanishing_gradients.py"],
        cwd=tmp_path,
        env={**clean, "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    reach = int(re.findall(r"left (\d+) steps back", head)[0])
    printed = {found["name"]: found for row in rows if (found := ROW.fullmatch(row.strip()))}

    lines = {trace["name"]: trace["y"] for trace in charts(at)[0]["data"] if "name" in trace}
    assert set(printed) == set(metrics(at))
    assert len(printed) == (4 if "wrt" in LINKS[name] else 5)
    for model, found in printed.items():
        assert float(found["left"]) == pytest.approx(lines[model][reach] or 0.0, rel=1e-3, abs=0)
        assert found["steps"] == metrics(at)[model].replace("it grows", "never")
