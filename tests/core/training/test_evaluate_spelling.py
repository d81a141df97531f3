"""The errors of words to phonemes by length, by hand."""

import pytest

from core.training.evaluate_spelling import by_length, distance


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("abc", "abc", 0), ("ab", "ba", 2)],
)
def test_distance(one: str, other: str, wanted: int) -> None:
    assert distance(one, other) == distance(other, one) == wanted


def test_errors_by_length() -> None:
    found = by_length(
        ["ab", "abc", "abcdef"],
        [("A", "B"), ("A", "X", "C"), ("A",)],
        [[("A", "B")], [("A", "B", "C"), ("A", "X", "Y", "Z")], [("A", "B", "C", "D")]],
    )
    assert [(one.first, one.last, one.words) for one in found] == [(2, 4, 2), (5, 6, 1)]
    assert found[0].rate == pytest.approx(100 * 1 / 5)
    assert found[0].right == 50
    assert found[1].rate == found[1].low == found[1].high == 75
    assert found[0].low <= found[0].rate <= found[0].high
