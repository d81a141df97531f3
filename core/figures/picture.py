"""A picture whole: what is drawn, the same in one sentence, and its numbers as a table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from core.figures.export import ready

PRESENTED = 20  # px: the smallest text of a picture that is projected


@dataclass(frozen=True)
class Picture:
    """A figure of Plotly or of Vega-Lite as a plain dictionary, its text alternative, and its table by columns and rows.

    `spec` must not be changed any more. `alt` is one sentence that is computed from the same numbers.
    """

    spec: dict[str, Any]
    alt: str
    columns: tuple[str, ...] = ()
    rows: Sequence[Sequence[Any]] = ()

    @property
    def kind(self) -> Literal["plotly", "vega"]:
        """Return which library draws it."""
        return "plotly" if "layout" in self.spec else "vega"

    @property
    def title(self) -> str:
        """Return the title that stands above the plot, empty where there is none."""
        title = self.spec.get("layout", self.spec).get("title", "")
        return str(title.get("text", "") if isinstance(title, Mapping) else title)

    @cached_property
    def built(self) -> Any:
        """Return it as Plotly's own object, made once and without a second check (a test checks every figure)."""
        return ready(self.spec)

    @cached_property
    def presented(self) -> "Picture":
        """Return it for a lecture hall: no text under 20 px, and as high as a projected page has room for."""
        spec = _enlarged(self.spec)
        if self.kind == "plotly":
            layout = {**spec["layout"], "height": max(560, spec["layout"].get("height", 0))}
            layout["font"] = {"size": PRESENTED, **layout.get("font", {})}
            spec = {**spec, "layout": layout}
        return Picture(spec, self.alt, self.columns, self.rows)


def smallest_text(spec: Any) -> float:
    """Return the smallest size of text that a figure asks for, in px; infinity where it asks for none."""
    if isinstance(spec, Mapping):
        own = [float(each["size"]) for key, each in spec.items() if _is_font(key, each) and "size" in each]
        own += [float(each) for key, each in spec.items() if str(key).endswith("ontSize")]  # Vega-Lite's
        return min([*own, *(smallest_text(each) for each in spec.values())], default=math.inf)
    if isinstance(spec, list | tuple):
        return min((smallest_text(each) for each in spec), default=math.inf)
    return math.inf


def _enlarged(value: Any) -> Any:
    if isinstance(value, Mapping):
        changed = {key: _enlarged(each) for key, each in value.items()}
        for key, each in value.items():
            if _is_font(key, each):
                changed[key]["size"] = max(PRESENTED, each.get("size", 0))
            elif str(key).endswith("ontSize"):
                changed[key] = max(PRESENTED, each)
        return changed
    if isinstance(value, list | tuple):
        return [_enlarged(each) for each in value]
    return value


def _is_font(key: Any, value: Any) -> bool:
    return str(key).endswith("font") and isinstance(value, Mapping)
