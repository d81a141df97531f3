"""The pictures of the lesson on alignment."""

from core.figures.alignment.many import dose as dose
from core.figures.alignment.matrix import matrix as matrix
from core.figures.alignment.mechanism import mechanism as mechanism
from core.figures.alignment.step import step as step
