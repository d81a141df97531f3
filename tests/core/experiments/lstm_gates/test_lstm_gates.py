"""The lesson on LSTM gates: its numbers checked by numpy networks of the tests' own, and its claims by themselves."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from core.assets.manifest import AssetError
from core.data.recall import CHANCE, QUERY, recall_batch
from core.experiments import lstm_gates as lesson
from core.experiments.character_writing import write
from core.experiments.characters import bits, log_probabilities
from core.experiments.intervals import Counted, wilson
from core.experiments.lstm_gates import reading, recall, results, speed, tables
from core.experiments.lstm_gates.results import (
    DEFAULT_HOLD,
    DEFAULT_TEXT,
    GATES,
    KEEPER,
    MEMORY,
    NETWORKS,
    QUANTITIES,
    STEPS,
    Along,
    Hold,
    Layer,
    Read,
    effect,
)  # fmt: skip
from core.experiments.passes import once
from core.experiments.recording import find, run
from core.models.char_lm import CharLM
from core.models.clamp import Clamp
from core.pretrained.characters import load_character_model
from core.pretrained.recallers import SEEDS, load_recaller
from core.progress import finish

LONG = " ".join([DEFAULT_TEXT] * 4)[:300]
LSTM, GRU = Layer("lstm"), Layer("gru")
ALONE, TOGETHER, GRUS = NETWORKS["lstm"]["alone"], NETWORKS["lstm"]["together"], NETWORKS["gru"]["together"]
PUBLIC = [pytest.param(Layer("textgenrnn", number), marks=pytest.mark.real_weights) for number in (0, 1)]
every_layer = pytest.mark.parametrize("layer", [LSTM, GRU, *PUBLIC], ids=str)
ours = pytest.mark.parametrize("layer", [LSTM, GRU], ids=str)


def read(layer: Layer, text: str = DEFAULT_TEXT) -> Read:
    return finish(lesson.read(layer, text))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-x)))


def step_by_hand(
    state: dict[str, np.ndarray], prefix: str, kind: str, x: Any, h: Any, c: Any, held: Callable[..., Any]
) -> tuple[Any, Any]:
    """One step of a layer in double precision; returns h and c."""
    w_x, w_h, b_x, b_h = (state[f"{prefix}{n}_l0"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    from_x, from_h = w_x @ x + b_x, w_h @ h + b_h
    if kind == "rnn_tanh":
        return np.tanh(from_x + from_h), c
    if kind == "lstm":
        i, f, g, o = np.split(from_x + from_h, 4)
        c = held("forget", sigmoid(f)) * c + held("input", sigmoid(i)) * held("candidate", np.tanh(g))
        return held("output", sigmoid(o)) * np.tanh(c), c
    (x_r, x_z, x_n), (h_r, h_z, h_n) = np.split(from_x, 3), np.split(from_h, 3)
    z = held("update", sigmoid(x_z + h_z))
    n = held("candidate", np.tanh(x_n + held("reset", sigmoid(x_r + h_r)) * h_n))
    return (1 - z) * n + z * h, c


def by_hand(layer: Layer, text: str, hold: Hold | None = None) -> dict[str, np.ndarray]:
    """Read a text with one of our models, step by step."""
    model = cast(CharLM, load_character_model(layer.model))
    state = {name: value.double().numpy() for name, value in model.state_dict().items()}
    h = c = np.zeros(model.output.in_features)
    found: dict[str, list[np.ndarray]] = {name: [] for name in (*QUANTITIES[layer.kind], "logits")}

    def held(gate: str, values: np.ndarray) -> np.ndarray:
        if hold and hold.gate == gate and hold.start <= t < (math.inf if hold.stop is None else hold.stop):
            values = np.full_like(values, hold.value)
        found[gate].append(values)
        return values

    for t, number in enumerate(model.encode(text)):  # noqa: B007 - `held` looks at t
        h, c = step_by_hand(state, "body.layers.0.", layer.kind, state["embedding.weight"][number], h, c, held)
        if layer.kind == "lstm":
            found["cell"].append(c)
        found["hidden"].append(h)
        found["logits"].append(state["output.weight"] @ h + state["output.bias"])
    return {name: np.stack(values) for name, values in found.items()}


def bits_of(layer: Layer, text: str, logits: np.ndarray) -> list[float]:
    """The surprise by torch's own cross-entropy over the known characters; none for the first and for unknown ones."""
    ids, found = load_character_model(layer.model).encode(text), [math.nan]
    for number, row in zip(ids[1:], torch.from_numpy(logits[:-1, 1:]), strict=True):
        known = torch.nn.functional.cross_entropy(row, torch.tensor(number - 1)) if number else math.nan
        found.append(float(known) / math.log(2))
    return found


