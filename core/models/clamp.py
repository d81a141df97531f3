"""What-ifs: a gate held at a value, for chosen units and steps, handed to `trace` and kept nowhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Hold = Callable[[str, Tensor], Tensor]
"""A gate's name and its values (batch, hidden) at one step -> the values to go on with."""


@dataclass(frozen=True)
class Clamp:
    """Hold `gate` at `value` for `units` (all when None) from step `start` up to, not including, `stop` (None: the end)."""

    gate: str
    value: float
    units: tuple[int, ...] | None = None
    start: int = 0
    stop: int | None = None

    def holds(self, step: int) -> bool:
        """Return whether the clamp is on at this step."""
        return self.start <= step and (self.stop is None or step < self.stop)


Clamps = Clamp | Sequence[Clamp] | None


def free(gate: str, value: Tensor) -> Tensor:
    """Return `value` as it is: nothing is held."""
    return value


def as_list(clamp: Clamps, gates: Sequence[str], hidden_size: int) -> list[Clamp]:
    """Return the clamps as a list; raises `ValueError` for a gate or a unit that the layer does not have."""
    clamps = [] if clamp is None else [clamp] if isinstance(clamp, Clamp) else list(clamp)
    for one in clamps:
        if one.gate not in gates:
            raise ValueError(f"there is no gate {one.gate!r} here, only {', '.join(gates)}")
        wrong = [unit for unit in one.units or () if not 0 <= unit < hidden_size]
        if wrong:
            raise ValueError(f"unit {wrong[0]} is not one of the {hidden_size}")
    return clamps


def holding(clamps: Sequence[Clamp], step: int) -> Hold:
    """Return what holds the gates at `step`: later clamps win over earlier ones."""
    now = [clamp for clamp in clamps if clamp.holds(step)]
    if not now:
        return free

    def hold(gate: str, value: Tensor) -> Tensor:
        for clamp in now:
            if clamp.gate == gate:
                if clamp.units is None:
                    value = torch.full_like(value, clamp.value)
                else:
                    value = value.clone()
                    value[..., list(clamp.units)] = clamp.value
        return value

    return hold
