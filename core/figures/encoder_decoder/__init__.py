"""The pictures of the lesson on the encoder-decoder."""

from core.figures.encoder_decoder.funnel import spelled as spelled
from core.figures.encoder_decoder.funnel import through as through
from core.figures.encoder_decoder.funnel import through_damage as through_damage
from core.figures.encoder_decoder.length import by_length as by_length
from core.figures.encoder_decoder.length import errors as errors
from core.figures.encoder_decoder.vector import curve as curve
