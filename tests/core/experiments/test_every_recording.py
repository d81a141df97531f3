"""What ships with the app, over all lessons: each recorded call is computed anew, and a recording is read as it was written."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch

from core.experiments import record, recording
from core.experiments.recording import Call, call
from core.progress import Steps, doing, finish

CALLS = [(lesson, number, one) for lesson in record.lessons() for number, one in enumerate(record.calls_of(lesson))]
NAMES = [f"{lesson}-{number}-{one.function.__name__}" for lesson, number, one in CALLS]
MOST_BYTES = 1_000_000  # of one lesson, arrays included


def same(one: Any, other: Any, where: str = "result") -> None:
    """Fail unless two results are the same, numbers within what another processor's sums may differ by."""
    assert type(one) is type(other) or isinstance(one, int | float | np.generic), where
    if isinstance(one, np.ndarray):
        assert one.shape == other.shape, where
        np.testing.assert_allclose(one, other, rtol=2e-3, atol=2e-3, err_msg=where)
    elif dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            same(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), where
        for number, (a, b) in enumerate(zip(one, other, strict=True)):
            same(a, b, f"{where}[{number}]")
    elif isinstance(one, dict):
        assert list(one) == list(other), where
        for key in one:
            same(one[key], other[key], f"{where}[{key!r}]")
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=2e-3, abs=2e-3, nan_ok=True), where
    else:
        assert one == other, where


@pytest.mark.parametrize(("lesson", "number", "one"), CALLS, ids=NAMES)
def test_what_ships_is_what_is_computed(lesson: str, number: int, one: Call) -> None:
    """Everything but timings, and what is too long to compute here: of these a test of the lesson checks the parts."""
    shipped = recording.find(one.function, *one.arguments)
    assert shipped is not recording.MISSING, f"python -m core.experiments.record {lesson}"
    if one.varies or one.costly:
        assert min(len(one.varies), 40) + len(one.costly) > 5, "say why"
        assert dataclasses.is_dataclass(shipped) or isinstance(shipped, dict | tuple)
        return
    torch.set_num_threads(1)
    same(record.run(one), shipped)


@pytest.mark.parametrize("lesson", record.lessons())
def test_how_it_was_made_is_written_down_and_it_is_small(lesson: str) -> None:
    made = recording.made(lesson)
    assert made["command"] == f"python -m core.experiments.record {lesson}"
    assert made["where"]
    assert made["when"]
    files = [recording.FOLDER / f"{lesson}.{kind}" for kind in ("json", "npz")]
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    keys = json.loads(files[0].read_text("utf-8"))["calls"]
    assert set(keys) == {recording.key_of(one.function, one.arguments) for one in record.calls_of(lesson)}


@pytest.mark.parametrize("lesson", record.lessons())
def test_what_ships_is_read_without_torch(lesson: str) -> None:
    script = (
        "import sys\n"
        "from core.experiments import record, recording\n"
        f"for one in record.calls_of({lesson!r}):\n"
        "    assert recording.find(one.function, *one.arguments) is not recording.MISSING\n"
        "assert not {'torch', 'transformers', 'numba'} & set(sys.modules), 'imported something heavy'\n"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr


# The format


@dataclasses.dataclass(frozen=True)
class Inner:
    kind: Literal["a", "b"]
    numbers: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Outer:
    inner: Inner
    array: np.ndarray
    maybe: Inner | None
    pair: tuple[int, str]
    table: dict[str, tuple[Inner, ...]]
    rows: list[float]


def make(width: int, *, of: str = "") -> Outer:
    one = Inner("a", (0.1, float("inf"), float("nan")))
    return Outer(one, np.arange(width, dtype=np.float32), None, (1, "é\n"), {"x": (one, one)}, [1.0])


@doing("Making", "piece")
def make_slowly(width: int) -> Steps[Outer]:
    yield 1, 1
    return make(width)


def nothing(_: int) -> Inner | None:
    return None


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(recording, "FOLDER", tmp_path / "recorded")
    monkeypatch.setattr(recording, "lesson_of", lambda function: "made_up")
    recording.forget()
    yield tmp_path / "recorded"  # type: ignore[misc]
    recording.forget()


def test_what_is_written_is_read(elsewhere: Path) -> None:
    calls = [call(make, 3), call(make_slowly, 4), call(nothing, 0)]
    recording.save(
        "made_up", [(one, recording.run(one.function, *one.arguments)) for one in calls], {"command": "none"}
    )
    assert sorted(file.name for file in elsewhere.iterdir()) == ["made_up.json", "made_up.npz"]
    same(recording.find(make, 3), make(3))
    same(recording.find(make_slowly, 4), finish(make_slowly(4)))
    assert recording.find(nothing, 0) is None
    assert recording.find(make, 3) is recording.find(make, 3)
    assert recording.find(make, 4) is recording.MISSING
    assert recording.find(make, True) is recording.MISSING
    assert recording.made("made_up") == {"command": "none"}


def test_what_can_not_be_recorded_is_refused(elsewhere: Path) -> None:
    with pytest.raises(TypeError, match="array"):
        recording.key_of(make, [np.zeros(1)])
    with pytest.raises(TypeError, match="set can't be recorded"):
        recording.save("made_up", [(call(make, 1), {1, 2})], {})
    recording.save("made_up", [(call(make, 1), make(1))], {})
    with pytest.raises(TypeError, match="can't be read"):
        recording._decode(set[int], [1], {})
