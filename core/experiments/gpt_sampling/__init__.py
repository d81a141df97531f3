"""GPT sampling: the probability of every next token, and the texts that are drawn from it.

The public names of the lesson: functions of a language model, which a page names instead. What they return is plain
numpy, in `results` and `texts`; how an engine writes for many readers is in `writing`.
"""

from typing import TYPE_CHECKING

from core.experiments.gpt_sampling.results import DEFAULT_PROMPT as DEFAULT_PROMPT
from core.experiments.gpt_sampling.results import NextToken
from core.experiments.gpt_sampling.texts import Settings, Text
from core.progress import Steps, doing

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel


@doing("Reading your prompt", "layer")
def next_token(model: "LanguageModel", prompt: str) -> Steps[NextToken]:
    """Yield (layers done, layers) and return the exact scores after a prompt; raises `ValueError` for an empty one."""
    from core.experiments.gpt_sampling import writing

    return writing.read(model, prompt)


@doing("Writing", "token")
def write(model: "LanguageModel", prompt: str, settings: Settings) -> Steps[Text]:
    """Yield (tokens written, tokens) and return the text that `settings` write after a prompt, alone on the model.

    An engine that writes it beside others' texts (`writing.begin`) comes to the same text.
    """
    from core.experiments.gpt_sampling import writing

    return writing.alone(model, prompt, settings)
