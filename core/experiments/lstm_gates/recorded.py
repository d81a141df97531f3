"""The calls of the lesson on LSTM gates whose results ship with the app: what its views show first, and its bets."""

from dataclasses import replace

from core.experiments import lstm_gates
from core.experiments.lstm_gates.results import DEFAULT_HOLD, DEFAULT_LAYER, DEFAULT_TEXT, GATES, NETWORKS, Hold
from core.experiments.recording import Call, call

REPEATS = 8  # of the recorded measurement of speed
SYMBOL = Hold("input", 0.0, 0, 1)  # shut for the one step at which the symbol is read
_ON = (DEFAULT_LAYER, DEFAULT_TEXT)
_HELD = tuple(replace(DEFAULT_HOLD, gate=gate) for gate in GATES["lstm"])

CALLS: tuple[Call, ...] = (
    *(call(lstm_gates.recalled, NETWORKS["lstm"]["alone"], hold) for hold in (None, *_HELD, SYMBOL)),
    *(call(lstm_gates.recalled, NETWORKS["lstm"]["together"], hold) for hold in (None, DEFAULT_HOLD)),
    call(lstm_gates.read, *_ON),
    *(call(lstm_gates.held, *_ON, hold) for hold in _HELD),
    *(call(lstm_gates.cell, *_ON, rank, 0) for rank in (1, 100)),
    call(lstm_gates.recall_table),
    call(lstm_gates.latched, ("rnn_tanh", 0)),
    call(lstm_gates.race, REPEATS, varies="a clock"),
)
