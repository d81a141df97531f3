"""The pictures of the lesson on recurrent networks: what each shows is what was computed."""

import html
import re
from typing import Any

import numpy as np
import pytest

from core.experiments import rnn
from core.experiments.characters import visible
from core.experiments.recording import find
from core.experiments.rnn import results
from core.experiments.rnn.features import FEATURES, NAMES, follow
from core.experiments.rnn.results import AFTER, DEFAULT_OTHER, KINDS, Damage
from core.figures import rnn as figures
from core.figures.rnn.memory import THRESHOLD, shown
from core.figures.rnn.unrolled import INPUT, OUTPUT, STATE

TEXT, HERE = results.DEFAULT_TEXT, results.DEFAULT_POSITION
READ = find(rnn.read, results.DEFAULT_MODEL, TEXT)
TRACKING = find(rnn.tracking, results.DEFAULT_MODEL)


def erased(since: int) -> results.Erased:
    found: results.Erased = find(rnn.erased, results.DEFAULT_MODEL, TEXT, HERE, since)
    return found


@pytest.mark.parametrize(("since", "steps"), [(1, 3), (3, 5), (12, 6)])
def test_both_chains_show_their_states_and_what_comes_next(since: int, steps: int) -> None:
    picture = figures.unrolled(READ, TRACKING, erased(since))
    above, below, letters = picture.spec["data"]
    positions = list(range(HERE + 1 - steps, HERE + 1))
    assert [re.sub("</?b>", "", html.unescape(t)) for t in letters["text"]] == [visible(TEXT[p]) for p in positions]
    units = [unit for _, unit in TRACKING.rows(2)]
    late = min(since, steps)
    for columns, states in ((above, READ.states[positions]), (below, erased(since).states[-late:])):
        for column, state in enumerate(states):
            assert [row[2 * column] for row in columns["z"]] == pytest.approx(state[units], abs=6e-4)
        assert len(columns["z"][0]) == 2 * len(states) - 1
    step = results.compare(READ, erased(since))
    ends = [note["text"] for note in picture.spec["layout"]["annotations"] if " %" in note["text"]]
    assert len(ends) == 2
    assert f"{100 * step.kept:.1f} %" in ends[0]
    assert f"{100 * step.erased:.1f} %" in ends[1]
    assert picture.rows[0] == (step.likeliest[0][0], round(100 * step.likeliest[0][1], 3), picture.rows[0][2])
    assert "479 by 479" in picture.alt


def test_the_same_matrix_has_one_colour_wherever_it_is_used() -> None:
    spec = figures.unrolled(READ, TRACKING, erased(3)).spec
    arrows = [note["arrowcolor"] for note in spec["layout"]["annotations"] if note["showarrow"]]
    assert (arrows.count(INPUT), arrows.count(STATE), arrows.count(OUTPUT)) == (5 + 3, 5 + 3, 2)


def test_the_sketch_shows_what_comes_next_and_where_the_loop_is_cut() -> None:
    def of(picture: Any) -> tuple[str, str]:
        (loop,) = [shape for shape in picture.spec["layout"]["shapes"] if shape["type"] == "path"]
        words = " ".join(note.get("text", "") for note in picture.spec["layout"]["annotations"])
        return loop["line"]["dash"], words

    dash, words = of(figures.mechanism(READ, HERE))
    assert dash == "solid"
    assert "<b>k</b> 77.0 %" in words
    dash, words = of(figures.mechanism(READ, HERE, erased(1)))
    assert dash == "dot"
    assert "erased 1 back" in words
    assert "<b>k</b>" not in words


def test_the_line_shows_the_unit_over_the_feature() -> None:
    feature = NAMES.index("blank")
    picture = figures.unit(READ, TRACKING, feature, 1, HERE)
    low, shade, unit = picture.spec["data"]
    part = results.window(len(TEXT), HERE, 80)
    followed = follow(READ.states, TEXT, TRACKING, feature, 1, part)
    assert unit["y"] == pytest.approx(READ.states[part, followed.unit])
    high = max(shade["y"]) if followed.held_out > 0 else min(shade["y"])
    assert [y == high for y in shade["y"]] == [t == 1 for t in followed.truth]
    assert set(low["y"]) == {next(y for y, t in zip(shade["y"], followed.truth, strict=True) if not t)}
    assert unit["customdata"][0].startswith(
        f"character {part.start + 1}, {visible(TEXT[part.start])}: {followed.label} is at"
    )
    assert f"{followed.held_out:.2f}" in picture.alt
    assert FEATURES[feature].words in picture.columns
    assert picture.spec["layout"]["shapes"][0]["x0"] == HERE - part.start


def test_the_curves_are_what_is_lost() -> None:
    damages = tuple(find(rnn.damaged, model, TEXT, HERE, "swap", DEFAULT_OTHER) for model in KINDS)
    averages = find(rnn.averages, "gru")
    picture = figures.memory(damages, "gru", TEXT[HERE + 1 : HERE + 1 + AFTER], averages, "swap")
    *lines, mean = picture.spec["data"]
    assert lines[-1]["name"] == "GRU"  # the chosen one is drawn last, over the others
    assert lines[-1]["line"]["width"] > max(one["line"]["width"] for one in lines[:-1])
    longest = shown(damages)
    by_name = {KINDS[one.model]: one for one in damages}
    for one in lines:
        assert one["y"] == pytest.approx(100 * (1 - np.exp(-by_name[one["name"]].divergence[:longest])))
        assert one["x"] == list(range(1, len(one["y"]) + 1))
    assert len({(one["line"]["dash"], one["line"]["color"]) for one in lines}) == 4
    assert mean["y"] == pytest.approx(100 * (1 - np.exp(-averages.swapped[:longest])))
    assert picture.spec["layout"]["shapes"][0]["y0"] == pytest.approx(100 * THRESHOLD) == pytest.approx(9.516, abs=1e-3)
    assert len(picture.rows) == len(damages[0].divergence)
    none = figures.memory((Damage("gru", np.zeros(0)),), "gru", "", averages, "erase")
    assert "without a line" in none.alt


def test_curves_are_shown_until_they_are_at_the_bottom() -> None:
    assert shown((Damage("gru", np.geomspace(1, 1e-12, 200)),)) == pytest.approx(200 * 4 / 12 + 3, abs=3)
    assert shown((Damage("gru", np.ones(200)),)) == 80
    assert shown((Damage("gru", np.zeros(200)),)) == 33
    assert shown((Damage("gru", np.zeros(5)),)) == 5
