"""The lesson on LSTM gates: its numbers checked by a numpy network of the tests' own, and its claims by themselves."""

import math
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from core.assets.manifest import AssetError
from core.data.recall import CHANCE
from core.experiments import lstm_gates as lesson
from core.experiments.character_writing import Written, write
from core.experiments.lstm_gates import (
    Cell,
    Gates,
    Hold,
    Layer,
    Read,
    Recalled,
    reading,
    recall,
    recorded,
    speed,
    tables,
)
from core.models.char_lm import CharLM
from core.pretrained.characters import load_character_model
from core.pretrained.recallers import SEEDS

TEXT = lesson.DEFAULT_TEXT
LONG = " ".join([TEXT] * 4)[:450]
LSTM, GRU = Layer("lstm"), Layer("gru")
PUBLIC = [pytest.param(Layer("textgenrnn", number), marks=pytest.mark.real_weights) for number in (0, 1)]
every_layer = pytest.mark.parametrize("layer", [LSTM, GRU, *PUBLIC], ids=str)
ours = pytest.mark.parametrize("layer", [LSTM, GRU], ids=str)


def finish(work: Generator[tuple[int, int], None, Any]) -> Any:
    while True:
        try:
            done, total = next(work)
            assert 0 <= done <= total
        except StopIteration as end:
            return end.value


def read(layer: Layer, text: str = TEXT) -> Read:
    found: Read = finish(reading.read(layer, text))
    return found


# A network of the tests' own


def sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-x)))


