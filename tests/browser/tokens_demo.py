"""Every picture of `pages.kit.tokens` on one page, for the browser tests."""

import time

import numpy as np
import streamlit as st

from pages.kit.tokens import Branch, Token, grow, linked, strip, tree

st.title("Tokens", anchor=False)

WORDS = [
    "To",
    " date",
    ",",
    " the",
    " clever",
    "est",
    " thinker",
    " of",
    " all",
    " time",
    " was",
    "\xa0Albert",
    " Einstein",
    ".",
    "\n",
    "<b>bold</b>",
    "<script>alert(1)</script>",
    " $x^2$",
    " :red[no]",
    "    ",
    "four",
    " spaces",
    "\tand",
    " a",
    " tab",
    ".\n\n",
    "שלום",
    " العربية",
    ",",
    " naïve",
    " 東京",
    "&amp;",
]
RIVALS = ((" greatest", "31.4 %"), (" best", "12.0 %"), (" most", "8.1 %"), ("\n", "3.3 %"), ("<i>", "0.4 %"))


def token(i: int, text: str) -> Token:
    note = f"rank {i % 7 + 1}, chance {60 / (i + 1):.1f} %"
    return Token(text, note, band=i % 4, details=RIVALS)


st.subheader("A strip", anchor=False)
legend = [(0, "first choice"), (1, "among the first ten"), (2, "among the first hundred"), (3, "beyond")]
clicked = strip(
    [token(i, text) for i, text in enumerate(WORDS)],
    key="ranks",
    label="The prompt, token by token",
    legend=legend,
    chosen=st.session_state.setdefault("choice", 4),
)
if clicked is not None:
    st.session_state.choice = None if clicked == st.session_state.choice else clicked
    st.rerun()
st.write(f"Chosen token: {st.session_state.choice}")

st.subheader("Weights", anchor=False)
positive = strip(
    [Token(text, f"attention {w:.2f}", weight=w) for text, w in zip(WORDS[:13], np.linspace(0, 1, 13), strict=True)],
    key="weights",
    label="Attention",
)
st.write(f"Clicked now: {positive}")
strip(
    [Token(text, f"change {w:+.2f}", weight=w) for text, w in zip(WORDS[:13], np.linspace(-1, 1, 13), strict=True)],
    key="signed",
    label="Change",
)

PARTS = ["\\x20\\xd7", "\\xa9", "\\xd7", "\\x9c", "ו", "ם", "·2"]
strip([Token(text, band=0) for text in PARTS], key="parts", label="Parts of letters", reads=" שלום 2" + 12 * " עולם")

st.subheader("Links", anchor=False)
SOURCE = ["The", " old", " lady", " did", " not", " see", " the", " white", " house", " ."]
TARGET = ["A", " velha", " senhora", " não", " viu", " a", " casa", " branca", " ."]
weights = np.full((len(TARGET), len(SOURCE)), 0.02)
for target, source in enumerate([0, 1, 2, 4, 5, 6, 8, 7, 9]):
    weights[target, source] = 0.82
weights[4, 3] = 0.3
aligned = linked(
    [Token(text) for text in SOURCE],
    [Token(text, band=0 if i == 4 else -1) for i, text in enumerate(TARGET)],
    weights / weights.sum(1, keepdims=True),
    key="links",
    label="Alignment",
    names=("English", "Portuguese"),
)
st.write(f"Aligned: {aligned}")

st.subheader("A tree", anchor=False)
BRANCHES = [
    Branch("The cat", 0, "0.00"),
    Branch(" sat", 1, "-0.91"),
    Branch(" on the mat and looked at the moon for a very long time", 2, "-1.73"),
    Branch(" by the door", 2, "-2.46", pruned=True),
    Branch(" was", 1, "-1.12"),
    Branch(" asleep", 2, "-1.64"),
    Branch(" all day", 3, "-2.02"),
    Branch(" <b>hungry</b>", 2, "-3.35", pruned=True),
]
branch = tree(BRANCHES, key="beams", label="Beams", chosen=st.session_state.setdefault("branch", 6))
if branch is not None:
    st.session_state.branch = branch
    st.rerun()
st.write(f"Branch: {st.session_state.branch}")

DEEP = [
    Branch(
        "and she went on a long way to the town by the sea, where her brother",
        i,
        f"\u2212{30 + 9 * i}.4 nats",
        name=name,
    )
    for i, name in enumerate(["first draw", *(f"from word {3 * i}" for i in range(1, 13))])
]
tree(DEEP, key="deep", label="Deep", chosen=12)

st.subheader("Text as it comes", anchor=False)
go = st.button("Write")
strip([token(0, WORDS[0])], key="stream", label="Written so far", busy=go, feed="written")
for n, text in enumerate(WORDS[1:], start=1) if go else []:
    grow("written", n - 1, n, [token(n, text)], busy=n + 1 < len(WORDS))
    time.sleep(0.1)
st.write("Finished" if go else "Waiting")


tick = st.toggle("Tick")


@st.fragment(run_every=0.1 if tick else None)
def ticking() -> None:
    """The same in a fragment, which draws again by itself."""
    st.session_state.ticks = min(st.session_state.get("ticks", 0) + 1, 15) if tick else 1
    strip(
        [token(i, text) for i, text in enumerate(WORDS[: st.session_state.ticks])],
        key="ticks",
        label="Ticking",
    )


ticking()
