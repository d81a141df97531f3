"""What a unit might keep track of, computed from the text alone, and how well units follow it. No torch."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Feature:
    """Something nameable about a place in a text: a short name, the same in words, its value after each character."""

    name: str
    words: str
    values: Callable[[str], Float[np.ndarray, "time"]]


def _each(text: str, value: Callable[[str], float]) -> Float[np.ndarray, "time"]:
    return np.array([value(character) for character in text], dtype=float)


def _quoted(text: str) -> Float[np.ndarray, "time"]:
    """Return 1 from an opening quotation mark up to the closing one; a line end closes what was left open."""
    found, inside = [], False
    for character in text:
        inside = not inside if character == '"' else inside and character != "\n"
        found.append(float(inside))
    return np.array(found)


def _bracketed(text: str) -> Float[np.ndarray, "time"]:
    """Return 1 from "(" up to ")", brackets in brackets included; a line end closes what was left open."""
    found, depth = [], 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        depth = 0 if character == "\n" else max(depth, 0)
        found.append(float(depth > 0))
    return np.array(found)


def _run(text: str, goes_on: Callable[[str], bool]) -> Float[np.ndarray, "time"]:
    """Return how many characters up to this one went on without a break; 0 at a break."""
    found, run = [], 0
    for character in text:
        run = run + 1 if goes_on(character) else 0
        found.append(float(run))
    return np.array(found)


def _sentence_over(text: str) -> Float[np.ndarray, "time"]:
    """Return 1 at a full stop, question or exclamation mark, and at blanks, quotation marks and brackets behind it."""
    found = np.zeros(len(text))
    for match in re.finditer(r'[.!?](?!\w)["\')\s]*', text):
        found[match.start() : match.end()] = 1.0
    return found


FEATURES = (
    Feature("quote", "inside quotation marks", _quoted),
    Feature("bracket", "inside brackets", _bracketed),
    Feature("blank", "just after a blank", lambda text: _each(text, lambda c: c == " ")),
    Feature("word", "letters since the word began", lambda text: _run(text, lambda c: c.isalpha() or c == "'")),
    Feature("line", "characters since the line began", lambda text: _run(text, lambda c: c != "\n")),
    Feature("end", "after the end of a sentence", _sentence_over),
    Feature("capital", "a capital letter", lambda text: _each(text, str.isupper)),
    Feature("vowel", "a vowel", lambda text: _each(text, lambda c: c.lower() in "aeiou")),
    Feature("digit", "inside a number", lambda text: _each(text, lambda c: "0" <= c <= "9")),
)
NAMES = tuple(feature.name for feature in FEATURES)


def measure(text: str) -> Float[np.ndarray, "feature time"]:
    """Return every feature of `FEATURES` after each character of the text."""
    return np.stack([feature.values(text) for feature in FEATURES])


def correlations(
    units: Float[np.ndarray, "time unit"], features: Float[np.ndarray, "feature time"]
) -> Float[np.ndarray, "unit feature"]:
    """Return Pearson's r of every unit with every feature, 0 where one of the two never changes.

    With a feature of two values this is the point-biserial correlation.
    """

    def standard(rows: Float[np.ndarray, "rows time"]) -> Float[np.ndarray, "rows time"]:
        centred = rows - rows.mean(1, keepdims=True)
        length = np.sqrt((centred**2).sum(1, keepdims=True))
        return np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-9)

    result: np.ndarray = standard(units.T.astype(float)) @ standard(features.astype(float)).T
    return result


@dataclass(frozen=True)
class Tracking:
    """How well every unit of one model follows every feature, on two halves of held-out text.

    Units are chosen by `chosen_on`; `seen_on`, from the half that had no part in the choice, is what is reported: the
    best of hundreds looks better than it is on the text that it was chosen by. `reach` is how far a unit goes: values
    are shown as shares of it. An LSTM has its hidden units first, then its cells (their arsinh), as `hidden` says.
    """

    chosen_on: Float[np.ndarray, "unit feature"]
    seen_on: Float[np.ndarray, "unit feature"]
    reach: Float[np.ndarray, "unit"]
    hidden: int
    characters: int  # in each half

    def ranked(self, feature: int) -> list[int]:
        """Return all units, the one that follows the feature best first."""
        return [int(unit) for unit in np.argsort(-np.abs(self.chosen_on[:, feature]), kind="stable")]

    def reported(self, unit: int, feature: int) -> float:
        """Return r on the half of the text that the unit was not chosen by."""
        return float(self.seen_on[unit, feature])

    def favourite(self, unit: int) -> int:
        """Return the feature that this unit follows best."""
        return int(np.abs(self.chosen_on[unit]).argmax())

    def label(self, unit: int) -> str:
        """Return a unit's name: its number, and whether it is a cell."""
        return f"cell {unit - self.hidden}" if unit >= self.hidden else f"unit {unit}"

    def rows(self, each: int) -> list[tuple[int, int]]:
        """Return the (feature, unit) of every row of the picture: each feature's best units, best first."""
        return [(feature, unit) for feature in range(len(FEATURES)) for unit in self.ranked(feature)[:each]]


FOLLOWS, LEANS = 0.5, 0.3


def strength(r: float) -> str:
    """Return "follows" from 0.5 on, "leans on" from 0.3 on, else "not here": what |r| is called on the page."""
    return "follows" if abs(r) >= FOLLOWS else "leans on" if abs(r) >= LEANS else "not here"


def followed_features(tracking: Tracking) -> list[int]:
    """Return the features that some unit follows or leans on, the best followed first; the best of all if none is."""
    best = [abs(tracking.reported(tracking.ranked(f)[0], f)) for f in range(len(FEATURES))]
    order = sorted(range(len(FEATURES)), key=lambda f: -best[f])
    return [f for f in order if best[f] >= LEANS] or order[:1]


@dataclass(frozen=True)
class Followed:
    """One unit over a part of a text, beside the feature that it is said to follow.

    values: share of the unit's reach; truth: the feature. held_out: r on held-out text that the unit was not chosen
    by; own: r on the reader's whole text, nan where the feature never changes in it.
    """

    feature: int
    unit: int
    label: str
    values: Float[np.ndarray, "time"]
    truth: Float[np.ndarray, "time"]
    held_out: float
    own: float


def shares(
    states: Float[np.ndarray, "time unit"], tracking: Tracking, units: list[int]
) -> Float[np.ndarray, "rows time"]:
    """Return these units over time as shares of their reach, from -1 to 1."""
    result: np.ndarray = np.clip(states[:, units] / tracking.reach[units], -1.0, 1.0).T
    return result


def follow(
    states: Float[np.ndarray, "time unit"], text: str, tracking: Tracking, feature: int, rank: int, part: slice
) -> Followed:
    """Return the unit that follows a feature best (rank 1), second best, ..., over a part of a text."""
    unit = tracking.ranked(feature)[rank - 1]
    values = shares(states, tracking, [unit])[0]
    truth = FEATURES[feature].values(text)
    changes = len(text) > 1 and truth.min() < truth.max()
    own = float(correlations(values[:, None], truth[None])[0, 0]) if changes else float("nan")
    held_out = tracking.reported(unit, feature)
    return Followed(feature, unit, tracking.label(unit), values[part], truth[part], held_out, own)
