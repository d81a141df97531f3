"""A reader's file: one text a line, or a table with a column of texts and, if there is one, a column of verdicts."""

import csv
import io
from dataclasses import dataclass

from core.data.reviews import split

MOST_LINES, MOST_LETTERS, MOST_BYTES = 1_000, 600, 1_000_000
TEXTS = ("text", "review", "sentence", "comment", "message", "tweet", "snippet", "body", "content")
LABELS = ("label", "sentiment", "score", "polarity", "rating", "class", "target", "verdict")
GOOD, BAD = ("positive", "pos", "good", "true", "yes", "1"), ("negative", "neg", "bad", "false", "no", "0", "-1")


@dataclass(frozen=True)
class Lines:
    """The texts of a file, what its author says of each (None: nothing), and what of the file could not be used.

    `trouble`: why nothing of it can be used, empty where something can.
    """

    texts: tuple[str, ...] = ()
    labels: tuple[bool | None, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: str = ""


def read_lines(name: str, data: bytes) -> Lines:
    """Return the lines of a file; `name` ends with .csv, .tsv or .txt."""
    if len(data) > MOST_BYTES:
        return Lines(trouble=f"The file has {len(data) / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:.0f} MB are read.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Lines(
            trouble=f"Byte {error.start + 1:,} of the file is not UTF-8. Save it as “CSV UTF-8” or as plain text."
        )
    if "\x00" in text:
        return Lines(trouble="The file holds no text. Save your table as CSV, not as a workbook.")
    try:
        rows = _rows(name, text)
    except csv.Error as error:
        return Lines(trouble=f"The table can't be read: {error}.")
    if not rows:
        return Lines(trouble="The file is empty.")
    column, verdicts, has_head = _columns(rows)
    notes: list[str] = []
    body = rows[1:] if has_head else rows
    if has_head and len(rows[0]) > 1:
        said = f"; verdicts from “{rows[0][verdicts].strip()[:24]}”" if verdicts is not None else ""
        notes.append(f"Texts are taken from the column “{rows[0][column].strip()[:24]}”{said}.")
    marks = {row[verdicts].strip() for row in body if verdicts is not None and verdicts < len(row)}
    scored = any(verdict(mark) is not None and mark.lower() not in (*GOOD, *BAD) for mark in marks)
    texts, labels, left, cut = [], [], 0, 0
    for row in body:
        words = " ".join(row[column].split()) if column < len(row) else ""
        if not split(words):
            left += 1
            continue
        cut += len(words) > MOST_LETTERS
        texts.append(words[:MOST_LETTERS])
        mark = row[verdicts].strip() if verdicts is not None and verdicts < len(row) else ""
        labels.append(None if scored and mark == "0" else verdict(mark))  # on a scale, 0 says neither
    if left:
        notes.append(
            f"{left:,} {'line has' if left == 1 else 'lines have'} no word and {'is' if left == 1 else 'are'} left out."
        )
    if cut:
        notes.append(
            f"{cut:,} {'line is' if cut == 1 else 'lines are'} longer than {MOST_LETTERS} letters: only those are read."
        )
    if len(texts) > MOST_LINES:
        notes.append(f"The file has {len(texts):,} lines: the first {MOST_LINES:,} are read.")
    if not texts:
        return Lines(trouble="No line of the file holds a word.")
    unread = sum(label is None for label in labels[:MOST_LINES])
    if verdicts is not None and unread:
        notes.append(f"{unread:,} of the verdicts could not be read: they are not counted.")
    return Lines(tuple(texts[:MOST_LINES]), tuple(labels[:MOST_LINES]), tuple(notes))


def verdict(cell: str) -> bool | None:
    """Return whether a cell says positive: by a word, 1 or 0, or the sign of a number; None where it says neither."""
    word = cell.strip().lower()
    if word in GOOD or word in BAD:
        return word in GOOD
    try:
        number = float(word)
    except ValueError:
        return None
    return number > 0 if number != 0 and abs(number) <= 100 else None


def _rows(name: str, text: str) -> list[list[str]]:
    if name.lower().endswith(".txt"):
        return [[line] for line in text.splitlines() if line.strip()]
    sign = "\t" if name.lower().endswith(".tsv") else _separator(text)
    return [row for row in csv.reader(io.StringIO(text), delimiter=sign) if any(cell.strip() for cell in row)]


def _separator(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _columns(rows: list[list[str]]) -> tuple[int, int | None, bool]:
    """Return the column of texts, that of verdicts, and whether the first row names the columns."""
    head = [cell.strip().lower() for cell in rows[0]]
    texts = [at for at, cell in enumerate(head) if cell in TEXTS]
    labels = [at for at, cell in enumerate(head) if cell in LABELS]
    if texts:
        return texts[0], labels[0] if labels else None, True
    width = max(map(len, rows))
    mean = [sum(len(row[at]) for row in rows if at < len(row)) for at in range(width)]
    return max(range(width), key=mean.__getitem__), labels[0] if labels else None, bool(labels)
