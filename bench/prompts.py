"""What the models are given to go on from, as token numbers: the same ones for every peer."""

from core.assets.fetch import ensure
from core.experiments.gpt_sampling import DEFAULT_PROMPT
from core.pretrained.registry import DEFAULT_MODEL
from core.pretrained.tokens import Tokenizer

OTHERS = (
    "The harbour was empty except for",
    "A good explanation begins with an example, and the best examples are",
    "When the train stopped between two stations, the passengers first",
    "In the second half of the nineteenth century, chemists",
    "She opened the letter, read it twice and",
    "The recipe calls for flour, butter, two eggs and a little",
    "Nobody in the village remembered a winter as long as the one that",
)


def tokenizer() -> Tokenizer:
    """Return the default model's tokenizer."""
    return Tokenizer(ensure(DEFAULT_MODEL) / "tokenizer.json")


def default_prompt() -> list[int]:
    """Return the prompt that the app starts with."""
    return tokenizer().encode(DEFAULT_PROMPT)


def eight_prompts() -> list[list[int]]:
    """Return eight different prompts, as eight readers would have them."""
    encode = tokenizer().encode
    return [encode(text) for text in (DEFAULT_PROMPT, *OTHERS)]
