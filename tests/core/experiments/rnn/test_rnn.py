"""The lesson on recurrent networks: reading, damage, what units follow, and what ships, checked by other means."""

import json
from typing import Any, cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from core.data.prose import load_prose
from core.experiments import rnn
from core.experiments.recording import find
from core.experiments.rnn import features, reading, results, timing
from core.experiments.rnn import held_out as measured
from core.experiments.rnn.features import FEATURES, NAMES, Tracking
from core.models.char_lm import CharLM
from core.models.lstm import LSTM
from core.pretrained.characters import TRAINED
from core.progress import finish

TEXT = results.DEFAULT_TEXT
HERE = results.DEFAULT_POSITION
every_model = pytest.mark.parametrize("name", results.KINDS)


def read(name: str, text: str = TEXT) -> results.Read:
    found: results.Read = finish(reading.read(name, text))
    return found


# What a text holds, computed from the text alone


def says(name: str, text: str) -> str:
    """A feature under its text: one digit a character."""
    values = FEATURES[NAMES.index(name)].values(text)
    assert values.shape == (len(text),)
    return "".join(str(int(value)) for value in values)


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("quote", 'a "b c" d "e', "001111000011"),
        ("quote", 'a "b\nc" d', "001100111"),
        ("bracket", "a (b (c) d) e) (f\ng", "0011111111000001100"),
        ("blank", "a b  c\nd", "01011000"),
        ("word", "it's (not) so", "12340" + "0123" + "00" + "12"),
        ("line", "ab\nabc\n\na", "120123001"),
        ("end", 'He left. "Why?" A 1.5', "0000000" + "111" + "000" + "111" + "00000"),
        ("capital", "The BBC", "1000111"),
        ("vowel", "Audio, sky", "1101100000"),
        ("digit", "in 1984: x2", "00011110001"),
    ],
)
def test_features(name: str, text: str, values: str) -> None:
    assert says(name, text) == values


def test_features_of_nothing_and_of_everything() -> None:
    assert features.measure("").shape == (len(FEATURES), 0)
    assert np.isfinite(features.measure("🦜<b>\x00\u202e é\n\n\"(('")).all()
    assert len(set(NAMES)) == len(NAMES)


def test_correlations_are_numpys() -> None:
    rng = np.random.default_rng(0)
    units, known = rng.normal(size=(200, 7)), rng.integers(0, 2, (3, 200)).astype(float)
    expected = np.corrcoef(units.T, known)[:7, 7:]
    assert features.correlations(units, known) == pytest.approx(expected)
    units[:, 2] = 0.5
    known[1] = 0
    found = features.correlations(units, known)
    assert np.isfinite(found).all()
    assert not found[2].any()
    assert not found[:, 1].any()


def test_a_unit_is_chosen_on_one_half_and_reported_on_the_other() -> None:
    """The best of 400 units of pure noise looks good where it was chosen, and nowhere else."""
    rng = np.random.default_rng(1)
    noise, known = rng.normal(size=(2, 150, 400)), rng.normal(size=(2, len(FEATURES), 150))
    one, two = (features.correlations(n, k) for n, k in zip(noise, known, strict=True))
    tracking = Tracking(one, two, np.ones(400), 400, 150)
    best = tracking.ranked(0)[0]
    assert abs(one[best, 0]) == np.abs(one[:, 0]).max() > 0.2
    assert tracking.reported(best, 0) == two[best, 0]
    chosen = [abs(one[tracking.ranked(f)[0], f]) for f in range(len(FEATURES))]
    reported = [abs(tracking.reported(tracking.ranked(f)[0], f)) for f in range(len(FEATURES))]
    assert np.mean(chosen) > 2.5 * np.mean(reported)
    rows = tracking.rows(5)
    assert [feature for feature, _ in rows] == sorted(5 * list(range(len(FEATURES))))
    assert rows[0] == (0, best)
    assert tracking.favourite(best) == int(np.abs(one[best]).argmax())


def test_cells_have_names_of_their_own() -> None:
    tracking = Tracking(np.zeros((6, 9)), np.zeros((6, 9)), np.ones(6), 3, 10)
    assert [tracking.label(unit) for unit in range(6)] == ["unit 0", "unit 1", "unit 2", "cell 0", "cell 1", "cell 2"]


