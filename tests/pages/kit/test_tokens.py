import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import pages.kit.tokens
from pages.kit.tokens import Branch, Token, payload
from tests.pages.helpers import click_token, token_data, token_keys, token_proto, token_texts

FOLDER = Path(pages.kit.tokens.__file__).parent


def three() -> None:
    import streamlit as st

    from pages.kit.tokens import Branch, Token, linked, strip, tree

    words = [
        Token(" <b>old</b>", "rank 1", band=0, weight=0.12345, details=((" a", "1 %"),)),
        Token("\n"),
        Token("c"),
    ]
    at = st.session_state.setdefault("at", None)
    clicked = strip(words, key="words", label="Words", chosen=at, legend=[(0, "first")])
    if clicked is not None:
        st.session_state.at = clicked
    target = linked(words, words[:2], [[0.25, 0.5, 0.25], [1, 0, 0]], key="pair", label="Pair")
    rows = [Branch("a", 0), Branch("b", 1, "-1.0"), Branch("c", 1, "-2.0", pruned=True)]
    row = tree(rows, key="rows", label="Rows", chosen=1)
    st.write(f"{clicked} {target} {row}")
    st.slider("Width", 1, 5, 3, key="width")


def stream() -> None:
    import streamlit as st

    from pages.kit.tokens import Token, grow, strip

    clicked = strip([Token("x")], key="s", label="S", busy=True, feed="f")
    with st.container():
        grow("f", 0, 1, [Token("y"), Token("z")], meter="2 of 3")
        grow("f", 1, 2, [Token("w")], busy=False)
    st.write(str(clicked))


def twice() -> None:
    from pages.kit.tokens import Token, strip

    strip([Token("x")], key="s", label="S")
    strip([Token("x")], key="s", label="S")


def written() -> None:
    from core.experiments.gpt_sampling.texts import Fork, Text, Word
    from pages.gpt_sampling import strips

    def text_of(*tokens: bytes) -> Text:
        def word(raw: bytes) -> Word:
            text = raw.decode(errors="replace")
            label = "".join(f"\\x{byte:02x}" for byte in raw) if "\ufffd" in text else text
            return Word(0, label, text, 0.5, -1.0, 0.5, 1)

        return Text(tuple(map(word, tokens)), b"".join(tokens).decode(errors="replace"), True)

    first = text_of(b"Hi", b" \xf0\x9f", b"\x8d", b"\x95", b"\xf0\x9f")
    second = text_of(b"Hi", b" \xf0\x9f", b"\x8d", b"\x94", b" \xd7", b"\xa9")
    third = text_of(b"\xd7", b"\xa9", b"2")
    forks = [Fork(0, 3, 0), Fork(1, 0, 0), Fork(0, 9, 0)]
    strips.strip(first, key="emoji")
    strips.strip(third, key="hebrew")
    strips.strip(text_of(b"Hi", b" you"), key="plain")
    strips.branch_tree([first, second, third, Text((), "", True)], forks, chosen=2, key="tree")


def said(at: AppTest) -> str:
    assert not at.exception
    return at.markdown[-1].value


def test_what_is_sent() -> None:
    at = AppTest.from_function(three).run()
    assert said(at) == "None None None"
    assert token_keys(at) == ["words", "pair", "rows"]
    assert token_data(at, "words") == {
        "tokens": [[" <b>old</b>", "rank 1", 0, 0.123, [[" a", "1 %"]]], ["\n"], ["c"]],
        "chosen": -1,
        "label": "Words",
        "legend": [[0, "first"]],
        "busy": False,
        "reads": "",
        "feed": "",
    }
    assert token_data(at, "pair")["weights"] == [[0.25, 0.5, 0.25], [1, 0, 0]]
    assert token_data(at, "rows")["branches"][2] == ["c", 1, "-2.0", True]
    assert token_texts(at, "pair") == [" <b>old</b>", "\n"]
    assert token_texts(at, "rows") == ["a", "b", "c"]
    sent = token_proto(at, "words")
    assert sent.isolate_styles
    assert "export default function" in sent.js_content
    assert ":focus-visible" in sent.css_content


def test_a_click_lasts_one_run_and_keeps_other_widgets() -> None:
    at = AppTest.from_function(three).run()
    at.slider(key="width").set_value(5)
    click_token(at, "words", 2)
    assert said(at) == "2 None None"
    assert at.slider(key="width").value == 5
    click_token(at, "pair", 1)
    assert said(at) == "None 1 None"
    assert token_data(at, "words")["chosen"] == 2
    click_token(at, "rows", 0)
    assert said(at) == "None None 0"
    assert said(at.run()) == "None None None"