def by_hand(layer: Layer, text: str, hold: Hold | None = None, units: Any = None) -> dict[str, np.ndarray]:
    """Read a text with one of our models, step by step in double precision; `hold` in these units."""
    model = cast(CharLM, load_character_model(layer.model))
    state = {name: value.double().numpy() for name, value in model.state_dict().items()}
    w_x, w_h, b_x, b_h = (
        state[f"body.layers.0.{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    h = c = np.zeros(w_h.shape[1])
    found: dict[str, list[np.ndarray]] = {name: [] for name in lesson.QUANTITIES[layer.kind]}
    logits = []

    def held(gate: str, values: np.ndarray) -> np.ndarray:
        if hold and hold.gate == gate and hold.start <= t < (math.inf if hold.stop is None else hold.stop):
            values[slice(None) if units is None else list(units)] = hold.value
        found[gate].append(values)
        return values

    for t, number in enumerate(model.encode(text)):  # noqa: B007 - `held` looks at t
        from_x, from_h = w_x @ state["embedding.weight"][number] + b_x, w_h @ h + b_h
        if layer.kind == "lstm":
            i, f, g, o = np.split(from_x + from_h, 4)
            c = held("forget", sigmoid(f)) * c + held("input", sigmoid(i)) * held("candidate", np.tanh(g))
            h = held("output", sigmoid(o)) * np.tanh(c)
            found["cell"].append(c)
        else:
            (x_r, x_z, x_n), (h_r, h_z, h_n) = np.split(from_x, 3), np.split(from_h, 3)
            z = held("update", sigmoid(x_z + h_z))
            n = held("candidate", np.tanh(x_n + held("reset", sigmoid(x_r + h_r)) * h_n))
            h = (1 - z) * n + z * h
        found["hidden"].append(h)
        logits.append(state["output.weight"] @ h + state["output.bias"])
    return {**{name: np.stack(values) for name, values in found.items()}, "logits": np.stack(logits)}


def bits_of(layer: Layer, text: str, logits: np.ndarray) -> list[float]:
    """The surprise by torch's own cross-entropy over the known characters; none for the first and for unknown ones."""
    ids = load_character_model(layer.model).encode(text)
    scores = torch.from_numpy(logits[:-1, 1:])
    found = [math.nan]
    for number, row in zip(ids[1:], scores, strict=True):
        known = torch.nn.functional.cross_entropy(row, torch.tensor(number - 1)) if number else math.nan
        found.append(float(known) / math.log(2))
    return found


# Reading


@ours
@pytest.mark.parametrize("text", [TEXT, LONG, "a", "ab", 'Odd: é, 🦜 and "'], ids=len)
def test_a_text_is_read_as_by_hand(layer: Layer, text: str) -> None:
    found, expected = read(layer, text), by_hand(layer, text)
    assert found.text == text
    assert found.unknown == tuple(i for i, character in enumerate(text) if character == "🦜")
    assert found.bits == pytest.approx(bits_of(layer, text, expected["logits"]), abs=1e-4, nan_ok=True)
    keep = expected[lesson.KEEPER[layer.kind]]
    # After its half-life a unit whose gate is steady at the geometric mean has half of its content.
    mean = np.exp(np.log(keep).mean(0))
    assert mean**found.half_lives == pytest.approx(np.full(keep.shape[1], 0.5), abs=1e-3)
    assert list(found.half_lives[found.order]) == sorted(found.half_lives, reverse=True)
    assert sorted(found.order) == list(range(keep.shape[1]))


@ours
@pytest.mark.parametrize(("text", "at"), [(TEXT, 0), (LONG, 0), (LONG, 230), (LONG, 449), ("a", 0)])
def test_gates_are_those_by_hand(layer: Layer, text: str, at: int) -> None:
    found, expected = read(layer, text), by_hand(layer, text)
    gates: Gates = finish(reading.gates(layer, found, at))
    first, stop = gates.first, gates.first + len(gates.text)
    assert gates.text == text[first:stop]
    assert first <= at < stop
    assert len(gates.text) == min(len(text), lesson.WINDOW)
    assert len(gates.units) == lesson.SHOWN_UNITS
    assert list(gates.units) == [found.order[rank - 1] for rank in gates.ranks]
    assert (gates.ranks[0], gates.ranks[-1]) == (1, len(found.order))
    assert list(gates.half_lives) == [found.half_lives[unit] for unit in gates.units]
    for name in lesson.QUANTITIES[layer.kind]:
        values = expected[name][first:stop, gates.units].T
        assert gates.of(name) == pytest.approx(values, abs=2e-3, rel=1e-3)


@every_layer
@pytest.mark.parametrize("at", [0, 5, 60, len(TEXT) - 1])
def test_the_equations_add_up(layer: Layer, at: int) -> None:
    found = read(layer)
    for rank in (1, 2, 50, 10_000):
        cell: Cell = finish(reading.cell(layer, found, rank, at))
        assert cell.unit == found.order[min(rank, len(found.order)) - 1]
        assert cell.half_life == found.half_lives[cell.unit]
        place = at - cell.first
        assert cell.text[place] == ("␣" if TEXT[at] == " " else TEXT[at])
        for t in range(len(cell.text)):
            step = lesson.sum_at(cell, t)
            assert step.kept == step.keep * step.before
            assert step.kept + step.written == pytest.approx(step.memory, abs=1e-5)
            shown = step.output * math.tanh(step.memory) if layer.kind == "lstm" else step.memory
            assert shown == pytest.approx(step.hidden, abs=1e-5)
            assert step.before == (cell.of(lesson.MEMORY[layer.kind])[t - 1] if t else 0)
        for row, name in enumerate(lesson.GATES[layer.kind]):
            inside = cell.from_input[row].astype(float), cell.from_state[row].astype(float)
            reset = cell.of("reset") if (layer.kind, name) == ("gru", "candidate") else 1
            expected = (np.tanh if name == "candidate" else sigmoid)(inside[0] + reset * inside[1])
            assert cell.of(name) == pytest.approx(expected, abs=1e-5)


@pytest.mark.real_weights
@pytest.mark.parametrize("number", [0, 1])
def test_the_public_network_is_looked_into_one_window_at_a_time(number: int) -> None:
    layer = Layer("textgenrnn", number)
    found = read(layer)
    gates: Gates = finish(reading.gates(layer, found, 0))
    for at in (0, 10, 100):
        cell: Cell = finish(reading.cell(layer, found, 1, at))
        assert len(cell.text) == 40
        assert cell.first == at - 39
        assert cell.text[max(0, 39 - at) :] == tuple(c.replace(" ", "␣") for c in TEXT[max(0, at - 39) : at + 1])
        assert at >= 39 or cell.text[38 - at] == "<s>"
        # The last place of that window is what the heat map shows for the character.
        for name in gates.names:
            assert cell.of(name)[-1] == pytest.approx(gates.of(name)[0, at], abs=2e-2)


# Holding a gate

HOLDS = [
    Hold("forget", 0.0),
    Hold("forget", 1.0),
    Hold("input", 0.25, start=10, stop=30),
    Hold("output", 0.0, start=100, stop=101),
    Hold("candidate", -0.5, "longest", 10),
    Hold("forget", 0.0, "one", rank=3, start=40),
]


@pytest.mark.parametrize("hold", HOLDS, ids=str)
def test_a_held_gate_costs_what_it_costs_by_hand(hold: Hold) -> None:
    text = LONG if hold.start == 100 else TEXT
    found = read(LSTM, text)
    units = hold.units(found.order)
    expected = bits_of(LSTM, text, by_hand(LSTM, text, hold, units)["logits"])
    assert finish(reading.held(LSTM, found, hold)) == pytest.approx(expected, abs=1e-3, nan_ok=True)
    free = found.bits[: hold.start + 1]
    assert finish(reading.held(LSTM, found, hold))[: hold.start + 1] == pytest.approx(free, abs=1e-5, nan_ok=True)


@pytest.mark.parametrize(
    "hold", [Hold("update", 0.0), Hold("reset", 1.0, "longest", 40), Hold("candidate", 0.5)], ids=str
)
def test_a_held_gate_of_a_gru(hold: Hold) -> None:
    found = read(GRU)
    expected = bits_of(GRU, TEXT, by_hand(GRU, TEXT, hold, hold.units(found.order))["logits"])
    assert finish(reading.held(GRU, found, hold)) == pytest.approx(expected, abs=1e-3, nan_ok=True)


def test_a_hold_across_the_pieces_that_are_read_at_a_time() -> None:
    found = read(LSTM, LONG)
    hold = Hold("forget", 0.0, start=reading.PIECE - 3, stop=2 * reading.PIECE + 5)
    expected = bits_of(LSTM, LONG, by_hand(LSTM, LONG, hold)["logits"])
    assert finish(reading.held(LSTM, found, hold)) == pytest.approx(expected, abs=1e-3, nan_ok=True)


@pytest.mark.real_weights
@pytest.mark.parametrize("number", [0, 1])
def test_a_held_gate_of_the_public_network(number: int) -> None:
    """Its own reading in one go is the oracle; that is checked against the published weights elsewhere."""
    from core.experiments.characters import bits

    layer, hold = Layer("textgenrnn", number), Hold("forget", 0.0, "longest", 20, start=30, stop=140)
    text = LONG[:160]
    found = read(layer, text)
    model = load_character_model("textgenrnn")
    clamp = {number: reading.clamp_of(hold, found.order)}
    expected = bits(model.read(model.encode(text), clamp=clamp).logits, model.encode(text))
    assert finish(reading.held(layer, found, hold)) == pytest.approx(expected, abs=1e-4, nan_ok=True)
    assert np.nanmean(expected) > np.nanmean(found.bits) + 0.02


@ours
def test_a_gate_that_is_not_there(layer: Layer) -> None:
    with pytest.raises(ValueError, match="no gate"):
        finish(reading.held(layer, read(layer), Hold("update" if layer == LSTM else "forget", 0.0)))


def test_what_is_written_is_drawn_with_the_same_seed() -> None:
    found = read(LSTM)
    model = load_character_model("lstm")
    hold = Hold("forget", 0.0)
    how: dict[str, Any] = {"length": 20, "temperature": 0.7, "seed": 4}
    free: Written = finish(reading.write_on(LSTM, found, None, **how))
    held: Written = finish(reading.write_on(LSTM, found, hold, **how))
    assert free == finish(write(model, TEXT, **how))
    assert held == finish(write(model, TEXT, clamp={0: reading.clamp_of(hold, found.order)}, **how))
    assert free.text != held.text
    harmless = Hold("forget", 0.0, "one", rank=len(found.order), start=0, stop=1)  # nothing is in any cell yet
    assert finish(reading.write_on(LSTM, found, harmless, **how)) == free


# The lesson's claims


def test_a_forget_gate_that_is_shut_takes_the_memory() -> None:
    """Held at 0, recall is guessing for each network whose memory is in its cells; free it is near perfect at 40 steps."""
    for which in SEEDS:
        network = ("lstm_at_40", which)
        free = recall.free(network, lesson.DISTANCE, 0)
        held = recall.held(network, lesson.DISTANCE, 0, lesson.DEFAULT_HOLD, free.order, len(TEXT))
        assert free.recalled.share > 0.97
        assert lesson.effect(free.recalled, held) == "gone"
        # A binomial with chance 1/8: 99.9 % of it lies within 3.3 standard deviations.
        assert abs(held.share - CHANCE) < 3.3 * math.sqrt(CHANCE * (1 - CHANCE) / held.asked)


@pytest.mark.parametrize("gate", ["input", "output"])
def test_so_does_each_other_gate(gate: str) -> None:
    """What never comes in can't be kept, and what is never shown can't be told."""
    free = recall.free(("lstm_at_40", 1), lesson.DISTANCE, 0)
    held = recall.held(("lstm_at_40", 1), lesson.DISTANCE, 0, Hold(gate, 0.0), free.order, len(TEXT))
    assert lesson.effect(free.recalled, held) == "gone"


def test_a_forget_gate_that_is_open_keeps_the_memory() -> None:
    free = recall.free(("lstm_at_40", 1), lesson.DISTANCE, 0)
    held = recall.held(("lstm_at_40", 1), lesson.DISTANCE, 0, Hold("forget", 1.0), free.order, len(TEXT))
    assert lesson.effect(free.recalled, held) == "kept"


@pytest.mark.parametrize(("network", "gate"), [(("lstm", 0), "forget"), (("gru", 0), "update")])
def test_networks_trained_on_all_distances_carry_it_through_the_hidden_state_too(
    network: tuple[str, int], gate: str
) -> None:
    free = recall.free(network, lesson.DISTANCE, 0)
    held = recall.held(network, lesson.DISTANCE, 0, Hold(gate, 0.0), free.order, len(TEXT))
    assert free.recalled.share > 0.97
    assert lesson.effect(free.recalled, held) in ("less", "kept")


def test_a_held_gate_makes_the_text_more_surprising() -> None:
    found = read(LSTM)
    for value in (0.0, 1.0):  # never to keep and never to forget are both worse than to decide
        assert (
            lesson.mean_bits(finish(reading.held(LSTM, found, Hold("forget", value))))
            > lesson.mean_bits(found.bits) + 0.5
        )


# The numbers that the page is made of


@pytest.mark.parametrize("gate", [0.1, 0.5, 0.9, 0.999])
def test_half_life_of_a_steady_gate(gate: float) -> None:
    expected = math.log(2) / -math.log(gate)
    assert lesson.half_lives(np.full((7, 2), gate)) == pytest.approx([expected, expected])
    assert lesson.half_lives(np.full((3, 5, 1), gate)) == pytest.approx([expected])


def test_half_life_of_gates_that_never_move() -> None:
    assert list(lesson.half_lives(np.array([[1.0, 0.0, 0.5], [1.0, 0.9, 0.5]]))) == [math.inf, 0.0, 1.0]


@given(some.lists(some.floats(0.01, 0.99), min_size=1, max_size=40))
def test_half_life_is_of_the_product_of_all_gates(gates: list[float]) -> None:
    (life,) = lesson.half_lives(np.array(gates)[:, None])
    assert math.prod(gates) ** (life / len(gates)) == pytest.approx(0.5)


def test_order_of_memory() -> None:
    assert list(lesson.by_memory(np.array([1.0, math.inf, 1.0, 5.0, 0.0]))) == [1, 3, 0, 2, 4]


@given(some.integers(1, 400), some.integers(1, 60))
def test_evenly(count: int, most: int) -> None:
    places = lesson.evenly(count, most)
    assert len(places) == min(count, most)
    assert places[0] == 0
    assert places[-1] == count - 1 or most == 1
    if len(places) > 2:
        gaps = np.diff(places)
        assert gaps.max() - gaps.min() <= 1


@given(some.integers(1, 2000), some.data())
def test_window(length: int, data: Any) -> None:
    at = data.draw(some.integers(0, length - 1))
    first, stop = lesson.window(length, at)
    assert 0 <= first <= at < stop <= length
    assert stop - first == min(length, lesson.WINDOW)
    if first and stop < length:
        assert at - first == lesson.WINDOW // 2


def test_units_of_a_hold() -> None:
    order = np.array([4, 2, 0, 1, 3])
    assert Hold("forget", 0).units(order) is None
    assert Hold("forget", 0, "longest", 40).units(order) == (4, 2)
    assert Hold("forget", 0, "longest", 1).units(order) == (4,)
    assert Hold("forget", 0, "longest", 100).units(order) == (4, 2, 0, 1, 3)
    assert Hold("forget", 0, "one", rank=3).units(order) == (0,)
    assert Hold("forget", 0, "one", rank=99).units(order) == (3,)


@given(some.integers(1, 2000), some.integers(2, 201), some.data())
def test_the_same_part_of_another_sequence(length: int, steps: int, data: Any) -> None:
    start = data.draw(some.integers(0, length - 1))
    stop = data.draw(some.none() | some.integers(start + 1, length))
    first, last = Hold("forget", 0, start=start, stop=stop).part(length, steps)
    assert 0 <= first < last <= steps
    assert first <= start / length * steps
    assert last >= min((length if stop is None else stop) / length * steps, steps) - 1e-9
    assert last - first <= ((length if stop is None else stop) - start) / length * steps + 2


def test_equal_holds_are_equal() -> None:
    assert Hold("forget", 0, share=70, rank=9).essential() == Hold("forget", 0)
    assert Hold("forget", 0, "longest", 70, 9).essential() == Hold("forget", 0, "longest", 70)
    assert Hold("forget", 0, "one", 70, 9).essential() == Hold("forget", 0, "one", rank=9)


def test_the_other_span() -> None:
    whole, middle = Hold("input", 0.5), Hold("input", 0.5, start=50, stop=51)
    assert lesson.other_span(whole, 100) == middle
    assert lesson.other_span(middle, 100) == whole
    assert lesson.other_span(Hold("input", 0.5, start=10, stop=60), 100) == middle
    assert lesson.other_span(Hold("input", 0.5), 1) == Hold("input", 0.5)


@pytest.mark.parametrize(
    ("right", "asked", "interval"),
    [(50, 100, (0.4038, 0.5962)), (0, 200, (0.0, 0.0188)), (200, 200, (0.9812, 1.0)), (25, 200, (0.0861, 0.1780))],
)
def test_interval(right: int, asked: int, interval: tuple[float, float]) -> None:
    """Values of an independent implementation (R's `prop.test` without correction)."""
    assert lesson.wilson(right, asked) == pytest.approx(interval, abs=2e-4)
    assert Recalled(40, asked, right).interval == lesson.wilson(right, asked)


def test_the_interval_holds_the_true_share_as_often_as_it_says() -> None:
    drawn = np.random.default_rng(0).binomial(200, CHANCE, 4000)
    inside = [low <= CHANCE <= high for low, high in (lesson.wilson(int(n), 200) for n in drawn)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(
    ("free", "held", "effect"),
    [
        (200, 200, "kept"),
        (200, 196, "kept"),
        (200, 150, "less"),
        (200, 40, "less"),
        (200, 25, "gone"),
        (30, 200, "never"),
    ],
)
def test_effect(free: int, held: int, effect: str) -> None:
    assert lesson.effect(Recalled(40, 200, free), Recalled(40, 200, held)) == effect


@given(some.lists(some.floats(0, 20) | some.just(math.nan), min_size=1, max_size=50), some.integers(1, 15))
def test_running_mean(values: list[float], over: int) -> None:
    found = lesson.running_mean(np.array(values), over)
    for place, value in enumerate(found):
        known = [v for v in values[max(0, place + 1 - over) : place + 1] if not math.isnan(v)]
        assert value == pytest.approx(np.mean(known) if known else math.nan, nan_ok=True, abs=1e-9)


def test_mean_bits() -> None:
    bits = np.array([math.nan, 1.0, 3.0, math.nan])
    assert lesson.mean_bits(bits) == 2.0
    assert lesson.mean_bits(bits, 2) == 3.0
    assert math.isnan(lesson.mean_bits(bits, 0, 1))


def test_rare_signs_are_not_shown() -> None:
    assert lesson.legible("Aé ж “x” … \ufffd\n") == "Aé ж “x” … \ufffd\n"
    assert lesson.legible("a卐b🦜€") == "a□b□□"


def test_a_model_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError):
        finish(reading.read(Layer("rnn"), TEXT))
    monkeypatch.setenv("UNROLLED_HOME", str(tmp_path))
    monkeypatch.setenv("UNROLLED_OFFLINE", "1")
    with pytest.raises(AssetError, match="textgenrnn"):
        finish(reading.read(Layer("textgenrnn"), TEXT))
    with pytest.raises(ValueError, match="no character"):
        load_character_model("lstm").read([])


# Two tables


def test_the_recall_table_is_what_the_networks_do() -> None:
    """Asked again, with other sequences: the same within three standard deviations of so many questions."""
    table = tables.recall_table()
    asked = {distance: recall.all_kinds(distance, 7) for distance in (2, 40, 200)}
    for distance, work in asked.items():
        place = list(table.asked).index(distance)
        for kind, found in finish(work).items():
            written = table.together[table.kinds.index(kind), :, place]
            assert [one.share for one in found] == pytest.approx(list(written), abs=0.1)
            assert all(one.distance == distance and one.asked == lesson.RECALLS for one in found)


def test_the_networks_are_of_equal_size() -> None:
    table = tables.recall_table()
    assert max(table.parameters) < 1.03 * min(table.parameters)
    assert table.alone.shape == (len(table.variants), len(SEEDS), len(table.distances))
    assert table.together.shape == (3, len(SEEDS), len(table.asked))
    assert table.on_the_way.shape == (2, len(SEEDS), len(table.steps))
    assert (table.distances[0], table.asked[-1]) == (2, 3200)
    assert np.nanmin(table.alone) >= 0
    assert (table.on_the_way[:, :, 0] < 0.3).all()  # before training


def test_trained_on_one_distance_alone_plain_networks_fail_first() -> None:
    """All learn the shortest distance; a far open forget gate reaches furthest."""
    table = tables.recall_table()
    assert (table.alone[:, :, 0] > 0.95).all()
    ends = {variant: table.fails_at(variant) for variant in table.variants}
    assert ends["rnn_tanh"] < 40
    assert ends["lstm, forget bias 3"] > 40
    assert max(ends, key=lambda name: ends[name]) == "lstm, forget bias 3"
    assert ends["lstm, forget bias 0"] <= ends["lstm, forget bias 1"] < ends["lstm, forget bias 3"]
    assert table.steps_to("lstm, forget bias 3", 10) < table.steps_to("lstm, forget bias 0", 10)


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((1.0, 1.0, 1.0), math.inf),
        ((0.1, 0.2, 0.1), 2.0),
        ((1.0, 0.0, 0.0), math.sqrt(2 * 8)),
        ((1.0, 0.4, 1.0), math.inf),
        ((1.0, 0.75, 0.25), math.sqrt(8 * 32)),
    ],
)
def test_where_an_accuracy_falls_below_a_half(shares: tuple[float, ...], expected: float) -> None:
    assert tables.falls_below(np.array([2, 8, 32]), np.array(shares)) == pytest.approx(expected)