# Reading


@ours
@pytest.mark.parametrize("text", [DEFAULT_TEXT, LONG, "a", "ab", 'Odd: é, 🦜 and "'], ids=len)
def test_a_text_is_read_as_by_hand(layer: Layer, text: str) -> None:
    found, expected = read(layer, text), by_hand(layer, text)
    assert found.text == text
    assert found.unknown == tuple(i for i, character in enumerate(text) if character == "🦜")
    assert found.bits == pytest.approx(bits_of(layer, text, expected["logits"]), abs=1e-4, nan_ok=True)
    keep = expected[KEEPER[layer.kind]]
    # After its half-life a unit whose gate is steady at the geometric mean has half of its content.
    assert np.exp(np.log(keep).mean(0)) ** found.half_lives == pytest.approx(np.full(keep.shape[1], 0.5), abs=1e-3)
    for rank in (1, 10_000):
        cell = finish(lesson.cell(layer, text, rank, 0))
        order = sorted(range(cell.hidden), key=lambda unit: -found.half_lives[unit])
        assert cell.unit == order[min(rank, cell.hidden) - 1]
        for name in cell.names:
            assert cell.of(name) == pytest.approx(expected[name][:, cell.unit], abs=2e-3, rel=1e-3)


@every_layer
@pytest.mark.parametrize("at", [0, 100])
def test_the_sums_add_up(layer: Layer, at: int) -> None:
    for rank in (1, 50):
        cell = finish(lesson.cell(layer, DEFAULT_TEXT, rank, at))
        assert cell.text[at - cell.first] == ("␣" if DEFAULT_TEXT[at] == " " else DEFAULT_TEXT[at])
        for t in range(len(cell.text)):
            step = cell.step(t)
            assert step.keep * step.before + step.write * step.candidate == pytest.approx(step.memory, abs=1e-5)
            shown = step.gates["output"] * math.tanh(step.memory) if layer.kind == "lstm" else step.memory
            assert shown == pytest.approx(step.hidden, abs=1e-5)
            assert step.before == (cell.of(MEMORY[layer.kind])[t - 1] if t else 0)


@pytest.mark.real_weights
@pytest.mark.parametrize("number", [0, 1])
def test_the_public_network_is_looked_into_one_window_at_a_time(number: int) -> None:
    model: Any = load_character_model("textgenrnn")
    layers = model.read(model.encode(DEFAULT_TEXT)).layers
    for at in (10, 100):
        cell = finish(lesson.cell(Layer("textgenrnn", number), DEFAULT_TEXT, 1, at))
        assert (len(cell.text), cell.first) == (40, at - 39)
        assert cell.text[max(0, 39 - at) :] == tuple(
            c.replace(" ", "␣") for c in DEFAULT_TEXT[max(0, at - 39) : at + 1]
        )
        assert at >= 39 or cell.text[38 - at] == "<s>"
        # The last position of that window is what a reading of the whole text has for the character.
        assert cell.of("forget")[-1] == pytest.approx(layers[number].forget[0, at, cell.unit], abs=1e-4)


# A gate held while a text is read


@pytest.mark.parametrize(
    ("layer", "hold"),
    [
        (LSTM, Hold("forget", 0.0)),
        (LSTM, Hold("forget", 1.0, 20)),
        (LSTM, Hold("input", 0.25, 10, 30)),
        (LSTM, Hold("output", 0.0, 100, 101)),
        (
            LSTM,
            Hold("forget", 0.0, reading.PIECE - 3, 2 * reading.PIECE + 5),
        ),  # across the pieces that are read at a time
        (GRU, Hold("update", 0.0)),
        (GRU, Hold("reset", 1.0, 5, 300)),
    ],
    ids=str,
)
def test_a_held_gate_costs_what_it_costs_by_hand(layer: Layer, hold: Hold) -> None:
    found = finish(lesson.held(layer, LONG, hold))
    assert found == pytest.approx(bits_of(layer, LONG, by_hand(layer, LONG, hold)["logits"]), abs=1e-3, nan_ok=True)
    assert found[: hold.start + 1] == pytest.approx(read(layer, LONG).bits[: hold.start + 1], abs=1e-5, nan_ok=True)


