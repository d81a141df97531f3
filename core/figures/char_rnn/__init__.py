"""The pictures of the lesson on learning to write."""

from core.figures.char_rnn.coloured import coloured as coloured
from core.figures.char_rnn.coloured import followed as followed
from core.figures.char_rnn.curves import bits as bits
from core.figures.char_rnn.curves import stages as stages
from core.figures.char_rnn.mechanism import reading as reading
from core.figures.char_rnn.mechanism import unit as unit
from core.figures.char_rnn.mechanism import untrained as untrained
