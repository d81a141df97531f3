"""The notes' remark that attention is like a Fourier transform, tested: a sentence through both, and both undone."""

import numpy as np
from jaxtyping import Float

from core.experiments.encoder import encoder
from core.experiments.positional_encoding.results import HEAD_WIDTH, Undone, words_of
from core.pretrained.encoder import LONGEST
from core.progress import Steps

Numbers = Float[np.ndarray, "pieces numbers"]


def undo(text: str, layer: int, head: int) -> Steps[Undone]:
    """Return what comes back from the Fourier transform and from a head (both from 1); yields and raises as `undo_head`."""
    reader = yield from encoder()
    trace = reader.trace(text)
    weights = trace.attentions[layer - 1, head - 1].astype(np.float64)
    values = trace.values[layer - 1, head - 1].astype(np.float64)
    back = fourier_back(values), head_back(weights, values)
    shown = int(np.linalg.norm(back[1] - values, axis=0).argmax())
    own = slice(HEAD_WIDTH * (head - 1), HEAD_WIDTH * head)
    matrix = reader.model.state_dict()[f"layers.{layer - 1}.attention.value.weight"][own].double().cpu().numpy()
    words = [text[slice(*span)] for span in words_of(text)]
    reverse = reader.trace(_rebuilt(text, words[::-1])).attentions[layer - 1, head - 1]
    size = len(weights)
    return Undone(
        tokens=trace.tokens,
        layer=layer,
        head_number=head,
        weights=weights.astype(np.float32),
        reverse=reverse[:size, :size] if len(reverse) >= size else weights.astype(np.float32),
        put_in=values[:, shown].astype(np.float32),
        fourier=back[0][:, shown].astype(np.float32),
        head=back[1][:, shown].astype(np.float32),
        errors=(_error(values, back[0]), _error(values, back[1])),
        factors=np.linalg.svd(weights, compute_uv=False).astype(np.float32),
        lost=_lost(trace.hidden[layer - 1].astype(np.float64), matrix),
        is_cut=len(trace.tokens) == LONGEST,
    )


def fourier_back(values: Numbers) -> Numbers:
    """Return the values after the discrete Fourier transform along the sentence, rounded, and its inverse."""
    # X_k = sum_t x_t e^(-2 pi i k t / n) / sqrt(n)
    found = np.fft.fft(values, axis=0, norm="ortho")
    return np.fft.ifft(rounded(found.real) + 1j * rounded(found.imag), axis=0, norm="ortho").real


def head_back(weights: Float[np.ndarray, "pieces pieces"], values: Numbers) -> Numbers:
    """Return the values after the head's mixture, rounded, and the best undoing that there is (least squares)."""
    # y = A v;  v' = A^+ y
    return np.linalg.lstsq(weights, rounded(weights @ values), rcond=None)[0]


def rounded(numbers: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Return numbers kept in 16 bits, about three digits each."""
    return numbers.astype(np.float16).astype(np.float64)


def _error(one: Numbers, back: Numbers) -> float:
    return float(np.linalg.norm(back - one) / np.linalg.norm(one))


def _lost(hidden: Float[np.ndarray, "pieces width"], matrix: Float[np.ndarray, "head width"]) -> float:
    """Return which share of the vectors' squared length `matrix` maps to nothing, so that no undoing brings it back."""
    kept = hidden @ np.linalg.pinv(matrix) @ matrix
    return float(1 - (kept**2).sum() / (hidden**2).sum())


def _rebuilt(text: str, words: list[str]) -> str:
    """Return the text with these words in the place of its own."""
    out, at = "", 0
    for (start, stop), word in zip(words_of(text), words, strict=True):
        out, at = out + text[at:start] + word, stop
    return out + text[at:]
