"""The glossary of the course, and paragraphs in which a term's first use carries its definition."""

import re
import threading
from dataclasses import dataclass

from pages.kit.prose import Segment, prose


@dataclass(frozen=True)
class Term:
    """A word of the field, what it means in one line, and the lesson where it is measured."""

    word: str
    definition: str
    lesson: str


TERMS = (
    Term(
        "attention",
        "A way for a network to look back at every position that it has read, and to take a mixture of what it finds.",
        "alignment",
    ),
    Term(
        "attention head",
        "One of several attentions that run side by side in a layer, each with weights of its own.",
        "induction",
    ),
    Term(
        "attention weight",
        "How much of one item's value goes into what attention returns; the weights of all items add up to 1. Also called a mask.",
        "attention_search",
    ),
    Term(
        "backpropagation through time",
        "How a recurrent network's gradient is found: back from the answer, step by step, through everything that was read.",
        "vanishing_gradients",
    ),
    Term(
        "bag of words",
        "A text as a list of counts: how often each word occurs in it, whatever the order.",
        "why_order",
    ),
    Term(
        "baseline",
        "A rule so plain that a model has to beat it before it has shown anything, such as always giving the most frequent answer.",
        "market",
    ),
    Term(
        "beam search",
        "Keeps a few texts at once, goes on from each, and ends with the one whose tokens are the likeliest together.",
        "gpt_sampling",
    ),
    Term(
        "bearish",
        "Said of somebody who thinks that a price will fall.",
        "market",
    ),
    Term(
        "bidirectional",
        "Said of a model in which every word takes in what stands on both of its sides, as in BERT.",
        "gpt_vs_bert",
    ),
    Term(
        "bit",
        "A unit of surprise: one toss of a coin. A character that costs 2 bits was as unsure as one of four equal choices.",
        "char_rnn",
    ),
    Term(
        "block",
        "One storey of a Transformer: attention, then a feed-forward network, each of which adds to the stream.",
        "transformer_anatomy",
    ),
    Term(
        "bullish",
        "Said of somebody who thinks that a price will rise.",
        "market",
    ),
    Term(
        "candidate",
        "The new value that a step of an LSTM or GRU offers to its memory; a gate decides how much of it comes in.",
        "lstm_gates",
    ),
    Term(
        "causal",
        "Said of a model in which a word takes in only what stands before it, as in GPT: so it can be asked what comes next.",
        "gpt_vs_bert",
    ),
    Term(
        "cell",
        "The memory of an LSTM: a number for each unit that every step multiplies by one gate and adds to through another.",
        "lstm_gates",
    ),
    Term(
        "cepstral coefficients",
        "Numbers that say how the loudness of a frame is spread over low and high pitches, as coarsely as the ear hears it.",
        "listening",
    ),
    Term(
        "character model",
        "A model that reads a text one character at a time and gives each character that may come next a probability.",
        "char_rnn",
    ),
    Term(
        "chat template",
        "The fixed frame around a request: marks that say where a message begins and ends, and who speaks.",
        "seq2seq_tasks",
    ),
    Term(
        "chrF",
        "How much two texts agree, from 0 to 100: the share of their runs of one to six characters that both have.",
        "seq2seq_tasks",
    ),
    Term(
        "clipping",
        "Cutting a gradient that is too long down to a limit, with its direction kept.",
        "vanishing_gradients",
    ),
    Term(
        "context vector",
        "The weighted sum of the encoder's vectors that attention hands to the decoder at one step.",
        "alignment",
    ),
    Term(
        "cosine",
        "How far two vectors point the same way: 1 for the same direction, 0 for nothing in common, whatever their lengths.",
        "word_vectors",
    ),
    Term(
        "cross-attention",
        "A decoder’s attention to what the encoder made of its input: each token that is written takes from what was read or heard.",
        "listening",
    ),
    Term(
        "decoder",
        "The part of a model that writes, one token after another: a translator's second half.",
        "encoder_decoder",
    ),
    Term(
        "dense network",
        "A network in which every number of one layer goes into every number of the next, all at once.",
        "why_order",
    ),
    Term(
        "encoder",
        "The part of a model that reads a text and turns it into numbers: a translator's first half.",
        "encoder_decoder",
    ),
    Term(
        "encoding bottleneck",
        "All that is read has to pass through a list of numbers of fixed length, so what does not fit is lost.",
        "encoder_decoder",
    ),
    Term(
        "exploding gradient",
        "A gradient that grows at every step back until one update throws the weights far off.",
        "vanishing_gradients",
    ),
    Term(
        "feed-forward network",
        "Two layers of matrices with a bend between them, which work on each token alone.",
        "transformer_anatomy",
    ),
    Term(
        "forget bias",
        "A number that opens or closes an LSTM's forget gate whatever it reads: at 0 it is half open.",
        "vanishing_gradients",
    ),
    Term(
        "forget gate",
        "Decides which share of an LSTM's cell stays at a step: 0 forgets all, 1 keeps all.",
        "lstm_gates",
    ),
    Term(
        "frame",
        "A short piece of a sound, a few hundredths of a second: what a network hears in one step.",
        "listening",
    ),
    Term(
        "gate",
        "A number from 0 to 1 that a network computes at every step and multiplies another number by: how much of it passes.",
        "lstm_gates",
    ),
    Term(
        "GloVe",
        "Public word vectors, one for each word, made from counts of which words stand near which in six billion words.",
        "word_vectors",
    ),
    Term(
        "gradient",
        "How much the answer changes when something before it is changed a little: what training follows to make the answer better.",
        "vanishing_gradients",
    ),
    Term("GRU", "Gated recurrent unit: a recurrent network with two gates and no separate cell.", "lstm_gates"),
    Term(
        "head",
        "One of the attentions that a layer runs side by side, each with queries, keys and values of its own.",
        "self_attention",
    ),
    Term(
        "hidden state",
        "The list of numbers that a recurrent network hands from one step to the next; all that it keeps of what it read.",
        "rnn",
    ),
    Term("input gate", "Decides which share of the candidate is added to an LSTM's cell at a step.", "lstm_gates"),
    Term("key", "The list of numbers that an item is found by: it is compared with the query.", "attention_search"),
    Term(
        "induction",
        "Going on with a pattern by finding where it came before: after A once came B, so after this A comes B again.",
        "induction",
    ),
    Term(
        "language model",
        "A network that reads a text and gives every token that it knows a probability of coming next.",
        "gpt_sampling",
    ),
    Term(
        "layer norm", "Brings a vector to a fixed length before a part of the network reads it.", "transformer_anatomy"
    ),
    Term(
        "leak",
        "Anything by which the answer gets into what a model reads or learns from: its test then says nothing about real use.",
        "market",
    ),
    Term(
        "logit",
        "The score that a model gives a token, before the softmax makes probabilities of all scores.",
        "transformer_anatomy",
    ),
    Term(
        "LSTM",
        "Long short-term memory: a recurrent network whose memory, the cell, is kept, added to and shown through gates.",
        "lstm_gates",
    ),
    Term(
        "masked",
        "Left out and replaced by a mark: a bidirectional model is trained to name the tokens that were masked.",
        "gpt_vs_bert",
    ),
    Term(
        "min-p",
        "A filter that drops every token whose probability is less than so large a share of the likeliest one's.",
        "gpt_sampling",
    ),
    Term(
        "negative sample",
        "A word drawn at random from a text, from which a word is pushed away while it is pulled to its true neighbours.",
        "word_vectors",
    ),
    Term(
        "n-gram",
        "n characters or words in a row; also the model that predicts the last of them by counting what followed the others.",
        "char_rnn",
    ),
    Term(
        "output gate",
        "Decides which share of an LSTM's cell the rest of the network gets to see at a step.",
        "lstm_gates",
    ),
    Term(
        "parameter",
        "One of the numbers in a network that its training sets: the entries of its matrices.",
        "recurrence_vs_attention",
    ),
    Term(
        "perplexity",
        "How uncertain a model is of a token, as a number of equally likely ones: the lower, the better it foresees.",
        "gpt_vs_bert",
    ),
    Term(
        "positional encoding",
        "A mark of its position that is added to each piece of a text, because attention alone knows nothing of order.",
        "positional_encoding",
    ),
    Term(
        "probe",
        "A small classifier that is fitted on a model's vectors, to see what can be read from them.",
        "self_attention",
    ),
    Term(
        "probability",
        "How often something is expected, from 0 to 1 (100 %); those of all tokens add up to 1.",
        "gpt_sampling",
    ),
    Term(
        "query", "The list of numbers that says what is looked for: it is compared with every key.", "attention_search"
    ),
    Term(
        "recurrent network",
        "A network that reads a sequence one item at a time and uses the same weights at every step.",
        "rnn",
    ),
    Term(
        "residual stream",
        "The vector of a token as it runs through a Transformer: the sum of all that was added to it so far.",
        "transformer_anatomy",
    ),
    Term(
        "rotary",
        "A positional encoding that adds nothing: it turns queries and keys by an angle that grows with their position.",
        "positional_encoding",
    ),
    Term(
        "score",
        "How well a key matches the query: the larger, the more of its value goes into what attention returns.",
        "attention_search",
    ),
    Term(
        "self-attention",
        "Attention of a text to itself: every piece is query, key and value at once.",
        "self_attention",
    ),
    Term(
        "sentiment",
        "Whether a text speaks well or ill of something; here people read each snippet and gave a verdict from −4 to 4.",
        "sentiment",
    ),
    Term(
        "sequence",
        "A list whose order matters: the words of a sentence, the days of a weather record, the samples of a sound.",
        "why_order",
    ),
    Term(
        "sequence to sequence",
        "Said of a model that reads one sequence, such as a sentence, and writes another, of a length of its own.",
        "seq2seq_tasks",
    ),
    Term(
        "skip-gram",
        "A way to learn word vectors: move them until a word's vector tells which words stand beside it.",
        "word_vectors",
    ),
    Term(
        "smoothing",
        "Taking a little from what was counted often and giving it to what was never counted, so that nothing is impossible.",
        "language_model",
    ),
    Term(
        "softmax",
        "Turns scores into probabilities: all positive, adding up to 1, the highest score the likeliest.",
        "rnn",
    ),
    Term(
        "state",
        "The numbers that a recurrent network hands from one step to the next: of an LSTM its hidden state and its cell.",
        "listening",
    ),
    Term("subword", "A word or a part of one: what a translator reads and writes in one step.", "encoder_decoder"),
    Term(
        "survivors",
        "Members of a group who are still there at its end: who dropped out is not counted, which makes the group look better.",
        "market",
    ),
    Term(
        "temperature",
        "What scores are divided by before the softmax: low gives the best nearly all, high makes all alike.",
        "attention_search",
    ),
    Term(
        "token", "A piece of text that a model reads and writes as one: a word, a part of one, a sign.", "gpt_sampling"
    ),
    Term("top-k", "A filter that keeps the k likeliest tokens.", "gpt_sampling"),
    Term("top-p", "A filter that keeps the likeliest tokens until their probabilities add up to p.", "gpt_sampling"),
    Term(
        "Transformer",
        "A network of blocks, each of which lets every token take from others and adds what it found to its vector.",
        "transformer_anatomy",
    ),
    Term("unit", "One of the numbers in a network's state.", "rnn"),
    Term(
        "value",
        "The list of numbers that an item gives when it is found: attention returns a mixture of values.",
        "attention_search",
    ),
    Term(
        "vanishing gradient",
        "A gradient that shrinks at every step back until nothing can be learned from what came early.",
        "vanishing_gradients",
    ),
    Term(
        "vector",
        "A list of numbers of fixed length; here all that the decoder gets of a sentence, also called the context vector.",
        "encoder_decoder",
    ),
    Term(
        "walking forward",
        "Testing a forecaster as it would be used: learn from all before a date, forecast what follows, move the date on.",
        "market",
    ),
    Term(
        "weight matrix", "A table of numbers, learned in training, by which a network multiplies what comes in.", "rnn"
    ),
    Term(
        "window",
        "How many steps of a text a gradient goes back through, or a Transformer sees, at once.",
        "char_rnn",
    ),
    Term(
        "word vector",
        "A list of numbers that stands for a word; words that are used alike have vectors that point the same way.",
        "word_vectors",
    ),
)
_BY_WORD = {term.word.lower(): term for term in TERMS}


