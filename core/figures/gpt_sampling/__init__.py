"""The pictures of the lesson on GPT sampling."""

from core.figures.gpt_sampling.beam import beam as beam
from core.figures.gpt_sampling.mechanism import mechanism as mechanism
from core.figures.gpt_sampling.methods import methods as methods
from core.figures.gpt_sampling.next_token import next_token as next_token
from core.figures.gpt_sampling.next_token import notes as notes
from core.figures.gpt_sampling.next_token import sweep as sweep
from core.figures.gpt_sampling.texts import text as text
