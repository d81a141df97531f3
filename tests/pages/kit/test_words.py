"""The small things that pages say, and a stranger's text that must stay text."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pages.kit.controls import tame
from pages.kit.words import code, count, escape, percent, shorten, signed
from tests.pages.helpers import outside_code

COMMONMARK = MarkdownIt("commonmark")
MARKUP = st.text(st.sampled_from("`*_$[]()<>!:\\~#|&-+ \n\r\t1.ab{}\u202e\u2028é🦜"), max_size=30)
ANYTHING = MARKUP | st.text(max_size=30)


@given(ANYTHING)
@example("a\n\n**b**")
@example("\r\n\r\n# b")
@example("```\n<script>")
@example("`` ` ```")
@example(" ")
@example("")
@example(" `")
@example("    indented")
def test_code_is_one_span_and_nothing_else(text: str) -> None:
    blocks = COMMONMARK.parse(f"It is {code(text)}, you see.")
    assert [block.type for block in blocks] == ["paragraph_open", "inline", "paragraph_close"]
    before, span, after = blocks[1].children or ()
    assert [before.type, before.content, after.type, after.content] == ["text", "It is ", "text", ", you see."]
    assert (span.type, span.markup) == ("code_inline", code(text)[: len(span.markup)])
    wanted = re.sub(r"[\r\n]+", " ", text).replace("\x00", "\ufffd")
    assert span.content == wanted if wanted.strip(" ") else set(span.content) <= {" "}


@given(ANYTHING)
def test_code_at_the_start_of_a_text(text: str) -> None:
    """Where a block could begin: a fence, a list, a heading."""
    blocks = COMMONMARK.parse(f"{code(text)} leads.")
    assert [child.type for child in blocks[1].children or ()] == ["code_inline", "text"]
    assert len(blocks) == 3


@given(st.text(st.sampled_from("`*_$[]()<>!\\~#|& ab.é"), max_size=30))
@example("__.__")
@example("\\*")
@example("![a](b)")
@example("<b>&amp;")
def test_escape_shows_every_character(text: str) -> None:
    (inline,) = COMMONMARK.parseInline(f"It is {escape(text)}, you see.")
    children = inline.children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == f"It is {text}, you see."


@given(ANYTHING)
def test_what_a_link_held_is_said_without_markup(raw: str) -> None:
    said = tame(raw)
    assert len(said) <= 26 + said.count("\\_")
    assert not set(said.replace("\\_", "")) & set("`*_$[]()<>!:\\~#|&{}\n\r\u202e")
    shown = said.replace("\\_", "_")
    assert outside_code(f"It cannot be {said}.").endswith(f"It cannot be {shown}.")


def test_the_oracle_sees_markup() -> None:
    assert "zq" in outside_code("**zq**")
    assert "zq" in outside_code("a `zq\n\n zq`")
    assert "<b>" in outside_code("x <b>zq</b>")
    assert "zq.png" in outside_code("![a](zq.png)")
    assert "zq" not in outside_code("a `zq` b")


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0.00 %"),
        (1e-300, "under 0.01 %"),
        (0.00009999, "under 0.01 %"),
        (0.0001, "0.01 %"),
        (0.0037, "0.37 %"),
        (0.009999, "1.00 %"),
        (0.01, "1.0 %"),
        (0.078, "7.8 %"),
        (0.9999, "100.0 %"),
        (1, "100.0 %"),
    ],
)
def test_percent(share: float, said: str) -> None:
    assert percent(share) == said


@given(st.floats(0.0001, 1))
def test_percent_keeps_what_matters(share: float) -> None:
    shown = float(percent(share).removesuffix(" %")) / 100
    assert abs(shown - share) <= (0.00005 if share < 0.01 else 0.0005) + 1e-12
    assert shown > 0


@pytest.mark.parametrize(
    ("number", "digits", "said"),
    [(-21.06, 1, "−21.1"), (3.0, 2, "3.00"), (0.0, 1, "0.0"), (-1234.5, 0, "−1234"), (-0.001, 1, "0.0")],
)
def test_signed(number: float, digits: int, said: str) -> None:
    assert signed(number, digits) == said


@pytest.mark.parametrize(
    ("number", "many", "said"),
    [
        (1, None, "1 token"),
        (0, None, "0 tokens"),
        (2, None, "2 tokens"),
        (1.2, None, "1 token"),
        (49152, None, "49,152 tokens"),
        (2, "tokenses", "2 tokenses"),
    ],
)
def test_count(number: float, many: str | None, said: str) -> None:
    assert count(number, "token", many) == said


@pytest.mark.parametrize(
    ("text", "limit", "said"),
    [("ab", 2, "ab"), ("abc", 2, "a…"), (" a \n\n b\t", 9, "a b"), ("", 5, ""), ("x" * 10**5, 70, "x" * 69 + "…")],
)
def test_shorten(text: str, limit: int, said: str) -> None:
    assert shorten(text, limit) == said
