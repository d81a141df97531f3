"""What a reader takes along: a table as CSV, a figure that opens in any browser, a script that runs on its own."""

from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from pages.kit.course import Entry
from pages.kit.parts import Download, Picture

SCRIPTS = Path(__file__).parents[1]


def usual(
    entry: Entry, picture: Picture, values: dict[str, Any], script_label: str = "A script that prints them"
) -> list[Download]:
    """Offer what every lesson does: the picture's numbers, the picture, and the lesson's own script with `values` in it."""
    return [
        table("The numbers (CSV)", f"{entry.name}.csv", picture.columns, picture.rows),
        figure("The picture (HTML)", f"{entry.name}.html", picture.figure),
        script(script_label, f"{entry.name}.py", f"{entry.name}/take_away.py.txt", values),
    ]


def table(label: str, file: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Download:
    """Offer rows as CSV (UTF-8, quoted where needed)."""

    def make() -> str:
        import csv
        import io

        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(rows)
        return out.getvalue()

    return Download(label, file, make, "text/csv")


def figure(label: str, file: str, spec: dict[str, Any]) -> Download:
    """Offer a figure as a page of its own that needs no network."""

    def make() -> str:
        from core.figures.export import page

        return page(spec)

    return Download(label, file, make, "text/html")


def script(label: str, file: str, template: str, values: dict[str, Any]) -> Download:
    """Offer `pages/<template>` with `values` written into its `$NAME` places as Python literals."""

    def make() -> str:
        text = (SCRIPTS / template).read_text("utf-8")
        return Template(text).substitute({name: literal(value) for name, value in values.items()})

    return Download(label, file, make, "text/x-python")


def literal(value: Any) -> str:
    """Return `value` as a Python literal in ASCII, whatever characters a reader typed."""
    return ascii(value)
