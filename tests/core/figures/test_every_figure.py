"""What holds for every picture of every lesson: whole, legible, labelled, in the theme's colours, and safe to type into."""

import html
import importlib
import json
import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core.figures import export
from core.figures.palette import CATEGORY, DIVERGING, FAINT, GROUND, SEQUENTIAL, TEXT, concrete
from core.figures.picture import PRESENTED, Picture, smallest_text

HERE = Path(__file__).parent / "examples"
LESSONS = sorted(path.stem for path in HERE.glob("*.py") if path.stem != "__init__")
MARKS = {*CATEGORY, *SEQUENTIAL, *DIVERGING, TEXT, FAINT, GROUND}
SMALLEST = 14
LONGEST_SUBTITLE, LONGEST_LEGEND = 50, 42  # characters of 15 px, in a line; a legend has the width of the plot alone
SAMPLE = 6  # characters that a legend's line or square takes
LONGEST_TITLE = 41  # characters of 18 px that a phone of 390 px has room for: Plotly breaks no lines


@cache
def pictures(lesson: str) -> dict[str, Picture]:
    found: dict[str, Picture] = importlib.import_module(f"tests.core.figures.examples.{lesson}").pictures()
    return found


CASES = [(lesson, name) for lesson in LESSONS for name in pictures(lesson)]
every = pytest.mark.parametrize(("lesson", "name"), CASES, ids=[f"{lesson}: {name}" for lesson, name in CASES])


def of(lesson: str, name: str) -> Picture:
    return pictures(lesson)[name]


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a spec with the name that it stands under."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner, key)
    elif isinstance(value, str):
        yield key, value


