"""The chain rule through time, written out: what one step does to a gradient on its way back, for each kind of layer.

A chain holds what a forward pass left behind, in float64, each (time, hidden). With a = W_ih x_t + b + W_hh h_(t-1) each
kind says how a change of a and of the old state changes the new state (`forth`), and the same read backwards (`back`).
Both take one step or, with a slice, all steps side by side; their matrix is never needed to multiply with it.

All of it is torch and nothing numpy: beside other work numpy's threads would wait for one another, while torch keeps to
the one thread that it is called from.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

CHUNK = 10  # steps whose matrices are made at a time: more would not stay in the processor's cache
At = int | slice  # one step, or several side by side


@dataclass(frozen=True)
class Chain:
    """What all kinds share. Sizes: `rows` are those of the weights, G * hidden; `state` is hidden, an LSTM's 2 * hidden."""

    weight_ih: Float[Tensor, "rows features"]
    weight_hh: Float[Tensor, "rows hidden"]
    hidden: Float[Tensor, "time hidden"]

    @property
    def size(self) -> int:
        """Return how many numbers a state has."""
        return self.hidden.shape[1]

    def back(self, g: Tensor, at: At) -> tuple[Tensor, Tensor]:
        """Return dL/da_t and dL/ds_(t-1) for g = dL/ds_t, each (..., rows) and (..., state)."""
        raise NotImplementedError

    def forth(self, a: Tensor, v: Tensor, at: At) -> Tensor:
        """Return how s_t changes when W_ih x_t changes by `a` (..., rows) and s_(t-1) by `v` (..., state)."""
        raise NotImplementedError

    def last(self, g: Float[Tensor, "hidden"]) -> Float[Tensor, "state"]:
        """Return dL/ds_T for dL/dh_T = g."""
        return g

    def jacobians(self, at: slice) -> Float[Tensor, "steps state state"]:
        """Return d(s_t)/d(s_(t-1)) for these steps: `forth` of every direction."""
        steps = len(self.hidden[at])
        columns = torch.eye(self.size, dtype=torch.float64)[:, None].expand(-1, steps, -1)
        return self.forth(columns.new_zeros(len(self.weight_ih)), columns, at).movedim(0, -1)

    def input_jacobians(self, at: slice) -> Float[Tensor, "steps state features"]:
        """Return d(s_t)/d(x_t) for these steps."""
        columns = self.weight_ih.T[:, None].expand(-1, len(self.hidden[at]), -1)
        return self.forth(columns, columns.new_zeros(self.size), at).movedim(0, -1)


@dataclass(frozen=True)
class RNNChain(Chain):
    """h_t = f(a_t); `slope` is f'(a_t): 1 - h^2 for tanh, 1 or 0 for ReLU."""

    slope: Float[Tensor, "time hidden"]

    def back(self, g: Tensor, at: At) -> tuple[Tensor, Tensor]:
        """Go one step back through h_t = f(W_ih x_t + W_hh h_(t-1) + b)."""
        # dL/da_t = f'(a_t) * dL/dh_t
        a = self.slope[at] * g
        # dL/dh_(t-1) = W_hh^T dL/da_t
        return a, a @ self.weight_hh

    def forth(self, a: Tensor, v: Tensor, at: At) -> Tensor:
        """Go one step forth: dh_t = f'(a_t) * (da + W_hh dh_(t-1))."""
        return self.slope[at] * (a + v @ self.weight_hh.T)


@dataclass(frozen=True)
class LSTMChain(Chain):
    """c_t = f c_(t-1) + i g, h_t = o tanh(c_t): the state is h and c, and f alone stands between c and the c before."""

    forget: Float[Tensor, "time hidden"]
    to_cell: Float[Tensor, "time three_hidden"]  # how c_t changes with a_i, a_f, a_g
    output: Float[Tensor, "time hidden"]  # how h_t changes with a_o
    shown: Float[Tensor, "time hidden"]  # how h_t changes with c_t

    @property
    def size(self) -> int:
        """Return how many numbers a state has: h and c."""
        return 2 * self.hidden.shape[1]

    def last(self, g: Float[Tensor, "hidden"]) -> Float[Tensor, "state"]:
        """Return dL/d(h_T, c_T): the loss sees h_T only."""
        return torch.cat([g, torch.zeros_like(g)])

    def back(self, g: Tensor, at: At) -> tuple[Tensor, Tensor]:
        """Go one step back through the cell and the four gates."""
        g_h, g_c = g.chunk(2, -1)
        # dL/dc_t = direct + o (1 - tanh^2 c_t) dL/dh_t
        g_c = g_c + self.shown[at] * g_h
        three = torch.cat([g_c, g_c, g_c], -1)
        # dL/da = (dL/dc_t * [g i(1-i), c_(t-1) f(1-f), i(1-g^2)], dL/dh_t * tanh(c_t) o(1-o))
        a = torch.cat([self.to_cell[at] * three, self.output[at] * g_h], -1)
        # dL/dh_(t-1) = W_hh^T dL/da;  dL/dc_(t-1) = f * dL/dc_t
        return a, torch.cat([a @ self.weight_hh, self.forget[at] * g_c], -1)

    def forth(self, a: Tensor, v: Tensor, at: At) -> Tensor:
        """Go one step forth through the four gates and the cell."""
        v_h, v_c = v.chunk(2, -1)
        a = a + v_h @ self.weight_hh.T
        width = self.hidden.shape[1]
        i, f, g = (self.to_cell[at] * a[..., : 3 * width]).chunk(3, -1)
        c = self.forget[at] * v_c + i + f + g
        h = self.shown[at] * c + self.output[at] * a[..., 3 * width :]
        return torch.cat([h, c], -1)


