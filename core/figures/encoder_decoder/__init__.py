"""The pictures of the lesson on the encoder-decoder."""

from core.figures.encoder_decoder.damage import damage_curve as damage_curve
from core.figures.encoder_decoder.damage import describe_curve as describe_curve
from core.figures.encoder_decoder.damage import describe_vectors as describe_vectors
from core.figures.encoder_decoder.damage import vectors as vectors
from core.figures.encoder_decoder.decoding import beams as beams
from core.figures.encoder_decoder.decoding import describe_beams as describe_beams
from core.figures.encoder_decoder.decoding import describe_pasts as describe_pasts
from core.figures.encoder_decoder.decoding import pasts as pasts
from core.figures.encoder_decoder.length import by_length as by_length
from core.figures.encoder_decoder.length import describe_errors as describe_errors
from core.figures.encoder_decoder.length import describe_lengths as describe_lengths
from core.figures.encoder_decoder.length import errors as errors
from core.figures.encoder_decoder.states import describe_chances as describe_chances
from core.figures.encoder_decoder.states import describe_states as describe_states
from core.figures.encoder_decoder.states import next_chances as next_chances
from core.figures.encoder_decoder.states import states as states