@pytest.mark.real_weights
@pytest.mark.parametrize("number", [0, 1])
def test_a_held_gate_of_the_public_network(number: int) -> None:
    """Its own reading in one go is the oracle; that is checked against the published weights elsewhere."""
    layer, text, model = Layer("textgenrnn", number), LONG[:150], load_character_model("textgenrnn")
    clamp = {number: Clamp("forget", 0.0, None, 30, 140)}
    expected = bits(model.read(model.encode(text), clamp=clamp).logits, model.encode(text))
    assert finish(lesson.held(layer, text, Hold("forget", 0.0, 30, 140))) == pytest.approx(
        expected, abs=1e-4, nan_ok=True
    )
    assert np.nanmean(expected) > np.nanmean(read(layer, text).bits) + 0.02


@ours
def test_a_gate_that_is_not_there(layer: Layer) -> None:
    hold = Hold("update" if layer == LSTM else "forget")
    with pytest.raises(ValueError, match="no gate"):
        finish(lesson.held(layer, DEFAULT_TEXT, hold))
    with pytest.raises(ValueError, match="no gate"):
        finish(lesson.recalled(ALONE if layer == LSTM else GRUS, hold))


@pytest.mark.parametrize("temperature", [1e-310, 5e-324, 1e-12])
def test_the_coldest_temperatures_take_the_likeliest(temperature: float) -> None:
    model = load_character_model("lstm")
    scores = model.read(model.encode(DEFAULT_TEXT)).logits
    found = np.exp(log_probabilities(scores, temperature))
    assert found.sum(-1) == pytest.approx(1.0)
    assert (found.argmax(-1) == scores[:, 1:].argmax(-1) + 1).all()
    cold = finish(write(model, DEFAULT_TEXT, 12, temperature=temperature, seed=1))
    assert cold == finish(write(model, DEFAULT_TEXT, 12, temperature=0.0))


# The recall task


@pytest.mark.parametrize(
    ("network", "hold"),
    [
        (ALONE, None),
        (ALONE, DEFAULT_HOLD),
        (ALONE, Hold("output", 0.0, 39, 60)),
        (TOGETHER, Hold("input", 0.3, 70)),
        (GRUS, Hold("update", 1.0, 5, 9)),
        (GRUS, Hold("reset", 0.0, 39, 60)),
    ],
    ids=str,
)
def test_the_question_at_every_step_is_the_task_of_that_length(network: tuple[str, int], hold: Hold | None) -> None:
    """Against the model's own reading, from the beginning, of sequences that end with the question at that step."""
    model, made, found = (
        load_recaller(*network),
        recall.sequences(STEPS, results.SEED),
        finish(lesson.recalled(network, hold)),
    )
    assert (found.asked, len(found.right)) == (200, STEPS)
    clamp = None if hold is None else Clamp(hold.gate, hold.value, None, hold.start, hold.stop)
    for t in (1, 8, 45, STEPS):
        ids = np.concatenate([made.ids[:, :t], np.full((200, 1), QUERY)], 1)
        answers = model.answer(torch.as_tensor(ids), clamp).numpy()
        assert found.right[t - 1] == pytest.approx((answers == made.answers).sum(), abs=1)
        assert found.when(t).right == found.right[t - 1]
    step = found.step
    assert step.keep * step.before + step.write * step.candidate == pytest.approx(step.memory, abs=1e-5)


def test_a_held_gate_stands_at_its_value_in_the_sketch() -> None:
    for gate in GATES["lstm"]:
        found = finish(lesson.recalled(ALONE, Hold(gate, 0.25, 39, 60)))
        assert (found.at, found.step.gates[gate]) == (39, 0.25)
        assert (
            found.unit == finish(lesson.recalled(ALONE, replace(DEFAULT_HOLD, gate="forget"))).unit
        )  # the same for all


def test_the_sequences_are_the_tasks_own() -> None:
    made = recall.sequences(STEPS, 1)
    again = recall_batch(STEPS, 200, np.random.default_rng((1, STEPS)))
    assert np.array_equal(made.ids, again.ids)
    with pytest.raises(ValueError, match="a seed is a whole number from 0 on, not -1"):
        recall.sequences(STEPS, -1)


# The lesson's claims


def recalled(network: tuple[str, int], hold: Hold | None) -> Along:
    return finish(lesson.recalled(network, hold))


@pytest.mark.parametrize("which", SEEDS)
def test_a_forget_gate_that_is_shut_takes_the_memory(which: int) -> None:
    """Shut for 21 of 81 steps, recall is guessing for each network whose memory is in its cells; free it is near perfect."""
    network = ("lstm_at_40", which)
    free, held = recalled(network, None).end, recalled(network, DEFAULT_HOLD).end
    assert free.share > 0.97
    assert effect(free, held) == "gone"
    # A binomial with probability 1/8: 99.9 % of it lies within 3.3 standard deviations.
    assert abs(held.share - CHANCE) < 3.3 * math.sqrt(CHANCE * (1 - CHANCE) / held.asked)