def test_generated_text_reads_as_text() -> None:
    at = AppTest.from_function(written).run()
    assert not at.exception
    # Parts of characters show their bytes, and beneath them what they make together.
    assert token_texts(at, "emoji") == ["Hi", "\\x20\\xf0\\x9f", "\\x8d", "\\x95", "\\xf0\\x9f"]
    assert token_data(at, "emoji")["reads"] == "Hi 🍕"
    assert token_data(at, "hebrew")["reads"] == "ש2"
    assert token_data(at, "plain")["reads"] == ""
    notes = [row[1] for row in token_data(at, "emoji")["tokens"]]
    assert notes[0] == "Hi: rank 1, 50.0 %"
    assert notes[1:4] == [f"{label}: part of 🍕, rank 1, 50.0 %" for label in token_texts(at, "emoji")[1:4]]
    assert notes[4] == "\\xf0\\x9f: rank 1, 50.0 %"  # no character has come of it yet
    # Each branch from its own word on, the character that it changed included; the second shares nothing with the first.
    assert token_data(at, "tree")["branches"] == [
        ["Hi 🍕", 0, "36.8 % a token", False, "first draw"],
        ["🍔 ש", 1, "36.8 % a token", False, "from token 4"],
        ["ש2", 1, "36.8 % a token", False, "from token 1"],
        ["behind the end of its text", 1, "", True, "from token 10"],
    ]
    assert token_data(at, "tree")["chosen"] == 2


@pytest.mark.parametrize("value", [3, -1, "1", True, None, 1.0, [1], {"a": 1}])
def test_what_is_no_index_is_dropped(value: object) -> None:
    at = AppTest.from_function(three).run()
    click_token(at, "words", value)
    assert said(at) == "None None None"


def test_each_runtime_gets_the_components() -> None:
    for _ in range(2):
        assert said(AppTest.from_function(three).run()) == "None None None"


def test_a_strip_grows_by_what_is_sent_alone() -> None:
    at = AppTest.from_function(stream).run()
    assert said(at) == "None"
    assert token_keys(at) == ["s"]
    assert json.loads(token_proto(at, "s").json)["tokens"] == [["x"]]
    assert token_texts(at, "s") == ["x", "y", "w"]
    assert not token_data(at, "s")["busy"]
    feeds = [element.proto for element in at.get("bidi_component") if element.key != "s"]
    assert len(feeds) == 2
    assert all(len(feed.js_content) < 600 and not feed.css_content for feed in feeds)  # sent with each of them


def test_a_key_used_twice_by_mistake_is_an_error() -> None:
    at = AppTest.from_function(twice).run()
    assert len(at.exception) == 1
    assert token_keys(at) == ["s"]


@pytest.mark.parametrize("weight", [math.nan, math.inf, 1.01, -2.0])
def test_weights_have_bounds(weight: float) -> None:
    with pytest.raises(ValueError, match="between -1 and 1"):
        Token("a", weight=weight)


@pytest.mark.parametrize(
    ("weights", "message"), [(np.ones((3, 2)), "target, source"), ([[1, 2, math.nan], [1, 2, 3]], "finite")]
)
def test_links_need_a_number_for_each_pair(weights: object, message: str) -> None:
    three_tokens = [Token("a")] * 3
    with pytest.raises(ValueError, match=message):
        pages.kit.tokens.linked(three_tokens, three_tokens[:2], weights, key="k", label="L")


@pytest.mark.parametrize("depths", [[1], [0, 2], [0, -1]])
def test_a_branch_hangs_below_a_branch(depths: list[int]) -> None:
    with pytest.raises(ValueError, match="at most one level"):
        pages.kit.tokens.tree([Branch("a", depth) for depth in depths], key="k", label="L")


def test_rows_are_as_short_as_they_can_be() -> None:
    assert Token("a").packed == ["a"]
    assert Token("").packed == [""]
    assert Token("a", band=2).packed == ["a", "", 2]
    assert Token("a", weight=-0.5).packed == ["a", "", -1, -0.5]
    assert Token("a", details=(("b", "c"),)).packed == ["a", "", -1, None, [["b", "c"]]]
    json.dumps(Token("a", weight=float(np.float32(0.1))).packed, allow_nan=False)


def test_branches_are_as_short_as_they_can_be() -> None:
    assert Branch("", 0).packed == ["", 0]
    assert Branch("a", 1, "-1.0").packed == ["a", 1, "-1.0"]
    assert Branch("a", 1, pruned=True).packed == ["a", 1, "", True]
    assert Branch("a", 0, name="first").packed == ["a", 0, "", False, "first"]


def test_lean_sources_lose_only_comments_and_indentation() -> None:
    source = "// why\n\n  a = 1;\n    b(); // kept\n  /* why */\n"
    assert payload.lean(source) == "a = 1;\nb(); // kept\n"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.js")), ids=lambda path: path.name)
def test_scripts_write_text_and_nothing_else(path: Path) -> None:
    source = path.read_text("utf-8")
    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|XMLHttpRequest"
    assert not re.findall(banned, source)
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", source)
    for line in source.splitlines():  # payload.lean works line by line
        assert line.count("`") % 2 == 0, line


def test_colours_come_from_the_theme() -> None:
    css = (FOLDER / "tokens.css").read_text("utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\bhsl|\burl\(|@import", css)
    assert all(rgb.startswith("rgb(0 0 0 /") for rgb in re.findall(r"\brgba?\([^)]*\)", css))  # the shadow
