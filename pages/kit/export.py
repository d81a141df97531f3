"""What a reader takes along: a table as CSV, a figure that opens in any browser, a script that runs on its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import streamlit as st

from core.assets.own import TRAINED
from core.figures import picture
from pages.kit.course import Entry
from pages.kit.saving import save

CONFIG = {"displayModeBar": False}

PAGES = Path(__file__).parents[1]


@dataclass(frozen=True)
class Download:
    """Something to take along: made when it is asked for."""

    label: str
    file: str
    make: Callable[[], str | bytes]
    mime: str = "text/plain"


def offer(
    entry: Entry, picture: "picture.Picture", chart: str, values: Mapping[str, Any], more: Sequence[Download]
) -> None:
    """Offer the picture that was drawn under the key `chart`, its numbers, the lesson's script, and what else there is.

    `values` are written into the script.
    """
    own = PAGES / entry.name / "take_away.py.txt"
    downloads = [
        table("Numbers (CSV)", f"{entry.name}.csv", picture.columns, picture.rows),
        figure("Picture (interactive HTML)", f"{entry.name}.html", picture.spec),
        script("Script (Python)", f"{entry.name}.py", str(own.relative_to(PAGES)), dict(values)),
        *more,
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        save(chart, entry.name, key="_save")
        for one in downloads:
            st.download_button(one.label, one.make, one.file, one.mime, on_click="ignore", key=f"_take_{one.file}")


def own_weights(file: str) -> Download:
    """Offer one of the files of weights that our own recipes made."""
    return Download(f"Weights ({file})", file, lambda: (TRAINED / file).read_bytes(), "application/octet-stream")


def table(label: str, file: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Download:
    """Offer rows as CSV: UTF-8 with a mark at its start that spreadsheets look for, quoted where needed.

    A text that a spreadsheet would take for a formula has an apostrophe in front.
    """

    def make() -> str:
        import csv
        import io

        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows([_harmless(cell) for cell in row] for row in rows)
        return "\ufeff" + out.getvalue()

    return Download(label, file, make, "text/csv")


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def figure(label: str, file: str, spec: dict[str, Any]) -> Download:
    """Offer a figure as a page of its own that needs no network."""

    def make() -> str:
        from core.figures.export import page

        return page(spec)

    return Download(label, file, make, "text/html")


def script(label: str, file: str, template: str, values: dict[str, Any]) -> Download:
    """Offer `pages/<template>` with `values` written into its `$NAME` places as Python literals."""

    def make() -> str:
        text = (PAGES / template).read_text("utf-8")
        return Template(text).substitute({name: literal(value) for name, value in values.items()})

    return Download(label, file, make, "text/x-python")


def literal(value: Any) -> str:
    """Return `value` as a Python literal in ASCII, whatever characters a reader typed."""
    return ascii(value)