def test_the_gates_are_not_alike() -> None:
    """Shut in the middle the input gate costs nothing; the output gate hides the memory and gives it back."""
    free = recalled(ALONE, None)
    added, shown = (recalled(ALONE, replace(DEFAULT_HOLD, gate=gate)) for gate in ("input", "output"))
    assert effect(free.end, added.end) == effect(free.end, shown.end) == "kept"
    assert effect(free.when(50), added.lowest) == "kept"
    assert effect(free.when(50), shown.lowest) == "gone"
    assert effect(free.when(50), shown.when(50)) == "gone"
    # Shut while the symbol is read, the input gate lets nothing in; the forget gate has nothing to lose then.
    assert effect(free.end, recalled(ALONE, Hold("input", 0.0, 0, 1)).end) == "gone"
    assert effect(free.end, recalled(ALONE, Hold("forget", 0.0, 0, 1)).end) == "kept"
    assert effect(free.end, recalled(ALONE, Hold("forget", 1.0, 39, 60)).end) == "kept"


def test_held_for_good_every_gate_takes_the_memory() -> None:
    for gate in GATES["lstm"]:
        assert effect(Counted(200, 200), recalled(ALONE, Hold(gate)).end) == "gone"


@pytest.mark.parametrize(("network", "gate"), [(TOGETHER, "forget"), (GRUS, "update")])
def test_networks_trained_on_all_distances_carry_it_through_the_hidden_state_too(network: Any, gate: str) -> None:
    free = recalled(network, None).end
    assert free.share > 0.97
    assert effect(free, recalled(network, replace(DEFAULT_HOLD, gate=gate)).end) in ("less", "kept")


def test_a_held_gate_makes_the_text_more_surprising() -> None:
    for value in (0.0, 1.0):  # never to keep and never to forget are both worse than to decide
        held = finish(lesson.held(LSTM, DEFAULT_TEXT, Hold("forget", value)))
        assert results.mean_bits(held) > results.mean_bits(read(LSTM).bits) + 0.5


def test_the_rnn_settles_in_states_that_noise_does_not_leave() -> None:
    """Why it holds a symbol for 3,200 steps: by a numpy RNN, over other sequences and fewer steps."""
    model, count = load_recaller("rnn_tanh", 0), 12
    state = {name: value.double().numpy() for name, value in model.state_dict().items()}
    made = recall.sequences(200, results.SEED, count)
    last = []
    for ids in made.ids[:, :-1]:
        h = np.zeros(model.hidden)
        for number in ids:
            h, _ = step_by_hand(state, "body.", "rnn_tanh", np.eye(17)[number], h, None, None)  # type: ignore[arg-type]
        last.append(h)
    pairs = [(a, b) for a in range(count) for b in range(a)]
    apart = {True: [], False: []}  # type: ignore[var-annotated]
    for a, b in pairs:
        apart[bool(made.answers[a] == made.answers[b])].append(np.linalg.norm(last[a] - last[b]))
    found = recall.latch(("rnn_tanh", 0), 200, count)
    assert found.same == pytest.approx(np.mean(apart[True]), rel=1e-3)
    assert found.other == pytest.approx(np.mean(apart[False]), rel=1e-3)
    shipped = find(lesson.latched, ("rnn_tanh", 0))
    assert shipped.steps == 3200
    assert shipped.other > 50 * shipped.same
    assert shipped.same == pytest.approx(found.same, rel=0.5)  # it does not grow with the steps


# The numbers that the page is made of


@given(some.lists(some.floats(0.01, 0.99), min_size=1, max_size=40))
def test_half_life_is_of_the_product_of_all_gates(gates: list[float]) -> None:
    (life,) = results.half_lives(np.array(gates)[:, None])
    assert math.prod(gates) ** (life / len(gates)) == pytest.approx(0.5)


def test_half_life_of_gates_that_never_move() -> None:
    assert list(results.half_lives(np.array([[1.0, 0.0, 0.5], [1.0, 0.9, 0.5]]))) == [math.inf, 0.0, 1.0]
    assert list(results.by_memory(np.array([1.0, math.inf, 1.0, 5.0, 0.0]))) == [1, 3, 0, 2, 4]


