"""Generated text on a page: tokens coloured by rank, rivals on hover, branches as a tree."""

from collections.abc import Sequence

import streamlit as st

from core.experiments.gpt_sampling.texts import Fork, Text, Word, tree_order
from pages.kit import cache, tokens
from pages.kit.words import code, percent, shorten, signed

LEGEND = ((0, "the likeliest"), (1, "rank 2 to 10"), (2, "rank 11 to 100"), (3, "beyond"))


def strip(text: Text, *, key: str, chosen: int | None = None, busy: bool = False) -> int | None:
    """Show a text token by token; return the position of the one that was clicked in this run."""
    return tokens.strip(
        _tokens(text),
        key=key,
        label="generated text, token by token",
        chosen=chosen,
        legend=LEGEND,
        busy=busy,
        redraw=True,
        reads=text.reading().strip() if any(word.partial for word in text.words) else "",
    )


@cache.kept
def _tokens(text: Text) -> tuple[tokens.Token, ...]:
    pieces = text.pieces()
    return tuple(_token(word, "".join(pieces[at:]) if word.partial else "") for at, word in enumerate(text.words))


def _token(word: Word, reading: str) -> tokens.Token:
    whole = reading.lstrip()[:1]  # the character that its bytes belong to, where it is a part of one
    part = f"part of {whole}, " if whole else ""
    put = ", put here by you" if word.forced else ""
    return tokens.Token(
        text=word.label if word.partial else word.text,
        note=f"{word.label}: {part}rank {word.rank:,}, {percent(word.chance)}{put}",
        band=word.band,
        details=tuple((label, percent(chance)) for _, label, chance in word.rivals),
    )


def replace_word(text: Text, position: int) -> int | None:
    """Offer the rivals of a word; return the token that the reader puts in its place in this run."""
    word = text.words[position]
    rivals = {str(token): (label, chance) for token, label, chance in word.rivals}
    picked = st.pills(
        f"Word {position + 1} is {code(word.label)}, rank {word.rank:,} with {percent(word.chance)}. Put another there:",
        list(rivals),
        format_func=lambda t: f"{code(rivals[t][0])} {percent(rivals[t][1])}",
        key=f"_rivals_{position}_{word.token}_{len(text.words)}",
    )
    return int(picked) if picked else None


def branch_tree(texts: Sequence[Text | None], forks: Sequence[Fork], *, chosen: int, key: str) -> int | None:
    """Show all branches with their total log-probability; return the one that was clicked in this run."""
    order = tree_order(forks)
    rows = []
    for branch, depth in order:
        text = texts[branch]
        start = forks[branch - 1].position if branch else 0
        name = f"from word {start + 1}" if branch else "first draw"
        if text is None or (branch and not text.words):
            words = "being written" if text is None else "behind the end of its text"
            rows.append(tokens.Branch(words, depth, pruned=text is not None, name=name))
            continue
        words = shorten(text.reading(start), 70)
        rows.append(tokens.Branch(words, depth, f"{signed(text.logprob)} nats", name=name))
    at = next(i for i, (branch, _) in enumerate(order) if branch == chosen)
    clicked = tokens.tree(rows, key=key, label="branches of the text", chosen=at)
    return None if clicked is None else order[clicked][0]