class _Run(threading.local):
    """The terms that this run of a page has explained already."""

    def __init__(self) -> None:
        self.used: set[str] = set()


_RUN = _Run()


def begin() -> None:
    """Begin a run of a page: no term was used yet."""
    _RUN.used = set()


def paragraph(text: str, *, key: str) -> None:
    """Show a paragraph; words in ** are terms, explained where the page uses them first."""
    prose(segments(text), key=key)


def segments(text: str) -> list[Segment]:
    """Return a paragraph as plain pieces and terms. Raises `KeyError` for a term that is not in the glossary."""
    found: list[Segment] = []
    for number, piece in enumerate(re.split(r"\*\*(.+?)\*\*", text)):
        if number % 2 == 0:
            if piece:
                found.append({"text": piece})
            continue
        term = find(piece)
        found.append({"text": piece, "definition": None if term.word in _RUN.used else term.definition})
        _RUN.used.add(term.word)
    return found


def find(word: str) -> Term:
    """Return the glossary's entry for a word, in the plural and with a capital too; raises `KeyError` without one."""
    plain = word.lower()
    for candidate in (plain, plain.removesuffix("s"), plain.removesuffix("es"), re.sub("ces$", "x", plain)):
        if candidate in _BY_WORD:
            return _BY_WORD[candidate]
    raise KeyError(f"the glossary has no {word!r}: add it to pages/kit/terms.py")