@dataclass(frozen=True)
class GRUChain(Chain):
    """h_t = (1 - z) n + z h_(t-1): the update gate z carries the old state over."""

    update: Float[Tensor, "time hidden"]
    reset: Float[Tensor, "time hidden"]
    by_reset: Float[Tensor, "time hidden"]  # how the candidate's sum changes with a_r
    by_update: Float[Tensor, "time hidden"]  # how h_t changes with a_z
    by_candidate: Float[Tensor, "time hidden"]  # how h_t changes with the candidate's sum

    def back(self, g: Tensor, at: At) -> tuple[Tensor, Tensor]:
        """Go one step back through the candidate and the two gates."""
        # dL/da_n = (1 - z)(1 - n^2) dL/dh_t;  dL/da_z = (h_(t-1) - n) z(1-z) dL/dh_t
        n, z = self.by_candidate[at] * g, self.by_update[at] * g
        # dL/da_r = dL/da_n * (W_hn h_(t-1) + b_hn) r(1-r)
        r = self.by_reset[at] * n
        through = torch.cat([r, z, self.reset[at] * n], -1)
        # dL/dh_(t-1) = z * dL/dh_t + W_hh^T (dL/da_r, dL/da_z, r * dL/da_n)
        return torch.cat([r, z, n], -1), self.update[at] * g + through @ self.weight_hh

    def forth(self, a: Tensor, v: Tensor, at: At) -> Tensor:
        """Go one step forth through the two gates and the candidate."""
        a_r, a_z, a_n = a.chunk(3, -1)
        v_r, v_z, v_n = (v @ self.weight_hh.T).chunk(3, -1)
        n = a_n + self.reset[at] * v_n + self.by_reset[at] * (a_r + v_r)
        return self.update[at] * v + self.by_update[at] * (a_z + v_z) + self.by_candidate[at] * n


def walk_back(
    chain: Chain, g: Float[Tensor, "state"], since: int = 0
) -> tuple[Float[Tensor, "time rows"], Float[Tensor, "time state"]]:
    """Return dL/da_t and dL/ds_t at every step for g = dL/ds_T: the product of the Jacobians, factor by factor.

    Nothing flows to steps before `since`: zeros stand there.
    """
    steps = len(chain.hidden)
    rows, states = g.new_zeros(steps, len(chain.weight_ih)), g.new_zeros(steps, chain.size)
    for t in range(steps - 1, since - 1, -1):
        # dL/ds_(t-1) = J_t^T dL/ds_t,  so  dL/ds_t = (J_T ... J_(t+1))^T dL/ds_T
        states[t] = g
        rows[t], g = chain.back(g, t)
    return rows, states


def norm(vectors: Float[Tensor, "n width"]) -> Float[Tensor, "n"]:
    """Return the lengths of vectors, those far below 1e-154 too, whose squares would be zero."""
    largest = vectors.abs().amax(-1, keepdim=True)
    return largest[:, 0] * (vectors / largest.where(largest > 0, 1.0)).norm(dim=-1)


def bounds(
    chain: Chain, g: Float[Tensor, "state"], largest: Float[Tensor, "time"], since: int = 0
) -> tuple[Float[Tensor, "time"], Float[Tensor, "time"]]:
    """Return what ||dL/dx_t|| and ||dL/ds_t|| can be at most; `largest` holds each step's largest singular value.

    Source: Pascanu, Mikolov and Bengio 2013, eq. 6 and 7.
    """
    # ||dL/ds_t|| <= ||dL/ds_T|| * s_max(J_T) ... s_max(J_(t+1))
    factors = torch.cat([largest[1:].flip(0).cumprod(0).flip(0), largest.new_ones(1)])
    states = g.norm() * factors
    states[:since] = 0.0
    # ||dL/dx_t|| <= ||dL/ds_t|| * s_max(ds_t/dx_t)
    places = [slice(start, start + CHUNK) for start in range(0, len(factors), CHUNK)]
    into = torch.cat([top_eigenvalues(chain.input_jacobians(at)) for at in places]).sqrt()
    return states * into, states


def top_eigenvalues(matrices: Float[Tensor, "steps high wide"]) -> Float[Tensor, "steps"]:
    """Return the largest eigenvalue of each J^T J: the square of J's largest singular value."""
    return torch.linalg.eigvalsh(matrices.mT @ matrices)[:, -1].clamp(min=0)