def test_layers_that_race_are_of_equal_size() -> None:
    counts = {}
    for name in tables.RACERS:
        layer, width = speed.racer(name)
        counts[name] = sum(parameter.numel() for parameter in layer.parameters())
        assert speed.once(layer, torch.zeros(1, 3, width)) > 0
        assert all(parameter.grad is not None for parameter in layer.parameters())
    assert max(counts.values()) < 1.05 * min(counts.values())
    with pytest.raises(KeyError):
        speed.racer("perceptron")


def test_a_short_race() -> None:
    found = finish(speed.race((2, 5), repeats=1))
    assert found.seconds.shape == (2, 4, 2)
    assert (found.seconds > 0).all()
    assert np.isfinite(found.seconds).all()
    assert found.of("lstm", 16) == pytest.approx(16 * np.array([2, 5]) / found.seconds[1, 1])
    for batch in found.batches:
        faster = tuple(
            n for n, a, b in zip((2, 5), found.of("transformer", batch), found.of("lstm", batch), strict=True) if a > b
        )
        assert found.ahead(batch) == faster
    assert "1 thread" in found.where


# What ships


def test_the_recorded_default_is_the_live_one() -> None:
    found, layer = read(lesson.DEFAULT_LAYER), lesson.DEFAULT_LAYER
    shipped = recorded.read()
    assert (shipped.text, shipped.unknown) == (TEXT, ())
    assert shipped.bits == pytest.approx(found.bits, abs=1e-4, nan_ok=True)
    assert shipped.half_lives == pytest.approx(found.half_lives, rel=1e-3)
    gates, live = recorded.gates(), finish(reading.gates(layer, found, 0))
    assert (gates.kind, gates.names, gates.text, gates.hidden) == (live.kind, live.names, live.text, live.hidden)
    assert gates.values.astype(float) == pytest.approx(live.values.astype(float), abs=0.02)
    cell, again = recorded.cell(), finish(reading.cell(layer, found, 1, 0))
    assert (cell.unit, cell.text, cell.rank) == (again.unit, again.text, 1)
    assert cell.values == pytest.approx(again.values, abs=1e-3)
    assert cell.from_state == pytest.approx(again.from_state, abs=1e-3)
    assert recorded.held() == pytest.approx(
        finish(reading.held(layer, found, lesson.DEFAULT_HOLD)), abs=1e-3, nan_ok=True
    )
    how: dict[str, Any] = {"length": lesson.LENGTH, "temperature": lesson.TEMPERATURE, "seed": lesson.SEED}
    for written, hold in zip(recorded.texts(), (None, lesson.DEFAULT_HOLD), strict=True):
        assert len(written.text) == lesson.LENGTH
        assert written.text[:40] == finish(reading.write_on(layer, found, hold, **{**how, "length": 40})).text
    network, length = lesson.NETWORKS["lstm"]["alone"], len(TEXT)
    free = recall.free(network, lesson.DISTANCE, lesson.SEED)
    assert recorded.recalled("free") == (free.recalled,)
    for name, hold in (("held", lesson.DEFAULT_HOLD), ("other", lesson.other_span(lesson.DEFAULT_HOLD, length))):
        (one,) = recorded.recalled(name)
        again = recall.held(network, lesson.DISTANCE, lesson.SEED, hold, free.order, length)
        assert one.right == pytest.approx(again.right, abs=2)
    for kind, asked in finish(recall.all_kinds(lesson.DISTANCE, lesson.SEED)).items():
        assert [one.right for one in recorded.recalled(kind)] == pytest.approx([one.right for one in asked], abs=2)
    assert recorded.speed().seconds.shape == (2, 4, len(tables.LENGTHS))
    assert "core.experiments.record" in recorded.made()["command"]


def test_what_the_page_imports_needs_no_torch() -> None:
    modules = "core.experiments.lstm_gates.recorded, core.figures.lstm_gates, core.pretrained.recallers"
    script = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[4]).returncode == 0
