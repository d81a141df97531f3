"""How a claim is measured against its target, and the line that says so."""

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SPREAD = 1.5  # the highest ratio of a round may be so many times the lowest
LOOK_SECONDS, BUSY = 0.5, 0.1  # how long to look whether others use the machine, and from what share on it matters


@dataclass(frozen=True)
class Claim:
    """One claim about speed or size: `measured` is compared with `target`.

    `values` are the figures behind it, in words. With `at_least`, the target is met from `target` upwards, else up to
    it; without a target the line only informs. `steady` is false when the rounds disagree too much to judge by.
    """

    name: str
    values: str
    measured: float
    target: float | None = None
    unit: str = "x"
    at_least: bool = True
    steady: bool = True

    @property
    def met(self) -> bool:
        """Return whether the target is met; a line without one always is."""
        if self.target is None:
            return True
        return self.measured >= self.target if self.at_least else self.measured <= self.target

    def line(self) -> str:
        """Return the claim as one line: name, values, measured, target, verdict."""
        unit = self.unit if self.unit == "x" else f" {self.unit}"
        found = f"{self.name:<52} {self.values:<58} {number(self.measured) + unit:>12}"
        if self.target is None:
            return found
        verdict = ("met" if self.met else "missed") if self.steady else "unclear: the rounds disagree"
        sign = ">=" if self.at_least else "<="
        return f"{found}   {f'{sign} {number(self.target)}{unit}':<14} {verdict}"


def number(value: float) -> str:
    """Return `value` with three digits that matter: 2.87, 41.6, 612, 0.0007."""
    if value == 0 or not 1e-4 <= abs(value) < 1e6:
        return f"{value:.2g}"
    digits = 2 if abs(value) >= 1 else 4
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.{1 if abs(value) >= 10 else digits}f}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def compare(
    name: str, ours: Sequence[float], peer: Sequence[float], peer_name: str, target: float, unit: str = "tok/s"
) -> Claim:
    """Return the claim that ours are `target` times the peer's speeds.

    Round i of both ran one right after the other, so the ratio is the median of the rounds' own ratios: what else the
    machine was doing in a round slowed both.
    """
    ratios = [a / b for a, b in zip(ours, peer, strict=True)]
    values = (
        f"ours {number(statistics.median(ours))}, {peer_name} {number(statistics.median(peer))} {unit} "
        f"({number(min(ratios))} to {number(max(ratios))}x)"
    )
    return Claim(name, values, statistics.median(ratios), target, steady=max(ratios) <= SPREAD * min(ratios))


def machine() -> str:
    """Return what a reader has to know about the machine: its processors, and how much of them others are using."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        idle, total = _ticks()
        time.sleep(LOOK_SECONDS)
        idle, total = _ticks()[0] - idle, _ticks()[1] - total
    except OSError:
        return f"{allowed} processors"
    used = 1 - idle / max(total, 1)
    busy = "; do not trust these figures" if used > BUSY else ""
    return f"{allowed} processors, {100 * used:.0f} % used by others{busy}"


def _ticks() -> tuple[int, int]:
    """Return how long all processors together were idle since the machine started, and in all, in clock ticks."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)