@pytest.mark.parametrize(
    ("r", "said"),
    [
        (0.9, "follows"),
        (-0.5, "follows"),
        (0.49, "leans on"),
        (-0.3, "leans on"),
        (0.29, "not here"),
        (0.0, "not here"),
    ],
)
def test_strength(r: float, said: str) -> None:
    assert features.strength(r) == said


def test_follow_shows_the_units_own_values() -> None:
    one = read("rnn_relu")
    tracking = find(rnn.tracking, "rnn_relu")
    part = slice(20, 60)
    found = features.follow(one.states, TEXT, tracking, NAMES.index("vowel"), 2, part)
    unit = tracking.ranked(NAMES.index("vowel"))[1]
    assert found.unit == unit
    assert found.values == pytest.approx(np.minimum(one.states[20:60, unit] / tracking.reach[unit], 1))
    assert found.truth.tolist() == [float(c in "aeiouAEIOU") for c in TEXT[part]]
    whole = np.minimum(one.states[:, unit] / tracking.reach[unit], 1)
    assert found.own == pytest.approx(np.corrcoef(whole, [c in "aeiouAEIOU" for c in TEXT])[0, 1], abs=1e-6)
    assert found.held_out == tracking.reported(unit, NAMES.index("vowel"))
    digits = features.follow(one.states, TEXT, tracking, NAMES.index("digit"), 1, part)
    assert np.isnan(digits.own)  # there is none in this text
    alone = features.follow(one.states[:1], "T", tracking, 0, 1, slice(None))
    assert np.isnan(alone.own)


# Reading


@every_model
def test_a_reading_is_the_models_forward(name: str) -> None:
    """In pieces, as the page reads; against one pass of `forward` over the whole text, twice as long as a piece."""
    model = reading.character_lm(name)
    text = TEXT + " " + TEXT[:70] + "🦜"
    one = read(name, text)
    ids = torch.tensor([model.encode(text)])
    with torch.no_grad():
        hidden, _ = model.body(model.embedding(ids))
        scores = model.output(hidden)
    assert one.logits == pytest.approx(scores[0].numpy(), abs=1e-4)
    assert one.states[:, : one.hidden] == pytest.approx(hidden[0].numpy(), abs=1e-5)
    assert one.ids == tuple(ids[0].tolist())
    assert one.ids[-1] == 0
    assert one.states.shape == (len(text), one.hidden * (2 if name == "lstm" else 1))
    assert one.parameters == sum(p.numel() for p in model.parameters())


def test_an_lstms_cells_stand_behind_its_hidden_units() -> None:
    model = reading.character_lm("lstm")
    layer = cast(LSTM, model.body.layers[0])
    trace = layer.trace(model.embedding(torch.tensor([model.encode(TEXT[:30])])))
    one = read("lstm", TEXT[:30])
    assert one.states[:, one.hidden :] == pytest.approx(np.arcsinh(trace.cell[0]), abs=1e-6)


@every_model
def test_the_three_matrices_are_all_but_biases_and_the_table(name: str) -> None:
    one, model = read(name, "a"), reading.character_lm(name)
    assert [m.name for m in one.matrices] == ["W_ih", "W_hh", "W_ho"]
    rest = {n: p.numel() for n, p in model.named_parameters() if "bias" in n or n.startswith("embedding")}
    assert sum(m.numbers for m in one.matrices) + sum(rest.values()) == one.parameters
    assert abs(one.parameters - 305_000) < 1000  # of equal size, whatever the kind


def test_nothing_to_read() -> None:
    with pytest.raises(ValueError, match="no character"):
        read("gru", "")
    with pytest.raises(KeyError):
        read("textgenrnn")


