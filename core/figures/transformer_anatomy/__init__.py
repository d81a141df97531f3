"""The pictures of the lesson on the Transformer's anatomy."""

from core.figures.transformer_anatomy.machine import machine as machine
from core.figures.transformer_anatomy.machine import mechanism_machine as mechanism_machine
from core.figures.transformer_anatomy.number import mechanism_number as mechanism_number
from core.figures.transformer_anatomy.number import number as number
from core.figures.transformer_anatomy.stream import each_block as each_block
from core.figures.transformer_anatomy.stream import lens as lens
from core.figures.transformer_anatomy.stream import mechanism_stream as mechanism_stream
from core.figures.transformer_anatomy.stream import stream as stream
