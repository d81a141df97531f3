"""What is special to the pictures of the lesson on positions: what is lit, dials, and windows."""

import math

import pytest

from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding.results import DEFAULT_TEXT, DEFAULT_WORDS, KINDS, TRAINED
from core.experiments.recording import find
from core.figures import positional_encoding as figures
from core.figures.palette import ACCENT
from core.figures.positional_encoding.codes import DIALS, turns
from core.figures.positional_encoding.common import CASES, tiny


@pytest.mark.parametrize("case", CASES)
def test_what_the_control_chose_is_lit(case: str) -> None:
    found = find(lesson.compare_orders, DEFAULT_TEXT, *DEFAULT_WORDS)
    lit = [bar["marker"]["color"] == ACCENT for bar in figures.orders(found, case).spec["data"]]
    assert lit == [case != "none", case == "none"]
    words = [note["text"] for note in figures.mechanism(found, case).spec["layout"]["annotations"]]
    shown = [text for text in words if text in ("<b>hot</b>", "<b>dog</b>", "<b>5</b>", "<b>6</b>")]
    first, second = {
        "none": (["hot", "dog"], ["dog", "hot"]),
        "words": (["hot", "5", "dog", "6"], ["dog", "5", "hot", "6"]),
        "positions": (["hot", "5", "dog", "6"], ["hot", "6", "dog", "5"]),
    }[case]
    assert shown == [f"<b>{text}</b>" for text in first + second]


def test_dials_point_where_the_pairs_have_turned() -> None:
    codes = find(lesson.position_codes)
    hands = [s for s in figures.rotary(codes, 20).spec["layout"]["shapes"] if s["type"] == "line" and s["xref"] == "x2"]
    for pair, hand in zip(DIALS, hands, strict=True):
        angle = math.atan2(hand["x1"] - hand["x0"], hand["y1"] - hand["y0"])
        assert math.cos(angle - 20 * codes.rotary[pair]) == pytest.approx(1, abs=1e-6)
    assert turns(math.pi) == "180°"
    assert turns(4 * math.pi) == "2.0 ×"


def test_a_window_is_flat_after_the_trained_length() -> None:
    found = find(lesson.longer_losses)
    lines = [trace for trace in figures.longer(found, 128, True).spec["data"] if trace["mode"] == "lines"]
    for number in range(len(KINDS)):
        after = [y for x, y in zip(lines[number]["x"], lines[number]["y"], strict=True) if x > TRAINED]
        assert after == pytest.approx([float(found.window[number])] * len(after), abs=1e-3)


def test_shares_that_are_rounding_are_nothing() -> None:
    assert [tiny(share) for share in (1e-6, 0.00021, 0.034, 0.18, 30.7)] == [
        "0 %",
        "0.021 %",
        "3.4 %",
        "18 %",
        "3070 %",
    ]