@pytest.mark.parametrize(("position", "since"), [(0, 1), (HERE, 1), (HERE, 4), (len(TEXT) - 1, 2)])
def test_a_step_with_its_state_and_from_zeros(position: int, since: int) -> None:
    """Against torch: one pass over the whole text, and one over its last characters alone."""
    model, one = reading.character_lm("rnn_tanh"), read("rnn_tanh")
    erased = reading.erased("rnn_tanh", TEXT, position, since)
    step = results.compare(one, erased)

    def after(text: str) -> np.ndarray:
        with torch.no_grad():
            return model(torch.tensor([model.encode(text)]))[0][0, -1, 1:].double().softmax(-1).numpy()

    kept, lost = after(TEXT[: position + 1]), after(TEXT[position + 1 - since : position + 1])
    assert one.probabilities(position)[1:] == pytest.approx(kept, abs=1e-5)
    assert one.probabilities(position)[0] == 0
    for character, with_state, without in step.likeliest:
        at = one.vocabulary.index(character)
        assert (with_state, without) == (pytest.approx(kept[at], abs=1e-5), pytest.approx(lost[at], abs=1e-5))
    assert step.likeliest[0][0] == one.vocabulary[int(kept.argmax())]
    assert one.vocabulary[int(lost.argmax())] in [row[0] for row in step.likeliest]
    assert erased.states.shape == (since, one.states.shape[1])
    if position + 1 < len(TEXT):
        wanted = one.vocabulary.index(TEXT[position + 1])
        assert (step.came, step.kept) == (TEXT[position + 1], pytest.approx(kept[wanted], abs=1e-5))
        assert step.erased == pytest.approx(lost[wanted], abs=1e-5)
    else:
        assert step.came is None


def test_the_title_holds_at_the_default() -> None:
    """Without its state the network gives a character less than a twentieth of what it gave: all it knew was there."""
    step = results.compare(read("rnn_tanh"), reading.erased("rnn_tanh", TEXT, HERE, 1))
    assert (step.came, round(step.kept, 2)) == ("k", 0.77)
    assert step.erased < step.kept / 20


def test_a_step_before_an_unknown_character() -> None:
    step = results.compare(read("gru", "a🦜b"), reading.erased("gru", "a🦜b", 0, 1))
    assert step.came == "🦜"
    assert np.isnan(step.kept)
    with pytest.raises(ValueError, match="1 characters up to here"):
        reading.erased("gru", "a🦜b", 0, 2)


def test_features_that_no_unit_follows_are_not_offered() -> None:
    tracking = find(rnn.tracking, "rnn_tanh")
    offered = features.followed_features(tracking)
    best = {f: abs(tracking.reported(tracking.ranked(f)[0], f)) for f in range(len(FEATURES))}
    assert offered == sorted((f for f in best if best[f] >= features.LEANS), key=lambda f: -best[f])
    assert 0 < len(offered) < len(FEATURES)
    none = Tracking(np.zeros((3, len(FEATURES))), np.zeros((3, len(FEATURES))), np.ones(3), 3, 10)
    assert features.followed_features(none) == [0]


@given(some.integers(1, 3000), some.integers(0, 2999))
def test_the_window_holds_the_position(length: int, position: int) -> None:
    position = min(position, length - 1)
    part = results.window(length, position)
    assert part.start <= position < part.stop
    assert part.stop - part.start == min(length, results.SHOWN)
    assert 0 <= part.start < part.stop <= length


# Damage


@pytest.mark.parametrize(
    ("curve", "after"),
    [
        ([], None),
        ([0.05], 1),
        ([0.5], None),
        ([0.5, 0.05], 2),
        ([0.5, 0.05, 0.2, 0.01], 4),
        ([0.1, 0.0], 2),
        ([0.0, 0.5], None),
    ],
)
def test_falls_under(curve: list[float], after: int | None) -> None:
    assert results.falls_under(np.array(curve)) == after
    assert results.Damage("gru", np.array(curve)).lasts == after


@pytest.mark.parametrize(("curve", "half"), [([], 0), ([0, 0], 0), ([3, 1, 1], 1), ([1, 1, 1, 1], 2), ([0, 0, 5], 3)])
def test_half_of_the_damage(curve: list[float], half: int) -> None:
    assert results.Damage("gru", np.array(curve, float)).half == half


def damage(name: str, kind: Any, position: int = HERE, text: str = TEXT, other: str = results.DEFAULT_OTHER) -> Any:
    return reading.damaged(name, text, position, kind, other).divergence


