"""Generated text on a page: tokens coloured by rank, rivals on hover, branches as a tree."""

from collections.abc import Sequence

import streamlit as st

from core.experiments.gpt_sampling.texts import Fork, Text, Word, tree_order
from pages.kit import cache, tokens
from pages.kit.words import code, percent, shorten

LABEL = "generated text, token by token"
LEGEND = ((0, "the likeliest"), (1, "rank 2 to 10"), (2, "rank 11 to 100"), (3, "beyond"))


@cache.kept
def row(text: Text) -> tuple[tuple[tokens.Token, ...], str]:
    """Return a text's tokens as a strip shows them and, where some are parts of characters, how they read together."""
    pieces = text.pieces()
    shown = tuple(_token(word, "".join(pieces[at:]) if word.partial else "") for at, word in enumerate(text.words))
    return shown, text.reading().strip() if any(word.partial for word in text.words) else ""


def strip(text: Text, *, key: str, label: str = LABEL, chosen: int | None = None, legend: bool = True) -> int | None:
    """Show a text token by token; return the position of the one that was clicked in this run."""
    shown, reads = row(text)
    return tokens.strip(shown, key=key, label=label, chosen=chosen, legend=LEGEND if legend else (), reads=reads)


def _token(word: Word, reading: str) -> tokens.Token:
    whole = reading.lstrip()[:1]  # the character that its bytes belong to, where it is a part of one
    part = f"part of {whole}, " if whole else ""
    put = ", put here by you" if word.forced else ""
    return tokens.Token(
        text=word.label if word.partial or not word.text else word.text,
        note=f"{word.label}: {part}rank {word.rank:,}, {percent(word.probability)}{put}",
        band=word.band,
        details=tuple((label, percent(probability)) for _, label, probability in word.rivals),
    )


def replace_word(text: Text, position: int) -> int | None:
    """Offer the rivals of a word; return the token that the reader puts in its place in this run."""
    word = text.words[position]
    rivals = {str(token): (label, probability) for token, label, probability in word.rivals}
    picked = st.pills(
        f"Token {position + 1} is {code(word.label)}, rank {word.rank:,} with {percent(word.probability)}. Put another there:",
        list(rivals),
        format_func=lambda t: f"{code(rivals[t][0])} {percent(rivals[t][1])}",
        key=f"_rivals_{position}_{word.token}_{len(text.words)}",
    )
    return int(picked) if picked else None


def branch_tree(texts: Sequence[Text], forks: Sequence[Fork], *, chosen: int, key: str) -> int | None:
    """Show all branches with the typical probability of their tokens; return the one that was clicked in this run."""
    order = tree_order(forks)
    rows = []
    for branch, depth in order:
        text = texts[branch]
        start = forks[branch - 1].position if branch else 0
        name = f"from token {start + 1}" if branch else "first draw"
        if branch and not text.words:
            rows.append(tokens.Branch("behind the end of its text", depth, pruned=True, name=name))
            continue
        rows.append(
            tokens.Branch(shorten(text.reading(start), 70), depth, f"{percent(text.typical)} a token", name=name)
        )
    at = next(i for i, (branch, _) in enumerate(order) if branch == chosen)
    clicked = tokens.tree(rows, key=key, label="branches of the text", chosen=at)
    return None if clicked is None else order[clicked][0]
