"""The pictures of the lesson on listening."""

from core.figures.listening.digits import after_each_share as after_each_share
from core.figures.listening.digits import digit as digit
from core.figures.listening.mechanism import digit_mechanism as digit_mechanism
from core.figures.listening.mechanism import mechanism as mechanism
from core.figures.listening.mechanism import word_mechanism as word_mechanism
from core.figures.listening.voice import remembered as remembered
from core.figures.listening.voice import voice as voice
from core.figures.listening.writing import placed as placed
from core.figures.listening.writing import words as words
