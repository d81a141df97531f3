"""What was measured when the models of this lesson were trained, as it stands beside them. No torch."""

from core.assets import own
from core.experiments.gpt_vs_bert.results import HeadFacts, PairFacts


def pair() -> PairFacts:
    """Return what was measured on held-out text when the pair was trained."""
    causal, both = (own.facts(f"pair_{name}") for name in ("causal", "bidirectional"))
    return PairFacts(
        causal=causal["metrics"]["perplexity_left"],
        both=both["metrics"]["perplexity_both"],
        left=both["metrics"]["perplexity_left"],
        parameters=causal["parameters"],
        steps=causal["steps"],
        tokens=causal["steps"] * causal["tokens_a_step"],
        measured=causal["metrics"]["tokens"],
        top_causal=causal["metrics"]["top_1_left"],
        top_both=both["metrics"]["top_1_both"],
        curves=tuple(tuple((int(s), float(x)) for s, x in facts["loss_while_training"]) for facts in (causal, both)),
    )


def head() -> HeadFacts:
    """Return what the masked-word head reaches on held-out text."""
    metrics = own.facts("masked_head")["metrics"]
    return HeadFacts(
        metrics["top_1"],
        metrics["top_5"],
        metrics["perplexity"],
        metrics["blanks"],
        metrics["top_1_by_frequency"],
        metrics["perplexity_by_frequency"],
    )
