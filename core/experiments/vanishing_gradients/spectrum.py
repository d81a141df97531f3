"""What a step can do to a gradient at most, and the whole spectrum of what it does."""

from collections.abc import Generator

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.experiments.vanishing_gradients import Spectrum
from core.experiments.vanishing_gradients.chains import Chain, norm, top_eigenvalues, walk_back

CHUNK = 25  # steps whose matrices are made at a time
EXACT = 64  # numbers in a state: up to here the matrices themselves are decomposed, which is as fast
ROUNDS = 40  # of Lanczos for wider ones
LANCZOS_CHUNK = 100
WIDE = 256  # numbers in a state: beyond, not every step's spectrum is computed
WIDE_STEPS = 25
RADII, WIDE_RADII = 20, 5  # spectral radii of Jacobians in one picture: each costs as much as twenty singular values
Progress = tuple[int, int]
Steps = Generator[Progress, None, Float[Tensor, "time"]]


def largest(chain: Chain, since: int = 0, mark: Progress = (0, 1)) -> Steps:
    """Return each step's largest singular value, 1 for steps before `since`; yields `mark` now and then on the way."""
    found = torch.ones(len(chain.hidden), dtype=torch.float64)
    chunk = CHUNK if chain.size <= EXACT else LANCZOS_CHUNK
    for start in range(since, len(found), chunk):
        at = slice(start, min(start + chunk, len(found)))
        squares = top_eigenvalues(chain.jacobians(at)) if chain.size <= EXACT else lanczos(chain, at)
        found[at] = squares.sqrt()
        yield mark
    return found


def lanczos(chain: Chain, at: slice, rounds: int = ROUNDS) -> Float[Tensor, "steps"]:
    """Return the largest eigenvalue of each step's J^T J without making J, from above: found plus what it may be off.

    Lanczos 1950; all steps side by side. The Ritz value is below the eigenvalue by less than its residual.
    """
    steps = len(chain.hidden[at])
    generator = torch.Generator().manual_seed(0)
    now = torch.randn(steps, chain.size, dtype=torch.float64, generator=generator)
    now /= now.norm(dim=-1, keepdim=True)
    old, no_input = torch.zeros_like(now), now.new_zeros(len(chain.weight_ih))
    main, side = now.new_zeros(steps, rounds), now.new_zeros(steps, rounds)
    for i in range(rounds):
        # J^T J v: once forth and once back
        new = chain.back(chain.forth(no_input, now, at), at)[1] - side[:, i - 1, None] * old
        main[:, i] = (new * now).sum(-1)
        new -= main[:, i, None] * now
        side[:, i] = new.norm(dim=-1)
        old, now = now, new / side[:, i, None].clamp(min=1e-300)
    small = torch.diag_embed(main) + torch.diag_embed(side[:, :-1], 1) + torch.diag_embed(side[:, :-1], -1)
    values, vectors = torch.linalg.eigh(small)
    return values[:, -1].clamp(min=0) + side[:, -1] * vectors[:, -1, -1].abs()


def spectrum(kind: str, chain: Chain, g: Float[Tensor, "state"]) -> Generator[Progress, None, Spectrum]:
    """Yield (steps done, steps) and return the spectrum of every step's Jacobian; of a wide model, of some of them."""
    steps = len(chain.hidden)
    every, some = (-(-steps // WIDE_STEPS), WIDE_RADII) if chain.size > WIDE else (1, RADII)
    back = np.arange(0, steps, every)
    sampled = back[:: -(-len(back) // some)]
    values, radius = [], []
    for done, place in enumerate(steps - 1 - back):
        (jacobian,) = chain.jacobians(slice(int(place), int(place) + 1))
        values.append(torch.linalg.svdvals(jacobian).numpy())
        if steps - 1 - place in sampled:
            radius.append(float(torch.linalg.eigvals(jacobian).abs().max()))
        yield done + 1, len(back)
    singular = np.array(values)
    passed = walk_back(chain, g)[1]
    states = norm(passed)
    start = norm(chain.back(passed[:1], slice(0, 1))[1])  # dL/ds_0
    before = torch.cat([start, states[:-1]])  # dL/ds_(t-1)
    factor = torch.where(states > 0, before / states, 0.0).numpy()
    quarter = [np.quantile(singular, share, axis=1) for share in (0.75, 0.5, 0.25)]
    return Spectrum(
        kind=kind,
        back=back,
        largest=singular[:, 0],
        upper=quarter[0],
        median=quarter[1],
        lower=quarter[2],
        smallest=singular[:, -1],
        factor=factor[::-1][back],
        radius_back=sampled,
        radius=np.array(radius),
        recurrent=radii(chain.weight_hh),
        size=chain.size,
    )


def radii(weight_hh: Float[Tensor, "rows hidden"]) -> tuple[float, ...]:
    """Return the spectral radius of each block of a recurrent matrix."""
    return tuple(float(torch.linalg.eigvals(block).abs().max()) for block in weight_hh.split(weight_hh.shape[1]))
