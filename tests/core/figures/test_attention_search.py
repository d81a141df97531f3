"""The pictures of the lesson on attention as search show the numbers that they are drawn from."""

import numpy as np
import pytest

from core.experiments import attention_search as lesson
from core.experiments.attention_search import results
from core.experiments.attention_search.results import DEFAULT_LAYER, DEFAULT_QUERY, DEFAULT_TEXT, TITLES, Settings
from core.experiments.attention_search.three_keys import DEFAULT_LINES, read_vectors
from core.experiments.recording import find
from core.figures import attention_search as figures
from core.figures.attention_search.numbers import large, short, vector

QUERY, SHELF = find(lesson.read_query, DEFAULT_QUERY), find(lesson.library)
READ = find(lesson.read_layer, DEFAULT_TEXT, DEFAULT_LAYER)
SCALING, TRAINED = find(lesson.random_products), find(lesson.trained)


def test_the_steps_show_the_search() -> None:
    found = results.search(QUERY, SHELF, Settings())
    picture = figures.library(QUERY, SHELF, "dot product", 0.1)
    scores, weights, hard, *parts = picture.spec["data"]
    best = found.order[:4]
    assert scores["x"] == pytest.approx(found.scores[best])
    assert weights["x"] == pytest.approx([*(100 * found.weights[best]), 100 * found.weights[found.order[4:]].sum()])
    assert (hard["x"], hard["y"]) == ([0], [100])
    assert [part["y"][0] for part in parts] == pytest.approx(weights["x"])  # the mixture is made of the weights
    assert sum(part["y"][0] for part in parts) == pytest.approx(100)
    assert [part["marker"]["color"] for part in parts] == weights["marker"]["color"]
    names = [note["text"] for note in picture.spec["layout"]["annotations"]]
    assert names[:5] == [*(TITLES[i] for i in best), "the other 56 together"]
    assert [row[0] for row in picture.rows] == [TITLES[i] for i in found.order]
    assert "Compasses inside birds gives 45.5 %, Bats hunting by echo gives 23.9 %" in picture.alt


def test_all_the_arithmetic_of_three_keys_is_on_the_picture() -> None:
    vectors = read_vectors(DEFAULT_LINES)
    picture = figures.three_keys(vectors, 1.0)
    bars, triangle, ends = picture.spec["data"]
    found = vectors.attend(1.0)
    assert bars["x"] == pytest.approx(found.weights)
    assert (ends["x"][3], ends["y"][3]) == pytest.approx(tuple(found.mixed))
    assert triangle["x"] == [3, 1, -2, 3]
    words = " ".join(note["text"] for note in picture.spec["layout"]["annotations"])
    for part in ("Q = (1, 0.5)", "K2 = (1, −0.5)", "(1 × 1 + 0.5 × (−0.5)) / √2 = <b>0.53</b>", "exp(0.53 / 1) / 5.18",
                 "0.56 × (3, 1) + 0.33 × (1, 3)", "0.11 × (−2, −1) = <b>(1.77, 1.43)</b>"):  # fmt: skip
        assert part in words
    assert [share in bars["text"][n] for n, share in enumerate(("55.8 %", "32.8 %", "11.4 %"))] == [True] * 3
    widths = [line["line"]["width"] for line in picture.spec["layout"]["shapes"]]
    assert widths == sorted(widths, reverse=True)


def test_the_width_s_lines_are_what_was_measured() -> None:
    raw, divided, *marks = figures.shared(SCALING, 100).spec["data"]
    for way, line in enumerate((raw, divided)):
        assert line["x"] == [1, 2, 4, 8, 16, 32, 64, 100, 128, 256, 512, 1024]
        assert line["y"] == pytest.approx(SCALING.shared[way, np.array(line["x"]) - 1])
        assert (marks[way]["x"], marks[way]["y"]) == ([100], [pytest.approx(SCALING.shared[way, 99])])


def test_the_heads_show_every_head() -> None:
    picture = figures.all_heads(READ, 1, 10)
    values = picture.spec["data"]["values"]
    assert len(values) == 12 * 16
    assert values[16 + 2] == {
        "head": 2,
        "piece": "3 animal",
        "weight": pytest.approx(100 * READ.weights[1, 10, 2], abs=1e-3),
    }
    assert picture.spec["vconcat"][0]["params"][0]["value"] == [{"head": 2}]
    both = figures.trained_heads(TRAINED)
    assert len(both.rows) == 72
    assert both.rows[37][2:] == pytest.approx([TRAINED.variance[3, 1], *(2 ** TRAINED.entropy[3, 1])], abs=0.01)
    theirs = figures.head(READ, 1, 10).rows[0]
    assert theirs[0] == "animal (3)"
    assert theirs[2] == pytest.approx(theirs[-1], abs=1e-4)  # in per cent: ours and the model's


def test_numbers_are_written_as_people_do() -> None:
    assert [short(v) for v in (1, -0.5, -0.001, 10, 0.333, 100)] == ["1", "−0.5", "0", "10", "0.33", "100"]
    assert vector([1, -0.5]) == "(1, −0.5)"
    assert [large(v) for v in (5.178, 1.6e9, 2e-5, float("inf"))] == [
        "5.18", "1.6 × 10<sup>9</sup>", "2.0 × 10<sup>−5</sup>", "more than can be written"
    ]  # fmt: skip
