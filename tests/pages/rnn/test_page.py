"""The page of the lesson on recurrent networks: each control changes what it should, and the words agree with the numbers."""

import json
import re
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import rnn
from core.experiments.recording import find, run
from core.experiments.rnn.features import FEATURES, NAMES, followed_features
from core.experiments.rnn.results import (
    DEFAULT_MODEL,
    DEFAULT_OTHER,
    DEFAULT_POSITION,
    DEFAULT_TEXT,
    KINDS,
    compare,
    window,
)
from pages.kit.course import find as entry_of
from pages.rnn import below
from tests.pages.helpers import charts, choose, click_token, fresh, metrics, sound, token_data, token_texts, widget

HERE = DEFAULT_POSITION


def page(**link: Any) -> AppTest:
    return sound(fresh("rnn", **link).run())


def verdict(at: AppTest) -> str:
    return at.header[0].value.replace("\u00a0%", " %")


def percents(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"([\d.]+) %", text)]


# Step by step


@pytest.mark.parametrize(
    ("moves", "model", "position", "since"),
    [
        ({"since": 1}, "rnn_tanh", HERE, 1),
        ({"since": 4}, "rnn_tanh", HERE, 4),
        ({"since": 12, "place": 12}, "rnn_tanh", 11, 12),
        ({"since": 12, "place": 5}, "rnn_tanh", 4, 5),  # there are no more
        ({"model": "LSTM", "since": 2}, "lstm", HERE, 2),
    ],
)
def test_the_verdict_is_what_the_model_gives(moves: dict[str, Any], model: str, position: int, since: int) -> None:
    at = sound(choose(page(since=2), **moves))
    read = run(rnn.read, model, DEFAULT_TEXT)
    step = compare(read, run(rnn.erased, model, DEFAULT_TEXT, position, since))
    assert percents(verdict(at)) == pytest.approx([100 * step.kept, 100 * step.erased], abs=0.06)
    assert f"erased {since} character{'s' if since > 1 else ''} back" in verdict(at)
    assert metrics(at)["times each was used"] == str(position + 1)
    assert metrics(at)["numbers in the state"] == str(read.states.shape[1])
    letters = charts(at)[1]["data"][2]["text"]
    assert re.sub("</?b>", "", letters[-1]) == DEFAULT_TEXT[position]


def test_the_title_is_proved_at_the_default() -> None:
    at = page()
    kept, lost = percents(verdict(at))
    assert lost < kept / 20
    assert "what it knew was in the state" in verdict(at)


def test_at_the_end_of_the_text_nothing_came() -> None:
    at = page(place=len(DEFAULT_TEXT))
    assert "came next" not in verdict(at)
    assert len(percents(verdict(at))) == 2
    assert not [radio for radio in at.radio if radio.key == "_answer"]


def test_a_click_on_a_character_moves_the_position() -> None:
    at = sound(click_token(page(), "strip", 3))
    assert token_data(at, "strip")["chosen"] == 3
    assert metrics(at)["times each was used"] == "4"


# One unit


def test_only_features_that_a_unit_follows_are_offered() -> None:
    at = page(view="One unit")
    tracking = find(rnn.tracking, DEFAULT_MODEL)
    names = [FEATURES[f].words for f in followed_features(tracking)]
    assert list(widget(at, "track").options) == names
    assert names[0] in verdict(at)


@pytest.mark.parametrize(
    ("moves", "model", "rank"), [({}, "rnn_tanh", 1), ({"rank": 3}, "rnn_tanh", 3), ({"model": "GRU"}, "gru", 1)]
)
def test_a_unit_over_the_text(moves: dict[str, Any], model: str, rank: int) -> None:
    at = sound(choose(page(view="One unit", rank=2), **{"rank": 1, **moves}))
    tracking = find(rnn.tracking, model)
    feature = followed_features(tracking)[0]
    unit = tracking.ranked(feature)[rank - 1]
    r = f"{tracking.reported(unit, feature):.2f}".replace("-", "\u2212")
    assert tracking.label(unit) in verdict(at).lower()
    assert metrics(at)["correlation, held-out text"] == r
    assert r in verdict(at) or "Not here" in verdict(at)
    assert len(token_texts(at, "strip")) == len(DEFAULT_TEXT)
    line = charts(at)[1]["data"][2]["y"]
    part = window(len(DEFAULT_TEXT), HERE, 80)
    states = run(rnn.read, model, DEFAULT_TEXT).states[part, unit] / tracking.reach[unit]
    assert line == pytest.approx(np.clip(states, -1, 1), abs=1e-3)


