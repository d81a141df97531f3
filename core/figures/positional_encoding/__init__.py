"""The pictures of the lesson on positions."""

from core.figures.positional_encoding.codes import code_sketch as code_sketch
from core.figures.positional_encoding.codes import learned as learned
from core.figures.positional_encoding.codes import rotary as rotary
from core.figures.positional_encoding.codes import rotary_sketch as rotary_sketch
from core.figures.positional_encoding.codes import table as table
from core.figures.positional_encoding.codes import waves as waves
from core.figures.positional_encoding.longer import length_sketch as length_sketch
from core.figures.positional_encoding.longer import longer as longer
from core.figures.positional_encoding.orders import mechanism as mechanism
from core.figures.positional_encoding.orders import orders as orders
from core.figures.positional_encoding.orders import pairs as pairs
from core.figures.positional_encoding.undone import undo_sketch as undo_sketch
from core.figures.positional_encoding.undone import undone as undone
