"""What the views of this lesson share: the values of the script that the reader takes along, and the file that it needs."""

from typing import Any

from core.experiments.gpt_vs_bert import results
from pages.kit.export import Download, own_weights


def head_file() -> Download:
    """Return the head's weights, which the script reads."""
    return own_weights("masked_head.safetensors")


def script_values(**own: Any) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`: the open view's own, and what the others show first."""
    gap = results.gap_of(results.DEFAULT_BLANK)
    found: dict[str, Any] = {"TEXT": results.DEFAULT_TEXT, "PLACE": results.DEFAULT_POSITION + 1}
    found |= {"OTHER": results.DEFAULT_WORD, "CANDIDATES": results.candidates_of(results.DEFAULT_CANDIDATES)}
    if gap:
        found |= {"BEFORE": gap.before, "AFTER": gap.after(len(gap.right))}
    return found | own
