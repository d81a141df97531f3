"""The chain rule through time, written out: what one step does to a gradient on its way back, for each kind of layer.

A chain holds what a forward pass left behind, in float64, each (time, hidden). With a = W_ih x_t + b + W_hh h_(t-1) each
kind says what one step does to a gradient on its way back; the step's Jacobian is never needed to multiply with it.

All of it is torch and nothing numpy: beside other work numpy's threads would wait for one another, while torch keeps to
the one thread that it is called from.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Chain:
    """What all kinds share. `rows` are those of the weights, G * hidden; `state` is hidden, an LSTM's 2 * hidden."""

    weight_ih: Float[Tensor, "rows features"]
    weight_hh: Float[Tensor, "rows hidden"]
    hidden: Float[Tensor, "time hidden"]

    def back(self, g: Tensor, t: int) -> tuple[Tensor, Tensor]:
        """Return dL/da_t and dL/ds_(t-1) for g = dL/ds_t, each (..., rows) and (..., state)."""
        raise NotImplementedError

    def last(self, g: Float[Tensor, "hidden"]) -> Float[Tensor, "state"]:
        """Return dL/ds_T for dL/dh_T = g."""
        return g


@dataclass(frozen=True)
class RNNChain(Chain):
    """h_t = f(a_t); `slope` is f'(a_t): 1 - h^2 for tanh, 1 or 0 for ReLU."""

    slope: Float[Tensor, "time hidden"]

    def back(self, g: Tensor, t: int) -> tuple[Tensor, Tensor]:
        """Go one step back through h_t = f(W_ih x_t + W_hh h_(t-1) + b)."""
        # dL/da_t = f'(a_t) * dL/dh_t
        a = self.slope[t] * g
        # dL/dh_(t-1) = W_hh^T dL/da_t
        return a, a @ self.weight_hh


@dataclass(frozen=True)
class LSTMChain(Chain):
    """c_t = f c_(t-1) + i g, h_t = o tanh(c_t): the state is h and c, and f alone stands between c and the c before."""

    forget: Float[Tensor, "time hidden"]
    to_cell: Float[Tensor, "time three_hidden"]  # how c_t changes with a_i, a_f, a_g
    output: Float[Tensor, "time hidden"]  # how h_t changes with a_o
    shown: Float[Tensor, "time hidden"]  # how h_t changes with c_t

    def last(self, g: Float[Tensor, "hidden"]) -> Float[Tensor, "state"]:
        """Return dL/d(h_T, c_T): the loss sees h_T only."""
        return torch.cat([g, torch.zeros_like(g)])

    def back(self, g: Tensor, t: int) -> tuple[Tensor, Tensor]:
        """Go one step back through the cell and the four gates."""
        g_h, g_c = g.chunk(2, -1)
        # dL/dc_t = direct + o (1 - tanh^2 c_t) dL/dh_t
        g_c = g_c + self.shown[t] * g_h
        three = torch.cat([g_c, g_c, g_c], -1)
        # dL/da = (dL/dc_t * [g i(1-i), c_(t-1) f(1-f), i(1-g^2)], dL/dh_t * tanh(c_t) o(1-o))
        a = torch.cat([self.to_cell[t] * three, self.output[t] * g_h], -1)
        # dL/dh_(t-1) = W_hh^T dL/da;  dL/dc_(t-1) = f * dL/dc_t
        return a, torch.cat([a @ self.weight_hh, self.forget[t] * g_c], -1)


@dataclass(frozen=True)
class GRUChain(Chain):
    """h_t = (1 - z) n + z h_(t-1): the update gate z carries the old state over."""

    update: Float[Tensor, "time hidden"]
    reset: Float[Tensor, "time hidden"]
    by_reset: Float[Tensor, "time hidden"]  # how the candidate's sum changes with a_r
    by_update: Float[Tensor, "time hidden"]  # how h_t changes with a_z
    by_candidate: Float[Tensor, "time hidden"]  # how h_t changes with the candidate's sum

    def back(self, g: Tensor, t: int) -> tuple[Tensor, Tensor]:
        """Go one step back through the candidate and the two gates."""
        # dL/da_n = (1 - z)(1 - n^2) dL/dh_t;  dL/da_z = (h_(t-1) - n) z(1-z) dL/dh_t
        n, z = self.by_candidate[t] * g, self.by_update[t] * g
        # dL/da_r = dL/da_n * (W_hn h_(t-1) + b_hn) r(1-r)
        r = self.by_reset[t] * n
        through = torch.cat([r, z, self.reset[t] * n], -1)
        # dL/dh_(t-1) = z * dL/dh_t + W_hh^T (dL/da_r, dL/da_z, r * dL/da_n)
        return torch.cat([r, z, n], -1), self.update[t] * g + through @ self.weight_hh


def walk_back(chain: Chain, g: Float[Tensor, "state"], since: int = 0) -> Float[Tensor, "time rows"]:
    """Return dL/da_t at every step for g = dL/ds_T: the product of the Jacobians, factor by factor.

    Nothing flows to steps before `since`: zeros stand there.
    """
    steps = len(chain.hidden)
    rows = g.new_zeros(steps, len(chain.weight_ih))
    for t in range(steps - 1, since - 1, -1):
        # dL/ds_(t-1) = J_t^T dL/ds_t,  so  dL/ds_t = (J_T ... J_(t+1))^T dL/ds_T
        rows[t], g = chain.back(g, t)
    return rows


def norm(vectors: Float[Tensor, "n width"]) -> Float[Tensor, "n"]:
    """Return the lengths of vectors, those far below 1e-154 too, whose squares would be zero."""
    largest = vectors.abs().amax(-1, keepdim=True)
    return largest[:, 0] * (vectors / largest.where(largest > 0, 1.0)).norm(dim=-1)
