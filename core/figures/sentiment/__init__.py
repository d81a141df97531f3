"""The pictures of the lesson on sentiment."""

from core.figures.sentiment.lines import lines as lines
from core.figures.sentiment.lines import through as through
from core.figures.sentiment.tested import accuracy as accuracy
from core.figures.sentiment.tested import lengths as lengths
from core.figures.sentiment.tested import parts as parts
from core.figures.sentiment.words import beliefs as beliefs
from core.figures.sentiment.words import mechanism as mechanism
from core.figures.sentiment.words import worth as worth
