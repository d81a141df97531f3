"""What would happen without a head, or with a token kept from seeing another one: as plain arguments of a model's trace."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool
from torch import Tensor

HeadOff = tuple[int | None, int | None]
Edge = tuple[int | None, int | None, int, int]


@dataclass(frozen=True)
class WhatIfs:
    """Heads whose output is zero, and edges (a query and a key) that are masked before the softmax.

    `heads_off` holds (layer, head), `edges_cut` (layer, head, query, key); a layer or head of None means all of them.
    The weights that are left of a cut row sum to 1 again; a row of which nothing is left takes nothing: its weights
    and its output are 0.
    """

    heads_off: tuple[HeadOff, ...] = ()
    edges_cut: tuple[Edge, ...] = ()

    @classmethod
    def checked(
        cls,
        heads_off: Sequence[HeadOff],
        edges_cut: Sequence[Edge],
        *,
        layers: int,
        heads: int,
        queries: int,
        keys: int,
    ) -> "WhatIfs":
        """Return them for a model of these sizes; raises `ValueError` for a layer, head or token that it doesn't have."""
        named = [*heads_off, *((layer, head) for layer, head, _, _ in edges_cut)]
        if not all((a is None or 0 <= a < layers) and (b is None or 0 <= b < heads) for a, b in named):
            raise ValueError(
                f"there are {layers} layers of {heads} heads, counted from 0; not all of {named} are there"
            )
        if not all(0 <= query < queries and 0 <= key < keys for _, _, query, key in edges_cut):
            raise ValueError(f"not every edge is between one of {queries} queries and one of {keys} keys")
        return cls(tuple(heads_off), tuple(edges_cut))

    def allowed(
        self, layer: int, mask: Bool[Tensor, "*#batch queries keys"], heads: int
    ) -> Bool[Tensor, "*#batch queries keys"]:
        """Return the mask of a layer (True where a query may see a key) without its cut edges.

        `mask` may lack a dimension of heads or have one of size 1; the result has it when an edge is cut.
        """
        cut = [edge for edge in self.edges_cut if edge[0] in (None, layer)]
        if not cut:
            return mask
        kept = torch.ones(heads, *mask.shape[-2:], dtype=torch.bool, device=mask.device)
        for _, head, query, key in cut:
            kept[slice(None) if head is None else head, query, key] = False
        return mask & kept

    def on(self, layer: int, heads: int, device: torch.device | None = None) -> Bool[Tensor, "heads"]:
        """Return for each head of a layer whether it is on."""
        on = torch.ones(heads, dtype=torch.bool, device=device)
        for where, head in self.heads_off:
            if where in (None, layer):
                on[slice(None) if head is None else head] = False
        return on