def shown(text: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", text)).replace("\u200b", "")


def test_every_lesson_shows_its_pictures() -> None:
    rooms = {path.name.removesuffix(".py") for path in (HERE.parents[3] / "core" / "figures").iterdir()}
    assert rooms - {"__init__", "__pycache__", "palette", "export", "parts", "picture", "style"} == set(LESSONS)


@every
def test_its_title_fits_a_phone(lesson: str, name: str) -> None:
    lines = re.sub("<(?!br>)[^>]*>", "", of(lesson, name).title).split("<br>")
    assert max(len(html.unescape(line).replace("\u200b", "")) for line in lines) <= LONGEST_TITLE


@every
def test_what_its_colours_mean_fits_a_phone(lesson: str, name: str) -> None:
    """Plotly's legend grows over the title with its second row; `style.key` breaks into lines that have room."""
    picture = of(lesson, name)
    if picture.kind != "plotly":
        return
    drawn = picture.spec["layout"]
    title = drawn.get("title", {})
    lines = title.get("subtitle", {}).get("text", "").split("<br>") if isinstance(title, dict) else [""]
    assert max(len(shown(line)) for line in lines) <= LONGEST_SUBTITLE
    named = [
        shown(trace["name"]) for trace in picture.spec["data"] if trace.get("name") and trace.get("showlegend", True)
    ]
    if drawn.get("showlegend", len(named) > 1) and drawn.get("legend", {}).get("yanchor") == "bottom":
        assert sum(SAMPLE + len(words) for words in named) <= LONGEST_LEGEND


@every
def test_it_is_drawn(lesson: str, name: str) -> None:
    """Plotly, or Altair, takes the whole of it, and it is JSON."""
    picture = of(lesson, name)
    json.dumps(picture.spec, allow_nan=False)
    if picture.kind == "plotly":
        export.build(picture.spec)
    else:
        import altair

        altair.Chart.from_dict(picture.spec)


@every
def test_it_says_what_it_shows(lesson: str, name: str) -> None:
    picture = of(lesson, name)
    assert re.fullmatch(r"[^\n]{20,600}[.?]", picture.alt), picture.alt
    assert "nan" not in picture.alt.split()
    if "mechanism" not in name:
        assert len(picture.title) > 5
    for row in picture.rows:
        assert len(row) == len(picture.columns)
    assert len(set(picture.columns)) == len(picture.columns)
    if "mechanism" not in name:
        assert picture.columns
        assert len(picture.rows) > 0 or "empty" in name


@every
def test_axes_are_labelled(lesson: str, name: str) -> None:
    layout = of(lesson, name).spec.get("layout", {})
    for axis in [each for key, each in layout.items() if re.fullmatch(r"[xy]axis\d*", key)]:
        shown = axis.get("visible", True) and axis.get("showticklabels", True)
        linked = axis.get("matches") or axis.get("overlaying")
        assert (
            not shown
            or linked
            or axis.get("title", {}).get("text")
            or axis.get("tickmode") == "array"
            or axis.get("tickvals")
        )


@every
def test_no_text_is_small(lesson: str, name: str) -> None:
    picture = of(lesson, name)
    assert smallest_text(picture.spec) >= SMALLEST
    assert smallest_text(picture.presented.spec) >= PRESENTED
    if picture.kind == "plotly":
        # What has no size of its own gets one under 14 px from Streamlit's theme.
        layout = picture.spec["layout"]
        assert layout["font"]["size"] >= SMALLEST
        assert layout["legend"]["font"]["size"] >= SMALLEST
        shown = [
            axis for key, axis in layout.items() if re.fullmatch(r"[xy]axis\d*", key) and axis.get("visible", True)
        ]
        assert all(axis["tickfont"]["size"] >= SMALLEST for axis in shown)
        # Nor is its grey readable on paper: what has no colour of its own gets that.
        assert layout["font"]["color"] == TEXT
        assert all(axis["tickfont"]["color"] and axis["title"]["font"]["color"] for axis in shown)
        assert all(
            trace["colorbar"]["tickfont"]["size"] >= SMALLEST for trace in picture.spec["data"] if "colorbar" in trace
        )
        assert picture.presented.spec["layout"]["height"] >= picture.spec["layout"].get("height", 0)


@every
def test_the_colours_are_the_themes(lesson: str, name: str) -> None:
    """Marks that the theme replaces; and after that, in both themes, no mark is left."""
    picture = of(lesson, name)
    for key, text in strings(picture.spec):
        if "color" in key.lower() and text not in ("rgba(0,0,0,0)", "transparent"):
            assert text in MARKS or not re.match(r"#|rgb|[a-z]+$", text), f"{key}: {text}"
    for theme in ("light", "dark"):
        after = json.dumps(concrete(picture.spec, theme))
        if "hostile" not in name:
            assert not re.search(r"#0000[0-3]\d\b", after)


@every
def test_what_is_pointed_at_reads_as_a_sentence(lesson: str, name: str) -> None:
    for trace in of(lesson, name).spec.get("data", []) if of(lesson, name).kind == "plotly" else []:
        if trace.get("hoverinfo") == "skip" or not any(len(trace.get(axis) or ()) > 1 for axis in ("x", "z", "labels")):
            continue
        template = trace.get("hovertemplate", "")
        assert template.endswith("<extra></extra>"), "the box with the trace's name"
        assert "%{" in template


@every
def test_a_typed_text_is_text_and_nothing_else(lesson: str, name: str) -> None:
    if "hostile" not in name:
        return
    spec = of(lesson, name).spec
    shown = [text for key, text in strings(spec) if key != "hovertemplate"]
    for text in shown:
        assert "<u" not in text
        assert "%{" not in text
    typed = [text for text in shown if "000001" in text and text not in MARKS and "style='color:#000001" not in text]
    drawn = [text for _, text in strings(concrete(spec, "light"))]
    assert all(text in drawn for text in typed)


def test_the_smallest_text_is_found() -> None:
    assert smallest_text({"a": [{"tickfont": {"size": 11}}], "marker": {"size": 3, "color": "x"}}) == 11
    assert smallest_text({"labelFontSize": 9}) == 9
    assert smallest_text({"data": [1]}) == math.inf
