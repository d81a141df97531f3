"""How far the compiled 4-bit decoder is from the float32 module: KL divergence of the next token's distribution, in nats.

That the float32 module's scores are transformers' is a test (tests/core/pretrained/test_real_weights.py).
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from bench.peer import THREADS
from bench.prompts import tokenizer
from bench.prose import PROSE
from bench.report import Claim
from core.pretrained import load_language_model
from core.pretrained.causal_lm import LlamaModel
from core.progress import finish

TARGET = 0.005  # nats
EVERY = 8  # of the prefixes, how many are read anew: each costs a whole reading


def run(quick: bool) -> Iterator[Claim]:
    """Compare both ways of reading with float32, over each token of a real text as it stands (teacher forcing)."""
    model, plain = (load_language_model(device="cpu", precision=precision) for precision in ("int4", "fp32"))
    assert isinstance(model, LlamaModel)
    ids = tokenizer().encode(PROSE)[: 80 if quick else None]
    assert quick or len(ids) >= 500, len(ids)
    plain.use_threads(THREADS)
    exact = torch.from_numpy(plain.logits(ids))
    model.use_threads(THREADS)
    prefixes = list(range(0, len(ids), EVERY))
    yield from _claims("reading a prompt", exact[prefixes], _read(model, ids, prefixes))
    yield from _claims("writing step by step", exact, _write(model, ids))


def _read(model: LlamaModel, ids: list[int], last: list[int]) -> Float[Tensor, "prefixes vocabulary"]:
    """Return the scores after ids[: i + 1] for each i in `last`, each prefix read anew as a prompt is."""
    cache = model.new_cache(1, len(ids))
    return torch.cat([finish(model.prefill(ids[: i + 1], cache, 0)) for i in last])


def _write(model: LlamaModel, ids: list[int]) -> Float[Tensor, "time vocabulary"]:
    """Return the scores after each token when the text is read one token at a time."""
    cache = model.new_cache(1, len(ids))
    first = finish(model.prefill(ids[:1], cache, 0))
    return torch.cat([first, *(model.step([token], [i], cache) for i, token in enumerate(ids[1:], start=1))])


def _claims(
    way: str, exact: Float[Tensor, "time vocabulary"], fast: Float[Tensor, "time vocabulary"]
) -> Iterator[Claim]:
    divergence = torch.cat(
        [
            F.kl_div(f.double().log_softmax(-1), e.double().log_softmax(-1), reduction="none", log_target=True).sum(-1)
            for e, f in zip(exact.split(64), fast.split(64), strict=True)
        ]
    )
    largest = float((fast - exact).abs().max())
    same = (exact.argmax(-1) == fast.argmax(-1)).float().mean()
    values = f"{len(exact)} places, scores within {largest:.0e}, same top token {100 * same:.1f} %"
    yield Claim(f"compiled 4-bit decoder, {way}", values, float(divergence.mean()), TARGET, "nats", at_least=False)