def test_a_feature_that_never_changes_is_said() -> None:
    at = page(view="One unit", text="aaaa", track=FEATURES[NAMES.index("blank")].words)
    assert "never changes" in verdict(at)
    assert metrics(at)["correlation, your text"] == "none"


# Memory


@pytest.mark.parametrize(("damage", "kind", "other"), [("erase it", "erase", ""), ("swap it", "swap", DEFAULT_OTHER)])
def test_memory(damage: str, kind: Any, other: str) -> None:
    at = sound(choose(page(view="Memory", damage="swap it"), damage=damage))
    one = find(rnn.damaged, DEFAULT_MODEL, DEFAULT_TEXT, HERE, kind, other)
    assert percents(verdict(at))[0] == pytest.approx(100 * (1 - np.exp(-one.divergence[0])), abs=0.06)
    assert f"{one.lasts} characters later" in verdict(at)
    names = [trace["name"] for trace in charts(at)[1]["data"]]
    assert set(names) >= set(KINDS.values())
    weights = [row[3] if len(row) > 3 else None for row in token_data(at, "strip")["tokens"]]
    assert weights[: HERE + 1] == [None] * (HERE + 1)
    assert weights[HERE + 1] == pytest.approx(float(one.lost[0]), abs=1e-3)


def test_another_text_is_swapped_in() -> None:
    at = page(view="Memory", damage="swap it")
    before = verdict(at)
    assert verdict(sound(choose(at, other="Nobody knew."))) != before
    assert verdict(sound(choose(at, other="  "))) == before


def test_no_character_follows() -> None:
    assert verdict(page(view="Memory", place=len(DEFAULT_TEXT))).startswith("Not here: no character follows")


# Texts


def test_unknown_characters_are_shown_as_such() -> None:
    at = page(text="naïve 🦜 cafés", place=3)
    assert any("does not know 2 characters" in caption.value for caption in at.caption)
    assert [row[0] for row in token_data(at, "strip")["tokens"] if len(row) > 2 and row[2] == 3] == ["ï", "🦜"]


def test_long_texts_keep_their_end_and_show_a_part() -> None:
    at = page(text="ab" * 1500 + "c", place=2000)
    assert any("reads the last 2,000" in caption.value for caption in at.caption)
    assert token_texts(at, "strip")[-1] == "c"
    assert len(token_texts(at, "strip")) == 400


def test_what_is_chosen_stays_while_another_view_is_open() -> None:
    at = sound(choose(page(), since=7))
    at = sound(choose(at, view="Memory"))
    at = sound(choose(at, view="Step by step"))
    assert at.slider(key="since").value == 7


# Below


def test_the_limits_are_the_measured_ones() -> None:
    averages, speed = find(rnn.averages, DEFAULT_MODEL), find(rnn.speed, DEFAULT_MODEL)
    told = dict(zip(averages.distances, averages.recalled, strict=True))
    bottleneck, order, _ = below.try_next()
    assert percents(bottleneck.line) == pytest.approx([100 * told[0], 100 * told[20], 100 * averages.guessed], abs=0.06)
    assert f"{1000 * speed.seconds[-1]:.0f} ms" in order.line
    assert [one.lesson for one in below.try_next()] == ["lstm_gates", "lstm_gates", "vanishing_gradients"]
    assert [json.dumps(dict(one.change)) for one in below.try_next()] == [
        '{"view": "Recall"}',
        '{"view": "Speed"}',
        "{}",
    ]


def test_the_finding_of_the_course_is_what_is_measured() -> None:
    step = compare(find(rnn.read, DEFAULT_MODEL, DEFAULT_TEXT), find(rnn.erased, DEFAULT_MODEL, DEFAULT_TEXT, HERE, 1))
    assert percents(entry_of("rnn").finding) == pytest.approx([100 * step.kept, 100 * step.erased], abs=0.06)
