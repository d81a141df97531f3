"""Results that ship with the app: a recorded call is a function of an experiment, its arguments, and what it returned.

One file of JSON for each lesson, and its arrays in an npz beside it. A result is taken apart into plain values by the
types of its dataclass and put together again by the same types, which come from the function's return annotation; so
a recording has no reader or writer of its own. No torch: a page shows what is recorded before torch is imported.
"""

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

import numpy as np

from core.progress import finish

T = TypeVar("T")
FOLDER = Path(__file__).parent / "recorded"
MISSING: Any = object()  # a recorded result may be None


@dataclasses.dataclass(frozen=True)
class Call:
    """A call whose result ships: an experiment's public function and its arguments.

    `varies` says why a second run gives other numbers (a clock), empty where it must give the same ones; `costly`
    says why the test of all recordings does not compute it again, and which test checks it instead.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    varies: str = ""
    costly: str = ""


def call(function: Callable[..., Any], *arguments: Any, varies: str = "", costly: str = "") -> Call:
    """Return the call of `function` with `arguments`."""
    return Call(function, arguments, varies, costly)


def run(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns, after all its steps where it yields how far it is."""
    found = function(*arguments)
    return finish(found) if isinstance(found, Generator) else found


def lesson_of(function: Callable[..., Any]) -> str:
    """Return the lesson whose public function this is: its folder below `core.experiments`."""
    return function.__module__.removeprefix("core.experiments.").split(".")[0]


def find(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return the recorded result of just that call, else `MISSING`; the same object each time."""
    return _found(lesson_of(function), function, key_of(function, arguments))


def made(lesson: str) -> dict[str, Any]:
    """Return how the recording of a lesson was made: command, machine, versions; empty where there is none."""
    content: dict[str, Any] = _content(lesson).get("made", {})
    return content


def save(lesson: str, results: Sequence[tuple[Call, Any]], made: Mapping[str, Any]) -> Path:
    """Write the results of a lesson's calls and how they were made; return the file."""
    arrays: dict[str, np.ndarray] = {}
    calls = {key_of(c.function, c.arguments): _encode(result, arrays) for c, result in results}
    FOLDER.mkdir(exist_ok=True)
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in calls.items())
    head = json.dumps(dict(made), ensure_ascii=False, indent=1)
    path = FOLDER / f"{lesson}.json"
    path.write_text(f'{{\n "made": {head},\n "calls": {{\n{lines}\n }}\n}}\n', "utf-8")
    np.savez_compressed(path.with_suffix(".npz"), **arrays)  # type: ignore[arg-type]
    forget()
    return path


def forget() -> None:
    """Read the files anew from here on."""
    _content.cache_clear()
    _found.cache_clear()


def key_of(function: Callable[..., Any], arguments: Sequence[Any]) -> str:
    """Return what tells one call from another, as it stands in the file; arguments hold no arrays."""
    given = json.dumps(_encode(list(arguments), None), ensure_ascii=False, sort_keys=True)
    return f"{function.__qualname__}({given[1:-1]})"


def return_type(function: Callable[..., Any]) -> Any:
    """Return the type of what a function returns, of one that yields its progress the type of its result."""
    # That one annotation alone: an argument's may name a model's class, which is not imported before torch is.
    returned = {"__annotations__": {"return": function.__annotations__["return"]}, "__module__": function.__module__}
    kind = typing.get_type_hints(type("Returned", (), returned))["return"]
    return typing.get_args(kind)[2] if typing.get_origin(kind) is Generator else kind


@lru_cache(maxsize=64)
def _content(lesson: str) -> dict[str, Any]:
    path = FOLDER / f"{lesson}.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


@lru_cache(maxsize=1024)
def _found(lesson: str, function: Callable[..., Any], key: str) -> Any:
    calls = _content(lesson).get("calls", {})
    if key not in calls:
        return MISSING
    with np.load(FOLDER / f"{lesson}.npz", allow_pickle=False) as arrays:
        return _decode(return_type(function), calls[key], arrays)


def _encode(value: Any, arrays: dict[str, np.ndarray] | None) -> Any:
    """Take a value apart into what JSON knows; arrays go into `arrays` under a number."""
    if isinstance(value, np.ndarray):
        if arrays is None:
            raise TypeError("an array can't be an argument of a recorded call")
        arrays[str(len(arrays))] = value
        return {"array": len(arrays) - 1}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _encode(getattr(value, f.name), arrays) for f in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [_encode(each, arrays) for each in value]
    if isinstance(value, Mapping):
        return [[_encode(key, arrays), _encode(each, arrays)] for key, each in value.items()]
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} can't be recorded")


def _decode(kind: Any, raw: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Put a value of type `kind` together again."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        if raw is None:
            return None
        (kind,) = (each for each in inner if each is not type(None))  # of a type or None, nothing else
        return _decode(kind, raw, arrays)
    if isinstance(raw, dict) and "array" in raw and not dataclasses.is_dataclass(kind):
        return arrays[str(raw["array"])]
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        fields = (f for f in dataclasses.fields(kind) if f.init)
        return kind(**{f.name: _decode(hints[f.name], raw[f.name], arrays) for f in fields})
    if origin is tuple:
        kinds = [inner[0]] * len(raw) if len(inner) == 2 and inner[1] is Ellipsis else inner
        return tuple(_decode(each, one, arrays) for each, one in zip(kinds, raw, strict=True))
    if origin is list:
        return [_decode(inner[0], each, arrays) for each in raw]
    if origin in (dict, Mapping):
        return {_decode(inner[0], key, arrays): _decode(inner[1], each, arrays) for key, each in raw}
    if origin is Literal or kind in (int, str, bool, Any):
        return raw
    if kind is float:
        return float(raw)
    raise TypeError(f"{kind} can't be read from a recording")
