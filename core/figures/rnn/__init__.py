"""The pictures of the lesson on recurrent networks."""

from core.figures.rnn.memory import memory as memory
from core.figures.rnn.unit import unit as unit
from core.figures.rnn.unrolled import mechanism as mechanism
from core.figures.rnn.unrolled import unrolled as unrolled
