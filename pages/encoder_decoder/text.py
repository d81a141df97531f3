"""How what was written stands on this lesson's pages, and what its script needs."""

from collections.abc import Sequence
from typing import Any

from core.experiments.encoder_decoder import results as r
from pages.kit import tokens
from pages.kit.words import code, percent


def strip(
    pieces: Sequence[str],
    shares: Sequence[float],
    likeliest: Sequence[Sequence[tuple[str, float]]],
    *,
    key: str,
    label: str,
) -> None:
    """Show what was written, coloured by how sure the decoder was; what else it held likely is in the panel."""
    row = [
        tokens.Token(
            text=piece_text(piece) if key == "written" else f" {r.show(piece)}",
            note=f"step {n}: a probability of {percent(share)}",
            weight=round(float(share), 3),
            details=tuple((r.show(other), percent(each)) for other, each in best),
        )
        for n, (piece, share, best) in enumerate(zip(pieces, shares, likeliest, strict=True), start=1)
    ]
    tokens.strip(row, key=key, label=label)


def piece_text(piece: str) -> str:
    """Return a subword as it stands in a line of text."""
    return " end" if piece == "</s>" else piece.replace("▁", " ")


def quoted(text: str, gloss: str | None) -> str:
    """Return a Portuguese text, with its English behind it where Marian is here."""
    shown = code(text) if text else "nothing"
    return f"{shown} (in English: {code(gloss)})" if gloss else shown


def values(view: str, **changed: Any) -> dict[str, Any]:
    """Return what fills the script that the reader takes along: the defaults, but for what a view has changed."""
    sentence = {"TEXT": r.DEFAULT_TEXT, "OTHER": r.DEFAULT_OTHER, "KIND": "swap", "AMOUNT": r.AMOUNT}
    return {"VIEW": view, "SENTENCES": "controlled", "WORD": r.DEFAULT_WORD, "WIDTH": r.WIDTH, **sentence, **changed}
