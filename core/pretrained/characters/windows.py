"""What-ifs for a model that reads windows: a gate held at steps of the text, wherever a window shows those steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from core.models.clamp import Clamp, Clamps, Hold, as_list, free
from core.models.recurrent import Recurrent

Held = Sequence[tuple[Clamp, Bool[Tensor, "batch window"], Sequence[bool]]]
"""Clamps of one layer; for each, in which windows at which places it is on, and at which places in any window."""


@dataclass(frozen=True)
class WindowState:
    """What is needed to go on: the ids that the next window begins with, and what was clamped there.

    A clamp's steps are counted from the next id, so those here end before step 0.
    """

    ids: tuple[int, ...]
    clamps: Mapping[int, tuple[Clamp, ...]] = field(default_factory=dict)

    def joined(self, clamp: Mapping[int, Clamps] | None, layers: Sequence[Recurrent]) -> dict[int, tuple[Clamp, ...]]:
        """Return the clamps by layer, those of before first; raises `ValueError` as `core.models.stack.Stack` does."""
        unknown = [number for number in clamp or {} if not 0 <= number < len(layers)]
        if unknown:
            raise ValueError(f"there is no layer {unknown[0]}, only {len(layers)}")
        found = {}
        for number, layer in enumerate(layers):
            new = as_list((clamp or {}).get(number), layer.gates, layer.hidden_size)
            found[number] = (*self.clamps.get(number, ()), *(replace(one, start=max(one.start, 0)) for one in new))
        return found

    def after(self, ids: Sequence[int], clamps: Mapping[int, Sequence[Clamp]]) -> "WindowState":
        """Return the state after these ids, read with the clamps that `joined` gave."""
        length, keep = len(ids), len(self.ids)
        later = {}
        for number, each in clamps.items():
            moved = []
            for one in each:
                stop = 0 if one.stop is None else min(one.stop - length, 0)
                if one.start - length < stop and -keep < stop:
                    moved.append(replace(one, start=one.start - length, stop=stop))
            later[number] = tuple(moved)
        return WindowState((*self.ids, *ids)[-keep:], later)


def on(clamps: Sequence[Clamp], steps: Int[Tensor, "batch window"]) -> Held:
    """Return where each clamp is on; steps[row, place] is the step of the text that a window shows there."""
    held = []
    for clamp in clamps:
        where = steps >= clamp.start
        if clamp.stop is not None:
            where &= steps < clamp.stop
        held.append((clamp, where, where.any(0).tolist()))
    return held


def holding(held: Held, place: int) -> Hold:
    """Return what holds the gates at one place of all windows: later clamps win over earlier ones."""
    now = [(clamp, where[:, place, None]) for clamp, where, somewhere in held if somewhere[place]]
    if not now:
        return free

    def hold(gate: str, value: Tensor) -> Tensor:
        for clamp, rows in now:
            if clamp.gate != gate:
                continue
            if clamp.units is None:
                value = torch.where(rows, clamp.value, value)
            else:
                value, units = value.clone(), list(clamp.units)
                value[:, units] = torch.where(rows, clamp.value, value[:, units])
        return value

    return hold
