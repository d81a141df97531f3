"""Three jobs of text in, text out: there and back by a translator, summaries and answers by a small chat model.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return, and how
it is counted, is in `results`, without torch. Functions of a language model get it first.
"""

from typing import TYPE_CHECKING

from core.experiments.seq2seq_tasks.results import Drift, Rounds, Written
from core.progress import Steps, doing

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel


@doing("Translating there and back", "round")
def rounds(sentence: str) -> Steps[Rounds]:
    """Translate a sentence to Portuguese and back `results.ROUNDS` times; raises `AssetError` where Marian is missing."""
    from core.experiments.seq2seq_tasks import writing

    return writing.rounds(sentence)


@doing("Translating there and back", "round")
def drift() -> Steps[Drift]:
    """Translate all fifty sentences there and back, as `rounds` does."""
    from core.experiments.seq2seq_tasks import writing

    return writing.drift()


@doing("Writing a summary", "token")
def summary(model: "LanguageModel", text: str, style: str) -> Steps[Written]:
    """Let a chat model summarise a text; `style` is one of `results.STYLES`."""
    from core.experiments.seq2seq_tasks import results, writing

    return writing.write(model, results.summary_request(text, style), results.SUMMARY_TOKENS)


@doing("Writing an answer", "token")
def answer(model: "LanguageModel", text: str, question: str) -> Steps[Written]:
    """Let a chat model answer a question about a text, or without one where it is empty."""
    from core.experiments.seq2seq_tasks import results, writing

    return writing.write(model, results.answer_request(text, question), results.ANSWER_TOKENS)


@doing("Writing summaries", "text")
def summaries(model: "LanguageModel", style: str) -> Steps[tuple[Written, ...]]:
    """Summarise each of the ten texts."""
    from core.experiments.seq2seq_tasks import writing

    return writing.summaries(model, style)


@doing("Writing answers", "question")
def answers(model: "LanguageModel", with_text: bool) -> Steps[tuple[Written, ...]]:
    """Answer each of the thirty questions, with its text or without."""
    from core.experiments.seq2seq_tasks import writing

    return writing.answers(model, with_text)


@doing("Letting the chat model translate", "sentence")
def chat_drift(model: "LanguageModel") -> Steps[Drift]:
    """Let a chat model translate each of the fifty sentences to Portuguese, and Marian what it wrote back to English."""
    from core.experiments.seq2seq_tasks import writing

    return writing.chat_drift(model)
