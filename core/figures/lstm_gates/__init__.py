"""The pictures of the lesson on LSTM gates."""

from core.figures.lstm_gates.cell import characters as characters
from core.figures.lstm_gates.cell import mechanism as mechanism
from core.figures.lstm_gates.hold import recall as recall
from core.figures.lstm_gates.tables import chain as chain
from core.figures.lstm_gates.tables import recall_curve as recall_curve
from core.figures.lstm_gates.tables import speed as speed
from core.figures.lstm_gates.text import over_text as over_text
