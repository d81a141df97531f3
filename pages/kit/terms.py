"""The glossary of the course, and paragraphs in which a term's first use carries its definition."""

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Term:
    """A word of the field, what it means in one line, and the lesson where it is measured."""

    word: str
    definition: str
    lesson: str


TERMS: tuple[Term, ...] = ()


def begin() -> None:
    """Begin a run of a page: no term was used yet."""


def paragraph(text: str, *, key: str) -> None:
    """Show a paragraph; words in ** are terms."""
    st.markdown(text)