def test_what_is_lost_is_the_divergence_without_a_logarithm() -> None:
    """1 - exp(-KL): the geometric mean, over what the undamaged model expects, of how its probability fell."""
    p, q = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    kl = float((p * np.log(p / q)).sum())
    mean = float(np.prod((q / p) ** p))
    assert results.Damage("gru", np.array([kl])).lost == pytest.approx(1 - mean)


@every_model
@pytest.mark.parametrize("kind", ["erase", "swap"])
def test_damage_is_kl_between_two_readings(name: str, kind: Any) -> None:
    """By torch, from two passes of `forward`: over the whole text, and over the rest after zeros or the other text."""
    model = reading.character_lm(name)

    def log_probabilities(text: str, last: int) -> torch.Tensor:
        with torch.no_grad():
            return model(torch.tensor([model.encode(text)]))[0][0, -last:, 1:].double().log_softmax(-1)

    rest = TEXT[HERE + 1 :]
    before = "" if kind == "erase" else results.DEFAULT_OTHER
    p, q = log_probabilities(TEXT, len(rest)), log_probabilities(before + rest, len(rest))
    expected = (p.exp() * (p - q)).sum(-1).numpy()
    assert damage(name, kind) == pytest.approx(expected, abs=2e-4)


def test_the_same_state_is_no_damage() -> None:
    assert damage("lstm", "swap", other=TEXT[: HERE + 1]) == pytest.approx(0, abs=1e-6)


def test_no_character_follows() -> None:
    assert len(damage("gru", "erase", position=len(TEXT) - 1)) == 0
    assert len(damage("gru", "erase", position=0, text="a" * 500)) == results.AFTER


@every_model
@pytest.mark.parametrize("kind", ["erase", "swap"])
def test_damage_shows_at_once_and_decays(name: str, kind: Any) -> None:
    """The claim of the lesson, on its default text and on average over held-out text."""
    found = damage(name, kind)
    assert found[0] > 0.2
    assert found[40:].max() < 0.1 * found[:5].max()
    averages = find(rnn.averages, name)
    mean = averages.erased if kind == "erase" else averages.swapped
    assert mean[0] > 0.5
    assert mean[100:].max() < 0.05
    assert 3 <= (results.falls_under(mean) or 0) <= 60


# What was measured on held-out text


@pytest.fixture(scope="module")
def held_out() -> str:
    return load_prose().held_out


@pytest.mark.real_weights
@every_model
def test_the_table_of_correlations_is_what_the_models_do(name: str, held_out: str) -> None:
    """All hidden units, on the half that is reported, with the states of torch.nn's own layers and numpy's correlation."""
    model, tracking = reading.character_lm(name), find(rnn.tracking, name)
    half = held_out[len(held_out) // 2 :]
    ids, places = measured._pieces(model, half)
    layer = model.body.layers[0]
    oracle: Any = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}.get(name, torch.nn.RNN)
    more = {"nonlinearity": name.removeprefix("rnn_")} if name.startswith("rnn_") else {}
    theirs = oracle(layer.input_size, layer.hidden_size, batch_first=True, **more)
    theirs.load_state_dict(layer.state_dict())
    with torch.no_grad():
        hidden = theirs(model.embedding(torch.as_tensor(ids)))[0]
        loss = torch.nn.functional.cross_entropy(model.output(hidden[:, :-1]).mT, torch.as_tensor(ids[:, 1:]))
    states = hidden[:, measured.SKIP :].flatten(0, 1).numpy()
    truth = np.stack([np.concatenate([f.values(half)[place] for place in places]) for f in FEATURES])
    moves = states.std(0) > 1e-6  # a ReLU unit may be dead
    r = np.corrcoef(states[:, moves].T, truth)[: moves.sum(), moves.sum() :]
    assert tracking.seen_on[: layer.hidden_size][moves] == pytest.approx(r, abs=2e-3)
    assert not tracking.seen_on[: layer.hidden_size][~moves].any()
    assert moves.mean() > 0.9
    assert len(states) == tracking.characters >= 20_000
    assert find(rnn.averages, name).bits == pytest.approx(float(loss) / np.log(2), abs=1e-3)
    told = json.loads((TRAINED / f"char_{name}.json").read_text("utf-8"))["metrics"]["held_out_bits_per_character"]
    assert find(rnn.averages, name).bits == pytest.approx(told, abs=0.1)  # of all the held-out text, this is half of it


