"""Two buttons that save a chart as the reader sees it: PNG and SVG, made in the browser."""

from pathlib import Path

from pages.kit.component import component

_SAVE = component(Path(__file__).parent, buttons=True)
_FONT = {"family": "SourceSerif", "url": "app/static/source-serif-4.woff2"}


def save(chart: str, file: str, *, key: str) -> None:
    """Offer the chart that was drawn with `key=chart` as `file`.png and `file`.svg."""
    _SAVE(key=key, data={"chart": chart, "file": file, "font": _FONT}, width="content")
