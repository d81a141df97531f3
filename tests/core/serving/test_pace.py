"""Threads are given up where they stand in the way, tried again later, and never change a number."""

import torch

from core.serving.pace import FIRST_PAUSE, LONGEST_PAUSE, PATIENCE, STEADY, Pace


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def learned(clock: Clock, alone: float = 0.02) -> Pace:
    """Return a pace that knows how long one thread takes for a single text."""
    pace = Pace(2, clock)
    assert pace.threads(1) == 1  # nothing is known yet: one thread is the yardstick
    pace.took(1, 1, alone)
    return pace


def test_all_threads_while_they_help() -> None:
    pace = learned(Clock())
    for _ in range(200):
        assert pace.threads(1) == 2
        pace.took(1, 2, 0.012)


def test_one_thread_once_the_others_stand_in_the_way_then_all_again() -> None:
    clock = Clock()
    pace = learned(clock)
    for _ in range(PATIENCE):
        assert pace.threads(1) == 2
        pace.took(1, 2, 0.05)
    assert pace.threads(1) == 1
    clock.now += FIRST_PAUSE
    assert pace.threads(1) == 2


def test_one_hopeless_step_is_enough() -> None:
    pace = learned(Clock())
    pace.took(1, 2, 0.5)
    assert pace.threads(1) == 1


def test_one_slow_step_is_no_reason() -> None:
    pace = learned(Clock())
    for seconds in (0.05, 0.012, 0.05, 0.012):
        assert pace.threads(1) == 2
        pace.took(1, 2, seconds)


def test_pauses_grow_to_a_limit_and_start_over_when_the_machine_is_free() -> None:
    clock = Clock()
    pace = learned(clock)
    pauses = []
    for _ in range(8):
        for _ in range(PATIENCE):
            pace.took(1, 2, 0.05)
        began = clock.now
        while pace.threads(1) == 1:
            clock.now += 0.5
        pauses.append(clock.now - began)
    assert pauses == [min(FIRST_PAUSE * 2**i, LONGEST_PAUSE) for i in range(8)]
    for _ in range(STEADY):
        pace.took(1, 2, 0.012)
    for _ in range(PATIENCE):
        pace.took(1, 2, 0.05)
    clock.now += FIRST_PAUSE
    assert pace.threads(1) == 2


def test_each_number_of_texts_has_its_own_yardstick() -> None:
    pace = learned(Clock())
    assert (pace.threads(1), pace.threads(8)) == (2, 1)
    pace.took(8, 1, 0.1)
    assert pace.threads(8) == 2
    pace.took(8, 2, 0.06)
    assert pace.threads(8) == 2


def test_step_sets_what_it_chose_and_returns_the_result() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        pace = Pace(2)
        assert pace.step(1, torch.get_num_threads) == 1
        pace.use()
        assert torch.get_num_threads() == 1  # nothing has shown yet that two would help
        pace.took(1, 1, 10.0)
        assert pace.step(1, torch.get_num_threads) == 2
        pace.use()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
