"""Short sentences from English to Portuguese, two threads: our own Marian, one by one and together."""

import statistics
import time
from collections.abc import Callable, Iterator

import torch

from bench.report import SPREAD, Claim, number
from core.pretrained.translation.translator import load_translator

TARGET, ROUNDS = 20.0, 7  # sentences a second
SENTENCES = (
    "The cat sleeps on the old sofa.",
    "Where is the nearest station?",
    "My brother plays the violin every evening.",
    "She has never seen snow.",
    "The train leaves at a quarter to eight.",
    "I would like two tickets to Lisbon, please.",
    "The children were playing happily in the garden.",
    "Nobody answered the phone.",
    "The museum is closed on Mondays.",
    "He opened the letter and read it twice.",
    "We ran out of milk and bread.",
    "The doctor said that the fever would pass in two days.",
    "A black dog was barking at the postman.",
    "Could you tell me how to get to the harbour?",
    "If it rains tomorrow, we will stay at home.",
    "The bridge between the two islands was built in 1956.",
)


def run(quick: bool) -> Iterator[Claim]:
    """Measure the ways in turns."""
    torch.set_num_threads(2)
    translator, rounds = load_translator("en-pt"), 2 if quick else ROUNDS

    def one_by_one() -> None:
        for sentence in SENTENCES:
            translator.translate(sentence)

    def together() -> None:
        translator.translate_all(SENTENCES)

    def beams() -> None:
        translator.translate_all(SENTENCES, beams=4)

    ways: dict[str, Callable[[], None]] = {"one by one": one_by_one, "together": together, "together, 4 beams": beams}
    for way in ways.values():
        way()  # warm
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            speeds[name].append(len(SENTENCES) / (time.perf_counter() - began))
    for name, found in speeds.items():
        values = f"{rounds} rounds, {number(min(found))} to {number(max(found))}; median:"
        steady = max(found) <= SPREAD * min(found)
        middle = statistics.median(found)
        # Noise only slows: a target that is met is met, however much the rounds disagree.
        yield Claim(
            f"{len(SENTENCES)} short sentences, {name}",
            values,
            middle,
            TARGET,
            "sentences/s",
            steady=steady or min(found) >= TARGET,
        )
