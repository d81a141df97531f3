"""What the lesson claims: which comes first, beside which baselines, and which units follow what."""

import math
import re
import statistics

import numpy as np
import pytest
import torch

from core.assets import own
from core.data.texts_to_learn import TEXTS, built_in, divide
from core.experiments import char_rnn as lesson
from core.experiments.char_rnn import reading
from core.experiments.char_rnn.features import FEATURES, measure
from core.experiments.char_rnn.learning import Learning, further
from core.experiments.char_rnn.measures import Inventory, words_of
from core.experiments.char_rnn.results import KINDS, Counts, Moment, Run, Setting, Shares, moments_up_to, rounded
from core.experiments.recording import find
from core.progress import finish
from pages.kit.course import find as entry

SMALL = "the cat sat on the mat and the dog sat on the log.\n" * 60


@pytest.mark.parametrize("name", TEXTS)
def test_letters_come_before_words_and_words_before_pairs(name: str) -> None:
    run, counts = find(lesson.full, name), find(lesson.counts, name)
    half = [run.reached(each, counts.real) for each in ("triples", "words", "pairs")]
    assert half[0] < half[1] / 2
    assert math.isnan(half[2]) or half[1] < half[2]
    assert run.last.bits < counts.grams[-1] < run.moments[0].bits
    assert run.last.shares.words > 0.8


def test_the_finding_is_what_was_measured() -> None:
    run, counts = find(lesson.full, "novel"), find(lesson.counts, "novel")
    finding = entry("char_rnn").finding
    assert f"{rounded(run.reached('triples', counts.real))} characters" in finding
    assert f"{rounded(run.reached('words', counts.real))}" in finding


def test_shares_are_counted_as_by_hand() -> None:
    inventory = Inventory("the cat's mat, the END 12")
    assert words_of("The cat's 3rd ÉTÉ_x") == ["the", "cat's", "rd", "été", "x"]
    shares = inventory.shares(["the mat the dog cut"])
    assert shares.written == 4  # the last word may be cut
    assert shares.words == 3 / 4
    assert shares.pairs == 1 / 3  # "mat the" stands there, "the mat" does not
    assert shares.triples == 9 / 12  # of "dog" only its framing would be known
    assert math.isnan(shares.style)
    assert (inventory.shares([""]).words, inventory.shares([""]).written) == (0.0, 0)


def test_the_judge_of_style_knows_which_text_is_which() -> None:
    one, other = Inventory("sea whale ship " * 50), Inventory("people congress nation " * 50)
    assert one.shares(["whale ship sea " * 20], other).style == 1.0
    assert one.shares(["nation people " * 20], other).style == 0.0
    assert one.shares(["xq zz " * 50], other).style == 0.5


def test_halfway_is_found_between_two_moments() -> None:
    def moment(read: int, words: float) -> Moment:
        return Moment(read, 1.0, 2.0, Shares(words, words, words, math.nan, 10), "", ())

    real = Shares(1.0, 1.0, 1.0, math.nan, 10)
    run = Run(Setting(), 1, "", (moment(0, 0.2), moment(100, 0.4), moment(10_000, 0.8)))
    assert run.reached("words", real) == pytest.approx(
        1000
    )  # half of 0.2 to 1 is 0.6: halfway on the scale of logarithms
    assert run.reached("words", real, 0.1) == 100
    assert math.isnan(run.reached("words", real, 0.99))
    assert (run.best.read, run.worst.read) == (10_000, 0)


def test_numbers_as_they_are_said() -> None:
    assert [rounded(n) for n in (7, 4096, 61_234, 1_940_000)] == ["7", "4,100", "61,000", "1.9 million"]
    assert moments_up_to(200_000) == [5_000, 15_000, 40_000, 100_000, 200_000]
    assert moments_up_to(300_000, (200_000,)) == [300_000]
    counts = Counts((4.0, 3.0, 2.5), Shares(1, 1, 1, 1, 1), 1, 1, 1, 1)
    assert [counts.level(bits) for bits in (4.2, 3.5, 2.1)] == [0, 1, 3]


def test_a_training_can_pause_and_go_on() -> None:
    """In two stretches it comes to the same as in one: the same losses, the same text."""
    torch.set_num_threads(1)
    setting = Setting("gru", 64, 16)
    once, twice = (Learning(SMALL, "", setting) for _ in range(2))
    finish(further(once, 8_000, 8_000))
    finish(further(twice, 3_000, 8_000))
    assert len(twice.run.moments) == 2
    finish(further(twice, 8_000, 8_000))
    assert once.learner.read == twice.learner.read
    assert once.run.last.bits == pytest.approx(twice.run.last.bits, rel=1e-4)
    assert once.run.last.bits < once.run.moments[0].bits - 0.5
    with pytest.raises(ValueError, match="at least"):
        Learning("too short", "", setting)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_trains_on_a_readers_text(kind: str) -> None:
    learning = lesson.begin(SMALL, "", Setting(kind, 64, 32), 1)
    run = finish(lesson.further(learning, 2_000, 2_000, 0))
    assert run.last.read >= 2_000
    assert run.last.text
    assert sum(share for _, share in run.last.following) <= 1.001
    assert lesson.weights(learning)[:8]
    counts = finish(lesson.count_own(SMALL))
    assert counts.grams[0] > counts.grams[-1]
    assert counts.real.words == 1.0


def test_the_recorded_moments_are_what_was_written() -> None:
    """Words counted another way: by a plain search in the text that was learned from."""
    run, facts = find(lesson.full, "novel"), own.facts("writer_novel")
    known = set(re.findall(r"[a-z]+(?:'[a-z]+)*", divide(built_in("novel")).train.lower()))
    written = [
        w for text in facts["moments"][-1]["samples"] for w in re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())[:-1]
    ]
    assert run.last.shares.words == pytest.approx(np.mean([w in known for w in written]), abs=0.005)
    assert run.last.shares.written == len(written)


def test_a_quotation_goes_on_over_line_ends() -> None:
    quote = [feature.name for feature in FEATURES].index("quote")
    assert measure('a "b\nc" d "e\n\nf')[quote].tolist() == [0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0]


def test_units_follow_what_is_said_on_text_that_they_were_not_chosen_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the text, by Python's own module: the halves are kept apart, and the recorded unit does as well there."""
    torch.set_num_threads(1)
    recorded = find(lesson.tracking, "novel")
    monkeypatch.setattr(reading, "HALF", 1_500)
    tracking, text = finish(reading.tracking("novel")), divide(built_in("novel")).held_out[:3_000]
    states = finish(reading._states(reading.writer("novel"), text))[1_500:]
    unit = recorded.ranked(0)[0]
    wanted = statistics.correlation(states[:, unit].tolist(), measure(text)[0, 1_500:].tolist())
    assert tracking.reported(unit, 0) == pytest.approx(wanted, abs=1e-4)
    assert recorded.reported(unit, 0) == pytest.approx(wanted, abs=0.1)
    assert abs(recorded.reported(unit, 0)) > 0.8
    coloured = finish(lesson.coloured("novel", text[:300]))
    assert coloured.values.shape == (len(FEATURES), 300)
    assert coloured.labels[0] == recorded.label(unit)
    assert coloured.held_out[0] == pytest.approx(abs(recorded.reported(unit, 0)))
