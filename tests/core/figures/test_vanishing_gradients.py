"""What the pictures of the lesson on vanishing gradients show: the results' own numbers, and shares in words."""

import math

import pytest

from core.experiments.vanishing_gradients.results import NAMES, THREE
from core.figures import vanishing_gradients as figures
from core.figures.picture import Picture
from core.figures.vanishing_gradients.numbers import amount, part, powers_axis, share_axis
from tests.core.figures.examples.vanishing_gradients import BROKEN, DEAD, TEXT, curves, pictures, steep

PICTURES = pictures()


def lines(picture: Picture) -> dict[str, dict]:
    return {trace["name"]: trace for trace in picture.spec["data"] if "name" in trace}


def test_a_line_is_what_is_left() -> None:
    picture, shipped = PICTURES["gradient"], curves(*THREE)
    for curve in shipped:
        line = lines(picture)[NAMES[curve.kind]]
        assert line["y"] == pytest.approx(curve.left(), rel=1e-12)
        assert line["x"] == list(range(60))
        assert f"{part(curve.far)} in the {NAMES[curve.kind]}" in picture.alt
        assert line["customdata"][40] == f"40 steps back: {part(curve.far)} is left in the {NAMES[curve.kind]}"
    assert picture.spec["data"][-1]["y"] == [curve.far for curve in shipped]
    assert [float(cell) for cell in picture.rows[40][1:]] == pytest.approx([curve.far for curve in shipped], rel=1e-4)
    assert picture.spec["layout"]["yaxis"]["type"] == "log"


def test_a_zero_is_not_drawn() -> None:
    assert lines(figures.gradient(DEAD))["LSTM"]["y"] == [1.0, 1e-20, 1e-300, None, None]
    assert "nothing in the LSTM" in PICTURES["gradient, dead"].alt


def test_models_are_told_apart_without_colour() -> None:
    looks = [(one["line"]["dash"], one["line"]["color"]) for one in lines(PICTURES["gradient, all"]).values()]
    assert len(set(looks)) == len(looks) == 5
    assert len({dash for dash, _ in looks}) >= 4


def test_the_gate_is_as_open_as_it_is() -> None:
    rnn, lstm = curves("rnn_tanh", "lstm", bias=3.0)
    blades = figures.mechanism(rnn, lstm).spec["layout"]["shapes"]
    assert len(blades) == 4
    assert blades[0]["y1"] - blades[1]["y1"] == pytest.approx(lstm.kept)
    words = [each["text"] for each in PICTURES["mechanism"].spec["layout"]["annotations"]]
    assert "plain RNN: × 0.52 a step" in words
    assert "LSTM, gate 50 % open: × 0.61 a step" in words


def test_a_character_is_named_where_its_gradient_is() -> None:
    found = lines(figures.reading(TEXT, "gru"))["GRU"]["customdata"]
    assert found[0].startswith("0 characters back (at ␣): ")
    assert any("(at &lt;)" in one for one in found)
    assert {"untrained"} <= set(lines(figures.reading(TEXT, "gru")))


def test_the_trainings_side_by_side() -> None:
    cliff = steep()
    clipped, long, free, free_long = figures.trainings(cliff).spec["data"]
    assert clipped["y"] == pytest.approx(100 * cliff.clipped.right)
    assert free["y"] == pytest.approx(100 * cliff.free.right)
    assert long["y"] == pytest.approx(cliff.clipped.norms)
    assert free_long["y"] == pytest.approx(cliff.free.norms)
    assert [trace.get("yaxis", "y") for trace in (clipped, long)] == ["y", "y2"]
    assert "after 2 updates not clipped" in figures.trainings(BROKEN).alt
    assert figures.trainings(cliff).rows[59][0] == 59


def test_the_walk_shows_both_landings() -> None:
    cliff = steep()
    found = lines(figures.walk(cliff))
    for name, clipped in (("one update, clipped", True), ("one update, not clipped", False)):
        distance, loss = cliff.landing(clipped=clipped)
        assert (found[name]["x"], found[name]["y"]) == ([distance], [100 * math.exp(-loss)])
    assert cliff.falls
    assert "cliff" in figures.walk(cliff).title
    assert "cliff" not in PICTURES["trainings"].title


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "nothing"),
        (1.0, "100.0 %"),
        (0.468, "46.8 %"),
        (0.0123, "1.2 %"),
        (0.0045, "1 part in 220"),
        (4.5e-5, "1 part in 22,000"),
        (3.0368e-12, "1 part in 330 billion"),
        (4.6e-7, "1 part in 2.2 million"),
        (9.999e-7, "1 part in 1.0 million"),
        (1e-60, "1 part in 10⁶⁰"),
        (3.2, "3.2 times as much"),
        (2e6, "2.0\u00a0×\u00a010⁶ times as much"),
    ],
)
def test_shares_in_words(share: float, words: str) -> None:
    assert part(share) == words


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (1.0, "1.0"),
        (0.0123, "0.012"),
        (3.0e-12, "3.0\u00a0×\u00a010⁻¹²"),
        (9999.0, "9,999"),
        (math.inf, "no number"),
    ],
)
def test_amounts(number: float, shown: str) -> None:
    assert amount(number) == shown


@pytest.mark.parametrize("values", [[1.0, 0.1], [1.0, 1e-12], [1.0, 1e-60], [1e8, 1.0], [0.0, math.inf], []])
def test_axes_have_few_ticks_and_words(values: list[float]) -> None:
    for axis in (share_axis(values, "left"), powers_axis(values, "length")):
        assert 1 <= len(axis["ticktext"]) == len(axis["tickvals"]) <= 9
        assert "all" in share_axis(values, "left")["ticktext"]
