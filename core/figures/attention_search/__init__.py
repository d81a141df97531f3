"""The pictures of the lesson on attention as search. Plotly figures as plain dictionaries."""

from core.figures.attention_search.entropy import describe_entropy as describe_entropy
from core.figures.attention_search.entropy import entropy_curve as entropy_curve
from core.figures.attention_search.plane import describe_keys as describe_keys
from core.figures.attention_search.plane import describe_values as describe_values
from core.figures.attention_search.plane import keys_plane as keys_plane
from core.figures.attention_search.plane import values_plane as values_plane
from core.figures.attention_search.plane import vector as vector
from core.figures.attention_search.rows import describe_steps as describe_steps
from core.figures.attention_search.rows import three_steps as three_steps
from core.figures.attention_search.scaling import against_width as against_width
from core.figures.attention_search.scaling import describe_heads as describe_heads
from core.figures.attention_search.scaling import describe_width as describe_width
from core.figures.attention_search.scaling import trained_heads as trained_heads
from core.figures.vanishing_gradients.numbers import amount as amount