@given(some.integers(1, 2000), some.data())
def test_window(length: int, data: Any) -> None:
    at = data.draw(some.integers(0, length - 1))
    first, stop = results.window(length, at)
    assert 0 <= first <= at < stop <= length
    assert stop - first == min(length, results.WINDOW)
    if first and stop < length:
        assert at - first == results.WINDOW // 2


@pytest.mark.parametrize(
    ("right", "asked", "interval"),
    [(50, 100, (0.4038, 0.5962)), (0, 200, (0.0, 0.0188)), (200, 200, (0.9812, 1.0)), (25, 200, (0.0861, 0.1780))],
)
def test_interval(right: int, asked: int, interval: tuple[float, float]) -> None:
    """Values of an independent implementation (R's `prop.test` without correction)."""
    assert Counted(asked, right).interval == pytest.approx(interval, abs=2e-4)


def test_the_interval_holds_the_true_share_as_often_as_it_says() -> None:
    drawn = np.random.default_rng(0).binomial(200, CHANCE, 4000)
    inside = [low <= CHANCE <= high for low, high in (wilson(int(n), 200) for n in drawn)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(
    ("free", "held", "expected"),
    [
        (200, 200, "kept"),
        (200, 196, "kept"),
        (200, 150, "less"),
        (200, 40, "less"),
        (200, 25, "gone"),
        (30, 200, "never"),
    ],
)
def test_effect(free: int, held: int, expected: str) -> None:
    assert effect(Counted(200, free), Counted(200, held)) == expected


def test_mean_bits() -> None:
    assert results.mean_bits(np.array([math.nan, 1.0, 3.0, math.nan])) == 2.0
    assert math.isnan(results.mean_bits(np.array([math.nan])))


def test_a_model_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError):
        read(Layer("rnn"))
    with pytest.raises(KeyError):
        recalled(("lstm", 7), None)
    with pytest.raises(ValueError, match="no character"):
        read(LSTM, "")
    monkeypatch.setenv("UNROLLED_HOME", str(tmp_path))
    monkeypatch.setenv("UNROLLED_OFFLINE", "1")
    with pytest.raises(AssetError, match="textgenrnn"):
        read(Layer("textgenrnn"))


# Two tables


@pytest.mark.parametrize("distance", [2, 80])
def test_the_recall_table_is_what_the_networks_do(distance: int) -> None:
    """Asked again, with other sequences: the same within three standard deviations of so many questions."""
    table, made = lesson.recall_table(), recall.sequences(distance, 7)
    for kind, shares in zip(table.kinds, table.together, strict=True):
        for seed in SEEDS:
            answers = load_recaller(kind, seed).answer(torch.as_tensor(made.ids)).numpy()
            written = shares[seed, list(table.asked).index(distance)]
            assert (answers == made.answers).mean() == pytest.approx(written, abs=0.1)


def test_the_networks_are_of_equal_size() -> None:
    table = lesson.recall_table()
    assert max(table.parameters) < 1.03 * min(table.parameters)
    assert table.alone.shape == (len(table.variants), len(SEEDS), len(table.distances))
    assert table.together.shape == (3, len(SEEDS), len(table.asked))
    assert (table.distances[0], table.asked[-1]) == (2, 3200)


def test_trained_on_one_distance_alone_plain_networks_fail_first() -> None:
    """All learn the shortest distance; a far open forget gate reaches furthest."""
    table = lesson.recall_table()
    assert (table.alone[:, :, 0] > 0.95).all()
    ends = {variant: table.fails_at(variant) for variant in table.variants}
    assert ends["rnn_tanh"] < 40 < ends["lstm, forget bias 3"]
    assert max(ends, key=lambda name: ends[name]) == "lstm, forget bias 3"
    assert ends["lstm, forget bias 0"] <= ends["lstm, forget bias 1"] < ends["lstm, forget bias 3"]


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
        assert once(layer, torch.zeros(1, 3, width)) > 0
        assert all(parameter.grad is not None for parameter in layer.parameters())
    assert max(counts.values()) < 1.05 * min(counts.values())
    with pytest.raises(KeyError):
        speed.racer("perceptron")


def test_a_short_race() -> None:
    found = run(lesson.race, 1, (2, 5))
    assert found.seconds.shape == (2, 4, 2)
    assert (found.seconds > 0).all()
    assert np.isfinite(found.seconds).all()
    assert found.of("lstm", 16) == pytest.approx(16 * np.array([2, 5]) / found.seconds[1, 1])
    for batch in found.batches:
        pairs = zip((2, 5), found.of("transformer", batch), found.of("lstm", batch), strict=True)
        assert found.ahead(batch) == tuple(n for n, a, b in pairs if a > b)
    assert "thread" in found.where
