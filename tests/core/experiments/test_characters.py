"""What the lessons on character models share: a text made fit, chances, surprise, divergence, and writing."""

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
import torch

from core.experiments.character_writing import write
from core.experiments.characters import LIMIT, Written, bits, divergence, fit, log_probabilities, visible
from core.models.char_lm import CharLM
from core.models.clamp import Clamp

ALPHABET = tuple("\n abcdefgh")


@pytest.fixture(scope="module")
def model() -> CharLM:
    """A small LSTM as it starts, made sharper so that its chances differ."""
    made = CharLM("lstm", ALPHABET, embedding=8, hidden=(12,), seed=3)
    with torch.no_grad():
        made.output.weight.mul_(12)
    return made.requires_grad_(False)


def finish(work: Generator[tuple[int, int], None, Any]) -> tuple[list[tuple[int, int]], Any]:
    """What a piece of work yields, and what it returns."""
    seen = []
    while True:
        try:
            seen.append(next(work))
        except StopIteration as end:
            return seen, end.value


# A reader's text


def test_a_text_that_fits_stays() -> None:
    fitted = fit("abc ab", ALPHABET)
    assert (fitted.text, fitted.dropped, fitted.unknown) == ("abc ab", 0, ())


def test_a_long_text_keeps_its_end() -> None:
    fitted = fit("a" * 500 + "b" * LIMIT, ALPHABET)
    assert fitted.text == "b" * LIMIT
    assert fitted.dropped == 500


def test_unknown_characters_are_placed_in_what_is_kept() -> None:
    fitted = fit("zz" + "a" * 5 + "é" + "b" * 3 + "🦜", ALPHABET, limit=10)
    assert fitted.text == "aaaaaébbb🦜"
    assert fitted.unknown == (5, 9)
    assert fitted.dropped == 2


def test_line_ends_of_other_systems() -> None:
    assert fit("a\r\nb\rc\n", ALPHABET).text == "a\nb\nc\n"
    assert fit("a\r\nb", ALPHABET).dropped == 0


def test_nothing() -> None:
    assert fit("", ALPHABET).text == ""


@pytest.mark.parametrize(("character", "shown"), [(" ", "␣"), ("\n", "⏎"), ("\t", "⇥"), ("a", "a"), ("é", "é")])
def test_visible(character: str, shown: str) -> None:
    assert visible(character) == shown


# Chances


@pytest.mark.parametrize("temperature", [0.05, 0.7, 1.0, 3.0])
def test_chances_are_softmax_without_the_unknown_one(temperature: float) -> None:
    scores = np.random.default_rng(0).normal(size=(4, 9)).astype(np.float32) * 5
    before = scores.copy()
    expected = (torch.from_numpy(scores[:, 1:]).double() / temperature).log_softmax(-1).numpy()
    found = log_probabilities(scores, temperature)
    assert found[:, 1:] == pytest.approx(expected, abs=1e-9)
    assert (found[:, 0] == -np.inf).all()
    assert np.array_equal(scores, before)  # the reading is shared: nothing in it is changed


def test_bits_are_torchs_cross_entropy(model: CharLM) -> None:
    ids = model.encode("abcd hgab")
    reading = model.read(ids)
    scores = torch.from_numpy(reading.logits[:-1, 1:]).double()
    expected = torch.nn.functional.cross_entropy(scores, torch.tensor(ids[1:]) - 1, reduction="none") / np.log(2)
    found = bits(reading.logits, ids)
    assert np.isnan(found[0])
    assert found[1:] == pytest.approx(expected.numpy(), abs=1e-9)


def test_no_surprise_is_given_for_what_the_model_does_not_know(model: CharLM) -> None:
    ids = model.encode("ab?cd")
    assert np.isnan(bits(model.read(ids).logits, ids)).tolist() == [True, False, True, False, False]


def test_divergence_is_torchs() -> None:
    one, two = np.random.default_rng(1).normal(size=(2, 5, 9)).astype(np.float32) * 4
    p, q = (torch.from_numpy(scores[:, 1:]).double().log_softmax(-1) for scores in (one, two))
    expected = torch.nn.functional.kl_div(q, p, log_target=True, reduction="none").sum(-1)
    assert divergence(one, two) == pytest.approx(expected.numpy(), abs=1e-9)
    assert divergence(one, one) == pytest.approx(np.zeros(5), abs=1e-12)
    assert (divergence(one, two) >= 0).all()


# Writing


def test_the_same_seed_writes_the_same(model: CharLM) -> None:
    seen, one = finish(write(model, "abc", 40, seed=5))
    _, again = finish(write(model, "abc", 40, seed=5))
    _, other = finish(write(model, "abc", 40, seed=6))
    assert seen == [(n, 40) for n in range(1, 41)]
    assert one == again
    assert one.text != other.text
    assert len(one.text) == len(one.chances) == 40


@pytest.mark.parametrize("temperature", [0.0, 0.4, 1.0, 2.0])
def test_the_chances_are_the_models_own(model: CharLM, temperature: float) -> None:
    """Read in one go, whatever the temperature: each character's chance after all that stood before it."""
    _, written = finish(write(model, "abc", 30, temperature=temperature, seed=1))
    ids = model.encode("abc" + written.text)
    chances = torch.from_numpy(model.read(ids).logits[2:-1, 1:]).double().softmax(-1).numpy()
    assert written.chances == pytest.approx(chances[np.arange(30), np.array(ids[3:]) - 1], abs=1e-6)
    if not temperature:
        assert [i - 1 for i in ids[3:]] == chances.argmax(-1).tolist()


def test_colder_is_likelier(model: CharLM) -> None:
    means = [
        np.mean([np.log(finish(write(model, "a", 80, temperature=t, seed=s))[1].chances).mean() for s in range(5)])
        for t in (0.3, 1.0, 3.0)
    ]
    assert means[0] > means[1] > means[2]


def test_the_unknown_sign_is_never_written(model: CharLM) -> None:
    with torch.no_grad():
        bias = model.output.bias.clone()
        model.output.bias[0] = 50.0
        try:
            _, written = finish(write(model, "a?b", 40, seed=2))
        finally:
            model.output.bias.copy_(bias)
    assert set(written.text) <= set(ALPHABET)


@pytest.mark.parametrize(("start", "stop"), [(0, None), (1, 2), (4, 9), (5, None), (40, None)])
def test_a_clamp_counts_its_steps_from_the_prompts_first_character(model: CharLM, start: int, stop: int | None) -> None:
    clamp = {0: Clamp("forget", 0.0, start=start, stop=stop)}
    _, written = finish(write(model, "abcd", 12, seed=3, clamp=clamp))
    ids = model.encode("abcd" + written.text)
    chances = torch.from_numpy(model.read(ids, clamp=clamp).logits[3:-1, 1:]).double().softmax(-1).numpy()
    assert written.chances == pytest.approx(chances[np.arange(12), np.array(ids[4:]) - 1], abs=1e-6)
    free = torch.from_numpy(model.read(ids).logits[3:-1, 1:]).double().softmax(-1).numpy()
    off = np.abs(free[np.arange(12), np.array(ids[4:]) - 1] - written.chances).max()
    assert (off > 1e-4) == (start < 15)


def test_nothing_to_go_on_from(model: CharLM) -> None:
    with pytest.raises(ValueError, match="no character"):
        finish(write(model, "", 5))


def test_nothing_to_write(model: CharLM) -> None:
    assert finish(write(model, "a", 0)) == ([], Written("", ()))