@pytest.mark.real_weights
def test_states_on_pieces_are_those_of_one_reading(held_out: str) -> None:
    text = held_out[: 2 * measured.PIECE + 17]
    for name in ("lstm", "gru"):
        states, places, _ = measured.states_on(reading.character_lm(name), text)
        assert places == [slice(100, 1000), slice(1100, 2000)]
        one = read(name, text[1000:2000])
        assert states[900:] == pytest.approx(one.states[100:], abs=1e-4)


@pytest.mark.real_weights
def test_average_damage_is_the_mean_of_single_ones(held_out: str) -> None:
    text = held_out[:4000]
    erased, swapped = measured.average_damage(reading.character_lm("gru"), text, positions=4)
    starts = [int(s) for s in np.linspace(0, len(text) - measured.BEFORE - measured.BEHIND, 4)]
    pieces = [text[s : s + measured.BEFORE + measured.BEHIND] for s in starts]
    one = [damage("gru", "erase", measured.BEFORE - 1, piece) for piece in pieces]
    two = [
        damage("gru", "swap", measured.BEFORE - 1, piece, pieces[(n + 2) % 4][: measured.BEFORE])
        for n, piece in enumerate(pieces)
    ]
    assert erased == pytest.approx(np.mean(one, 0), abs=1e-4)
    assert swapped == pytest.approx(np.mean(two, 0), abs=1e-4)


@pytest.mark.real_weights
def test_the_recorded_averages_are_those_of_the_model(held_out: str) -> None:
    erased, swapped = measured.average_damage(reading.character_lm("rnn_tanh"), held_out[len(held_out) // 2 :])
    assert find(rnn.averages, "rnn_tanh").erased == pytest.approx(erased, abs=1e-3)
    assert find(rnn.averages, "rnn_tanh").swapped == pytest.approx(swapped, abs=1e-3)


def test_a_linear_reader_finds_what_is_there() -> None:
    """States that hold the last three characters and nothing else: named all right, then as well as by guessing."""
    rng = np.random.default_rng(0)
    letters = np.array(list("abcd    "))
    model = CharLM("gru", tuple(" abcd"), hidden=(18,), seed=0)
    states, texts = [], []
    for _ in range(2):
        text = "".join(letters[rng.integers(0, len(letters), 6 * measured.PIECE)])
        ids = np.array(model.encode(text))
        lags = np.concatenate([np.eye(6)[np.roll(ids, lag)] for lag in range(3)], 1)
        _, places = measured._pieces(model, text)
        states.append(np.concatenate([lags[place] for place in places]))
        texts.append(text)
    shares, guessed = measured.recall(model, *texts, *states)
    told = dict(zip(measured.DISTANCES, shares, strict=True))
    assert told[0] == told[1] == told[2] == 1.0
    assert guessed == pytest.approx(0.5, abs=0.03)
    assert told[12] == pytest.approx(guessed, abs=0.05)


@every_model
def test_the_recorded_limits(name: str) -> None:
    averages, speed = find(rnn.averages, name), find(rnn.speed, name)
    told = dict(zip(averages.distances, averages.recalled, strict=True))
    assert told[0] > 0.95  # the character just read is there
    assert told[20] < told[5] < told[0]
    assert told[50] < averages.guessed + 0.05  # and one fifty before is not: the bottleneck
    assert 1.5 < averages.bits < 2.6
    per_character = np.array(speed.seconds) / np.array(speed.lengths)
    assert per_character.max() < 1.6 * per_character.min()  # time in proportion to length
    assert speed.gain > 2
    assert speed.where


def test_speed_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "LENGTHS", (128, 512))
    monkeypatch.setattr(timing, "LANES", 32)
    found = finish(timing.speed("gru", repeats=2))
    assert (found.lengths, found.lanes) == ((128, 512), 32)
    assert all(seconds > 0 for seconds in (*found.seconds, found.side_by_side))
    assert found.seconds[-1] > found.seconds[0]
    assert found.gain == found.seconds[-1] / found.side_by_side > 1
    assert "one thread" in found.where
