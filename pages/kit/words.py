"""Small things that pages say: numbers as people read them, and a reader's text so that nothing in it is markup."""

import re
from typing import Any

from core.figures.style import percent as percent


def code(text: str) -> str:
    """Return `text` as a Markdown code span: shown as it is, whatever is in it (backticks, $x$, :material/x:).

    Line ends become spaces: an empty line would end the span, and what follows would be markup.
    """
    text = re.sub(r"[\r\n]+", " ", text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") or not text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def escape(text: str) -> str:
    """Return a sentence that may hold a token, with every character that Markdown would act on taken literally."""
    return re.sub(r"([\\`*_$\[\]<>~#|&])", r"\\\1", text)


def count(number: float, one: str, many: str | None = None) -> str:
    """Return "1 token", "2 tokens", "1,200 tokens"."""
    return f"{number:,.0f} {one if round(number) == 1 else many or one + 's'}"


def signed(number: float, digits: int = 1) -> str:
    """Return a number with a real minus sign in front where it is negative."""
    shown = f"{number:.{digits}f}"
    return shown.lstrip("-") if not float(shown) else shown.replace("-", "\u2212")


def shorten(text: str, limit: int) -> str:
    """Return the beginning of `text` on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def unbroken(sentence: str) -> str:
    """Return a sentence in which no line ends between a number and its sign."""
    return sentence.replace(" %", "\u00a0%")


def table_cells(column: list[Any]) -> list[Any]:
    """Return a column of a table, as code where a cell holds more than words: a table's cells are read as Markdown."""
    if all(re.fullmatch(r"[^\W_]+( [^\W_]+)*", cell) for cell in column if isinstance(cell, str)):
        return column
    return [code(cell) if isinstance(cell, str) else cell for cell in column]
